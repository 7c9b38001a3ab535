//! Accepting connections within limits and serving a router on them, with TLS or without.

use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use conax_model::fault::TlsFault;
use hyper::body::Incoming;
use hyper::rt::{Read, Write};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use socket2::SockRef;
use tokio::io::{AsyncWriteExt, DuplexStream};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;
use tower::ServiceExt;

use crate::http_server::accept::{Acceptor, Keeper, has_no_descriptor};
use crate::http_server::connection::{ConnectionControl, Steered};
use crate::http_server::framing::{Framed, Framing};
use crate::http_server::places::{Descriptors, Places, TurnedAway};
use crate::http_server::rejection_body::{Dressed, FrameworkAnswers, Unheard, whole_answer};
use crate::http_server::socket::Socket;
use crate::http_server::timeouts::Patient;
use crate::tls::{EndpointTls, Shaken, goodbye};

/// How long an accept loop rests when there is nothing it can do for whoever waits.
const ACCEPT_REST: Duration = Duration::from_millis(50);
/// What a refused connection's bytes may take to be written.
const TURN_AWAY_TIME: Duration = Duration::from_secs(1);
/// The same while nobody else can be accepted.
const TURN_AWAY_QUICKLY: Duration = Duration::from_millis(100);
/// So many are turned away at a time without haste; whoever comes then only gets what can be
/// written at once.
const TURNING_AWAY: usize = 16;
/// The first byte of a client that speaks TLS.
const TLS_HANDSHAKE: u8 = 22;

/// What one API bears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one body.
    pub body_bytes: usize,
    /// Bytes of a request line and its headers.
    pub head_bytes: usize,
    /// Connections at a time.
    pub connection_count: usize,
    /// Connections at a time from one address that is not of this machine.
    pub connections_per_address: usize,
    /// File descriptors the process may have, over all APIs, if that is known.
    pub descriptor_count: Option<usize>,
    /// Time to send a request line and headers, and how long a connection may stay idle.
    pub head_time: Duration,
    /// Time to send a body.
    pub body_time: Duration,
    /// How long a client may take to read the next bytes of an answer.
    pub write_time: Duration,
}

impl Limits {
    /// What they are unless somebody says otherwise.
    pub const DEFAULT: Self = Self {
        body_bytes: 1 << 20,
        head_bytes: 16 << 10,
        connection_count: 1024,
        // More than the pools of usual clients have, and a quarter of all.
        connections_per_address: 256,
        descriptor_count: None,
        head_time: Duration::from_secs(60),
        body_time: Duration::from_secs(30),
        write_time: Duration::from_secs(30),
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// One API's socket, bound and not yet accepting.
pub struct Listener {
    accept: Acceptor,
    limits: Limits,
    places: Arc<Places>,
    answers: Option<FrameworkAnswers>,
    connect_faults: Option<Arc<dyn Keeper>>,
    speech: Option<Arc<TlsSpeech>>,
    on_refused: Option<OnRefused>,
    turning_away: Arc<Semaphore>,
}

/// Hears now and then why connections are turned away, and how many were since it heard last.
pub(crate) type OnRefused = Box<dyn Fn(TurnedAway, u64) + Send + Sync>;

/// How an API speaks TLS.
pub(crate) struct TlsSpeech {
    /// Its certificates.
    pub(crate) door: EndpointTls,
    /// What is wrong with them for everybody, now.
    pub(crate) for_everybody: Box<dyn Fn() -> Option<TlsFault> + Send + Sync>,
}

impl TlsSpeech {
    /// With nothing wrong but what a client asks for by name.
    pub(crate) fn sound(door: EndpointTls) -> Self {
        Self { door, for_everybody: Box::new(|| None) }
    }
}

/// What a client hears that does not speak TLS at an API that does.
fn answer_to_plain() -> Vec<u8> {
    let sentence = b"This API speaks TLS and found plain HTTP: use an `https` address.\n";
    whole_answer(400, "text/plain; charset=utf-8", sentence)
}

/// What was wrong with the certificates when the connection of a call was made; in the extensions
/// of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetTlsFault(pub TlsFault);

impl Listener {
    /// Binds an API to an address; port 0 takes a free one.
    ///
    /// # Errors
    /// If the address cannot be bound.
    pub async fn bind(
        address: SocketAddr,
        limits: Limits,
        answers: Option<FrameworkAnswers>,
    ) -> std::io::Result<Self> {
        let descriptors = Arc::new(Descriptors::of(&limits));
        Ok(Self {
            accept: Acceptor::bind(address).await?,
            limits,
            places: Arc::new(Places::new(&limits, false, descriptors)),
            answers,
            connect_faults: None,
            speech: None,
            on_refused: None,
            turning_away: Arc::new(Semaphore::new(TURNING_AWAY)),
        })
    }

    /// Shares the descriptors of the process with other APIs; the control API has some to itself.
    #[must_use]
    pub(crate) fn sharing(mut self, descriptors: Arc<Descriptors>, is_control: bool) -> Self {
        self.places = Arc::new(Places::new(&self.limits, is_control, descriptors));
        self
    }

    /// Tells why connections are turned away.
    #[must_use]
    pub(crate) fn telling(mut self, on_refused: OnRefused) -> Self {
        self.on_refused = Some(on_refused);
        self
    }

    /// The places it has for connections.
    #[must_use]
    pub(crate) const fn places(&self) -> &Arc<Places> {
        &self.places
    }

    /// The address the API really has.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.accept.address()
    }

    /// The API is closed whenever its keeper says so.
    #[must_use]
    pub fn kept_by(mut self, connect_faults: Arc<dyn Keeper>) -> Self {
        self.connect_faults = Some(connect_faults);
        self
    }

    /// The API speaks TLS.
    #[must_use]
    pub(crate) fn speaking(mut self, speech: Option<TlsSpeech>) -> Self {
        self.speech = speech.map(Arc::new);
        self
    }

    /// Serves until `stop` turns true, then lets open calls finish.
    pub async fn serve(mut self, router: Router, mut stop: watch::Receiver<bool>) {
        let open = GracefulShutdown::new();
        let stopped = stop.clone();
        loop {
            let accepted = tokio::select! {
                accepted = self.accept.accept(self.connect_faults.as_deref()) => accepted,
                _ = stop.wait_for(|&stopped| stopped) => break,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) if has_no_descriptor(&error) => {
                    self.refuse_one().await;
                    continue;
                }
                Err(_) => {
                    tokio::time::sleep(ACCEPT_REST).await;
                    continue;
                }
            };
            match self.places.take(caller(&stream, peer)) {
                Ok(place) => {
                    let serving = self.serving(router.clone(), &open);
                    let connection = self.connection(stream, serving, stopped.clone());
                    tokio::spawn(async move {
                        connection.await;
                        drop(place);
                    });
                }
                Err(reason) => self.turn_away(stream, reason),
            }
        }
        drop(self.accept);
        open.shutdown().await;
    }

    fn serving(&self, router: Router, open: &GracefulShutdown) -> Serving {
        Serving { router, limits: self.limits, answers: self.answers, watcher: open.watcher() }
    }

    fn connection(
        &self,
        stream: TcpStream,
        serving: Serving,
        mut stop: watch::Receiver<bool>,
    ) -> impl Future<Output = ()> + Send + 'static {
        // Replies are written whole; waiting to fill a segment would only add delay.
        let _ = stream.set_nodelay(true);
        let speech = self.speech.clone();
        async move {
            let Some(speech) = speech else {
                let stream = Arc::new(stream);
                let control = ConnectionControl::of(&stream, |_| false);
                let io = serving.patient(stream, Some(Framing::default()));
                return serving.serve(io, control, None).await;
            };
            let time = serving.limits.head_time;
            let handshake = tokio::time::timeout(time, handshake(stream, &speech, &serving));
            let shaken = tokio::select! {
                shaken = handshake => shaken.ok().flatten(),
                _ = stop.wait_for(|&stopped| stopped) => None,
            };
            if let Some((shaken, control)) = shaken {
                let io = Framed::new(TokioIo::new(shaken.stream));
                serving.serve(io, control, shaken.met).await;
            }
        }
    }

    /// Tells a connection beyond a limit so, and closes it.
    fn turn_away(&self, stream: TcpStream, reason: TurnedAway) {
        let Some(bytes) = self.refusal(reason) else {
            return;
        };
        match Arc::clone(&self.turning_away).try_acquire_owned() {
            Ok(turn) => {
                tokio::spawn(async move {
                    farewell(stream, bytes, TURN_AWAY_TIME).await;
                    drop(turn);
                });
            }
            // Each of them holds a descriptor.
            Err(_) => drop(stream.try_write(&bytes)),
        }
    }

    /// What a connection hears that is turned away; it is counted.
    fn refusal(&self, reason: TurnedAway) -> Option<Vec<u8>> {
        if let Some(count) = self.places.count_refused(reason, Instant::now())
            && let Some(on_refused) = &self.on_refused
        {
            on_refused(reason, count);
        }
        // Whoever expects TLS would not understand it.
        let answers = self.answers.filter(|_| self.speech.is_none())?;
        Some(answers(&Unheard::NoPlace(reason)))
    }

    /// Turns away whoever waits, while the process has no descriptor to spare.
    async fn refuse_one(&mut self) {
        let Some(stream) = self.accept.accept_on_spare().await else {
            return tokio::time::sleep(ACCEPT_REST).await;
        };
        if let Some(bytes) = self.refusal(TurnedAway::Descriptors) {
            farewell(stream, bytes, TURN_AWAY_QUICKLY).await;
        }
        self.accept.keep_spare();
    }
}

/// The address a connection is counted for; one of this machine counts as its own, whichever it is.
fn caller(stream: &TcpStream, peer: SocketAddr) -> IpAddr {
    let peer = peer.ip();
    let is_own = || stream.local_addr().is_ok_and(|local| local.ip() == peer);
    match peer.is_loopback() || is_own() {
        true => Ipv4Addr::LOCALHOST.into(),
        false => peer,
    }
}

/// Writes some last bytes, in the time a refused connection has.
async fn farewell(mut stream: TcpStream, bytes: Vec<u8>, time: Duration) {
    let farewell = async {
        let _ = stream.write_all(&bytes).await;
        let _ = stream.shutdown().await;
        // Closing with bytes unread would be a reset, and the farewell might be lost.
        let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
    };
    let _ = tokio::time::timeout(time, farewell).await;
}

type TlsIo = TokioIo<Patient<Socket>>;

/// Shakes hands with a client that speaks TLS; tells another one so.
async fn handshake(
    stream: TcpStream,
    speech: &TlsSpeech,
    serving: &Serving,
) -> Option<(Shaken<TlsIo>, ConnectionControl)> {
    let mut first = [0];
    let count = stream.peek(&mut first).await.ok()?;
    if count == 1 && first[0] != TLS_HANDSHAKE {
        farewell(stream, answer_to_plain(), TURN_AWAY_TIME).await;
        return None;
    }
    let stream = Arc::new(stream);
    let io = TokioIo::new(serving.patient(Arc::clone(&stream), None));
    let Ok(shaken) = speech.door.accept(io, &speech.for_everybody).await else {
        let _ = tokio::time::timeout(TURN_AWAY_TIME, let_alert_arrive(&stream)).await;
        return None;
    };
    let version = shaken.stream.get_ref().1.protocol_version();
    let control = ConnectionControl::of(&stream, goodbye(version));
    Some((shaken, control))
}

/// Reads on what a client sends that was told why it is turned away: with bytes unread, closing
/// would be a reset, and the alert might be lost.
async fn let_alert_arrive(stream: &TcpStream) {
    let _ = SockRef::from(stream).shutdown(Shutdown::Write);
    let mut unread = [0; 1024];
    while stream.readable().await.is_ok() {
        match stream.try_read(&mut unread) {
            Ok(0) => return,
            Err(error) if error.kind() != std::io::ErrorKind::WouldBlock => return,
            Ok(_) | Err(_) => {}
        }
    }
}

/// Serves one connection that is no socket, as a listener serves its own.
pub async fn serve_pipe(pipe: DuplexStream, router: Router, limits: Limits) {
    // It is kept to the end: letting go of it asks for a shutdown.
    let open = GracefulShutdown::new();
    let serving = Serving { router, limits, answers: None, watcher: open.watcher() };
    let io = Framed::new(TokioIo::new(pipe));
    serving.serve(io, ConnectionControl::of_pipe(), None).await;
}

/// Everything it takes to serve one connection.
struct Serving {
    router: Router,
    limits: Limits,
    answers: Option<FrameworkAnswers>,
    watcher: Watcher,
}

impl Serving {
    fn patient(&self, stream: Arc<TcpStream>, framing: Option<Framing>) -> Patient<Socket> {
        Patient::new(Socket::new(stream, framing), self.limits.write_time)
    }

    async fn serve<I>(self, io: I, control: ConnectionControl, met: Option<TlsFault>)
    where
        I: Read + Write + Unpin + Send + 'static,
    {
        let marked = control.clone();
        let router = self.router.map_request(move |mut call: Request<Incoming>| {
            marked.begin_call();
            call.extensions_mut().insert(marked.clone());
            if let Some(fault) = met {
                call.extensions_mut().insert(MetTlsFault(fault));
            }
            call
        });
        let service = TowerToHyperService::new(router);
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            // Who says that no more comes still waits for the answer.
            .half_close(true)
            .header_read_timeout(self.limits.head_time)
            .max_buf_size((self.limits.head_bytes * 2).max(8192));
        let io = Steered::new(io, &control);
        let (answers, watcher) = (self.answers, self.watcher);
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
