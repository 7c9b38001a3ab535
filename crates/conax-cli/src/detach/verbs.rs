//! `stop` and `status`: simulators in the background, by name.

use std::path::Path;
use std::sync::mpsc::channel;
use std::time::Duration;

use clap::{Arg, ArgMatches, Command};
use serde_json::{Value, json};

use super::output;
use super::place::{DEFAULT_NAME, NAME_VARIABLE, Place, folder, folder_argument, names};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::flags::{Flags, flag, switch};
use crate::print;

/// How long `stop` waits unless it is told: longer than `grace` is by itself.
const PATIENCE: &str = "60s";

fn name_argument(help: &'static str) -> Arg {
    Arg::new("name").value_name("NAME").env(NAME_VARIABLE).hide_env_values(true).help(help)
}

/// The verb `stop`.
pub(crate) fn stop_command() -> Command {
    Command::new("stop")
        .about("Stop a simulator that `serve --detach` started, and wait for its end")
        .arg(name_argument("Which one [default: `default`]"))
        .arg(switch("all", "Every one in the folder").conflicts_with("name"))
        .arg(flag("timeout", "TIME", "How long to wait for its end").default_value(PATIENCE))
        .arg(folder_argument())
        .after_help("Examples:\n  conax-sim stop\n  conax-sim stop --all")
}

/// The verb `status`.
pub(crate) fn status_command() -> Command {
    Command::new("status")
        .about("Tell which simulators `serve --detach` started are running, and where")
        .arg(name_argument("Which one; without it, every one in the folder"))
        .arg(
            flag("format", "FORM", "human, json, or eval: what `serve --detach` printed")
                .value_parser(["human", "json", "eval"])
                .default_value("human"),
        )
        .arg(folder_argument())
        .after_help(
            "Ends with 0 if they are running, and with 5 if one is not.\n\n\
             Examples:\n  conax-sim status\n  eval \"$(conax-sim status default --format eval)\"",
        )
}

/// Stops simulators.
pub(crate) fn stop(matches: &ArgMatches) -> Exit {
    let stopped = chosen(matches).and_then(|places| {
        let patience = matches.time("timeout", "60s")?.unwrap_or_default();
        let ends = places.iter().map(|place| stop_one(place, patience));
        Ok(ends.map(|end| end.unwrap_or_else(Failure::report)).fold(Exit::Met, worse))
    });
    stopped.unwrap_or_else(Failure::report)
}

fn worse(one: Exit, other: Exit) -> Exit {
    if one == Exit::Met { other } else { one }
}

/// Those the flags name.
fn chosen(matches: &ArgMatches) -> Result<Vec<Place>, Failure> {
    let folder = folder(matches)?;
    match matches.get_flag("all") {
        true => all(&folder),
        false => {
            let name = matches.text("name").unwrap_or(DEFAULT_NAME);
            Ok(vec![Place::new(folder, name)?])
        }
    }
}

fn all(folder: &Path) -> Result<Vec<Place>, Failure> {
    names(folder).iter().map(|name| Place::new(folder.to_owned(), name)).collect()
}

fn stop_one(place: &Place, patience: Duration) -> Result<Exit, Failure> {
    let (record, name) = (place.record(), &place.name);
    if !place.is_alive()? {
        place.remove_record()?;
        return Err(gone(place, record.as_ref()));
    }
    // Held for reading once it has ended: the system lets go of the lock, however it ends.
    let lock = place.lock()?;
    place.remove_record()?;
    let (sender, ended) = channel();
    std::thread::spawn(move || sender.send(lock.lock_shared()));
    if ended.recv_timeout(patience).is_err() {
        let pid = record.map_or(Value::Null, |record| record["pid"].clone());
        let log = place.log_file();
        let problem = format!("`{name}` (process {pid}) has not ended within {patience:?}");
        let hint = format!("it has been asked to; its log is `{}`", log.display());
        return Err(Failure::new(Exit::Surroundings, problem).hint(hint));
    }
    print::result(format_args!("{name}: stopped"));
    Ok(Exit::Met)
}

/// That nothing is running there.
fn gone(place: &Place, record: Option<&Value>) -> Failure {
    let name = &place.name;
    match record {
        Some(record) => {
            let log = output::text(record, "log");
            let problem = format!("`{name}` is not running: it ended without being asked to");
            Failure::new(Exit::Surroundings, problem).hint(format!("its log is `{log}`"))
        }
        None => {
            let folder = place.folder.display();
            let problem = format!("no simulator called `{name}` is running");
            let hint = format!("`conax-sim status` lists those of `{folder}`");
            Failure::new(Exit::Surroundings, problem).hint(hint)
        }
    }
}

/// Tells of simulators.
pub(crate) fn status(matches: &ArgMatches) -> Exit {
    let folder = match folder(matches) {
        Ok(folder) => folder,
        Err(failure) => return failure.report(),
    };
    let places = match matches.text("name") {
        Some(name) => Place::new(folder.clone(), name).map(|place| vec![place]),
        None => all(&folder),
    };
    let told = places.and_then(|places| tell(&places, &folder, matches.text("format")));
    told.unwrap_or_else(Failure::report)
}

fn tell(places: &[Place], folder: &Path, format: Option<&str>) -> Result<Exit, Failure> {
    let mut exit = Exit::Met;
    let mut list = Vec::new();
    for place in places {
        let (record, is_running) = (place.record(), place.is_alive()?);
        match (record, format) {
            (Some(mut record), Some("json")) => {
                record["running"] = json!(is_running);
                list.push(record);
            }
            (Some(record), Some("eval")) if is_running => output::print(&record, "eval"),
            (Some(record), Some("human")) => print_one(&record, is_running),
            (record, _) => exit = gone(place, record.as_ref()).report(),
        }
        if !is_running {
            exit = Exit::Surroundings;
        }
    }
    match format {
        Some("json") => print::result(Value::Array(list)),
        _ if places.is_empty() => {
            let folder = folder.display();
            let problem = format!("no simulator of `{folder}` is running");
            return Err(Failure::new(Exit::Surroundings, problem));
        }
        _ => {}
    }
    Ok(exit)
}

fn print_one(record: &Value, is_running: bool) {
    let state = match is_running {
        true => format!("running, process {}", record["pid"]),
        false => "ended without being asked to".to_owned(),
    };
    print::result(format_args!("{}: {state}", output::text(record, "name")));
    let closed = || "closed".to_owned();
    let member = |name: &str| record[name].as_str().map_or_else(closed, str::to_owned);
    let crm = output::crm(record).unwrap_or_else(closed);
    if is_running {
        print::result(format_args!("  provisioning API  {crm}"));
        print::result(format_args!("  simulated Conax   {}", member("cas")));
        print::result(format_args!("  control API       {}", member("control")));
    }
    print::result(format_args!("  log               {}", member("log")));
}
