//! Dressing the answers that the HTTP framework gives by itself.
//!
//! Bytes that are not HTTP never reach a handler: the framework answers them with a bare status
//! line. An API that promises a body on every answer wraps its connections in [`Dressed`], which
//! recognises such an answer (an error without content, which no handler of ours ever gives) and
//! writes the API's own instead.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use hyper::rt::{Read, ReadBufCursor, Write};

use crate::http_server::TurnedAway;

/// The answers an API gives in place of the framework's bare ones: a whole reply each.
pub type FrameworkAnswers = fn(&Unheard) -> Vec<u8>;

/// What never became a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unheard {
    /// Bytes that are no call for the framework, which answers with this status.
    NotHttp(u16),
    /// Whatever comes on a connection that is turned away.
    NoPlace(TurnedAway),
}

/// What the framework has found when it answers with 431.
pub const HEAD_TOO_LARGE: &str =
    "The headers are too long or more than 100, or announce a body beyond every limit.";

/// What the framework has found when it answers with 400.
pub const NOT_HTTP: &str = "What was received is not an HTTP/1.1 request: check the request line, the \
     header lines and the length of the body, which is one `Content-Length` or \
     `Transfer-Encoding: chunked`, never both.";

/// A whole HTTP reply, after which the connection is closed.
pub(crate) fn whole_answer(status: u16, content_type: &str, body: &[u8]) -> Vec<u8> {
    let reason = axum::http::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Refused");
    let later = if status == 503 { "retry-after: 1\r\n" } else { "" };
    let head = format!(
        "HTTP/1.1 {status} {reason}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\
         {later}connection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// A connection whose framework answers are dressed.
pub(super) struct Dressed<I> {
    inner: I,
    answers: FrameworkAnswers,
    replacement: Option<Replacement>,
}

struct Replacement {
    bytes: Vec<u8>,
    written: usize,
    stands_for: usize,
}

impl<I> Dressed<I> {
    pub(super) fn new(inner: I, answers: FrameworkAnswers) -> Self {
        Self { inner, answers, replacement: None }
    }
}

impl<I: Write + Unpin> Dressed<I> {
    /// Writes on a replacement that was begun; ready once all of it is out.
    fn poll_replacement(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<usize>>> {
        let Some(replacement) = &mut self.replacement else {
            return Poll::Ready(Ok(None));
        };
        while replacement.written < replacement.bytes.len() {
            let rest = &replacement.bytes[replacement.written..];
            let count = ready!(Pin::new(&mut self.inner).poll_write(cx, rest))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            replacement.written += count;
        }
        let stands_for = replacement.stands_for;
        self.replacement = None;
        Poll::Ready(Ok(Some(stands_for)))
    }

    fn begin_replacement(&mut self, buffer: &[u8]) {
        if self.replacement.is_none()
            && let Some(status) = bare_error(buffer)
        {
            let bytes = (self.answers)(&Unheard::NotHttp(status));
            self.replacement = Some(Replacement { bytes, written: 0, stands_for: buffer.len() });
        }
    }
}

/// The status of an error reply without content, if that is all the buffer holds.
fn bare_error(buffer: &[u8]) -> Option<u16> {
    let head = buffer.strip_prefix(b"HTTP/1.")?.get(2..)?;
    let status = std::str::from_utf8(head.get(..3)?).ok()?.parse().ok()?;
    let error = (400..600).contains(&status) && buffer.ends_with(b"\r\n\r\n");
    let empty =
        || buffer.windows(19).any(|line| line.eq_ignore_ascii_case(b"content-length: 0\r\n"));
    (error && empty()).then_some(status)
}

impl<I: Read + Unpin> Read for Dressed<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buffer)
    }
}

impl<I: Write + Unpin> Write for Dressed<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.begin_replacement(buffer);
        match ready!(self.poll_replacement(cx))? {
            Some(count) => Poll::Ready(Ok(count)),
            None => Pin::new(&mut self.inner).poll_write(cx, buffer),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let [only] = buffers {
            return self.poll_write(cx, only);
        }
        match ready!(self.poll_replacement(cx))? {
            Some(count) => Poll::Ready(Ok(count)),
            None => Pin::new(&mut self.inner).poll_write_vectored(cx, buffers),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
