//! Random sequences of calls, runs and steps of the clock keep the laws C1 to C8.
//!
//! C1 to C3 are checked by the stage on every reply. The number of cases is small; set
//! `PROPTEST_CASES` for more.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use conax_contract::crm::Operation;
use conax_model::crm::{Priority, ProvisioningRequest, State};
use conax_model::time::SimTime;
use conax_sim::journal::Surface;
use conax_tests::bodies::{
    addition, at_once, given_pin, pairing, pin_reset, service_on_card, with,
};
use conax_tests::{Harness, HarnessBuilder};
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::test_runner::{Config, FileFailurePersistence, TestRunner};
use serde_json::{Value, json};

const CARDS: [&str; 3] = ["01900080208", "01900080209", "01900080210"];
const SERVICES: [(&str, &str); 3] = [("P1test", "P1test"), ("BASIC", "1111"), ("SPORT", "1002")];

/// One step of a sequence.
#[derive(Clone, Debug)]
enum Step {
    Call(Operation, Value),
    Run,
    Pass(Duration),
}

fn call() -> impl Strategy<Value = Step> {
    let operation = prop_oneof![
        4 => Just(Operation::AddSubscriptions),
        4 => Just(Operation::CancelSubscriptions),
        1 => Just(Operation::CreatePairing),
        1 => Just(Operation::AddToExistingPairing),
        1 => Just(Operation::ResetPinToDefaultValue),
        1 => Just(Operation::ResetPinToGivenValue),
    ];
    let when = prop_oneof![3 => Just(None), 1 => (-3600..3600_i64).prop_map(Some)];
    (operation, 0..3_usize, 0..3_usize, any::<bool>(), any::<u8>(), when).prop_map(
        |(operation, card, service, express, dice, when)| {
            let mut body = body(operation, CARDS[card], CARDS[(card + 1) % 3], SERVICES[service].0);
            if express {
                body = with(body, "priority", json!("EXPRESS"));
            }
            if dice < 50 {
                body = at_once(body);
            }
            if let Some(seconds) = when {
                body = with(body, "scheduled_date", json!(seconds));
            }
            Step::Call(operation, body)
        },
    )
}

fn body(operation: Operation, card: &str, other: &str, service: &str) -> Value {
    match operation {
        Operation::CreatePairing => pairing(&[card, other], &["3012345601"]),
        Operation::AddToExistingPairing => addition(card, &["3012345601"]),
        Operation::ResetPinToDefaultValue => pin_reset("S60600", card),
        Operation::ResetPinToGivenValue => given_pin("S60600", card, "4711"),
        _ => service_on_card("S60600", service, card),
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => call(),
        2 => Just(Step::Run),
        2 => (1..2000_u64).prop_map(|seconds| Step::Pass(Duration::from_secs(seconds))),
    ];
    proptest::collection::vec(step, 1..40)
}

/// What is known of the simulator while a sequence runs.
#[derive(Default)]
struct Watch {
    exchange: u64,
    ids: BTreeSet<String>,
    last_number: u64,
    /// Products active on each card, by the book's own account.
    active: BTreeMap<(String, String), bool>,
}

impl Watch {
    /// C6: numbers increase, ids are new.
    fn created(&mut self, id: String, number: &str) {
        let number = number.parse().unwrap();
        assert!(number > self.last_number, "number {number} after {}", self.last_number);
        self.last_number = number;
        assert!(id.len() == 32 && self.ids.insert(id));
    }

    /// The requests that were sent since the last look, in order.
    fn sent(&mut self, harness: &Harness) -> Vec<ProvisioningRequest> {
        let is_new =
            |exchange: &conax_sim::journal::Exchange| exchange.surface == Surface::Dispatch;
        let excerpt = harness.shared.journal.excerpt(self.exchange, usize::MAX, is_new);
        self.exchange = excerpt.exchanges.last().map_or(self.exchange, |last| last.number);
        let side = harness.shared.crm();
        let numbers = excerpt.exchanges.iter().map(|one| one.subject.request_number.unwrap());
        numbers
            .map(|number| ProvisioningRequest::clone(side.book.by_number(number).unwrap()))
            .collect()
    }

    /// The reference fold: what the accepted requests, in their order, make of the cards.
    fn fold(&mut self, row: &ProvisioningRequest) {
        let State::Completed { .. } = row.state else {
            return;
        };
        let text = row.request.as_deref().unwrap_or_default();
        for card in CARDS {
            if let Some(product) = text.strip_prefix(card) {
                let key = (card.to_owned(), product.to_owned());
                match row.kind.to_owned() {
                    conax_model::command::CommandKind::AddSubscriptions => {
                        self.active.insert(key, true);
                    }
                    conax_model::command::CommandKind::CancelSubscriptions => {
                        self.active.insert(key, false);
                    }
                    _ => {}
                }
            }
        }
    }

    fn active_on(&self, card: &str) -> String {
        let active = self.active.iter().filter(|(key, active)| key.0 == card && **active);
        active.map(|(key, _)| key.1.clone()).collect::<Vec<_>>().join(" ")
    }
}

/// C5 for everything, C7 and C8 for what one run sent. With several workers an EXPRESS may have to
/// wait for one of its cards, and then holds back nobody: C8 is looked at where one sends alone.
fn check_run(sent: &[ProvisioningRequest], worker_count: usize) {
    for (place, row) in sent.iter().enumerate() {
        assert!(row.executed >= Some(row.scheduled.min(SimTime::MAX)), "C5: {row:?}");
        for earlier in &sent[..place] {
            let same_card = row.lanes().any(|lane| earlier.lanes().any(|other| other == lane));
            let turn = |row: &ProvisioningRequest| (row.became_due(), row.number);
            let in_order = turn(earlier) < turn(row);
            assert!(
                !same_card || earlier.priority != row.priority || in_order,
                "C7: {:?} was sent before {:?}",
                earlier.number,
                row.number
            );
            let overtakes = earlier.priority == Priority::Regular
                && row.priority == Priority::Express
                && earlier.scheduled >= row.scheduled
                && worker_count == 1;
            assert!(!overtakes, "C8: {:?} overtook {:?}", earlier.number, row.number);
        }
    }
}

async fn play(steps: &[Step], worker_count: usize) {
    let harness = HarnessBuilder::demo()
        .with(|settings| settings.dispatch.worker_count = worker_count)
        .open();
    let mut watch = Watch {
        active: [(("01900080209", "1002"), true), (("01900080209", "P1test"), true)]
            .map(|((card, product), active)| ((card.to_owned(), product.to_owned()), active))
            .into(),
        ..Watch::default()
    };
    for step in steps {
        match step {
            Step::Pass(time) => harness.passes(*time).await,
            Step::Run => {
                harness.run().await;
                let sent = watch.sent(&harness);
                check_run(&sent, worker_count);
                sent.iter().for_each(|row| watch.fold(row));
            }
            Step::Call(operation, body) => {
                let reply = harness.post(operation.name(), dated(body, harness.now())).await;
                watch.created(reply.id(), &reply.number());
                let sent = watch.sent(&harness);
                assert_eq!(sent.len(), usize::from(reply.member("process_immediately") == "1"));
                sent.iter().for_each(|row| watch.fold(row));
            }
        }
        for card in CARDS {
            assert_eq!(harness.active(card), watch.active_on(card), "the fold of {card}");
        }
    }
    // Everything settles in the end, and every printed request is checked once more.
    harness.passes(Duration::from_secs(4000)).await;
    harness.run().await;
    check_run(&watch.sent(&harness), worker_count);
    assert_eq!(harness.numbers("life_cycle_state=PENDING").await, "3702 3704 3921");
    for state in ["COMPLETED", "REJECTED"] {
        let _ = harness.list(&format!("life_cycle_state={state}")).await;
    }
    assert_eq!(harness.shared.crm().book.queue_length().in_flight, 0);
}

/// The date of a step is told in seconds from now.
fn dated(body: &Value, now: SimTime) -> Value {
    let Some(seconds) = body["scheduled_date"].as_i64() else {
        return body.clone();
    };
    let at = SimTime::from_millis(now.millis() + seconds * 1000).calendar();
    with(body.clone(), "scheduled_date", json!(at.format("%Y-%m-%dT%H:%M:%S").to_string()))
}

fn config() -> Config {
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let cases = if asked { Config::default().cases } else { 24 };
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/it/regressions/sequences.txt");
    Config {
        cases,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(path))),
        ..Config::default()
    }
}

#[test]
fn any_sequence_keeps_the_laws() {
    let mut runner = TestRunner::new(config());
    let result = runner.run(&(steps(), 1..6_usize), |(steps, worker_count)| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(play(&steps, worker_count));
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}
