//! What both sample clients need to speak HTTP: a call, an answer, and what `conax-sim grade` tells
//! them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A variable that `conax-sim grade` sets; empty if it does not.
pub fn told(name: &str) -> String {
    std::env::var(format!("CONAX_SIM_{name}")).unwrap_or_default()
}

/// An answer.
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Body.
    pub body: String,
}

/// A call to an API.
#[derive(Clone)]
pub struct Call {
    /// Where the API is: `http://HOST:PORT` and a path.
    pub base: String,
    /// HTTP verb.
    pub verb: &'static str,
    /// What comes after the path of the API.
    pub target: String,
    /// Headers besides the usual ones, each with its line end.
    pub headers: String,
    /// Body.
    pub body: String,
}

impl Call {
    /// Makes the call on a connection of its own. `timeouts` is how long each wait may take; none is
    /// for ever.
    ///
    /// # Errors
    /// Whatever keeps the answer from coming.
    pub fn make(&self, timeouts: Option<Duration>) -> std::io::Result<Answer> {
        let rest = self.base.strip_prefix("http://").unwrap_or(&self.base);
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let path = format!("/{path}{}", self.target);
        let path = path.replace("//", "/");
        let mut stream = TcpStream::connect(host)?;
        stream.set_read_timeout(timeouts)?;
        let length = self.body.len();
        let head = format!(
            "{} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{}Content-Length: {length}\r\n\r\n",
            self.verb, self.headers
        );
        stream.write_all((head + &self.body).as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        parse(&String::from_utf8_lossy(&answer))
    }
}

fn parse(answer: &str) -> std::io::Result<Answer> {
    let broken = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(broken)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Ok(Answer { status: status.ok_or_else(broken)?, body: body.to_owned() })
}

/// A SOAP message with this operation and these values.
#[must_use]
pub fn envelope(operation: &str, values: &str) -> String {
    format!(
        "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>\
         <{operation}><{operation}Request>{values}</{operation}Request></{operation}>\
         </soap:Body></soap:Envelope>"
    )
}

/// `Authorization: Basic …` for a user, with its line end.
#[must_use]
pub fn basic(user: &str, password: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let text = format!("{user}:{password}");
    let mut coded = String::new();
    for three in text.as_bytes().chunks(3) {
        let byte = |place: usize| u32::from(three.get(place).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place)) as usize & 63];
            coded.push(if place <= three.len() { char::from(letter) } else { '=' });
        }
    }
    format!("Authorization: Basic {coded}\r\n")
}
