//! `faults`: the catalogue, fault files, and the fault plan of a running simulator.

mod catalogue;
mod lint;
mod plan;

use clap::{Arg, ArgMatches, Command};

use crate::control_client;
use crate::exit::Exit;

pub(crate) use lint::check_file;

/// The verb.
pub(crate) fn command() -> Command {
    Command::new("faults")
        .about("The catalogue of faults, fault files, and the plan of a running conax-sim")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            with_format(Command::new("list"))
                .about("List the catalogue: every preset, F01 to F46")
                .after_help("Example:\n  conax-sim faults list --format json"),
        )
        .subcommand(
            Command::new("show")
                .about("Tell everything about a preset or a weather, with its rule")
                .arg(
                    Arg::new("name")
                        .value_name("NAME")
                        .required(true)
                        .help("Such as f05, read-timeout-applied or brownout"),
                )
                .after_help("Example:\n  conax-sim faults show f05"),
        )
        .subcommand(
            with_format(Command::new("magic"))
                .about("List the smartcards that always meet the same, with no configuration")
                .after_help("Example:\n  conax-sim faults magic"),
        )
        .subcommand(
            with_format(Command::new("weathers"))
                .about("List the weathers: several rules under one name"),
        )
        .subcommand(
            Command::new("lint")
                .about("Check fault files: what is wrong, and which rules can never act")
                .arg(
                    Arg::new("path")
                        .value_name("PATH")
                        .required(true)
                        .num_args(1..)
                        .help("Fault files, *.faults.yaml"),
                )
                .after_help("Example:\n  conax-sim faults lint storm.faults.yaml"),
        )
        .subcommand(
            at_endpoint(Command::new("plan"))
                .about("Show the rules of a running conax-sim with their counts"),
        )
        .subcommand(
            at_endpoint(Command::new("add"))
                .about("Add rules to a running conax-sim")
                .arg(Arg::new("rule").value_name("RULE").required(true).help(
                    "A preset, a weather, a rule such as '{ preset: f05, times: 1 }', or a file",
                ))
                .after_help(
                    "Examples:\n  conax-sim faults add f05\n  \
                     conax-sim faults add 'sequence: [f05, f01, ok]'\n  \
                     conax-sim faults add storm.faults.yaml",
                ),
        )
        .subcommand(
            at_endpoint(Command::new("clear")).about("Remove every rule of a running conax-sim"),
        )
}

fn with_format(command: Command) -> Command {
    command.arg(
        Arg::new("format")
            .long("format")
            .value_name("FORM")
            .value_parser(["human", "json"])
            .default_value("human")
            .help("What is printed"),
    )
}

fn at_endpoint(command: Command) -> Command {
    command.args(control_client::arguments())
}

/// Runs the verb.
pub(crate) fn run(matches: &ArgMatches) -> Exit {
    match matches.subcommand() {
        Some(("list", matches)) => catalogue::list(is_json(matches)),
        Some(("show", matches)) => {
            let name = matches.get_one::<String>("name");
            catalogue::show(name.map_or("", String::as_str))
        }
        Some(("magic", matches)) => catalogue::magic(is_json(matches)),
        Some(("weathers", matches)) => catalogue::weathers(is_json(matches)),
        Some(("lint", matches)) => lint::run(matches),
        Some(("plan", matches)) => plan::show(matches),
        Some(("add", matches)) => plan::add(matches),
        Some(("clear", matches)) => plan::clear(matches),
        _ => Exit::Usage,
    }
}

fn is_json(matches: &ArgMatches) -> bool {
    matches.get_one::<String>("format").is_some_and(|format| format == "json")
}
