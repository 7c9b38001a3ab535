//! Laws over random fault plans: nothing acknowledged is lost, healing heals (C9), and how the
//! head-end answers changes nothing in it (I19).
//!
//! The number of cases is small; set `PROPTEST_CASES` for more.

use std::collections::BTreeSet;
use std::time::Duration;

use conax_contract::fault::PRESETS;
use conax_contract::proof;
use conax_model::ledger::CrmEvent;
use conax_sim::reconciliation::{drift, heal, ledger_lines};
use conax_sim::settings::SimulatorSettings;
use conax_tests::bodies::{given_pin, pairing, pin_reset, service_on_card, with};
use conax_tests::{Harness, HarnessBuilder};
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::test_runner::{Config, FileFailurePersistence, TestRunner};
use serde_json::{Value, json};

const CARDS: [&str; 3] = ["01900080208", "01900080209", "01900080210"];

#[derive(Clone, Debug)]
enum Step {
    Call(&'static str, Value),
    Rule(String),
    Run,
    Pass(u64),
}

fn call() -> impl Strategy<Value = Step> {
    let operation = prop_oneof![
        6 => Just("add_subscriptions"),
        4 => Just("cancel_subscriptions"),
        1 => Just("create_pairing"),
        1 => Just("reset_pin_to_default_value"),
        1 => Just("reset_pin_to_given_value"),
    ];
    (operation, 0..3_usize, 0..3_usize, any::<bool>()).prop_map(|(name, card, service, express)| {
        let card = CARDS[card];
        let body = match name {
            "create_pairing" => pairing(&[card], &["3012345601"]),
            "reset_pin_to_default_value" => pin_reset("S60600", card),
            "reset_pin_to_given_value" => given_pin("S60600", card, "4711"),
            _ => service_on_card("S60600", ["P1test", "BASIC", "SPORT"][service], card),
        };
        let priority = if express { "EXPRESS" } else { "REGULAR" };
        Step::Call(name, with(body, "priority", json!(priority)))
    })
}

/// Everything a preset or a variant is called.
fn names() -> Vec<String> {
    let names = PRESETS.iter().flat_map(|preset| {
        let variants = preset.variants.iter();
        let variants = variants.map(|one| format!("{}/{}", preset.id(), one.name));
        std::iter::once(preset.id()).chain(variants)
    });
    names.collect()
}

fn selector() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just(String::new()),
        1 => (1..5_u8).prop_map(|every| format!("every: {every}")),
        1 => (1..100_u8).prop_map(|percent| format!("probability: {percent}%")),
        1 => (0..3_usize).prop_map(|card| format!("card: \"{}\"", CARDS[card])),
        1 => Just("command: [ADD_SUBSCRIPTIONS, CREATE_PAIRING]".to_owned()),
        1 => Just("priority: EXPRESS, after: 1".to_owned()),
        1 => Just("window: { on: 2min, off: 3min }".to_owned()),
        1 => Just("first: 2, above: 0".to_owned()),
    ]
}

fn rule() -> impl Strategy<Value = Step> {
    let entry = || proptest::sample::select(names());
    let delay = prop_oneof![
        Just("delay: 30s"),
        Just("{ delay: 11min, at: after-apply }"),
        Just("{ delay: 11min }"),
        Just("delay: \"exponential(mean 2min)\""),
    ];
    let what = prop_oneof![
        4 => entry().prop_map(|name| format!("preset: {name}")),
        1 => (entry(), entry()).prop_map(|(one, two)| format!("sequence: [{one}, ok, {two}]")),
        1 => delay.prop_map(|delay| match delay.starts_with('{') {
            true => format!("do: {delay}"),
            false => format!("do: {{ {delay} }}"),
        }),
    ];
    let life = prop_oneof![3 => Just(""), 1 => Just(", times: 2"), 1 => Just(", ttl: 10min")];
    (what, selector(), life).prop_map(|(what, when, life)| {
        Step::Rule(format!("{{ {what}, when: {{ {when} }}{life} }}"))
    })
}

fn steps(rules: u32) -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        10 => call(),
        rules => rule(),
        3 => Just(Step::Run),
        2 => (1..2000_u64).prop_map(Step::Pass),
    ];
    proptest::collection::vec(step, 1..30)
}

async fn play(harness: &Harness, steps: &[Step]) {
    for step in steps {
        match step {
            Step::Call(name, body) => {
                let _ = harness.post(name, body.clone()).await;
            }
            Step::Rule(rule) => harness.fault(rule),
            Step::Run => harness.run_through().await,
            Step::Pass(seconds) => {
                harness.shared.clock.advance(Duration::from_secs(*seconds)).await;
            }
        }
    }
}

/// Sends what is left, and heals until nothing differs.
async fn calm_down(harness: &Harness) {
    harness.calm();
    for round in 0.. {
        harness.shared.clock.advance(Duration::from_secs(4000)).await;
        harness.run_through().await;
        let left = drift(&harness.shared);
        if left.is_empty() {
            return;
        }
        assert!(round < 5, "C9: it does not heal: {left:#?}");
        heal(&harness.shared).await.unwrap();
    }
}

/// Every acknowledgement has one row and one end, and the file proves it.
fn nothing_is_lost(harness: &Harness) {
    let (acknowledged, ended) = {
        let ledger = harness.shared.ledger();
        let of = |wanted: fn(&CrmEvent) -> bool| -> Vec<u64> {
            let events = ledger.crm_events().filter(|one| wanted(&one.event));
            events.map(|one| one.event.request()).collect()
        };
        (
            of(|event| matches!(event, CrmEvent::Acknowledged { .. })),
            of(|event| matches!(event, CrmEvent::Ended { .. })),
        )
    };
    let once: BTreeSet<&u64> = ended.iter().collect();
    assert_eq!(once.len(), ended.len(), "ended twice");
    let reconciliation = harness.shared.ledger().reconcile();
    assert_eq!(reconciliation.rows.len(), acknowledged.len());
    assert!(reconciliation.totals.add_up(), "{:?}", reconciliation.totals);
    assert_eq!(reconciliation.totals.in_flight, 0);
    let open = acknowledged.len() - ended.len();
    assert_eq!(reconciliation.totals.pending, open as u64);
    let lines = ledger_lines(&harness.shared);
    if let Err(problems) = proof::check(&lines) {
        panic!("{problems:#?}\n{}", lines.join("\n"));
    }
}

fn config(cases: u32) -> Config {
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let cases = if asked { Config::default().cases } else { cases };
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/it/regressions/fault_laws.txt");
    Config {
        cases,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(path))),
        ..Config::default()
    }
}

fn check(cases: u32, rules: u32, law: impl AsyncFn(&[Step])) {
    let mut runner = TestRunner::new(config(cases));
    let result = runner.run(&steps(rules), |steps| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(law(&steps));
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

#[test]
fn whatever_goes_wrong_nothing_acknowledged_is_lost_and_healing_heals() {
    check(32, 4, async |steps| {
        let harness = HarnessBuilder::demo().stepped().open();
        play(&harness, steps).await;
        calm_down(&harness).await;
        nothing_is_lost(&harness);
    });
}

/// Rules that change how it is answered and nothing else.
const ANSWERS: [&str; 6] = [
    "do: { silence: {}, at: after-apply }",
    "do: { reset: {}, at: after-apply }",
    "do: { cut: 10% }",
    "do: garble",
    "do: { delay: 11min, at: after-apply }",
    "do: [{ delay: 30s }, no-status]",
];

#[test]
fn how_the_head_end_answers_changes_nothing_in_it() {
    let held = |harness: &Harness| {
        let cards =
            CARDS.map(|card| (harness.active(card), harness.paired(card), harness.pin(card)));
        format!("{cards:?}")
    };
    // In turn: how long an answer takes decides which of two cards comes first at one box.
    let open = || {
        let one_worker = |settings: &mut SimulatorSettings| settings.dispatch.worker_count = 1;
        HarnessBuilder::demo().stepped().with(one_worker).open()
    };
    check(12, 0, async |steps| {
        let plain = open();
        play(&plain, steps).await;
        plain.run_through().await;
        for rule in ANSWERS {
            let harness = open();
            harness.fault(rule);
            play(&harness, steps).await;
            harness.run_through().await;
            assert_eq!(held(&harness), held(&plain), "I19: {rule}");
        }
    });
}
