//! A storm of every fault, then calm: nothing is lost, and the ledger tells everything.

use std::time::Duration;

use conax_contract::fault::PRESETS;
use conax_contract::proof;
use conax_contract::world::{
    CardState, CasSmartcardSpec, InstalledItem, ItemClassification, WorldSpec,
};
use conax_sim::reconciliation::{drift, heal, ledger_lines};
use conax_tests::bodies::{given_pin, pairing, pin_reset, service_on_card};
use conax_tests::{Chance, Harness, HarnessBuilder};
use serde_json::Value;

const CARDS: usize = 200;

fn card(number: usize) -> String {
    format!("0195{number:07}")
}

/// The demo world with many more cards on the subscription where everything works.
fn many_cards(world: &mut WorldSpec) {
    for number in 0..CARDS {
        let ca_id = card(number);
        world.installed_items.push(InstalledItem {
            id: format!("DE0195{number:026}").into(),
            serial_number: ca_id.as_str().into(),
            alternative_code: None,
            ca_id: Some(ca_id.as_str().into()),
            classification: ItemClassification::Smartcard,
        });
        world.cas.smartcards.push(CasSmartcardSpec {
            id: ca_id.clone(),
            domain: "crm".to_owned(),
            state: CardState::Stock,
            pin: None,
        });
        let subscription = world.subscriptions.iter_mut().find(|one| one.number == "S60600");
        subscription.unwrap().installed_items.push(ca_id);
    }
}

/// Every preset, seldom, in an order that lets all of them act.
fn begin_storm(harness: &Harness) {
    for preset in &PRESETS {
        let when = match preset.number {
            15 => "every: 40",
            16 => "above: 0, every: 50",
            45 => "every: 30",
            _ => "probability: 2%",
        };
        harness.fault(&format!("{{ preset: {}, when: {{ {when} }} }}", preset.id()));
    }
    harness.fault("{ sequence: [f05, f01, ok], repeat: true, when: { every: 17 } }");
    harness.fault("{ weather: flaky-network }");
}

fn order(chance: &mut Chance) -> (&'static str, Value) {
    let card = card(chance.below(CARDS));
    let service = ["SPORT", "BASIC", "P1test"][chance.below(3)];
    match chance.below(20) {
        0..9 => ("add_subscriptions", service_on_card("S60600", service, &card)),
        9..15 => ("cancel_subscriptions", service_on_card("S60600", service, &card)),
        15 => ("create_pairing", pairing(&[&card], &["3012345601"])),
        16 | 17 => ("reset_pin_to_default_value", pin_reset("S60600", &card)),
        _ => ("reset_pin_to_given_value", given_pin("S60600", &card, "4711")),
    }
}

async fn calm_down(harness: &Harness) {
    harness.calm();
    for round in 0.. {
        harness.shared.clock.advance(Duration::from_secs(3600)).await;
        harness.run().await;
        let left = drift(&harness.shared);
        if left.is_empty() {
            return;
        }
        assert!(
            round < 5,
            "{} differences do not heal: {:#?}",
            left.len(),
            &left[..left.len().min(3)]
        );
        heal(&harness.shared).await.unwrap();
        harness.run().await;
    }
}

#[tokio::test]
async fn a_storm_of_all_faults_loses_nothing_and_leaves_nothing_after_calm_and_healing() {
    let long = std::env::var_os("CONAX_SIM_LONG_TESTS").is_some();
    let count = if long { 10_000 } else { 1_500 };
    let harness_builder = HarnessBuilder::demo().stepped().with_world(many_cards);
    let harness = harness_builder.open();
    let mut chance = Chance::new(7, "storm");
    begin_storm(&harness);
    for sent in 0..count {
        let (operation, body) = order(&mut chance);
        let _ = harness.post(operation, body).await;
        if sent % 100 == 99 {
            let shared = std::sync::Arc::clone(&harness.shared);
            let run = tokio::spawn(async move { conax_sim::dispatch::run_once(&shared).await });
            while !run.is_finished() {
                harness.shared.clock.advance(Duration::from_secs(600)).await;
                tokio::task::yield_now().await;
            }
        }
    }
    calm_down(&harness).await;
    let reconciliation = harness.shared.ledger().reconcile();
    let totals = reconciliation.totals;
    assert!(totals.add_up(), "{totals:?}");
    assert!(totals.twice > 0 && totals.false_completions > 0 && totals.unknown_to_crm > 0);
    assert_eq!(totals.in_flight, 0);
    let held = harness.shared.crm().book.queue_length().held as u64;
    assert_eq!(totals.pending, held, "{totals:?}");
    let rows = harness.shared.crm().book.all().filter(|row| row.settled_order.is_some()).count();
    assert_eq!(totals.completed + totals.rejected, rows as u64);
    let lines = ledger_lines(&harness.shared);
    if let Err(problems) = proof::check(&lines) {
        let request = problems[0].request.unwrap_or_default();
        let about: Vec<&String> =
            lines.iter().filter(|line| line.contains(&format!("\"request\":{request},"))).collect();
        panic!("{problems:#?}\n{about:#?}");
    }
}
