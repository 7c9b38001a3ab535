//! `healthcheck`: asks a running simulator whether it is ready.

use std::io::{BufRead, BufReader, Read, Write};
use std::time::Duration;

use clap::ArgMatches;

use crate::control_client::{connect, status_of, target};
use crate::exit::Exit;
use crate::print;

const PATIENCE: Duration = Duration::from_secs(5);

/// The longest status line that is read.
const LINE_LIMIT: u64 = 1024;

/// Asks, and prints what was answered.
pub(crate) fn run(matches: &ArgMatches) -> Exit {
    let line = match ask(target(matches)) {
        Ok(line) => line,
        Err(problem) => {
            print::aside(format_args!("not ready: {problem}"));
            return Exit::Surroundings;
        }
    };
    match status_of(&line) {
        Some(200) => {
            print::result("ready");
            Exit::Met
        }
        // An exposed control API asks for its token; that it asks shows that it is there.
        Some(401) => {
            print::result("ready (the control API asks for its token)");
            Exit::Met
        }
        _ => {
            print::aside(format_args!("not ready: {}", shown(&line)));
            Exit::NotMet
        }
    }
}

/// What came instead, from whoever it is that answers there.
fn shown(line: &str) -> String {
    match line {
        "" => "an empty answer".to_owned(),
        line => line.chars().filter(|c| !c.is_control()).take(80).collect(),
    }
}

/// The first line of the answer.
fn ask(target: &str) -> Result<String, String> {
    let (mut stream, authority) = connect(target)?;
    let mut talk = || -> std::io::Result<String> {
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(stream, "GET /v1/ready HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n")?;
        let mut line = Vec::new();
        BufReader::new((&stream).take(LINE_LIMIT)).read_until(b'\n', &mut line)?;
        Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
    };
    talk().map_err(|error| format!("{target} does not answer: {error}"))
}
