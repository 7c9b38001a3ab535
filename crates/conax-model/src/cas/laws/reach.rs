//! The laws are not about nothing: the generator reaches every kind of command accepted, every
//! effect, and every cause of rejection that the head-end itself decides.

use std::collections::{BTreeMap, BTreeSet};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::cas::{Outcome, RejectionCause, ShowState};
use crate::command::CommandKind;

use super::bench::Bench;
use super::generate::{self, EVERYTHING};

#[derive(Default)]
struct Reached {
    kinds: BTreeSet<CommandKind>,
    causes: BTreeSet<RejectionCause>,
    effects: BTreeMap<String, usize>,
    states: BTreeSet<ShowState>,
    two_period_count: usize,
}

fn reached() -> Reached {
    let mut runner = TestRunner::deterministic();
    let stories = (
        proptest::bool::ANY,
        generate::settings(),
        generate::tight_settings(),
        generate::steps(EVERYTHING),
    );
    let mut reached = Reached::default();
    for _ in 0..400 {
        let story = stories.new_tree(&mut runner).unwrap().current();
        let (is_tight, settings, tight_settings, steps) = story;
        let settings = if is_tight { tight_settings } else { settings };
        let mut bench = Bench::new(&settings);
        for step in &steps {
            let transaction = bench.step(step);
            let effect = format!("{:?}", transaction.effect);
            let name = effect.split(' ').next().unwrap_or_default();
            *reached.effects.entry(name.to_owned()).or_default() += 1;
            match transaction.outcome {
                Outcome::Accepted(_) => reached.kinds.insert(transaction.kind),
                Outcome::Rejected(rejection) => reached.causes.insert(rejection.cause),
            };
            let messages = bench.state.messages(bench.now);
            reached.states.extend(messages.map(|message| message.state));
            for card in bench.state.cards(bench.now) {
                let views = bench.state.entitlements(&card.id, bench.now);
                let two = views.windows(2).filter(|two| two[0].product == two[1].product);
                reached.two_period_count += two.count();
            }
        }
    }
    reached
}

#[test]
fn the_generator_reaches_everything() {
    let reached = reached();
    assert_eq!(reached.kinds, CommandKind::ALL.into());
    let mut causes: BTreeSet<RejectionCause> = RejectionCause::ALL.into();
    // These two come from faults only.
    causes.remove(&RejectionCause::SystemError);
    causes.remove(&RejectionCause::TooManyRequests);
    assert_eq!(reached.causes, causes);
    assert_eq!(reached.effects.len(), 8, "{:?}", reached.effects);
    let often = reached.effects.values().all(|count| *count > 40);
    assert!(often, "{:?}", reached.effects);
    assert_eq!(reached.states.len(), 4);
    assert!(reached.two_period_count > 10);
}
