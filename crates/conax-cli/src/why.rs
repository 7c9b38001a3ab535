//! `why`: why a request is where it is; and the reverse, `reproduce`: which faults make a stored
//! error.

use std::io::Read;

use clap::{Arg, ArgMatches, Command};
use conax_contract::crm::encode;
use conax_contract::fault::{Reproduction, reproduce};
use serde_json::Value;

use crate::control_client::{self, ControlTarget};
use crate::exit::Exit;
use crate::print;
use crate::serve::complain;

/// Candidates that are printed.
const SHOWN: usize = 5;
/// Bytes of a stored error that are read at most.
const TEXT_LIMIT: u64 = 1 << 20;

/// The verb `why`.
pub(crate) fn command() -> Command {
    Command::new("why")
        .about("Tell why a request is where it is, from the effect to its cause")
        .arg(
            Arg::new("request")
                .value_name("REQUEST")
                .required(true)
                .help("Number or id of a provisioning request"),
        )
        .arg(
            Arg::new("fault")
                .long("fault")
                .value_name("RULE")
                .conflicts_with("list")
                .help("Why this fault rule did, or did not, act on it"),
        )
        .arg(
            Arg::new("list")
                .long("list")
                .value_name("FILTER")
                .help("Why it is not in a list, such as life_cycle_state=COMPLETED"),
        )
        .args(control_client::arguments())
        .after_help(
            "Examples:\n  conax-sim why 4050\n  conax-sim why 4050 --fault rule-1\n  \
             conax-sim why 4050 --list life_cycle_state=COMPLETED",
        )
}

/// The verb `reproduce`.
pub(crate) fn reproduce_command() -> Command {
    Command::new("reproduce")
        .about("Tell which faults of the catalogue make a stored error, read from standard input")
        .after_help("Example:\n  conax-sim reproduce < stored-error.txt")
}

/// Runs `why`.
pub(crate) fn run(matches: &ArgMatches) -> Exit {
    let target = match ControlTarget::of(matches) {
        Ok(target) => target,
        Err(error) => return complain(&error, Exit::Settings),
    };
    let text = |name: &str| matches.get_one::<String>(name);
    let request = text("request").map_or("", String::as_str);
    let question = match (text("fault"), text("list")) {
        (Some(rule), _) => format!("?fault={}", encode(rule)),
        (None, Some(filter)) => format!("?list={}", encode(filter)),
        (None, None) => String::new(),
    };
    let path = format!("/v1/requests/{}/why{question}", encode(request));
    match control_client::get(&target, &path) {
        Ok((200, answer)) => {
            print_why(&answer);
            Exit::Met
        }
        other => control_client::refused(other),
    }
}

fn print_why(answer: &Value) {
    let state = answer["state"].as_str().unwrap_or("?");
    print::result(format_args!("request {} is {state}", answer["request"]));
    for sentence in answer["because"].as_array().into_iter().flatten() {
        print::result(format_args!("  because {}", sentence.as_str().unwrap_or("?")));
    }
    if let Some(trace) = answer["traceparent"].as_str() {
        print::result(format_args!("trace: {trace}"));
    }
    if let Some(next) = answer["next"].as_str() {
        print::result(format_args!("next: {next}"));
    }
}

/// Runs `reproduce`.
pub(crate) fn run_reproduce() -> Exit {
    let mut text = Vec::new();
    if let Err(error) = std::io::stdin().take(TEXT_LIMIT).read_to_end(&mut text) {
        print::aside(format_args!("error: failed to read standard input: {error}"));
        return Exit::Surroundings;
    }
    let found = reproduce(&String::from_utf8_lossy(&text));
    if found.candidates.is_empty() {
        print::result("no fault of the catalogue makes such a text");
        return Exit::NotMet;
    }
    for (place, one) in found.candidates.iter().take(SHOWN).enumerate() {
        print::result(format_args!(
            "{}. {:<16} {:<28} {:>3.0} %  state changed: {}",
            place + 1,
            one.name,
            one.title,
            one.score * 100.0,
            one.applied.code()
        ));
    }
    if !found.alike.is_empty() {
        print::result(format_args!("\nthe text cannot tell apart: {}", found.alike.join(", ")));
    }
    if let Some(experiment) = &found.experiment {
        print::result(format_args!("what would: {experiment}"));
    }
    print_again(&found);
    Exit::Met
}

fn print_again(found: &Reproduction) {
    let Some(best) = found.candidates.first() else {
        return;
    };
    print::result(format_args!(
        "\nto have it again: conax-sim faults add '{{ preset: {}, times: 1 }}'",
        best.name
    ));
    if let Some(takes) = best.takes {
        print::result(format_args!("and: {takes}"));
    }
    if let [_, others @ ..] = found.alike.as_slice() {
        print::result(format_args!("or one of: {}", others.join(", ")));
    }
}
