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

use super::{BenchError, Done, check};

/// What is posted over and over.
#[derive(Clone, Copy)]
pub(super) struct Load {
    /// The path.
    pub(super) path: &'static str,
    /// The body.
    pub(super) body: &'static str,
    /// What a good answer holds.
    pub(super) expected: &'static [u8],
}

/// How many connections are kept alive.
pub(super) const CONNECTIONS: usize = 16;

/// A question to the head-end about a smartcard of the demo world.
pub(super) const QUESTION: &str = "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>\
     <GetActiveSubscriptions><GetActiveSubscriptionsRequest><CaClientId>01900080208</CaClientId>\
     </GetActiveSubscriptionsRequest></GetActiveSubscriptions></soap:Body></soap:Envelope>";

/// Posts one body over and over for some time: all waiting times, sorted, and how long it took.
pub(super) async fn post(
    address: SocketAddr,
    load: Load,
    time: Duration,
) -> Done<(Vec<Duration>, Duration)> {
    let mut workers = JoinSet::new();
    let started = Instant::now();
    for _ in 0..CONNECTIONS {
        let connection = connect(address).await?;
        workers.spawn(repeat(connection, load, started + time));
    }
    let mut waits = Vec::new();
    while let Some(done) = workers.join_next().await {
        waits.extend(done.expect("a worker of the load does not panic")?);
    }
    let time = started.elapsed();
    waits.sort_unstable();
    Ok((waits, time))
}

async fn repeat(mut connection: Connection, load: Load, end: Instant) -> Done<Vec<Duration>> {
    let body = Bytes::from_static(load.body.as_bytes());
    let mut waits = Vec::new();
    while Instant::now() < end {
        let sent = Instant::now();
        let answer = exchange(&mut connection, Method::POST, load.path, body.clone()).await?;
        waits.push(sent.elapsed());
        check(&answer, load.expected)?;
    }
    Ok(waits)
}

/// A connection that is kept alive.
pub(super) type Connection = SendRequest<Full<Bytes>>;

/// Opens one.
pub(super) async fn connect(address: SocketAddr) -> Done<Connection> {
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
    connection: &mut Connection,
    method: Method,
    path: &str,
    body: Bytes,
) -> Done<Bytes> {
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
