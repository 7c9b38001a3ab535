//! A closed loop: each of some connections sends, waits for the answer, and sends again.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::{HeaderValue, Method, Request, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::BenchError;

/// What one round did.
pub(super) struct Round {
    /// Answers that came.
    pub(super) answers: u64,
    /// How long it took.
    pub(super) time: Duration,
    /// All waiting times, sorted.
    pub(super) waits: Vec<Duration>,
}

impl Round {
    /// Answers a second.
    pub(super) fn rate(&self) -> f64 {
        self.answers as f64 / self.time.as_secs_f64()
    }

    /// The waiting time that this share of the calls did not exceed.
    pub(super) fn quantile(&self, share: f64) -> Duration {
        let index = (self.waits.len() as f64 * share) as usize;
        self.waits.get(index.min(self.waits.len().saturating_sub(1))).copied().unwrap_or_default()
    }
}

/// What is posted over and over.
#[derive(Clone, Copy)]
pub(super) struct Load {
    /// The path.
    pub(super) path: &'static str,
    /// The body.
    pub(super) body: &'static str,
    /// What a good answer holds.
    pub(super) expected: &'static [u8],
    /// How many connections are kept alive.
    pub(super) connections: usize,
}

/// Posts one body over and over on some connections for some time.
pub(super) async fn post(
    address: SocketAddr,
    load: Load,
    time: Duration,
) -> Result<Round, BenchError> {
    let mut workers = JoinSet::new();
    let started = Instant::now();
    for _ in 0..load.connections {
        let connection = connect(address).await?;
        workers.spawn(repeat(connection, load, started + time));
    }
    let mut waits = Vec::new();
    while let Some(done) = workers.join_next().await {
        waits.extend(done.expect("a worker of the load does not panic")?);
    }
    let time = started.elapsed();
    waits.sort_unstable();
    Ok(Round { answers: waits.len() as u64, time, waits })
}

async fn repeat(
    mut connection: SendRequest<Full<Bytes>>,
    load: Load,
    end: Instant,
) -> Result<Vec<Duration>, BenchError> {
    let body = Bytes::from_static(load.body.as_bytes());
    let mut waits = Vec::new();
    while Instant::now() < end {
        let sent = Instant::now();
        let answer = exchange(&mut connection, Method::POST, load.path, body.clone()).await?;
        waits.push(sent.elapsed());
        let mut windows = answer.windows(load.expected.len());
        if !windows.any(|window| window == load.expected) {
            return Err(BenchError::Answer(String::from_utf8_lossy(&answer).into_owned()));
        }
    }
    Ok(waits)
}

/// A question to the head-end about a smartcard of the demo world.
pub(super) const QUESTION: &str = "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>\
     <GetActiveSubscriptions><GetActiveSubscriptionsRequest><CaClientId>01900080208</CaClientId>\
     </GetActiveSubscriptionsRequest></GetActiveSubscriptions></soap:Body></soap:Envelope>";

/// Opens a connection that is kept alive.
pub(super) async fn connect(address: SocketAddr) -> Result<SendRequest<Full<Bytes>>, BenchError> {
    let stream = TcpStream::connect(address).await.map_err(BenchError::Talk)?;
    stream.set_nodelay(true).map_err(BenchError::Talk)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(async move {
        // How it ended is known to whoever waits for an answer.
        let _ = connection.await;
    });
    Ok(sender)
}

/// One exchange on a connection.
pub(super) async fn exchange(
    connection: &mut SendRequest<Full<Bytes>>,
    method: Method,
    path: &str,
    body: Bytes,
) -> Result<Bytes, BenchError> {
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = method;
    *request.uri_mut() = path.parse().expect("paths of the bench are paths");
    let headers = request.headers_mut();
    headers.insert(header::HOST, HeaderValue::from_static("localhost"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    connection.ready().await?;
    let reply = connection.send_request(request).await?;
    Ok(reply.into_body().collect().await?.to_bytes())
}
