//! Where the CRM's belief and the head-end's state differ, and what would heal it.
//!
//! The CRM believes what the head-end held at the start, changed by every request that ended
//! completed, in the order they ended (Inferred: CRM.COM's *Reset Subscription* runs compare the
//! two sides and create the requests that make the head-end equal). PINs are not compared: the CRM
//! forgets them.

use std::collections::BTreeSet;

use crate::cas::CasState;
use crate::command::{Command, RequestedPeriod};
use crate::crm::{RequestBook, State};
use crate::id::{PairingModuleId, ProductId, SmartcardId};
use crate::time::SimTime;

/// A pairing as the CRM thinks of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BelievedPairing {
    /// Its smartcards.
    pub cards: BTreeSet<SmartcardId>,
    /// Its pairing modules.
    pub modules: BTreeSet<PairingModuleId>,
}

/// What the CRM believes of the head-end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Belief {
    active: BTreeSet<(SmartcardId, ProductId)>,
    pairings: Vec<BelievedPairing>,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drift {
    /// The CRM believes the product active; at the head-end it is not.
    EntitlementMissing(SmartcardId, ProductId),
    /// At the head-end the product is active; the CRM does not know.
    EntitlementSurplus(SmartcardId, ProductId),
    /// The CRM believes in this pairing; at the head-end it is not, or not like this.
    PairingMissing(BelievedPairing),
    /// The head-end holds a pairing of which the CRM believes no member paired. It cannot be
    /// healed: none of the thirteen commands ends a pairing.
    PairingSurplus(BelievedPairing),
}

impl Belief {
    /// What the CRM believes when both sides start from one world.
    #[must_use]
    pub fn at_start(cas: &CasState, now: SimTime) -> Self {
        Self {
            active: active_entitlements(cas, now),
            pairings: held_pairings(cas),
        }
    }

    /// The belief after every completed request of a book.
    #[must_use]
    pub fn after(self, book: &RequestBook) -> Self {
        let completed = book
            .all()
            .filter(|row| matches!(row.state, State::Completed { .. }));
        let mut in_order: Vec<_> = completed
            .filter(|row| row.settled_order.is_some())
            .collect();
        in_order.sort_by_key(|row| row.settled_order);
        in_order
            .into_iter()
            .filter_map(|row| row.command().ok())
            .fold(self, |mut belief, command| {
                belief.learn(&command);
                belief
            })
    }

    /// Takes in a command the head-end accepted.
    pub fn learn(&mut self, command: &Command) {
        match command {
            Command::AddSubscriptions { card, products, .. } => {
                self.active.extend(
                    products
                        .iter()
                        .map(|product| (card.clone(), product.clone())),
                );
            }
            Command::CancelSubscriptions { card, products } => {
                self.active
                    .retain(|(held, product)| held != card || !products.contains(product));
            }
            Command::CreatePairing { cards, modules } => {
                self.leave_pairings(cards, modules);
                self.pairings.push(BelievedPairing {
                    cards: cards.iter().cloned().collect(),
                    modules: modules.iter().cloned().collect(),
                });
            }
            Command::AddToExistingPairing {
                existing_card,
                cards,
                modules,
            } => {
                self.join_pairing(existing_card, cards, modules);
            }
            _ => {}
        }
    }

    /// A card or module is in one pairing at most: who joins one leaves any other.
    fn leave_pairings(&mut self, cards: &[SmartcardId], modules: &[PairingModuleId]) {
        for pairing in &mut self.pairings {
            pairing.cards.retain(|card| !cards.contains(card));
            pairing.modules.retain(|module| !modules.contains(module));
        }
        self.pairings
            .retain(|pairing| !pairing.cards.is_empty() && !pairing.modules.is_empty());
    }

    fn join_pairing(
        &mut self,
        existing: &SmartcardId,
        cards: &[SmartcardId],
        modules: &[PairingModuleId],
    ) {
        let Some(place) = self
            .pairings
            .iter()
            .position(|pairing| pairing.cards.contains(existing))
        else {
            return;
        };
        let mut grown = self.pairings.swap_remove(place);
        self.leave_pairings(cards, modules);
        grown.cards.extend(cards.iter().cloned());
        grown.modules.extend(modules.iter().cloned());
        self.pairings.push(grown);
    }
}

/// Every difference between a belief and the head-end.
#[must_use]
pub fn compare(belief: &Belief, cas: &CasState, now: SimTime) -> Vec<Drift> {
    let (active, held) = (active_entitlements(cas, now), held_pairings(cas));
    let pair = |(card, product): &(SmartcardId, ProductId)| (card.clone(), product.clone());
    let missing = belief.active.difference(&active).map(pair);
    let surplus = active.difference(&belief.active).map(pair);
    let mut drift: Vec<_> = missing
        .map(|(card, product)| Drift::EntitlementMissing(card, product))
        .collect();
    drift.extend(surplus.map(|(card, product)| Drift::EntitlementSurplus(card, product)));
    let lost = belief
        .pairings
        .iter()
        .filter(|pairing| !held.contains(pairing));
    drift.extend(lost.cloned().map(Drift::PairingMissing));
    let strange = held
        .iter()
        .filter(|pairing| belief.knows_nothing_of(pairing));
    drift.extend(strange.cloned().map(Drift::PairingSurplus));
    drift
}

impl Belief {
    fn knows_nothing_of(&self, held: &BelievedPairing) -> bool {
        self.pairings.iter().all(|pairing| {
            pairing.cards.is_disjoint(&held.cards) && pairing.modules.is_disjoint(&held.modules)
        })
    }
}

/// The commands that make the head-end equal to the CRM's belief, as far as commands can.
#[must_use]
pub fn healing(drift: &[Drift]) -> Vec<Command> {
    let commands = drift.iter().filter_map(|drift| match drift {
        Drift::EntitlementMissing(card, product) => Some(Command::AddSubscriptions {
            card: card.clone(),
            products: vec![product.clone()],
            period: RequestedPeriod::default(),
        }),
        Drift::EntitlementSurplus(card, product) => Some(Command::CancelSubscriptions {
            card: card.clone(),
            products: vec![product.clone()],
        }),
        Drift::PairingMissing(pairing) => Some(Command::CreatePairing {
            cards: pairing.cards.iter().cloned().collect(),
            modules: pairing.modules.iter().cloned().collect(),
        }),
        Drift::PairingSurplus(_) => None,
    });
    commands.collect()
}

fn active_entitlements(cas: &CasState, now: SimTime) -> BTreeSet<(SmartcardId, ProductId)> {
    let cards = cas.cards(now);
    cards
        .flat_map(|card| {
            let products = cas.active_products(&card.id, now);
            products
                .into_iter()
                .map(move |product| (card.id.clone(), product))
        })
        .collect()
}

fn held_pairings(cas: &CasState) -> Vec<BelievedPairing> {
    let pairing = |pairing: &crate::cas::Pairing| BelievedPairing {
        cards: pairing.cards.clone(),
        modules: pairing.modules.clone(),
    };
    cas.pairings().map(pairing).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Belief, Drift, compare, healing};
    use crate::cas::{
        CardSpec, CardState, CasSettings, CasState, KeyState, ModuleSpec, ProductKind, ProductSpec,
        ProductState,
    };
    use crate::command::{Command, RequestedPeriod};
    use crate::entropy::{Ids, Seed};
    use crate::id::{DomainName, PairingModuleId, ProductId, SmartcardId};
    use crate::time::SimTime;

    const NOW: SimTime = SimTime::from_millis(1_417_338_000_000);

    fn card(number: u8) -> SmartcardId {
        SmartcardId::new(format!("card{number}"))
    }

    fn product(number: u8) -> ProductId {
        ProductId::new(format!("product{number}"))
    }

    fn module(number: u8) -> PairingModuleId {
        PairingModuleId::new(format!("module{number}"))
    }

    fn domain() -> DomainName {
        DomainName::new("crm")
    }

    /// A healthy head-end with four of everything.
    fn head_end() -> CasState {
        let mut cas = CasState::new(CasSettings::default());
        cas.add_domain(domain());
        for number in 0..4 {
            let state = CardState::Stock;
            cas.load_card(CardSpec {
                id: card(number),
                domain: domain(),
                state,
                pin: None,
            });
            cas.load_module(ModuleSpec {
                id: module(number),
                key: KeyState::Loaded,
            });
            cas.load_product(ProductSpec {
                id: product(number),
                label: String::new(),
                kind: ProductKind::Subscription,
                state: ProductState::Defined,
            });
        }
        cas
    }

    fn commands() -> impl Strategy<Value = Vec<Command>> {
        let sets = (
            prop::collection::btree_set(0_u8..4, 1..3),
            prop::collection::btree_set(0_u8..4, 1..3),
        );
        let command = prop_oneof![
            (0_u8..4, 0_u8..4).prop_map(|(on, what)| Command::AddSubscriptions {
                card: card(on),
                products: vec![product(what)],
                period: RequestedPeriod::default(),
            }),
            (0_u8..4, 0_u8..4).prop_map(|(on, what)| Command::CancelSubscriptions {
                card: card(on),
                products: vec![product(what)],
            }),
            sets.prop_map(|(cards, modules)| Command::CreatePairing {
                cards: cards.into_iter().map(card).collect(),
                modules: modules.into_iter().map(module).collect(),
            }),
            (0_u8..4, 0_u8..4).prop_map(|(existing, joining)| Command::AddToExistingPairing {
                existing_card: card(existing),
                cards: Vec::new(),
                modules: vec![module(joining)],
            }),
        ];
        prop::collection::vec(command, 0..20)
    }

    fn tell(cas: &mut CasState, ids: &mut Ids, command: &Command) -> bool {
        cas.apply(&domain(), command, NOW, ids)
            .outcome
            .is_accepted()
    }

    proptest! {
        #[test]
        fn belief_in_what_was_accepted_is_the_head_ends_state(commands in commands()) {
            let (mut cas, mut ids) = (head_end(), Ids::new(Seed(1), "drift"));
            let mut belief = Belief::at_start(&cas, NOW);
            for command in &commands {
                if tell(&mut cas, &mut ids, command) {
                    belief.learn(command);
                }
            }
            prop_assert_eq!(compare(&belief, &cas, NOW), []);
        }

        #[test]
        fn c9_after_a_reset_with_a_healthy_head_end_nothing_differs(
            known in commands(), behind_the_back in commands(),
        ) {
            let (mut cas, mut ids) = (head_end(), Ids::new(Seed(1), "drift"));
            let mut belief = Belief::at_start(&cas, NOW);
            for command in &known {
                if tell(&mut cas, &mut ids, command) {
                    belief.learn(command);
                }
            }
            for command in &behind_the_back {
                tell(&mut cas, &mut ids, command);
            }
            for command in healing(&compare(&belief, &cas, NOW)) {
                prop_assert!(tell(&mut cas, &mut ids, &command), "a healthy head-end obeys");
                belief.learn(&command);
            }
            // What no command can end is the one thing that may be left.
            let left = compare(&belief, &cas, NOW);
            prop_assert!(left.iter().all(|drift| matches!(drift, Drift::PairingSurplus(_))), "{left:?}");
        }
    }

    #[test]
    fn a_cancellation_behind_the_back_is_a_missing_entitlement() {
        let (mut cas, mut ids) = (head_end(), Ids::new(Seed(1), "drift"));
        let add = Command::AddSubscriptions {
            card: card(1),
            products: vec![product(2)],
            period: RequestedPeriod::default(),
        };
        let mut belief = Belief::at_start(&cas, NOW);
        assert!(tell(&mut cas, &mut ids, &add));
        belief.learn(&add);
        let cancel = Command::CancelSubscriptions {
            card: card(1),
            products: vec![product(2)],
        };
        assert!(tell(&mut cas, &mut ids, &cancel));
        let drift = compare(&belief, &cas, NOW);
        assert_eq!(drift, [Drift::EntitlementMissing(card(1), product(2))]);
        assert_eq!(healing(&drift), [add]);
    }
}
