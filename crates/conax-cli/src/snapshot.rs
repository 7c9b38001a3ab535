//! `snapshot`: saves a world of a running house to a sealed file, and loads it back.

mod control;

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command};
use conax_contract::control::SNAPSHOT_TYPE;
use serde_json::Value;

use self::control::{Answer, ControlDoor};
use crate::exit::Exit;
use crate::print;
use crate::serve::complain;
use crate::settings::{self, SettingsError};

/// Why a snapshot is not saved or loaded.
#[derive(Debug, thiserror::Error)]
enum SnapshotError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error("failed to read the snapshot `{}`", .0.display())]
    Read(PathBuf, #[source] std::io::Error),
    #[error("failed to write the snapshot `{}`", .0.display())]
    Write(PathBuf, #[source] std::io::Error),
    #[error("{0} does not answer")]
    Silent(String, #[source] std::io::Error),
    #[error("{0}")]
    Refused(String),
}

const fn exit_of(error: &SnapshotError) -> Exit {
    match error {
        SnapshotError::Settings(_) | SnapshotError::Read(..) => Exit::Settings,
        SnapshotError::Write(..) | SnapshotError::Silent(..) => Exit::Surroundings,
        SnapshotError::Refused(_) => Exit::NotMet,
    }
}

pub(crate) fn command() -> Command {
    Command::new("snapshot")
        .about("Save a world of a running conax-sim to a sealed file, or load it back")
        .subcommand_required(true)
        .subcommand(verb("save", "Save a world as it is now", "File to write"))
        .subcommand(verb(
            "load",
            "Bring a world back to a file",
            "File that was saved",
        ))
        .after_help(
            "Another process loads the file only if it has the same `snapshot-key-file`.\n\n\
             Examples:\n  \
             conax-sim snapshot save storm.snapshot\n  \
             conax-sim snapshot load storm.snapshot --world suite-1",
        )
}

fn verb(name: &'static str, about: &'static str, file: &'static str) -> Command {
    let file = Arg::new("file")
        .value_name("FILE")
        .required(true)
        .help(file);
    let world = Arg::new("world")
        .long("world")
        .value_name("NAME")
        .help("World of the house [default: the main one]");
    let target = Arg::new("target")
        .long("target")
        .value_name("URL")
        .default_value("http://127.0.0.1:8082")
        .help("Address of the control door");
    let token = Arg::new("token-file")
        .long("token-file")
        .value_name("FILE")
        .help("File with the bearer token the control door asks for");
    Command::new(name)
        .about(about)
        .args([file, world, target, token])
}

pub(crate) fn run(matches: &ArgMatches) -> Exit {
    let result = match matches.subcommand() {
        Some(("save", matches)) => save(matches),
        Some(("load", matches)) => load(matches),
        _ => return Exit::Usage,
    };
    match result {
        Ok(sentence) => {
            print::result(sentence);
            Exit::Met
        }
        Err(error) => complain(&error, exit_of(&error)),
    }
}

fn save(matches: &ArgMatches) -> Result<String, SnapshotError> {
    let (path, door) = (path(matches), door(matches)?);
    let world = world(matches, &door)?;
    let target = format!("/v1/worlds/{world}/snapshot");
    let answer = ask(
        &door,
        "POST",
        &target,
        "application/json",
        br#"{"file":true}"#,
    )?;
    let bytes = accepted(answer)?;
    std::fs::write(path, &bytes).map_err(|source| SnapshotError::Write(path.into(), source))?;
    let count = bytes.len();
    Ok(format!(
        "saved the world `{world}` to {} ({count} bytes)",
        path.display()
    ))
}

fn load(matches: &ArgMatches) -> Result<String, SnapshotError> {
    let (path, door) = (path(matches), door(matches)?);
    let bytes = std::fs::read(path).map_err(|source| SnapshotError::Read(path.into(), source))?;
    let world = world(matches, &door)?;
    let target = format!("/v1/worlds/{world}/restore");
    let restored = accepted(ask(&door, "POST", &target, SNAPSHOT_TYPE, &bytes)?)?;
    let restored: Value = serde_json::from_slice(&restored).unwrap_or_default();
    let now = restored["now"].as_str().unwrap_or("an unknown time");
    Ok(format!(
        "the world `{world}` is back at {now}, as {} has it",
        path.display()
    ))
}

fn path(matches: &ArgMatches) -> &Path {
    Path::new(text(matches, "file").unwrap_or_default())
}

fn text<'a>(matches: &'a ArgMatches, name: &str) -> Option<&'a str> {
    matches.get_one::<String>(name).map(String::as_str)
}

fn door(matches: &ArgMatches) -> Result<ControlDoor, SnapshotError> {
    let token = text(matches, "token-file").map(Path::new);
    let token = token.map(|path| settings::read_secret_file("the token file", path));
    let target = text(matches, "target").unwrap_or_default();
    Ok(ControlDoor::new(target, token.transpose()?))
}

/// The world that was named, or the main one.
fn world(matches: &ArgMatches, door: &ControlDoor) -> Result<String, SnapshotError> {
    if let Some(name) = text(matches, "world") {
        return Ok(name.to_owned());
    }
    let listed = accepted(ask(door, "GET", "/v1/worlds", "application/json", b"")?)?;
    let listed: Value = serde_json::from_slice(&listed).unwrap_or_default();
    let main = listed["main"].as_str().map(str::to_owned);
    main.ok_or_else(|| SnapshotError::Refused(format!("{} is no control door", door.target())))
}

fn ask(
    door: &ControlDoor,
    verb: &str,
    target: &str,
    content_type: &str,
    body: &[u8],
) -> Result<Answer, SnapshotError> {
    let answer = door.exchange(verb, target, content_type, body);
    answer.map_err(|source| SnapshotError::Silent(door.target().to_owned(), source))
}

/// The body of an answer that is no refusal.
fn accepted(answer: Answer) -> Result<Vec<u8>, SnapshotError> {
    match answer.http_status {
        200 | 201 => Ok(answer.body),
        401 => Err(SnapshotError::Refused(
            "the control door asks for its token; give it with `--token-file`".to_owned(),
        )),
        status => {
            let problem: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            let detail = problem["detail"].as_str().map(str::to_owned);
            let detail = detail.unwrap_or_else(|| format!("it was answered with HTTP {status}"));
            Err(SnapshotError::Refused(detail))
        }
    }
}
