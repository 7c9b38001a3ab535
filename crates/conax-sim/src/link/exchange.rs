//! One exchange with a head-end: bytes out, bytes or a failure back.
//!
//! Over sockets it behaves like the CRM's SOAP client: a time-out to connect, and a time-out for
//! each wait for bytes (Inferred: socket read time-out of Axis 1). A command is written on a
//! connection once and never repeated by this layer, since a repeated order could be executed
//! twice. In-process the same bytes go to the head-end's router without a socket. TLS is spoken to
//! our own API if that does, and to an `https` head-end.
//!
//! To another head-end every command has a connection of its own, as the CRM's client does it
//! (Inferred: the default of Axis 1); to our own API connections are used again. While our own
//! head-end works, the simulator is not at rest; of another one nobody knows whether it works.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::response::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, header};
use bytes::Bytes;
use conax_contract::cas::{AxisClient, AxisFault, EncodedRequest};
use conax_model::fault::{ConnectFault, TlsFault};
use conax_model::trace::TraceContext;
use http_body_util::{BodyExt, Full};
use hyper::ext::ReasonPhrase;
use tokio::net::TcpStream;
use tower::ServiceExt;

use crate::clock::{Clock, Elapsed, idle_unless_quick};
use crate::fault::WireFault;
use crate::http_server::{EndpointState, set_trace};
use crate::settings::{ConaxAddress, DispatchSettings, SimulatorSettings};
use crate::tls::{self, LinkTls};

use super::connection::{
    Connection, Idle, SendFailure, give_back, is_reset, not_connected, sent, speak_http, take_idle,
    unsent,
};
use super::own::{OWN_REQUEST_HEADER, OwnCalls, OwnRequest};

/// How long, of real time, another head-end may take before simulated time passes without it: it
/// runs on a clock of its own.
const OUTSIDE_PATIENCE: Duration = Duration::from_millis(250);
/// Bytes of one reply that are read at most.
const REPLY_LIMIT: usize = 4 << 20;

/// Whether a connection is used for more than one command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reuse {
    /// Each command has a connection of its own.
    Never,
    /// A connection that has become free within the last seconds is used again.
    WhileFresh,
}

/// How to talk to a head-end.
#[derive(Clone, Debug)]
pub struct LinkSettings {
    /// How long connecting may take.
    pub connect_time: Duration,
    /// How long each wait for bytes may take; Axis 1 waits 600 s unless told otherwise (Attested).
    pub read_time: Duration,
    /// Whether a connection is used for more than one command.
    pub reuse: Reuse,
    /// Who tells what went wrong.
    pub axis: AxisClient,
}

impl LinkSettings {
    fn of(settings: &DispatchSettings) -> Self {
        Self {
            connect_time: settings.connect_time,
            read_time: settings.read_time,
            axis: settings.axis.clone(),
            reuse: match settings.conax_address {
                Some(_) => Reuse::Never,
                None => Reuse::WhileFresh,
            },
        }
    }
}

/// What a head-end answered.
#[derive(Debug)]
pub struct WireReply {
    /// HTTP status.
    pub http_status: u16,
    /// The reason after it.
    pub reason: String,
    /// Content type, as sent.
    pub content_type: Option<String>,
    /// The body.
    pub body: Bytes,
}

/// Waits until what the CRM wrote down is kept.
pub type Kept = Pin<Box<dyn Future<Output = ()> + Send>>;

/// One command on its way.
#[derive(Clone, Copy)]
pub struct Sending<'a> {
    /// The command as the wire carries it.
    pub request: &'a EncodedRequest,
    /// The number of the provisioning request, for our own bookkeeping.
    pub number: Option<u64>,
    /// The number of the exchange.
    pub exchange: u64,
    /// The `Authorization` header, if the CRM has credentials.
    pub authorization: Option<&'a HeaderValue>,
    /// What is to be wrong with the certificates, if the client goes on in spite of it.
    pub in_spite_of: Option<TlsFault>,
    /// The trace it belongs to.
    pub trace: Option<&'a TraceContext>,
    /// Called when a connection stands, before the first byte leaves; that waits for what it gives.
    pub leaving: &'a (dyn Fn() -> Option<Kept> + Sync),
}

/// The way to a head-end.
pub struct ConaxLink {
    settings: LinkSettings,
    clock: Clock,
    own_calls: OwnCalls,
    way: Way,
    /// What our own API is told with every command besides, if anything.
    header: Option<(HeaderName, HeaderValue)>,
}

/// What is known of the API a link leads to over sockets.
#[derive(Clone, Default)]
pub(crate) struct Approach {
    /// How TLS is spoken there, if it is.
    pub(crate) tls: Option<LinkTls>,
    /// Whether it is closed, if it is our own.
    pub(crate) door: Arc<EndpointState>,
}

/// The head-end of this process, as long as it is there.
type HeadEnd = Box<dyn Fn() -> Option<Router> + Send + Sync>;

enum Way {
    Network { address: ConaxAddress, approach: Approach, idle: Arc<Mutex<Vec<Idle>>> },
    InProcess(OnceLock<HeadEnd>),
}

impl ConaxLink {
    /// The way to the head-end: another one if it was named, else our own API, else this process.
    #[must_use]
    pub(crate) fn of(
        settings: &SimulatorSettings,
        own: Option<SocketAddr>,
        approach: &Approach,
        clock: &Clock,
    ) -> Self {
        let address = settings.dispatch.conax_address.clone().or(own.map(Into::into));
        let of_link = LinkSettings::of(&settings.dispatch);
        match address {
            Some(address) => Self::network(address, approach.clone(), of_link, clock),
            None => Self::in_process(of_link, clock),
        }
    }

    /// A link over sockets.
    #[must_use]
    pub(crate) fn network(
        address: ConaxAddress,
        approach: Approach,
        settings: LinkSettings,
        clock: &Clock,
    ) -> Self {
        Self {
            settings,
            clock: clock.clone(),
            own_calls: OwnCalls::default(),
            way: Way::Network { address, approach, idle: Arc::default() },
            header: None,
        }
    }

    /// The link, sending this header with every command.
    #[must_use]
    pub fn with_header(self, name: &'static str, value: &str) -> Self {
        let value = HeaderValue::from_str(value).ok();
        Self { header: value.map(|value| (HeaderName::from_static(name), value)), ..self }
    }

    /// A link to the head-end of this process: the same bytes, no sockets. The head-end is given
    /// with [`Self::lead_to`], as soon as it stands.
    #[must_use]
    pub fn in_process(settings: LinkSettings, clock: &Clock) -> Self {
        Self {
            settings,
            clock: clock.clone(),
            own_calls: OwnCalls::default(),
            way: Way::InProcess(OnceLock::new()),
            header: None,
        }
    }

    /// Gives an in-process link its head-end, once.
    pub fn lead_to(&self, head_end: impl Fn() -> Option<Router> + Send + Sync + 'static) {
        if let Way::InProcess(way) = &self.way {
            let _ = way.set(Box::new(head_end));
        }
    }

    /// Whether the head-end is reached over sockets.
    #[must_use]
    pub fn is_network(&self) -> bool {
        matches!(self.way, Way::Network { .. })
    }

    /// What is known of a call at our own Conax endpoint, if it came on this link and arrives now.
    #[must_use]
    pub fn own_request(&self, headers: &HeaderMap) -> Option<OwnRequest> {
        self.own_calls.arrive(headers)
    }

    /// Sends one command and reads the answer.
    ///
    /// # Errors
    /// If no whole answer was read.
    pub async fn exchange(&self, sending: Sending<'_>) -> Result<WireReply, SendFailure> {
        let mut call = self.call(sending);
        // Nobody else learns of our numbers.
        let own = (self.settings.reuse == Reuse::WhileFresh)
            .then(|| self.own_calls.begin(sending.number, sending.exchange));
        if let Some(own) = &own {
            call.headers_mut().insert(OWN_REQUEST_HEADER, own.header());
        }
        match &self.way {
            Way::InProcess(head_end) => {
                let router = head_end.get().and_then(|head_end| head_end());
                let router = router.ok_or_else(|| unsent(self.settings.axis.connect_refused()))?;
                if let Some(kept) = (sending.leaving)() {
                    kept.await;
                }
                self.exchange_in_process(router, call).await
            }
            Way::Network { idle, .. } => {
                let faulty = sending.in_spite_of.filter(|_| self.meets_tls_faults());
                let kept = match faulty {
                    Some(_) => None,
                    None => take_idle(idle),
                };
                let connection = match kept {
                    Some(connection) => connection,
                    None => self.connect(faulty).await.map_err(unsent)?,
                };
                if let Some(kept) = (sending.leaving)() {
                    kept.await;
                }
                // A connection with a fault is not for other commands.
                let idle = (faulty.is_none() && self.leads_home()).then_some(idle);
                self.exchange_on_network(connection, idle, call).await
            }
        }
    }

    /// Whoever is not refused finds the API open, as soon as that has followed the fault plan.
    pub(crate) async fn wait_for_door(&self, is_refused: impl Fn() -> bool) {
        if let Way::Network { approach, .. } = &self.way
            && self.leads_home()
            && approach.door.is_closed()
        {
            let opened = approach.door.opened_unless(is_refused);
            // After that it finds out by itself.
            let _ = self.clock.timeout(self.settings.connect_time, opened).await;
        }
    }

    /// The path a command is posted to.
    #[must_use]
    pub fn path<'a>(&'a self, request: &'a EncodedRequest) -> &'a str {
        match &self.way {
            Way::Network { address, .. } if !address.path.is_empty() => &address.path,
            Way::Network { .. } | Way::InProcess(_) => &request.path,
        }
    }

    async fn exchange_in_process(
        &self,
        router: Router,
        call: Request<Full<Bytes>>,
    ) -> Result<WireReply, SendFailure> {
        let reply = self.answer(router.oneshot(call.map(Body::new))).await;
        let Ok(reply) = reply.map_err(|_| sent(self.settings.axis.read_timed_out()))?;
        match reply.extensions().get::<WireFault>() {
            Some(WireFault::Reset) => Err(sent(self.settings.axis.connection_reset())),
            Some(WireFault::Silence | WireFault::HangUp) => Err(sent(AxisFault::no_answer())),
            None => self.read(reply).await,
        }
    }

    /// Whether the head-end at the other end is that of this simulator.
    #[must_use]
    pub fn leads_home(&self) -> bool {
        self.settings.reuse == Reuse::WhileFresh
    }

    /// Whether faults of the certificates are met in a real handshake: over sockets, if our own
    /// API speaks TLS.
    fn meets_tls_faults(&self) -> bool {
        let is_tls = match &self.way {
            Way::Network { approach, .. } => approach.tls.is_some(),
            Way::InProcess(_) => false,
        };
        is_tls && self.leads_home()
    }

    /// What the client sees when no connection comes about, for this reason.
    ///
    /// Over sockets a refused connection is one: a port nobody listens on is dialled. A handshake
    /// that fails is one too, if our own API speaks TLS; else it is a value.
    pub async fn fail_to_connect(&self, fault: ConnectFault) -> SendFailure {
        let axis = &self.settings.axis;
        unsent(match fault {
            ConnectFault::Refused if self.is_network() => match self.dial_closed_port().await {
                Err(fault) => fault,
                Ok(()) => axis.connect_refused(),
            },
            ConnectFault::Refused => axis.connect_refused(),
            ConnectFault::NoRoute => axis.no_route(),
            ConnectFault::TimedOut => {
                self.clock.sleep(self.settings.connect_time).await;
                axis.connect_timed_out()
            }
            ConnectFault::Tls(fault) => self.fail_to_shake_hands(fault).await,
        })
    }

    async fn fail_to_shake_hands(&self, fault: TlsFault) -> AxisFault {
        let axis = &self.settings.axis;
        let value = || tls::told(axis, fault);
        if !self.meets_tls_faults() {
            return value();
        }
        match self.connect(Some(fault)).await {
            // An API that is closed besides shows no certificate.
            Err(failure) if failure != axis.connect_refused() => failure,
            Err(_) | Ok(_) => value(),
        }
    }

    async fn dial_closed_port(&self) -> Result<(), AxisFault> {
        let (axis, host) = (&self.settings.axis, "127.0.0.1");
        let closed = std::net::TcpListener::bind((host, 0)).and_then(|open| open.local_addr());
        let closed = closed.map_err(|_| axis.connect_refused())?;
        let dialled = TcpStream::connect(closed).await;
        dialled.map(drop).map_err(|error| not_connected(axis, host, &error))
    }

    /// Waits for bytes, as long as the client does.
    async fn answer<F: Future>(&self, bytes: F) -> Result<F::Output, Elapsed> {
        self.within(self.settings.read_time, bytes).await
    }

    /// Waits for the other end; if that is not ours and does not answer soon, the simulator has nothing
    /// to do meanwhile.
    async fn within<F: Future>(&self, time: Duration, future: F) -> Result<F::Output, Elapsed> {
        let waiting = self.clock.timeout(time, future);
        match self.settings.reuse {
            Reuse::Never => idle_unless_quick(OUTSIDE_PATIENCE, waiting).await,
            Reuse::WhileFresh => waiting.await,
        }
    }

    async fn exchange_on_network(
        &self,
        mut connection: Connection,
        idle: Option<&Arc<Mutex<Vec<Idle>>>>,
        call: Request<Full<Bytes>>,
    ) -> Result<WireReply, SendFailure> {
        let answered = self.answer(connection.sender.send_request(call)).await;
        let answered = answered.map_err(|_| sent(self.settings.axis.read_timed_out()))?;
        let reply = match answered {
            Ok(reply) => reply,
            Err(error) => return Err(connection.failure(&self.settings.axis, &error).await),
        };
        let whole = self.read(reply).await?;
        if let Some(idle) = idle {
            // The answer does not wait until the connection is ready for the next command.
            tokio::spawn(give_back(Arc::clone(idle), connection));
        }
        Ok(whole)
    }

    fn call(&self, sending: Sending<'_>) -> Request<Full<Bytes>> {
        let request = sending.request;
        let mut call = Request::new(Full::new(Bytes::copy_from_slice(&request.body)));
        *call.method_mut() = Method::POST;
        *call.uri_mut() = self.path(request).parse().unwrap_or_default();
        let headers = call.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(request.content_type));
        let action = request.soap_action.as_deref().map(HeaderValue::from_str);
        if let Some(Ok(action)) = action {
            headers.insert("soapaction", action);
        }
        let host = match &self.way {
            Way::Network { address, .. } => HeaderValue::from_str(&address.authority()).ok(),
            Way::InProcess(_) => None,
        };
        headers.insert(header::HOST, host.unwrap_or(HeaderValue::from_static("localhost")));
        if self.settings.reuse == Reuse::Never {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if let Some((name, value)) = &self.header {
            headers.insert(name.clone(), value.clone());
        }
        if let Some(trace) = sending.trace {
            set_trace(headers, trace);
        }
        if let Some(authorization) = sending.authorization {
            headers.insert(header::AUTHORIZATION, authorization.clone());
        }
        call
    }

    /// Makes a connection, if need be with a fault of the certificates.
    async fn connect(&self, fault: Option<TlsFault>) -> Result<Connection, AxisFault> {
        let axis = &self.settings.axis;
        let Way::Network { address, approach, .. } = &self.way else {
            return Err(axis.connect_refused());
        };
        let target = (address.host.as_str(), address.port);
        let connecting = TcpStream::connect(target);
        let stream = match self.within(self.settings.connect_time, connecting).await {
            Err(_) => return Err(axis.connect_timed_out()),
            Ok(Err(error)) => return Err(not_connected(axis, &address.host, &error)),
            Ok(Ok(stream)) => stream,
        };
        let _ = stream.set_nodelay(true);
        let Some(tls) = &approach.tls else {
            return speak_http(axis, stream).await;
        };
        // The SOAP client waits for a handshake as for any bytes (Inferred).
        match self.answer(tls.connect(stream, fault)).await {
            Err(_) => Err(axis.read_timed_out()),
            Ok(Err(error)) => Err(tls::broken_handshake(axis, &error)),
            Ok(Ok(stream)) => speak_http(axis, stream).await,
        }
    }

    /// Reads a reply; each wait for more bytes has the whole read time-out.
    ///
    /// The client does not look whether a body is as long as it should be: what came of it is read.
    async fn read<B>(&self, reply: Response<B>) -> Result<WireReply, SendFailure>
    where
        B: hyper::body::Body<Data = Bytes> + Unpin,
        B::Error: std::error::Error + Send + Sync + 'static,
    {
        let (head, mut body) = reply.into_parts();
        let mut bytes = Vec::new();
        loop {
            let frame = self.answer(body.frame()).await;
            match frame.map_err(|_| sent(self.settings.axis.read_timed_out()))? {
                None => break,
                Some(Err(error)) if is_reset(&error) => {
                    return Err(sent(self.settings.axis.connection_reset()));
                }
                Some(Err(_)) => break,
                Some(Ok(frame)) => {
                    bytes.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
                }
            }
            if bytes.len() > REPLY_LIMIT {
                break;
            }
        }
        Ok(WireReply {
            http_status: head.status.as_u16(),
            reason: reason(&head),
            content_type: content_type(&head.headers),
            body: bytes.into(),
        })
    }
}

/// The reason after the status, as a server of ours would write it if nobody wrote it yet.
fn reason(head: &Parts) -> String {
    match head.extensions.get::<ReasonPhrase>() {
        Some(written) => String::from_utf8_lossy(written.as_bytes()).into_owned(),
        None => head.status.canonical_reason().unwrap_or("<none>").to_owned(),
    }
}

fn content_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?;
    value.to_str().ok().map(str::to_owned)
}
