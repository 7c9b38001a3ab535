//! Laws of pairings: I11, I12, and the second opinion on them.

use std::collections::BTreeSet;

use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use crate::cas::{Answer, Outcome, Pairing, RepairPolicy};
use crate::command::{Command, CommandKind};
use crate::id::DomainName;

use super::bench::{Bench, card, module};
use super::generate::{self, EVERYTHING};
use super::reference;

const MODULES: [&str; 4] = ["m1", "m2", "m3", "m4"];

/// The smartcards and modules a command names as members.
fn named_members(command: &Command) -> BTreeSet<String> {
    match command {
        Command::CreatePairing { cards, modules }
        | Command::AddToExistingPairing { cards, modules, .. } => {
            let cards = cards.iter().map(ToString::to_string);
            cards.chain(modules.iter().map(ToString::to_string)).collect()
        }
        _ => BTreeSet::new(),
    }
}

fn members(pairing: &Pairing) -> BTreeSet<String> {
    let cards = pairing.cards.iter().map(ToString::to_string);
    let modules = pairing.modules.iter().map(ToString::to_string);
    cards.chain(modules).collect()
}

proptest! {
    #[test]
    fn i11_views_of_cards_and_modules_are_transposes(
        settings in generate::settings(),
        steps in generate::steps(EVERYTHING),
    ) {
        let mut bench = Bench::told(&settings, &steps);
        let all: Vec<String> = bench.state.pairings().flat_map(members).collect();
        let distinct: BTreeSet<&String> = all.iter().collect();
        prop_assert_eq!(distinct.len(), all.len(), "a member is in two pairings: {:?}", all);
        for (id, domain) in [("c1", "north"), ("c2", "north"), ("c3", "north"), ("c4", "south")] {
            for module_id in MODULES {
                let by_card = bench.state.pairing_of_card(&card(id));
                let by_card = by_card.is_some_and(|p| p.modules.contains(&module(module_id)));
                let by_module = bench.state.pairing_of_module(&module(module_id));
                let by_module = by_module.is_some_and(|p| p.cards.contains(&card(id)));
                prop_assert_eq!(by_card, by_module);
                let domain = DomainName::new(domain);
                let command = Command::GetPairingStatusForCard { card: card(id) };
                let asked_card = bench.tell(&domain, &command).outcome;
                let module = module(module_id);
                let command = Command::GetPairingStatusForPairingModule {
                    module: module.clone(),
                };
                let asked_module = bench.tell(&domain, &command).outcome;
                if let Outcome::Accepted(Answer::CardPairing { modules, .. }) = asked_card {
                    prop_assert_eq!(modules.contains(&module), by_card);
                }
                if let Outcome::Accepted(Answer::ModulePairing { cards, .. }) = asked_module {
                    prop_assert_eq!(cards.contains(&card(id)), by_card);
                }
            }
        }
    }

    #[test]
    fn i11_pairings_are_those_of_the_reference(
        settings in generate::settings(),
        steps in generate::steps(EVERYTHING),
    ) {
        let mut bench = Bench::new(&settings);
        for step in &steps {
            bench.step(step);
            let found: BTreeSet<_> = bench
                .state
                .pairings()
                .map(|pairing| (pairing.cards.clone(), pairing.modules.clone()))
                .collect();
            prop_assert_eq!(found, reference::pairings(&bench.story));
        }
    }

    #[test]
    fn i12_a_pairing_only_loses_what_a_new_one_takes(
        settings in generate::settings(),
        steps in generate::steps(EVERYTHING),
    ) {
        let mut bench = Bench::new(&settings);
        for step in &steps {
            let before: Vec<Pairing> = bench.state.pairings().cloned().collect();
            bench.step(step);
            let taken = named_members(&step.command);
            for pairing in &before {
                let old = members(pairing);
                let rest: BTreeSet<String> = old.difference(&taken).cloned().collect();
                let holds = |wanted: &BTreeSet<String>| {
                    bench.state.pairings().any(|new| wanted.is_subset(&members(new)))
                };
                let may_supersede = settings.repair_policy == RepairPolicy::Replace
                    && step.command.kind() == CommandKind::CreatePairing;
                if !may_supersede || old.is_disjoint(&taken) {
                    prop_assert!(holds(&old), "{pairing:?} shrank");
                }
                let still_pairs = pairing.cards.iter().any(|id| rest.contains(id.as_str()))
                    && pairing.modules.iter().any(|id| rest.contains(id.as_str()));
                prop_assert!(!still_pairs || holds(&rest), "{pairing:?} lost too much");
            }
        }
    }
}
