//! Faults on real sockets, as a client meets them that is not ours.

use std::io::ErrorKind;

use conax_sim::instance::OpenInstance;
use conax_tests::{Harness, HarnessBuilder};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const QUESTION: &str = "<Envelope xmlns=\"http://schemas.xmlsoap.org/soap/envelope/\"><Body>\
                        <GetActiveSubscriptions><CaClientId>01900080208</CaClientId>\
                        </GetActiveSubscriptions></Body></Envelope>";

async fn open(rule: &str) -> (OpenInstance, Harness) {
    let (open, harness) = HarnessBuilder::demo().stepped().open_apis().await;
    harness.fault(rule);
    (open, harness)
}

async fn connect(open: &OpenInstance) -> TcpStream {
    TcpStream::connect(open.addresses.cas.unwrap()).await.unwrap()
}

async fn ask(stream: &mut TcpStream) {
    let call = format!(
        "POST / HTTP/1.1\r\nhost: conax\r\ncontent-type: text/xml\r\ncontent-length: {}\r\n\r\n{QUESTION}",
        QUESTION.len()
    );
    stream.write_all(call.as_bytes()).await.unwrap();
}

/// Everything that comes until the connection ends, and how it ends.
async fn rest(stream: &mut TcpStream) -> (String, Option<ErrorKind>) {
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).await.err();
    (String::from_utf8_lossy(&bytes).into_owned(), end.map(|error| error.kind()))
}

#[tokio::test]
async fn a_reset_is_a_reset_and_a_hang_up_is_an_end() {
    for (rule, expected) in [
        ("do: reset", Some(ErrorKind::ConnectionReset)),
        ("do: { reset: {}, at: after-apply }", Some(ErrorKind::ConnectionReset)),
        ("do: hang-up", None),
    ] {
        let (open, _harness) = open(rule).await;
        let mut stream = connect(&open).await;
        ask(&mut stream).await;
        assert_eq!(rest(&mut stream).await, (String::new(), expected), "{rule}");
    }
}

#[tokio::test]
async fn a_cut_answer_promises_more_than_comes() {
    let (open, _harness) = open("do: { cut: 50% }").await;
    let mut stream = connect(&open).await;
    ask(&mut stream).await;
    let (text, _) = rest(&mut stream).await;
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let promised = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let promised: usize = promised.unwrap().parse().unwrap();
    assert_eq!(body.len(), promised / 2, "{text}");
}

#[tokio::test]
async fn beyond_its_limit_a_connection_is_closed() {
    let (open, _harness) = open("{ do: hang-up, when: { above_on_connection: 2 } }").await;
    for _ in 0..2 {
        let mut stream = connect(&open).await;
        for _ in 0..3 {
            ask(&mut stream).await;
        }
        let (text, _) = rest(&mut stream).await;
        assert_eq!(text.matches("HTTP/1.1 200").count(), 2, "{text}");
    }
}

#[tokio::test]
async fn bytes_trickle_on_the_clock() {
    let (open, harness) = open("do: { trickle: 10 }").await;
    let mut stream = connect(&open).await;
    ask(&mut stream).await;
    let mut byte = [0];
    // The head comes at once, then a byte each tenth of a second of simulated time.
    loop {
        stream.read_exact(&mut byte).await.unwrap();
        if byte == *b"<" {
            break;
        }
    }
    let before = harness.now();
    let clock = harness.shared.clock.clone();
    let passing =
        tokio::spawn(async move { clock.advance(std::time::Duration::from_secs(3600)).await });
    let mut body = vec![b'<'];
    while !body.ends_with(b"</soap:Envelope>") {
        stream.read_exact(&mut byte).await.unwrap();
        body.push(byte[0]);
    }
    assert!(passing.await.unwrap().fired >= body.len() - 1);
    assert!(harness.now() > before);
}
