//! A head-end that answers what it is told to, when it is told to.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::deadline::PATIENCE;

/// A listening socket in place of a head-end.
#[derive(Debug)]
pub struct ScriptedConax {
    listener: TcpListener,
}

impl ScriptedConax {
    /// Listens on a free port.
    ///
    /// # Panics
    /// If there is none.
    pub async fn listen() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await;
        Self { listener: listener.expect("a free port") }
    }

    /// Where it listens.
    ///
    /// # Panics
    /// If the system does not tell.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listener.local_addr().expect("a bound socket")
    }

    /// Takes the next connection and reads one whole command from it.
    ///
    /// # Panics
    /// If none comes in time.
    pub async fn command(&self) -> (TcpStream, String) {
        let taken = tokio::time::timeout(PATIENCE, async {
            let (mut stream, _) = self.listener.accept().await.expect("a connection");
            let mut text = String::new();
            let mut buffer = [0; 4096];
            while !is_whole(&text) {
                let count = stream.read(&mut buffer).await.expect("a command");
                assert!(count > 0, "the command was cut short: {text}");
                text.push_str(&String::from_utf8_lossy(&buffer[..count]));
            }
            (stream, text)
        });
        taken.await.expect("a command in time")
    }

    /// Answers with these bytes and closes the connection.
    pub async fn answer_raw(mut stream: TcpStream, bytes: &[u8]) {
        // Whoever asked may have stopped waiting.
        let _ = stream.write_all(bytes).await;
        let _ = stream.shutdown().await;
    }

    /// Answers on a connection and closes it.
    pub async fn answer(stream: TcpStream, status: &str, body: &str) {
        let reply = format!(
            "HTTP/1.1 {status}\r\ncontent-type: text/xml;charset=UTF-8\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        Self::answer_raw(stream, reply.as_bytes()).await;
    }
}

fn is_whole(text: &str) -> bool {
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse::<usize>().ok())?
    });
    body.len() >= length.unwrap_or(0)
}
