//! Where faults meet the rest: the clock, resets, healing, other clients, rules in each other's way.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use conax_contract::proof;
use conax_sim::dispatch::run_once;
use conax_sim::reckoning::{drift, ledger_lines};
use conax_tests::bodies::{at_once, given_pin, service_on_card, sport_on};
use conax_tests::{Call, Stage, Staging, repository};

const CARD: &str = "01900080208";
const QUESTION: &str = "<Envelope xmlns=\"http://schemas.xmlsoap.org/soap/envelope/\"><Body>\
    <GetActiveSubscriptions><CaClientId>01900080208</CaClientId></GetActiveSubscriptions>\
    </Body></Envelope>";

fn the_proof_holds(stage: &Stage) {
    let lines = ledger_lines(&stage.shared);
    if let Err(problems) = proof::check(&lines) {
        panic!("{problems:#?}\n{}", lines.join("\n"));
    }
}

/// Begins a processing run that waits for an answer.
async fn begin_run(stage: &Stage) -> tokio::task::JoinHandle<()> {
    let shared = Arc::clone(&stage.shared);
    let run = tokio::spawn(async move {
        run_once(&shared).await;
    });
    stage.settles().await;
    run
}

fn rule_count(stage: &Stage) -> usize {
    let book = stage.shared.faults.book();
    assert_eq!(book.written.len(), book.plan.rules.len());
    book.written.len()
}

#[tokio::test(start_paused = true)]
async fn a_restart_loses_nothing_that_was_refused_or_pretended() {
    let stage = Staging::demo().open();
    stage.fault("{ do: { lose: 30s }, when: { after: 1 } }");
    let sport_off = at_once(service_on_card("S60600", "SPORT", CARD));
    let _ = stage.post("cancel_subscriptions", sport_off).await;
    let blocked = at_once(given_pin("S60666", "01900080291", "1234"));
    let _ = stage.post("reset_pin_to_given_value", blocked).await;
    let _ = stage
        .post("add_subscriptions", at_once(sport_on("01900080210")))
        .await;
    the_proof_holds(&stage);
    stage.calm();
    stage.fault("{ do: [false-ok, { lose: 30s }] }");
    let _ = stage
        .post("add_subscriptions", at_once(sport_on(CARD)))
        .await;
    the_proof_holds(&stage);
}

#[tokio::test(start_paused = true)]
async fn a_delay_beyond_the_time_out_of_the_crm_carries_the_order_out_nevertheless() {
    for rule in [
        "{ do: { delay: 20min } }",
        "{ do: { delay: 20min }, at: after-apply }",
    ] {
        let stage = Staging::demo().open();
        stage.fault(rule);
        let order = at_once(sport_on(CARD));
        let reply = stage.post("add_subscriptions", order).await;
        assert_eq!(reply.member("life_cycle_state"), "REJECTED");
        stage.passes(Duration::from_secs(3600)).await;
        stage.settles().await;
        assert_eq!(stage.active(CARD), "1002", "{rule}");
        the_proof_holds(&stage);
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
        let stage = Staging::demo().open();
        stage.fault(rule);
        let order = at_once(sport_on(CARD));
        let _ = stage.post("add_subscriptions", order).await;
        the_proof_holds(&stage);
        assert!(ledger_lines(&stage.shared)[0].contains("\"at_conax\":[1]"));
        stage.passes(Duration::from_secs(3600)).await;
        stage.settles().await;
        the_proof_holds(&stage);
        assert!(!ledger_lines(&stage.shared)[0].contains("at_conax"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_world_is_changed_by_no_order_of_the_one_before_it() {
    let stage = Staging::demo().open();
    stage.fault("{ do: { delay: 60s } }");
    let _ = stage.post("add_subscriptions", sport_on(CARD)).await;
    let run = begin_run(&stage).await;
    let _ = stage.control("POST", "/v1/worlds/demo/reset", "").await;
    run.await.unwrap();
    assert_eq!(stage.active(CARD), "");
    the_proof_holds(&stage);
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_of_a_command_on_its_way_can_be_proven() {
    let stage = Staging::demo().open();
    stage.fault("preset: f04");
    let _ = stage.post("add_subscriptions", sport_on(CARD)).await;
    let run = begin_run(&stage).await;
    let named = r#"{"as":"a"}"#;
    let _ = stage
        .control("POST", "/v1/worlds/demo/snapshot", named)
        .await;
    let back = stage
        .control("POST", "/v1/worlds/demo/restore", r#"{"from":"a"}"#)
        .await;
    assert_eq!(back.http_status, 200);
    stage.calm();
    stage.run().await;
    run.await.unwrap();
    the_proof_holds(&stage);
}

#[tokio::test(start_paused = true)]
async fn what_is_told_of_a_request_is_of_this_world() {
    let stage = Staging::demo().open();
    stage.fault("{ name: old, preset: f33 }");
    let order = || at_once(sport_on(CARD));
    let number = stage.post("add_subscriptions", order()).await.number();
    stage.calm();
    let _ = stage.control("POST", "/v1/worlds/demo/reset", "").await;
    stage.forget();
    let again = stage.post("add_subscriptions", order()).await;
    assert_eq!(again.number(), number);
    let path = format!("/v1/requests/{number}/why");
    let why = stage.control("GET", &path, "").await;
    assert!(!why.text.contains("old"), "{}", why.text);
}

#[tokio::test(start_paused = true)]
async fn a_rule_may_be_written_in_blocks() {
    let stage = Staging::demo().open();
    for rules in [
        "name: x\ndo:\n  - delay: 200ms\n  - silence\n",
        "- preset: f01\n- preset: f05\n",
        "description: two\nfaults:\n  - preset: f01\n  - preset: f05\n",
        r#"{"preset": "f05", "when": {"card": "faults*"}}"#,
    ] {
        let added = stage.control("POST", "/v1/faults", rules).await;
        assert_eq!(added.http_status, 201, "{rules}: {}", added.text);
    }
    assert_eq!(rule_count(&stage), 6);
}

#[tokio::test(start_paused = true)]
async fn the_first_rule_that_acts_decides_whenever_its_time_is() {
    let stage = Staging::demo().open();
    stage.fault("{ name: top, preset: f33 }");
    stage.fault("{ name: below, preset: f01 }");
    let plan = stage.control("GET", "/v1/faults", "").await.json;
    assert_eq!(plan["shadowed"][0]["rule"], "below");
    let _ = stage
        .post("add_subscriptions", at_once(sport_on(CARD)))
        .await;
    let plan = stage.control("GET", "/v1/faults", "").await.json;
    let hits = [0, 1].map(|place| plan["faults"][place]["hit"].as_u64());
    assert_eq!(hits, [Some(1), Some(0)]);
    // One that does not act leaves it to the next.
    stage.calm();
    stage.fault("{ name: top, preset: f33, when: { card: '01900080210' } }");
    stage.fault("{ name: below, preset: f01 }");
    let reply = stage
        .post("add_subscriptions", at_once(sport_on(CARD)))
        .await;
    assert_eq!(reply.member("error_code"), "AxisFault");
}

#[tokio::test(start_paused = true)]
async fn numbers_beyond_all_bounds_stay_within_them() {
    let stage = Staging::demo().open();
    let place = "/v1/faults?place=18446744073709551615";
    let rules = "[{preset: f01}, {preset: f05}, {preset: f06}]";
    assert_eq!(stage.control("POST", place, rules).await.http_status, 201);
    let listed = stage.control("GET", "/v1/faults", "").await.json;
    let titles = [0, 1, 2].map(|place| listed["faults"][place]["rule"]["preset"].clone());
    assert_eq!(titles, ["f01", "f05", "f06"]);
    stage.calm();
    let delays = vec!["{ delay: 18446744073709551615ms }"; 1100].join(", ");
    stage.fault(&format!("{{ do: [{delays}] }}"));
    let _ = stage
        .post("add_subscriptions", at_once(sport_on(CARD)))
        .await;
    let listed = stage.control("GET", "/v1/faults", "").await;
    assert_eq!(listed.http_status, 200);
    let no_answer = stage
        .control("POST", "/v1/faults", "{ do: { http: 100 } }")
        .await;
    assert_eq!(no_answer.http_status, 422);
}

#[tokio::test(start_paused = true)]
async fn what_is_held_back_is_done_when_the_clock_gets_there() {
    let order = || at_once(sport_on(CARD));
    let path = format!("/v1/cas/smartcards/{CARD}");
    let stage = Staging::demo().stepped().open();
    stage.fault("preset: f39");
    let _ = stage.post("add_subscriptions", order()).await;
    let card = stage.control("GET", &path, "").await;
    assert!(!card.text.contains("1002"), "{}", card.text);
    let settled = stage.control("POST", "/v1/clock/settle", "{}").await;
    assert_eq!(settled.http_status, 200, "{}", settled.text);
    let card = stage.control("GET", &path, "").await;
    assert!(card.text.contains("1002"), "{}", card.text);
    the_proof_holds(&stage);
    let stage = Staging::demo().stepped().open();
    stage.fault("preset: f39");
    let _ = stage.post("add_subscriptions", order()).await;
    let hour = r#"{"by":"1h"}"#;
    let _ = stage.control("POST", "/v1/clock/advance", hour).await;
    let card = stage.control("GET", &path, "").await;
    assert!(card.text.contains("1002"), "{}", card.text);
}

#[tokio::test(start_paused = true)]
async fn an_exchange_that_hangs_is_at_conax() {
    let stage = Staging::demo().open();
    stage.fault("{ name: hang, preset: f04, times: 2 }");
    stage.fault("{ name: crowded, preset: f33, when: { above: 2 } }");
    for card in [CARD, "01900080209"] {
        let _ = stage.post("add_subscriptions", sport_on(card)).await;
    }
    let run = begin_run(&stage).await;
    assert_eq!(stage.shared.faults.at_door(), 2);
    let third = at_once(sport_on("01900080210"));
    let third = stage.post("add_subscriptions", third).await;
    assert_eq!(third.member("life_cycle_state"), "REJECTED");
    run.await.unwrap();
    stage.settles().await;
    assert_eq!(stage.shared.faults.at_door(), 0);
}

#[tokio::test(start_paused = true)]
async fn healing_leaves_alone_what_is_on_its_way() {
    let stage = Staging::demo().open();
    stage.fault("{ do: { delay: 60s }, at: after-apply, times: 1 }");
    let _ = stage.post("add_subscriptions", sport_on(CARD)).await;
    let run = begin_run(&stage).await;
    assert!(!drift(&stage.shared).is_empty());
    let healing = stage.control("POST", "/v1/drift/heal", "").await.json;
    assert_eq!(healing["requests"], serde_json::json!([]));
    assert_eq!(healing["left_out"], serde_json::json!([CARD]));
    run.await.unwrap();
    stage.run().await;
    assert_eq!(stage.active(CARD), "1002");
    assert!(drift(&stage.shared).is_empty());
}

#[tokio::test]
async fn another_head_end_is_neither_compared_nor_healed() {
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 9));
    let stage = Staging::demo().open_before(nowhere).await;
    for (verb, path) in [("GET", "/v1/drift"), ("POST", "/v1/drift/heal")] {
        let refused = stage.control(verb, path, "").await;
        assert_eq!(refused.http_status, 409, "{}", refused.text);
    }
    let metrics = stage.control("GET", "/v1/metrics", "").await;
    assert!(!metrics.text.contains("conax_sim_drift "));
}

#[tokio::test(start_paused = true)]
async fn a_world_that_is_replaced_takes_its_magic_smartcards_with_it() {
    let stage = Staging::demo().open();
    let world = repository().join("fixtures/worlds/demo.world.yaml");
    let world = std::fs::read_to_string(world).unwrap();
    let plain = world.replace("magic_smartcards: true", "magic_smartcards: false");
    for (world, is_quiet) in [(&plain, true), (&world, false)] {
        let put = stage.control("PUT", "/v1/worlds/demo", world).await;
        assert!(put.http_status < 300, "{}", put.text);
        assert_eq!(stage.shared.faults.is_quiet(), is_quiet);
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_wrong_does_not_change_what_is_lost() {
    let stage = Staging::demo().open();
    stage.fault("{ do: { clock-skew: 1h }, when: { card: '01900080210' } }");
    stage.fault("{ do: { lose: 60s }, when: { card: '01900080209' } }");
    let before = stage.active("01900080209");
    for card in [CARD, "01900080210", "01900080209"] {
        let _ = stage
            .post("add_subscriptions", at_once(sport_on(card)))
            .await;
    }
    let after = [CARD, "01900080209"].map(|card| stage.active(card));
    assert_eq!(after, [String::new(), before]);
    the_proof_holds(&stage);
}

#[tokio::test(start_paused = true)]
async fn nobody_else_is_taken_for_our_crm() {
    let stage = Staging::demo().open();
    stage.fault("{ preset: f05, times: 1 }");
    let order = stage.post("add_subscriptions", sport_on(CARD)).await;
    let number = order.number();
    let run = begin_run(&stage).await;
    for forged in [format!("{number} 1"), "1".to_owned(), format!("{:016x}", 1)] {
        let call = Call::new("POST", "/", QUESTION).with_header("conax-sim-request", &forged);
        let (status, _) = stage.conax(call).await;
        assert_eq!(status, 200);
    }
    run.await.unwrap();
    the_proof_holds(&stage);
}

#[tokio::test(start_paused = true)]
async fn no_rule_takes_the_name_of_another() {
    let stage = Staging::demo().open();
    for rule in [
        "{ name: rule-2, preset: f01 }",
        "preset: f05",
        "preset: f06",
    ] {
        let _ = stage.control("POST", "/v1/faults", rule).await;
    }
    assert_eq!(rule_count(&stage), 3);
    let _ = stage.control("DELETE", "/v1/faults/rule-2", "").await;
    assert_eq!(rule_count(&stage), 2);
    stage.calm();
    assert_eq!(rule_count(&stage), 0);
}

#[tokio::test(start_paused = true)]
async fn the_rule_of_a_call_is_gone_when_its_request_has_ended() {
    let stage = Staging::demo()
        .with(|settings| settings.fault_header = true)
        .open();
    for _ in 0..3 {
        let body =
            conax_tests::bodies::with(at_once(sport_on(CARD)), "token", stage.token.clone().into());
        let operation = conax_contract::crm::Operation::AddSubscriptions;
        let call = Call::operation(operation, &body.to_string());
        let reply = stage.send(call.with_header("conax-sim-fault", "f33")).await;
        assert_eq!(reply.member("life_cycle_state"), "REJECTED");
    }
    assert_eq!(rule_count(&stage), 0);
}

#[tokio::test(start_paused = true)]
async fn a_rule_in_a_header_at_conax_looks_at_the_command() {
    let stage = Staging::demo()
        .with(|settings| settings.fault_header = true)
        .open();
    let meets = async |rule: &str| {
        let call = Call::new("POST", "/", QUESTION).with_header("conax-sim-fault", rule);
        stage.conax(call).await.0
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
    let stage = Staging::demo().open();
    stage.fault("{ do: [{ delay: 30s }, no-route] }");
    let before = stage.now();
    let _ = stage
        .post("add_subscriptions", at_once(sport_on(CARD)))
        .await;
    assert!(stage.now().since(before) >= Duration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn a_parameter_that_means_nothing_changes_nothing() {
    let stage = Staging::demo().open();
    stage.fault("preset: f05");
    for (verb, path) in [
        ("DELETE", "/v1/faults?name=f05"),
        ("GET", "/v1/drift?card=01900080208"),
        ("POST", "/v1/runs?dry=1"),
    ] {
        let refused = stage.control(verb, path, "").await;
        assert_eq!(refused.http_status, 400, "{path}: {}", refused.text);
    }
    assert_eq!(rule_count(&stage), 1);
    let probed = stage.control("GET", "/v1/ready?probe=1", "").await;
    assert_eq!(probed.http_status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_request_of_the_world_before_takes_no_rule_with_it() {
    let stage = Staging::demo().open();
    stage.fault("preset: f04");
    let _ = stage.post("add_subscriptions", sport_on(CARD)).await;
    let run = begin_run(&stage).await;
    let _ = stage.control("POST", "/v1/worlds/demo/reset", "").await;
    stage.calm();
    stage.fault("{ name: request-4050, preset: f33, when: { request: 4050 }, times: 1 }");
    run.await.unwrap();
    assert_eq!(rule_count(&stage), 1);
}
