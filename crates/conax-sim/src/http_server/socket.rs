//! A socket that is read and written through a shared reference, so that others may look at it.

use std::io;
use std::net::Shutdown;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use hyper::rt::{Read, ReadBufCursor, Write};
use socket2::SockRef;
use tokio::io::Interest;
use tokio::net::TcpStream;

use crate::http_server::framing::Framing;

/// Bytes that are read at a time.
const READ_SIZE: usize = 8 << 10;

/// A connection's socket.
pub(super) struct Socket {
    stream: Arc<TcpStream>,
    buffer: Box<[u8]>,
    /// Of a connection whose bytes are those of calls.
    framing: Option<Framing>,
}

impl Socket {
    pub(super) fn new(stream: Arc<TcpStream>, framing: Option<Framing>) -> Self {
        Self { stream, buffer: vec![0; READ_SIZE].into(), framing }
    }

    /// Reads what is there. Less than there is room for means that nothing is left; saying so at
    /// once spares the next call a look at an empty socket.
    fn try_read(&mut self, room: usize) -> io::Result<usize> {
        let buffer = &mut self.buffer[..room.min(READ_SIZE)];
        let mut count = None;
        let drained = self.stream.try_io(Interest::READABLE, || {
            let read = self.stream.try_read(buffer)?;
            count = Some(read);
            match cfg!(unix) && read > 0 && read < buffer.len() {
                true => Err(io::Error::from(io::ErrorKind::WouldBlock)),
                false => Ok(()),
            }
        });
        if let (Some(framing), Some(count)) = (&mut self.framing, count) {
            framing.look_at(&mut self.buffer[..count]);
        }
        count.map_or_else(|| drained.map(|()| 0), Ok)
    }
}

impl Read for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            ready!(self.stream.poll_read_ready(cx))?;
            match self.try_read(buffer.remaining()) {
                Ok(count) => {
                    buffer.put_slice(&self.buffer[..count]);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl Socket {
    fn poll_writing(
        &self,
        cx: &mut Context<'_>,
        write: impl Fn(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.stream.poll_write_ready(cx))?;
            match write(&self.stream) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                written => return Poll::Ready(written),
            }
        }
    }
}

impl Write for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_writing(cx, |stream| stream.try_write(buffer))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_writing(cx, |stream| stream.try_write_vectored(buffers))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(SockRef::from(&*self.stream).shutdown(Shutdown::Write))
    }
}
