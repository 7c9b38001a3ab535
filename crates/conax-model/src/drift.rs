//! Where the CRM's belief and the head-end's state differ, and what would heal it.
//!
//! The CRM believes what the head-end held at the start, changed by every request that ended
//! completed, in the order they ended (Inferred: CRM.COM's *Reset Subscription* runs compare the
//! two sides and create the requests that make the head-end equal). PINs are not compared: the CRM
//! forgets them.
//!
//! What the CRM believes of an entitlement is when it holds. That one ends by itself, or starts by
//! itself, is no drift; what differs is whether it holds now, or will hold at all. A period that
//! was changed behind the CRM's back differs as soon as that matters.

use std::collections::{BTreeMap, BTreeSet};

use crate::cas::{CasState, EntitlementState, Period, PeriodPolicy};
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

/// Whose entitlement it is, and to what.
type Key = (SmartcardId, ProductId);

/// What the CRM believes of the head-end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Belief {
    entitlements: BTreeMap<Key, Spans>,
    pairings: Vec<BelievedPairing>,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drift {
    /// The CRM believes the product active, or still to come; at the head-end it is not.
    EntitlementMissing {
        /// The smartcard.
        card: SmartcardId,
        /// The product.
        product: ProductId,
        /// When the CRM believes that it holds, from the time of the comparison on.
        periods: Vec<Period>,
    },
    /// At the head-end the product is active, or still to come; the CRM believes otherwise. If it
    /// believes in other periods, these are missing as well.
    EntitlementSurplus {
        /// The smartcard.
        card: SmartcardId,
        /// The product.
        product: ProductId,
    },
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
            entitlements: held_entitlements(cas, now),
            pairings: held_pairings(cas),
        }
    }

    /// The belief after every completed request of a book; of the head-end the CRM knows only how
    /// it is set up.
    #[must_use]
    pub fn after(mut self, book: &RequestBook, cas: &CasState) -> Self {
        let completed = book
            .all()
            .filter(|row| matches!(row.state, State::Completed { .. }));
        let mut in_order: Vec<_> = completed
            .filter(|row| row.settled_order.is_some())
            .collect();
        in_order.sort_by_key(|row| row.settled_order);
        for row in in_order {
            if let Ok(command) = row.command() {
                self.learn(&command, cas, row.executed.unwrap_or(row.updated));
            }
        }
        self
    }

    /// Takes in a command the head-end accepted at `at`; of the head-end, how it is set up.
    pub fn learn(&mut self, command: &Command, cas: &CasState, at: SimTime) {
        match command {
            Command::AddSubscriptions {
                card,
                products,
                period,
            } => {
                let card = kept_id(cas, card, at);
                let Some(period) = believed_period(*period, cas, at) else {
                    return;
                };
                for product in products {
                    let key = (card.clone(), product.clone());
                    self.entitlements.entry(key).or_default().add(period);
                }
            }
            Command::CancelSubscriptions { card, products } => {
                let card = kept_id(cas, card, at);
                self.entitlements
                    .retain(|(held, product), _| *held != card || !products.contains(product));
            }
            Command::CreatePairing { cards, modules } => {
                let cards = kept_ids(cas, cards, at);
                self.leave_pairings(&cards, modules);
                self.pairings.push(BelievedPairing {
                    cards: cards.into_iter().collect(),
                    modules: modules.iter().cloned().collect(),
                });
            }
            Command::AddToExistingPairing {
                existing_card,
                cards,
                modules,
            } => {
                let existing = kept_id(cas, existing_card, at);
                self.join_pairing(&existing, &kept_ids(cas, cards, at), modules);
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
    let mut drift = compare_entitlements(belief, &held_entitlements(cas, now), now);
    let held = held_pairings(cas);
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

fn compare_entitlements(belief: &Belief, held: &BTreeMap<Key, Spans>, now: SimTime) -> Vec<Drift> {
    let keys: BTreeSet<&Key> = belief.entitlements.keys().chain(held.keys()).collect();
    let state = |of: &BTreeMap<Key, Spans>, key| of.get(key).and_then(|spans| spans.state(now));
    let mut drift = Vec::new();
    for key in keys {
        let (believed, found) = (state(&belief.entitlements, key), state(held, key));
        if believed == found {
            continue;
        }
        let (card, product) = key.clone();
        if found.is_some() {
            drift.push(Drift::EntitlementSurplus { card, product });
        }
        if let Some(spans) = belief.entitlements.get(key).filter(|_| believed.is_some()) {
            let (card, product) = key.clone();
            drift.push(Drift::EntitlementMissing {
                card,
                product,
                periods: spans.from(now),
            });
        }
    }
    drift
}

impl Belief {
    fn knows_nothing_of(&self, held: &BelievedPairing) -> bool {
        self.pairings.iter().all(|pairing| {
            pairing.cards.is_disjoint(&held.cards) && pairing.modules.is_disjoint(&held.modules)
        })
    }
}

/// The commands that make the head-end equal to the CRM's belief, as far as commands can, to be
/// given `now`.
///
/// What is surplus goes first: it may stand in the way of what is missing.
#[must_use]
pub fn healing(drift: &[Drift], now: SimTime) -> Vec<Command> {
    let surplus = drift.iter().filter_map(|drift| match drift {
        Drift::EntitlementSurplus { card, product } => Some(Command::CancelSubscriptions {
            card: card.clone(),
            products: vec![product.clone()],
        }),
        Drift::EntitlementMissing { .. } | Drift::PairingMissing(_) | Drift::PairingSurplus(_) => {
            None
        }
    });
    let missing = drift.iter().flat_map(|drift| match drift {
        Drift::EntitlementMissing {
            card,
            product,
            periods,
        } => periods
            .iter()
            .map(|period| added_again(card, product, *period, now))
            .collect(),
        Drift::PairingMissing(pairing) => vec![Command::CreatePairing {
            cards: pairing.cards.iter().cloned().collect(),
            modules: pairing.modules.iter().cloned().collect(),
        }],
        Drift::EntitlementSurplus { .. } | Drift::PairingSurplus(_) => Vec::new(),
    });
    surplus.chain(missing).collect()
}

/// The end is always named: where it is left out, the head-end's policy may end the period
/// earlier than the CRM believes.
fn added_again(card: &SmartcardId, product: &ProductId, period: Period, now: SimTime) -> Command {
    let start = (period.start() > now).then_some(period.start());
    Command::AddSubscriptions {
        card: card.clone(),
        products: vec![product.clone()],
        period: RequestedPeriod {
            start,
            end: Some(period.end()),
        },
    }
}

/// When something holds: periods in order of time that neither overlap nor touch.
///
/// The head-end keeps periods that touch as two; when they hold is the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Spans(Vec<Period>);

impl Spans {
    fn add(&mut self, added: Period) {
        let (mut start, mut end) = (added.start(), added.end());
        self.0.retain(|period| {
            let apart = period.end() < start || end < period.start();
            if !apart {
                (start, end) = (start.min(period.start()), end.max(period.end()));
            }
            apart
        });
        let place = self.0.partition_point(|period| period.start() < start);
        self.0.splice(place..place, Period::new(start, end));
    }

    /// Whether it holds now, or will hold.
    fn state(&self, now: SimTime) -> Option<EntitlementState> {
        if self.0.iter().any(|period| period.contains(now)) {
            return Some(EntitlementState::Active);
        }
        let to_come = self.0.iter().any(|period| !period.is_over(now));
        to_come.then_some(EntitlementState::Future)
    }

    /// The periods that have not ended.
    fn from(&self, now: SimTime) -> Vec<Period> {
        let living = self.0.iter().filter(|period| !period.is_over(now));
        living.copied().collect()
    }
}

/// The period the head-end makes of a requested one; nothing if it could not have accepted it.
fn believed_period(requested: RequestedPeriod, cas: &CasState, at: SimTime) -> Option<Period> {
    let start = requested.start.unwrap_or(at);
    let end = match (requested.end, cas.settings().period_policy) {
        (Some(end), _) => end,
        (None, PeriodPolicy::OpenEnded) => Period::OPEN_END,
        (None, PeriodPolicy::ToMonthEnd { additional_months }) => start
            .max(at)
            .month_start_after(additional_months.saturating_add(1)),
        (None, PeriodPolicy::Explicit) => return None,
    };
    Period::new(start, end)
}

/// The id under which the head-end keeps a smartcard: of a printed one it drops the check digit.
fn kept_id(cas: &CasState, card: &SmartcardId, at: SimTime) -> SmartcardId {
    cas.card(card, at)
        .map_or_else(|| card.clone(), |kept| kept.id)
}

fn kept_ids(cas: &CasState, cards: &[SmartcardId], at: SimTime) -> Vec<SmartcardId> {
    cards.iter().map(|card| kept_id(cas, card, at)).collect()
}

fn held_entitlements(cas: &CasState, now: SimTime) -> BTreeMap<Key, Spans> {
    let mut held: BTreeMap<Key, Spans> = BTreeMap::new();
    for card in cas.cards(now) {
        for entitlement in cas.entitlements(&card.id, now) {
            let key = (card.id.clone(), entitlement.product);
            held.entry(key).or_default().add(entitlement.period);
        }
    }
    held
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
    use std::time::Duration;

    use proptest::prelude::*;

    use super::{Belief, Drift, compare, healing};
    use crate::cas::{
        CardFormat, CardSpec, CardState, CasSettings, CasState, KeyState, ModuleSpec, Period,
        PeriodPolicy, ProductKind, ProductSpec, ProductState,
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
    fn head_end(settings: CasSettings) -> CasState {
        let mut cas = CasState::new(settings);
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

    /// A command, and how long after the one before it is given.
    #[derive(Clone, Debug)]
    struct Step {
        command: Command,
        pause: Duration,
    }

    /// Commands in their order. Requested periods are told from the start of all, so that they
    /// also begin in the past and end soon.
    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let sets = (
            prop::collection::btree_set(0_u8..4, 1..3),
            prop::collection::btree_set(0_u8..4, 1..3),
        );
        let command = prop_oneof![
            3 => (0_u8..4, 0_u8..2, periods()).prop_map(|(on, what, period)| {
                Command::AddSubscriptions {
                    card: card(on),
                    products: vec![product(what)],
                    period,
                }
            }),
            1 => (0_u8..4, 0_u8..2).prop_map(|(on, what)| Command::CancelSubscriptions {
                card: card(on),
                products: vec![product(what)],
            }),
            1 => sets.prop_map(|(cards, modules)| Command::CreatePairing {
                cards: cards.into_iter().map(card).collect(),
                modules: modules.into_iter().map(module).collect(),
            }),
            1 => (0_u8..4, 0_u8..4).prop_map(|(existing, joining)| Command::AddToExistingPairing {
                existing_card: card(existing),
                cards: Vec::new(),
                modules: vec![module(joining)],
            }),
        ];
        let step = (command, pauses()).prop_map(|(command, pause)| Step { command, pause });
        prop::collection::vec(step, 0..20)
    }

    fn pauses() -> impl Strategy<Value = Duration> {
        let days = |days: u64| Duration::from_hours(24 * days);
        prop_oneof![
            Just(Duration::ZERO),
            Just(Duration::from_millis(1)),
            (0_u64..20).prop_map(days)
        ]
    }

    fn periods() -> impl Strategy<Value = RequestedPeriod> {
        let day = |day: u64| NOW + Duration::from_hours(24 * day);
        let (start, end) = (0_u64..60, 0_u64..90);
        let ends = (
            prop::option::of(start.prop_map(day)),
            prop::option::of(end.prop_map(day)),
        );
        ends.prop_map(|(start, end)| RequestedPeriod { start, end })
    }

    fn policies() -> impl Strategy<Value = PeriodPolicy> {
        prop_oneof![
            Just(PeriodPolicy::OpenEnded),
            Just(PeriodPolicy::Explicit),
            (0_u32..3).prop_map(|additional_months| PeriodPolicy::ToMonthEnd { additional_months }),
        ]
    }

    /// The two sides, and the clock of both.
    struct Sides {
        cas: CasState,
        ids: Ids,
        belief: Belief,
        now: SimTime,
    }

    impl Sides {
        fn new(settings: CasSettings) -> Self {
            Self::of(head_end(settings))
        }

        fn of(cas: CasState) -> Self {
            Self {
                belief: Belief::at_start(&cas, NOW),
                cas,
                ids: Ids::new(Seed(1), "drift"),
                now: NOW,
            }
        }

        /// Tells the head-end something the CRM does not know.
        fn tamper(&mut self, command: &Command) -> bool {
            let told = self.cas.apply(&domain(), command, self.now, &mut self.ids);
            told.outcome.is_accepted()
        }

        fn tell(&mut self, command: &Command) -> bool {
            let accepted = self.tamper(command);
            if accepted {
                self.belief.learn(command, &self.cas, self.now);
            }
            accepted
        }

        fn wait(&mut self, pause: Duration) {
            self.now = self.now + pause;
        }

        fn drift(&self) -> Vec<Drift> {
            compare(&self.belief, &self.cas, self.now)
        }

        fn heal(&mut self) {
            for command in healing(&self.drift(), self.now) {
                assert!(self.tell(&command), "a healthy head-end obeys {command:?}");
            }
        }
    }

    fn with_policy(period_policy: PeriodPolicy) -> CasSettings {
        CasSettings {
            period_policy,
            ..CasSettings::default()
        }
    }

    fn days(days: u64) -> Duration {
        Duration::from_hours(24 * days)
    }

    fn add(start: Option<SimTime>, end: Option<SimTime>) -> Command {
        Command::AddSubscriptions {
            card: card(1),
            products: vec![product(2)],
            period: RequestedPeriod { start, end },
        }
    }

    fn cancel() -> Command {
        Command::CancelSubscriptions {
            card: card(1),
            products: vec![product(2)],
        }
    }

    proptest! {
        #[test]
        fn without_tampering_nothing_ever_differs(
            policy in policies(), before in steps(), steps in steps(), last in pauses(),
        ) {
            let mut before_the_start = Sides::new(with_policy(policy));
            for step in &before {
                before_the_start.tell(&step.command);
            }
            let mut sides = Sides::of(before_the_start.cas);
            for step in &steps {
                sides.wait(step.pause);
                prop_assert_eq!(sides.drift(), []);
                sides.tell(&step.command);
                prop_assert_eq!(sides.drift(), []);
            }
            sides.wait(last);
            prop_assert_eq!(sides.drift(), []);
        }

        #[test]
        fn c9_after_a_reset_with_a_healthy_head_end_nothing_differs(
            policy in policies(), known in steps(), behind_the_back in steps(),
        ) {
            let mut sides = Sides::new(with_policy(policy));
            for step in &known {
                sides.wait(step.pause);
                sides.tell(&step.command);
            }
            for step in &behind_the_back {
                sides.wait(step.pause);
                sides.tamper(&step.command);
            }
            sides.heal();
            // What no command can end is the one thing that may be left.
            let left = sides.drift();
            prop_assert!(left.iter().all(|drift| matches!(drift, Drift::PairingSurplus(_))), "{left:?}");
        }
    }

    #[test]
    fn a_cancellation_behind_the_back_is_a_missing_entitlement() {
        let mut sides = Sides::new(CasSettings::default());
        assert!(sides.tell(&add(None, None)));
        assert!(sides.tamper(&cancel()));
        let period = Period::new(NOW, Period::OPEN_END).expect("a period");
        let drift = Drift::EntitlementMissing {
            card: card(1),
            product: product(2),
            periods: vec![period],
        };
        assert_eq!(sides.drift(), [drift]);
        let again = add(None, Some(Period::OPEN_END));
        assert_eq!(healing(&sides.drift(), NOW), [again]);
    }

    #[test]
    fn an_entitlement_that_expires_is_neither_missing_nor_revived() {
        let mut sides = Sides::new(CasSettings::default());
        assert!(sides.tell(&add(None, Some(NOW + days(2)))));
        let mut restarted = Sides::of(sides.cas);
        restarted.wait(days(2));
        assert_eq!(restarted.drift(), []);
        assert!(
            restarted
                .cas
                .active_products(&card(1), restarted.now)
                .is_empty()
        );
    }

    #[test]
    fn an_entitlement_that_starts_is_neither_surplus_nor_cancelled() {
        let mut sides = Sides::new(CasSettings::default());
        assert!(sides.tell(&add(Some(NOW + days(2)), None)));
        let mut restarted = Sides::of(sides.cas);
        restarted.wait(days(2));
        assert_eq!(restarted.drift(), []);
        assert_eq!(
            restarted.cas.active_products(&card(1), restarted.now),
            [product(2)]
        );
    }

    #[test]
    fn a_future_entitlement_that_is_cancelled_is_missing_and_comes_back_with_its_start() {
        let mut sides = Sides::new(CasSettings::default());
        let ordered = add(Some(NOW + days(2)), Some(NOW + days(9)));
        assert!(sides.tell(&ordered));
        assert!(sides.tamper(&cancel()));
        assert_eq!(healing(&sides.drift(), NOW), [ordered]);
    }

    #[test]
    fn an_entitlement_active_too_early_is_cancelled_and_ordered_again() {
        let mut sides = Sides::new(CasSettings::default());
        let ordered = add(Some(NOW + days(2)), Some(NOW + days(9)));
        assert!(sides.tell(&ordered));
        assert!(sides.tamper(&add(None, None)));
        assert_eq!(healing(&sides.drift(), NOW), [cancel(), ordered]);
        sides.heal();
        assert_eq!(sides.drift(), []);
    }

    #[test]
    fn an_extension_behind_the_back_differs_when_the_believed_period_ends() {
        let mut sides = Sides::new(CasSettings::default());
        assert!(sides.tell(&add(None, Some(NOW + days(2)))));
        assert!(sides.tamper(&add(None, Some(NOW + days(9)))));
        assert_eq!(sides.drift(), []);
        sides.wait(days(2));
        assert_eq!(healing(&sides.drift(), sides.now), [cancel()]);
    }

    #[test]
    fn a_card_ordered_by_its_printed_number_is_the_card_the_head_end_keeps() {
        let mut cas = head_end(CasSettings {
            card_format: CardFormat::StrictOrPrinted,
            ..CasSettings::default()
        });
        cas.load_card(CardSpec {
            id: SmartcardId::new("01900080207"),
            domain: domain(),
            state: CardState::Stock,
            pin: None,
        });
        let mut sides = Sides::of(cas);
        assert!(sides.tell(&Command::AddSubscriptions {
            card: SmartcardId::new("019000802071"),
            products: vec![product(2)],
            period: RequestedPeriod::default(),
        }));
        assert_eq!(sides.drift(), []);
    }
}
