//! The command line: verbs, flags and their help.

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::exit::Exit;
use crate::settings::{self, SETTINGS};
use crate::{
    bench, clock, completions, config, contract, control_client, coverage, detach, diff, drift,
    explain, explore, faults, fmt, grade, healthcheck, help, http_client, ledger, lint, man,
    record, run, schema, serve, snapshot, verify, why, world,
};

const ABOUT: &str = "A simulator of the Conax conditional-access system and of the CRM.COM web \
                     API that provisions it";

/// The command line of the program.
#[must_use]
pub fn command_line() -> Command {
    Command::new("conax-sim")
        .version(env!("CARGO_PKG_VERSION"))
        .about(ABOUT)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .max_term_width(80)
        .after_help(format!("{}\n\n{}", help::topics(), exit_codes()))
        .subcommand(serve_command())
        .subcommand(detach::status_command())
        .subcommand(detach::stop_command())
        .subcommand(run::command())
        .subcommand(run::replay_command())
        .subcommand(verify::command())
        .subcommand(explore::command())
        .subcommand(contract::command())
        .subcommand(coverage::command())
        .subcommand(grade::command())
        .subcommand(record::command())
        .subcommand(diff::command())
        .subcommand(explain::command())
        .subcommand(fmt::command())
        .subcommand(schema::command())
        .subcommand(lint_command())
        .subcommand(config_command())
        .subcommand(
            Command::new("world")
                .about("Print the demo world, as a file to start from")
                .after_help("Example:\n  conax-sim world > mine.world.yaml"),
        )
        .subcommand(faults::command())
        .subcommand(why::command())
        .subcommand(why::reproduce_command())
        .subcommand(drift::command())
        .subcommand(ledger::command())
        .subcommand(clock::command())
        .subcommand(snapshot::command())
        .subcommand(healthcheck_command())
        .subcommand(bench::command())
        .subcommand(completions::command())
        .subcommand(man::command())
        .mut_subcommands(help::with_page)
}

/// Runs the verb that was given.
pub(crate) fn dispatch(matches: &ArgMatches) -> Exit {
    match matches.subcommand() {
        Some(("serve", matches)) => serve::run(matches),
        Some(("status", matches)) => detach::status(matches),
        Some(("stop", matches)) => detach::stop(matches),
        Some(("run", matches)) => run::run(matches),
        Some(("replay", matches)) => run::replay(matches),
        Some(("verify", matches)) => verify::run(matches),
        Some(("contract", matches)) => contract::run(matches),
        Some(("coverage", matches)) => coverage::run(matches),
        Some(("explore", matches)) => explore::run(matches),
        Some(("grade", matches)) => grade::run(matches),
        Some(("record", matches)) => record::run(matches),
        Some(("diff", matches)) => diff::run(matches),
        Some(("explain", matches)) => explain::run(matches),
        Some(("fmt", matches)) => fmt::run(matches),
        Some(("schema", matches)) => schema::run(matches),
        Some(("lint", matches)) => lint::run(matches),
        Some(("config", matches)) => config::run(matches),
        Some(("world", _)) => world::run(),
        Some(("faults", matches)) => faults::run(matches),
        Some(("why", matches)) => why::run(matches),
        Some(("reproduce", _)) => why::run_reproduce(),
        Some(("drift", matches)) => drift::run(matches),
        Some(("ledger", matches)) => ledger::run(matches),
        Some(("clock", matches)) => clock::run(matches),
        Some(("snapshot", matches)) => snapshot::run(matches),
        Some(("healthcheck", matches)) => healthcheck::run(matches),
        Some(("bench", matches)) => bench::run(matches),
        Some(("completions", matches)) => completions::run(matches, command_line()),
        Some(("man", matches)) => man::run(matches, command_line()),
        _ => Exit::Usage,
    }
}

fn exit_codes() -> String {
    let rows = Exit::ALL.map(|exit| format!("  {}  {}", exit.code(), exit.meaning()));
    format!("Exit codes:\n{}", rows.join("\n"))
}

fn serve_command() -> Command {
    with_settings(Command::new("serve"))
        .about("Serve the provisioning API, the simulated Conax and the control API")
        .args(detach::arguments())
        .after_help(
            "Each setting is taken from, in this order: its flag, its environment variable, \
             the settings file, its default. `conax-sim config show --origin` tells which.\n\n\
             Examples:\n  \
             conax-sim serve\n  \
             conax-sim serve --seed 7 --world mine.world.yaml\n  \
             conax-sim serve --apis cas,control --cas-auth basic\n  \
             conax-sim serve --faults brownout\n  \
             apis=$(conax-sim serve --detach) && eval \"$apis\"\n  \
             conax-sim serve --clock 'stepped from 2014-11-30T08:59:00'\n  \
             conax-sim serve --conax-url http://127.0.0.1:9081 --run-interval off",
        )
}

fn lint_command() -> Command {
    Command::new("lint")
        .about("Check scenario, world, fault, profile and settings files without using them")
        .arg(Arg::new("path").value_name("PATH").required(true).num_args(1..).help(
            "Files to check: *.scenario.yaml scenarios, or folders of them, *.world.yaml worlds, *.faults.yaml faults, *.toml wire profiles or \
             conax-sim.toml settings",
        ))
        .arg(run::include_from())
        .after_help("Examples:\n  conax-sim lint mine.world.yaml\n  conax-sim lint scenarios")
}

fn config_command() -> Command {
    let show = with_settings(Command::new("show"))
        .about("Print the settings that are in force")
        .arg(
            Arg::new("origin")
                .long("origin")
                .action(ArgAction::SetTrue)
                .help("Tell where each value comes from"),
        )
        .after_help("Example:\n  CONAX_SIM_SEED=7 conax-sim config show --origin");
    Command::new("config").about("Show the settings").subcommand_required(true).subcommand(show)
}

fn healthcheck_command() -> Command {
    Command::new("healthcheck")
        .about("Ask a running conax-sim whether it is ready; for containers without a shell")
        .arg(control_client::target_argument())
        .args(http_client::arguments())
        .arg(healthcheck::wait_argument())
        .after_help(
            "Examples:\n  conax-sim healthcheck --target http://127.0.0.1:8082\n  \
             conax-sim healthcheck --wait 10s",
        )
}

/// Adds `--config` and a flag and an environment variable for every setting.
fn with_settings(command: Command) -> Command {
    let file = Arg::new("config")
        .short('c')
        .long("config")
        .value_name("FILE")
        .help("Settings file [default: conax-sim.toml here or in a folder above]");
    SETTINGS
        .iter()
        .map(settings::argument)
        .fold(command.arg(file).args_override_self(true), Command::arg)
}
