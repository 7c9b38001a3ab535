//! Raw bytes over a socket: for calls no HTTP client would make.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

use serde_json::Value;

use crate::deadline::PATIENCE;

/// What came back over a socket until it was closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawReply {
    /// All bytes, as text where they are text.
    pub text: String,
}

impl RawReply {
    /// The HTTP status of the first reply; none if nothing came back.
    #[must_use]
    pub fn http_status(&self) -> Option<u16> {
        let line = self.text.strip_prefix("HTTP/1.")?;
        line.get(2..5)?.parse().ok()
    }

    /// The replies one after another, each with its head and its body.
    ///
    /// # Panics
    /// If a reply has no length.
    #[must_use]
    pub fn replies(&self) -> Vec<(String, String)> {
        let mut replies = Vec::new();
        let mut rest = self.text.as_str();
        while let Some((head, after)) = rest.split_once("\r\n\r\n") {
            if head.starts_with("HTTP/1.1 100") {
                rest = after;
                continue;
            }
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                let is_length = name.eq_ignore_ascii_case("content-length");
                is_length.then(|| value.trim().parse::<usize>().ok())?
            });
            let length = length.unwrap_or_else(|| panic!("a reply without length: {head}"));
            let (body, next) = after.split_at(length.min(after.len()));
            replies.push((head.to_owned(), body.to_owned()));
            rest = next;
        }
        replies
    }

    /// The body of the only reply, as JSON.
    ///
    /// # Panics
    /// If there is not exactly one reply, or its body is not JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        match self.replies().as_slice() {
            [(_, body)] => serde_json::from_str(body)
                .unwrap_or_else(|error| panic!("{error} in {}", self.text)),
            other => panic!("{} replies: {}", other.len(), self.text),
        }
    }
}

/// Writes bytes, says that there are no more, and reads until the other end closes.
///
/// # Panics
/// If the other end neither answers nor closes in time.
#[must_use]
pub fn talk(address: SocketAddr, bytes: &[u8]) -> RawReply {
    let mut stream = TcpStream::connect(address).expect("the API is open");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out can be set");
    // The other end may refuse before it has read all: that is an answer, not a failure.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    read_all(&mut stream, bytes)
}

/// One HTTP exchange on a connection of its own.
///
/// # Panics
/// If there is no answer in time.
#[must_use]
pub fn exchange(address: SocketAddr, verb: &str, target: &str, body: &str) -> RawReply {
    let request = format!(
        "{verb} {target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).expect("the API is open");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out can be set");
    stream.write_all(request.as_bytes()).expect("the API listens");
    read_all(&mut stream, request.as_bytes())
}

fn read_all(stream: &mut TcpStream, sent: &[u8]) -> RawReply {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
            Err(error) if is_time_out(&error) => panic!(
                "no end within {PATIENCE:?} after {:?}; read so far: {:?}",
                String::from_utf8_lossy(&sent[..sent.len().min(200)]),
                String::from_utf8_lossy(&bytes)
            ),
            // A reset: the other end had enough before it had read all.
            Err(_) => break,
        }
    }
    RawReply { text: String::from_utf8_lossy(&bytes).into_owned() }
}

fn is_time_out(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
}
