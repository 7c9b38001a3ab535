//! The ledger of very many requests under every fault of the catalogue: its totals are those of
//! somebody who counts for himself, and what it holds of a finished request is small.
//!
//! Every order goes the whole way: API, book, dispatcher, fault plan, Conax's state, and back.
//! `CONAX_SIM_LEDGER_REQUESTS` says how many there are; from 500,000 on the memory is held to its bar.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "how many and how large: asked and told outside of what is tested"
)]

use std::alloc::System;
use std::sync::Arc;
use std::time::Duration;

use conax_contract::fault::{PRESETS, WrittenRule};
use conax_model::entropy::{Dice, Seed};
use conax_model::ledger::Ledger;
use conax_sim::Simulator;
use conax_sim::dispatch::run_once;
use conax_sim::shared::Shared;
use conax_sim::simulator::http::{Request, header};
use conax_sim::simulator::{Api, Totals};
use serde::Deserialize;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use count::{Count, Told};
use orders::{HOUSEHOLDS, Order, STRANGER, SUBSCRIPTION};

mod count;
mod orders;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Bytes the ledger may hold of a finished request.
const BAR: f64 = 96.0;
/// What an allocator needs for each of its pieces besides what was asked for.
const OF_A_PIECE: f64 = 16.0;
/// Lines of each side that the ledger keeps.
const LIMIT: usize = 1_000;
/// Requests that are sent again because the CRM went back to a snapshot, each time.
const SENT_AGAIN: usize = 32;
/// How often it does.
const GOES_BACK: usize = 25;

/// Where the API is, and a token of the demo world that is good for ever.
const PATH: &str = "/conax_web_services/provisioning_requests";
const TOKEN: &str = "04FFBB37FED475A778F122709CBAC1D5";

/// An answer of the API that says OK.
#[derive(Deserialize)]
struct Answer {
    data: Told,
}

/// A simulator under a storm, and who counts.
struct Storm {
    simulator: Simulator,
    count: Count,
    dice: Dice,
    household: usize,
    /// Numbers of requests that wait for a run.
    waiting: Vec<String>,
    made: usize,
}

impl Storm {
    fn new() -> Self {
        let world = orders::world();
        let first = world.next_request_number;
        let built = Simulator::builder().seed(11).world(world);
        let built = built.with(|settings| {
            settings.ledger_limit = LIMIT;
            settings.journal.exchange_limit = 100;
            settings.dispatch.worker_count = SENT_AGAIN;
        });
        let storm = Self {
            simulator: built.start().expect("a sound world"),
            count: Count::new(first),
            dice: Dice::new(Seed(11), "orders"),
            household: 0,
            waiting: Vec::new(),
            made: 0,
        };
        storm.begin();
        storm
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.simulator.instance().shared
    }

    /// Every preset, seldom, for orders of our own CRM.
    fn begin(&self) {
        for preset in &PRESETS {
            let how_often = match preset.number {
                36 => "command: [CREATE_PAIRING, ADD_TO_EXISTING_PAIRING], probability: 5%",
                // What nobody ordered is told from what somebody ordered by its kind.
                44 => "command: ADD_SUBSCRIPTIONS, probability: 0.5%",
                // Only where somebody looks at once: what a run did at the console and has lost before
                // it ends, nobody has seen.
                41 => "priority: EXPRESS, every: 300",
                _ => "probability: 0.5%",
            };
            let when = format!("subscription: {SUBSCRIPTION}, {how_often}");
            let rule = format!("{{ preset: {}, when: {{ {when} }} }}", preset.id());
            self.simulator.add_fault(&rule).expect("a rule");
        }
    }

    fn look(&mut self) {
        let shared = Arc::clone(&self.simulator.instance().shared);
        self.count.look(&shared.cas().state);
    }

    fn next_order(&mut self) -> Order {
        self.household = (self.household + 1) % HOUSEHOLDS;
        orders::any(self.household, &mut self.dice)
    }

    /// Makes an order; what the API says of it.
    async fn make(&mut self, order: &Order, more: &str) -> Told {
        self.count.orders(order);
        self.made += 1;
        let body = format!(r#"{{"token":"{TOKEN}",{}{more}}}"#, order.body);
        let call = Request::post(format!("{PATH}/{}", order.method));
        let call = call.header(header::CONTENT_TYPE, "application/json");
        let told = self.ask(call.body(body).expect("a call")).await;
        self.look();
        self.count.told(&told);
        told
    }

    /// Calls the API; as much time passes as the call waits for.
    async fn ask(&self, call: Request<String>) -> Told {
        let answer = self.simulator.call(Api::Crm, call);
        let reply = self.shared().clock.passing(answer).await;
        let answer: Answer = serde_json::from_slice(&reply.body)
            .unwrap_or_else(|error| panic!("{error}: {}", reply.text()));
        answer.data
    }

    /// Two seconds pass, and an order is made: most are sent at once, some wait for a run, few for
    /// a date that does not come.
    async fn step(&mut self) {
        self.simulator.advance(Duration::from_secs(2)).await;
        let order = self.next_order();
        match self.dice.below(100) {
            0..10 => self.make_later(&order).await,
            10 => {
                let far = r#","scheduled_date":"2999-01-01T00:00:00""#;
                self.make(&order, far).await;
            }
            _ => self.at_once(&order).await,
        }
    }

    /// Makes an order that a run sends.
    async fn make_later(&mut self, order: &Order) {
        let told = self.make(order, "").await;
        self.waiting.push(told.number);
    }

    /// Sends an order at once; one in two clients that do not know what became of it send it again.
    async fn at_once(&mut self, order: &Order) {
        let at_once = r#","process_immediately":true,"priority":"EXPRESS""#;
        let told = self.make(order, at_once).await;
        if told.is_of_the_client() && self.dice.below(2) == 0 {
            self.make(order, at_once).await;
        }
    }

    /// Makes a run, and asks what became of those that waited for it.
    async fn run(&mut self) {
        self.simulator.run().await;
        self.look();
        for number in std::mem::take(&mut self.waiting) {
            let query = format!("token={TOKEN}&provisioning_request_identifier=number={number}");
            let call = Request::get(format!("{PATH}/show?{query}")).body(String::new());
            let told = self.ask(call.expect("a call")).await;
            self.count.told(&told);
        }
    }

    /// Another client has something done at Conax.
    async fn stranger(&mut self) {
        let card = orders::card(STRANGER, 0);
        let envelope = format!(
            r#"<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
            <AddSubscriptions><AddSubscriptionsRequest><CaClientId>{card}</CaClientId>
            <ProductIds><ProductId>P1test</ProductId></ProductIds></AddSubscriptionsRequest>
            </AddSubscriptions></s:Body></s:Envelope>"#
        );
        let call = Request::post("/").header(header::CONTENT_TYPE, "text/xml");
        let call = call.body(envelope).expect("a call");
        let reply = self.simulator.call(Api::Cas, call).await;
        assert!(reply.text().contains(">OK<"), "{}", reply.text());
        self.look();
    }

    /// Orders are carried out and not answered; the world goes back to a snapshot that was taken
    /// meanwhile, and sends them again.
    async fn go_back(&mut self) {
        self.run().await;
        let shared = Arc::clone(self.shared());
        let silence = format!("{{ name: silence, preset: f05, times: {SENT_AGAIN} }}");
        let silence = WrittenRule::parse(&silence).expect("a rule");
        shared.change_faults(|book| book.add(&silence[0], Some(0), shared.clock.now()));
        let mut households = Vec::new();
        for _ in 0..SENT_AGAIN {
            let order = self.next_order();
            households.push(order.household);
            self.make_later(&order).await;
        }
        shared.catch_up();
        self.look();
        let run = tokio::spawn({
            let shared = Arc::clone(&shared);
            async move { run_once(&shared).await }
        });
        self.all_are_carried_out(SENT_AGAIN as u64).await;
        let snapshot = shared.take_snapshot().await;
        shared.restore(&snapshot).await;
        for household in households {
            self.count.is_recalled(household);
        }
        // Whoever waited in the world before gives up, and nothing is settled by it.
        self.simulator.advance(Duration::from_secs(11 * 60)).await;
        run.await.expect("a run does not panic");
        self.simulator.remove_fault("silence");
        self.run().await;
    }

    /// Lets a run go on until Conax has recorded so many commands more; no time passes.
    async fn all_are_carried_out(&mut self, more: u64) {
        let recorded = |shared: &Shared| shared.cas().state.transaction_count();
        let before = recorded(self.shared());
        for _ in 0..100_000 {
            if recorded(self.shared()) == before + more {
                return self.look();
            }
            tokio::task::yield_now().await;
        }
        panic!("they are not carried out: {}", recorded(self.shared()) - before);
    }

    async fn until(&mut self, count: usize) {
        let back = (count / GOES_BACK).max(300);
        let mut steps = 0;
        while self.made < count {
            self.step().await;
            steps += 1;
            if steps % 40 == 0 {
                self.run().await;
            }
            if steps % 500 == 0 {
                self.stranger().await;
            }
            if steps % back == 0 {
                self.go_back().await;
            }
        }
        self.run().await;
        self.simulator.advance(Duration::from_secs(60 * 60)).await;
        self.look();
    }
}

/// Every kind of end is there, else the count would prove little.
fn is_mixed(totals: &Totals, count: &Count) {
    let fates = [totals.once, totals.twice, totals.partly, totals.never];
    let ends = [totals.completed, totals.rejected, totals.pending];
    let wrong = [totals.unknown_to_crm, totals.false_completions, totals.foreign_executions];
    let told = [count.lost, count.late, count.recalled];
    let all = [&fates[..], &ends, &wrong, &told].concat();
    assert!(all.iter().all(|count| *count > 0), "{totals:?} {told:?}");
}

/// Bytes and pieces that are free once this is gone.
fn held_by<T>(owned: T) -> (usize, usize) {
    let before = ALLOCATOR.stats();
    drop(owned);
    let after = ALLOCATOR.stats();
    (after.bytes_deallocated - before.bytes_deallocated, after.deallocations - before.deallocations)
}

#[tokio::test(start_paused = true)]
async fn the_totals_are_those_of_an_independent_count_and_a_finished_request_takes_96_bytes_at_most()
 {
    let count = std::env::var("CONAX_SIM_LEDGER_REQUESTS")
        .map_or(1_000, |text| text.parse().expect("a number of requests"));
    let mut storm = Storm::new();
    storm.until(count).await;
    let totals = storm.shared().ledger().totals();
    assert_eq!(totals, storm.count.totals());
    assert!(totals.add_up());
    is_mixed(&totals, &storm.count);
    let emptied = Ledger::new(LIMIT);
    let ledger = storm.shared().change(|world| std::mem::replace(world.ledger, emptied));
    let (crm, cas) = ledger.lens();
    assert!(crm <= LIMIT && cas <= LIMIT);
    let (bytes, pieces) = held_by(ledger);
    let finished = (totals.completed + totals.rejected) as f64;
    let each = (bytes as f64 + pieces as f64 * OF_A_PIECE) / finished;
    println!(
        "{totals:?}\nlost {}, late {}, sent again {}",
        storm.count.lost, storm.count.late, storm.count.recalled
    );
    println!("{each:.1} bytes a finished request, bar {BAR}");
    if count >= 500_000 {
        assert!(each <= BAR, "{each:.1} bytes a finished request");
    }
}
