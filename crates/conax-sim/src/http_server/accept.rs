//! A listening socket that can be closed for a while: its address stays taken, and whoever dials it
//! is refused by the system.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;

/// How often, of real time, a keeper is asked again whose answer changes with time alone.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Connections that may wait to be accepted; as many as tokio's own listeners have.
const BACKLOG: u32 = 1024;

/// Says whether an API is to be closed.
pub trait Keeper: Send + Sync {
    /// Whether it is to be closed now.
    fn closes(&self) -> bool;
    /// Whether that may change as time passes.
    fn changes_with_time(&self) -> bool;
    /// Tells when it may have changed otherwise.
    fn changes(&self) -> watch::Receiver<u64>;
    /// The API is open.
    fn is_open(&self);
}

/// Whether an API is closed, for those who would come in.
#[derive(Debug, Default)]
pub struct EndpointState(watch::Sender<bool>);

impl EndpointState {
    /// The API is about to be closed.
    pub(crate) fn close(&self) {
        self.0.send_if_modified(|is_closed| !std::mem::replace(is_closed, true));
    }

    /// The API is open.
    pub(crate) fn open(&self) {
        self.0.send_if_modified(|is_closed| std::mem::replace(is_closed, false));
    }

    /// Whether the API is closed.
    pub(crate) fn is_closed(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until the API is open, unless whoever waits is refused.
    pub(crate) async fn opened_unless(&self, is_refused: impl Fn() -> bool) {
        let mut state = self.0.subscribe();
        while *state.borrow_and_update() && !is_refused() {
            if state.changed().await.is_err() {
                return;
            }
        }
    }
}

/// A socket at an address.
#[derive(Debug)]
pub(super) struct Acceptor {
    address: SocketAddr,
    socket: Socket,
    /// A descriptor that is kept for the day on which there is no other: whoever waits then is told.
    spare: Option<TcpSocket>,
}

#[derive(Debug)]
enum Socket {
    Listening(TcpListener),
    /// Nobody listens; the address is held, unless somebody else was quicker.
    Closed(Option<TcpSocket>),
}

impl Acceptor {
    pub(super) async fn bind(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let mut bound = Self {
            address: listener.local_addr()?,
            socket: Socket::Listening(listener),
            spare: None,
        };
        bound.keep_spare();
        Ok(bound)
    }

    /// Keeps a descriptor, if there is one.
    pub(super) fn keep_spare(&mut self) {
        self.spare = self.spare.take().or_else(|| TcpSocket::new_v4().ok());
    }

    /// The next connection, on the descriptor that is kept.
    pub(super) async fn accept_on_spare(&mut self) -> Option<TcpStream> {
        self.spare = None;
        let accepted = tokio::time::timeout(LOOK_AGAIN, self.next()).await;
        let stream = accepted.ok().and_then(Result::ok).map(|(stream, _)| stream);
        if stream.is_none() {
            self.keep_spare();
        }
        stream
    }

    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next connection, once the keeper lets anybody in.
    pub(super) async fn accept(
        &mut self,
        connect_faults: Option<&(dyn Keeper + 'static)>,
    ) -> io::Result<(TcpStream, SocketAddr)> {
        let Some(connect_faults) = connect_faults else {
            return self.next().await;
        };
        let mut changes = connect_faults.changes();
        loop {
            changes.borrow_and_update();
            match connect_faults.closes() {
                true => self.close(),
                false => self.open(connect_faults),
            }
            tokio::select! {
                accepted = self.next() => return accepted,
                () = changed(connect_faults, &mut changes) => {}
            }
        }
    }

    async fn next(&self) -> io::Result<(TcpStream, SocketAddr)> {
        match &self.socket {
            Socket::Listening(listener) => listener.accept().await,
            Socket::Closed(Some(_)) => std::future::pending().await,
            Socket::Closed(None) => Err(io::ErrorKind::AddrInUse.into()),
        }
    }

    fn close(&mut self) {
        if let Socket::Closed(Some(_)) = self.socket {
            return;
        }
        // First let go of the address, then hold it again.
        self.socket = Socket::Closed(None);
        self.socket = Socket::Closed(held(self.address).ok());
    }

    fn open(&mut self, connect_faults: &dyn Keeper) {
        let Socket::Closed(closed) = &mut self.socket else {
            return connect_faults.is_open();
        };
        let held = closed.take().map_or_else(|| held(self.address), Ok);
        // If it cannot be had now, it is tried again.
        if let Ok(listener) = held.and_then(|held| held.listen(BACKLOG)) {
            self.socket = Socket::Listening(listener);
            connect_faults.is_open();
        }
    }
}

/// Whether the process, or the system, has no file descriptor left.
pub(super) fn has_no_descriptor(error: &io::Error) -> bool {
    // ENFILE and EMFILE, and what Windows calls them.
    match error.raw_os_error() {
        Some(23 | 24) => cfg!(unix),
        Some(10024) => cfg!(windows),
        _ => false,
    }
}

fn held(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    // Connections of before may still stand.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// Waits until the keeper may say something else.
async fn changed(connect_faults: &dyn Keeper, changes: &mut watch::Receiver<u64>) {
    let told = async {
        if changes.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    match connect_faults.changes_with_time() {
        true => {
            let _ = tokio::time::timeout(LOOK_AGAIN, told).await;
        }
        false => told.await,
    }
}
