//! Drift: what differs, why, and that healing ends it.

use conax_tests::bodies::{at_once, given_pin, pairing, pin_reset, sport_on};
use conax_tests::{Stage, Staging};
use serde_json::Value;

const CARD: &str = "01900080208";

async fn drift(stage: &Stage) -> Vec<Value> {
    let reply = stage.control("GET", "/v1/drift", "").await;
    reply.json["drift"].as_array().unwrap().clone()
}

/// The drift in a few words.
async fn told(stage: &Stage) -> String {
    let entries = drift(stage).await;
    let words = entries.iter().map(|entry| {
        let list = |name: &str| -> String {
            let items = entry[name].as_array().unwrap().iter();
            items
                .map(|item| item.as_str().unwrap())
                .collect::<Vec<_>>()
                .join("+")
        };
        format!(
            "{} {} {}: {} | {} heals {}",
            entry["kind"].as_str().unwrap(),
            list("smartcards"),
            list("items"),
            entry["crm"].as_str().unwrap(),
            entry["conax"].as_str().unwrap(),
            list("heals"),
        )
    });
    words.collect::<Vec<_>>().join("\n")
}

async fn heals(stage: &Stage) {
    stage.calm();
    for _ in 0..3 {
        stage.control("POST", "/v1/drift/heal", "").await;
        stage.run().await;
        if drift(stage).await.is_empty() {
            return;
        }
    }
    panic!("{}", told(stage).await);
}

#[tokio::test(start_paused = true)]
async fn a_world_at_rest_has_no_drift() {
    let stage = Staging::demo().open();
    assert_eq!(told(&stage).await, "");
    let _ = stage
        .post("add_subscriptions", at_once(sport_on(CARD)))
        .await;
    let _ = stage
        .post("create_pairing", at_once(pairing(&[CARD], &["3012345601"])))
        .await;
    let _ = stage
        .post(
            "reset_pin_to_given_value",
            at_once(given_pin("S60600", CARD, "4711")),
        )
        .await;
    assert_eq!(told(&stage).await, "");
}

#[tokio::test(start_paused = true)]
async fn an_addition_whose_answer_was_lost_is_surplus_until_it_is_healed() {
    let stage = Staging::demo().open();
    stage.fault("{ name: lost, preset: f05, times: 1 }");
    let number = stage
        .post("add_subscriptions", at_once(sport_on(CARD)))
        .await
        .number();
    assert_eq!(
        told(&stage).await,
        "entitlement 01900080208 1002: none | active heals CANCEL_SUBSCRIPTIONS"
    );
    let entry = &drift(&stage).await[0];
    assert_eq!(entry["request"].to_string(), number);
    assert_eq!(
        entry["because"],
        "request 4050 ended REJECTED without an answer, Conax carried it out once in exchange 1; \
         rule lost acted (hit 1 of 1): f05 read-timeout-applied"
    );
    heals(&stage).await;
    assert_eq!(stage.active(CARD), "");
}

#[tokio::test(start_paused = true)]
async fn an_addition_that_was_never_done_is_missing_until_it_is_healed() {
    let stage = Staging::demo().open();
    stage.fault("preset: f35");
    let _ = stage
        .post("add_subscriptions", at_once(sport_on(CARD)))
        .await;
    assert_eq!(
        told(&stage).await,
        "entitlement 01900080208 1002: active | none heals ADD_SUBSCRIPTIONS"
    );
    heals(&stage).await;
    assert_eq!(stage.active(CARD), "1002");
}

#[tokio::test(start_paused = true)]
async fn pairings_and_pins_drift_and_are_healed() {
    let stage = Staging::demo().open();
    stage.fault("preset: f06");
    let _ = stage
        .post("create_pairing", at_once(pairing(&[CARD], &["3012345601"])))
        .await;
    let _ = stage
        .post(
            "reset_pin_to_given_value",
            at_once(given_pin("S60600", CARD, "4711")),
        )
        .await;
    assert_eq!(
        told(&stage).await,
        "pairing 01900080208 3012345601: not paired | paired heals CREATE_PAIRING\n\
         pin 01900080208 : as it was at the start | as request 4051 set it heals \
         UPDATE_CA_PIN_TO_DEFAULT_VALUE"
    );
    heals(&stage).await;
    assert_eq!(stage.paired(CARD), format!("{CARD} + 3012345601"));
    let default = Staging::demo().open();
    let _ = default
        .post(
            "reset_pin_to_default_value",
            at_once(pin_reset("S60600", CARD)),
        )
        .await;
    assert_eq!(stage.pin(CARD), default.pin(CARD));
}

#[tokio::test(start_paused = true)]
async fn what_was_done_at_the_console_or_lost_by_a_restart_is_told_so() {
    let stage = Staging::demo().open();
    stage.fault("{ preset: f44, times: 1 }");
    let _ = stage
        .post("add_subscriptions", at_once(sport_on(CARD)))
        .await;
    let because = drift(&stage).await[0]["because"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        because.starts_with("somebody at the head-end's console"),
        "{because}"
    );
    heals(&stage).await;

    let stage = Staging::demo().open();
    stage.fault("{ preset: f41, times: 1, when: { after: 2 } }");
    for card in [CARD, "01900080210", CARD] {
        let _ = stage
            .post("add_subscriptions", at_once(sport_on(card)))
            .await;
    }
    let entries = drift(&stage).await;
    assert_eq!(entries.len(), 2, "{entries:?}");
    for entry in &entries {
        assert!(
            entry["because"]
                .as_str()
                .unwrap()
                .contains("has lost it since"),
            "{entry}"
        );
    }
    heals(&stage).await;
}
