//! Laws of the record: I2, I3, I13 and I18.

use std::collections::BTreeSet;

use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use crate::command::Command;

use super::bench::{Bench, card};
use super::generate::{self, EVERYTHING};
use super::reference;

/// Everything the head-end says or remembers, in words, but for its random ids.
fn all_words(bench: &Bench) -> String {
    let masked = |transaction: &crate::cas::Transaction| {
        let words = format!("{transaction:?} {}", transaction.effect);
        words.replace(&transaction.id.to_string(), "id")
    };
    let told: Vec<String> = bench.state.transactions().map(masked).collect();
    let cards: Vec<String> = bench.state.cards(bench.now).map(|card| format!("{card:?}")).collect();
    format!("{told:?} {cards:?}")
}

proptest! {
    #[test]
    fn i02_a_command_makes_exactly_one_transaction(
        settings in generate::tight_settings(),
        steps in generate::steps(EVERYTHING),
    ) {
        let mut bench = Bench::new(&settings);
        for (count, step) in (1..).zip(&steps) {
            let transaction = bench.step(step);
            prop_assert_eq!(bench.state.transaction_count(), count);
            prop_assert_eq!(bench.state.transactions().next_back(), Some(&transaction));
            prop_assert_eq!(transaction.kind, step.command.kind());
            prop_assert_eq!(&transaction.domain, &step.domain);
            prop_assert_eq!(transaction.at, bench.now);
        }
    }

    #[test]
    fn i03_transaction_ids_are_unique_version_4_uuids(
        settings in generate::tight_settings(),
        steps in generate::steps(EVERYTHING),
    ) {
        let bench = Bench::told(&settings, &steps);
        let ids: Vec<String> = bench.story.iter().map(|t| t.transaction.id.to_string()).collect();
        for id in &ids {
            prop_assert_eq!(id.as_bytes()[14], b'4', "{}", id);
            prop_assert!(b"89ab".contains(&id.as_bytes()[19]), "{id}");
            prop_assert_eq!(id.len(), 36);
        }
        prop_assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    }

    #[test]
    fn i13_pins_are_four_digits_and_never_told(
        settings in generate::settings(),
        steps in generate::steps(EVERYTHING),
    ) {
        let bench = Bench::told(&settings, &steps);
        for card in bench.state.cards(bench.now) {
            let pin = card.pin.expose();
            prop_assert!(pin.len() == 4 && pin.bytes().all(|byte| byte.is_ascii_digit()));
        }
        let words = all_words(&bench);
        for told in &bench.story {
            if let Command::UpdateCaPinToGivenValue { pin, .. } = &told.command {
                prop_assert!(!words.contains(pin.expose()), "{words}");
            }
        }
    }

    #[test]
    fn i13_pins_are_those_of_the_reference(
        settings in generate::settings(),
        steps in generate::steps(EVERYTHING),
    ) {
        let bench = Bench::told(&settings, &steps);
        for id in ["c1", "c2", "c3", "c4", "c5"] {
            let found = bench.state.card(&card(id), bench.now).unwrap().pin.expose();
            let expected = reference::pin(&bench.story, "0000", &card(id)).unwrap_or("4711");
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn i18_the_same_story_gives_the_same_bytes(
        settings in generate::tight_settings(),
        steps in generate::steps(EVERYTHING),
    ) {
        let one = Bench::told(&settings, &steps);
        let other = Bench::told(&settings, &steps);
        prop_assert_eq!(format!("{:?}", one.state), format!("{:?}", other.state));
    }
}
