//! One exchange with the control door of a running house, on a connection of its own.

use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use conax_model::secret::Secret;

/// How long connecting, and each wait for bytes, may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A control door, and the token that opens it.
pub(super) struct ControlDoor {
    target: String,
    token: Option<Secret>,
}

/// What was answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// The HTTP status.
    pub(super) http_status: u16,
    /// The body, whole.
    pub(super) body: Vec<u8>,
}

impl ControlDoor {
    /// The door at an address such as `http://127.0.0.1:8082`.
    pub(super) fn new(target: &str, token: Option<Secret>) -> Self {
        Self {
            target: target.trim_end_matches('/').to_owned(),
            token,
        }
    }

    /// The address, as it was given.
    pub(super) fn target(&self) -> &str {
        &self.target
    }

    /// Sends one call and reads the whole answer.
    pub(super) fn exchange(
        &self,
        verb: &str,
        target: &str,
        content_type: &str,
        body: &[u8],
    ) -> Result<Answer> {
        let authority = self.target.strip_prefix("http://").unwrap_or(&self.target);
        let mut addresses = authority.to_socket_addrs()?;
        let address = addresses
            .next()
            .ok_or_else(|| wrong("the name has no address"))?;
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let token = self.token.as_ref().map_or_else(String::new, |token| {
            format!("authorization: Bearer {}\r\n", token.expose())
        });
        let head = format!(
            "{verb} {target} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\
             content-type: {content_type}\r\ncontent-length: {}\r\n{token}\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        // Who refuses early may not read to the end: what counts is the answer.
        let sent = stream.write_all(body);
        let mut reply = Vec::new();
        match stream.read_to_end(&mut reply) {
            Err(error) if reply.is_empty() => Err(sent.err().unwrap_or(error)),
            _ => answer(&reply),
        }
    }
}

fn wrong(sentence: &str) -> Error {
    Error::new(ErrorKind::InvalidData, sentence)
}

/// The answer in these bytes; a body that is shorter than announced was cut off.
fn answer(reply: &[u8]) -> Result<Answer> {
    let end = reply.windows(4).position(|bytes| bytes == b"\r\n\r\n");
    let end = end.ok_or_else(|| wrong("the answer is not HTTP"))?;
    let head = String::from_utf8_lossy(&reply[..end]);
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| {
        let rest = line.strip_prefix("HTTP/1.")?;
        rest.get(2..5)?.parse().ok()
    });
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse().ok())?
    });
    let body = &reply[end + 4..];
    if length.is_some_and(|length: usize| length != body.len()) {
        return Err(wrong("the answer was cut off"));
    }
    Ok(Answer {
        http_status: status.ok_or_else(|| wrong("the answer is not HTTP"))?,
        body: body.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    //! What counts as an answer.

    use super::{Answer, answer};

    #[test]
    fn only_a_whole_answer_is_one() {
        let read = |text: &str| answer(text.as_bytes()).map_err(|error| error.to_string());
        assert_eq!(
            read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"),
            Ok(Answer {
                http_status: 200,
                body: b"hi".to_vec()
            })
        );
        for (text, tells) in [
            ("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nhi", "cut off"),
            ("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n", "not HTTP"),
            ("SSH-2.0\r\n\r\n", "not HTTP"),
            ("", "not HTTP"),
        ] {
            let problem = read(text).expect_err(text);
            assert!(problem.contains(tells), "{text}: {problem}");
        }
    }
}
