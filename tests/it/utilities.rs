//! The seven types no documented operation creates: CRM.COM's utilities, at the control API.

use conax_contract::crm::CommandKind;
use conax_tests::{Harness, HarnessBuilder};
use serde_json::{Value, json};

const CARD: &str = "01900080208";

/// One body for each of the seven types.
pub(crate) fn bodies() -> [Value; 7] {
    let message = |request_type: &str, text: &str| json!({ "type": request_type, "smartcards": [CARD], "message_text": text });
    let mut repeating = message("SEND_REPEATING_BARK_MESSAGE_TO_CLIENT", "Again");
    repeating["repetition_count"] = json!(3);
    repeating["repetition_interval"] = json!(60);
    [
        json!({ "type": "GET_ACTIVE_SUBSCRIPTIONS", "smartcards": ["01900080209"] }),
        json!({ "type": "GET_PAIRING_STATUS_FOR_CARD", "smartcards": ["0000-0000-0008"] }),
        json!({ "type": "GET_PAIRING_STATUS_FOR_PAIRING_MODULE", "stb": "0000-0000-0006" }),
        json!({ "type": "DISPLAY_FINGERPRINT", "fingerprint_slot": "A", "position_x": 10 }),
        message("SEND_MAIL_MESSAGE_TO_CLIENT", "A letter"),
        message("SEND_BARK_MESSAGE_TO_CLIENT", "A bark"),
        repeating,
    ]
}

/// Creates a request as a utility does; the documented object.
pub(crate) async fn create(harness: &Harness, body: Value) -> Value {
    let reply = harness.control("POST", "/v1/provisioning-requests", &body.to_string()).await;
    assert_eq!(reply.http_status, 201, "{}", reply.text);
    assert_eq!(reply.json["status"]["code"], "OK");
    reply.json["data"].clone()
}

#[tokio::test(start_paused = true)]
async fn the_seven_utility_types_are_created_pending_shown_and_carried_out_by_a_run() {
    let harness = HarnessBuilder::demo().open();
    let mut story = String::new();
    for body in bodies() {
        let created = create(&harness, body).await;
        let number = created["number"].as_str().unwrap();
        assert_eq!(harness.show(number).await.ok(), &created);
        assert_eq!(created["life_cycle_state"], "PENDING");
    }
    assert_eq!(harness.run().await.completed_count, 7);
    for number in 4050..4057 {
        let shown = harness.show(&number.to_string()).await;
        story.push_str(&format!(
            "{} by {}\n  {}\n  sent {}\n",
            shown.member("type"),
            shown.member("process_name"),
            shown.parameters(),
            shown.member("request"),
        ));
        assert_eq!(shown.member("life_cycle_state"), "COMPLETED");
    }
    insta::assert_snapshot!(story);
    let (messages, fingerprints) =
        harness.look(|state, now| (state.messages(now).count(), state.fingerprints(now).count()));
    assert_eq!((messages, fingerprints), (3, 1));
}

#[tokio::test(start_paused = true)]
async fn questions_are_answered_in_the_response_of_their_request() {
    let harness = HarnessBuilder::demo().open();
    let mut story = String::new();
    for mut body in bodies().into_iter().take(3) {
        body["process_immediately"] = json!(true);
        let settled = create(&harness, body).await;
        let reference = settled["reference_number"].as_str().unwrap();
        let response = settled["response"].as_str().unwrap();
        let answer = response.strip_prefix(&format!("OK{reference}"));
        story.push_str(&format!("{}: {}\n", settled["type"], answer.unwrap()));
    }
    insta::assert_snapshot!(story);
}

#[tokio::test(start_paused = true)]
async fn the_documented_types_are_refused_where_utilities_work() {
    let harness = HarnessBuilder::demo().open();
    for request_type in CommandKind::ALL {
        let is_utility = bodies().iter().any(|body| body["type"] == request_type.code());
        if is_utility {
            continue;
        }
        let body = json!({ "type": request_type.code() }).to_string();
        let reply = harness.control("POST", "/v1/provisioning-requests", &body).await;
        assert_eq!(reply.http_status, 422);
        assert!(reply.json["detail"].as_str().unwrap().contains("`type`"));
    }
    assert_eq!(harness.request_count(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_utility_that_asks_for_nonsense_is_told_what_is_wrong() {
    let harness = HarnessBuilder::demo().open();
    let mut story = String::new();
    for body in [
        json!({}),
        json!({ "type": "EVERYTHING" }),
        json!({ "type": "GET_ACTIVE_SUBSCRIPTIONS" }),
        json!({ "type": "GET_ACTIVE_SUBSCRIPTIONS", "smartcards": ["1", "2"] }),
        json!({ "type": "GET_ACTIVE_SUBSCRIPTIONS", "smartcards": ["1"], "stb": "2" }),
        json!({ "type": "SEND_MAIL_MESSAGE_TO_CLIENT", "smartcards": ["1"] }),
        json!({ "type": "DISPLAY_FINGERPRINT", "priority": "HIGH" }),
        json!({ "type": "DISPLAY_FINGERPRINT", "username": "nobody" }),
        json!({ "type": "DISPLAY_FINGERPRINT", "scheduled_date": "soon" }),
        json!({ "type": "DISPLAY_FINGERPRINT", "colour": "red" }),
    ] {
        let reply = harness.control("POST", "/v1/provisioning-requests", &body.to_string()).await;
        assert_eq!(reply.http_status, 422, "{}", reply.text);
        story.push_str(reply.json["detail"].as_str().unwrap());
        story.push('\n');
    }
    insta::assert_snapshot!(story);
    assert_eq!(harness.request_count(), 4);
}
