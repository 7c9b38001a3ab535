//! Follows where calls begin and end on a connection, and spoils those that nobody may answer as
//! if they were sound, before the framework reads them: it then refuses them as no HTTP.
//!
//! A call with a length and a transfer coding means two different things to those who go by one
//! and those who go by the other, and a gateway in front may be of the other kind (request
//! smuggling; RFC 9112, 6.1). The framework goes by the coding and hides the length from us. The
//! preface of HTTP/2 it closes without a word.
//!
//! Whatever else is no HTTP is left to the framework; from there on nothing is followed.

use std::io::BufRead;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};

/// What a client sends first that knows beforehand that its server speaks HTTP/2 (RFC 9113, 3.4).
const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0";
/// A line that goes on for longer is followed no more; the framework takes none as long.
const LONGEST_LINE: usize = 1 << 20;
/// Bytes that are read at a time.
const READ_SIZE: usize = 8 << 10;

/// Where in a call a connection is.
#[derive(Debug, Default)]
pub(super) struct Framing {
    state: State,
    /// The beginning of a line whose end has not come yet.
    begun: Vec<u8>,
    length: Option<u64>,
    has_coding: bool,
}

#[derive(Debug, Default)]
enum State {
    /// Before a request line.
    #[default]
    Start,
    Headers,
    /// In a body of which so much is left.
    Body(u64),
    ChunkSize,
    /// In a chunk of which so much is left, with the end of its line.
    Chunk(u64),
    Trailers,
    /// What comes is not HTTP, or is refused.
    Lost,
}

/// What a line says that must not be answered.
struct Spoiled;

impl Framing {
    /// Looks at the next bytes, and spoils them where they must not be answered.
    pub(super) fn look_at(&mut self, bytes: &mut [u8]) {
        let mut at = 0;
        while at < bytes.len() {
            match &mut self.state {
                State::Lost => return,
                State::Body(left) | State::Chunk(left) => {
                    let here = (*left).min((bytes.len() - at) as u64);
                    *left -= here;
                    at += usize::try_from(here).unwrap_or(bytes.len());
                    self.end_of_body();
                }
                State::Start | State::Headers | State::ChunkSize | State::Trailers => {
                    let mut rest = &bytes[at..];
                    let count = rest.skip_until(b'\n').unwrap_or(0).max(1);
                    let line = at..at + count;
                    at = line.end;
                    if bytes[at - 1] != b'\n' {
                        return self.begin_line(&bytes[line]);
                    }
                    if let Err(Spoiled) = self.take_line(&bytes[line]) {
                        // No line has this sign in it.
                        bytes[at - 1] = 0;
                        self.state = State::Lost;
                    }
                }
            }
        }
    }

    fn end_of_body(&mut self) {
        match self.state {
            State::Body(0) => self.state = State::Start,
            State::Chunk(0) => self.state = State::ChunkSize,
            _ => {}
        }
    }

    fn begin_line(&mut self, bytes: &[u8]) {
        match self.begun.len() + bytes.len() > LONGEST_LINE {
            true => self.state = State::Lost,
            false => self.begun.extend_from_slice(bytes),
        }
    }

    fn take_line(&mut self, end: &[u8]) -> Result<(), Spoiled> {
        if self.begun.is_empty() {
            return self.follow(end.trim_ascii_end());
        }
        let mut whole = std::mem::take(&mut self.begun);
        whole.extend_from_slice(end);
        self.follow(whole.trim_ascii_end())
    }

    fn follow(&mut self, line: &[u8]) -> Result<(), Spoiled> {
        match self.state {
            // Blank lines may stand before a call.
            State::Start if line.is_empty() => {}
            State::Start if line == HTTP2_PREFACE => return Err(Spoiled),
            State::Start => {
                (self.length, self.has_coding) = (None, false);
                self.state = State::Headers;
            }
            State::Headers if line.is_empty() => {
                self.state = match (self.has_coding, self.length) {
                    (true, _) => State::ChunkSize,
                    (false, None | Some(0)) => State::Start,
                    (false, Some(length)) => State::Body(length),
                };
            }
            State::Headers => return self.header(line),
            State::ChunkSize => {
                self.state = match chunk_size(line) {
                    Some(0) => State::Trailers,
                    // With the end of the line after it.
                    Some(size) => State::Chunk(size.saturating_add(2)),
                    None => State::Lost,
                };
            }
            State::Trailers if line.is_empty() => self.state = State::Start,
            State::Trailers | State::Body(_) | State::Chunk(_) | State::Lost => {}
        }
        Ok(())
    }

    fn header(&mut self, line: &[u8]) -> Result<(), Spoiled> {
        if let Some(value) = value_of(line, b"content-length:") {
            let length = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
            match (length, self.length) {
                _ if self.has_coding => return Err(Spoiled),
                (Some(length), None) => self.length = Some(length),
                (Some(length), Some(before)) if length == before => {}
                _ => self.state = State::Lost,
            }
        } else if value_of(line, b"transfer-encoding:").is_some() {
            self.has_coding = true;
            if self.length.is_some() {
                return Err(Spoiled);
            }
        }
        Ok(())
    }
}

/// The value of a header, if the line is of this one.
fn value_of<'l>(line: &'l [u8], name: &[u8]) -> Option<&'l [u8]> {
    let (found, value) = line.split_at_checked(name.len())?;
    found.eq_ignore_ascii_case(name).then(|| value.trim_ascii())
}

fn chunk_size(line: &[u8]) -> Option<u64> {
    let digits = line.split(|byte| b"; \t".contains(byte)).next()?;
    u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// A connection whose calls are followed.
pub(super) struct Framed<I> {
    inner: I,
    framing: Framing,
    buffer: Box<[u8]>,
}

impl<I> Framed<I> {
    pub(super) fn new(inner: I) -> Self {
        Self { inner, framing: Framing::default(), buffer: vec![0; READ_SIZE].into() }
    }
}

impl<I: Read + Unpin> Read for Framed<I> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut to: ReadBufCursor<'_>,
    ) -> Poll<std::io::Result<()>> {
        let Self { inner, framing, buffer } = self.get_mut();
        let room = to.remaining().min(READ_SIZE);
        let mut read = ReadBuf::new(&mut buffer[..room]);
        ready!(Pin::new(inner).poll_read(cx, read.unfilled()))?;
        let count = read.filled().len();
        framing.look_at(&mut buffer[..count]);
        to.put_slice(&buffer[..count]);
        Poll::Ready(Ok(()))
    }
}

impl<I: Write + Unpin> Write for Framed<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buffer)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(cx, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    //! Which calls are spoiled, in whatever pieces they come.

    use super::Framing;

    /// Where a text is spoiled, if it comes in these pieces.
    fn spoiled(text: &str, pieces: usize) -> Option<usize> {
        let mut framing = Framing::default();
        let mut bytes = text.as_bytes().to_vec();
        for piece in bytes.chunks_mut(pieces) {
            framing.look_at(piece);
        }
        bytes.iter().position(|byte| *byte == 0)
    }

    fn check(text: &str, due: Option<usize>) {
        for pieces in 1..=text.len() {
            assert_eq!(spoiled(text, pieces), due, "in pieces of {pieces}: {text}");
        }
    }

    const LENGTH: &str = "POST / HTTP/1.1\r\nhost: a\r\nContent-Length: 5\r\n";
    const CODING: &str = "POST / HTTP/1.1\r\nhost: a\r\nTRANSFER-encoding: chunked\r\n";
    const BOTH_BODY: &str = "transfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n";

    #[test]
    fn a_call_with_a_length_and_a_coding_is_spoiled_wherever_it_stands() {
        let both = [
            format!("{LENGTH}transfer-encoding: chunked\r\n"),
            format!("{CODING}content-length:5\r\n"),
            format!("{CODING}x: y\ncontent-length: none\n"),
        ];
        let in_body =
            format!("{LENGTH}\r\nTrans{CODING}5;name=value\r\nfere:\r\n0\r\nx: y\r\n\r\n");
        let length = BOTH_BODY.len();
        let lengthy = format!("POST / HTTP/1.1\r\ncontent-length: {length}\r\n\r\n{BOTH_BODY}");
        let chunk = format!("{CODING}\r\n{length:x}\r\n{BOTH_BODY}\r\n0\r\n\r\n");
        for before in ["", "\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.0\n\n"]
            .into_iter()
            .chain([&*lengthy, &*chunk])
        {
            check(before, None);
            for call in &both {
                let text = format!("{before}{call}");
                check(&format!("{text}\r\n"), Some(text.len() - 1));
            }
        }
        check(&in_body, None);
    }

    #[test]
    fn the_preface_of_http_2_is_spoiled_and_what_is_no_http_is_left_alone() {
        check("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Some(15));
        for text in [
            "\u{16}\u{3}\u{1}",
            "POST / HTTP/1.1\r\ncontent-length: x\r\ntransfer-encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\ncontent-length: 1\r\n",
            "POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        ] {
            check(text, None);
        }
    }
}
