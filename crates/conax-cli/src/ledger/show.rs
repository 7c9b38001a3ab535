//! `ledger show` and `ledger save`: the ledger of a running simulator.

use std::path::Path;

use clap::{Arg, ArgMatches, Command};
use serde_json::Value;

use crate::control_client::{self, ControlTarget};
use crate::exit::Exit;
use crate::print;
use crate::serve::complain;
use crate::write::write_file;

/// The totals, in the order in which they are printed, and their words.
const TOTALS: [(&str, &str); 13] = [
    ("acknowledged", "requests acknowledged"),
    ("once", "Conax carried out once"),
    ("twice", "Conax carried out more than once"),
    ("partly", "Conax carried out in part"),
    ("never", "Conax did not carry out, or has lost"),
    ("unknown", "what Conax did is not known"),
    ("completed", "COMPLETED"),
    ("rejected", "REJECTED"),
    ("pending", "PENDING"),
    ("in_flight", "on their way"),
    ("unknown_to_crm", "the CRM thinks wrongly of, or cannot know"),
    ("false_completions", "COMPLETED and not done exactly once"),
    ("foreign_executions", "carried out for others"),
];

fn at_endpoint(command: Command) -> Command {
    command.args(control_client::arguments())
}

pub(super) fn show_command() -> Command {
    at_endpoint(Command::new("show"))
        .about("Count what Conax really did with the requests of a running conax-sim")
        .after_help("Example:\n  conax-sim ledger show")
}

pub(super) fn save_command() -> Command {
    at_endpoint(Command::new("save"))
        .about("Save the ledger of a running conax-sim to a file that can be checked")
        .arg(Arg::new("file").value_name("FILE").required(true).help("File to write"))
        .after_help(
            "Example:\n  conax-sim ledger save run.ledger.jsonl && conax-sim ledger check \
             run.ledger.jsonl",
        )
}

pub(super) fn show(matches: &ArgMatches) -> Exit {
    let target = match ControlTarget::of(matches) {
        Ok(target) => target,
        Err(error) => return complain(&error, Exit::Settings),
    };
    match control_client::get(&target, "/v1/ledger?only=unknown") {
        Ok((200, answer)) => {
            print_ledger(&answer);
            Exit::Met
        }
        other => control_client::refused(other),
    }
}

fn print_ledger(answer: &Value) {
    for (name, words) in TOTALS {
        print::result(format_args!("{:>8}  {words}", answer["totals"][name]));
    }
    for row in answer["rows"].as_array().into_iter().flatten() {
        print::result(format_args!(
            "request {} {}: {} for the CRM, Conax did it {}",
            row["request"],
            row["type"].as_str().unwrap_or("?"),
            row["crm"].as_str().unwrap_or("?"),
            row["conax"].as_str().unwrap_or("?"),
        ));
    }
    if answer["is_full"] == true {
        print::result(
            "lines of the journals were let go (`ledger-limit`): rows and totals are right, and a \
             ledger file will not prove all of them",
        );
    }
}

/// Says what the file does not prove, by its header.
fn tell_unproven(text: &str) {
    let header = text.lines().next().unwrap_or_default();
    let header: Value = serde_json::from_str(header).unwrap_or_default();
    let count = |name: &str| header[name].as_u64().unwrap_or(0);
    let (crm, conax) = (count("crm_let_go"), count("conax_let_go"));
    if (crm, conax) != (0, 0) {
        print::aside(format_args!(
            "note: {crm} lines of the CRM's journal and {conax} of Conax's are not in it, because \
             `ledger-limit` let them go: it has {} rows that nothing in it proves; begin again with \
             a higher limit to prove everything",
            count("unproven"),
        ));
    }
}

pub(super) fn save(matches: &ArgMatches) -> Exit {
    let target = match ControlTarget::of(matches) {
        Ok(target) => target,
        Err(error) => return complain(&error, Exit::Settings),
    };
    let path = matches.get_one::<String>("file").map_or("", String::as_str);
    match control_client::get_text(&target, "/v1/ledger/file") {
        Ok((200, text)) => match write_file(Path::new(path), text.as_bytes()) {
            Ok(()) => {
                print::result(format_args!("saved to `{path}`"));
                tell_unproven(&text);
                Exit::Met
            }
            Err(error) => {
                print::aside(format_args!("error: failed to write `{path}`: {error}"));
                Exit::Surroundings
            }
        },
        Ok((status, text)) => {
            let problem = serde_json::from_str(&text).unwrap_or_default();
            control_client::refused(Ok((status, problem)))
        }
        Err(problem) => control_client::refused(Err(problem)),
    }
}
