//! Connections to a head-end: one at work, those kept for the next command, and how they fail.

use std::error::Error as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use conax_contract::cas::{AxisClient, AxisFault};
use http_body_util::Full;
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::tls;

/// An idle connection older than this is not used again: the other end may be closing it.
const IDLE_TIME: Duration = Duration::from_secs(5);

/// Why no whole answer was read.
#[derive(Debug)]
pub struct SendFailure {
    /// What the CRM's SOAP client would have thrown.
    pub fault: AxisFault,
    /// Whether the command left: if it did, its outcome is unknown.
    pub was_sent: bool,
}

/// A failure after the command left.
pub(super) fn sent(fault: AxisFault) -> SendFailure {
    SendFailure { fault, was_sent: true }
}

/// A failure before it did.
pub(super) fn unsent(fault: AxisFault) -> SendFailure {
    SendFailure { fault, was_sent: false }
}

/// A connection that waits for its next command.
pub(super) struct Idle {
    connection: Connection,
    since: Instant,
}

/// A connection that speaks HTTP.
pub(super) struct Connection {
    pub(super) sender: SendRequest<Full<Bytes>>,
    /// What broke it, in the end.
    ended: JoinHandle<Option<AxisFault>>,
}

impl Connection {
    /// What the client sees of a call that failed on it.
    pub(super) async fn failure(self, axis: &AxisClient, error: &hyper::Error) -> SendFailure {
        let Self { sender, ended } = self;
        if !error.is_canceled() {
            return sent(broken(axis, error));
        }
        // It broke before the call was written on it, and knows why.
        drop(sender);
        unsent(ended.await.ok().flatten().unwrap_or_else(|| broken(axis, error)))
    }
}

/// Begins to speak HTTP on a stream.
pub(super) async fn speak_http<S>(axis: &AxisClient, stream: S) -> Result<Connection, AxisFault>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (sender, connection) = handshake.map_err(|error| broken(axis, &error))?;
    let axis = axis.clone();
    let ended =
        tokio::spawn(async move { connection.await.err().map(|error| broken(&axis, &error)) });
    Ok(Connection { sender, ended })
}

/// A connection that is fresh and ready, if there is one.
pub(super) fn take_idle(idle: &Mutex<Vec<Idle>>) -> Option<Connection> {
    let mut idle = idle.lock().expect("nobody panics while holding the idle connections");
    while let Some(candidate) = idle.pop() {
        if candidate.connection.sender.is_ready() && candidate.since.elapsed() < IDLE_TIME {
            return Some(candidate.connection);
        }
    }
    None
}

/// Keeps a connection once it is ready again, if that is soon; and forgets the stale ones.
pub(super) async fn give_back(idle: Arc<Mutex<Vec<Idle>>>, mut connection: Connection) {
    let ready = tokio::time::timeout(IDLE_TIME, connection.sender.ready()).await;
    if !matches!(ready, Ok(Ok(()))) {
        return;
    }
    let mut idle = idle.lock().expect("nobody panics while holding the idle connections");
    idle.retain(|kept| kept.since.elapsed() < IDLE_TIME);
    idle.push(Idle { connection, since: Instant::now() });
}

/// What the client sees of a connection that did not come about.
pub(super) fn not_connected(axis: &AxisClient, host: &str, error: &std::io::Error) -> AxisFault {
    match error.kind() {
        std::io::ErrorKind::TimedOut => axis.connect_timed_out(),
        std::io::ErrorKind::ConnectionRefused => axis.connect_refused(),
        std::io::ErrorKind::HostUnreachable | std::io::ErrorKind::NetworkUnreachable => {
            axis.no_route()
        }
        // A name that cannot be looked up has no number of the system.
        _ if error.raw_os_error().is_none() => axis.unknown_host(host),
        _ => axis.exception(&format!("java.net.SocketException: {error}")),
    }
}

/// What the client sees when a connection breaks before the reply's head was read.
///
/// Of a head that breaks off the real client takes what came of it; here it counts as none (Ours).
fn broken(axis: &AxisClient, error: &hyper::Error) -> AxisFault {
    let io = io_error(error);
    if let Some(failure) = io.and_then(|error| tls::failure_in(axis, error)) {
        return failure;
    }
    match io {
        Some(io) if is_reset(io) => axis.connection_reset(),
        // The wording is Ours: the client says which word is no status.
        _ if error.is_parse() => axis.exception("java.lang.NumberFormatException: no HTTP status"),
        _ => AxisFault::no_answer(),
    }
}

/// The error of the system behind an error of the connection.
fn io_error(error: &hyper::Error) -> Option<&std::io::Error> {
    // What broke a connection before a call was written on it stands one further down.
    let mut cause = error.source();
    while let Some(hyper) = cause.and_then(|cause| cause.downcast_ref::<hyper::Error>()) {
        cause = hyper.source();
    }
    cause.and_then(|cause| cause.downcast_ref())
}

/// Whether a connection was reset, and not only closed.
pub(super) fn is_reset(error: &(dyn std::error::Error + 'static)) -> bool {
    use std::io::ErrorKind;
    let io = match error.downcast_ref::<hyper::Error>() {
        Some(hyper) => io_error(hyper),
        None => error.downcast_ref::<std::io::Error>(),
    };
    let kind = io.map(std::io::Error::kind);
    matches!(kind, Some(ErrorKind::ConnectionReset | ErrorKind::BrokenPipe))
}
