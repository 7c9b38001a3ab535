//! Accepting connections within limits and serving a router on them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioTimer;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tower::ServiceExt;

use crate::doorway::connection::{ConnectionControl, Steered};
use crate::doorway::dress::{Dressed, FrameworkAnswers};
use crate::doorway::patience::Patient;
use crate::doorway::socket::Socket;

/// How long an accept loop rests when the system has no more file handles.
const ACCEPT_REST: Duration = Duration::from_millis(50);
/// What a refused connection's bytes may take to be written.
const TURN_AWAY_TIME: Duration = Duration::from_secs(1);

/// What one door bears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one body.
    pub body_bytes: usize,
    /// Bytes of a request line and its headers.
    pub head_bytes: usize,
    /// Connections at a time.
    pub connection_count: usize,
    /// Time to send a request line and headers, and how long a connection may stay idle.
    pub head_time: Duration,
    /// Time to send a body.
    pub body_time: Duration,
    /// How long a client may take to read the next bytes of an answer.
    pub write_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            head_bytes: 16 << 10,
            connection_count: 1024,
            head_time: Duration::from_secs(60),
            body_time: Duration::from_secs(30),
            write_time: Duration::from_secs(30),
        }
    }
}

/// One door's socket, bound and not yet accepting.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    limits: Limits,
    answers: Option<FrameworkAnswers>,
}

impl Listener {
    /// Binds a door to an address; port 0 takes a free one.
    ///
    /// # Errors
    /// If the address cannot be bound.
    pub async fn bind(
        address: SocketAddr,
        limits: Limits,
        answers: Option<FrameworkAnswers>,
    ) -> std::io::Result<Self> {
        Ok(Self {
            socket: TcpListener::bind(address).await?,
            limits,
            answers,
        })
    }

    /// The address the door really has.
    ///
    /// # Errors
    /// If the system does not tell.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Serves until `stop` turns true, then lets open calls finish.
    pub async fn serve(self, router: Router, mut stop: watch::Receiver<bool>) {
        let open = GracefulShutdown::new();
        let places = Arc::new(Semaphore::new(self.limits.connection_count));
        loop {
            let accepted = tokio::select! {
                accepted = self.socket.accept() => accepted,
                _ = stop.wait_for(|&stopped| stopped) => break,
            };
            let Ok((stream, _peer)) = accepted else {
                tokio::time::sleep(ACCEPT_REST).await;
                continue;
            };
            match Arc::clone(&places).try_acquire_owned() {
                Ok(place) => {
                    let connection = self.connection(stream, router.clone(), &open);
                    tokio::spawn(async move {
                        connection.await;
                        drop(place);
                    });
                }
                Err(_) => self.turn_away(stream),
            }
        }
        drop(self.socket);
        open.shutdown().await;
    }

    fn connection(
        &self,
        stream: TcpStream,
        router: Router,
        open: &GracefulShutdown,
    ) -> impl Future<Output = ()> + Send + 'static {
        // Replies are written whole; waiting to fill a segment would only add delay.
        let _ = stream.set_nodelay(true);
        let stream = Arc::new(stream);
        let control = ConnectionControl::of(&stream);
        let marked = control.clone();
        let service =
            TowerToHyperService::new(router.map_request(move |mut call: Request<Incoming>| {
                marked.begin_call();
                call.extensions_mut().insert(marked.clone());
                call
            }));
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            // Who says that no more comes still waits for the answer.
            .half_close(true)
            .header_read_timeout(self.limits.head_time)
            .max_buf_size((self.limits.head_bytes * 2).max(8192));
        let io = Patient::new(Socket::new(stream), self.limits.write_time);
        let io = Steered::new(io, &control);
        let watcher = open.watcher();
        let answers = self.answers;
        async move {
            let served = async {
                match answers {
                    Some(answers) => {
                        let io = Dressed::new(io, answers);
                        watcher.watch(builder.serve_connection(io, service)).await
                    }
                    None => watcher.watch(builder.serve_connection(io, service)).await,
                }
            };
            // A connection that breaks is the peer's business; what was acknowledged is recorded.
            tokio::select! {
                _ = served => {}
                () = control.ended() => {}
            }
        }
    }

    /// Tells a connection beyond the limit so, and closes it.
    fn turn_away(&self, mut stream: TcpStream) {
        let Some(answers) = self.answers else { return };
        let bytes = answers(503);
        tokio::spawn(async move {
            let farewell = async {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
            };
            let _ = tokio::time::timeout(TURN_AWAY_TIME, farewell).await;
        });
    }
}
