//! `healthcheck`: asks a running house whether it is ready.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use clap::ArgMatches;

use crate::exit::Exit;

const PATIENCE: Duration = Duration::from_secs(5);

/// Asks, and prints what was answered.
#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the answer is the result"
)]
pub(crate) fn run(matches: &ArgMatches) -> Exit {
    let target = matches
        .get_one::<String>("target")
        .map_or("", String::as_str);
    match ask(target) {
        Ok(reply) if reply.starts_with("HTTP/1.1 200") || reply.starts_with("HTTP/1.0 200") => {
            println!("ready");
            Exit::Met
        }
        // An exposed control door asks for its token; that it asks shows that it is there.
        Ok(reply) if reply.contains(" 401 ") => {
            println!("ready (the control door asks for its token)");
            Exit::Met
        }
        Ok(reply) => {
            eprintln!(
                "not ready: {}",
                reply.lines().next().unwrap_or("an empty answer")
            );
            Exit::NotMet
        }
        Err(problem) => {
            eprintln!("not ready: {problem}");
            Exit::Surroundings
        }
    }
}

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
        let mut reply = String::new();
        stream.read_to_string(&mut reply)?;
        Ok(reply)
    };
    talk().map_err(|error| format!("{target} does not answer: {error}"))
}
