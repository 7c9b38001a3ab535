//! The proxy: hands every call on byte for byte, and the answer back, and notes both.
//!
//! Two headers are not the client's: `Host` names the target, as if the client had called it
//! itself, and what concerns one connection only (RFC 9110, 7.6.1) is left out.

use std::borrow::Cow;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use conax_contract::cas::{REPLY_CONTENT_TYPE, SoapFault, encode_fault};
use conax_contract::crm::{CONTENT_TYPE, Refusal, RefusalCode, refused};
use conax_scenario::document::Api;
use conax_sim::tls::ListenerTls;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderName,
    HeaderValue,
};
use hyper::http::request::Parts;
use hyper::{Request, Response, StatusCode, Version};
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};

use super::form::{Coding, HeardCall, HeardReply};
use super::recorder::{Progress, Recorder};
use crate::http_client::{Address, Client, Reply, decoded};

/// How long answers that are on their way may take to leave once the recording ends.
pub(crate) const GRACE: Duration = Duration::from_millis(500);

/// How long a client may take for its part of a TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

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
    pub(crate) api: Api,
    /// Where calls go.
    pub(crate) target: Address,
    /// How calls are made there.
    pub(crate) client: Client,
    /// How long an answer may take.
    pub(crate) timeouts: Duration,
    /// How TLS is spoken with clients; none, if it is not.
    pub(crate) tls: Option<ListenerTls>,
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
    apis: Vec<(TcpListener, Arc<Way>)>,
    (stopped, grace): (impl Future<Output = ()>, Duration),
) {
    let graceful = GracefulShutdown::new();
    let mut stopped = std::pin::pin!(stopped);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stopped => break,
            accepted = accept(&apis) => accepted,
        };
        let Some((stream, way)) = accepted else {
            continue;
        };
        // A client that breaks its connection, or will not shake hands, harms nobody else.
        let (proxy, watcher) = (Arc::clone(proxy), graceful.watcher());
        tokio::spawn(async move {
            match &way.tls {
                None => serve(proxy, Arc::clone(&way), stream, watcher).await,
                Some(tls) => {
                    let shaken = tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await;
                    if let Ok(Ok(stream)) = shaken {
                        serve(proxy, Arc::clone(&way), stream, watcher).await;
                    }
                }
            }
        });
    }
    drop(apis);
    let _ = tokio::time::timeout(grace, graceful.shutdown()).await;
}

/// Answers the calls of a connection.
async fn serve(
    proxy: Arc<Proxy>,
    way: Arc<Way>,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    watcher: Watcher,
) {
    let service = hyper::service::service_fn(move |request| {
        let (proxy, way) = (Arc::clone(&proxy), Arc::clone(&way));
        async move { Ok::<_, Infallible>(answer(proxy, way, request).await) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .preserve_header_case(true)
        // Who has said all there is to say may still listen.
        .half_close(true)
        .serve_connection(TokioIo::new(stream), service);
    let _ = watcher.watch(connection).await;
}

/// The next connection at any API. One that failed while it was made is no connection.
async fn accept(apis: &[(TcpListener, Arc<Way>)]) -> Option<(TcpStream, Arc<Way>)> {
    let mut waiting: Vec<_> = apis
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

/// Bytes of the body of a call at most: the recording is kept in memory.
const BODY_LIMIT: usize = 64 << 20;

type Answer = Response<Full<Bytes>>;

async fn answer(proxy: Arc<Proxy>, way: Arc<Way>, request: Request<Incoming>) -> Answer {
    let (head, body) = request.into_parts();
    // A client that broke off its own call asked for nothing.
    let whole = Limited::new(body, BODY_LIMIT).collect().await;
    let Ok(body) = whole.map(http_body_util::Collected::to_bytes) else {
        let what = "the call broke off, or its body has more than 64 MiB";
        return trouble(way.api, StatusCode::BAD_REQUEST, what);
    };
    let target = head.uri.path_and_query().map_or("/", |it| it.as_str());
    let (heard, coding) = meant(&head.headers, &body);
    let index = proxy.recorder.begin(
        way.api,
        HeardCall {
            verb: head.method.to_string(),
            target: target.to_owned(),
            authorization: text(&head.headers, AUTHORIZATION),
            accept_encoding: text(&head.headers, ACCEPT_ENCODING),
            body: heard,
            coding,
        },
    );
    let api = way.api;
    // On a task of its own: a client that hangs up does not end what the target has begun.
    let task = tokio::spawn(async move {
        let reply = in_time(&way, head, body).await;
        let heard = match &reply {
            Ok(reply) => {
                let (body, coding) = meant(&reply.head.headers, &reply.body);
                Ok(HeardReply { status: reply.status(), body, coding })
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
        Ok(reply) => handed_back(reply),
        Err(problem) => trouble(api, StatusCode::BAD_GATEWAY, &problem),
    }
}

/// What the client gets of an answer: all of it, as it came.
fn handed_back(reply: Reply) -> Answer {
    let Reply { mut head, body } = reply;
    head.headers = end_to_end(&head.headers);
    head.version = Version::HTTP_11;
    Response::from_parts(head, Full::new(body))
}

async fn in_time(way: &Way, head: Parts, body: Bytes) -> Result<Reply, String> {
    let timeouts = way.timeouts;
    let mut request = Request::from_parts(head, body);
    *request.headers_mut() = end_to_end(request.headers());
    *request.version_mut() = Version::HTTP_11;
    if let Some(target) = request.uri().path_and_query() {
        *request.uri_mut() = target.clone().into();
    }
    let calling = way.client.call(None, &way.target, request);
    match tokio::time::timeout(timeouts, calling).await {
        Ok((reply, _)) => reply.map_err(|error| format!("{}: {error}", way.target)),
        Err(_) => Err(format!("the target did not answer within {timeouts:?}")),
    }
}

/// A body of a message as it is meant, and what became of it on the way.
fn meant(headers: &HeaderMap, body: &[u8]) -> (Vec<u8>, Option<Coding>) {
    let Some(name) = text(headers, CONTENT_ENCODING) else {
        return (body.to_vec(), None);
    };
    let decoded = decoded(headers, body).ok();
    let coding = Coding {
        name,
        coded_bytes: body.len(),
        decoded_bytes: decoded.as_ref().map(|decoded| decoded.len()),
    };
    (decoded.map_or_else(|| body.to_vec(), Cow::into_owned), Some(coding))
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let value = headers.get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
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
fn trouble(api: Api, status: StatusCode, problem: &str) -> Answer {
    let sentence = format!("The recording proxy has no answer of the target: {problem}.");
    let (media, body) = match api {
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
