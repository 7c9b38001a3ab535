//! What a handler can do to the connection its call came on: see that the client gave up, break the
//! connection, cut the reply short, or let it trickle.

use std::io;
use std::net::Shutdown;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::rt::{Read, ReadBufCursor, Write};
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::clock::{Activity, Clock};

/// A trickling reply goes out in this many pieces a second, or one byte at a time.
const PIECES_A_SECOND: u64 = 10;
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
    /// Whether anything below was ever asked for; else writing need not look.
    is_steered: AtomicBool,
    wishes: Mutex<Wishes>,
    end: Notify,
    /// Calls that came on this connection.
    calls: AtomicUsize,
}

#[derive(Debug, Default)]
struct Wishes {
    end: Option<End>,
    bytes_left: Option<usize>,
    pace: Option<Pace>,
}

#[derive(Clone, Copy, Debug)]
enum End {
    Reset,
    HangUp,
}

/// How fast bytes go out; the activity is that of the handler, which goes on as long as its reply.
#[derive(Clone, Debug)]
struct Pace {
    bytes_per_second: u64,
    clock: Clock,
    activity: Option<Activity>,
}

impl Steering {
    fn wishes(&self) -> MutexGuard<'_, Wishes> {
        self.wishes
            .lock()
            .expect("nobody panics while holding the wishes")
    }

    fn steer(&self, wish: impl FnOnce(&mut Wishes)) {
        wish(&mut self.wishes());
        self.is_steered.store(true, Ordering::Release);
    }

    fn end(&self, end: End) {
        self.steer(|wishes| wishes.end = Some(end));
        self.end.notify_one();
    }
}

impl ConnectionControl {
    pub(super) fn of(stream: &Arc<TcpStream>, goodbye: fn(&[u8]) -> bool) -> Self {
        Self {
            steering: Arc::new(Steering {
                stream: Arc::downgrade(stream),
                goodbye,
                is_steered: AtomicBool::new(false),
                wishes: Mutex::default(),
                end: Notify::new(),
                calls: AtomicUsize::new(0),
            }),
        }
    }

    /// Waits until the client has closed its side or broken the connection. What it may still send
    /// before that is left to be read.
    ///
    /// A client that only says that it sends no more looks the same.
    pub async fn closed_by_peer(&self) {
        while let Some(stream) = self.steering.stream.upgrade() {
            let mut unread = [0; GOODBYE_SIZE];
            match stream.peek(&mut unread).await {
                Ok(0) | Err(_) => return,
                Ok(count) if (self.steering.goodbye)(&unread[..count]) => return,
                // More of a call that is read later: nothing tells when its end comes behind it.
                Ok(_) => std::future::pending().await,
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

    /// Lets this many bytes of the coming reply go out, its head included, and hangs up.
    pub fn cut_after(&self, bytes: usize) {
        self.steering
            .steer(|wishes| wishes.bytes_left = Some(bytes));
    }

    /// Lets the coming reply go out at this pace, in simulated time.
    pub fn trickle(&self, bytes_per_second: u64, clock: &Clock) {
        let pace = Pace {
            bytes_per_second: bytes_per_second.max(1),
            clock: clock.clone(),
            activity: Activity::current(),
        };
        self.steering.steer(|wishes| wishes.pace = Some(pace));
    }

    /// What was wished for one reply does not hold for the next.
    pub(super) fn begin_call(&self) {
        self.steering.calls.fetch_add(1, Ordering::Relaxed);
        if self.steering.is_steered.load(Ordering::Acquire) {
            self.steering.steer(|wishes| {
                wishes.bytes_left = None;
                wishes.pace = None;
            });
        }
    }

    /// Waits until the connection is to end, and prepares its end: dropping it does the rest.
    pub(super) async fn ended(&self) {
        let end = loop {
            if let Some(end) = self.steering.wishes().end {
                break end;
            }
            self.steering.end.notified().await;
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

type Sleeping = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A connection that does what its control says.
pub(super) struct Steered<I> {
    inner: I,
    steering: Arc<Steering>,
    owed: Duration,
    sleeping: Option<Sleeping>,
}

impl<I: Write + Unpin> Steered<I> {
    pub(super) fn new(inner: I, control: &ConnectionControl) -> Self {
        Self {
            inner,
            steering: Arc::clone(&control.steering),
            owed: Duration::ZERO,
            sleeping: None,
        }
    }

    /// Writes as much as is allowed, when it is.
    fn poll_steered(&mut self, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        let (end, bytes_left, pace) = {
            let wishes = self.steering.wishes();
            (wishes.end, wishes.bytes_left, wishes.pace.clone())
        };
        if end.is_some() || bytes_left == Some(0) {
            if end.is_none() {
                // What was written may still be on its way through TLS.
                ready!(Pin::new(&mut self.inner).poll_flush(cx))?;
                self.steering.end(End::HangUp);
            }
            // The connection ends as soon as it is looked at; nothing more of it goes out.
            return Poll::Pending;
        }
        let mut allowed = buffer.len().min(bytes_left.unwrap_or(usize::MAX));
        if let Some(pace) = &pace {
            ready!(self.poll_pause(cx, pace));
            allowed = allowed.min(pace.piece());
        }
        let count = ready!(Pin::new(&mut self.inner).poll_write(cx, &buffer[..allowed]))?;
        self.owed = pace.map_or(Duration::ZERO, |pace| pace.time_for(count));
        if let Some(left) = &mut self.steering.wishes().bytes_left {
            *left = left.saturating_sub(count);
        }
        Poll::Ready(Ok(count))
    }

    /// Waits for what the last piece owes.
    fn poll_pause(&mut self, cx: &mut Context<'_>, pace: &Pace) -> Poll<()> {
        let owed = std::mem::take(&mut self.owed);
        if !owed.is_zero() {
            self.sleeping = Some(pace.sleep(owed));
        }
        if let Some(sleeping) = &mut self.sleeping {
            ready!(sleeping.as_mut().poll(cx));
            self.sleeping = None;
        }
        Poll::Ready(())
    }
}

impl Pace {
    fn piece(&self) -> usize {
        let piece = (self.bytes_per_second / PIECES_A_SECOND).max(1);
        usize::try_from(piece).unwrap_or(usize::MAX)
    }

    fn time_for(&self, bytes: usize) -> Duration {
        let nanos = bytes as u128 * 1_000_000_000 / u128::from(self.bytes_per_second);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    fn sleep(&self, time: Duration) -> Sleeping {
        let clock = self.clock.clone();
        let sleep = async move { clock.sleep(time).await };
        match self.activity.clone() {
            Some(activity) => Box::pin(activity.run(sleep)),
            None => Box::pin(sleep),
        }
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
        match self.steering.is_steered.load(Ordering::Acquire) {
            true => self.poll_steered(cx, buffer),
            false => Pin::new(&mut self.inner).poll_write(cx, buffer),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.steering.is_steered.load(Ordering::Acquire) {
            let first = buffers.iter().find(|buffer| !buffer.is_empty());
            return self.poll_steered(cx, first.map_or(&[], |buffer| buffer));
        }
        Pin::new(&mut self.inner).poll_write_vectored(cx, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.steering.is_steered.load(Ordering::Acquire)
            && let Some(pace) = &mut self.steering.wishes().pace
        {
            // All of the reply is out: whoever sent it has done its work.
            pace.activity = None;
        }
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
