//! Callers that hang up and worlds that are replaced while a command is on its way.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use conax_contract::crm::RefusalCode;
use conax_sim::dispatch::run_once;
use conax_tests::bodies::{at_once, sport_on};
use conax_tests::{Call, Harness, HarnessBuilder, PATIENCE, ScriptedConax};
use serde_json::json;

const ANSWER: &str = "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body>\
    <R><TransactionStatus><StatusCode>OK</StatusCode><TransactionId>t-1</TransactionId>\
    </TransactionStatus></R></e:Body></e:Envelope>";

/// Begins a call and hangs up at the first wait.
fn begin_and_drop(call: impl Future) {
    let mut call = pin!(call);
    let polled = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(polled, Poll::Pending), "the call was already answered");
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_hangs_up_loses_nothing() {
    let harness = HarnessBuilder::demo().open();
    begin_and_drop(harness.post("add_subscriptions", at_once(sport_on("01900080208"))));
    assert_eq!(harness.request_count(), 5);
    harness.settles().await;
    let shown = harness.show("4050").await;
    assert_eq!(shown.member("life_cycle_state"), "COMPLETED");
    assert_eq!(harness.active("01900080208"), "1002");
    assert_eq!(harness.shared.crm().book.queue_length().in_flight, 0);
}

#[tokio::test(start_paused = true)]
async fn who_hangs_up_while_a_run_is_made_does_not_stop_it() {
    let harness = HarnessBuilder::demo().open();
    for card in ["01900080208", "01900080209", "01900080210"] {
        let _ = harness.post("add_subscriptions", sport_on(card)).await;
    }
    begin_and_drop(harness.control("POST", "/v1/runs", ""));
    harness.settles().await;
    assert_eq!(harness.numbers("life_cycle_state=COMPLETED").await, "4049 4050 4051 4052");
}

/// Waits until nothing is on its way any more.
async fn arrived(harness: &Harness) {
    let wait = async {
        loop {
            let settled = harness.shared.settled.listen();
            if harness.shared.crm().book.queue_length().in_flight == 0 {
                return;
            }
            settled.heard().await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap();
}

#[tokio::test]
async fn a_caller_that_hangs_up_while_the_command_is_on_its_way_loses_nothing() {
    let conax = ScriptedConax::listen().await;
    let harness = HarnessBuilder::demo().open_before(conax.address()).await;
    let (stream, command) = {
        let call = pin!(harness.post("add_subscriptions", at_once(sport_on("01900080208"))));
        let command = pin!(conax.command());
        tokio::select! {
            reply = call => panic!("answered too early: {}", reply.text),
            command = command => command,
        }
    };
    assert!(command.contains("01900080208"));
    assert_eq!(harness.state("4050").await, "PENDING");
    ScriptedConax::answer(stream, "200 OK", ANSWER).await;
    arrived(&harness).await;
    assert_eq!(harness.show("4050").await.member("reference_number"), "t-1");
}

#[tokio::test]
async fn a_world_that_is_reset_while_a_command_is_on_its_way_hears_nothing_of_it() {
    let conax = ScriptedConax::listen().await;
    let harness = HarnessBuilder::demo().open_before(conax.address()).await;
    let _ = harness.post("add_subscriptions", sport_on("01900080208")).await;
    let shared = Arc::clone(&harness.shared);
    let run = tokio::spawn(async move { run_once(&shared).await });
    let (stream, _) = conax.command().await;

    let reset = harness.control("POST", "/v1/worlds/demo/reset", "").await;
    assert_eq!(reset.http_status, 200, "{}", reset.text);
    harness.forget();
    let reused = harness.post("add_subscriptions", sport_on("01900080209")).await;
    assert_eq!(reused.number(), "4050", "numbers begin anew");

    ScriptedConax::answer(stream, "200 OK", ANSWER).await;
    let report = tokio::time::timeout(PATIENCE, run).await.unwrap().unwrap();
    assert_eq!((report.completed_count, report.rejected_count), (0, 0));
    assert_eq!(harness.state("4050").await, "PENDING");
    assert_eq!(harness.numbers("life_cycle_state=COMPLETED").await, "4049");

    // The new world is not held up by the old command.
    let shared = Arc::clone(&harness.shared);
    let run = tokio::spawn(async move { run_once(&shared).await });
    let (stream, command) = conax.command().await;
    assert!(command.contains("01900080209"));
    ScriptedConax::answer(stream, "200 OK", ANSWER).await;
    assert_eq!(run.await.unwrap().completed_count, 1);
}

#[tokio::test]
async fn a_caller_whose_world_is_reset_is_refused_for_its_request_is_no_more() {
    let conax = ScriptedConax::listen().await;
    let harness = HarnessBuilder::demo().open_before(conax.address()).await;
    let call = harness.post("add_subscriptions", at_once(sport_on("01900080208")));
    let meanwhile = async {
        let (stream, _) = conax.command().await;
        harness.control("POST", "/v1/worlds/demo/reset", "").await;
        ScriptedConax::answer(stream, "200 OK", ANSWER).await;
    };
    let (reply, ()) = tokio::join!(call, meanwhile);
    let message = reply.refused(RefusalCode::Unavailable);
    assert!(message.starts_with("The world was replaced during this call"), "{message}");
    harness.forget();
    assert_eq!(harness.request_count(), 4);
    assert_eq!(harness.shared.crm().book.queue_length().in_flight, 0);
}

/// It stays a second for what is on its way; what takes longer ends nowhere.
#[tokio::test(start_paused = true)]
async fn a_caller_whose_world_is_removed_is_not_told_of_a_request_that_is_no_more() {
    let harness = HarnessBuilder::demo().open();
    let beside = harness.beside("suite").await;
    let rule = "{ do: { delay: 60s }, at: after-apply }";
    let put = beside.control("POST", "/v1/faults?world=suite", rule).await;
    assert_eq!(put.http_status, 201, "{}", put.text);
    let body = at_once(sport_on("01900080208"));
    let first = beside.post("add_subscriptions", body.clone());
    let second = async {
        beside.settles().await;
        beside.post("add_subscriptions", body.clone()).await
    };
    let removal = async {
        harness.settles().await;
        harness.settles().await;
        let removed = harness.control("DELETE", "/v1/worlds/suite", "").await;
        assert_eq!(removed.http_status, 200);
    };
    let (first, second, ()) = tokio::join!(first, second, removal);
    for reply in [first, second] {
        let message = reply.refused(RefusalCode::Unavailable);
        assert!(message.starts_with("The world was removed during this call"), "{message}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_reset_instance_gives_the_same_answers_again() {
    let harness = HarnessBuilder::demo().open();
    let mut rounds = Vec::new();
    for _ in 0..2 {
        let mut round = Vec::new();
        for card in ["01900080208", "01900080209"] {
            let reply = harness.post("add_subscriptions", at_once(sport_on(card))).await;
            round.push(reply.text);
        }
        rounds.push(round);
        harness.control("POST", "/v1/worlds/demo/reset", "").await;
        harness.forget();
    }
    assert_eq!(rounds[0], rounds[1]);
}

#[tokio::test(start_paused = true)]
async fn an_instance_with_the_same_seed_gives_the_same_bytes() {
    let mut texts = Vec::new();
    for _ in 0..2 {
        let harness = HarnessBuilder::demo().open();
        let login =
            json!({ "username": "mpadministrator", "password": "1234", "organisation": "CRMDEMO" });
        let call = Call::new("POST", "/authentication/token", login.to_string());
        let mut text = harness.send(call).await.text;
        text += &harness.post("add_subscriptions", at_once(sport_on("01900080208"))).await.text;
        harness.run().await;
        text += &harness.get("list", "type=ADD_SUBSCRIPTIONS").await.text;
        texts.push(text);
    }
    assert_eq!(texts[0], texts[1]);
}
