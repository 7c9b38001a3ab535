//! `drift`: where the CRM of a running simulator and its Conax differ, and making them equal.

use clap::{ArgMatches, Command};
use conax_contract::text::counted;
use serde_json::{Value, json};

use crate::control_client::{self, ControlTarget};
use crate::exit::Exit;
use crate::print;
use crate::serve::complain;

/// The verb.
pub(crate) fn command() -> Command {
    let at_endpoint = |command: Command| command.args(control_client::arguments());
    Command::new("drift")
        .about("Where CRM and Conax differ, why, and making them equal again")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            at_endpoint(Command::new("show"))
                .about("List every difference with its cause; exit 4 if there is one")
                .after_help("Example:\n  conax-sim drift show"),
        )
        .subcommand(
            at_endpoint(Command::new("heal"))
                .about("Create the requests that make both sides equal; processing runs send them")
                .after_help("Example:\n  conax-sim drift heal"),
        )
}

/// Runs the verb.
pub(crate) fn run(matches: &ArgMatches) -> Exit {
    let Some((verb, matches)) = matches.subcommand() else {
        return Exit::Usage;
    };
    let target = match ControlTarget::of(matches) {
        Ok(target) => target,
        Err(error) => return complain(&error, Exit::Settings),
    };
    let answer = match verb {
        "show" => control_client::get(&target, "/v1/drift"),
        _ => control_client::post(&target, "/v1/drift/heal", &json!({})),
    };
    match (answer, verb) {
        (Ok((200, answer)), "show") => show(&answer),
        (Ok((200, answer)), _) => {
            let requests = answer["requests"].as_array().map_or(0, Vec::len);
            print::result(format_args!(
                "{}, {} created: {}",
                counted(answer["drift"].as_u64().unwrap_or_default(), "difference"),
                counted(requests, "request"),
                answer["next"].as_str().unwrap_or_default()
            ));
            for sentence in answer["cannot_heal"].as_array().into_iter().flatten() {
                print::result(format_args!("  {}", sentence.as_str().unwrap_or_default()));
            }
            Exit::Met
        }
        (other, _) => control_client::refused(other),
    }
}

fn show(answer: &Value) -> Exit {
    let entries = answer["drift"].as_array().cloned().unwrap_or_default();
    for turned in answer["turned_round"].as_array().into_iter().flatten() {
        print::result(turned["because"].as_str().unwrap_or_default());
    }
    if entries.is_empty() {
        print::result("no drift: CRM and Conax agree");
        return Exit::Met;
    }
    let words = |value: &Value| {
        let words = value.as_array().into_iter().flatten();
        words.filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
    };
    for entry in &entries {
        print::result(format_args!(
            "{} {} {}: CRM {}, Conax {}\n  because {}\n  heals   {}",
            entry["kind"].as_str().unwrap_or("?"),
            words(&entry["smartcards"]),
            words(&entry["items"]),
            entry["crm"].as_str().unwrap_or("?"),
            entry["conax"].as_str().unwrap_or("?"),
            entry["because"].as_str().unwrap_or("?"),
            words(&entry["heals"]),
        ));
        if let Some(why) = entry["cannot_heal"].as_str() {
            print::result(format_args!("  but     {why}"));
        }
    }
    Exit::NotMet
}
