//! The API the client meets: it passes calls on to the simulator, springs the trap of the scene,
//! and writes down what it saw.
//!
//! It decides nothing: [`TrapState`] says what is done with each call.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use conax_contract::crm::{Operation, RefusalCode};
use conax_sim::Simulator;
use conax_sim::simulator::{Api, Reply};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpListener;

use super::observation::{Canary, Delivery, Exchange, Seat};
use super::reading::{Intent, intent, read, token_of};
use super::run::order_of_another;
use super::scene::{Scene, Settles, Trap, TrapState};
use super::time::{Allowance, TICK};

/// The longest body that is taken.
const BODY_LIMIT: usize = 1 << 20;
/// How much of a body still arrives when it breaks off: past its OK, short of its end.
const BEGINNING: (usize, usize) = (4, 5);
/// Which part of the time a late answer takes.
const LATE_SHARE: u32 = 5;

/// What is behind the API.
pub(crate) struct Proxy {
    seat: Seat,
    simulator: Simulator,
    settles: Settles,
    late: Duration,
    started: Instant,
    /// Set when the client is ended, so that it does not count as having gone away.
    is_over: AtomicBool,
    state: Mutex<State>,
}

struct State {
    traps: TrapState,
    allowance: Allowance,
    /// How many calls the simulator works at.
    working: usize,
    queries: usize,
    exchanges: Vec<Exchange>,
    /// Tokens that were given while the client worked.
    tokens: Vec<Canary>,
}

/// The client gets no answer, and its connection is closed.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed")]
struct Closed;

impl Proxy {
    /// Opens the API on a free port; where it is. It serves until its runtime ends.
    pub(crate) async fn open(
        simulator: Simulator,
        seat: Seat,
        scene: &Scene,
        deadline: Duration,
    ) -> std::io::Result<(Arc<Self>, SocketAddr)> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let proxy = Arc::new(Self {
            seat,
            simulator,
            settles: scene.settles,
            late: deadline / LATE_SHARE,
            started: Instant::now(),
            is_over: AtomicBool::new(false),
            state: Mutex::new(State {
                traps: TrapState::new(scene.trap),
                allowance: Allowance::new(deadline),
                working: 0,
                queries: 0,
                exchanges: Vec::new(),
                tokens: Vec::new(),
            }),
        });
        tokio::spawn(serve(listener, Arc::clone(&proxy)));
        Ok((proxy, address))
    }

    /// Waits until the client has used its time. It is about to be ended then: nobody goes away by
    /// itself any more.
    pub(crate) async fn time_is_up(&self) {
        let mut last = self.started.elapsed();
        loop {
            tokio::time::sleep(TICK).await;
            let now = self.started.elapsed();
            let mut state = self.state();
            let is_working = state.working > 0;
            if state.allowance.tick(now - last, is_working) {
                self.is_over.store(true, Ordering::SeqCst);
                return;
            }
            last = now;
        }
    }

    /// What was seen, and the tokens that were given.
    pub(crate) fn seen(&self) -> (Vec<Exchange>, Vec<Canary>) {
        let state = self.state();
        (state.exchanges.clone(), state.tokens.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Closed> {
        let (parts, body) = request.into_parts();
        let body = Limited::new(body, BODY_LIMIT).collect().await;
        let body = body.map_err(|_| Closed)?.to_bytes();
        let request = Request::from_parts(parts, body);
        let (mut place, trap, intent) = self.arrived(&request);
        let got = delivery_of(trap);
        let working = Working::of(&self);
        let reply = match trap {
            Trap::Refuse(message) => refusal(message),
            Trap::TurnAway => turned_away(),
            Trap::EndToken => {
                self.end_token(place.number).await;
                self.pass_on(request, &intent).await
            }
            Trap::LoseOrder => {
                self.state().exchanges[place.number].got = got;
                self.order_of_another().await;
                place.is_answered = true;
                return Err(Closed);
            }
            _ => self.pass_on(request, &intent).await,
        };
        self.note(place.number, &reply, got);
        if trap == Trap::LateAnswer || !matches!(got, Delivery::Answer | Delivery::TrapAnswer) {
            self.order_of_another().await;
        }
        drop(working);
        match trap {
            Trap::KeepAnswer => {
                self.state().allowance.begin_again();
                std::future::pending().await
            }
            Trap::HangUp => {
                place.is_answered = true;
                return Err(Closed);
            }
            Trap::LateAnswer => tokio::time::sleep(self.late).await,
            _ => {}
        }
        place.is_answered = true;
        // Written down before the answer leaves: what the client does next comes after it.
        let answered = self.started.elapsed();
        self.state().exchanges[place.number].answered = Some(answered);
        Ok(response(reply, trap == Trap::CutAnswer))
    }

    /// Writes down that a call has arrived; what is done with it.
    fn arrived(self: &Arc<Self>, request: &Request<Bytes>) -> (Waiting, Trap, Intent) {
        let text = |name| {
            let value: Option<&HeaderValue> = request.headers().get(name);
            value.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let target = request.uri().path_and_query();
        let mut state = self.state();
        let exchange = Exchange {
            at: self.started.elapsed(),
            verb: request.method().to_string(),
            target: target.map_or_else(String::new, ToString::to_string),
            content_type: text(header::CONTENT_TYPE),
            is_authorized: request.headers().contains_key(header::AUTHORIZATION),
            call: String::from_utf8_lossy(request.body()).into_owned(),
            status: None,
            reply: String::new(),
            answered: None,
            got: Delivery::Answer,
            is_left: false,
        };
        state.allowance.called();
        let intent = intent(self.seat, &exchange);
        let trap = state.traps.next(&intent);
        let waiting =
            Waiting { proxy: Arc::clone(self), number: state.exchanges.len(), is_answered: false };
        state.exchanges.push(exchange);
        (waiting, trap, intent)
    }

    async fn pass_on(&self, request: Request<Bytes>, intent: &Intent) -> Reply {
        if *intent == Intent::Query && self.is_time_to_send() {
            self.simulator.run().await;
        }
        let api = match self.seat {
            Seat::A => Api::Crm,
            Seat::C => Api::Cas,
        };
        self.simulator.call(api, request.map(Body::from)).await
    }

    /// While the client does not know what became of its order, somebody else orders as well: what
    /// is there is not all its own.
    async fn order_of_another(&self) {
        if self.seat == Seat::A {
            let order = self.simulator.post("add_subscriptions", order_of_another());
            // Should it fail, there is one request less that is not the client's.
            let _: Result<_, _> = order.await;
        }
    }

    fn is_time_to_send(&self) -> bool {
        let mut state = self.state();
        state.queries += 1;
        match self.settles {
            Settles::AtQuery(look) => state.queries >= look,
            Settles::Never => false,
        }
    }

    /// Ends the token that a call carries.
    async fn end_token(&self, number: usize) {
        let token = token_of(&self.state().exchanges[number]);
        let body = json!({ "token": token }).to_string();
        let path = format!("/{}", Operation::ReleaseToken.path());
        let mut request = Request::new(Body::from(body));
        *request.method_mut() = axum::http::Method::POST;
        *request.uri_mut() = path.parse().expect("documented paths are paths");
        self.simulator.call(Api::Crm, request).await;
    }

    fn note(&self, number: usize, reply: &Reply, got: Delivery) {
        let mut state = self.state();
        let exchange = &mut state.exchanges[number];
        exchange.status = Some(reply.status.as_u16());
        exchange.reply = reply.text();
        exchange.got = got;
        if let Some(value) = read(self.seat, exchange).new_token {
            let name = "token";
            state.tokens.push(Canary { name, value });
        }
    }
}

/// The simulator works at a call: the time is not the client's.
struct Working(Arc<Proxy>);

impl Working {
    fn of(proxy: &Arc<Proxy>) -> Self {
        proxy.state().working += 1;
        Self(Arc::clone(proxy))
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.state().working -= 1;
    }
}

/// A call that is not answered yet. Dropped before, its client went away.
struct Waiting {
    proxy: Arc<Proxy>,
    number: usize,
    is_answered: bool,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.is_answered && !self.proxy.is_over.load(Ordering::SeqCst) {
            self.proxy.state().exchanges[self.number].is_left = true;
        }
    }
}

async fn serve(listener: TcpListener, proxy: Arc<Proxy>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            return;
        };
        // An answer that waits for more to come would look like a slow one.
        let _ = stream.set_nodelay(true);
        let proxy = Arc::clone(&proxy);
        tokio::spawn(async move {
            let service = service_fn(|request| Arc::clone(&proxy).answer(request));
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            // How it ended is known from the calls it carried.
            let _: Result<(), _> = connection.await;
            Ok::<(), Infallible>(())
        });
    }
}

const fn delivery_of(trap: Trap) -> Delivery {
    match trap {
        Trap::None | Trap::EndToken | Trap::LateAnswer => Delivery::Answer,
        Trap::Refuse(_) | Trap::TurnAway => Delivery::TrapAnswer,
        Trap::KeepAnswer => Delivery::Silence,
        Trap::HangUp => Delivery::HangUp,
        Trap::LoseOrder => Delivery::NotPassedOn,
        Trap::CutAnswer => Delivery::Beginning,
    }
}

fn response(reply: Reply, is_cut: bool) -> Response<Full<Bytes>> {
    let end = match is_cut {
        true => reply.body.len() * BEGINNING.0 / BEGINNING.1,
        false => reply.body.len(),
    };
    let mut response = Response::new(Full::new(reply.body.slice(..end)));
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response
}

fn made(status: StatusCode, content_type: &'static str, body: String) -> Reply {
    let mut headers = axum::http::HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    Reply { status, headers, body: body.into() }
}

fn turned_away() -> Reply {
    let page = "<html><body><h1>503 Service Unavailable</h1></body></html>";
    made(StatusCode::SERVICE_UNAVAILABLE, "text/html", page.to_owned())
}

/// Inferred: business errors travel with HTTP 200.
fn refusal(message: &str) -> Reply {
    let code = RefusalCode::NotRelatedToSubscription.code();
    let status = json!({ "code": code, "message": message, "description": null });
    let body = json!({ "status": status }).to_string();
    made(StatusCode::OK, conax_contract::crm::CONTENT_TYPE, body)
}
