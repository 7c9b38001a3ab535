//! The simulated Conax as a stranger calls it: no CRM, plain SOAP.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use conax_sim::settings::CasAuthentication;
use conax_tests::{Call, Harness, HarnessBuilder};

const CARD: &str = "01900080208";

fn envelope(inner: &str) -> String {
    format!(
        "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>\
         {inner}</soap:Body></soap:Envelope>"
    )
}

fn add(card: &str, product: &str) -> String {
    envelope(&format!(
        "<AddSubscriptions><AddSubscriptionsRequest><CaClientId>{card}</CaClientId><ProductIds>\
         <ProductId>{product}</ProductId></ProductIds></AddSubscriptionsRequest></AddSubscriptions>"
    ))
}

async fn command(harness: &Harness, path: &str, body: &str) -> (u16, String) {
    harness.conax(Call::new("POST", path, body)).await
}

/// The status code and the transaction id of a reply.
fn status(reply: &str) -> (String, String) {
    let text = |name: &str| {
        let (_, after) = reply.split_once(&format!("{name}>")).unwrap();
        after.split('<').next().unwrap().to_owned()
    };
    (text("StatusCode"), text("TransactionId"))
}

#[tokio::test(start_paused = true)]
async fn a_command_is_taken_on_any_path_and_answered_with_a_transaction() {
    let harness = HarnessBuilder::demo().open();
    let mut ids = std::collections::BTreeSet::new();
    for path in ["/", "/ca-server/webservices/client/authorization", "/any/where", "/?x=1"] {
        let (http, reply) = command(&harness, path, &add(CARD, "1002")).await;
        assert_eq!(http, 200, "{reply}");
        let (code, id) = status(&reply);
        assert_eq!(code, "OK");
        assert!(!reply.contains("> <") && !reply.contains('\n'), "compact: {reply}");
        ids.insert(id);
    }
    assert_eq!(ids.len(), 4, "each has a transaction of its own");
    assert_eq!(harness.active(CARD), "1002");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_travels_with_200_and_has_a_transaction_too() {
    let harness = HarnessBuilder::demo().open();
    for (card, product, expected) in [
        ("99999999999", "1002", "CLIENT_NOT_FOUND"),
        ("01900080293", "1002", "CLIENT_NOT_MANAGED_BY_SMS"),
        (CARD, "7", "INPUT_VALIDATION_ERROR"),
        ("", "1002", "INPUT_VALIDATION_ERROR"),
    ] {
        let (http, reply) = command(&harness, "/", &add(card, product)).await;
        let (code, id) = status(&reply);
        assert_eq!((http, code.as_str(), id.len()), (200, expected, 36), "{reply}");
        assert!(reply.contains("Message>"), "{reply}");
    }
    assert_eq!(harness.transactions().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_command_is_a_soap_fault_and_leaves_no_trace() {
    let harness = HarnessBuilder::demo().open();
    for body in [
        String::new(),
        "garbage".to_owned(),
        "{}".to_owned(),
        "<a/>".to_owned(),
        envelope(""),
        envelope("<Dance/>"),
        add(CARD, "1002")[1..].to_owned(),
        format!("{}<", add(CARD, "1002")),
        add(CARD, "&bomb;"),
    ] {
        let (http, reply) = command(&harness, "/", &body).await;
        assert_eq!(http, 500, "{body}: {reply}");
        assert!(reply.contains("faultstring>"), "{reply}");
    }
    assert_eq!(harness.transactions(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn the_description_is_told_and_everything_else_is_sent_away() {
    let harness = HarnessBuilder::demo().open();
    for target in ["/?wsdl", "/?WSDL", "/ca-server/webservices/client/authorization?wsdl"] {
        let (http, text) = harness.conax(Call::new("GET", target, "")).await;
        assert_eq!(http, 200);
        assert!(text.contains("AddSubscriptions") && text.contains("definitions"));
    }
    for (verb, expected) in [("GET", 404), ("PUT", 405), ("DELETE", 405), ("OPTIONS", 405)] {
        let (http, text) = harness.conax(Call::new(verb, "/", "")).await;
        assert_eq!(http, expected);
        assert!(text.contains("?wsdl"), "{text}");
    }
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

async fn as_user(harness: &Harness, user: &str, password: &str, card: &str) -> (u16, String) {
    let call = Call::new("POST", "/", add(card, "1002"));
    harness.conax(call.with_header("authorization", &basic(user, password))).await
}

fn guarded(authentication: CasAuthentication) -> Harness {
    HarnessBuilder::demo().with(|settings| settings.cas.authentication = authentication).open()
}

#[tokio::test(start_paused = true)]
async fn a_guarded_head_end_lets_known_users_in_and_each_to_its_own_cards() {
    let harness = guarded(CasAuthentication::Basic);
    assert_eq!(command(&harness, "/", &add(CARD, "1002")).await.0, 401);
    assert_eq!(as_user(&harness, "crm", "wrong", CARD).await.0, 401);
    assert_eq!(as_user(&harness, "nobody", "conax-demo", CARD).await.0, 401);
    assert_eq!(harness.transactions(), Vec::<String>::new());
    for (user, password, card, expected) in [
        ("crm", "conax-demo", CARD, "OK"),
        ("crm", "conax-demo", "01900080293", "CLIENT_NOT_MANAGED_BY_SMS"),
        ("other", "other-demo", "01900080293", "OK"),
        ("other", "other-demo", CARD, "CLIENT_NOT_MANAGED_BY_SMS"),
    ] {
        let (http, reply) = as_user(&harness, user, password, card).await;
        assert_eq!((http, status(&reply).0.as_str()), (200, expected), "{user} {card}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_user_who_fails_too_often_is_locked_out_and_the_others_are_not() {
    let harness = guarded(CasAuthentication::BasicWithLockout { failure_limit: 2 });
    assert_eq!(as_user(&harness, "crm", "wrong", CARD).await.0, 401);
    assert_eq!(as_user(&harness, "crm", "conax-demo", CARD).await.0, 200, "a success forgives");
    for expected in [401, 401, 403] {
        assert_eq!(as_user(&harness, "crm", "wrong", CARD).await.0, expected);
    }
    assert_eq!(as_user(&harness, "crm", "conax-demo", CARD).await.0, 403);
    assert_eq!(as_user(&harness, "other", "other-demo", CARD).await.0, 200);
}
