//! Random histories of a world, and what each step of one tells.

use std::time::Duration;

use axum::http::Request;
use conax_contract::crm::DateText;
use conax_sim::simulator::{Api, Simulator, SimulatorBuilder};
use conax_sim::store::MemoryEngine;
use proptest::prelude::*;
use serde_json::{Value, json};

/// How often a fault acts, and on whom.
const HOW: [&str; 4] = [
    "times: 2",
    "when: { probability: 0.5 }",
    "when: { every: 2 }",
    "when: { card: \"01900080209\" }",
];
const CARDS: [&str; 3] = ["01900080208", "01900080209", "01900080210"];

/// One thing somebody does.
#[derive(Clone, Debug)]
pub enum Step {
    /// Adds a subscription.
    Add { card: usize, immediate: bool, express: bool, in_hours: u8 },
    /// Makes a processing run.
    Run,
    /// Lets time pass.
    Advance(u16),
    /// Adds a fault.
    Fault(usize, usize),
    /// Lets time pass until nothing is due.
    Settle,
    /// Logs in.
    Login,
    /// Keeps a snapshot.
    Keep,
    /// Goes back to it, or to the start.
    GoBack,
    /// Begins again.
    Reset,
}

impl Step {
    /// Whether nothing goes wrong because of it.
    pub fn is_calm(&self) -> bool {
        !matches!(self, Self::Fault(..))
    }

    /// Whether the world is another after it.
    pub fn goes_back(&self) -> bool {
        matches!(self, Self::GoBack | Self::Reset)
    }
}

/// What a step told, and what is known after it.
#[derive(Clone, Debug, PartialEq)]
pub struct Played {
    pub answer: String,
    pub world: String,
}

pub fn histories(length: usize) -> impl Strategy<Value = Vec<Step>> {
    let add = (0..3_usize, any::<bool>(), any::<bool>(), 0..3_u8);
    let add = add.prop_map(|(card, immediate, express, in_hours)| Step::Add {
        card,
        immediate,
        express,
        in_hours,
    });
    let step = prop_oneof![
        6 => add,
        3 => Just(Step::Run),
        2 => (1..5_000_u16).prop_map(Step::Advance),
        2 => (1..=46_usize, 0..HOW.len()).prop_map(|(id, how)| Step::Fault(id, how)),
        1 => Just(Step::Settle),
        1 => Just(Step::Login),
        1 => Just(Step::Keep),
        1 => Just(Step::GoBack),
        1 => Just(Step::Reset),
    ];
    prop::collection::vec(step, 1..length)
}

fn builder() -> SimulatorBuilder {
    // One key for all of them: what one seals another opens.
    let key = conax_sim::snapshot::SealKey::parse(&"5a".repeat(32));
    Simulator::builder().seed(7).with(|settings| {
        // Of commands that wait at once for what is kept, any may leave first.
        settings.dispatch.worker_count = 1;
        if let Some(key) = key {
            settings.snapshot_key = key;
        }
    })
}

pub fn simulator(engine: MemoryEngine) -> Option<Simulator> {
    builder().start_kept_by(engine).ok()
}

pub fn start(engine: MemoryEngine) -> Simulator {
    builder().start_kept_by(engine).expect("what was kept opens")
}

/// Does one thing.
pub async fn play(simulator: &Simulator, step: &Step) -> Played {
    let answer = answer(simulator, step).await;
    // Everything that was changed is kept, as for whoever calls over a socket.
    if let Some(store) = simulator.instance().worlds.store() {
        let _ = store.kept().await;
    }
    Played { answer, world: world(simulator) }
}

async fn answer(simulator: &Simulator, step: &Step) -> String {
    match step {
        Step::Add { card, immediate, express, in_hours } => {
            let now = simulator.instance().shared.clock.now();
            let date = DateText::from_millis(
                (now + Duration::from_secs(3600 * u64::from(*in_hours))).millis(),
            );
            let body = json!({
                "subscription_identifier": { "number": "S60600" },
                "smartcard_identifier": { "serial_number": CARDS[*card] },
                "service_identifier": { "code": "BASIC" },
                "start_date": date.text(),
                "process_immediately": immediate,
                "priority": if *express { "EXPRESS" } else { "REGULAR" },
            });
            add(simulator, body, *express).await
        }
        Step::Run => format!("{:?}", simulator.run().await),
        Step::Advance(seconds) => {
            let advanced = simulator.advance(Duration::from_secs(u64::from(*seconds))).await;
            format!("{advanced:?}")
        }
        Step::Fault(id, how) => {
            text(simulator.add_fault(&format!("{{ preset: f{id:02}, {} }}", HOW[*how])))
        }
        Step::Settle => format!("{:?}", simulator.settle().await.end),
        Step::Login => {
            let body = json!({
                "username": "mpadministrator", "password": "password1", "organisation": "CRMDEMO",
            });
            text(simulator.post("issue_token", body).await)
        }
        Step::Keep => control(simulator, "/v1/worlds/demo/snapshot", "{\"as\": \"kept\"}").await,
        Step::GoBack => control(simulator, "/v1/worlds/demo/restore", "{\"from\": \"kept\"}").await,
        Step::Reset => control(simulator, "/v1/worlds/demo/reset", "{}").await,
    }
}

/// A call, of which every other one belongs to a trace.
async fn add(simulator: &Simulator, mut body: Value, has_trace: bool) -> String {
    body["token"] = "04FFBB37FED475A778F122709CBAC1D5".into();
    let path = "/conax_web_services/provisioning_requests/add_subscriptions";
    let mut call = Request::post(path).header("content-type", "application/json");
    if has_trace {
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        call = call.header("traceparent", trace);
    }
    match call.body(body.to_string()) {
        Ok(call) => {
            simulator.instance().shared.clock.passing(simulator.call(Api::Crm, call)).await.text()
        }
        Err(error) => error.to_string(),
    }
}

fn text<T: std::fmt::Debug, E: std::fmt::Display>(result: Result<T, E>) -> String {
    match result {
        Ok(found) => format!("{found:?}"),
        Err(error) => error.to_string(),
    }
}

async fn control(simulator: &Simulator, path: &str, body: &str) -> String {
    let call = Request::post(path)
        .header("host", "localhost")
        .header("content-type", "application/json")
        .body(body.to_owned());
    match call {
        Ok(call) => simulator.call(Api::Control, call).await.text(),
        Err(error) => error.to_string(),
    }
}

/// All that is known of a world, but what only its simulator remembers.
fn world(simulator: &Simulator) -> String {
    let shared = &simulator.instance().shared;
    let rules: Vec<_> = shared
        .fault_plan()
        .plan
        .rules
        .iter()
        .map(|one| {
            format!(
                "{} {} {} {:?} {:?}",
                one.rule.id,
                one.hits,
                one.missed,
                one.shared,
                one.dice.position()
            )
        })
        .collect();
    let rows: Vec<_> = shared.crm().book.all().map(|row| format!("{row:?}")).collect();
    let state = {
        let side = shared.cas();
        let now = shared.clock.now();
        let cards: Vec<_> = side
            .state
            .cards(now)
            .map(|card| {
                let entitlements = side.state.entitlements(&card.id, now);
                format!("{card:?} {entitlements:?}")
            })
            .collect();
        let transactions: Vec<_> = side.state.transactions().collect();
        format!("{cards:?} {transactions:?}")
    };
    let ledger = simulator.ledger();
    // Which rule acted stands in the journal, which is not kept.
    let mut drift = simulator.drift();
    drift.iter_mut().for_each(|entry| entry.because = String::new());
    format!("{:?}\n{rules:?}\n{rows:?}\n{state}\n{ledger:?}\n{:?}", shared.clock.now(), drift)
}
