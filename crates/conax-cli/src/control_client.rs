//! Calling the control API of a running simulator, for the verbs that do.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use std::time::Duration;

use clap::{Arg, ArgMatches};
use conax_model::secret::Secret;
use conax_sim::worlds::WORLD_HEADER;
use serde_json::Value;

use crate::exit::Exit;
use crate::print;
use crate::settings::{self, SettingsError, TARGET_VARIABLE};

/// How long connecting may take.
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);
/// How long an answer may take: what is asked for may be a lot of simulated time.
const ANSWER_PATIENCE: Duration = Duration::from_secs(300);
/// Bytes of an answer that are read at most.
const ANSWER_LIMIT: u64 = 256 << 20;

/// Where a control API is, and the token it asks for.
#[derive(Clone, Debug)]
pub(crate) struct ControlTarget {
    address: String,
    token: Option<Secret>,
    world: Option<String>,
}

/// The flags of a verb that calls the API about a world.
pub(crate) fn arguments() -> [Arg; 3] {
    let world = Arg::new("in-world")
        .long("world")
        .value_name("NAME")
        .help("The world it is about; without it, the main one");
    [target_argument(), token_argument(), world]
}

/// Where `serve` opens the control API unless it is told otherwise.
pub(crate) const TARGET: &str = "http://127.0.0.1:8082";

/// What was answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) http_status: u16,
    /// The body, whole.
    pub(crate) body: Vec<u8>,
}

/// The flag that names the API.
pub(crate) fn target_argument() -> Arg {
    Arg::new("target")
        .long("target")
        .value_name("URL")
        .default_value(TARGET)
        .env(TARGET_VARIABLE)
        .hide_env_values(true)
        .help("Address of the control API")
}

/// The flag that names the file with its token.
fn token_argument() -> Arg {
    Arg::new("token-file")
        .long("token-file")
        .value_name("FILE")
        .help("File with the bearer token the control API asks for")
}

impl ControlTarget {
    /// The API the flags name.
    pub(crate) fn of(matches: &ArgMatches) -> Result<Self, SettingsError> {
        let file = matches.get_one::<String>("token-file");
        let read = |path: &String| settings::read_secret_file("the token file", Path::new(path));
        Ok(Self {
            address: target(matches).to_owned(),
            token: file.map(read).transpose()?,
            world: matches.get_one::<String>("in-world").cloned(),
        })
    }

    /// The address, as it was given.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Takes the world the flags name, for a verb that names it in the path.
    pub(crate) fn take_world(&mut self) -> Option<String> {
        self.world.take()
    }
}

/// The address the flag names.
pub(crate) fn target(matches: &ArgMatches) -> &str {
    let given = matches.get_one::<String>("target");
    given.map_or("", String::as_str)
}

/// Reads from the API: the status and the JSON of its answer.
///
/// # Errors
/// If it does not answer; the text says why.
pub(crate) fn get(target: &ControlTarget, path: &str) -> Result<(u16, Value), String> {
    call(target, "GET", path, "")
}

/// Tells the API to act: the status and the JSON of its answer.
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

/// Tells the API to act, with a body of any text.
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

/// Tells the API to remove something.
///
/// # Errors
/// If it does not answer; the text says why.
pub(crate) fn delete(target: &ControlTarget, path: &str) -> Result<(u16, Value), String> {
    call(target, "DELETE", path, "")
}

/// Reads a text from the API.
///
/// # Errors
/// If it does not answer; the text says why.
pub(crate) fn get_text(target: &ControlTarget, path: &str) -> Result<(u16, String), String> {
    call_for_text(target, "GET", path, "")
}

/// Says why the API refused, or that it does not answer; its findings, if it has some.
pub(crate) fn refused(answer: Result<(u16, Value), String>) -> Exit {
    match answer {
        Ok((status, problem)) => {
            let Some(detail) = problem["detail"].as_str() else {
                print::aside(format_args!(
                    "error: what answers there, with HTTP {status}, is not the control API\n   \
                     hint: --target is the address of the control API, {TARGET} unless `serve` was \
                     told otherwise"
                ));
                return Exit::Surroundings;
            };
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
        format!("{address} does not answer like a control API")
    })
}

fn call_for_text(
    target: &ControlTarget,
    verb: &str,
    path: &str,
    body: &str,
) -> Result<(u16, String), String> {
    let answer = exchange(target, verb, path, None, body.as_bytes())?;
    let text = String::from_utf8(answer.body);
    text.map(|text| (answer.http_status, text))
        .map_err(|_| format!("{} does not answer like a control API", target.address))
}

/// Sends one call and reads the whole answer.
///
/// # Errors
/// If it does not answer, or not to the end; the text says why.
pub(crate) fn exchange(
    target: &ControlTarget,
    verb: &str,
    path: &str,
    content_type: Option<&str>,
    body: &[u8],
) -> Result<Answer, String> {
    let address = &target.address;
    let (mut stream, authority) = connect(address)?;
    let mut head = format!("{verb} {path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n");
    if let Some(content_type) = content_type {
        head += &format!("content-type: {content_type}\r\n");
    }
    if let Some(token) = &target.token {
        head += &format!("authorization: Bearer {}\r\n", token.expose());
    }
    if let Some(name) = &target.world {
        head += &format!("{WORLD_HEADER}: {name}\r\n");
    }
    for named in [path].into_iter().chain(target.world.as_deref()) {
        if !named.chars().all(|c| c.is_ascii_graphic()) {
            return Err(format!("nothing can be called {named:?} at the control API"));
        }
    }
    head += &format!("content-length: {}\r\n\r\n", body.len());
    let mut talk = || -> std::io::Result<Vec<u8>> {
        stream.set_read_timeout(Some(ANSWER_PATIENCE))?;
        stream.set_write_timeout(Some(ANSWER_PATIENCE))?;
        stream.write_all(head.as_bytes())?;
        // Who refuses early may not read to the end: what counts is the answer.
        let sent = stream.write_all(body);
        let mut reply = Vec::new();
        match (&stream).take(ANSWER_LIMIT).read_to_end(&mut reply) {
            Err(error) if reply.is_empty() => Err(sent.err().unwrap_or(error)),
            _ => Ok(reply),
        }
    };
    let reply = talk().map_err(|error| format!("{address} does not answer: {error}"))?;
    read(reply)
        .map_err(|problem| format!("{address} does not answer like a control door: {problem}"))
}

/// Connects to an address such as `http://127.0.0.1:8082`; with what stands in the `Host` header.
///
/// # Errors
/// If that fails; the text says why.
pub(crate) fn connect(target: &str) -> Result<(TcpStream, String), String> {
    let authority = target.strip_prefix("http://").unwrap_or(target).trim_end_matches('/');
    let mut addresses = authority.to_socket_addrs().map_err(|error| {
        format!(
            "`{target}` is not an address ({error})\n   \
                 hint: write it like `http://127.0.0.1:8082`"
        )
    })?;
    let address = addresses.next().ok_or_else(|| format!("`{target}` has no address"))?;
    let stream = TcpStream::connect_timeout(&address, CONNECT_PATIENCE).map_err(|error| {
        format!(
            "{target} does not answer: {error}\n   \
                 hint: is `conax-sim serve` running? For another control door: --target URL"
        )
    })?;
    Ok((stream, authority.to_owned()))
}

/// The answer in these bytes; a body that is shorter than announced was cut off.
fn read(mut reply: Vec<u8>) -> Result<Answer, &'static str> {
    let end = reply.windows(4).position(|bytes| bytes == b"\r\n\r\n");
    let end = end.ok_or("it is not HTTP")?;
    let body = reply.split_off(end + 4);
    let head = String::from_utf8_lossy(&reply);
    let mut lines = head.lines();
    let status = lines.next().and_then(status_of).ok_or("it is not HTTP")?;
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse().ok())?
    });
    if length.is_some_and(|length: usize| length != body.len()) {
        return Err("it was cut off");
    }
    Ok(Answer { http_status: status, body })
}

/// The status of an HTTP/1 status line; nothing else of an answer counts.
pub(crate) fn status_of(line: &str) -> Option<u16> {
    let rest = line.strip_prefix("HTTP/1.1 ").or_else(|| line.strip_prefix("HTTP/1.0 "))?;
    let (status, _) = rest.split_once(' ').unwrap_or((rest, ""));
    let digits = status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| status.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    //! What counts of an answer.

    use super::{Answer, read, status_of};

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
    fn only_a_whole_answer_is_one() {
        let read = |text: &str| read(text.as_bytes().to_vec());
        let whole = read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
        assert_eq!(whole, Ok(Answer { http_status: 200, body: b"hi".to_vec() }));
        for (text, tells) in [
            ("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nhi", "it was cut off"),
            ("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n", "it is not HTTP"),
            ("SSH-2.0\r\n\r\n", "it is not HTTP"),
            ("", "it is not HTTP"),
        ] {
            assert_eq!(read(text), Err(tells), "{text}");
        }
    }
}
