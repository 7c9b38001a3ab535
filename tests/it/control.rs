//! The control API: every entry answers, and what it refuses it refuses with reasons.

use conax_contract::control::ControlEntry;
use conax_contract::crm::Operation;
use conax_contract::openapi::{ControlApi, control_document};
use conax_model::secret::Secret;
use conax_tests::bodies::{at_once, sport_on};
use conax_tests::{Call, ControlReply, HarnessBuilder, repository};
use serde_json::{Value, json};

#[path = "../../crates/conax-contract/src/openapi/tests/fits.rs"]
mod fits;

fn demo() -> String {
    std::fs::read_to_string(repository().join("fixtures/worlds/demo.world.yaml")).unwrap()
}

/// Removes a world; the main one stays.
const REMOVE: (&str, &str) = ("DELETE", "/v1/worlds/{name}");

/// A target that fits the template.
fn target(entry: &ControlEntry) -> String {
    entry
        .path
        .replace("{name}", if (entry.verb, entry.path) == REMOVE { "spare" } else { "demo" })
        .replace("{snapshot}", "kept")
        .replace("{id}", "01900080208")
        .replace("{rule}", "spare")
        .replace("{number}", "4050")
}

fn body(entry: &ControlEntry) -> String {
    match (entry.verb, entry.path) {
        ("PUT", "/v1/clock") => json!({ "mode": "stepped" }).to_string(),
        ("POST", "/v1/clock/advance") => json!({ "by": "10min" }).to_string(),
        ("PUT", _) => demo(),
        ("POST", "/v1/faults") => "preset: f07".to_owned(),
        ("POST", "/v1/faults/dry-run") => json!({ "command": "ADD_SUBSCRIPTIONS" }).to_string(),
        ("POST", "/v1/reproduce") => "Read timed out".to_owned(),
        ("POST", "/v1/try") => json!({ "verb": "GET", "target": "/" }).to_string(),
        ("PATCH", _) => json!({ "paused": true, "place": 0 }).to_string(),
        ("POST", "/v1/provisioning-requests") => {
            json!({ "type": "DISPLAY_FINGERPRINT" }).to_string()
        }
        ("POST", path) if path.ends_with("/fork") => json!({ "as": "copy" }).to_string(),
        ("POST", path) if path.ends_with("/snapshot") => json!({ "as": "more" }).to_string(),
        ("POST", path) if path.ends_with("/restore") => json!({ "from": "kept" }).to_string(),
        _ => String::new(),
    }
}

#[tokio::test(start_paused = true)]
async fn every_entry_of_the_list_answers() {
    let harness = HarnessBuilder::demo().open();
    let _ = harness.post("add_subscriptions", at_once(sport_on("01900080208"))).await;
    let document = control_document(&ControlApi::default());
    for entry in ControlEntry::ALL {
        for target in [target(entry), format!("{}/", target(entry))] {
            harness.control("DELETE", "/v1/worlds/copy", "").await;
            let _spare = harness.beside("spare").await;
            harness.fault("{ name: spare, preset: f07 }");
            let kept = json!({ "as": "kept" }).to_string();
            harness.control("POST", "/v1/worlds/demo/snapshot", &kept).await;
            let call = Call::new(entry.verb, &target, body(entry));
            let call = call.with_header("content-type", "application/json");
            let reply = harness.control_call(call).await;
            let fine = [200, 201].contains(&reply.http_status);
            assert!(fine, "{} {target}: {}", entry.verb, reply.text);
            assert_described(entry, &document, &reply);
        }
        harness.forget();
    }
}

/// The status and the JSON of an answer are those its description has.
fn assert_described(entry: &ControlEntry, document: &Value, reply: &ControlReply) {
    let operation = &document["paths"][entry.path][entry.verb.to_lowercase()];
    let described = &operation["responses"][reply.http_status.to_string()];
    let called = format!("{} {}", entry.verb, entry.path);
    assert!(described.is_object(), "{called}: {} is not described", reply.http_status);
    let Some(schema) = described["content"]["application/json"].get("schema") else {
        return;
    };
    assert!(fits::fits(schema, &reply.json, document), "{called}: {schema} {}", reply.text);
}

#[tokio::test(start_paused = true)]
async fn the_door_lists_its_own_entries() {
    let harness = HarnessBuilder::demo().open();
    let reply = harness.control("GET", "/v1", "").await;
    let listed = reply.json["entries"].as_array().unwrap();
    let expected = ControlEntry::ALL
        .iter()
        .map(|entry| json!({ "verb": entry.verb, "path": entry.path, "summary": entry.summary }));
    assert_eq!(listed, &expected.collect::<Vec<Value>>());
}

#[tokio::test(start_paused = true)]
async fn a_path_nobody_knows_and_a_wrong_verb_are_told_apart() {
    let harness = HarnessBuilder::demo().open();
    for (verb, target, status, tells) in [
        ("GET", "/", 404, "`GET /v1`"),
        ("GET", "/v2", 404, "`/v2`"),
        ("GET", "/v1/run", 404, "`/v1/run`"),
        ("DELETE", "/v1/runs", 405, "GET, POST"),
        ("POST", "/v1/journal", 405, "GET"),
        ("GET", "/v1/cas/dragons", 404, "`dragons`"),
        ("GET", "/v1/cas/smartcards/17", 404, "`17`"),
        ("GET", "/v1/worlds/mars", 404, "`mars`"),
        ("POST", "/v1/worlds/mars/reset", 404, "`mars`"),
        ("GET", "/v1/journal?since=yesterday", 400, "`since`"),
        ("GET", "/v1/journal?api=back", 400, "`back`"),
        ("GET", "/v1/journal?colour=red", 400, "`colour`"),
        ("GET", "/v1/cas/smartcards?limit=-1", 400, "`limit`"),
        ("GET", "/v1/cas/products?card=1", 400, "`card`"),
    ] {
        let reply = harness.control(verb, target, "").await;
        assert_eq!(reply.http_status, status, "{verb} {target}: {}", reply.text);
        assert_eq!(reply.json["status"], status);
        let detail = reply.json["detail"].as_str().unwrap();
        assert!(detail.contains(tells), "{verb} {target}: {detail}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_door_with_a_token_lets_only_its_bearer_in_and_tells_probes_that_it_lives() {
    let harness = HarnessBuilder::demo()
        .with(|settings| settings.control_token = Some(Secret::new("sesame")))
        .open();
    for (authorization, status) in [
        ("", 401),
        ("Bearer", 401),
        ("Bearer sesam", 401),
        ("Bearer sesamee", 401),
        ("Basic sesame", 401),
        ("Bearer sesame", 200),
        ("bearer sesame", 200),
    ] {
        let call = Call::new("GET", "/v1/runs", "").with_header("authorization", authorization);
        assert_eq!(harness.control_call(call).await.http_status, status, "{authorization}");
    }
    assert_eq!(harness.control("GET", "/v1/health", "").await.http_status, 200);
    assert_eq!(harness.control("POST", "/v1/runs", "").await.http_status, 401);
}

#[tokio::test(start_paused = true)]
async fn the_journal_is_read_page_by_page_and_by_subject() {
    let harness = HarnessBuilder::demo().open();
    for card in ["01900080208", "01900080209"] {
        let _ = harness.post("add_subscriptions", at_once(sport_on(card))).await;
    }
    let seen = |reply: &Value| -> Vec<(u64, String)> {
        let exchanges = reply["exchanges"].as_array().unwrap().iter();
        exchanges
            .map(|one| (one["number"].as_u64().unwrap(), one["door"].as_str().unwrap().to_owned()))
            .collect()
    };
    let whole = harness.control("GET", "/v1/journal", "").await.json;
    let doors: Vec<String> = seen(&whole).into_iter().map(|(_, door)| door).collect();
    assert_eq!(doors, ["cas", "dispatch", "crm", "cas", "dispatch", "crm"]);
    let of = async |query: &str| {
        let target = format!("/v1/journal?{query}");
        harness.control("GET", &target, "").await
    };
    assert_eq!(seen(&of("api=cas").await.json).len(), 2);
    assert_eq!(seen(&of("card=01900080208").await.json).len(), 3);
    assert_eq!(seen(&of("request=4051&api=crm").await.json).len(), 1);
    // A reader that goes on from `last` misses nothing, whatever began before it ended.
    let (mut last, mut read) = (0, Vec::new());
    loop {
        let page = of(&format!("since={last}&limit=1&api=crm")).await.json;
        let Some((number, door)) = seen(&page).pop() else {
            break;
        };
        read.push(door);
        assert!(number > last);
        last = page["last"].as_u64().unwrap();
    }
    assert_eq!(read, ["crm", "crm"]);
    let (mut last, mut read) = (0, Vec::new());
    while read.len() < 7 {
        let page = of(&format!("since={last}&limit=1")).await.json;
        let Some((_, door)) = seen(&page).pop() else {
            break;
        };
        read.push(door);
        last = page["last"].as_u64().unwrap();
    }
    assert_eq!(read[..6], doors[..6]);
    assert_eq!(whole["dropped"], 0);
}

#[tokio::test(start_paused = true)]
async fn a_world_is_replaced_whole_or_not_at_all() {
    let harness = HarnessBuilder::demo().open();
    let number = harness.post("add_subscriptions", sport_on("01900080208")).await.number();
    let broken = repository().join("fixtures/worlds/broken/twelve-mistakes.world.yaml");
    let broken = std::fs::read_to_string(broken).unwrap();
    let reply = harness.control("PUT", "/v1/worlds/twelve", &broken).await;
    assert_eq!(reply.http_status, 422);
    assert_eq!(reply.json["findings"].as_array().unwrap().len(), 12, "{}", reply.text);
    let misnamed = harness.control("PUT", "/v1/worlds/other", &demo()).await;
    assert!(misnamed.json["detail"].as_str().unwrap().contains("`other`"));
    assert_eq!(harness.state(&number).await, "PENDING", "refused worlds change nothing");

    let other = demo().replacen("world: demo", "world: other", 1);
    let other = other.replacen("next_request_number: 4050", "next_request_number: 9000", 1);
    let put = harness.control("PUT", "/v1/worlds/other", &other).await;
    assert_eq!(put.http_status, 201, "{}", put.text);
    let beside = harness.beside("other").await;
    let body = sport_on("01900080208");
    let reply = beside.post("add_subscriptions", body.clone()).await;
    assert_eq!(reply.number(), "9000");
    assert_eq!(harness.state(&number).await, "PENDING", "a second world");

    let next = other.replacen("world: other", "world: demo", 1);
    let put = harness.control("PUT", "/v1/worlds/demo", &next).await;
    assert_eq!(put.http_status, 200, "{}", put.text);
    harness.forget();
    let reply = harness.post("add_subscriptions", body).await;
    assert_eq!(reply.number(), "9000");
}

#[tokio::test(start_paused = true)]
async fn the_world_that_is_shown_can_be_put_back_as_it_was_shown() {
    let harness = HarnessBuilder::demo().open();
    let shown = harness.control("GET", "/v1/worlds/demo", "").await;
    assert!(!shown.text.contains("04FFBB37"), "secrets are masked");
    let put = harness.control("PUT", "/v1/worlds/demo", &shown.text).await;
    assert_eq!(put.http_status, 200, "{}", put.text);
    assert_eq!(harness.control("GET", "/v1/worlds/demo", "").await.json, shown.json);
    // The masked secrets are the ones the world had before.
    let login =
        json!({ "username": "mpadministrator", "password": "1234", "organisation": "CRMDEMO" });
    let call = Call::operation(Operation::IssueToken, &login.to_string());
    assert_eq!(harness.send(call).await.code(), "OK");
    assert_eq!(harness.show("4049").await.code(), "OK");
}

#[tokio::test(start_paused = true)]
async fn tokens_that_were_issued_die_with_their_world() {
    let harness = HarnessBuilder::demo().open();
    let login =
        json!({ "username": "mpadministrator", "password": "1234", "organisation": "CRMDEMO" });
    let call = Call::operation(Operation::IssueToken, &login.to_string());
    let token = harness.send(call).await.member("token");
    harness.control("POST", "/v1/worlds/demo/reset", "").await;
    harness.forget();
    let query = format!("token={token}&number=4049");
    let reply = harness.send(Call::operation(Operation::Show, &query)).await;
    assert!(reply.code().ends_with("INVALIDTOKENEXCEPTION"));
}

#[tokio::test(start_paused = true)]
async fn a_stranger_is_refused_before_the_body_is_looked_at_and_only_worlds_may_be_large() {
    let harness = HarnessBuilder::demo()
        .with(|settings| {
            settings.control_token = Some(Secret::new("sesame"));
            settings.limits.body_bytes = 100;
        })
        .open();
    let call = async |verb: &str, target: &str, length: usize, bearer: &str| {
        let call = Call::new(verb, target, vec![b'x'; length]);
        let call = call.with_header("authorization", &format!("Bearer {bearer}"));
        harness.control_call(call).await.http_status
    };
    for (verb, target, length, known) in [
        ("POST", "/v1/provisioning-requests", 101, 413),
        ("POST", "/v1/runs", 101, 413),
        ("POST", "/v1/worlds/demo/reset", 101, 413),
        ("PUT", "/v1/runs", 101, 413),
        ("PUT", "/v1/worlds/demo", 6_400, 422),
        ("PUT", "/v1/worlds/demo", 6_401, 413),
        ("GET", "/v1/runs", 101, 200),
    ] {
        assert_eq!(call(verb, target, length, "thief").await, 401, "{verb} {target}");
        assert_eq!(call(verb, target, length, "sesame").await, known, "{verb} {target}");
    }
}

#[tokio::test(start_paused = true)]
async fn parts_of_an_address_may_be_written_with_percent_signs() {
    let harness = HarnessBuilder::demo().open();
    for (written, plain) in [
        ("/v1/%77orlds/d%65mo", "/v1/worlds/demo"),
        ("/v1/cas/smartcards/%30%31900080208", "/v1/cas/smartcards/01900080208"),
        ("/v1/cas/smart%63ards?%6cimit=%31", "/v1/cas/smartcards?limit=1"),
    ] {
        let (written, plain) =
            (harness.control("GET", written, "").await, harness.control("GET", plain, "").await);
        assert_eq!((written.http_status, written.text), (200, plain.text));
    }
    let broken = harness.control("GET", "/v1/cas/smartcards?limit=%4", "").await;
    assert_eq!(broken.http_status, 400, "{}", broken.text);
}

#[tokio::test(start_paused = true)]
async fn an_address_beyond_the_head_limit_is_refused_as_at_the_other_doors() {
    let harness = HarnessBuilder::demo().open();
    let long = "x".repeat(8_200);
    let reply = harness.control("GET", &format!("/v1/{long}"), "").await;
    assert_eq!(reply.http_status, 414, "{}", reply.text);
    let call = Call::new("GET", "/v1", "").with_header("x-long", &long.repeat(2));
    assert_eq!(harness.control_call(call).await.http_status, 431);
    let (status, text) = harness.conax(Call::new("GET", &format!("/{long}"), "")).await;
    assert_eq!((status, text.contains("the limit is 8192")), (414, true), "{text}");
}

#[tokio::test(start_paused = true)]
async fn the_journal_keeps_the_bodies_of_new_requests_only() {
    let harness = HarnessBuilder::demo().open();
    let body = json!({ "type": "DISPLAY_FINGERPRINT", "default_pin": "7391" }).to_string();
    for target in ["/v1/runs", "/v1/nowhere", "/v1/worlds/demo/reset"] {
        harness.control("POST", target, "{\"canary\":1}").await;
    }
    harness.control("PUT", "/v1/%77orlds/demo", "{\"canary\":1}").await;
    harness.control("POST", "/v1/provisioning-requests", &body).await;
    let journal = harness.control("GET", "/v1/journal?api=control", "").await.text;
    assert!(!journal.contains("canary"), "{journal}");
    assert!(journal.contains("DISPLAY_FINGERPRINT"), "{journal}");
    assert!(!journal.contains("7391"), "{journal}");
}
