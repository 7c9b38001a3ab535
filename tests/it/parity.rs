//! One list of faults, both ways: in this process and over sockets the CRM sees the same.

use conax_contract::fault::{PRESETS, Preset};
use conax_sim::reconciliation::drift;
use conax_tests::bodies::sport_on;
use conax_tests::{Harness, HarnessBuilder};

const CARD: &str = "01900080208";

/// Every preset and variant, with what lets a single order meet it.
fn rules() -> Vec<(String, String)> {
    let mut rules = Vec::new();
    for preset in &PRESETS {
        let variants = preset.variants.iter().map(|one| format!("/{}", one.name));
        for suffix in std::iter::once(String::new()).chain(variants) {
            let name = format!("{}{suffix}", preset.id());
            rules.push((name.clone(), rule(preset, &name)));
        }
    }
    rules
}

fn rule(preset: &Preset, name: &str) -> String {
    match preset.number {
        15 => "{ do: { throttle: { per_second: 0.000001, burst: 1 } } }".to_owned(),
        16 => "{ preset: f16, when: { above: 0 } }".to_owned(),
        // Slower than the client is patient.
        46 => "{ do: { delay: 11min }, at: after-apply }".to_owned(),
        _ => format!("{{ preset: {name} }}"),
    }
}

/// What the CRM and the ledger say of one order that met the fault.
async fn seen(harness: &Harness, rule: &str) -> String {
    harness.fault(rule);
    let first = harness.post("add_subscriptions", sport_on("01900080210")).await.number();
    harness.run_through().await;
    let number = harness.post("add_subscriptions", sport_on(CARD)).await.number();
    harness.run_through().await;
    let mut lines = Vec::new();
    for number in [first, number] {
        let shown = harness.show(&number).await;
        let rows = harness.shared.ledger().reconcile().rows;
        let row = &rows[&number.parse().unwrap()];
        lines.push(format!(
            "{number} {} {} {} {:?} {}",
            shown.member("life_cycle_state"),
            shown.member("error_code"),
            shown.member("error_description"),
            (shown.member("response") == "null", row.known_to_crm()),
            row.fate.code(),
        ));
    }
    for entry in drift(&harness.shared) {
        lines.push(format!("{} {:?} {} -> {}", entry.kind, entry.cards, entry.crm, entry.conax));
    }
    lines.join("\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_is_the_same_in_this_process_and_over_sockets() {
    let mut different = Vec::new();
    for (name, rule) in rules() {
        let inside = seen(&HarnessBuilder::demo().stepped().open(), &rule).await;
        let (open, harness) = HarnessBuilder::demo().stepped().open_apis().await;
        let outside = seen(&harness, &rule).await;
        drop(open);
        if inside != outside {
            different
                .push(format!("{name}\n  in this process:\n{inside}\n  over sockets:\n{outside}"));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n\n"));
}
