//! What a handler can do to the connection its call came on: see that the client gave up, count its
//! calls, and break it.

use std::io;
use std::net::Shutdown;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::task::{Context, Poll};

use hyper::rt::{Read, ReadBufCursor, Write};
use socket2::SockRef;
use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio::sync::Notify;

/// Bytes that tell whether what is unread is a goodbye.
const GOODBYE_SIZE: usize = 5;

/// Control over one connection; in the extensions of each request that came on it.
#[derive(Clone, Debug)]
pub struct ConnectionControl {
    steering: Arc<Steering>,
}

#[derive(Debug)]
struct Steering {
    stream: Weak<TcpStream>,
    /// Whether unread bytes are the client's goodbye and no call.
    goodbye: fn(&[u8]) -> bool,
    /// How it is to end, once somebody has decided that.
    end: OnceLock<End>,
    decided: Notify,
    /// Calls that came on this connection.
    calls: AtomicUsize,
}

#[derive(Clone, Copy, Debug)]
enum End {
    Reset,
    HangUp,
}

impl Steering {
    fn end(&self, end: End) {
        // The first one who decides is obeyed.
        let _ = self.end.set(end);
        self.decided.notify_one();
    }
}

impl ConnectionControl {
    pub(super) fn of(stream: &Arc<TcpStream>, goodbye: fn(&[u8]) -> bool) -> Self {
        Self {
            steering: Arc::new(Steering {
                stream: Arc::downgrade(stream),
                goodbye,
                end: OnceLock::new(),
                decided: Notify::new(),
                calls: AtomicUsize::new(0),
            }),
        }
    }

    /// Of a connection that is no socket: it cannot be broken.
    pub(super) fn of_pipe() -> Self {
        let steering = Steering {
            stream: Weak::new(),
            goodbye: |_| false,
            end: OnceLock::new(),
            decided: Notify::new(),
            calls: AtomicUsize::new(0),
        };
        Self { steering: Arc::new(steering) }
    }

    /// Waits until the client has closed its side or broken the connection. What it may still send
    /// before that is not read: the connection is to end.
    ///
    /// A client that only says that it sends no more looks the same.
    pub async fn closed_by_peer(&self) {
        while let Some(stream) = self.steering.stream.upgrade() {
            let mut unread = [0; GOODBYE_SIZE];
            match stream.peek(&mut unread).await {
                Ok(0) | Err(_) => return,
                Ok(count) if (self.steering.goodbye)(&unread[..count]) => return,
                // More of a call, and the end may come behind it: the next news tells.
                Ok(_) => match stream.ready(Interest::READABLE).await {
                    Ok(ready) if !ready.is_read_closed() => {
                        let unread = || Err::<(), _>(io::ErrorKind::WouldBlock.into());
                        let _ = stream.try_io(Interest::READABLE, unread);
                        let _ = stream.ready(Interest::READABLE).await;
                    }
                    _ => return,
                },
            }
        }
    }

    /// How many calls came on this connection, this one included.
    #[must_use]
    pub fn call_count(&self) -> usize {
        self.steering.calls.load(Ordering::Relaxed)
    }

    /// Breaks the connection, as a crashed machine does: the client sees a reset.
    pub fn reset(&self) {
        self.steering.end(End::Reset);
    }

    /// Closes the connection without another byte: the client sees its end.
    pub fn hang_up(&self) {
        self.steering.end(End::HangUp);
    }

    /// Counts a call that came on it.
    pub(super) fn begin_call(&self) {
        self.steering.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// Waits until the connection is to end, and prepares its end: dropping it does the rest.
    pub(super) async fn ended(&self) {
        let end = loop {
            if let Some(end) = self.steering.end.get() {
                break end;
            }
            self.steering.decided.notified().await;
        };
        let Some(stream) = self.steering.stream.upgrade() else {
            return;
        };
        // Whatever fails here, the connection is broken already.
        let _ = match end {
            End::Reset => stream.set_zero_linger(),
            End::HangUp => SockRef::from(&*stream).shutdown(Shutdown::Write),
        };
    }
}

/// A connection of which nothing more goes out once it is to end.
pub(super) struct Steered<I> {
    inner: I,
    steering: Arc<Steering>,
}

impl<I> Steered<I> {
    pub(super) fn new(inner: I, control: &ConnectionControl) -> Self {
        Self { inner, steering: Arc::clone(&control.steering) }
    }

    /// Whoever would write waits for the end.
    fn is_to_end(&self) -> bool {
        self.steering.end.get().is_some()
    }
}

impl<I: Read + Unpin> Read for Steered<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buffer)
    }
}

impl<I: Write + Unpin> Write for Steered<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.is_to_end() {
            true => Poll::Pending,
            false => Pin::new(&mut self.inner).poll_write(cx, buffer),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.is_to_end() {
            true => Poll::Pending,
            false => Pin::new(&mut self.inner).poll_write_vectored(cx, buffers),
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
