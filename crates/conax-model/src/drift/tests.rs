//! Drift: what differs is found, and what heals it heals it.

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
        cas.load_card(CardSpec { id: card(number), domain: domain(), state, pin: None });
        cas.load_module(ModuleSpec { id: module(number), key: KeyState::Loaded });
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
    let sets =
        (prop::collection::btree_set(0_u8..4, 1..3), prop::collection::btree_set(0_u8..4, 1..3));
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
    prop_oneof![Just(Duration::ZERO), Just(Duration::from_millis(1)), (0_u64..20).prop_map(days)]
}

fn periods() -> impl Strategy<Value = RequestedPeriod> {
    let day = |day: u64| NOW + Duration::from_hours(24 * day);
    let (start, end) = (0_u64..60, 0_u64..90);
    let ends = (prop::option::of(start.prop_map(day)), prop::option::of(end.prop_map(day)));
    ends.prop_map(|(start, end)| RequestedPeriod { start, end })
}

fn policies() -> impl Strategy<Value = PeriodPolicy> {
    prop_oneof![Just(PeriodPolicy::Explicit), policies_that_give_an_end()]
}

fn policies_that_give_an_end() -> impl Strategy<Value = PeriodPolicy> {
    prop_oneof![
        Just(PeriodPolicy::OpenEnded),
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
        Self { belief: Belief::at_start(&cas, NOW), cas, ids: Ids::new(Seed(1), "drift"), now: NOW }
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

    fn healing(&self) -> Vec<Command> {
        healing(&self.drift(), &self.cas, self.now)
    }

    fn heal(&mut self) {
        for command in self.healing() {
            assert!(self.tell(&command), "a healthy head-end obeys {command:?}");
        }
    }
}

fn with_policy(period_policy: PeriodPolicy) -> CasSettings {
    CasSettings { period_policy, ..CasSettings::default() }
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
    Command::CancelSubscriptions { card: card(1), products: vec![product(2)] }
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
        // With explicit ends the head-end takes no order without one, and a request has none.
        policy in policies_that_give_an_end(), known in steps(), behind_the_back in steps(),
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
    let drift = Drift::Entitlement {
        card: card(1),
        product: product(2),
        believed: vec![period],
        held: Vec::new(),
    };
    assert_eq!(sides.drift(), [drift]);
    assert_eq!(sides.healing(), [add(None, None)]);
}

/// The CRM believes in the end that the head-end's policy gives a renewal; an old period that still
/// holds hides nothing.
#[test]
fn a_renewal_that_was_not_carried_out_differs_at_once_and_is_ordered_again() {
    let next_month = PeriodPolicy::ToMonthEnd { additional_months: 1 };
    let mut sides = Sides::new(with_policy(next_month));
    assert!(sides.tell(&add(None, None)));
    sides.wait(days(31));
    let renewal = add(None, None);
    sides.belief.learn(&renewal, &sides.cas, sides.now);
    let ends = |end: SimTime| vec![Period::new(sides.now, end).expect("a period")];
    let (old, new) = (NOW.month_start_after(2), NOW.month_start_after(3));
    let drift = Drift::Entitlement {
        card: card(1),
        product: product(2),
        believed: ends(new),
        held: ends(old),
    };
    assert_eq!(sides.drift(), [drift]);
    assert_eq!(sides.healing(), [renewal]);
    sides.heal();
    assert_eq!(sides.drift(), []);
}

#[test]
fn an_end_that_no_order_can_name_is_given_up_on_both_sides() {
    let this_month = PeriodPolicy::ToMonthEnd { additional_months: 0 };
    let mut sides = Sides::new(with_policy(this_month));
    assert!(sides.tell(&add(None, Some(NOW + days(400)))));
    assert!(sides.tamper(&cancel()));
    assert_eq!(sides.healing(), [cancel(), add(None, None)]);
    sides.heal();
    assert_eq!(sides.drift(), []);
}

#[test]
fn where_every_order_needs_an_end_nothing_is_cancelled_for_one() {
    let mut sides = Sides::new(with_policy(PeriodPolicy::Explicit));
    assert!(sides.tell(&add(None, Some(NOW + days(9)))));
    assert!(sides.tamper(&add(None, Some(NOW + days(99)))));
    assert_eq!(sides.healing(), [add(None, None)]);
}

#[test]
fn an_entitlement_that_expires_is_neither_missing_nor_revived() {
    let mut sides = Sides::new(CasSettings::default());
    assert!(sides.tell(&add(None, Some(NOW + days(2)))));
    let mut restarted = Sides::of(sides.cas);
    restarted.wait(days(2));
    assert_eq!(restarted.drift(), []);
    assert!(restarted.cas.active_products(&card(1), restarted.now).is_empty());
}

#[test]
fn an_entitlement_that_starts_is_neither_surplus_nor_cancelled() {
    let mut sides = Sides::new(CasSettings::default());
    assert!(sides.tell(&add(Some(NOW + days(2)), None)));
    let mut restarted = Sides::of(sides.cas);
    restarted.wait(days(2));
    assert_eq!(restarted.drift(), []);
    assert_eq!(restarted.cas.active_products(&card(1), restarted.now), [product(2)]);
}

#[test]
fn a_future_entitlement_that_is_cancelled_is_missing_and_comes_back_with_its_start() {
    let mut sides = Sides::new(CasSettings::default());
    let ordered = add(Some(NOW + days(2)), Some(NOW + days(9)));
    assert!(sides.tell(&ordered));
    assert!(sides.tamper(&cancel()));
    assert_eq!(sides.healing(), [add(Some(NOW + days(2)), None)]);
}

#[test]
fn an_entitlement_active_too_early_is_cancelled_and_ordered_again() {
    let mut sides = Sides::new(CasSettings::default());
    let ordered = add(Some(NOW + days(2)), Some(NOW + days(9)));
    assert!(sides.tell(&ordered));
    assert!(sides.tamper(&add(None, None)));
    let again = add(Some(NOW + days(2)), None);
    assert_eq!(sides.healing(), [cancel(), again]);
    sides.heal();
    assert_eq!(sides.drift(), []);
}

#[test]
fn an_extension_behind_the_back_differs_at_once() {
    let mut sides = Sides::new(CasSettings::default());
    assert!(sides.tell(&add(None, Some(NOW + days(2)))));
    assert!(sides.tamper(&add(None, Some(NOW + days(9)))));
    assert_eq!(sides.healing(), [cancel(), add(None, None)]);
    sides.wait(days(2));
    assert_eq!(sides.healing(), [cancel()]);
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
