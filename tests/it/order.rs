//! Processing runs: what is sent, when, and in which order.

use std::time::Duration;

use conax_sim::journal::Surface;
use conax_tests::bodies::{at_once, service_on_card, sport_on, with};
use conax_tests::{Harness, HarnessBuilder, ScriptedConax};
use serde_json::{Value, json};

const ANSWER: &str = "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body>\
    <R><TransactionStatus><StatusCode>OK</StatusCode><TransactionId>38a4254b-6663-4cb5-9764-\
    e2a292264515</TransactionId></TransactionStatus></R></e:Body></e:Envelope>";

fn express(body: Value) -> Value {
    with(body, "priority", json!("EXPRESS"))
}

fn due(body: Value, date: &str) -> Value {
    with(body, "scheduled_date", json!(date))
}

fn alone(harness_builder: HarnessBuilder) -> Harness {
    harness_builder.with(|settings| settings.dispatch.worker_count = 1).open()
}

/// The numbers of the requests in the order they were sent.
fn sent(harness: &Harness) -> String {
    let excerpt = harness
        .shared
        .journal
        .excerpt(0, usize::MAX, |exchange| exchange.surface == Surface::Dispatch);
    let numbers = excerpt.exchanges.iter().filter_map(|exchange| exchange.subject.request_number);
    numbers.map(|number| number.to_string()).collect::<Vec<_>>().join(" ")
}

async fn add(harness: &Harness, body: Value) -> String {
    harness.post("add_subscriptions", body).await.number()
}

#[tokio::test(start_paused = true)]
async fn a_run_sends_what_is_due_and_leaves_the_rest() {
    let harness = HarnessBuilder::demo().open();
    let now = add(&harness, sport_on("01900080208")).await;
    let later = add(&harness, due(sport_on("01900080209"), "2014-09-24T16:00:00")).await;
    let past = add(&harness, due(sport_on("01900080210"), "2001-01-01T00:00:00")).await;
    assert_eq!(harness.run().await.completed_count, 2);
    assert_eq!(harness.state(&now).await, "COMPLETED");
    assert_eq!(harness.state(&past).await, "COMPLETED");
    harness.passes(Duration::from_millis(3_599_999)).await;
    assert_eq!(harness.run().await.completed_count, 0);
    assert_eq!(harness.state(&later).await, "PENDING");
    harness.passes(Duration::from_millis(1)).await;
    assert_eq!(harness.run().await.completed_count, 1);
    assert_eq!(harness.show(&later).await.member("executed_date"), "2014-09-24T16:00:00");
}

#[tokio::test(start_paused = true)]
async fn a_run_without_anything_due_says_so_and_runs_are_counted() {
    let harness = HarnessBuilder::demo().open();
    for number in 1..4 {
        let report = harness.run().await;
        assert_eq!((report.number, report.completed_count), (number, 0));
    }
    assert_eq!(sent(&harness), "");
}

#[tokio::test(start_paused = true)]
async fn express_is_sent_before_regular() {
    let harness = alone(HarnessBuilder::demo());
    add(&harness, sport_on("01900080208")).await;
    add(&harness, service_on_card("S60600", "BASIC", "01900080208")).await;
    add(&harness, express(sport_on("01900080209"))).await;
    add(&harness, express(service_on_card("S60600", "BASIC", "01900080208"))).await;
    harness.run().await;
    assert_eq!(sent(&harness), "4052 4053 4050 4051");
}

#[tokio::test(start_paused = true)]
async fn of_one_priority_the_earlier_due_is_sent_first_and_then_the_earlier_created() {
    let harness = alone(HarnessBuilder::demo());
    add(&harness, due(sport_on("01900080208"), "2014-09-24T14:00:00")).await;
    add(&harness, due(sport_on("01900080209"), "2014-09-24T13:00:00")).await;
    add(&harness, due(sport_on("01900080210"), "2014-09-24T14:00:00")).await;
    harness.run().await;
    assert_eq!(sent(&harness), "4051 4050 4052");
}

#[tokio::test(start_paused = true)]
async fn requests_of_one_card_are_sent_in_order_of_their_creation_whatever_their_dates() {
    for worker_count in [1, 2, 4, 16] {
        let harness = HarnessBuilder::demo()
            .with(|settings| settings.dispatch.worker_count = worker_count)
            .open();
        let cards = ["01900080208", "01900080209", "01900080210"];
        for step in 0..12 {
            let operation = ["add_subscriptions", "cancel_subscriptions"][step % 2];
            // Due in reverse: a later request of the card is due earlier.
            let date = format!("2014-09-24T{:02}:00:00", 14 - step);
            let _ = harness.post(operation, due(sport_on(cards[step % 3]), &date)).await;
        }
        assert_eq!(harness.run().await.completed_count, 12);
        let sent = sent(&harness);
        for first in 0..3 {
            let numbers: Vec<usize> = sent
                .split(' ')
                .map(|number| number.parse().unwrap())
                .filter(|number| (number - 4050) % 3 == first)
                .collect();
            assert!(numbers.is_sorted(), "{worker_count} workers: {sent}");
        }
        // Each card ends as its own last request says; the second one began with P1test.
        assert_eq!(cards.map(|card| harness.active(card)), ["", "1002 P1test", ""]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_run_sends_the_orders_of_a_card_as_runs_in_time_would_have() {
    for runs_in_time in [true, false] {
        let harness = HarnessBuilder::demo().open();
        let order = |date| due(sport_on("01900080208"), date);
        let _ = harness.post("add_subscriptions", order("2014-09-24T15:05:00")).await;
        let _ = harness.post("cancel_subscriptions", order("2014-09-24T15:01:00")).await;
        for _ in 0..6 {
            harness.passes(Duration::from_mins(1)).await;
            if runs_in_time {
                harness.run().await;
            }
        }
        harness.run().await;
        assert_eq!(sent(&harness), "4051 4050");
        assert_eq!(harness.active("01900080208"), "1002");
    }
}

/// Runs that are made while the first order, an EXPRESS of its card behind it, gets no answer.
#[tokio::test(start_paused = true)]
async fn an_express_behind_a_silent_order_of_its_card_holds_back_nobody() {
    let harness = HarnessBuilder::demo().with(|settings| settings.dispatch.worker_count = 4).open();
    harness.fault("{ preset: f04, when: { card: \"01900080208\" }, times: 1 }");
    add(&harness, sport_on("01900080208")).await;
    let shared = std::sync::Arc::clone(&harness.shared);
    let silent = tokio::spawn(async move { conax_sim::dispatch::run_once(&shared).await });
    harness.settles().await;
    let express = add(&harness, express(sport_on("01900080208"))).await;
    let other = add(&harness, sport_on("01900080209")).await;
    assert_eq!(harness.run().await.completed_count, 1);
    assert_eq!(harness.state(&other).await, "COMPLETED");
    assert_eq!(harness.state(&express).await, "PENDING");
    // The run that sent the silent one goes on behind it.
    silent.await.unwrap();
    assert_eq!(harness.state(&express).await, "PENDING");
    harness.run().await;
    assert_eq!(harness.state(&express).await, "COMPLETED");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_waits_anyway_sends_what_others_have_made_room_for() {
    let harness = HarnessBuilder::demo().with(|settings| settings.dispatch.worker_count = 2).open();
    harness.fault("{ preset: f04, when: { card: \"01900080208\" }, times: 1 }");
    harness.fault("{ do: { delay: 20s }, when: { card: \"01900080209\" }, times: 1 }");
    add(&harness, sport_on("01900080208")).await;
    let behind = add(&harness, sport_on("01900080209")).await;
    let call = harness.post("add_subscriptions", at_once(sport_on("01900080209")));
    let shared = std::sync::Arc::clone(&harness.shared);
    let run = tokio::spawn(async move {
        shared.clock.sleep(Duration::from_millis(5)).await;
        conax_sim::dispatch::run_once(&shared).await
    });
    let _ = call.await;
    harness.settles().await;
    harness.passes(Duration::from_millis(1)).await;
    harness.settles().await;
    assert_eq!(harness.state(&behind).await, "COMPLETED");
    assert!(!run.is_finished(), "the silent one has not ended");
}

#[tokio::test(start_paused = true)]
async fn what_was_created_while_pending_opposites_wait_is_kept_in_order() {
    let harness = HarnessBuilder::demo().open();
    // Shown: the documented cancel was still pending when the add for the same card was made.
    let _ = harness.post("cancel_subscriptions", sport_on("01900080209")).await;
    let _ = harness.post("add_subscriptions", sport_on("01900080209")).await;
    harness.run().await;
    assert_eq!(harness.active("01900080209"), "1002 P1test");
    let _ = harness.post("add_subscriptions", sport_on("01900080209")).await;
    let _ = harness.post("cancel_subscriptions", sport_on("01900080209")).await;
    harness.run().await;
    assert_eq!(harness.active("01900080209"), "P1test");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_sent_at_once_overtakes_what_waits_for_a_run() {
    let harness = HarnessBuilder::demo().open();
    let waiting = add(&harness, express(sport_on("01900080208"))).await;
    let urgent = add(&harness, at_once(service_on_card("S60600", "BASIC", "01900080208"))).await;
    assert_eq!(harness.state(&waiting).await, "PENDING");
    harness.run().await;
    assert_eq!(sent(&harness), format!("{urgent} {waiting}"));
}

#[tokio::test(start_paused = true)]
async fn held_records_are_left_alone() {
    let harness = HarnessBuilder::demo().open();
    harness.passes(Duration::from_secs(86_400)).await;
    harness.run().await;
    assert_eq!(harness.numbers("life_cycle_state=PENDING").await, "3702 3704 3921");
    assert_eq!(harness.transactions(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn two_runs_at_a_time_send_nothing_twice() {
    let harness = HarnessBuilder::demo().open();
    for card in ["01900080208", "01900080209", "01900080210"] {
        add(&harness, sport_on(card)).await;
    }
    let (first, second) = tokio::join!(harness.run(), harness.run());
    assert_eq!(first.completed_count + second.completed_count, 3);
    assert_eq!(harness.transactions().len(), 3);
    assert_ne!(first.number, second.number);
}

#[tokio::test]
async fn a_card_has_one_command_on_its_way_at_a_time_and_other_cards_do_not_wait() {
    let conax = ScriptedConax::listen().await;
    let harness = HarnessBuilder::demo().open_before(conax.address()).await;
    for card in ["01900080208", "01900080208", "01900080209"] {
        add(&harness, sport_on(card)).await;
    }
    let shared = std::sync::Arc::clone(&harness.shared);
    let run = tokio::spawn(async move { conax_sim::dispatch::run_once(&shared).await });
    let (first, first_text) = conax.command().await;
    let (second, second_text) = conax.command().await;
    // Both cards are busy now, and the third request waits for its card.
    assert_ne!(
        first_text.contains("01900080208"),
        second_text.contains("01900080208"),
        "two commands of one card on their way"
    );
    assert_eq!(harness.shared.crm().book.queue_length().in_flight, 2);
    ScriptedConax::answer(first, "200 OK", ANSWER).await;
    ScriptedConax::answer(second, "200 OK", ANSWER).await;
    let (third, third_text) = conax.command().await;
    assert!(third_text.contains("01900080208"), "{third_text}");
    ScriptedConax::answer(third, "200 OK", ANSWER).await;
    assert_eq!(run.await.unwrap().completed_count, 3);
}
