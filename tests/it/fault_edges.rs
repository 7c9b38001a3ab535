//! Where faults meet the rest: the clock, resets, healing, other clients, rules in each other's way.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use conax_contract::proof;
use conax_sim::dispatch::run_once;
use conax_sim::reconciliation::{drift, ledger_lines};
use conax_tests::bodies::{at_once, given_pin, service_on_card, sport_on};
use conax_tests::{Call, Harness, HarnessBuilder, repository};

const CARD: &str = "01900080208";
const QUESTION: &str = "<Envelope xmlns=\"http://schemas.xmlsoap.org/soap/envelope/\"><Body>\
    <GetActiveSubscriptions><CaClientId>01900080208</CaClientId></GetActiveSubscriptions>\
    </Body></Envelope>";

fn the_proof_holds(harness: &Harness) {
    let lines = ledger_lines(&harness.shared);
    if let Err(problems) = proof::check(&lines) {
        panic!("{problems:#?}\n{}", lines.join("\n"));
    }
}

/// Begins a processing run that waits for an answer.
async fn begin_run(harness: &Harness) -> tokio::task::JoinHandle<()> {
    let shared = Arc::clone(&harness.shared);
    let run = tokio::spawn(async move {
        run_once(&shared).await;
    });
    harness.settles().await;
    run
}

fn rule_count(harness: &Harness) -> usize {
    let book = harness.shared.fault_plan();
    assert_eq!(book.written.len(), book.plan.rules.len());
    book.written.len()
}

#[tokio::test(start_paused = true)]
async fn a_restart_loses_nothing_that_was_refused_or_pretended() {
    let harness = HarnessBuilder::demo().open();
    harness.fault("{ do: { lose: 30s }, when: { after: 1 } }");
    let sport_off = at_once(service_on_card("S60600", "SPORT", CARD));
    let _ = harness.post("cancel_subscriptions", sport_off).await;
    let blocked = at_once(given_pin("S60666", "01900080291", "1234"));
    let _ = harness.post("reset_pin_to_given_value", blocked).await;
    let _ = harness.post("add_subscriptions", at_once(sport_on("01900080210"))).await;
    the_proof_holds(&harness);
    harness.calm();
    harness.fault("{ do: [false-ok, { lose: 30s }] }");
    let _ = harness.post("add_subscriptions", at_once(sport_on(CARD))).await;
    the_proof_holds(&harness);
}

#[tokio::test(start_paused = true)]
async fn a_delay_beyond_the_time_out_of_the_crm_carries_the_order_out_nevertheless() {
    for rule in ["{ do: { delay: 20min } }", "{ do: { delay: 20min }, at: after-apply }"] {
        let harness = HarnessBuilder::demo().open();
        harness.fault(rule);
        let order = at_once(sport_on(CARD));
        let reply = harness.post("add_subscriptions", order).await;
        assert_eq!(reply.member("life_cycle_state"), "REJECTED");
        harness.passes(Duration::from_secs(3600)).await;
        harness.settles().await;
        assert_eq!(harness.active(CARD), "1002", "{rule}");
        the_proof_holds(&harness);
    }
}

#[tokio::test(start_paused = true)]
async fn the_proof_holds_while_conax_is_at_work_and_the_crm_has_given_up() {
    for rule in [
        "{ do: { delay: 700s } }",
        "{ do: { delay: 700s }, at: after-apply }",
        "{ do: [{ delay: 1200s }, twice] }",
        "{ do: [{ delay: 700s }, reset] }",
        "{ do: [{ delay: 601s }, { late: 30s }] }",
    ] {
        let harness = HarnessBuilder::demo().open();
        harness.fault(rule);
        let order = at_once(sport_on(CARD));
        let _ = harness.post("add_subscriptions", order).await;
        the_proof_holds(&harness);
        assert!(ledger_lines(&harness.shared)[0].contains("\"at_conax\":[1]"));
        harness.passes(Duration::from_secs(3600)).await;
        harness.settles().await;
        the_proof_holds(&harness);
        assert!(!ledger_lines(&harness.shared)[0].contains("at_conax"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_world_is_changed_by_no_order_of_the_one_before_it() {
    let harness = HarnessBuilder::demo().open();
    harness.fault("{ do: { delay: 60s } }");
    let _ = harness.post("add_subscriptions", sport_on(CARD)).await;
    let run = begin_run(&harness).await;
    let _ = harness.control("POST", "/v1/worlds/demo/reset", "").await;
    run.await.unwrap();
    assert_eq!(harness.active(CARD), "");
    the_proof_holds(&harness);
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_of_a_command_on_its_way_can_be_proven() {
    let harness = HarnessBuilder::demo().open();
    harness.fault("preset: f04");
    let _ = harness.post("add_subscriptions", sport_on(CARD)).await;
    let run = begin_run(&harness).await;
    let named = r#"{"as":"a"}"#;
    let _ = harness.control("POST", "/v1/worlds/demo/snapshot", named).await;
    let back = harness.control("POST", "/v1/worlds/demo/restore", r#"{"from":"a"}"#).await;
    assert_eq!(back.http_status, 200);
    harness.calm();
    harness.run().await;
    run.await.unwrap();
    the_proof_holds(&harness);
}

#[tokio::test(start_paused = true)]
async fn what_is_told_of_a_request_is_of_this_world() {
    let harness = HarnessBuilder::demo().open();
    harness.fault("{ name: old, preset: f33 }");
    let order = || at_once(sport_on(CARD));
    let number = harness.post("add_subscriptions", order()).await.number();
    harness.calm();
    let _ = harness.control("POST", "/v1/worlds/demo/reset", "").await;
    harness.forget();
    let again = harness.post("add_subscriptions", order()).await;
    assert_eq!(again.number(), number);
    let path = format!("/v1/requests/{number}/why");
    let why = harness.control("GET", &path, "").await;
    assert!(!why.text.contains("old"), "{}", why.text);
}

#[tokio::test(start_paused = true)]
async fn a_rule_may_be_written_in_blocks() {
    let harness = HarnessBuilder::demo().open();
    for rules in [
        "name: x\ndo:\n  - delay: 200ms\n  - silence\n",
        "- preset: f01\n- preset: f05\n",
        "description: two\nfaults:\n  - preset: f01\n  - preset: f05\n",
        r#"{"preset": "f05", "when": {"card": "faults*"}}"#,
    ] {
        let added = harness.control("POST", "/v1/faults", rules).await;
        assert_eq!(added.http_status, 201, "{rules}: {}", added.text);
    }
    assert_eq!(rule_count(&harness), 6);
}

#[tokio::test(start_paused = true)]
async fn the_first_rule_that_acts_decides_whenever_its_time_is() {
    let harness = HarnessBuilder::demo().open();
    harness.fault("{ name: top, preset: f33 }");
    harness.fault("{ name: below, preset: f01 }");
    let plan = harness.control("GET", "/v1/faults", "").await.json;
    assert_eq!(plan["shadowed"][0]["rule"], "below");
    let _ = harness.post("add_subscriptions", at_once(sport_on(CARD))).await;
    let plan = harness.control("GET", "/v1/faults", "").await.json;
    let hits = [0, 1].map(|place| plan["faults"][place]["hit"].as_u64());
    assert_eq!(hits, [Some(1), Some(0)]);
    // One that does not act leaves it to the next.
    harness.calm();
    harness.fault("{ name: top, preset: f33, when: { card: '01900080210' } }");
    harness.fault("{ name: below, preset: f01 }");
    let reply = harness.post("add_subscriptions", at_once(sport_on(CARD))).await;
    assert_eq!(reply.member("error_code"), "AxisFault");
}

#[tokio::test(start_paused = true)]
async fn numbers_beyond_all_bounds_stay_within_them() {
    let harness = HarnessBuilder::demo().open();
    let place = "/v1/faults?place=18446744073709551615";
    let rules = "[{preset: f01}, {preset: f05}, {preset: f06}]";
    assert_eq!(harness.control("POST", place, rules).await.http_status, 201);
    let listed = harness.control("GET", "/v1/faults", "").await.json;
    let titles = [0, 1, 2].map(|place| listed["faults"][place]["rule"]["preset"].clone());
    assert_eq!(titles, ["f01", "f05", "f06"]);
    harness.calm();
    let delays = vec!["{ delay: 18446744073709551615ms }"; 1100].join(", ");
    harness.fault(&format!("{{ do: [{delays}] }}"));
    let _ = harness.post("add_subscriptions", at_once(sport_on(CARD))).await;
    let listed = harness.control("GET", "/v1/faults", "").await;
    assert_eq!(listed.http_status, 200);
    let no_answer = harness.control("POST", "/v1/faults", "{ do: { http: 100 } }").await;
    assert_eq!(no_answer.http_status, 422);
}

#[tokio::test(start_paused = true)]
async fn what_is_held_back_is_done_when_the_clock_gets_there() {
    let order = || at_once(sport_on(CARD));
    let path = format!("/v1/cas/smartcards/{CARD}");
    let harness = HarnessBuilder::demo().stepped().open();
    harness.fault("preset: f39");
    let _ = harness.post("add_subscriptions", order()).await;
    let card = harness.control("GET", &path, "").await;
    assert!(!card.text.contains("1002"), "{}", card.text);
    let settled = harness.control("POST", "/v1/clock/settle", "{}").await;
    assert_eq!(settled.http_status, 200, "{}", settled.text);
    let card = harness.control("GET", &path, "").await;
    assert!(card.text.contains("1002"), "{}", card.text);
    the_proof_holds(&harness);
    let harness = HarnessBuilder::demo().stepped().open();
    harness.fault("preset: f39");
    let _ = harness.post("add_subscriptions", order()).await;
    let hour = r#"{"by":"1h"}"#;
    let _ = harness.control("POST", "/v1/clock/advance", hour).await;
    let card = harness.control("GET", &path, "").await;
    assert!(card.text.contains("1002"), "{}", card.text);
}

#[tokio::test(start_paused = true)]
async fn an_exchange_that_hangs_is_at_conax() {
    let harness = HarnessBuilder::demo().open();
    harness.fault("{ name: hang, preset: f04, times: 2 }");
    harness.fault("{ name: crowded, preset: f33, when: { above: 2 } }");
    for card in [CARD, "01900080209"] {
        let _ = harness.post("add_subscriptions", sport_on(card)).await;
    }
    let run = begin_run(&harness).await;
    assert_eq!(harness.shared.faults.at_endpoint(), 2);
    let third = at_once(sport_on("01900080210"));
    let third = harness.post("add_subscriptions", third).await;
    assert_eq!(third.member("life_cycle_state"), "REJECTED");
    run.await.unwrap();
    harness.settles().await;
    assert_eq!(harness.shared.faults.at_endpoint(), 0);
}

#[tokio::test(start_paused = true)]
async fn healing_leaves_alone_what_is_on_its_way() {
    let harness = HarnessBuilder::demo().open();
    harness.fault("{ do: { delay: 60s }, at: after-apply, times: 1 }");
    let _ = harness.post("add_subscriptions", sport_on(CARD)).await;
    let run = begin_run(&harness).await;
    assert!(!drift(&harness.shared).is_empty());
    let healing = harness.control("POST", "/v1/drift/heal", "").await.json;
    assert_eq!(healing["requests"], serde_json::json!([]));
    assert_eq!(healing["left_out"], serde_json::json!([CARD]));
    run.await.unwrap();
    harness.run().await;
    assert_eq!(harness.active(CARD), "1002");
    assert!(drift(&harness.shared).is_empty());
}

#[tokio::test]
async fn another_head_end_is_neither_compared_nor_healed() {
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 9));
    let harness = HarnessBuilder::demo().open_before(nowhere).await;
    for (verb, path) in [("GET", "/v1/drift"), ("POST", "/v1/drift/heal")] {
        let refused = harness.control(verb, path, "").await;
        assert_eq!(refused.http_status, 409, "{}", refused.text);
    }
    let metrics = harness.control("GET", "/v1/metrics", "").await;
    assert!(!metrics.text.contains("conax_sim_drift "));
}

#[tokio::test(start_paused = true)]
async fn a_world_that_is_replaced_takes_its_magic_smartcards_with_it() {
    let harness = HarnessBuilder::demo().open();
    let world = repository().join("fixtures/worlds/demo.world.yaml");
    let world = std::fs::read_to_string(world).unwrap();
    let plain = world.replace("magic_smartcards: true", "magic_smartcards: false");
    for (world, is_quiet) in [(&plain, true), (&world, false)] {
        let put = harness.control("PUT", "/v1/worlds/demo", world).await;
        assert!(put.http_status < 300, "{}", put.text);
        assert_eq!(harness.shared.faults.is_quiet(), is_quiet);
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_wrong_does_not_change_what_is_lost() {
    let harness = HarnessBuilder::demo().open();
    harness.fault("{ do: { clock-skew: 1h }, when: { card: '01900080210' } }");
    harness.fault("{ do: { lose: 60s }, when: { card: '01900080209' } }");
    let before = harness.active("01900080209");
    for card in [CARD, "01900080210", "01900080209"] {
        let _ = harness.post("add_subscriptions", at_once(sport_on(card))).await;
    }
    let after = [CARD, "01900080209"].map(|card| harness.active(card));
    assert_eq!(after, [String::new(), before]);
    the_proof_holds(&harness);
}

#[tokio::test(start_paused = true)]
async fn nobody_else_is_taken_for_our_crm() {
    let harness = HarnessBuilder::demo().open();
    harness.fault("{ preset: f05, times: 1 }");
    let order = harness.post("add_subscriptions", sport_on(CARD)).await;
    let number = order.number();
    let run = begin_run(&harness).await;
    for forged in [format!("{number} 1"), "1".to_owned(), format!("{:016x}", 1)] {
        let call = Call::new("POST", "/", QUESTION).with_header("conax-sim-request", &forged);
        let (status, _) = harness.conax(call).await;
        assert_eq!(status, 200);
    }
    run.await.unwrap();
    the_proof_holds(&harness);
}

#[tokio::test(start_paused = true)]
async fn no_rule_takes_the_name_of_another() {
    let harness = HarnessBuilder::demo().open();
    for rule in ["{ name: rule-2, preset: f01 }", "preset: f05", "preset: f06"] {
        let _ = harness.control("POST", "/v1/faults", rule).await;
    }
    assert_eq!(rule_count(&harness), 3);
    let _ = harness.control("DELETE", "/v1/faults/rule-2", "").await;
    assert_eq!(rule_count(&harness), 2);
    harness.calm();
    assert_eq!(rule_count(&harness), 0);
}

#[tokio::test(start_paused = true)]
async fn the_rule_of_a_call_is_gone_when_its_request_has_ended() {
    let harness = HarnessBuilder::demo().with(|settings| settings.fault_header = true).open();
    for _ in 0..3 {
        let body = conax_tests::bodies::with(
            at_once(sport_on(CARD)),
            "token",
            harness.token.clone().into(),
        );
        let operation = conax_contract::crm::Operation::AddSubscriptions;
        let call = Call::operation(operation, &body.to_string());
        let reply = harness.send(call.with_header("conax-sim-fault", "f33")).await;
        assert_eq!(reply.member("life_cycle_state"), "REJECTED");
    }
    assert_eq!(rule_count(&harness), 0);
}

#[tokio::test(start_paused = true)]
async fn a_rule_in_a_header_at_conax_looks_at_the_command() {
    let harness = HarnessBuilder::demo().with(|settings| settings.fault_header = true).open();
    let meets = async |rule: &str| {
        let call = Call::new("POST", "/", QUESTION).with_header("conax-sim-fault", rule);
        harness.conax(call).await.0
    };
    let page = |when: &str| format!("{{ do: {{ http: 503 }}, when: {{ {when} }} }}");
    assert_eq!(meets(&page("card: '01900080208'")).await, 503);
    assert_eq!(meets(&page("card: '01900080209'")).await, 200);
    let mut met = Vec::new();
    for _ in 0..40 {
        met.push(meets(&page("probability: 0.5")).await);
    }
    assert!(met.contains(&503) && met.contains(&200), "{met:?}");
    // What counts calls is not for one.
    for rule in [
        "sequence: [ok, f14]",
        "f15",
        "{ preset: f14, when: { every: 2 } }",
        "{ preset: f14, times: 1 }",
    ] {
        assert_eq!(meets(rule).await, 400, "{rule}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_to_fail_late_fails_late() {
    let harness = HarnessBuilder::demo().open();
    harness.fault("{ do: [{ delay: 30s }, no-route] }");
    let before = harness.now();
    let _ = harness.post("add_subscriptions", at_once(sport_on(CARD))).await;
    assert!(harness.now().since(before) >= Duration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn a_parameter_that_means_nothing_changes_nothing() {
    let harness = HarnessBuilder::demo().open();
    harness.fault("preset: f05");
    for (verb, path) in [
        ("DELETE", "/v1/faults?name=f05"),
        ("GET", "/v1/drift?card=01900080208"),
        ("POST", "/v1/runs?dry=1"),
    ] {
        let refused = harness.control(verb, path, "").await;
        assert_eq!(refused.http_status, 400, "{path}: {}", refused.text);
    }
    assert_eq!(rule_count(&harness), 1);
    let probed = harness.control("GET", "/v1/ready?probe=1", "").await;
    assert_eq!(probed.http_status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_request_of_the_world_before_takes_no_rule_with_it() {
    let harness = HarnessBuilder::demo().open();
    harness.fault("preset: f04");
    let _ = harness.post("add_subscriptions", sport_on(CARD)).await;
    let run = begin_run(&harness).await;
    let _ = harness.control("POST", "/v1/worlds/demo/reset", "").await;
    harness.calm();
    harness.fault("{ name: request-4050, preset: f33, when: { request: 4050 }, times: 1 }");
    run.await.unwrap();
    assert_eq!(rule_count(&harness), 1);
}
