//! The failure catalogue, id by id: what the wire shows, how the request ends, what the ledger and
//! the drift say. Equal to the catalogue.

use std::fmt::Write;
use std::time::Duration;

use conax_contract::fault::{PRESETS, Preset};
use conax_contract::proof;
use conax_model::ledger::{Row, Standing};
use conax_sim::journal::Surface;
use conax_sim::reconciliation::{drift, ledger_lines};
use conax_tests::bodies::{at_once, service_on_card};
use conax_tests::{Harness, HarnessBuilder};

const CARD: &str = "01900080208";

fn sport(operation_card: &str) -> serde_json::Value {
    service_on_card("S60600", "SPORT", operation_card)
}

/// What the rule needs besides to be met by a single request.
fn rule(preset: &Preset) -> String {
    let when = match preset.number {
        15 => return "{ do: { throttle: { per_second: 0.001, burst: 1 } } }".to_owned(),
        16 => ", when: { above: 0 }",
        _ => "",
    };
    format!("{{ preset: {}{when} }}", preset.id())
}

/// What became of one addition that met the fault.
async fn met(preset: &Preset) -> (Harness, Row) {
    let harness = HarnessBuilder::demo().open();
    harness.fault(&rule(preset));
    if preset.number == 15 {
        let _ = harness.post("add_subscriptions", sport("01900080210")).await;
        harness.run().await;
    }
    let number = harness.post("add_subscriptions", sport(CARD)).await.number();
    harness.run().await;
    if preset.number == 38 {
        let _ = harness.post("cancel_subscriptions", sport(CARD)).await;
        harness.run().await;
    }
    // What is held back is carried out.
    harness.passes(Duration::from_secs(40)).await;
    harness.shared.catch_up();
    let rows = harness.shared.ledger().reconcile().rows;
    let row = rows[&number.parse().unwrap()].clone();
    (harness, row)
}

fn wire(harness: &Harness, row: &Row) -> String {
    let about = |surface| {
        let exchanges = harness.shared.journal.excerpt(0, usize::MAX, |one| {
            one.surface == surface && one.subject.request_number == Some(row.request)
        });
        exchanges.exchanges.first().cloned()
    };
    match about(Surface::Cas) {
        None => "-".to_owned(),
        Some(exchange) => match exchange.http_status {
            Some(status) => status.to_string(),
            None => exchange.subject.outcome.as_deref().unwrap_or("?").to_owned(),
        },
    }
}

#[tokio::test(start_paused = true)]
async fn every_fault_of_the_catalogue_is_what_the_catalogue_says() {
    let mut table = String::new();
    for preset in &PRESETS {
        let (harness, row) = met(preset).await;
        let shown = harness.show(&row.request.to_string()).await;
        let drifts = drift(&harness.shared);
        let id = preset.id();
        assert_eq!(row.standing.code(), preset.crm.code(), "{id}: {}", shown.text);
        assert_eq!(row.fate.code(), preset.conax.code(), "{id}: {row:?}");
        assert_eq!(!drifts.is_empty(), preset.drifts, "{id}: {drifts:?}");
        let error =
            format!("{}: {}", shown.member("error_code"), shown.member("error_description"));
        // Some store an error only once the order comes too late for an answer.
        let is_rejected = row.standing == Standing::Rejected;
        assert!(!is_rejected || tells_one(&error, preset.errors), "{id}: {error}");
        let lines = ledger_lines(&harness.shared);
        proof::check(&lines)
            .unwrap_or_else(|problems| panic!("{id}: {problems:?}\n{}", lines.join("\n")));
        let drifted =
            drifts.first().map_or("-".to_owned(), |one| format!("{} -> {}", one.crm, one.conax));
        let known = if row.known_to_crm() { "" } else { ", unknown to the CRM" };
        writeln!(
            table,
            "{:<32} wire {:<8} {:<9} Conax did it {}{known}; drift {drifted}",
            preset.title(),
            wire(&harness, &row),
            row.standing.code(),
            row.fate.code(),
        )
        .unwrap();
    }
    insta::assert_snapshot!(table);
}

/// Whether an error has one of these pieces, if there are any.
fn tells_one(error: &str, pieces: &[&str]) -> bool {
    pieces.is_empty() || pieces.iter().any(|piece| error.contains(piece))
}

#[tokio::test(start_paused = true)]
async fn every_variant_stores_the_error_the_catalogue_says() {
    for preset in &PRESETS {
        for variant in preset.variants {
            let harness = HarnessBuilder::demo().open();
            let name = format!("{}/{}", preset.id(), variant.name);
            match preset.number {
                15 => harness
                    .fault("{ do: { throttle: { per_second: 0.001, burst: 1, rejects: true } } }"),
                _ => harness.fault(&format!("{{ preset: {name} }}")),
            }
            let _ = harness.post("add_subscriptions", at_once(sport("01900080210"))).await;
            let reply = harness.post("add_subscriptions", at_once(sport(CARD))).await;
            let error =
                format!("{}: {}", reply.member("error_code"), reply.member("error_description"));
            assert!(tells_one(&error, variant.errors), "{name}: {error}");
            let lines = ledger_lines(&harness.shared);
            proof::check(&lines)
                .unwrap_or_else(|problems| panic!("{name}: {problems:?}\n{}", lines.join("\n")));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn each_magic_smartcard_meets_its_fault_with_no_configuration() {
    let harness = HarnessBuilder::demo().open();
    for magic in conax_contract::fault::magic_cards() {
        let body = service_on_card("S99000", "SPORT", &magic.card);
        let reply = harness.post("add_subscriptions", at_once(body)).await;
        let expected = magic.preset.map_or("COMPLETED", |preset| preset.crm.code());
        assert_eq!(reply.member("life_cycle_state"), expected, "{}: {}", magic.card, reply.text);
        let error =
            format!("{}: {}", reply.member("error_code"), reply.member("error_description"));
        assert!(magic.preset.is_none_or(|preset| tells_one(&error, preset.errors)), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn fail_twice_and_work_then_is_one_line() {
    let harness = HarnessBuilder::demo().open();
    harness.fault("sequence: [f05, f01, ok]");
    let mut states = Vec::new();
    for _ in 0..4 {
        let reply = harness.post("add_subscriptions", at_once(sport(CARD))).await;
        states.push(reply.member("life_cycle_state"));
    }
    assert_eq!(states, ["REJECTED", "REJECTED", "COMPLETED", "COMPLETED"]);
}
