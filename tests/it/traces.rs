//! W3C Trace Context: a trace that comes with a call goes on with its command.

use conax_contract::crm::Operation;
use conax_tests::bodies::{at_once, sport_on};
use conax_tests::{Call, Harness, HarnessBuilder, PATIENCE, ScriptedConax};
use serde_json::Value;

use crate::snapshots::{file_of, one_worker, restore_file};

const TOKEN: &str = "04FFBB37FED475A778F122709CBAC1D5";
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn order(body: &Value, headers: &[(&str, &str)]) -> Call {
    let mut body = body.clone();
    body["token"] = TOKEN.into();
    let call = Call::operation(Operation::AddSubscriptions, &body.to_string());
    headers.iter().fold(call, |call, (name, value)| call.with_header(name, value))
}

/// What the journal says of the traces at each API, in order.
async fn traces(harness: &Harness) -> Vec<(String, Option<String>)> {
    let journal = harness.control("GET", "/v1/journal", "").await.json;
    let exchanges = journal["exchanges"].as_array().cloned().unwrap_or_default();
    let seen = exchanges.iter().filter(|one| one["door"] != "control").map(|one| {
        let text = |name: &str| one[name].as_str().map(str::to_owned);
        (text("door").unwrap_or_default(), text("traceparent"))
    });
    seen.collect()
}

#[tokio::test]
async fn a_trace_goes_on_with_the_command_and_the_same_seed_gives_the_same_spans() {
    let mut told = Vec::new();
    for _ in 0..2 {
        let harness = HarnessBuilder::demo().open();
        let body = sport_on("01900080208");
        let reply = harness.send(order(&body, &[("traceparent", PARENT)])).await;
        harness.run().await;
        let seen = traces(&harness).await;
        let why = format!("/v1/requests/{}/why", reply.number());
        let why = harness.control("GET", &why, "").await.json;
        assert_eq!(why["traceparent"], PARENT);
        told.push(seen);
    }
    assert_eq!(told[0], told[1]);
    let [(crm, call), (cas, arrived), (dispatch, sent)] = told[0].as_slice() else {
        panic!("{told:?}");
    };
    assert_eq!([crm, cas, dispatch], ["crm", "cas", "dispatch"]);
    assert_eq!(call.as_deref(), Some(PARENT));
    let sent = sent.as_deref().unwrap_or_default();
    assert_eq!(arrived.as_deref(), Some(sent));
    assert!(sent.starts_with(&format!("00-{TRACE}-")) && sent.ends_with("-01"), "{sent}");
    assert_ne!(sent, PARENT);
}

#[tokio::test]
async fn without_a_trace_or_with_a_wrong_one_or_two_there_is_none() {
    let wrong = PARENT.to_uppercase();
    let cases: [&[(&str, &str)]; 4] = [
        &[],
        &[("traceparent", &wrong)],
        &[("traceparent", PARENT), ("traceparent", PARENT)],
        &[("tracestate", "a=1")],
    ];
    for headers in cases {
        let harness = HarnessBuilder::demo().open();
        let body = sport_on("01900080208");
        let reply = harness.send(order(&body, headers)).await;
        harness.run().await;
        assert!(traces(&harness).await.iter().all(|(_, trace)| trace.is_none()), "{headers:?}");
        let why = format!("/v1/requests/{}/why", reply.number());
        assert_eq!(harness.control("GET", &why, "").await.json["traceparent"], Value::Null);
    }
}

#[tokio::test]
async fn another_head_end_is_told_the_trace_and_its_state() {
    let conax = ScriptedConax::listen().await;
    let harness = HarnessBuilder::demo().open_before(conax.address()).await;
    let body = at_once(sport_on("01900080208"));
    let headers = [("traceparent", PARENT), ("tracestate", "a=1"), ("tracestate", "b@c=2")];
    let (_, command) =
        tokio::join!(tokio::time::timeout(PATIENCE, harness.send(order(&body, &headers))), async {
            let (_stream, command) = conax.command().await;
            command.to_lowercase()
        });
    assert!(command.contains(&format!("traceparent: 00-{TRACE}-")), "{command}");
    assert!(command.contains("tracestate: a=1,b@c=2\r\n"), "{command}");
}

#[tokio::test]
async fn a_snapshot_file_holds_the_traces_of_its_requests() {
    let harness = one_worker().open();
    let body = sport_on("01900080208");
    let reply = harness.send(order(&body, &[("traceparent", PARENT)])).await;
    harness.send(order(&sport_on("01900080209"), &[])).await;
    let file = file_of(&harness).await;
    harness.run().await;
    let before = traces(&harness).await;
    harness.control("POST", "/v1/worlds/demo/reset", "{}").await;
    restore_file(&harness, &file).await;
    harness.forget();
    harness.run().await;
    let why = format!("/v1/requests/{}/why", reply.number());
    assert_eq!(harness.control("GET", &why, "").await.json["traceparent"], PARENT);
    let sent = |traces: &[(String, Option<String>)]| -> Vec<Option<String>> {
        let sent = traces.iter().filter(|(door, _)| door == "dispatch");
        sent.map(|(_, trace)| trace.clone()).collect()
    };
    let (before, after) = (sent(&before), sent(&traces(&harness).await));
    assert_eq!(before[..], after[after.len() - 2..], "the same exchanges have the same spans");
}
