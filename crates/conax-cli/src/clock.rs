//! `clock`: looks at the clock of a running simulator and lets its time pass.

use clap::{Arg, ArgMatches, Command};
use conax_contract::control::NOTHING_DUE;
use serde_json::{Map, Value, json};

use crate::control_client::{self, ControlTarget};
use crate::exit::Exit;
use crate::print;
use crate::serve::complain;

/// The members of the answers, in the order in which they are printed.
const MEMBERS: [&str; 12] = [
    "mode", "scale", "from", "now", "waiting", "next", "calls", "fired", "steps", "runs",
    "at_rest", "says",
];

/// The verb.
pub(crate) fn command() -> Command {
    let at_endpoint = |command: Command| command.args(control_client::arguments());
    let by = Arg::new("by")
        .value_name("DURATION")
        .required_unless_present("to")
        .help("How much time is to pass, such as `10min`, `1h30min` or `500ms`");
    let to = Arg::new("to")
        .long("to")
        .value_name("DATE")
        .conflicts_with("by")
        .help("Until when, such as `2014-11-30T09:00:00`");
    let limit = Arg::new("limit")
        .long("limit")
        .value_name("DURATION")
        .help("The most simulated time it may take, such as `1d`");
    Command::new("clock")
        .about("Look at the clock of a running conax-sim, or let its time pass")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .after_help(
            "Examples:\n  \
             conax-sim serve --clock 'stepped from 2014-11-30T08:59:00'\n  \
             conax-sim clock show\n  \
             conax-sim clock advance 10min\n  \
             conax-sim clock advance --to 2014-11-30T09:30:00\n  \
             conax-sim clock settle --limit 1d",
        )
        .subcommand(at_endpoint(
            Command::new("show")
                .about("Print simulated time, how it passes, and who waits for it")
                .after_help(
                    "`at_rest` says that nobody is at work at this moment of simulated time: who \
                     is left waits for time to pass, such as a call whose answer is held up.\n\n\
                     Example:\n  conax-sim clock show --target http://127.0.0.1:8082",
                ),
        ))
        .subcommand(at_endpoint(
            Command::new("advance")
                .about("Let time pass at once: everything due happens in order")
                .arg(by)
                .arg(to)
                .after_help(
                    "Examples:\n  conax-sim clock advance 10min\n  \
                     conax-sim clock advance --to 2014-11-30T09:30:00",
                ),
        ))
        .subcommand(at_endpoint(
            Command::new("settle")
                .about("Let time pass until nothing more is due")
                .arg(limit)
                .after_help("Example:\n  conax-sim clock settle --limit 1d"),
        ))
}

/// Runs the verb; prints what the API answers.
pub(crate) fn run(matches: &ArgMatches) -> Exit {
    let Some((verb, matches)) = matches.subcommand() else {
        return Exit::Usage;
    };
    let target = match ControlTarget::of(matches) {
        Ok(target) => target,
        Err(error) => return complain(&error, Exit::Settings),
    };
    let answer = match verb {
        "show" => control_client::get(&target, "/v1/clock"),
        "advance" => {
            let body = given(matches, &["by", "to"]);
            control_client::post(&target, "/v1/clock/advance", &body)
        }
        _ => control_client::post(&target, "/v1/clock/settle", &given(matches, &["limit"])),
    };
    match answer {
        Ok((200, answer)) => shown(verb, &answer),
        other => control_client::refused(other),
    }
}

/// The arguments that were given, as members of a body.
fn given(matches: &ArgMatches, names: &[&str]) -> Value {
    let members = names.iter().filter_map(|name| {
        let value = matches.get_one::<String>(name)?;
        Some(((*name).to_owned(), json!(value)))
    });
    Value::Object(members.collect::<Map<_, _>>())
}

/// Prints an answer, a line for each member; not as expected if the simulator did not come to rest.
fn shown(verb: &str, answer: &Value) -> Exit {
    for name in MEMBERS {
        match answer.get(name) {
            None => {}
            Some(Value::String(text)) => print::result(format_args!("{name}: {text}")),
            Some(value) => print::result(format_args!("{name}: {value}")),
        }
    }
    let settled = match verb {
        "advance" => answer["at_rest"] == true,
        "settle" => answer["says"] == NOTHING_DUE,
        _ => true,
    };
    match settled {
        true => Exit::Met,
        false => Exit::NotMet,
    }
}
