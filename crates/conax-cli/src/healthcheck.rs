//! `healthcheck`: asks a running house whether it is ready.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use clap::ArgMatches;

use crate::exit::Exit;
use crate::print;

const PATIENCE: Duration = Duration::from_secs(5);

/// The longest status line that is read.
const LINE_LIMIT: u64 = 1024;

/// Asks, and prints what was answered.
pub(crate) fn run(matches: &ArgMatches) -> Exit {
    let target = matches
        .get_one::<String>("target")
        .map_or("", String::as_str);
    let line = match ask(target) {
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
        // An exposed control door asks for its token; that it asks shows that it is there.
        Some(401) => {
            print::result("ready (the control door asks for its token)");
            Exit::Met
        }
        _ => {
            print::aside(format_args!("not ready: {}", shown(&line)));
            Exit::NotMet
        }
    }
}

/// The status of an HTTP/1 status line; nothing else of an answer counts.
fn status_of(line: &str) -> Option<u16> {
    let rest = line
        .strip_prefix("HTTP/1.1 ")
        .or_else(|| line.strip_prefix("HTTP/1.0 "))?;
    let (status, _) = rest.split_once(' ').unwrap_or((rest, ""));
    let digits = status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| status.parse().ok()).flatten()
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
    let authority = target
        .strip_prefix("http://")
        .unwrap_or(target)
        .trim_end_matches('/');
    let mut addresses = authority
        .to_socket_addrs()
        .map_err(|error| format!("`{target}` is not an address: {error}"))?;
    let address = addresses
        .next()
        .ok_or_else(|| format!("`{target}` has no address"))?;
    let talk = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "GET /v1/ready HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n"
        )?;
        let mut line = Vec::new();
        BufReader::new(stream.take(LINE_LIMIT)).read_until(b'\n', &mut line)?;
        Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
    };
    talk().map_err(|error| format!("{target} does not answer: {error}"))
}

#[cfg(test)]
mod tests {
    //! Only the status line decides.

    use super::status_of;

    #[test]
    fn only_the_status_of_an_http_status_line_counts() {
        for (line, status) in [
            ("HTTP/1.1 200 OK", Some(200)),
            ("HTTP/1.0 200", Some(200)),
            ("HTTP/1.1 401 Unauthorized", Some(401)),
            ("HTTP/1.1 500 see 401 below", Some(500)),
            ("HTTP/1.1 2000 OK", None),
            ("HTTP/1.1 +20 OK", None),
            ("HTTP/1.1 200OK", None),
            ("SSH-2.0 401 200", None),
            ("", None),
        ] {
            assert_eq!(status_of(line), status, "{line}");
        }
    }
}
