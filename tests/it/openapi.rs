//! What describes the APIs: their own documents, the page, and the calls that the page tries.

use conax_contract::crm::{HttpMode, Operation, RefusalCode, Shape};
use conax_model::secret::Secret;
use conax_tests::{BASE, Call, Harness, HarnessBuilder};
use serde_json::{Value, json};

const TOKEN: &str = "04FFBB37FED475A778F122709CBAC1D5";
const DOCUMENT: &str = "/_sim/openapi.json";

async fn crm_document(harness: &Harness, target: &str) -> Value {
    let (status, bytes) = harness.crm_bytes(Call::new("GET", target, "")).await;
    assert_eq!(status, 200);
    serde_json::from_slice(&bytes).unwrap()
}

fn statuses(document: &Value, operation: Operation) -> Vec<String> {
    let path = format!("/{}", operation.path());
    let item = &document["paths"][path][operation.verb().to_lowercase()];
    let responses = item["responses"].as_object().unwrap();
    responses.keys().cloned().collect()
}

#[tokio::test(start_paused = true)]
async fn every_door_serves_its_own_document() {
    let harness = HarnessBuilder::demo().open();
    let crm = crm_document(&harness, DOCUMENT).await;
    let (status, text) = harness.conax(Call::new("GET", DOCUMENT, "")).await;
    assert_eq!(status, 200);
    let cas: Value = serde_json::from_str(&text).unwrap();
    for path in ["/openapi.json", "/v1/openapi.json"] {
        let of = async |query: &str| {
            let reply = harness.control("GET", &format!("{path}{query}"), "").await;
            assert_eq!(reply.http_status, 200, "{}", reply.text);
            reply.json
        };
        assert_eq!(of("?api=crm").await["paths"], crm["paths"]);
        assert_eq!(of("?api=cas").await["paths"], cas["paths"]);
        let own = of("").await;
        assert_eq!(own, of("?api=control").await);
        assert_eq!(own["openapi"], "3.1.0");
    }
    let reply = harness.control("GET", "/openapi.json?api=back", "").await;
    assert_eq!(reply.http_status, 400);
    assert!(reply.text.contains("`back`"), "{}", reply.text);
}

#[tokio::test(start_paused = true)]
async fn a_document_tells_the_settings_in_force() {
    let plain = HarnessBuilder::demo().open();
    let mapped = HarnessBuilder::demo()
        .with(|settings| {
            settings.crm.http_mode = HttpMode::Mapped;
            settings.crm.shape = Shape::R4Early;
        })
        .open();
    let (plain, mapped) =
        (crm_document(&plain, DOCUMENT).await, crm_document(&mapped, DOCUMENT).await);
    for operation in Operation::ALL {
        let is_listed =
            |document, status: &str| statuses(document, operation).contains(&status.to_owned());
        assert!(!is_listed(&plain, "401") && is_listed(&mapped, "401"), "{operation:?}");
    }
    assert!(plain.to_string().contains("\"reference_number\":{\"description\":\"The reference"));
    assert!(!mapped.to_string().contains("\"reference_number\":{\"description\":\"The reference"));
    assert_eq!(plain["servers"][0]["url"], BASE);
}

#[tokio::test(start_paused = true)]
async fn a_world_in_the_path_is_where_its_document_sends_calls() {
    let harness = HarnessBuilder::demo().open();
    let document = crm_document(&harness, &format!("/worlds/mars{DOCUMENT}")).await;
    assert_eq!(document["servers"][0]["url"], format!("/worlds/mars{BASE}"));
}

#[tokio::test(start_paused = true)]
async fn what_else_is_asked_below_the_reserved_prefix_wears_the_status_block() {
    let harness = HarnessBuilder::demo().open();
    for target in ["/_sim", "/_sim/", "/_sim/openapi.yaml", "/_sim/openapi.json/"] {
        let reply = harness.send(Call::new("GET", target, "")).await;
        reply.refused(RefusalCode::UnknownMethod);
    }
    let call = Call::new("POST", DOCUMENT, "{}");
    let (status, bytes) = harness.crm_bytes(call).await;
    let reply: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(status, 405);
    assert_eq!(reply["status"]["code"], RefusalCode::WrongVerb.code());
    // A SOAP end point answers on any path.
    let (status, text) = harness.conax(Call::new("POST", DOCUMENT, "")).await;
    assert_eq!(status, 500, "{text}");
}

/// A call that the page of the control API makes.
fn tried(call: &Value) -> Call {
    let call = Call::new("POST", "/v1/try", call.to_string());
    call.with_header("content-type", "application/json")
}

fn shown(number: &str) -> Value {
    let target = format!(
        "{BASE}/{}?token={TOKEN}&provisioning_request_identifier=number={number}",
        Operation::Show.path()
    );
    json!({ "verb": "GET", "target": target })
}

fn added(token: &str) -> Value {
    let call = Operation::AddSubscriptions.example_call().unwrap();
    let mut body: Value = serde_json::from_str(call).unwrap();
    body["token"] = token.into();
    let target = format!("/{}", Operation::AddSubscriptions.path());
    json!({ "verb": "POST", "target": target, "body": body })
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_tried_is_answered_as_by_the_door_itself() {
    let harness = HarnessBuilder::demo().open();
    let reply = harness.control_call(tried(&added(TOKEN))).await;
    assert_eq!(reply.http_status, 200, "{}", reply.text);
    assert_eq!(reply.json["status"], 200);
    assert_eq!(reply.json["body"]["data"]["number"], "4050");
    let reply = harness.control_call(tried(&shown("4050"))).await;
    assert_eq!(reply.json["body"], harness.show("4050").await.json);
    let reply = harness.control_call(tried(&added("wrong"))).await;
    let code = &reply.json["body"]["status"]["code"];
    assert_eq!(code, RefusalCode::InvalidToken.code());
    // What is no JSON is sent as it is.
    let broken = json!({ "verb": "POST", "target": "/authentication/token", "body": "{\"user" });
    let reply = harness.control_call(tried(&broken)).await;
    let code = &reply.json["body"]["status"]["code"];
    assert_eq!(code, RefusalCode::InvalidParameterValue.code());
}

#[tokio::test(start_paused = true)]
async fn a_call_is_tried_in_the_world_it_names() {
    let harness = HarnessBuilder::demo().open();
    let mut call = tried(&added(TOKEN));
    call.target.push_str("?world=mars");
    assert_eq!(harness.control_call(call).await.json["status"], 200);
    let here = harness.control_call(tried(&shown("4050"))).await;
    assert_ne!(here.json["body"]["status"]["code"], "OK");
    let mut there = tried(&shown("4050"));
    there.target.push_str("?world=mars");
    let there = harness.control_call(there).await;
    assert_eq!(there.json["body"]["status"]["code"], "OK");
}

#[tokio::test(start_paused = true)]
async fn a_key_is_tried_in_its_header() {
    let harness = HarnessBuilder::demo().open();
    let key = "5D1C7F0A9E3B4C62A8F0D7E41B9C2A36:";
    let basic = format!("Basic {}", base64::Engine::encode(&base64::prelude::BASE64_STANDARD, key));
    let target = format!("/{}", Operation::IssueTokenForWebApiKey.path());
    let call = json!({ "verb": "POST", "target": target, "authorization": basic });
    let reply = harness.control_call(tried(&call)).await;
    assert_eq!(reply.json["body"]["status"]["code"], "OK", "{}", reply.text);
}

#[tokio::test(start_paused = true)]
async fn pages_from_elsewhere_try_nothing() {
    let harness = HarnessBuilder::demo().open();
    let call = || tried(&added(TOKEN)).with_header("host", "127.0.0.1:8082");
    let plain = Call::new("POST", "/v1/try", added(TOKEN).to_string());
    let form = plain.clone().with_header("content-type", "text/plain");
    for (call, status) in [
        (plain, 200),
        (form, 415),
        (call().with_header("origin", "http://evil.example"), 403),
        (call().with_header("origin", "null"), 403),
        (call().with_header("sec-fetch-site", "cross-site"), 403),
        (call().with_header("sec-fetch-site", "same-site"), 403),
        (call().with_header("origin", "http://127.0.0.1:8082"), 200),
        (call().with_header("sec-fetch-site", "same-origin"), 200),
    ] {
        let told = format!("{:?}", call.headers);
        assert_eq!(harness.control_call(call).await.http_status, status, "{told}");
    }
    assert_eq!(harness.numbers("life_cycle_state=PENDING").await.matches("405").count(), 3);
}

#[tokio::test(start_paused = true)]
async fn nothing_but_our_own_door_is_called() {
    let harness = HarnessBuilder::demo().open();
    for (call, tells) in [
        (json!({ "verb": "GET", "target": "http://example.com/" }), "`target`"),
        (json!({ "verb": "GET", "target": "example.com:80" }), "`target`"),
        (json!({ "verb": "GET", "target": "" }), "`target`"),
        (json!({ "verb": "GET", "target": "/a b" }), "`target`"),
        (json!({ "verb": "DELETE", "target": "/" }), "`verb`"),
        (json!({ "verb": "GET", "target": "/", "authorization": "a\nb" }), "`authorization`"),
        (json!({ "verb": "GET", "target": "/", "host": "example.com" }), "`host`"),
        (json!({ "verb": "GET" }), "`target`"),
        (json!([]), ""),
    ] {
        let reply = harness.control_call(tried(&call)).await;
        assert_eq!(reply.http_status, 422, "{call}: {}", reply.text);
        assert!(reply.text.contains(tells), "{call}: {}", reply.text);
    }
    // Two slashes at the beginning are a path like any other, which names no method.
    let reply =
        harness.control_call(tried(&json!({ "verb": "GET", "target": "//example.com/" }))).await;
    assert_eq!(reply.json["status"], 404);
}

#[tokio::test(start_paused = true)]
async fn a_door_with_a_token_shows_its_page_and_asks_for_the_token_when_a_call_is_tried() {
    let harness = HarnessBuilder::demo()
        .with(|settings| settings.control_token = Some(Secret::new("sesame")))
        .open();
    let page = harness.control("GET", "/docs", "").await;
    assert_eq!(page.http_status, 200);
    assert!(page.text.contains("id=\"control-token\""));
    assert!(!page.text.contains("sesame"));
    assert_eq!(harness.control("GET", "/openapi.json", "").await.http_status, 401);
    assert_eq!(harness.control_call(tried(&shown("4049"))).await.http_status, 401);
    let call = tried(&shown("4049")).with_header("authorization", "Bearer sesame");
    assert_eq!(harness.control_call(call).await.json["status"], 200);
}

#[tokio::test(start_paused = true)]
async fn what_is_tried_leaves_no_secret_in_the_journal() {
    let harness = HarnessBuilder::demo().open();
    let pin = json!({ "token": TOKEN, "subscription_identifier": { "number": "S60600" },
                      "smartcard_identifier": { "serial_number": "01900080208" }, "pin": "8642" });
    let target = format!("/{}", Operation::ResetPinToGivenValue.path());
    let call = json!({ "verb": "POST", "target": target, "body": pin });
    let reply = harness.control_call(tried(&call)).await;
    assert_eq!(reply.json["body"]["status"]["code"], "OK", "{}", reply.text);
    harness.control_call(tried(&shown("4050"))).await;
    let journal = harness.control("GET", "/v1/journal", "").await.text;
    assert!(journal.contains(Operation::ResetPinToGivenValue.path()));
    assert!(!journal.contains("8642") && !journal.contains(TOKEN), "{journal}");
}
