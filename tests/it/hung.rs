//! A command that hangs: what goes on beside it, and what waits.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use conax_sim::dispatch::run_once;
use conax_tests::bodies::{at_once, sport_on};
use conax_tests::{HarnessBuilder, PATIENCE, ScriptedConax};
use tokio::net::TcpStream;

const ANSWER: &str = "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body>\
    <R><TransactionStatus><StatusCode>OK</StatusCode><TransactionId>t-1</TransactionId>\
    </TransactionStatus></R></e:Body></e:Envelope>";

pub(crate) async fn accept(stream: TcpStream) {
    ScriptedConax::answer(stream, "200 OK", ANSWER).await;
}

pub(crate) async fn in_time<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("an end in time")
}

#[tokio::test]
async fn a_command_that_hangs_holds_up_its_own_run_and_not_the_next_one() {
    let conax = ScriptedConax::listen().await;
    let harness = HarnessBuilder::demo().open_before(conax.address()).await;
    let _ = harness.post("add_subscriptions", sport_on("01900080208")).await;
    let shared = Arc::clone(&harness.shared);
    let first_run = tokio::spawn(async move { run_once(&shared).await });
    let (hanging, _) = conax.command().await;

    let _ = harness.post("add_subscriptions", sport_on("01900080209")).await;
    let answered = async {
        let (stream, command) = conax.command().await;
        assert!(command.contains("01900080209"), "{command}");
        accept(stream).await;
    };
    let (second_run, ()) =
        in_time(async { tokio::join!(run_once(&harness.shared), answered) }).await;
    assert_eq!((second_run.number, second_run.completed_count), (2, 1));
    assert_eq!(harness.state("4050").await, "PENDING");

    accept(hanging).await;
    let first_run = in_time(first_run).await.expect("a run does not panic");
    assert_eq!((first_run.number, first_run.completed_count), (1, 1));
    assert_eq!(harness.state("4050").await, "COMPLETED");
}

#[tokio::test]
async fn what_follows_on_the_card_of_a_hanging_command_is_sent_by_the_run_that_sent_it() {
    let conax = ScriptedConax::listen().await;
    let harness = HarnessBuilder::demo().open_before(conax.address()).await;
    for _ in 0..3 {
        let _ = harness.post("add_subscriptions", sport_on("01900080208")).await;
    }
    let answers = async {
        for _ in 0..3 {
            let (stream, _) = conax.command().await;
            accept(stream).await;
        }
    };
    let (run, ()) = in_time(async { tokio::join!(run_once(&harness.shared), answers) }).await;
    assert_eq!(run.completed_count, 3);
}

#[tokio::test]
async fn calls_that_wait_for_their_card_do_not_hold_up_a_run() {
    let conax = ScriptedConax::listen().await;
    let harness = HarnessBuilder::demo().open_before(conax.address()).await;
    let body = at_once(sport_on("01900080208"));
    let mut first = pin!(harness.post("add_subscriptions", body.clone()));
    let hanging = tokio::select! {
        reply = &mut first => panic!("answered too early: {}", reply.text),
        (stream, _) = conax.command() => stream,
    };
    let mut second = pin!(harness.post("add_subscriptions", body));
    let run = async {
        let answered = async {
            let (stream, _) = conax.command().await;
            accept(stream).await;
        };
        let _ = harness.post("add_subscriptions", sport_on("01900080209")).await;
        let (run, ()) = tokio::join!(run_once(&harness.shared), answered);
        run
    };
    let run = tokio::select! {
        reply = &mut second => panic!("sent beside the first: {}", reply.text),
        run = in_time(run) => run,
    };
    assert_eq!(run.completed_count, 1);
    accept(hanging).await;
    let last = async {
        let (stream, _) = conax.command().await;
        accept(stream).await;
    };
    let (first, second, ()) = in_time(async { tokio::join!(first, second, last) }).await;
    for reply in [first, second] {
        assert_eq!(reply.member("life_cycle_state"), "COMPLETED");
    }
}

#[tokio::test]
async fn an_instance_that_closes_sends_nothing_more_and_says_what_is_pending() {
    let conax = ScriptedConax::listen().await;
    let harness = HarnessBuilder::demo().open_before(conax.address()).await;
    let body = at_once(sport_on("01900080208"));
    let mut first = pin!(harness.post("add_subscriptions", body.clone()));
    let hanging = tokio::select! {
        reply = &mut first => panic!("answered too early: {}", reply.text),
        (stream, _) = conax.command() => stream,
    };
    let closing = async {
        harness.shared.closing.store(true, Ordering::Relaxed);
        accept(hanging).await;
    };
    let second = harness.post("add_subscriptions", body);
    let (second, first, ()) = in_time(async { tokio::join!(second, first, closing) }).await;
    assert_eq!(first.member("life_cycle_state"), "COMPLETED");
    assert_eq!(second.member("life_cycle_state"), "PENDING");
    assert_eq!(run_once(&harness.shared).await.completed_count, 0);
}

#[tokio::test]
async fn a_world_that_is_reset_waits_for_what_is_on_its_way() {
    let conax = ScriptedConax::listen().await;
    let harness = HarnessBuilder::demo().open_before(conax.address()).await;
    let mut call = pin!(harness.post("add_subscriptions", at_once(sport_on("01900080208"))));
    let hanging = tokio::select! {
        reply = &mut call => panic!("answered too early: {}", reply.text),
        (stream, _) = conax.command() => stream,
    };
    let answered = async {
        accept(hanging).await;
        call.await
    };
    // A reset that did not wait would leave the call without a settlement: pending.
    let (reset, reply) =
        in_time(async { tokio::join!(harness.shared.reset_world(), answered) }).await;
    reset.expect("the world was brought to life before");
    assert_eq!(reply.member("life_cycle_state"), "COMPLETED");
    assert_eq!(harness.shared.crm().book.all().count(), 4);
}
