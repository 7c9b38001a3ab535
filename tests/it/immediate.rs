//! Calls that send their request themselves, and providers that are not effective.

use std::time::Duration;

use conax_contract::crm::Shape;
use conax_tests::HarnessBuilder;
use conax_tests::bodies::{at_once, creating, pin_reset, service_on_card, valid, with};
use serde_json::{Value, json};

#[tokio::test(start_paused = true)]
async fn a_pin_reset_at_once_is_completed_exactly_as_the_documented_one() {
    let harness = HarnessBuilder::demo().shape(Shape::R4Late).open();
    harness.passes(Duration::from_secs(5)).await;
    let body = at_once(pin_reset("S60058", "01900080207"));
    let reply = harness.post("reset_pin_to_default_value", body).await;
    let documented = harness.show("4049").await;
    let names = |value: &Value| {
        let members = value.as_object().unwrap();
        members.keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(names(reply.ok()), names(documented.ok()));
    for (member, expected) in [
        ("life_cycle_state", "COMPLETED"),
        ("process_immediately", "1"),
        ("request", "01900080207"),
        ("executed_date", "2014-09-24T15:00:05"),
        ("scheduled_date", "2014-09-24T15:00:05"),
        ("error_code", "null"),
        ("error_description", "null"),
    ] {
        assert_eq!(reply.member(member), expected, "{member}");
    }
    let reference = reply.member("reference_number");
    assert_eq!(reply.member("response"), format!("OK{reference}"));
    assert_eq!(reply.ok()["log_information"]["updated_date"], "2014-09-24T15:00:05");
    let known = harness.look(|state, _| state.transactions().last().unwrap().id.to_string());
    assert_eq!(reference, known, "the reference is the head-end's transaction id");
}

#[tokio::test(start_paused = true)]
async fn every_operation_can_be_sent_at_once_and_is_settled_in_its_own_reply() {
    let harness = HarnessBuilder::demo().open();
    let mut story = String::new();
    for operation in creating() {
        let reply = harness.post(operation.name(), at_once(valid(operation))).await;
        assert_eq!(reply.member("life_cycle_state"), "COMPLETED", "{}", reply.text);
        assert_eq!(harness.show(&reply.number()).await.ok(), reply.ok());
        let sent = reply.member("request");
        story.push_str(&format!("{} {sent}\n", operation.name()));
    }
    let pending = harness.numbers("life_cycle_state=PENDING").await;
    assert_eq!(pending, "3702 3704 3921");
    insta::assert_snapshot!(story);
    insta::assert_snapshot!(harness.transactions().join("\n"), @r"
    AddSubscriptions card `01900080208`, products `1002` OK
    CancelSubscriptions card `01900080208`, products `1002` OK
    CreatePairing cards `01900080208`, modules `3012345601` OK
    AddToExistingPairing existing card `01900080208`, cards , modules `3012345601` OK
    UpdateCaPinToDefaultValue card `01900080208` OK
    UpdateCaPinToGivenValue card `01900080208`, pin **** OK
    ");
}

#[tokio::test(start_paused = true)]
async fn at_once_wins_over_a_date_ahead_which_is_kept() {
    let harness = HarnessBuilder::demo().open();
    let body = at_once(service_on_card("S60600", "SPORT", "01900080208"));
    let body = with(body, "start_date", json!("2015-01-01T00:00:00"));
    let reply = harness.post("add_subscriptions", body).await;
    assert_eq!(reply.member("life_cycle_state"), "COMPLETED");
    assert_eq!(reply.member("scheduled_date"), "2015-01-01T00:00:00");
    assert_eq!(reply.member("executed_date"), "2014-09-24T15:00:00");
    assert_eq!(harness.active("01900080208"), "1002");
}

#[tokio::test(start_paused = true)]
async fn a_rejection_at_once_is_an_answer_and_no_error() {
    let harness = HarnessBuilder::demo().open();
    let body = at_once(service_on_card("S60666", "P1test", "01900080291"));
    let reply = harness.post("add_subscriptions", body).await;
    assert_eq!(reply.member("life_cycle_state"), "REJECTED");
    assert_eq!(reply.member("reference_number"), "null");
    assert_eq!(reply.member("executed_date"), "2014-09-24T15:00:00");
    assert_eq!(reply.member("error_code"), reply.member("provider_error_code"));
    assert_eq!(harness.numbers("life_cycle_state=REJECTED").await, reply.number());
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_is_not_effective_sends_nothing() {
    let harness = HarnessBuilder::demo_with("effective: true", "effective: false").open();
    for operation in creating() {
        for body in [valid(operation), at_once(valid(operation))] {
            let reply = harness.post(operation.name(), body).await;
            assert_eq!(reply.member("life_cycle_state"), "PENDING");
        }
    }
    let report = harness.run().await;
    assert_eq!((report.completed_count, report.rejected_count), (0, 0));
    assert_eq!(harness.transactions(), Vec::<String>::new());
    assert_eq!(harness.list("life_cycle_state=PENDING").await.len(), 15);
}
