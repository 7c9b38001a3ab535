//! Where the operations are served, and with which verbs.

use conax_contract::crm::{BasePath, Operation, RefusalCode};
use conax_tests::bodies::{creating, valid, with};
use conax_tests::{BASE, Call, Harness, HarnessBuilder, Reply};
use serde_json::json;

const SHOW: &str = "conax_web_services/provisioning_requests/show";

/// A call of the operation at this path; it succeeds if the path is right.
fn call_at(harness: &Harness, operation: Operation, path: &str) -> Call {
    let token = &harness.token;
    match operation {
        Operation::Show => Call::new(
            "GET",
            &format!("{path}?token={token}&provisioning_request_identifier=number=4049"),
            "",
        ),
        Operation::List => {
            Call::new("GET", &format!("{path}?token={token}&life_cycle_state=PENDING"), "")
        }
        _ => {
            let body = with(valid(operation), "token", json!(token));
            Call::new("POST", path, body.to_string())
        }
    }
}

fn documented() -> Vec<Operation> {
    [&[Operation::Show, Operation::List][..], &creating()].concat()
}

#[tokio::test(start_paused = true)]
async fn every_operation_is_served_under_the_documented_base_path_and_directly_under_the_root() {
    let harness = HarnessBuilder::demo().open();
    for operation in documented() {
        let path = operation.path();
        for target in [
            format!("{BASE}/{path}"),
            format!("{BASE}/{path}/"),
            format!("/{path}"),
            format!("/{path}/"),
            format!("{BASE}//{path}"),
        ] {
            let reply = harness.send(call_at(&harness, operation, &target)).await;
            assert_eq!(reply.code(), "OK", "{target}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn another_base_path_replaces_the_documented_one_and_leaves_the_root() {
    let other = BasePath::parse("/crm/rest/v3").unwrap();
    let harness = HarnessBuilder::demo().with(|settings| settings.crm.base_path = other).open();
    for (target, found) in [
        (format!("/crm/rest/v3/{SHOW}"), true),
        (format!("/crm/rest/v3/{SHOW}/"), true),
        (format!("/{SHOW}"), true),
        (format!("{BASE}/{SHOW}"), false),
    ] {
        let reply = harness.send(call_at(&harness, Operation::Show, &target)).await;
        assert_eq!(reply.code() == "OK", found, "{target}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_path_may_be_percent_encoded() {
    let harness = HarnessBuilder::demo().open();
    let path = format!("/{}", SHOW.replace('_', "%5f"));
    let reply = harness.send(call_at(&harness, Operation::Show, &path)).await;
    assert_eq!(reply.member("number"), "4049");
}

#[tokio::test(start_paused = true)]
async fn an_unknown_path_is_answered_with_the_one_that_was_probably_meant() {
    let harness = HarnessBuilder::demo().open();
    let mut story = String::new();
    for path in [
        "/".to_owned(),
        BASE.to_owned(),
        format!("{BASE}/conax_web_services/provisioning_requests"),
        format!("{BASE}/conax_web_services/provisioning_requests/add_subscription"),
        format!("{BASE}/CONAX_WEB_SERVICES/provisioning_requests/show"),
        format!("/crmapi/rest/v1/{SHOW}"),
        format!("{BASE}/{SHOW}/4049"),
        "/show".to_owned(),
        "/authentication/tokens".to_owned(),
        "/v1/runs".to_owned(),
    ] {
        let reply = harness.send(Call::new("GET", &path, "")).await;
        assert_eq!(reply.http_status, 404);
        story.push_str(reply.refused(RefusalCode::UnknownMethod));
        story.push('\n');
    }
    insta::assert_snapshot!(story);
}

async fn with_verb(harness: &Harness, operation: Operation, verb: &str) -> Reply {
    let target = format!("{BASE}/{}", operation.path());
    harness.send(Call::new(verb, &target, "{}")).await
}

#[tokio::test(start_paused = true)]
async fn every_operation_takes_its_documented_verb_only_and_says_which() {
    let harness = HarnessBuilder::demo().open();
    for operation in Operation::ALL {
        for verb in ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "get", "QUERY"] {
            let reply = with_verb(&harness, operation, verb).await;
            if verb == operation.verb() {
                assert_ne!(reply.http_status, 405, "{} {verb}", operation.name());
                continue;
            }
            let message = reply.refused(RefusalCode::WrongVerb);
            assert_eq!(reply.http_status, 405);
            assert_eq!(reply.allow.as_deref(), Some(operation.verb()));
            assert!(message.contains(&format!("takes {}; found `{verb}`", operation.verb())));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_content_type_of_a_call_does_not_matter() {
    let harness = HarnessBuilder::demo().open();
    let body = with(valid(Operation::AddSubscriptions), "token", json!(harness.token));
    for content_type in ["application/json", "text/plain", "aplication/jsn", "text/xml"] {
        let call = Call::operation(Operation::AddSubscriptions, &body.to_string());
        let reply = harness.send(call.with_header("content-type", content_type)).await;
        assert_eq!(reply.code(), "OK", "{content_type}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_byte_order_mark_and_blanks_around_a_body_do_not_matter() {
    let harness = HarnessBuilder::demo().open();
    let body = with(valid(Operation::AddSubscriptions), "token", json!(harness.token));
    for body in [format!("\u{feff}{body}"), format!("\r\n\t {body:#}\n")] {
        let reply = harness.send(Call::operation(Operation::AddSubscriptions, &body)).await;
        assert_eq!(reply.member("life_cycle_state"), "PENDING");
    }
}
