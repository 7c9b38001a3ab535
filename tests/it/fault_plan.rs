//! The fault plan at the control API: rules come, go, rest and move; everything tells why.

use conax_tests::bodies::{at_once, service_on_card, sport_on};
use conax_tests::{Call, Harness, HarnessBuilder};
use serde_json::{Value, json};

async fn add(harness: &Harness, rule: &str) -> Value {
    let reply = harness.control("POST", "/v1/faults", rule).await;
    assert_eq!(reply.http_status, 201, "{}", reply.text);
    reply.json
}

async fn names(harness: &Harness) -> String {
    let plan = harness.control("GET", "/v1/faults", "").await.json;
    let rules = plan["faults"].as_array().unwrap().iter();
    rules
        .map(|rule| {
            format!(
                "{}:{}:{}/{}",
                rule["name"].as_str().unwrap(),
                rule["status"].as_str().unwrap(),
                rule["hit"],
                rule["missed"]
            )
        })
        .collect::<Vec<_>>()
        .join(" ")
}

#[tokio::test(start_paused = true)]
async fn rules_are_added_listed_moved_paused_counted_and_removed() {
    let harness = HarnessBuilder::demo().open();
    add(&harness, "{ name: a, preset: f07, times: 1 }").await;
    let added = add(&harness, r#"{ "faults": [ { "name": "b", "do": "reset", "when": { "card": "1" } }, { "preset": "f33" } ] }"#).await;
    assert_eq!(
        added["faults"][0]["rule"],
        json!({ "name": "b", "do": "reset", "when": { "card": "1" } })
    );
    assert_eq!(names(&harness).await, "a:active:0/0 b:active:0/0 rule-3:active:0/0");
    let _ = harness.post("add_subscriptions", at_once(sport_on("01900080208"))).await;
    assert_eq!(names(&harness).await, "a:spent:1/0 b:active:0/1 rule-3:active:1/0");
    harness.control("PATCH", "/v1/faults/rule-3", r#"{"paused": true, "place": 0}"#).await;
    harness.control("DELETE", "/v1/faults/a", "").await;
    assert_eq!(names(&harness).await, "rule-3:paused:1/0 b:active:0/1");
    harness.control("DELETE", "/v1/faults", "").await;
    assert_eq!(names(&harness).await, "");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_rule_is_refused_whole_with_every_finding() {
    let harness = HarnessBuilder::demo().open();
    let wrong = "faults:\n  - preset: f07\n  - preset: f99\n  - do: silense\n";
    let reply = harness.control("POST", "/v1/faults", wrong).await;
    assert_eq!(reply.http_status, 422, "{}", reply.text);
    assert_eq!(reply.json["findings"].as_array().unwrap().len(), 2);
    assert_eq!(names(&harness).await, "");
    for (verb, target, status) in [
        ("GET", "/v1/faults/nobody", 404),
        ("DELETE", "/v1/faults/nobody", 404),
        ("PATCH", "/v1/faults/nobody", 404),
        ("PUT", "/v1/faults", 405),
        ("POST", "/v1/faults?place=x", 400),
        ("POST", "/v1/faults/dry-run", 422),
        ("POST", "/v1/reproduce", 422),
        ("GET", "/v1/ledger?only=known", 400),
        ("GET", "/v1/requests/17/why", 404),
        ("GET", "/v1/requests/4049/why?list=x", 400),
    ] {
        let body = if verb == "PATCH" { r#"{"paused": true}"# } else { "" };
        let reply = harness.control(verb, target, body).await;
        assert_eq!(reply.http_status, status, "{verb} {target}: {}", reply.text);
    }
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_can_never_act_is_named_with_the_one_that_hides_it() {
    let harness = HarnessBuilder::demo().open();
    add(&harness, "{ name: wide, preset: f04, when: { card: '0190*' } }").await;
    add(&harness, "{ name: narrow, preset: f01, when: { card: '01900080208' } }").await;
    let plan = harness.control("GET", "/v1/faults", "").await.json;
    assert_eq!(plan["shadowed"], json!([{ "rule": "narrow", "by": "wide" }]));
}

#[tokio::test(start_paused = true)]
async fn the_journal_tells_which_rule_acted_and_which_nearly_did() {
    let harness = HarnessBuilder::demo().open();
    add(&harness, "{ name: other-card, preset: f01, when: { card: '01900080209' } }").await;
    add(&harness, "{ name: lost, preset: f06, times: 3 }").await;
    let _ = harness.post("add_subscriptions", at_once(sport_on("01900080208"))).await;
    let journal = harness.control("GET", "/v1/journal?api=cas", "").await.json;
    let exchange = &journal["exchanges"][0];
    assert_eq!(
        exchange["faults"],
        json!([{ "rule": "lost", "fault": "f06 reset-applied", "hit": 1, "of": 3 }])
    );
    let dispatch = harness.control("GET", "/v1/journal?api=dispatch", "").await.json;
    assert_eq!(
        dispatch["exchanges"][0]["near_misses"],
        json!([{ "rule": "other-card", "because": "card 01900080208 is not 01900080209" }])
    );
    assert_eq!(dispatch["exchanges"][0]["exchange"], exchange["exchange"]);
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_tells_what_a_command_would_meet_and_counts_nothing() {
    let harness = HarnessBuilder::demo().open();
    add(&harness, "{ name: slow, do: { delay: 2s } }").await;
    add(&harness, "{ name: express, preset: f05, when: { priority: EXPRESS }, times: 1 }").await;
    let dry = async |priority: &str| {
        let body = json!({ "command": "ADD_SUBSCRIPTIONS", "card": "1", "priority": priority });
        harness.control("POST", "/v1/faults/dry-run", &body.to_string()).await.json
    };
    for _ in 0..2 {
        let express = dry("EXPRESS").await;
        assert_eq!(express["delay_before_ms"], 2000);
        assert_eq!(express["ends"], "no answer, after it is done");
    }
    let regular = dry("REGULAR").await;
    assert_eq!(regular["ends"], "it is answered");
    assert_eq!(regular["nearly"][0]["because"], "priority Regular is not Express");
    assert_eq!(names(&harness).await, "slow:active:0/0 express:active:0/0");
}

#[tokio::test(start_paused = true)]
async fn selectors_see_what_only_the_crm_knows() {
    let harness = HarnessBuilder::demo().open();
    add(&harness, "{ name: one, preset: f33, when: { subscription: S60600 } }").await;
    let reply = harness.post("add_subscriptions", at_once(sport_on("01900080208"))).await;
    assert_eq!(reply.member("life_cycle_state"), "REJECTED", "{}", reply.text);
    let body = service_on_card("S60507", "P1test", "stb01-3020-0005");
    let reply = harness.post("add_subscriptions", at_once(body)).await;
    assert_eq!(reply.member("life_cycle_state"), "COMPLETED", "{}", reply.text);
}

#[tokio::test(start_paused = true)]
async fn a_call_brings_its_own_fault_in_a_header_only_where_that_is_allowed() {
    let body = at_once(sport_on("01900080208"));
    let call = |harness: &Harness, fault: &str| {
        let body = conax_tests::bodies::with(body.clone(), "token", json!(harness.token));
        let operation = conax_contract::crm::Operation::AddSubscriptions;
        Call::operation(operation, &body.to_string()).with_header("conax-sim-fault", fault)
    };
    let shut = HarnessBuilder::demo().open();
    let refused = shut.send(call(&shut, "f05")).await;
    assert!(refused.text.contains("--fault-header on"), "{}", refused.text);
    assert_eq!(shut.request_count(), HarnessBuilder::demo().open().request_count());
    let open = HarnessBuilder::demo().with(|settings| settings.fault_header = true).open();
    for (fault, state) in
        [("f05", "REJECTED"), ("{ do: { delay: 2s } }", "COMPLETED"), ("f35", "COMPLETED")]
    {
        let reply = open.send(call(&open, fault)).await;
        assert_eq!(reply.member("life_cycle_state"), state, "{fault}: {}", reply.text);
    }
    let wrong = open.send(call(&open, "f99")).await;
    assert!(wrong.code() != "OK" && wrong.text.contains("conax-sim-fault"), "{}", wrong.text);
    let reply = open.post("add_subscriptions", body.clone()).await;
    assert_eq!(reply.member("life_cycle_state"), "COMPLETED", "the others meet nothing");
    let soap = "<Envelope xmlns=\"http://schemas.xmlsoap.org/soap/envelope/\"><Body>\
                <GetActiveSubscriptions><CaClientId>01900080208</CaClientId></GetActiveSubscriptions>\
                </Body></Envelope>";
    let soap = Call::new("POST", "/", soap).with_header("conax-sim-fault", "f14");
    assert_eq!(open.conax(soap).await.0, 503);
}

#[tokio::test(start_paused = true)]
async fn metrics_count_calls_states_faults_and_drift() {
    let harness = HarnessBuilder::demo().open();
    add(&harness, "{ name: lost, preset: f05 }").await;
    add(&harness, "{ name: slow, do: { delay: 2s } }").await;
    let _ = harness.post("add_subscriptions", at_once(sport_on("01900080208"))).await;
    let page = harness.control("GET", "/v1/metrics", "").await.text;
    for line in [
        "conax_sim_exchanges_total{door=\"crm\",status=\"200\"} 1",
        "conax_sim_exchanges_total{door=\"cas\",status=\"none\"} 1",
        "conax_sim_provisioning_requests{state=\"rejected\"} 1",
        "conax_sim_fault_hits_total{rule=\"lost\"} 1",
        "conax_sim_fault_misses_total{rule=\"slow\"} 1",
        "conax_sim_conax_did{times=\"once\"} 1",
        "conax_sim_unknown_to_crm 1",
        "conax_sim_drift 1",
    ] {
        assert!(page.lines().any(|found| found == line), "{line}\n{page}");
    }
    // Every family has its help and type, and every name is one Prometheus takes.
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        let name = line.split(['{', ' ']).next().unwrap();
        assert!(page.contains(&format!("# TYPE {name} ")), "{name}");
    }
}

/// The rule is shown as it stands: what is shown can be written into a file.
#[tokio::test(start_paused = true)]
async fn a_rule_that_acts_again_is_not_shown_as_one_that_rests() {
    let harness = HarnessBuilder::demo().open();
    add(&harness, "{ name: pp, preset: f05, paused: true }").await;
    for (paused, shown) in [(false, Value::Null), (true, json!(true)), (false, Value::Null)] {
        let body = json!({ "paused": paused }).to_string();
        let rule = harness.control("PATCH", "/v1/faults/pp", &body).await.json;
        let status = if paused { "paused" } else { "active" };
        assert_eq!(rule["status"], status);
        assert_eq!(rule["rule"]["paused"], shown);
    }
}
