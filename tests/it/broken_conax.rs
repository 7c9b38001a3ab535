//! Conax is away, silent or talks nonsense: the CRM rejects, and keeps what it read.

use std::net::SocketAddr;
use std::time::Duration;

use conax_tests::bodies::{at_once, pin_reset, sport_on};
use conax_tests::{Harness, HarnessBuilder, PATIENCE, Reply, ScriptedConax};
use tokio::net::TcpListener;

const ENVELOPE: &str = "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body>";
const END: &str = "</e:Body></e:Envelope>";

fn status(inner: &str) -> String {
    format!("{ENVELOPE}<R><TransactionStatus>{inner}</TransactionStatus></R>{END}")
}

/// An address nobody listens on.
async fn closed_port() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    listener.local_addr().unwrap()
}

async fn reset_a_pin(harness: &Harness) -> Reply {
    let body = at_once(pin_reset("S60600", "01900080208"));
    let reply = harness.post("reset_pin_to_default_value", body);
    tokio::time::timeout(PATIENCE, reply).await.unwrap()
}

/// The first line of a dump and its fault string.
fn fault(reply: &Reply) -> String {
    let text = reply.member("error_description");
    let line = text
        .lines()
        .find(|line| line.trim_start().starts_with("faultString"))
        .unwrap_or("(no fault string)");
    format!("{} {}", reply.member("error_code"), line.trim())
}

#[tokio::test]
async fn a_refused_connection_is_an_axis_fault_and_nothing_was_sent() {
    let harness = HarnessBuilder::demo().open_before(closed_port().await).await;
    let reply = reset_a_pin(&harness).await;
    assert_eq!(reply.member("life_cycle_state"), "REJECTED");
    assert_eq!(
        fault(&reply),
        "AxisFault faultString: java.net.ConnectException: Connection refused"
    );
    for member in ["response", "request", "reference_number", "provider_error_code"] {
        assert_eq!(reply.member(member), "null", "{member}");
    }
    insta::assert_snapshot!(reply.member("error_description"));
}

#[tokio::test]
async fn silence_is_a_read_time_out_and_no_response_is_kept() {
    let conax = ScriptedConax::listen().await;
    let harness = HarnessBuilder::demo()
        .with(|settings| settings.dispatch.read_time = Duration::from_millis(50))
        .open_before(conax.address())
        .await;
    let (reply, (_silent, command)) = tokio::join!(reset_a_pin(&harness), conax.command());
    assert!(command.contains("01900080208"));
    assert_eq!(reply.member("life_cycle_state"), "REJECTED");
    assert_eq!(
        fault(&reply),
        "AxisFault faultString: java.net.SocketTimeoutException: Read timed out"
    );
    assert_eq!(reply.member("request"), "01900080208");
    assert_eq!(reply.member("response"), "null");
    assert_eq!(reply.member("provider_error_code"), "null");
}

/// What is answered instead of a reply, and how the request ends.
#[tokio::test]
async fn every_answer_that_is_no_reply_ends_the_request() {
    let mut story = String::new();
    for (name, http, body) in [
        (
            "a reply",
            "200 OK",
            status("<StatusCode>OK</StatusCode><TransactionId>t-1</TransactionId>"),
        ),
        (
            "a refusal",
            "200 OK",
            status(
                "<StatusCode>SYSTEM_ERROR</StatusCode><TransactionId>t-2</TransactionId><Message>no database</Message>",
            ),
        ),
        ("a code nobody knows", "200 OK", status("<StatusCode>MAYBE</StatusCode>")),
        ("no code at all", "200 OK", status("<TransactionId>t-3</TransactionId>")),
        ("an empty code", "200 OK", status("<StatusCode></StatusCode>")),
        ("OK without a reference", "200 OK", status("<StatusCode>OK</StatusCode>")),
        ("a code in lower case", "200 OK", status("<StatusCode>ok</StatusCode>")),
        (
            "OK only in the text",
            "200 OK",
            status("<StatusCode>INPUT_VALIDATION_ERROR</StatusCode><Message>not OK</Message>"),
        ),
        ("nothing", "200 OK", String::new()),
        ("a page", "200 OK", "<html><body>maintenance</body></html>".to_owned()),
        ("cut short", "200 OK", ENVELOPE.to_owned()),
        (
            "a fault",
            "500 Internal Server Error",
            format!(
                "{ENVELOPE}<e:Fault><faultcode>e:Server</faultcode><faultstring>not logged in</faultstring></e:Fault>{END}"
            ),
        ),
        ("a bare 500", "500 Internal Server Error", String::new()),
        ("401", "401 Unauthorized", "who are you".to_owned()),
        ("404", "404 Not Found", "<html>no such page</html>".to_owned()),
        ("503", "503 Service Unavailable", String::new()),
    ] {
        let conax = ScriptedConax::listen().await;
        let harness = HarnessBuilder::demo().open_before(conax.address()).await;
        let answer = async {
            let (stream, _) = conax.command().await;
            ScriptedConax::answer(stream, http, &body).await;
        };
        let (reply, ()) = tokio::join!(reset_a_pin(&harness), answer);
        assert_eq!(reply.member("request"), "01900080208", "{name}");
        let (state, response) = (reply.member("life_cycle_state"), reply.member("response"));
        let end = match reply.member("error_code").as_str() {
            "null" => format!("reference {}", reply.member("reference_number")),
            "AxisFault" => fault(&reply),
            code => format!("{code}: {}", reply.member("error_description")),
        };
        story.push_str(&format!("{name}: {state} {end}\n  response {response}\n"));
    }
    insta::assert_snapshot!(story);
}

#[tokio::test]
async fn a_connection_that_breaks_off_is_an_axis_fault() {
    let conax = ScriptedConax::listen().await;
    let harness = HarnessBuilder::demo().open_before(conax.address()).await;
    let hang_up = async {
        let (stream, _) = conax.command().await;
        drop(stream);
    };
    let (reply, ()) = tokio::join!(reset_a_pin(&harness), hang_up);
    assert_eq!(reply.member("life_cycle_state"), "REJECTED");
    assert_eq!(reply.member("error_code"), "AxisFault");
    assert_eq!(reply.member("response"), "null");
}

#[tokio::test]
async fn a_run_goes_on_after_a_failure_and_what_failed_is_not_sent_again() {
    let harness = HarnessBuilder::demo().open_before(closed_port().await).await;
    for card in ["01900080208", "01900080208", "01900080209"] {
        let _ = harness.post("add_subscriptions", sport_on(card)).await;
    }
    assert_eq!(harness.run().await.rejected_count, 3);
    assert_eq!(harness.run().await.rejected_count, 0);
    assert_eq!(harness.numbers("life_cycle_state=REJECTED").await, "4050 4051 4052");
}
