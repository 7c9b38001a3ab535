//! The pairings the CRM believes in, found by their members: a belief of many pairings costs as much
//! a command as one of few.

use std::collections::BTreeMap;

use super::BelievedPairing;
use crate::id::{PairingModuleId, SmartcardId};

/// Pairings, in the order in which they were made. A card or module is in one at most.
#[derive(Clone, Debug, Default)]
#[cfg_attr(
    feature = "storage",
    derive(serde::Serialize, serde::Deserialize),
    serde(from = "Vec<BelievedPairing>", into = "Vec<BelievedPairing>")
)]
pub(super) struct Pairings {
    made: BTreeMap<u64, BelievedPairing>,
    last: u64,
    of_card: BTreeMap<SmartcardId, u64>,
    of_module: BTreeMap<PairingModuleId, u64>,
}

impl Pairings {
    pub(super) fn iter(&self) -> impl Iterator<Item = &BelievedPairing> {
        self.made.values()
    }

    /// Takes in a pairing whose members are in no other.
    pub(super) fn push(&mut self, pairing: BelievedPairing) {
        self.last += 1;
        let cards = pairing.cards.iter().cloned();
        self.of_card.extend(cards.map(|card| (card, self.last)));
        let modules = pairing.modules.iter().cloned();
        let modules = modules.map(|module| (module, self.last));
        self.of_module.extend(modules);
        self.made.insert(self.last, pairing);
    }

    /// Takes the pairing of a card out.
    pub(super) fn take(&mut self, card: &SmartcardId) -> Option<BelievedPairing> {
        let place = *self.of_card.get(card)?;
        self.remove(place)
    }

    /// These leave whatever pairing they are in; one that is without cards or modules then ends.
    pub(super) fn leave(&mut self, cards: &[SmartcardId], modules: &[PairingModuleId]) {
        for card in cards {
            if let Some(place) = self.of_card.remove(card) {
                self.shrink(place, |pairing| pairing.cards.remove(card));
            }
        }
        for module in modules {
            if let Some(place) = self.of_module.remove(module) {
                self.shrink(place, |pairing| pairing.modules.remove(module));
            }
        }
    }

    fn shrink(&mut self, place: u64, remove: impl FnOnce(&mut BelievedPairing) -> bool) {
        let Some(pairing) = self.made.get_mut(&place) else {
            return;
        };
        remove(pairing);
        if pairing.cards.is_empty() || pairing.modules.is_empty() {
            self.remove(place);
        }
    }

    fn remove(&mut self, place: u64) -> Option<BelievedPairing> {
        let pairing = self.made.remove(&place)?;
        for card in &pairing.cards {
            self.of_card.remove(card);
        }
        for module in &pairing.modules {
            self.of_module.remove(module);
        }
        Some(pairing)
    }

    /// Whether it has a pairing with any member of this one.
    pub(super) fn knows_of(&self, pairing: &BelievedPairing) -> bool {
        let mut cards = pairing.cards.iter();
        let mut modules = pairing.modules.iter();
        cards.any(|card| self.of_card.contains_key(card))
            || modules.any(|module| self.of_module.contains_key(module))
    }
}

impl FromIterator<BelievedPairing> for Pairings {
    fn from_iter<I: IntoIterator<Item = BelievedPairing>>(pairings: I) -> Self {
        let mut found = Self::default();
        for pairing in pairings {
            found.push(pairing);
        }
        found
    }
}

impl From<Vec<BelievedPairing>> for Pairings {
    fn from(pairings: Vec<BelievedPairing>) -> Self {
        pairings.into_iter().collect()
    }
}

impl From<Pairings> for Vec<BelievedPairing> {
    fn from(pairings: Pairings) -> Self {
        pairings.made.into_values().collect()
    }
}

impl PartialEq for Pairings {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Pairings {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::{BelievedPairing, Pairings};
    use crate::id::{PairingModuleId, SmartcardId};

    fn pairing(cards: &BTreeSet<u8>, modules: &BTreeSet<u8>) -> BelievedPairing {
        BelievedPairing {
            cards: cards.iter().map(|card| card_id(*card)).collect(),
            modules: modules.iter().map(|module| module_id(*module)).collect(),
        }
    }

    fn card_id(card: u8) -> SmartcardId {
        SmartcardId::new(card.to_string())
    }

    fn module_id(module: u8) -> PairingModuleId {
        PairingModuleId::new(module.to_string())
    }

    /// The same by a walk over all pairings.
    fn leave_by_walking(walked: &mut Vec<BelievedPairing>, of: &BelievedPairing) {
        for one in walked.iter_mut() {
            one.cards.retain(|card| !of.cards.contains(card));
            one.modules.retain(|module| !of.modules.contains(module));
        }
        walked.retain(|one| !one.cards.is_empty() && !one.modules.is_empty());
    }

    proptest! {
        #[test]
        fn what_is_believed_is_what_a_walk_over_all_pairings_leaves(
            steps in prop::collection::vec((
                prop::collection::btree_set(0_u8..8, 1..4),
                prop::collection::btree_set(0_u8..8, 1..4),
                prop::option::of(0_u8..8),
            ), 0..30)
        ) {
            let (mut pairings, mut walked) = (Pairings::default(), Vec::new());
            for (cards, modules, joins) in &steps {
                let mut new = pairing(cards, modules);
                let joins = joins.map(card_id);
                if let Some(card) = &joins {
                    let place = walked.iter().position(|one: &BelievedPairing| {
                        one.cards.contains(card)
                    });
                    let taken = pairings.take(card);
                    let expected = place.map(|place| walked.remove(place));
                    prop_assert_eq!(&taken, &expected);
                    let Some(taken) = taken else { continue };
                    new.cards.extend(taken.cards);
                    new.modules.extend(taken.modules);
                }
                prop_assert_eq!(
                    pairings.knows_of(&new),
                    walked.iter().any(|one| {
                        !one.cards.is_disjoint(&new.cards)
                            || !one.modules.is_disjoint(&new.modules)
                    })
                );
                let cards: Vec<_> = new.cards.iter().cloned().collect();
                let modules: Vec<_> = new.modules.iter().cloned().collect();
                pairings.leave(&cards, &modules);
                leave_by_walking(&mut walked, &new);
                pairings.push(new.clone());
                walked.push(new);
                prop_assert!(pairings.iter().eq(&walked));
            }
        }
    }
}
