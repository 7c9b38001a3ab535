//! Drift: what differs, why, and that healing ends it.

use std::sync::Arc;
use std::time::Duration;

use conax_contract::world::CardFormat;
use conax_sim::reconciliation::heal;
use conax_tests::bodies::{
    at_once, given_pin, pairing, pin_reset, service_on_card, sport_on, with,
};
use conax_tests::{Harness, HarnessBuilder};
use serde_json::{Value, json};

const CARD: &str = "01900080208";

async fn drift(harness: &Harness) -> Vec<Value> {
    let reply = harness.control("GET", "/v1/drift", "").await;
    reply.json["drift"].as_array().unwrap().clone()
}

/// The drift in a few words.
async fn told(harness: &Harness) -> String {
    let entries = drift(harness).await;
    let words = entries.iter().map(|entry| {
        let list = |name: &str| -> String {
            let items = entry[name].as_array().unwrap().iter();
            items.map(|item| item.as_str().unwrap()).collect::<Vec<_>>().join("+")
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

async fn heals(harness: &Harness) {
    harness.calm();
    for _ in 0..3 {
        harness.control("POST", "/v1/drift/heal", "").await;
        harness.run().await;
        if drift(harness).await.is_empty() {
            return;
        }
    }
    panic!("{}", told(harness).await);
}

#[tokio::test(start_paused = true)]
async fn a_world_at_rest_has_no_drift() {
    let harness = HarnessBuilder::demo().open();
    assert_eq!(told(&harness).await, "");
    let _ = harness.post("add_subscriptions", at_once(sport_on(CARD))).await;
    let _ = harness.post("create_pairing", at_once(pairing(&[CARD], &["3012345601"]))).await;
    let _ =
        harness.post("reset_pin_to_given_value", at_once(given_pin("S60600", CARD, "4711"))).await;
    assert_eq!(told(&harness).await, "");
}

#[tokio::test(start_paused = true)]
async fn an_addition_whose_answer_was_lost_is_surplus_until_it_is_healed() {
    let harness = HarnessBuilder::demo().open();
    harness.fault("{ name: lost, preset: f05, times: 1 }");
    let number = harness.post("add_subscriptions", at_once(sport_on(CARD))).await.number();
    assert_eq!(
        told(&harness).await,
        "entitlement 01900080208 1002: none | active heals CANCEL_SUBSCRIPTIONS"
    );
    let entry = &drift(&harness).await[0];
    assert_eq!(entry["request"].to_string(), number);
    assert_eq!(
        entry["because"],
        "request 4050 ended REJECTED without an answer, Conax carried it out once in exchange 1; \
         rule lost acted (hit 1 of 1): f05 read-timeout-applied"
    );
    heals(&harness).await;
    assert_eq!(harness.active(CARD), "");
}

#[tokio::test(start_paused = true)]
async fn an_addition_that_was_never_done_is_missing_until_it_is_healed() {
    let harness = HarnessBuilder::demo().open();
    harness.fault("preset: f35");
    let _ = harness.post("add_subscriptions", at_once(sport_on(CARD))).await;
    assert_eq!(
        told(&harness).await,
        "entitlement 01900080208 1002: active | none heals ADD_SUBSCRIPTIONS"
    );
    heals(&harness).await;
    assert_eq!(harness.active(CARD), "1002");
}

#[tokio::test(start_paused = true)]
async fn pairings_and_pins_drift_and_are_healed() {
    let harness = HarnessBuilder::demo().open();
    harness.fault("preset: f06");
    let _ = harness.post("create_pairing", at_once(pairing(&[CARD], &["3012345601"]))).await;
    let _ =
        harness.post("reset_pin_to_given_value", at_once(given_pin("S60600", CARD, "4711"))).await;
    assert_eq!(
        told(&harness).await,
        "pairing 01900080208 3012345601: not paired | paired heals CREATE_PAIRING\n\
         pin 01900080208 : as it was at the start | as request 4051 set it heals \
         UPDATE_CA_PIN_TO_DEFAULT_VALUE"
    );
    heals(&harness).await;
    assert_eq!(harness.paired(CARD), format!("{CARD} + 3012345601"));
    let default = HarnessBuilder::demo().open();
    let _ = default.post("reset_pin_to_default_value", at_once(pin_reset("S60600", CARD))).await;
    assert_eq!(harness.pin(CARD), default.pin(CARD));
}

#[tokio::test(start_paused = true)]
async fn what_was_done_at_the_console_or_lost_by_a_restart_is_told_so() {
    let harness = HarnessBuilder::demo().open();
    harness.fault("{ preset: f44, times: 1 }");
    let _ = harness.post("add_subscriptions", at_once(sport_on(CARD))).await;
    let because = drift(&harness).await[0]["because"].as_str().unwrap().to_owned();
    assert!(because.starts_with("somebody at the head-end's console"), "{because}");
    heals(&harness).await;

    let harness = HarnessBuilder::demo().open();
    harness.fault("{ preset: f41, times: 1, when: { after: 2 } }");
    for card in [CARD, "01900080210", CARD] {
        let _ = harness.post("add_subscriptions", at_once(sport_on(card))).await;
    }
    let entries = drift(&harness).await;
    assert_eq!(entries.len(), 2, "{entries:?}");
    for entry in &entries {
        assert!(entry["because"].as_str().unwrap().contains("has lost it since"), "{entry}");
    }
    heals(&harness).await;
}

/// The demo world with one more setting of the head-end.
fn with_setting(setting: &str) -> HarnessBuilder {
    HarnessBuilder::demo_with("  settings:\n", &format!("  settings:\n    {setting}\n"))
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_was_never_done_is_drift_long_before_the_card_goes_dark() {
    let harness = with_setting("period_policy: to_month_end+1").open();
    let renewal = || harness.post("add_subscriptions", at_once(sport_on(CARD)));
    let _ = renewal().await;
    harness.passes(Duration::from_hours(24 * 20)).await;
    harness.fault("{ name: hollow, preset: f35, times: 1 }");
    let hollow = renewal().await.number();
    assert_eq!(
        told(&harness).await,
        "entitlement 01900080208 1002: active until 2014-12-01T00:00:00 | active until \
         2014-11-01T00:00:00 heals ADD_SUBSCRIPTIONS"
    );
    assert_eq!(drift(&harness).await[0]["request"].to_string(), hollow);
    heals(&harness).await;
    harness.passes(Duration::from_hours(24 * 20)).await;
    assert_eq!(harness.active(CARD), "1002", "in November");
    assert_eq!(told(&harness).await, "");
}

#[tokio::test(start_paused = true)]
async fn a_slow_answer_over_midnight_at_the_end_of_a_month_is_no_drift() {
    let harness = with_setting("period_policy: to_month_end").open();
    harness.passes(Duration::from_secs(6 * 24 * 3600 + 9 * 3600 - 10)).await;
    harness.fault("{ do: { delay: 20s }, at: after-apply, times: 1 }");
    let slow = harness.post("add_subscriptions", at_once(sport_on(CARD)));
    assert_eq!(slow.await.member("executed_date"), "2014-10-01T00:00:10");
    assert_eq!(told(&harness).await, "");
}

/// Both end COMPLETED and are carried out once; the cancellation is innocent.
#[tokio::test(start_paused = true)]
async fn the_request_that_was_carried_out_late_or_swapped_is_named() {
    for preset in ["f38", "f39"] {
        let harness = HarnessBuilder::demo().open();
        harness.fault(&format!("{{ name: turned, preset: {preset}, times: 1 }}"));
        let order = |operation| harness.post(operation, at_once(sport_on(CARD)));
        let on = order("add_subscriptions").await.number();
        let off = order("cancel_subscriptions").await.number();
        harness.passes(Duration::from_mins(1)).await;
        let entries = drift(&harness).await;
        assert_eq!(entries.len(), 1, "{preset}: {entries:?}");
        assert_eq!(entries[0]["request"].to_string(), on, "{preset}");
        let because = entries[0]["because"].as_str().unwrap();
        assert!(because.contains("rule turned acted"), "{because}");
        let end = format!("Conax carried it out after request {off}, which was sent later");
        assert!(because.ends_with(&end), "{because}");
        for (request, sentence) in [
            (&on, end),
            (&off, format!("Conax carried out request {on}, which was sent before it, after it")),
        ] {
            let target = format!("/v1/requests/{request}/why");
            let why = harness.control("GET", &target, "");
            let why = why.await.text;
            assert!(why.contains(&sentence), "{why}");
        }
        heals(&harness).await;
        assert_eq!(harness.active(CARD), "");
    }
}

/// A request of which the CRM once thought wrongly is not blamed for ever.
#[tokio::test(start_paused = true)]
async fn what_was_made_up_for_is_not_blamed_for_what_comes_later() {
    let harness = HarnessBuilder::demo().open();
    let order = |operation| harness.post(operation, at_once(sport_on(CARD)));
    harness.fault("{ name: hollow, preset: f35, times: 1 }");
    let _ = order("add_subscriptions").await;
    heals(&harness).await;
    harness.fault("{ name: lost, preset: f05, times: 1 }");
    let lost = order("cancel_subscriptions").await.number();
    assert_eq!(drift(&harness).await[0]["request"].to_string(), lost);
    heals(&harness).await;
    harness.fault("{ preset: f44, times: 1 }");
    let _ = order("add_subscriptions").await;
    let entry = &drift(&harness).await[0];
    let because = entry["because"].as_str().unwrap();
    assert!(because.starts_with("somebody at the head-end's console"), "{because}");
}

#[tokio::test(start_paused = true)]
async fn where_no_pairing_may_be_repaired_healing_says_so_and_orders_nothing() {
    let harness = with_setting("repair_policy: reject").open();
    harness.fault("{ preset: f36, times: 1 }");
    let cards = ["01900080208", "01900080209"];
    let body = at_once(pairing(&cards, &["3012345601"]));
    let _ = harness.post("create_pairing", body).await;
    let entry = drift(&harness).await[0].clone();
    assert_eq!(entry["heals"], json!([]));
    let why = "Conax would reject CREATE_PAIRING: smartcard `01900080208` is paired already; by \
               its `repair_policy: reject` no pairing takes the place of another, and no command \
               ends one: what is missing can be added with ADD_TO_EXISTING_PAIRING";
    assert_eq!(entry["cannot_heal"], why);
    for _ in 0..2 {
        let healing = harness.control("POST", "/v1/drift/heal", "").await.json;
        assert_eq!(healing["requests"], json!([]));
        let sentence = format!("pairing 01900080208 01900080209 3012345601: {why}");
        assert_eq!(healing["cannot_heal"], json!([sentence]));
        assert_eq!(healing["next"], "nothing that Conax would take heals it: see `cannot_heal`");
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_that_was_turned_round_is_told_though_both_sides_agree() {
    let harness = HarnessBuilder::demo().open();
    let on = harness.post("add_subscriptions", sport_on(CARD)).await.number();
    let off = with(sport_on(CARD), "priority", json!("EXPRESS"));
    let off = harness.post("cancel_subscriptions", off).await.number();
    harness.run().await;
    assert_eq!(harness.active(CARD), "1002");
    let page = harness.control("GET", "/v1/drift", "").await.json;
    assert_eq!(page["drift"], json!([]));
    let because = "the order was turned round: request 4051 (CANCEL_SUBSCRIPTIONS, EXPRESS) of \
                   smartcard 01900080208 was created after request 4050 (ADD_SUBSCRIPTIONS), and \
                   left before it";
    let expected = json!([
        { "smartcard": CARD, "request": 4050, "by": 4051, "because": because }
    ]);
    assert_eq!(page["turned_round"], expected);
    for request in [on, off] {
        let target = format!("/v1/requests/{request}/why");
        let why = harness.control("GET", &target, "");
        let sentences = why.await.json["because"].clone();
        assert!(sentences.as_array().unwrap().contains(&json!(because)), "{sentences}");
    }
}

/// By what came: nothing, bytes that could not be read, an answer without a code.
#[tokio::test(start_paused = true)]
async fn how_a_request_was_rejected_is_told_by_what_came_back() {
    let nothing = "ended REJECTED without an answer, ";
    let unreadable = "ended REJECTED because what came back could not be read, ";
    let without_code = "ended REJECTED by an answer without a status code, ";
    let presets = [
        ("f05", nothing),
        ("f06", nothing),
        ("f06/hang-up", nothing),
        ("f08", unreadable),
        ("f08/headers-only", unreadable),
        ("f17", unreadable),
        ("f18", unreadable),
        ("f22/missing", without_code),
        ("f22", "ended REJECTED, "),
        ("f33/applied", "ended REJECTED, "),
    ];
    let rules = presets.map(|(preset, said)| (format!("{{ preset: {preset} }}"), said));
    let written = [
        ("http: 503", without_code),
        ("http: { status: 200, body: \"<html/>\" }", unreadable),
        ("soap-fault: { code: \"soap:Server\", string: failed }", without_code),
    ];
    let written =
        written.map(|(what, said)| (format!("{{ do: {{ {what}, at: after-apply }} }}"), said));
    for (rule, said) in rules.into_iter().chain(written) {
        let harness = HarnessBuilder::demo().open();
        harness.fault(&rule);
        let _ = harness.post("add_subscriptions", at_once(sport_on(CARD))).await;
        let because = drift(&harness).await[0]["because"].to_string();
        assert!(because.contains(said), "{rule}: {because}");
    }
}

/// The console is told of with the request and the rule, as every difference is.
#[tokio::test(start_paused = true)]
async fn an_edit_at_the_console_names_the_request_and_the_rule() {
    let harness = HarnessBuilder::demo().open();
    harness.fault("{ name: hand, preset: f44, times: 1 }");
    let number = harness.post("add_subscriptions", at_once(sport_on(CARD))).await.number();
    let entry = &drift(&harness).await[0];
    assert_eq!(entry["request"].to_string(), number);
    assert_eq!(
        entry["because"],
        "somebody at the head-end's console did it at 2014-09-24T15:00:00: CANCEL_SUBSCRIPTIONS, \
         while request 4050 was carried out; rule hand acted (hit 1 of 1): f44 console-edit"
    );
    let target = format!("/v1/requests/{number}/why");
    let why = harness.control("GET", &target, "").await;
    assert!(why.text.contains("somebody at the head-end's console did it"), "{}", why.text);
    assert!(why.text.contains("both sides differ: see GET /v1/drift"), "{}", why.text);
}

/// What Conax holds back cannot be run.
#[tokio::test(start_paused = true)]
async fn healing_says_what_it_waits_for() {
    let harness = HarnessBuilder::demo().open();
    harness.fault("{ preset: f39, times: 1 }");
    let number = harness.post("add_subscriptions", at_once(sport_on(CARD))).await.number();
    let healing = harness.control("POST", "/v1/drift/heal", "").await.json;
    let next = healing["next"].as_str().unwrap();
    assert!(next.contains(&format!("Conax holds back request {number}")), "{next}");
    assert!(next.contains("let time pass"), "{next}");
    assert!(!next.contains("run them"), "{next}");
    harness.passes(Duration::from_secs(31)).await;
    let harness = HarnessBuilder::demo().open();
    harness.fault("{ preset: f06, times: 1 }");
    let _ = harness.post("add_subscriptions", at_once(sport_on(CARD))).await;
    harness.control("POST", "/v1/drift/heal", "").await;
    let healing = harness.control("POST", "/v1/drift/heal", "").await.json;
    let next = healing["next"].as_str().unwrap();
    assert!(next.contains("the CRM has not ended request 4051"), "{next}");
}

/// No fault, no drift: whoever heals while orders are carried out and end has nothing to order.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn healing_under_load_orders_nothing_where_nothing_is_wrong() {
    let harness = Arc::new(HarnessBuilder::demo().open());
    let clients = ["01900080208", "01900080209", "01900080210"].map(|card| {
        let harness = Arc::clone(&harness);
        tokio::spawn(async move {
            for _ in 0..100 {
                for operation in ["add_subscriptions", "cancel_subscriptions"] {
                    let reply = harness.post(operation, at_once(sport_on(card))).await;
                    assert_eq!(reply.member("life_cycle_state"), "COMPLETED");
                }
            }
        })
    });
    let is_over = || clients.iter().all(tokio::task::JoinHandle::is_finished);
    let mut healings = 0;
    while !is_over() {
        // What differs meanwhile is what Conax has done and the CRM has not heard of yet.
        for entry in conax_sim::reconciliation::drift(&harness.shared) {
            assert!(entry.is_open(), "{entry:?}");
        }
        let healing = heal(&harness.shared).await.unwrap();
        assert_eq!(healing.requests, Vec::<u64>::new(), "{healing:?}");
        healings += 1;
        tokio::task::yield_now().await;
    }
    for client in clients {
        client.await.unwrap();
    }
    assert!(healings > 10, "only {healings}");
    assert_eq!(told(&harness).await, "");
}

/// A box is in one pairing at most: the innocent one is the one that was sent later.
#[tokio::test(start_paused = true)]
async fn of_two_pairings_of_one_box_the_one_that_was_carried_out_late_is_named() {
    for preset in ["f38", "f39"] {
        let harness = HarnessBuilder::demo().open();
        harness.fault(&format!("{{ name: turned, preset: {preset}, times: 1 }}"));
        let pair =
            |card| harness.post("create_pairing", at_once(pairing(&[card], &["3012345601"])));
        let first = pair(CARD).await.number();
        let second = pair("01900080209").await.number();
        // What was swapped is carried out behind the next command of its card, if not earlier.
        let next = at_once(pin_reset("S60600", CARD));
        let _ = harness.post("reset_pin_to_default_value", next).await;
        harness.passes(Duration::from_mins(1)).await;
        let entries = drift(&harness).await;
        assert!(!entries.is_empty(), "{preset}");
        for entry in &entries {
            assert_eq!(entry["request"].to_string(), first, "{preset}: {entry}");
            let because = entry["because"].as_str().unwrap();
            assert!(because.contains("rule turned acted"), "{because}");
        }
        for (request, sentence) in [
            (&first, format!("Conax carried it out after request {second}, which was sent later")),
            (
                &second,
                format!("Conax carried out request {first}, which was sent before it, after it"),
            ),
        ] {
            let target = format!("/v1/requests/{request}/why");
            let why = harness.control("GET", &target, "").await.text;
            assert!(why.contains(&sentence), "{preset}: {why}");
        }
        heals(&harness).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_pairing_that_an_express_one_of_another_card_has_overtaken_is_told() {
    let harness = HarnessBuilder::demo().with(|settings| settings.dispatch.worker_count = 1);
    let harness = harness.open();
    let first = harness.post("create_pairing", pairing(&[CARD], &["3012345601"])).await.number();
    let urgent = with(pairing(&["01900080209"], &["3012345601"]), "priority", json!("EXPRESS"));
    let urgent = harness.post("create_pairing", urgent).await.number();
    harness.run().await;
    assert_eq!(harness.paired(CARD), format!("{CARD} + 3012345601"));
    let page = harness.control("GET", "/v1/drift", "").await.json;
    assert_eq!(page["drift"], json!([]));
    let because = "the order was turned round: request 4051 (CREATE_PAIRING, EXPRESS) of pairing \
                   module 3012345601 was created after request 4050 (CREATE_PAIRING), and ended \
                   before it";
    let expected = json!([{
        "smartcard": CARD, "pairing_module": "3012345601", "request": 4050, "by": 4051,
        "because": because,
    }]);
    assert_eq!(page["turned_round"], expected);
    for request in [first, urgent] {
        let target = format!("/v1/requests/{request}/why");
        let why = harness.control("GET", &target, "").await.json["because"].clone();
        assert!(why.as_array().unwrap().contains(&json!(because)), "{why}");
    }
}

/// What is ordered for years ahead keeps nobody from healing what differs now, of the same product
/// or of another one.
#[tokio::test(start_paused = true)]
async fn an_order_far_ahead_does_not_keep_anything_from_being_healed() {
    for service in ["SPORT", "P1test"] {
        let harness = HarnessBuilder::demo().open();
        harness.fault("{ preset: f35, times: 1 }");
        let hollow = at_once(sport_on(CARD));
        let _ = harness.post("add_subscriptions", hollow).await;
        let ahead = with(
            service_on_card("S60600", service, CARD),
            "start_date",
            json!("2024-01-01T00:00:00"),
        );
        let ahead = harness.post("cancel_subscriptions", ahead).await;
        assert_eq!(ahead.member("life_cycle_state"), "PENDING");
        let healing = harness.control("POST", "/v1/drift/heal", "").await.json;
        assert_eq!(healing["requests"], json!([4052]), "{healing}");
        let again = harness.control("POST", "/v1/drift/heal", "").await.json;
        assert_eq!(again["requests"], json!([]), "{again}");
        assert_eq!(again["left_out"], json!([CARD]), "{again}");
        harness.run().await;
        assert_eq!(told(&harness).await, "");
        assert_eq!(harness.active(CARD), "1002");
    }
}

/// An order about something else keeps nobody from healing either; one about the same does.
#[tokio::test(start_paused = true)]
async fn only_an_order_about_the_same_thing_is_waited_for() {
    let harness = HarnessBuilder::demo().open();
    harness.fault("{ preset: f35, times: 1 }");
    let _ = harness.post("add_subscriptions", at_once(sport_on(CARD))).await;
    let other = service_on_card("S60600", "P1test", CARD);
    let _ = harness.post("add_subscriptions", other).await;
    let healing = harness.control("POST", "/v1/drift/heal", "").await.json;
    assert_eq!(healing["requests"], json!([4052]), "{healing}");
}

/// An order that names the smartcard as it is printed, where the head-end takes that form.
#[tokio::test(start_paused = true)]
async fn an_order_that_names_the_smartcard_as_printed_is_blamed_for_what_it_did() {
    let harness = HarnessBuilder::demo()
        .with_world(|world| {
            world.cas.settings.card_format = Some(CardFormat::StrictOrPrinted);
            // Whose ids are no digits are not of such a head-end.
            let is_digits =
                |id: &str| id.len() == 11 && id.bytes().all(|byte| byte.is_ascii_digit());
            world.cas.smartcards.retain(|card| is_digits(&card.id));
            world.cas.pairings.clear();
            let ours = world.installed_items.iter_mut();
            let ours = ours.filter(|item| item.ca_id.as_deref() == Some(CARD));
            ours.for_each(|item| item.ca_id = Some(format!("{CARD}7").into()));
        })
        .open();
    harness.fault("{ preset: f35, times: 2 }");
    let service = harness.post("add_subscriptions", at_once(sport_on(CARD))).await;
    assert_eq!(service.member("life_cycle_state"), "COMPLETED");
    let pin = at_once(given_pin("S60600", CARD, "7391"));
    let pin = harness.post("reset_pin_to_given_value", pin).await;
    let blamed: Vec<(Value, Value)> = drift(&harness)
        .await
        .iter()
        .map(|entry| (entry["smartcards"][0].clone(), entry["request"].clone()))
        .collect();
    let number = |reply: &conax_tests::Reply| json!(reply.number().parse::<u64>().unwrap());
    assert_eq!(blamed, [(json!(CARD), number(&service)), (json!(CARD), number(&pin))]);
}
