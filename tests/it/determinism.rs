//! The same seed and the same calls give the same bytes: journals and ledger files.

use std::time::Duration;

use conax_model::entropy::Seed;
use conax_sim::reconciliation::ledger_lines;
use conax_tests::bodies::{at_once, given_pin, pairing, service_on_card};
use conax_tests::{Chance, HarnessBuilder};

const CARDS: [&str; 3] = ["01900080208", "01900080209", "01900080210"];

const RULES: [&str; 6] = [
    "{ weather: flaky-network }",
    "{ weather: brownout }",
    "{ weather: stale-replica }",
    "{ sequence: [f05, f01, ok], repeat: true, when: { every: 5 } }",
    "{ preset: f41, when: { probability: 5% } }",
    "{ preset: f46, when: { probability: 5% } }",
];

/// What a simulator with this seed writes down in a short storm.
fn written(seed: u64) -> (String, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let harness = HarnessBuilder::demo()
            .stepped()
            .with(|settings| {
                settings.seed = Seed(seed);
                settings.dispatch.run_interval = None;
            })
            .open();
        RULES.iter().for_each(|rule| harness.fault(rule));
        // The calls are the same whatever the seed of the simulator.
        let mut chance = Chance::new(1, "determinism");
        for _ in 0..24 {
            let card = CARDS[chance.below(3)];
            let (name, body) = match chance.below(4) {
                0 => ("cancel_subscriptions", service_on_card("S60600", "SPORT", card)),
                1 => ("create_pairing", pairing(&[card], &["3012345601"])),
                2 => ("reset_pin_to_given_value", given_pin("S60600", card, "4711")),
                _ => ("add_subscriptions", service_on_card("S60600", "SPORT", card)),
            };
            let body = if chance.below(2) == 0 { at_once(body) } else { body };
            let clock = harness.shared.clock.clone();
            let passing = async {
                for _ in 0..4 {
                    clock.advance(Duration::from_secs(900)).await;
                }
            };
            let _ = tokio::join!(harness.post(name, body), passing);
            let shared = std::sync::Arc::clone(&harness.shared);
            let run = tokio::spawn(async move { conax_sim::dispatch::run_once(&shared).await });
            while !run.is_finished() {
                harness.shared.clock.advance(Duration::from_secs(900)).await;
                tokio::task::yield_now().await;
            }
        }
        let ledger = ledger_lines(&harness.shared);
        (harness.journal(), ledger.join("\n"))
    })
}

#[test]
fn a_hundred_runs_with_one_seed_give_the_same_bytes_and_another_seed_gives_others() {
    let first = written(7);
    for _ in 1..100 {
        let again = written(7);
        assert_eq!(again.0, first.0);
        assert_eq!(again.1, first.1);
    }
    let other = written(8);
    assert_ne!(other.0, first.0);
    assert_ne!(other.1, first.1);
}
