//! What the commands of our pages call besides `conax-sim`: `curl` and `cargo`, as far as pages use
//! them, so that pages are run on a machine that has neither curl nor time for a release build.
//!
//! It goes by the name it is called by. Unlike curl it can be strict: an answer that refuses what
//! was asked is a failure (`PAGES_STRICT`), because a page that shows no answer promises that the
//! call works.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let mut arguments = std::env::args();
    let called = arguments.next().unwrap_or_default();
    let arguments: Vec<String> = arguments.collect();
    let name = Path::new(&called).file_name().unwrap_or_default();
    let ended = match name.to_str() {
        Some("curl") => curl(&arguments),
        Some("cargo") => cargo(&arguments),
        _ => Err(format!("`{called}` is no command of the pages")),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(std::io::stderr(), "{message}");
            ExitCode::FAILURE
        }
    }
}

/// `cargo run --release -- …` is the program that was built for the tests.
fn cargo(arguments: &[String]) -> Result<(), String> {
    let Some(rest) = arguments.strip_prefix(&["run", "--release", "--"].map(str::to_owned)) else {
        return Err(format!("cargo {} is not run by pages", arguments.join(" ")));
    };
    Err(Command::new("conax-sim").args(rest).exec().to_string())
}

#[derive(Default)]
struct Call {
    verb: Option<String>,
    body: Option<Vec<u8>>,
    headers: Vec<String>,
    url: String,
    output: Option<String>,
    shows_head: bool,
}

fn read_call(arguments: &[String]) -> Result<Call, String> {
    let mut call = Call::default();
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        let mut value = || rest.next().cloned().ok_or(format!("{word} needs a value"));
        match word.as_str() {
            "-s" => {}
            "-i" => call.shows_head = true,
            "-X" => call.verb = Some(value()?),
            "-o" => call.output = Some(value()?),
            "-H" => call.headers.push(value()?),
            "-d" => call.body = Some(body(&value()?, false)?),
            "--data-binary" => call.body = Some(body(&value()?, true)?),
            flag if flag.starts_with('-') => return Err(format!("curl {flag} is not known here")),
            url if call.url.is_empty() => url.clone_into(&mut call.url),
            second => return Err(format!("a second URL: {second}")),
        }
    }
    Ok(call)
}

/// What is sent; `-d` leaves out the line ends of a file, as curl does.
fn body(value: &str, is_binary: bool) -> Result<Vec<u8>, String> {
    let Some(path) = value.strip_prefix('@') else {
        return Ok(value.as_bytes().to_vec());
    };
    let mut bytes = std::fs::read(path).map_err(|error| format!("{path}: {error}"))?;
    if !is_binary {
        bytes.retain(|byte| !matches!(byte, b'\n' | b'\r'));
    }
    Ok(bytes)
}

fn curl(arguments: &[String]) -> Result<(), String> {
    let call = read_call(arguments)?;
    let (head, body) = exchange(&call).map_err(|error| format!("{}: {error}", call.url))?;
    if std::env::var_os("PAGES_STRICT").is_some() {
        refuse_refusals(&head, &body)?;
    }
    match &call.output {
        Some(path) => std::fs::write(path, &body).map_err(|error| error.to_string()),
        None => {
            let mut out = std::io::stdout().lock();
            let head = if call.shows_head { format!("{head}\r\n\r\n") } else { String::new() };
            let written = out.write_all(head.as_bytes()).and_then(|()| out.write_all(&body));
            written.map_err(|error| error.to_string())
        }
    }
}

fn exchange(call: &Call) -> Result<(String, Vec<u8>), String> {
    let address = call.url.strip_prefix("http://").ok_or("only http:// is known here")?;
    let (host, path) = address.split_once('/').unwrap_or((address, ""));
    let body = call.body.clone().unwrap_or_default();
    let verb = match (&call.verb, &call.body) {
        (Some(verb), _) => verb,
        (None, Some(_)) => "POST",
        (None, None) => "GET",
    };
    let mut head = format!("{verb} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    let names_type = |header: &String| header.to_lowercase().starts_with("content-type:");
    if call.body.is_some() {
        head += &format!("Content-Length: {}\r\n", body.len());
        if !call.headers.iter().any(names_type) {
            head += "Content-Type: application/x-www-form-urlencoded\r\n";
        }
    }
    for header in &call.headers {
        head += &format!("{header}\r\n");
    }
    let mut stream = TcpStream::connect(host).map_err(|error| error.to_string())?;
    let mut answer = Vec::new();
    let sent = [format!("{head}\r\n").as_bytes(), &body].concat();
    let done = stream.write_all(&sent).and_then(|()| stream.read_to_end(&mut answer));
    done.map_err(|error| error.to_string())?;
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n");
    let end = end.ok_or("an empty answer")?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    Ok((head, answer[end + 4..].to_vec()))
}

/// An HTTP status of 400 or more, or a documented status block whose code is not `OK`.
fn refuse_refusals(head: &str, body: &[u8]) -> Result<(), String> {
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0_u16);
    let text = String::from_utf8_lossy(body);
    let json = serde_json::from_slice::<serde_json::Value>(body).unwrap_or_default();
    let code = &json["status"]["code"];
    if status >= 400 || !(code.is_null() || code == "OK") {
        return Err(format!("refused with HTTP {status}: {text}"));
    }
    Ok(())
}
