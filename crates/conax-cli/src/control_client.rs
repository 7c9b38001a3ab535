//! Calling the control door of a running house, for the verbs that do.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use std::time::Duration;

use clap::{Arg, ArgMatches};
use conax_model::secret::Secret;
use conax_sim::doorway::WORLD_HEADER;
use serde_json::Value;

use crate::exit::Exit;
use crate::print;
use crate::settings::{self, SettingsError};

/// How long connecting may take.
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);
/// How long an answer may take: what is asked for may be a lot of simulated time.
const ANSWER_PATIENCE: Duration = Duration::from_secs(300);
/// Bytes of an answer that are read at most.
const ANSWER_LIMIT: u64 = 256 << 20;

/// Where a control door is, and the token it asks for.
#[derive(Clone, Debug)]
pub(crate) struct ControlTarget {
    address: String,
    token: Option<Secret>,
    world: Option<String>,
}

/// The environment variable that names the door.
pub(crate) const TARGET_VARIABLE: &str = "CONAX_SIM_TARGET";

/// The flags of a verb that calls the door about a world.
pub(crate) fn arguments() -> [Arg; 3] {
    let world = Arg::new("in-world")
        .long("world")
        .value_name("NAME")
        .help("The world it is about; without it, the main one");
    [target_argument(), token_argument(), world]
}

/// The flag that names the door.
pub(crate) fn target_argument() -> Arg {
    Arg::new("target")
        .long("target")
        .value_name("URL")
        .default_value("http://127.0.0.1:8082")
        .env(TARGET_VARIABLE)
        .hide_env_values(true)
        .help("Address of the control door")
}

/// The flag that names the file with its token.
pub(crate) fn token_argument() -> Arg {
    Arg::new("token-file")
        .long("token-file")
        .value_name("FILE")
        .help("File with the bearer token the control door asks for")
}

impl ControlTarget {
    /// The door the flags name.
    pub(crate) fn of(matches: &ArgMatches) -> Result<Self, SettingsError> {
        let file = matches.get_one::<String>("token-file");
        let read = |path: &String| settings::read_secret_file("the token file", Path::new(path));
        Ok(Self {
            address: target(matches).to_owned(),
            token: file.map(read).transpose()?,
            world: matches
                .try_get_one::<String>("in-world")
                .ok()
                .flatten()
                .cloned(),
        })
    }
}

/// The address the flag names.
pub(crate) fn target(matches: &ArgMatches) -> &str {
    let given = matches.get_one::<String>("target");
    given.map_or("", String::as_str)
}

/// Reads from the door: the status and the JSON of its answer.
///
/// # Errors
/// If it does not answer; the text says why.
pub(crate) fn get(target: &ControlTarget, path: &str) -> Result<(u16, Value), String> {
    call(target, "GET", path, "")
}

/// Tells the door to act: the status and the JSON of its answer.
///
/// # Errors
/// If it does not answer; the text says why.
pub(crate) fn post(
    target: &ControlTarget,
    path: &str,
    body: &Value,
) -> Result<(u16, Value), String> {
    call(target, "POST", path, &body.to_string())
}

/// Tells the door to act, with a body of any text.
///
/// # Errors
/// If it does not answer; the text says why.
pub(crate) fn post_text(
    target: &ControlTarget,
    path: &str,
    body: &str,
) -> Result<(u16, Value), String> {
    call(target, "POST", path, body)
}

/// Tells the door to remove something.
///
/// # Errors
/// If it does not answer; the text says why.
pub(crate) fn delete(target: &ControlTarget, path: &str) -> Result<(u16, Value), String> {
    call(target, "DELETE", path, "")
}

/// Reads a text from the door.
///
/// # Errors
/// If it does not answer; the text says why.
pub(crate) fn get_text(target: &ControlTarget, path: &str) -> Result<(u16, String), String> {
    call_for_text(target, "GET", path, "")
}

/// Says why the door refused, or that it does not answer; its findings, if it has some.
pub(crate) fn refused(answer: Result<(u16, Value), String>) -> Exit {
    match answer {
        Ok((_, problem)) => {
            let detail = problem["detail"].as_str().unwrap_or("the door refused");
            print::aside(format_args!("error: {detail}"));
            for finding in problem["findings"].as_array().into_iter().flatten() {
                print::aside(finding.as_str().unwrap_or_default().trim_end());
            }
            Exit::NotMet
        }
        Err(problem) => {
            print::aside(format_args!("error: {problem}"));
            Exit::Surroundings
        }
    }
}

fn call(
    target: &ControlTarget,
    verb: &str,
    path: &str,
    body: &str,
) -> Result<(u16, Value), String> {
    let (status, text) = call_for_text(target, verb, path, body)?;
    let json = serde_json::from_str(&text);
    json.map(|json| (status, json)).map_err(|_| {
        let address = &target.address;
        format!("{address} does not answer like a control door")
    })
}

fn call_for_text(
    target: &ControlTarget,
    verb: &str,
    path: &str,
    body: &str,
) -> Result<(u16, String), String> {
    let address = &target.address;
    let (mut stream, authority) = connect(address)?;
    let token = target.token.as_ref().map_or_else(String::new, |token| {
        format!("authorization: Bearer {}\r\n", token.expose())
    });
    let world = match &target.world {
        None => String::new(),
        Some(name) if name.chars().all(|c| c.is_ascii_graphic()) => {
            format!("{WORLD_HEADER}: {name}\r\n")
        }
        Some(name) => return Err(format!("no world can have the name {name:?}")),
    };
    let call = format!(
        "{verb} {path} HTTP/1.1\r\nhost: {authority}\r\n{token}{world}content-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    );
    let mut talk = || -> std::io::Result<Vec<u8>> {
        stream.set_read_timeout(Some(ANSWER_PATIENCE))?;
        stream.write_all(call.as_bytes())?;
        let mut answer = Vec::new();
        (&stream).take(ANSWER_LIMIT).read_to_end(&mut answer)?;
        Ok(answer)
    };
    let answer = talk().map_err(|error| format!("{address} does not answer: {error}"))?;
    read(&answer).ok_or_else(|| format!("{address} does not answer like a control door"))
}

/// Connects to an address such as `http://127.0.0.1:8082`; with what stands in the `Host` header.
///
/// # Errors
/// If that fails; the text says why.
pub(crate) fn connect(target: &str) -> Result<(TcpStream, String), String> {
    let authority = target
        .strip_prefix("http://")
        .unwrap_or(target)
        .trim_end_matches('/');
    let mut addresses = authority.to_socket_addrs().map_err(|error| {
        format!(
            "`{target}` is not an address ({error})\n   \
                 hint: write it like `http://127.0.0.1:8082`"
        )
    })?;
    let address = addresses
        .next()
        .ok_or_else(|| format!("`{target}` has no address"))?;
    let stream = TcpStream::connect_timeout(&address, CONNECT_PATIENCE).map_err(|error| {
        format!(
            "{target} does not answer: {error}\n   \
                 hint: is `conax-sim serve` running? For another control door: --target URL"
        )
    })?;
    Ok((stream, authority.to_owned()))
}

fn read(answer: &[u8]) -> Option<(u16, String)> {
    let text = std::str::from_utf8(answer).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = status_of(head.lines().next()?)?;
    Some((status, body.to_owned()))
}

/// The status of an HTTP/1 status line; nothing else of an answer counts.
pub(crate) fn status_of(line: &str) -> Option<u16> {
    let rest = line
        .strip_prefix("HTTP/1.1 ")
        .or_else(|| line.strip_prefix("HTTP/1.0 "))?;
    let (status, _) = rest.split_once(' ').unwrap_or((rest, ""));
    let digits = status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| status.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    //! What counts of an answer.

    use super::{read, status_of};

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

    #[test]
    fn an_answer_is_a_status_and_a_body() {
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n{\"fired\": 17}";
        assert_eq!(read(answer), Some((200, "{\"fired\": 17}".to_owned())));
        assert_eq!(read(b"HTTP/1.1 200 OK\r\n"), None);
    }
}
