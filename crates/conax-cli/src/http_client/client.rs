//! A call and its answer.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use clap::ArgMatches;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::header::{HOST, HeaderValue};
use hyper::http::response::Parts;
use hyper::{Method, Request};
use tokio_rustls::TlsConnector;

use super::ANSWER_LIMIT;
use super::address::Address;
use super::connect::{Connection, Unconnected, tls_error};
use super::decode::decoded;
use super::proxy::Proxy;
use super::tls::{Tls, words};
use crate::failure::Failure;
use crate::settings::SettingsError;

/// How calls are made: whom it trusts, through which proxy.
#[derive(Clone)]
pub(crate) struct Client(Arc<Way>);

struct Way {
    tls: Tls,
    proxy: Result<Option<Proxy>, String>,
}

/// Says nothing: its key is a secret.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

/// An answer, whole, as it came.
#[derive(Debug)]
pub(crate) struct Reply {
    /// Its status and headers.
    pub(crate) head: Parts,
    /// Its body, coded as the headers say.
    pub(crate) body: Bytes,
}

impl Reply {
    /// The HTTP status.
    pub(crate) fn status(&self) -> u16 {
        self.head.status.as_u16()
    }

    /// The body as it is meant.
    ///
    /// # Errors
    /// A sentence, if it cannot be decoded.
    pub(crate) fn content(&self) -> Result<Cow<'_, [u8]>, String> {
        decoded(&self.head.headers, &self.body)
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CallError {
    /// There is no such address.
    #[error("{0}")]
    NoAddress(String),
    /// There is no connection.
    #[error("{}", .0.why)]
    Unconnected(Unconnected),
    /// None came, or not to its end.
    #[error("{0}")]
    NoAnswer(String),
    /// What came is no answer.
    #[error("{0}")]
    NotHttp(String),
    /// The connection was closed before the call left.
    #[error("it closed the connection")]
    Unsent,
}

impl Client {
    /// As the flags and the environment say it.
    ///
    /// # Errors
    /// If a file they name cannot be read, or is not what it is named as.
    pub(crate) fn of(matches: &ArgMatches) -> Result<Self, SettingsError> {
        let way = Way { tls: Tls::of(matches)?, proxy: Proxy::of_environment() };
        Ok(Self(Arc::new(way)))
    }

    /// The same; why not, as verbs tell it.
    ///
    /// # Errors
    /// As of [`Client::of`].
    pub(crate) fn of_flags(matches: &ArgMatches) -> Result<Self, Failure> {
        Self::of(matches).map_err(|error| Failure::settings(with_causes(&error)))
    }

    /// One that trusts whom this machine trusts, and calls through the proxy of the environment.
    pub(crate) fn of_machine() -> Self {
        Self(Arc::new(Way { tls: Tls::default(), proxy: Proxy::of_environment() }))
    }

    /// One that trusts whom this machine trusts and knows no proxy.
    #[cfg(test)]
    pub(crate) fn plain() -> Self {
        Self(Arc::new(Way { tls: Tls::default(), proxy: Ok(None) }))
    }

    /// What every report has to say of how it called.
    pub(crate) fn warnings(&self) -> Vec<String> {
        self.0.tls.warning().into_iter().map(str::to_owned).collect()
    }

    /// The proxy this target is called through.
    pub(super) fn proxy_for(&self, target: &Address) -> Result<Option<&Proxy>, String> {
        match &self.0.proxy {
            _ if !target.is_tls => Ok(None),
            Ok(proxy) => Ok(proxy.as_ref().filter(|proxy| proxy.is_for(target))),
            Err(problem) => Err(problem.clone()),
        }
    }

    pub(super) fn connector(&self) -> Result<&TlsConnector, String> {
        self.0.tls.connector()
    }

    /// Makes a call, on a connection that is open or on a new one; the connection comes back if it
    /// can be used again. The path of the request is one below the address.
    pub(crate) async fn call(
        &self,
        kept: Option<Connection>,
        address: &Address,
        request: Request<Bytes>,
    ) -> (Result<Reply, CallError>, Option<Connection>) {
        if let Some(mut connection) = kept
            && connection.ready().await.is_ok()
        {
            let is_repeatable = request.method() == Method::GET;
            match call_on(&mut connection, address, request.clone()).await {
                Ok(reply) => return (Ok(reply), Some(connection)),
                // It was closed while nobody used it: nothing was read of the call. Only what
                // changes nothing is sent again.
                Err(CallError::Unsent) => {}
                Err(_) if is_repeatable => {}
                Err(problem) => return (Err(problem), None),
            }
        }
        let mut connection = match self.connect(address).await {
            Ok(connection) => connection,
            Err(problem) => return (Err(CallError::Unconnected(problem)), None),
        };
        let reply = call_on(&mut connection, address, request).await;
        let kept = reply.is_ok().then_some(connection);
        (reply, kept)
    }

    /// Makes a call and waits for its answer, at most so long.
    pub(crate) fn call_and_wait(
        &self,
        address: &Address,
        request: Request<Bytes>,
        patience: Duration,
    ) -> Result<Reply, CallError> {
        waited(async {
            let call = tokio::time::timeout(patience, self.call(None, address, request));
            let late = |_| (Err(CallError::NoAnswer(format!("no answer in {patience:?}"))), None);
            call.await.unwrap_or_else(late).0
        })
        .unwrap_or_else(|error| Err(CallError::NoAnswer(error.to_string())))
    }

    /// Why nobody can be called there, if that is so.
    pub(crate) fn problem(&self, address: &Address) -> Option<String> {
        match waited(self.connect(address)) {
            Ok(connected) => connected.err().map(|problem| problem.at(address)),
            Err(error) => Some(error.to_string()),
        }
    }
}

/// Waits for calls where nobody else waits for anything.
pub(crate) fn waited<T>(work: impl Future<Output = T>) -> io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let done = runtime.block_on(work);
    // A name that is still looked for is not waited for.
    runtime.shutdown_background();
    Ok(done)
}

/// Makes a call on a connection that is open.
pub(crate) async fn call_on(
    connection: &mut Connection,
    address: &Address,
    request: Request<Bytes>,
) -> Result<Reply, CallError> {
    let invalid =
        |error: &dyn fmt::Display| CallError::NoAnswer(format!("this is no HTTP call: {error}"));
    let mut request = request.map(Full::new);
    if !address.prefix.is_empty() {
        let uri = format!("{}{}", address.prefix, request.uri());
        *request.uri_mut() = uri.parse().map_err(|error| invalid(&error))?;
    }
    let host = HeaderValue::from_str(&address.authority()).map_err(|error| invalid(&error))?;
    request.headers_mut().insert(HOST, host);
    let answer = connection.send_request(request).await.map_err(|error| {
        match (error.is_canceled(), error.is_parse() || error.is_incomplete_message()) {
            (true, _) => CallError::Unsent,
            (false, true) => CallError::NotHttp(why(&error)),
            (false, false) => CallError::NoAnswer(why(&error)),
        }
    })?;
    let (head, body) = answer.into_parts();
    let body = Limited::new(body, ANSWER_LIMIT).collect().await;
    let body = body.map_err(|error| {
        CallError::NoAnswer(match error.is::<LengthLimitError>() {
            true => format!("the answer has more than {ANSWER_LIMIT} bytes"),
            false => format!("the answer broke off: {}", why(&*error)),
        })
    })?;
    Ok(Reply { head, body: body.to_bytes() })
}

/// An error of a connection in words.
pub(super) fn why(error: &(dyn Error + 'static)) -> String {
    let causes: Vec<_> = std::iter::successors(Some(error), |&error| error.source()).collect();
    for cause in &causes {
        if let Some(error) = cause.downcast_ref::<io::Error>() {
            match (tls_error(error), error.kind()) {
                (Some(error), _) => return words("", error),
                (None, io::ErrorKind::ConnectionReset) => {
                    return "it reset the connection".to_owned();
                }
                _ => {}
            }
        }
        if cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_incomplete_message) {
            return "it closed the connection without an answer".to_owned();
        }
    }
    if causes.iter().any(|cause| cause.downcast_ref().is_some_and(hyper::Error::is_parse)) {
        let cause = causes.last().map(ToString::to_string).unwrap_or_default();
        return format!("what answers there is not HTTP ({cause})");
    }
    with_causes(error)
}

fn with_causes(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    //! What counts as an answer.

    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::time::Duration;

    use hyper::Request;
    use hyper::body::Bytes;

    use super::{CallError, Client, with_causes};
    use crate::http_client::Address;

    /// What the client makes of these bytes: the status and the body, or why there is none.
    fn read(text: &'static str) -> Result<(u16, String), CallError> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it has an address"));
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("somebody calls");
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(text.as_bytes());
        });
        let address = Address::parse(&url).expect("it is an address");
        let request = Request::get("/").body(Bytes::new()).expect("it is a call");
        let reply = Client::plain().call_and_wait(&address, request, Duration::from_secs(60));
        server.join().expect("the server does not panic");
        let reply = reply?;
        let body = reply.content().map_err(CallError::NoAnswer)?;
        Ok((reply.status(), String::from_utf8_lossy(&body).into_owned()))
    }

    #[test]
    fn only_the_status_of_an_http_status_line_counts() {
        for (line, status) in [
            ("HTTP/1.1 200 OK\r\n\r\n", Some(200)),
            ("HTTP/1.0 200\r\n\r\n", Some(200)),
            ("HTTP/1.1 401 Unauthorized\r\n\r\n", Some(401)),
            ("HTTP/1.1 500 see 401 below\r\n\r\n", Some(500)),
            ("HTTP/1.1 2000 OK\r\n\r\n", None),
            ("HTTP/1.1 +20 OK\r\n\r\n", None),
            ("HTTP/1.1 200OK\r\n\r\n", None),
            ("SSH-2.0 401 200\r\n\r\n", None),
            ("", None),
        ] {
            let read = read(line);
            assert_eq!(read.as_ref().ok().map(|(status, _)| *status), status, "{line} {read:?}");
            assert!(!matches!(read, Err(CallError::NoAnswer(_))), "{line} {read:?}");
        }
    }

    #[test]
    fn only_a_whole_answer_is_one() {
        let whole = read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
        assert_eq!(whole, Ok((200, "hi".to_owned())));
        for (text, tells) in [
            ("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nhi", "the answer broke off"),
            ("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n", "closed the connection without an answer"),
            ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", "the answer broke off"),
            ("HTTP/1.1 200 OK\r\ncontent-encoding: br\r\n\r\nhi", "is coded as `br`"),
            ("SSH-2.0\r\n\r\n", "what answers there is not HTTP"),
            ("", "closed the connection without an answer"),
        ] {
            let problem = read(text).expect_err(text);
            assert!(with_causes(&problem).contains(tells), "{text}: {problem}");
        }
    }
}
