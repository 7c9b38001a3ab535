//! Refused calls: what they say, how they travel, and that they create nothing.

use std::collections::BTreeSet;

use conax_contract::crm::{HttpMode, Operation, SuccessTexts};
use conax_tests::bodies::{
    addition, creating, pairing, pin_reset, service_on_card, sport_on, valid, with, without,
};
use conax_tests::{Call, Harness, HarnessBuilder, Reply};
use serde_json::{Value, json};

/// Calls that are refused, each with the operation and its body.
fn refused_calls() -> Vec<(&'static str, Value)> {
    let add = || sport_on("01900080208");
    let nobody = |field: &str| json!({ field: "nobody" });
    let on = |body: Value, number: &str| {
        with(body, "subscription_identifier", json!({ "number": number }))
    };
    vec![
        ("add_subscriptions", with(add(), "subscription_identifier", nobody("id"))),
        ("add_subscriptions", with(add(), "subscription_identifier", nobody("number"))),
        ("add_subscriptions", with(add(), "service_identifier", nobody("id"))),
        ("add_subscriptions", with(add(), "service_identifier", nobody("code"))),
        ("add_subscriptions", with(add(), "service_identifier", nobody("alternative_code"))),
        ("add_subscriptions", with(add(), "smartcard_identifier", nobody("id"))),
        ("cancel_subscriptions", with(add(), "smartcard_identifier", nobody("serial_number"))),
        ("cancel_subscriptions", with(add(), "smartcard_identifier", nobody("alternative_code"))),
        // A product that is no service; items that are no smartcards.
        ("add_subscriptions", service_on_card("S60600", "DISH", "01900080208")),
        ("add_subscriptions", service_on_card("S60600", "SPORT", "3012345601")),
        ("add_subscriptions", service_on_card("S60666", "P1test", "ANT-0001")),
        ("reset_pin_to_default_value", pin_reset("S60600", "3012345601")),
        ("add_to_existing_pairing", addition("3012345601", &["3012345601"])),
        ("create_pairing", on(pairing(&["3012345601"], &["3012345601"]), "S60600")),
        ("create_pairing", on(pairing(&["01900080208"], &["01900080209"]), "S60600")),
        // With a subscription, what nobody knows is not on it.
        ("create_pairing", on(pairing(&["99999999999"], &["3012345601"]), "S60600")),
        // What belongs to another subscription.
        ("add_subscriptions", service_on_card("S60507", "SPORT", "stb01-3020-0005")),
        ("add_subscriptions", service_on_card("S60600", "SPORT", "sc20000010")),
        ("reset_pin_to_default_value", pin_reset("S60507", "01900080208")),
        ("add_to_existing_pairing", on(addition("S60058", &["3012345601"]), "S60600")),
        ("create_pairing", on(pairing(&["01900080208"], &["THMOD001-10002"]), "S60600")),
        ("create_pairing", on(pairing(&["sc20000010"], &["3012345601"]), "S60600")),
        ("create_pairing", on(pairing(&["01900080208"], &["3012345601"]), "nobody")),
        // Sets.
        ("create_pairing", pairing(&[], &["3012345601"])),
        ("create_pairing", pairing(&["01900080208"], &[])),
        ("create_pairing", without(pairing(&["1"], &["2"]), "stb_set")),
        ("create_pairing", with(pairing(&["1"], &["2"]), "stb_set", json!("2"))),
        ("create_pairing", with(pairing(&["1"], &["2"]), "stb_set", json!(["2"]))),
        ("create_pairing", with(pairing(&["1"], &["2"]), "stb_set", json!([{ "stb": "2" }]))),
        ("create_pairing", with(pairing(&["1"], &["2"]), "stb_set", json!([{ "stb_ca_id": 2 }]))),
        // Everything wrong at once is told at once.
        (
            "add_subscriptions",
            json!({ "priority": "HIGH", "start_date": "soon", "serviceIdentifier": 1 }),
        ),
    ]
}

async fn refuse(harness: &Harness, name: &str, body: Value) -> Reply {
    let before = (harness.request_count(), harness.list("life_cycle_state=PENDING").await);
    let reply = harness.post(name, body).await;
    assert_ne!(reply.code(), "OK", "{}", reply.call);
    let after = (harness.request_count(), harness.list("life_cycle_state=PENDING").await);
    assert_eq!(before, after, "a refused call created something");
    reply
}

#[tokio::test(start_paused = true)]
async fn refused_calls_tell_what_was_found_and_create_nothing() {
    let harness = HarnessBuilder::demo().open();
    let mut story = String::new();
    for (name, body) in refused_calls() {
        let reply = refuse(&harness, name, body).await;
        let code = reply.code().rsplit('.').next().unwrap_or_default();
        story.push_str(&format!("{name} {code}\n  {}\n", reply.message()));
        if !reply.description().is_empty() {
            story.push_str(&format!("  and: {}\n", reply.description()));
        }
    }
    insta::assert_snapshot!(story);
}

#[tokio::test(start_paused = true)]
async fn business_errors_travel_with_200_or_with_a_status_of_their_own() {
    for (mode, expected) in
        [(HttpMode::Business200, vec![200]), (HttpMode::Mapped, vec![400, 401, 404, 409, 422])]
    {
        let harness = HarnessBuilder::demo().with(|settings| settings.crm.http_mode = mode).open();
        let mut found = BTreeSet::new();
        for (name, body) in refused_calls() {
            found.insert(refuse(&harness, name, body).await.http_status);
        }
        let body = with(sport_on("01900080208"), "token", json!("NOBODYS"));
        found.insert(refuse(&harness, "add_subscriptions", body).await.http_status);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), expected);
        let good = harness.post("add_subscriptions", sport_on("01900080208")).await;
        assert_eq!(good.http_status, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn each_mandatory_parameter_is_missed_by_its_name() {
    let harness = HarnessBuilder::demo().open();
    let mut missed = Vec::new();
    for operation in creating() {
        for entry in operation.parameters() {
            if entry.need.code() != "mandatory" || entry.name == "token" {
                continue;
            }
            for body in [
                without(valid(operation), entry.name),
                with(valid(operation), entry.name, Value::Null),
            ] {
                let reply = refuse(&harness, operation.name(), body).await;
                assert!(reply.code().ends_with("MANDATORYPARAMETERMISSINGEXCEPTION"));
                assert!(reply.message().contains(&format!("`{}`", entry.name)));
            }
            missed.push(format!("{} {}", operation.name(), entry.name));
        }
    }
    insta::assert_snapshot!(missed.join("\n"), @r"
    add_subscriptions subscription_identifier
    add_subscriptions service_identifier
    add_subscriptions smartcard_identifier
    cancel_subscriptions subscription_identifier
    cancel_subscriptions service_identifier
    cancel_subscriptions smartcard_identifier
    create_pairing smartcard_set
    create_pairing stb_set
    add_to_existing_pairing smartcard_identifier
    reset_pin_to_default_value subscription_identifier
    reset_pin_to_default_value smartcard_identifier
    reset_pin_to_given_value subscription_identifier
    reset_pin_to_given_value smartcard_identifier
    reset_pin_to_given_value pin
    ");
}

#[tokio::test(start_paused = true)]
async fn a_call_without_a_valid_token_is_refused_before_anything_else_is_looked_at() {
    let harness = HarnessBuilder::demo().open();
    for operation in creating() {
        for token in [json!(null), json!(""), json!("nobodys"), json!(4), json!({}), json!([])] {
            for body in [valid(operation), json!({})] {
                let reply =
                    refuse(&harness, operation.name(), with(body, "token", token.clone())).await;
                assert!(reply.code().ends_with("INVALIDTOKENEXCEPTION"), "{}", reply.text);
                assert!(reply.message().to_lowercase().contains("token"));
            }
        }
    }
    for (operation, query) in [
        (Operation::Show, "number=4049"),
        (Operation::Show, "token=&number=4049"),
        (Operation::List, "life_cycle_state=PENDING&Token=04FFBB37FED475A778F122709CBAC1D5"),
        (Operation::List, ""),
    ] {
        let reply = harness.send(Call::operation(operation, query)).await;
        assert!(reply.code().ends_with("INVALIDTOKENEXCEPTION"), "{}", reply.text);
        assert!(!reply.text.contains("04FFBB37"));
    }
}

#[tokio::test(start_paused = true)]
async fn success_is_told_with_nulls_or_with_empty_texts() {
    for (texts, expected) in [
        (SuccessTexts::Null, json!({ "code": "OK", "message": null, "description": null })),
        (SuccessTexts::Empty, json!({ "code": "OK", "message": "", "description": "" })),
    ] {
        let harness =
            HarnessBuilder::demo().with(|settings| settings.crm.success_texts = texts).open();
        for operation in creating() {
            let reply = harness.post(operation.name(), valid(operation)).await;
            assert_eq!(reply.json["status"], expected);
        }
        assert_eq!(harness.show("4049").await.json["status"], expected);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_too_large_is_refused_with_the_limit() {
    let harness = HarnessBuilder::demo().open();
    let large = with(sport_on("01900080208"), "note", json!("x".repeat(1 << 20)));
    let reply = refuse(&harness, "add_subscriptions", large).await;
    assert_eq!(reply.http_status, 413);
    assert!(reply.message().contains("1048576"), "{}", reply.message());

    let long = format!("number=4049&x={}", "x".repeat(9000));
    let reply = harness.get("show", &long).await;
    assert_eq!(reply.http_status, 414);
    assert!(reply.message().contains("8192"), "{}", reply.message());

    let call = Call::operation(Operation::Show, "number=4049");
    let reply = harness.send(call.with_header("x-note", &"x".repeat(17_000))).await;
    assert_eq!(reply.http_status, 431);
}
