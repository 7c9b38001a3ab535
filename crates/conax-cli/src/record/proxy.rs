//! The proxy: hands every call on byte for byte, and the answer back, and notes both.
//!
//! Two headers are not the client's: `Host` names the target, as if the client had called it
//! itself, and what concerns one connection only (RFC 9110, 7.6.1) is left out.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use conax_contract::cas::{REPLY_CONTENT_TYPE, SoapFault, encode_fault};
use conax_contract::crm::{CONTENT_TYPE, Refusal, RefusalCode, refused};
use conax_scenario::document::Api;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_LENGTH, HOST, HeaderMap, HeaderName, HeaderValue};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};

use super::form::{HeardCall, HeardReply};
use super::recorder::{Progress, Recorder};
use crate::run::Place;

/// How long answers that are on their way may take to leave once the recording ends.
pub(crate) const GRACE: Duration = Duration::from_millis(500);

/// Headers that concern one connection.
const HOP_BY_HOP: [&str; 10] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    // The body is there already when the call is handed on.
    "expect",
];

/// Where calls are taken and where they go.
pub(crate) struct Way {
    /// Which API it is.
    pub(crate) door: Api,
    /// Where calls go.
    pub(crate) target: Place,
    /// How long an answer may take.
    pub(crate) timeouts: Duration,
}

/// Who hears of every exchange that has ended.
pub(crate) type Observer = dyn Fn(&Progress) + Send + Sync;

/// What all connections share.
pub(crate) struct Proxy {
    /// What was heard.
    pub(crate) recorder: Recorder,
    /// Who hears of it.
    pub(crate) observer: Box<Observer>,
}

/// Opens an address.
pub(crate) async fn open(address: &str) -> std::io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Takes calls until `stopped`, and lets those on their way end.
pub(crate) async fn run(
    proxy: &Arc<Proxy>,
    doors: Vec<(TcpListener, Arc<Way>)>,
    (stopped, grace): (impl Future<Output = ()>, Duration),
) {
    let graceful = GracefulShutdown::new();
    let mut stopped = std::pin::pin!(stopped);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stopped => break,
            accepted = accept(&doors) => accepted,
        };
        let Some((stream, way)) = accepted else {
            continue;
        };
        let proxy = Arc::clone(proxy);
        let service = hyper::service::service_fn(move |request| {
            let (proxy, way) = (Arc::clone(&proxy), Arc::clone(&way));
            async move { Ok::<_, Infallible>(answer(proxy, way, request).await) }
        });
        let connection = hyper::server::conn::http1::Builder::new()
            .preserve_header_case(true)
            // Who has said all there is to say may still listen.
            .half_close(true)
            .serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        // A client that breaks its connection harms nobody else.
        tokio::spawn(async move {
            let _ = connection.await;
        });
    }
    drop(doors);
    let _ = tokio::time::timeout(grace, graceful.shutdown()).await;
}

/// The next connection at any API. One that failed while it was made is no connection.
async fn accept(doors: &[(TcpListener, Arc<Way>)]) -> Option<(TcpStream, Arc<Way>)> {
    let mut waiting: Vec<_> = doors
        .iter()
        .map(|(listener, way)| Box::pin(async move { (listener.accept().await, way) }))
        .collect();
    let (accepted, way) = std::future::poll_fn(|context| {
        for one in &mut waiting {
            if let std::task::Poll::Ready(done) = one.as_mut().poll(context) {
                return std::task::Poll::Ready(done);
            }
        }
        std::task::Poll::Pending
    })
    .await;
    let Ok((stream, _)) = accepted else {
        // Too many open files end sooner if nobody asks for more in a circle.
        tokio::time::sleep(Duration::from_millis(10)).await;
        return None;
    };
    let _ = stream.set_nodelay(true);
    Some((stream, Arc::clone(way)))
}

type Answer = Response<Full<Bytes>>;

async fn answer(proxy: Arc<Proxy>, way: Arc<Way>, request: Request<Incoming>) -> Answer {
    let (head, body) = request.into_parts();
    // A client that broke off its own call asked for nothing.
    let Ok(body) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
        return trouble(way.door, StatusCode::BAD_REQUEST, "the call broke off");
    };
    let target = head.uri.path_and_query().map_or("/", |it| it.as_str());
    let header = |name: HeaderName| {
        let value = head.headers.get(name)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let index = proxy.recorder.begin(
        way.door,
        HeardCall {
            verb: head.method.to_string(),
            target: target.to_owned(),
            authorization: header(AUTHORIZATION),
            body: body.to_vec(),
        },
    );
    let door = way.door;
    // On a task of its own: a client that hangs up does not end what the target has begun.
    let task = tokio::spawn(async move {
        let reply = in_time(&way, &head, body).await;
        let heard = match &reply {
            Ok(reply) => {
                Ok(HeardReply { status: reply.status.as_u16(), body: reply.body.to_vec() })
            }
            Err(problem) => Err(problem.clone()),
        };
        if let Some(told) = proxy.recorder.end(index, heard) {
            (proxy.observer)(&told);
        }
        reply
    });
    let lost = |_| Err("the call was lost".to_owned());
    match task.await.unwrap_or_else(lost) {
        Ok(reply) => reply.into_answer(),
        Err(problem) => trouble(door, StatusCode::BAD_GATEWAY, &problem),
    }
}

/// A whole answer of the target.
struct TargetReply {
    status: StatusCode,
    headers: HeaderMap,
    /// How the names of the headers are written, among others.
    extensions: hyper::http::Extensions,
    body: Bytes,
}

impl TargetReply {
    fn into_answer(self) -> Answer {
        let mut answer = Response::new(Full::new(self.body));
        *answer.status_mut() = self.status;
        *answer.headers_mut() = self.headers;
        *answer.extensions_mut() = self.extensions;
        answer
    }
}

async fn in_time(
    way: &Way,
    head: &hyper::http::request::Parts,
    body: Bytes,
) -> Result<TargetReply, String> {
    let timeouts = way.timeouts;
    let answered = tokio::time::timeout(timeouts, hand_on(way, head, body)).await;
    answered.unwrap_or_else(|_| Err(format!("the target did not answer within {timeouts:?}")))
}

async fn hand_on(
    way: &Way,
    head: &hyper::http::request::Parts,
    body: Bytes,
) -> Result<TargetReply, String> {
    let Place { host, port, prefix } = &way.target;
    let told = |what: &str, error: &dyn std::fmt::Display| format!("{host}:{port} {what}: {error}");
    let stream = TcpStream::connect((host.as_str(), *port))
        .await
        .map_err(|error| told("does not answer", &error))?;
    let _ = stream.set_nodelay(true);
    let (mut sender, driver) = hyper::client::conn::http1::Builder::new()
        .preserve_header_case(true)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| told("does not answer", &error))?;
    tokio::spawn(driver);
    let target = head.uri.path_and_query().map_or("/", |it| it.as_str());
    let mut request = Request::builder()
        .method(head.method.clone())
        .uri(format!("{prefix}{target}"))
        .body(Full::new(body))
        .map_err(|error| told("cannot be called", &error))?;
    *request.extensions_mut() = head.extensions.clone();
    *request.headers_mut() = end_to_end(&head.headers);
    let authority = match port {
        80 => host.clone(),
        port => format!("{host}:{port}"),
    };
    let authority = HeaderValue::from_str(&authority);
    let authority = authority.map_err(|error| told("cannot be called", &error))?;
    request.headers_mut().insert(HOST, authority);
    let response = sender.send_request(request).await;
    let response = response.map_err(|error| told("gave no answer", &error))?;
    let (head, body) = response.into_parts();
    let body = body.collect().await;
    let body = body.map_err(|error| told("broke its answer off", &error))?;
    Ok(TargetReply {
        status: head.status,
        headers: end_to_end(&head.headers),
        extensions: head.extensions,
        body: body.to_bytes(),
    })
}

/// The headers without those that concern one connection.
fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    let named = headers.get_all(hyper::header::CONNECTION).iter();
    let named: Vec<String> = named
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let is_hop = |name: &HeaderName| {
        HOP_BY_HOP.contains(&name.as_str()) || named.iter().any(|one| one == name.as_str())
    };
    // A body whose length was not announced has one now.
    let was_chunked = headers.contains_key(hyper::header::TRANSFER_ENCODING);
    let is_void = |name: &HeaderName| was_chunked && *name == CONTENT_LENGTH;
    let kept = headers.iter();
    let kept = kept.filter(|(name, _)| !is_hop(name) && !is_void(name));
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// What a client gets that the target did not answer, in the form of the API.
fn trouble(door: Api, status: StatusCode, problem: &str) -> Answer {
    let sentence = format!("The recording proxy has no answer of the target: {problem}.");
    let (media, body) = match door {
        Api::Cas => {
            let fault = SoapFault::new("soap:Server", &sentence, problem);
            (REPLY_CONTENT_TYPE, encode_fault(&fault))
        }
        Api::Crm | Api::Control => {
            let refusal = Refusal::new(RefusalCode::Unavailable, sentence);
            (CONTENT_TYPE, refused(&refusal))
        }
    };
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    answer.headers_mut().insert(hyper::header::CONTENT_TYPE, HeaderValue::from_static(media));
    answer
}

#[cfg(test)]
mod tests {
    //! Which headers are handed on.

    use hyper::header::{HeaderMap, HeaderName, HeaderValue};

    use super::end_to_end;

    #[test]
    fn what_concerns_one_connection_is_not_handed_on() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "close, X-Mine"),
            ("x-mine", "1"),
            ("x-other", "2"),
            ("x-other", "3"),
            ("te", "trailers"),
            ("transfer-encoding", "chunked"),
            ("authorization", "Basic x"),
        ] {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let kept: Vec<String> = end_to_end(&headers)
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().expect("it is text")))
            .collect();
        assert_eq!(kept, ["x-other: 2", "x-other: 3", "authorization: Basic x"]);
    }
}
