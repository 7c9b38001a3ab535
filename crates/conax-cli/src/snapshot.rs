//! `snapshot`: saves a world of a running simulator to a sealed file, and loads it back.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command};
use conax_contract::control::SNAPSHOT_TYPE;
use serde_json::Value;

use crate::control_client::{self, Answer, ControlTarget};
use crate::exit::Exit;
use crate::print;
use crate::serve::complain;
use crate::settings::SettingsError;
use crate::write::write_file;

/// Why a snapshot is not saved or loaded.
#[derive(Debug, thiserror::Error)]
enum SnapshotError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error("failed to read the snapshot `{}`", .0.display())]
    Read(PathBuf, #[source] std::io::Error),
    #[error("failed to write the snapshot `{}`", .0.display())]
    Write(PathBuf, #[source] std::io::Error),
    #[error("{0}")]
    Silent(String),
    #[error("{0}")]
    Refused(String),
    #[error("{0}")]
    NotValid(String),
}

const fn exit_of(error: &SnapshotError) -> Exit {
    match error {
        SnapshotError::Settings(_) | SnapshotError::Read(..) | SnapshotError::NotValid(_) => {
            Exit::Settings
        }
        SnapshotError::Write(..) | SnapshotError::Silent(..) => Exit::Surroundings,
        SnapshotError::Refused(_) => Exit::NotMet,
    }
}

pub(crate) fn command() -> Command {
    Command::new("snapshot")
        .about("Save a world of a running conax-sim to a sealed file, or load it back")
        .subcommand_required(true)
        .subcommand(verb("save", "Save a world as it is now", "File to write"))
        .subcommand(verb("load", "Bring a world back to a file", "File that was saved"))
        .after_help(
            "Another process loads the file only if it has the same `snapshot-key-file`.\n\n\
             Examples:\n  \
             conax-sim snapshot save storm.snapshot\n  \
             conax-sim snapshot load storm.snapshot --world suite-1",
        )
}

fn verb(name: &'static str, about: &'static str, file: &'static str) -> Command {
    let file = Arg::new("file").value_name("FILE").required(true).help(file);
    Command::new(name).about(about).arg(file).args(control_client::arguments())
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
    let (path, (door, world)) = (path(matches), door_and_world(matches)?);
    let target = format!("/v1/worlds/{world}/snapshot");
    let bytes = ask(&door, "POST", &target, "application/json", br#"{"file":true}"#)?;
    write_file(path, &bytes).map_err(|source| SnapshotError::Write(path.into(), source))?;
    let count = bytes.len();
    Ok(format!("saved the world `{world}` to {} ({count} bytes)", path.display()))
}

fn load(matches: &ArgMatches) -> Result<String, SnapshotError> {
    let path = path(matches);
    let bytes =
        crate::read::written(path).map_err(|source| SnapshotError::Read(path.into(), source))?;
    let (door, world) = door_and_world(matches)?;
    let target = format!("/v1/worlds/{world}/restore");
    let restored = ask(&door, "POST", &target, SNAPSHOT_TYPE, &bytes)?;
    let restored: Value = serde_json::from_slice(&restored).unwrap_or_default();
    let now = restored["now"].as_str().unwrap_or("an unknown time");
    Ok(format!("the world `{world}` is back at {now}, as {} has it", path.display()))
}

fn path(matches: &ArgMatches) -> &Path {
    let file = matches.get_one::<String>("file");
    Path::new(file.map_or("", String::as_str))
}

/// The API, and the world that was named, or the main one.
fn door_and_world(matches: &ArgMatches) -> Result<(ControlTarget, String), SnapshotError> {
    let mut door = ControlTarget::of(matches)?;
    if let Some(name) = door.take_world() {
        return Ok((door, name));
    }
    let listed = ask(&door, "GET", "/v1/worlds", "application/json", b"")?;
    let listed: Value = serde_json::from_slice(&listed).unwrap_or_default();
    match listed["main"].as_str() {
        Some(main) => Ok((door, main.to_owned())),
        None => Err(SnapshotError::Refused(format!("{} is no control API", door.address()))),
    }
}

/// The body of an answer that is no refusal.
fn ask(
    door: &ControlTarget,
    verb: &str,
    target: &str,
    content_type: &str,
    body: &[u8],
) -> Result<Vec<u8>, SnapshotError> {
    let answer = control_client::exchange(door, verb, target, Some(content_type), body);
    accepted(answer.map_err(SnapshotError::Silent)?)
}

fn accepted(answer: Answer) -> Result<Vec<u8>, SnapshotError> {
    match answer.http_status {
        200 | 201 => Ok(answer.body),
        401 => Err(SnapshotError::Refused(
            "the control API asks for its token; give it with `--token-file`".to_owned(),
        )),
        status => {
            let problem: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            let detail = problem["detail"].as_str().map(str::to_owned);
            let detail = detail.unwrap_or_else(|| format!("it was answered with HTTP {status}"));
            Err(match problem["title"].as_str() {
                Some("snapshot not valid") => SnapshotError::NotValid(detail),
                _ => SnapshotError::Refused(detail),
            })
        }
    }
}
