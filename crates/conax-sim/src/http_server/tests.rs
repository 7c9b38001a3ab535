//! What a client sees of a connection that is steered, over real sockets.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::Extension;
use axum::routing::get;
use conax_model::time::SimTime;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};

use super::{ConnectionControl, Limits, Listener, TlsSpeech};
use crate::clock::{Clock, ClockMode};
use crate::settings::{TlsKeys, TlsMode};
use crate::tls::{ConaxTls, LinkTls, Vouching};

const PATIENCE: Duration = Duration::from_secs(10);
const WHOLE: &str = "a body of some length";

/// An API with one handler, open as long as the sender lives.
async fn open(router: Router) -> (SocketAddr, watch::Sender<bool>) {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let listener = Listener::bind(any, Limits::default(), None).await;
    let listener = listener.expect("a free port");
    let address = listener.address();
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(listener.serve(router, stopped));
    (address, stop)
}

/// What a handler does to its connection before it answers.
async fn steered(
    steer: impl Fn(&ConnectionControl) + Clone + Send + Sync + 'static,
) -> (SocketAddr, watch::Sender<bool>) {
    let answer = move |Extension(control): Extension<ConnectionControl>| {
        steer(&control);
        std::future::ready(WHOLE)
    };
    open(Router::new().route("/", get(answer))).await
}

async fn call(address: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let call = b"GET / HTTP/1.1\r\nhost: here\r\n\r\n";
    stream.write_all(call).await.expect("a call that is sent");
    stream
}

/// Everything that comes until the end, and how it ends.
async fn rest(mut stream: TcpStream) -> (String, Option<ErrorKind>) {
    let mut bytes = Vec::new();
    let end = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut bytes));
    let end = end.await.expect("an end in time");
    let text = String::from_utf8(bytes).expect("text");
    (text, end.err().map(|error| error.kind()))
}

#[tokio::test]
async fn a_reset_connection_is_reset_for_its_client() {
    let (address, _open) = steered(ConnectionControl::reset).await;
    let (text, end) = rest(call(address).await).await;
    assert_eq!((&*text, end), ("", Some(ErrorKind::ConnectionReset)));
}

#[tokio::test]
async fn a_connection_that_hangs_up_ends_without_a_byte() {
    let (address, _open) = steered(ConnectionControl::hang_up).await;
    assert_eq!(rest(call(address).await).await, (String::new(), None));
}

#[tokio::test]
async fn a_handler_notices_that_its_client_gave_up() {
    let (tell, mut told) = mpsc::unbounded_channel();
    let answer = move |Extension(control): Extension<ConnectionControl>| {
        let tell = tell.clone();
        async move {
            let _ = tell.send("waiting");
            control.closed_by_peer().await;
            let _ = tell.send("noticed");
        }
    };
    let (address, _open) = open(Router::new().route("/", get(answer))).await;
    let mut next = async || {
        let told = tokio::time::timeout(PATIENCE, told.recv()).await;
        told.expect("a word in time").expect("a handler")
    };
    // Also if more of a call stands behind this one.
    for more in [&b""[..], b"GET / HT"] {
        let mut stream = call(address).await;
        assert_eq!(next().await, "waiting");
        stream.write_all(more).await.expect("more");
        drop(stream);
        assert_eq!(next().await, "noticed");
    }
}

#[tokio::test]
async fn a_client_that_hangs_up_while_its_handler_sleeps_does_not_spoil_the_count() {
    let clock = Clock::new(ClockMode::Stepped, SimTime::default());
    let (tell, mut told) = mpsc::unbounded_channel();
    let sleeping = clock.clone();
    let answer = move |Extension(control): Extension<ConnectionControl>| {
        let (clock, tell) = (sleeping.clone(), tell.clone());
        clock.activity().run(async move {
            let _ = tell.send(());
            tokio::select! {
                () = clock.sleep(Duration::from_secs(60)) => {}
                () = control.closed_by_peer() => {}
            }
            let _ = tell.send(());
        })
    };
    let (address, _open) = open(Router::new().route("/", get(answer))).await;
    let stream = call(address).await;
    told.recv().await.expect("a handler");
    assert!(clock.advance(Duration::from_secs(1)).await.at_rest);
    assert_eq!(clock.waiting().len(), 1);
    drop(stream);
    let noticed = tokio::time::timeout(PATIENCE, told.recv()).await;
    noticed.expect("a word in time").expect("a handler");
    let advanced = clock.advance(Duration::from_secs(3600)).await;
    assert_eq!((advanced.fired, advanced.at_rest), (0, true));
    assert!(clock.is_at_rest() && clock.waiting().is_empty());
}

type Steer = fn(&ConnectionControl);

/// A client of an API that speaks TLS 1.2 or 1.3.
#[derive(Clone, Copy, Debug)]
enum Speaks {
    Tls12,
    Tls13,
}

/// An API that speaks TLS, and a call on a connection to it.
async fn call_over_tls(
    speaks: Speaks,
    router: Router,
) -> (tokio_rustls::client::TlsStream<TcpStream>, watch::Sender<bool>) {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let vouching = Vouching::of(&[TlsMode::On], TlsKeys::Ecdsa)
        .expect("certificates")
        .expect("one that is on");
    let door =
        vouching.api(TlsMode::On, any.ip(), &[]).expect("certificates").expect("one that is on");
    let ca_pem = Some(vouching.papers.ca_pem.clone());
    let settings = ConaxTls { ca_pem, ..ConaxTls::default() };
    let link = match speaks {
        Speaks::Tls12 => {
            vouching.link(TlsMode::On, true).expect("a client").expect("one that is on")
        }
        Speaks::Tls13 => LinkTls::abroad(&settings, "localhost").expect("a client"),
    };
    let listener = Listener::bind(any, Limits::default(), None).await;
    let listener = listener.expect("a free port").speaking(Some(TlsSpeech::sound(door)));
    let address = listener.address();
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(listener.serve(router, stopped));
    let stream = TcpStream::connect(address).await.expect("a connection");
    let mut stream = link.connect(stream, None).await.expect("a handshake");
    let call = b"GET / HTTP/1.1\r\nhost: here\r\n\r\n";
    stream.write_all(call).await.expect("a call that is sent");
    stream.flush().await.expect("a call that is sent");
    (stream, stop)
}

#[tokio::test]
async fn a_connection_that_speaks_tls_ends_as_it_is_steered() {
    let steers: [(Steer, ErrorKind); 2] = [
        (ConnectionControl::reset, ErrorKind::ConnectionReset),
        (ConnectionControl::hang_up, ErrorKind::UnexpectedEof),
    ];
    for speaks in [Speaks::Tls12, Speaks::Tls13] {
        for (steer, end) in steers {
            let answer = move |Extension(control): Extension<ConnectionControl>| {
                steer(&control);
                std::future::ready(WHOLE)
            };
            let router = Router::new().route("/", get(answer));
            let (mut stream, _open) = call_over_tls(speaks, router).await;
            let mut bytes = Vec::new();
            let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut bytes)).await;
            let error = read.expect("an end in time").expect_err("a broken connection");
            assert_eq!((bytes.len(), error.kind()), (0, end), "{speaks:?}");
        }
    }
}

#[tokio::test]
async fn a_handler_notices_that_its_client_said_goodbye_on_tls() {
    for speaks in [Speaks::Tls12, Speaks::Tls13] {
        let (tell, mut told) = mpsc::unbounded_channel();
        let answer = move |Extension(control): Extension<ConnectionControl>| {
            let tell = tell.clone();
            async move {
                let _ = tell.send("waiting");
                control.closed_by_peer().await;
                let _ = tell.send("noticed");
            }
        };
        let router = Router::new().route("/", get(answer));
        let (mut stream, _open) = call_over_tls(speaks, router).await;
        let mut next = async || {
            let told = tokio::time::timeout(PATIENCE, told.recv()).await;
            told.expect("a word in time").expect("a handler")
        };
        assert_eq!(next().await, "waiting");
        stream.shutdown().await.expect("a goodbye");
        drop(stream);
        assert_eq!(next().await, "noticed", "{speaks:?}");
    }
}
