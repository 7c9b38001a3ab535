//! `serve --detach`: starts the one that stays, and returns when it is ready.

use std::env::{args_os, current_exe};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use clap::{Arg, ArgMatches};
use serde_json::Value;

use super::output;
use super::place::{DEFAULT_NAME, Place, folder, folder_argument};
use crate::exit::Exit;
use crate::failure::{Failure, OrFail};
use crate::flags::{Flags, flag, switch};
use crate::{print, read, write};

/// The flag by which the one that stays knows that it is the one.
pub(crate) const CHILD: &str = "detached";

/// The flags of `serve` that are about the background.
pub(crate) fn arguments() -> [Arg; 4] {
    let help = "Serve in the background: return when everything is open, and print where, to be \
                evaluated by a shell";
    [
        switch("detach", help),
        flag("name", "NAME", "Its name in the background, for `stop` and `status`")
            .default_value(DEFAULT_NAME)
            .requires("detach"),
        folder_argument(),
        switch(CHILD, "").hide(true),
    ]
}

/// The place the flags of `serve` name.
pub(super) fn place(matches: &ArgMatches) -> Result<Place, Failure> {
    Place::new(folder(matches)?, matches.text("name").unwrap_or(DEFAULT_NAME))
}

/// Starts a simulator in the background, and prints where it is.
pub(crate) fn start(matches: &ArgMatches, format: &str) -> Result<Exit, Failure> {
    let place = place(matches)?;
    place.lock()?;
    if place.is_alive()? {
        return Err(already(&place));
    }
    // Of one that has ended without being asked.
    place.remove_record()?;
    let path = place.log_file();
    let log = write::begin_log(&path).map_err(|error| write::not_written("", &path, &error))?;
    let mut child = spawn(log)?;
    match first_line(&mut child) {
        Some(record) => {
            output::print(&record, format);
            Ok(Exit::Met)
        }
        None => Ok(failed(child, &place)),
    }
}

/// That its place is taken.
pub(super) fn already(place: &Place) -> Failure {
    let name = &place.name;
    let at = place.record().map_or_else(String::new, |record| {
        format!(" (process {}, log {})", record["pid"], output::text(&record, "log"))
    });
    let problem = format!("a simulator called `{name}` is running already{at}");
    let hint = format!("`conax-sim stop {name}` ends it; --name NAME starts another one beside it");
    Failure::new(Exit::Surroundings, problem).hint(hint)
}

fn spawn(log: File) -> Result<Child, Failure> {
    let mut command = Command::new(current_exe().or_fail(Exit::Surroundings)?);
    command
        .args(args_os().skip(1))
        .arg(format!("--{CHILD}"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log);
    leave_the_terminal(&mut command);
    command.spawn().or_fail(Exit::Surroundings)
}

/// Ctrl-C in the terminal is not for it.
#[cfg(unix)]
fn leave_the_terminal(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(windows)]
fn leave_the_terminal(command: &mut Command) {
    const DETACHED_PROCESS: u32 = 0x0000_0008;
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;
    let flags = DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP;
    std::os::windows::process::CommandExt::creation_flags(command, flags);
}

/// What it says of itself when it is ready; nothing if it ends before.
fn first_line(child: &mut Child) -> Option<Value> {
    let mut line = String::new();
    BufReader::new(child.stdout.take()?).read_line(&mut line).ok()?;
    serde_json::from_str(&line).ok()
}

/// Says why it did not become ready, and ends as it did.
fn failed(mut child: Child, place: &Place) -> Exit {
    let code = child.wait().ok().and_then(|status| status.code());
    let path = place.log_file();
    let reason = read::generated_text(&path).unwrap_or_default();
    match reason.trim_end() {
        "" => print::aside(format_args!(
            "error: the simulator ended before it was ready, without a word in `{}`",
            path.display()
        )),
        reason => print::aside_lines(reason),
    }
    code.and_then(Exit::of_code).filter(|exit| *exit != Exit::Met).unwrap_or(Exit::OurBug)
}
