//! `bench`: what the simulator costs, beside a reference measured in the same run.
//!
//! Figures are printed, never asserted: a bar that is missed is said so in the table. Read on:
//! `process` (what is measured), `load` (how it is called), `table` (how it is printed).

mod delays;
mod load;
mod process;
mod rates;
mod reference;
mod scaling;
mod scenarios;
mod snapshot;
mod start;
mod table;

use clap::{Arg, ArgMatches, Command, value_parser};

use crate::exit::Exit;
use crate::flags::flag;
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

type Done<T = ()> = Result<T, BenchError>;

/// A bench: its name, what it measures, its arguments, and how it is run.
type Bench = (&'static str, &'static str, &'static [&'static str], fn(&ArgMatches) -> Done);

const BENCHES: [Bench; 7] = [
    (
        "throughput",
        "add_subscriptions against a bare axum handler with the same body and answer",
        &["seconds"],
        |matches| rates::throughput(number(matches, "seconds")),
    ),
    (
        "scaling",
        "show and list with a thousand and with a million stored requests",
        &["stored"],
        |matches| scaling::run(number(matches, "stored")),
    ),
    (
        "snapshot",
        "keep and bring back a world of 100,000 requests, in memory and as a file",
        &[],
        |_| snapshot::run(),
    ),
    ("delays", "whether delays follow their distribution, and come out as asked", &[], |_| {
        delays::run()
    }),
    (
        "scenarios",
        "a folder of scenarios in process, and a hundred steps beside hurl",
        &["folder"],
        |matches| {
            let folder = matches.try_get_one::<String>("folder").ok().flatten();
            scenarios::run(folder.map_or("scenarios", String::as_str))
        },
    ),
    ("faults", "what fault rules that do not match cost", &["seconds"], |matches| {
        rates::faults(number(matches, "seconds"))
    }),
    ("start", "time to the first answer, and idle memory", &[], |_| start::run()),
];

/// All of them, in the order of the page on performance.
const ORDER: [&str; 7] =
    ["start", "throughput", "scaling", "snapshot", "delays", "faults", "scenarios"];

fn argument(name: &&'static str) -> Arg {
    match *name {
        "seconds" => flag("seconds", "N", "Length of each of the rounds")
            .default_value("3")
            .value_parser(value_parser!(u64).range(1..=60)),
        "stored" => flag("stored", "N", "Requests in the larger book")
            .default_value("1000000")
            .value_parser(value_parser!(u64).range(1000..=5_000_000)),
        _ => Arg::new("folder")
            .value_name("FOLDER")
            .default_value("scenarios")
            .help("Scenarios that are played"),
    }
}

pub(crate) fn command() -> Command {
    let verb = |name, about, arguments: &[&'static str]| {
        Command::new(name).about(about).args(arguments.iter().map(argument))
    };
    Command::new("bench")
        .about("Measure this machine: throughput, scaling, snapshots, delays, faults, start, scenarios")
        .subcommand_required(true)
        .subcommands(BENCHES.map(|(name, about, arguments, _)| verb(name, about, arguments)))
        .subcommand(verb("all", "all of them", &["seconds", "stored"]))
        .subcommand(Command::new("reference").hide(true))
        .after_help("Example:\n  cargo run --release -- bench all")
}

pub(crate) fn run(matches: &ArgMatches) -> Exit {
    end_on_signal_after(Exit::Interrupted, process::end_all);
    let run_one = |wanted: &str, matches: &ArgMatches| {
        let found = BENCHES.iter().find(|(name, ..)| *name == wanted);
        found.map_or(Ok(()), |(.., run)| run(matches))
    };
    let result = match matches.subcommand() {
        Some(("reference", _)) => reference::serve(),
        Some(("all", matches)) => ORDER.iter().try_for_each(|name| run_one(name, matches)),
        Some((name, matches)) => run_one(name, matches),
        None => return Exit::Usage,
    };
    match result {
        Ok(()) => Exit::Met,
        Err(error) => crate::serve::complain(&error, Exit::Surroundings),
    }
}

fn number(matches: &ArgMatches, name: &str) -> u64 {
    *matches.get_one(name).expect("the number has a default")
}

fn runtime() -> Done<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.enable_all().build().map_err(BenchError::Start)
}

/// Whether an answer holds what a good one does.
fn check(answer: &[u8], expected: &[u8]) -> Done {
    match answer.windows(expected.len()).any(|window| window == expected) {
        true => Ok(()),
        false => Err(BenchError::Answer(String::from_utf8_lossy(answer).into_owned())),
    }
}
