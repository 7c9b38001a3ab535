//! `bench`: what the simulator costs, beside a reference measured in the same run.
//!
//! Figures are printed, never asserted: a bar that is missed is said so in the table.

mod child;
mod delays;
mod faults;
mod load;
mod reference;
mod scaling;
mod scenarios;
mod snapshot;
mod start;
mod table;
mod throughput;

use clap::{Arg, ArgMatches, Command};

use crate::exit::Exit;
use crate::signals::end_on_signal_after;

/// Why a bench cannot be run.
#[derive(Debug, thiserror::Error)]
enum BenchError {
    #[error("failed to start a process to measure")]
    Start(#[source] std::io::Error),
    #[error("the process to measure said `{0}` instead of where it is")]
    Announcement(String),
    #[error("failed to talk to the process to measure")]
    Talk(#[source] std::io::Error),
    #[error("an exchange with the process to measure failed")]
    Exchange(#[from] hyper::Error),
    #[error("the answer was not as expected: {0}")]
    Answer(String),
}

pub(crate) fn command() -> Command {
    let seconds = Arg::new("seconds")
        .long("seconds")
        .value_name("N")
        .default_value("3")
        .value_parser(clap::value_parser!(u64).range(1..=60))
        .help("Length of each of the rounds");
    let stored = Arg::new("stored")
        .long("stored")
        .value_name("N")
        .default_value("1000000")
        .value_parser(clap::value_parser!(u64).range(1000..=5_000_000))
        .help("Requests in the larger book");
    Command::new("bench")
        .about("Measure this machine: throughput, scaling, snapshots, delays, faults, start, scenarios")
        .subcommand_required(true)
        .subcommand(
            Command::new("throughput")
                .about(
                    "add_subscriptions against a bare axum handler with the same body and answer",
                )
                .arg(seconds.clone()),
        )
        .subcommand(
            Command::new("scaling")
                .about("show and list with a thousand and with a million stored requests")
                .arg(stored.clone()),
        )
        .subcommand(
            Command::new("snapshot")
                .about("keep and bring back a world of 100,000 requests, in memory and as a file"),
        )
        .subcommand(
            Command::new("delays")
                .about("whether delays follow their distribution, and come out as asked"),
        )
        .subcommand(
            Command::new("scenarios")
                .about("a folder of scenarios in process, and a hundred steps beside hurl")
                .arg(
                    Arg::new("folder")
                        .value_name("FOLDER")
                        .default_value("scenarios")
                        .help("Scenarios that are played"),
                ),
        )
        .subcommand(
            Command::new("faults")
                .about("what fault rules that do not match cost")
                .arg(seconds.clone()),
        )
        .subcommand(Command::new("start").about("time to the first answer, and idle memory"))
        .subcommand(
            Command::new("all")
                .about("all of them")
                .arg(seconds)
                .arg(stored),
        )
        .subcommand(Command::new("reference").hide(true))
        .after_help("Example:\n  cargo run --release -- bench all")
}

pub(crate) fn run(matches: &ArgMatches) -> Exit {
    end_on_signal_after(Exit::Interrupted, child::end_all);
    let result = match matches.subcommand() {
        Some(("throughput", matches)) => throughput::run(number(matches, "seconds")),
        Some(("scaling", matches)) => scaling::run(number(matches, "stored")),
        Some(("snapshot", _)) => snapshot::run(),
        Some(("delays", _)) => delays::run(),
        Some(("faults", matches)) => faults::run(number(matches, "seconds")),
        Some(("scenarios", matches)) => {
            let folder = matches.get_one::<String>("folder");
            scenarios::run(folder.map_or("scenarios", String::as_str))
        }
        Some(("start", _)) => start::run(),
        Some(("all", matches)) => start::run()
            .and_then(|()| throughput::run(number(matches, "seconds")))
            .and_then(|()| scaling::run(number(matches, "stored")))
            .and_then(|()| snapshot::run())
            .and_then(|()| delays::run())
            .and_then(|()| faults::run(number(matches, "seconds")))
            .and_then(|()| scenarios::run("scenarios")),
        Some(("reference", _)) => reference::serve(),
        _ => return Exit::Usage,
    };
    match result {
        Ok(()) => Exit::Met,
        Err(error) => crate::serve::complain(&error, Exit::Surroundings),
    }
}

fn number(matches: &ArgMatches, name: &str) -> u64 {
    *matches.get_one(name).expect("the number has a default")
}

fn runtime() -> Result<tokio::runtime::Runtime, BenchError> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.enable_all().build().map_err(BenchError::Start)
}
