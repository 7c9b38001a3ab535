//! A world that is kept outlives its simulator: whatever was acknowledged is there again, and what
//! comes next is what would have come.

mod history;

use conax_sim::Simulator;
use conax_sim::store::{MemoryEngine, Row};
use history::{Played, Step, histories, play, simulator, start};
use proptest::prelude::*;

/// Everything an engine keeps, as it was after each row.
fn prefixes(engine: &MemoryEngine) -> impl Iterator<Item = Vec<Row>> {
    let rows = engine.rows();
    (1..=rows.len()).map(move |end| rows[..end].to_vec())
}

async fn uninterrupted(steps: &[Step]) -> Vec<Played> {
    let simulator = start(MemoryEngine::default());
    let mut played = Vec::new();
    for step in steps {
        played.push(play(&simulator, step).await);
    }
    played
}

/// A few, unless `PROPTEST_CASES`, which proptest reads, asks for more.
fn config() -> ProptestConfig {
    let default = ProptestConfig::default();
    let cases = if default.cases == 256 { 10 } else { default.cases };
    ProptestConfig { cases, ..default }
}

proptest! {
    #![proptest_config(config())]

    /// Interrupted between any two steps, the rest gives the same bytes: answers, ledger, drift,
    /// fault plan, time.
    #[test]
    fn a_world_goes_on_as_if_nothing_had_happened(
        steps in histories(12),
        cut in any::<prop::sample::Index>(),
    ) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().map(|runtime| {
            runtime.block_on(async {
                let expected = uninterrupted(&steps).await;
                let cut = cut.index(steps.len() + 1);
                let engine = MemoryEngine::default();
                let first = start(engine.clone());
                let mut found = Vec::new();
                for step in &steps[..cut] {
                    found.push(play(&first, step).await);
                }
                // Nothing is closed: the process is gone. What was answered is kept.
                let kept = engine.rows();
                let second = start(MemoryEngine::with(kept));
                for step in &steps[cut..] {
                    found.push(play(&second, step).await);
                }
                prop_assert_eq!(found, expected, "interrupted before step {}", cut);
                Ok(())
            })
        })
        .map_err(|error| TestCaseError::fail(error.to_string()))??;
    }

    /// Cut after any row an engine keeps, the world opens; what had been acknowledged by then is
    /// there, and all of it ends, each executed once and never twice unnoticed.
    #[test]
    fn cut_anywhere_a_world_keeps_what_it_acknowledged(steps in histories(8)) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().map(|runtime| {
            runtime.block_on(async {
                let engine = MemoryEngine::default();
                let first = start(engine.clone());
                let mut acknowledged = vec![(0, 0)];
                for step in &steps {
                    play(&first, step).await;
                    let count = first.ledger().totals.acknowledged;
                    acknowledged.push((engine.rows().len(), count));
                }
                let is_calm = steps.iter().all(Step::is_calm);
                let is_one_world = steps.iter().all(|step| !step.goes_back());
                for rows in prefixes(&engine) {
                    let length = rows.len();
                    let Some(second) = simulator(MemoryEngine::with(rows)) else {
                        prop_assert!(false, "after {} rows the world does not open", length);
                        continue;
                    };
                    let totals = second.ledger().totals;
                    prop_assert!(totals.add_up());
                    prop_assert_eq!(totals.in_flight, 0);
                    let due = acknowledged.iter().rev().find(|(rows, _)| *rows <= length);
                    let due = due.map_or(0, |(_, count)| *count);
                    if is_one_world {
                        prop_assert!(totals.acknowledged >= due, "after {} rows", length);
                    }
                    second.clear_faults();
                    second.settle().await;
                    let left = second.instance().shared.crm().book.queue_length();
                    prop_assert_eq!((left.due, left.scheduled, left.in_flight), (0, 0, 0));
                    if is_calm {
                        prop_assert_eq!(second.ledger().totals.twice, 0);
                    }
                }
                Ok(())
            })
        })
        .map_err(|error| TestCaseError::fail(error.to_string()))??;
    }
}

#[tokio::test]
async fn what_is_not_kept_is_not_answered() {
    let engine = MemoryEngine::default();
    let simulator = start(engine.clone());
    let step = Step::Add { card: 0, immediate: false, express: false, in_hours: 0 };
    assert!(play(&simulator, &step).await.answer.contains("PENDING"));
    engine.fail(Some("no space left on device"));
    let refused = play(&simulator, &step).await.answer;
    assert!(refused.contains("UNAVAILABLE"), "{refused}");
    assert!(refused.contains("no space left on device"), "{refused}");
    engine.fail(None);
    // What had been refused was not acknowledged; whether it is there is nobody's promise.
    while simulator.instance().worlds.store().is_some_and(|store| store.failure().is_some()) {
        tokio::task::yield_now().await;
    }
    assert!(play(&simulator, &step).await.answer.contains("PENDING"));
}

#[tokio::test]
async fn no_command_leaves_before_it_is_kept_that_it_was_sent() {
    let engine = MemoryEngine::default();
    let simulator = std::sync::Arc::new(start(engine.clone()));
    let step = Step::Add { card: 0, immediate: false, express: false, in_hours: 0 };
    assert!(play(&simulator, &step).await.answer.contains("PENDING"));
    let arrived =
        |simulator: &Simulator| simulator.instance().shared.cas().state.transaction_count();
    let before = arrived(&simulator);
    engine.fail(Some("no space left on device"));
    let runner = std::sync::Arc::clone(&simulator);
    let run = tokio::spawn(async move { runner.run().await });
    let store = simulator.instance().worlds.store().map(std::sync::Arc::clone);
    while store.as_ref().is_some_and(|store| store.failure().is_none()) {
        tokio::task::yield_now().await;
    }
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    assert_eq!(arrived(&simulator), before, "it has not left");
    engine.fail(None);
    assert_eq!(run.await.map(|report| report.completed_count).ok(), Some(1));
    assert_eq!(arrived(&simulator), before + 1);
}
