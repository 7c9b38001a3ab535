//! Laws of entitlements: I6, I8, I9, I10, I16 and I20.

use std::time::Duration;

use proptest::prelude::{Strategy, prop_assert, prop_assert_eq, prop_oneof, proptest};

use crate::cas::{CasSettings, EntitlementState, Outcome};
use crate::command::{Command, RequestedPeriod};
use crate::time::SimTime;

use super::bench::{Bench, card, north, product};
use super::facts::facts;
use super::generate::{self, EVERYTHING, Universe};
use super::reference;

const CARDS: [&str; 6] = ["c1", "c2", "c3", "c4", "c5", "c8"];
const PRODUCTS: [&str; 4] = ["p1", "p2", "p3", "p4"];

fn add_now(id: &str) -> Command {
    Command::AddSubscriptions {
        card: card(id),
        products: vec![product("p1")],
        period: RequestedPeriod { start: None, end: Some(SimTime::from_millis(3_600_000)) },
    }
}

fn cancel_now(id: &str) -> Command {
    Command::CancelSubscriptions { card: card(id), products: vec![product("p1")] }
}

/// Some times to look at: now, soon, next month, much later.
fn glances(now: SimTime) -> [SimTime; 5] {
    [0, 7, 30, 45, 500].map(|days| now + Duration::from_secs(days * 24 * 60 * 60))
}

/// Adds or cancels one product of the first card.
fn one_product(products: &'static [&'static str]) -> impl Strategy<Value = Command> {
    let universe = Universe { cards: &["c1"], odd_cards: &["c1"], products, ..EVERYTHING };
    prop_oneof![generate::add(universe), generate::cancel(universe)]
}

/// The second part of a product's life on a card, as seen at some times.
fn outcomes_match(one: &Outcome, other: &Outcome) -> bool {
    match (one, other) {
        (Outcome::Accepted(one), Outcome::Accepted(other)) => one == other,
        (Outcome::Rejected(one), Outcome::Rejected(other)) => one.cause == other.cause,
        (Outcome::Accepted(_), Outcome::Rejected(_))
        | (Outcome::Rejected(_), Outcome::Accepted(_)) => false,
    }
}

proptest! {
    #[test]
    fn i06_the_later_of_add_and_cancel_wins(
        settings in generate::settings(),
        steps in generate::steps(EVERYTHING),
        wait in generate::wait(),
    ) {
        let mut bench = Bench::told(&settings, &steps);
        bench.wait(wait);
        let is_active = |bench: &Bench| {
            let active = bench.state.active_products(&card("c1"), bench.now);
            active.contains(&product("p1"))
        };
        let added = bench.tell(&north(), &add_now("c1"));
        // Only a third period apart from two to come can stand in the way.
        if added.outcome.is_accepted() {
            prop_assert!(is_active(&bench));
        }
        bench.tell(&north(), &cancel_now("c1"));
        prop_assert!(!is_active(&bench));
        let added = bench.tell(&north(), &add_now("c1"));
        prop_assert!(added.outcome.is_accepted(), "{added:?}");
        prop_assert!(is_active(&bench));
    }

    #[test]
    fn i08_commands_on_different_products_of_a_card_commute(
        settings in generate::settings(),
        steps in generate::steps(EVERYTHING),
        one in one_product(&["p1"]),
        other in one_product(&["p2", "p3"]),
    ) {
        let mut forward = Bench::told(&settings, &steps);
        let mut backward = Bench::told(&settings, &steps);
        let one_first = forward.tell(&north(), &one);
        let other_second = forward.tell(&north(), &other);
        let other_first = backward.tell(&north(), &other);
        let one_second = backward.tell(&north(), &one);
        prop_assert!(outcomes_match(&one_first.outcome, &one_second.outcome));
        prop_assert!(outcomes_match(&other_first.outcome, &other_second.outcome));
        for at in glances(forward.now) {
            prop_assert_eq!(facts(&forward.state, at), facts(&backward.state, at));
        }
    }

    #[test]
    fn i09_the_active_set_is_the_one_of_the_reference(
        settings in generate::settings(),
        steps in generate::steps(EVERYTHING),
    ) {
        let mut bench = Bench::new(&settings);
        for step in &steps {
            bench.step(step);
            let policy = settings.period_policy;
            for (id, product_id) in CARDS.iter().flat_map(|id| PRODUCTS.map(|p| (id, p))) {
                let (card, product) = (card(id), product(product_id));
                for at in glances(bench.now) {
                    let active = bench.state.active_products(&card, at).contains(&product);
                    let expected =
                        reference::is_active(&bench.story, policy, &card, &product, at);
                    prop_assert_eq!(active, expected, "{} {} at {:?}", card, product, at);
                }
            }
        }
    }

    #[test]
    fn i09_renewals_add_up_as_in_the_reference(
        settings in generate::settings(),
        steps in generate::steps_of_renewal(),
    ) {
        let bench = Bench::told(&settings, &steps);
        let (card, product) = (card("c1"), product("p1"));
        for day in 0..60 {
            let at = bench.now + Duration::from_secs(day * 24 * 60 * 60);
            let active = bench.state.active_products(&card, at).contains(&product);
            let policy = settings.period_policy;
            let expected = reference::is_active(&bench.story, policy, &card, &product, at);
            prop_assert_eq!(active, expected, "at {:?}", at);
        }
    }

    #[test]
    fn i10_periods_are_few_apart_never_empty_and_obeyed(
        settings in generate::settings(),
        steps in prop_oneof![generate::steps(EVERYTHING), generate::steps_of_renewal()],
    ) {
        let mut bench = Bench::new(&settings);
        for step in &steps {
            bench.step(step);
            for (id, product_id) in CARDS.iter().flat_map(|id| PRODUCTS.map(|p| (id, p))) {
                let views = bench.state.entitlements(&card(id), bench.now);
                let periods: Vec<_> = views
                    .iter()
                    .filter(|view| view.product == product(product_id))
                    .map(|view| view.period)
                    .collect();
                prop_assert!(periods.len() <= 2, "{periods:?}");
                prop_assert!(periods.windows(2).all(|two| two[0].end() <= two[1].start()));
                prop_assert!(periods.iter().all(|period| period.start() < period.end()));
                for at in glances(bench.now) {
                    let active = bench.state.active_products(&card(id), at);
                    let covered = periods.iter().any(|period| period.contains(at));
                    prop_assert_eq!(active.contains(&product(product_id)), covered);
                }
            }
        }
    }

    #[test]
    fn i16_a_blocked_card_gains_nothing(
        settings in generate::settings(),
        before in generate::steps(EVERYTHING),
        after in generate::steps(EVERYTHING),
    ) {
        let mut bench = Bench::told(&settings, &before);
        bench.state.block_card(&card("c1")).unwrap();
        let pin = bench.state.card(&card("c1"), bench.now).unwrap().pin;
        for step in &after {
            bench.wait(step.wait);
            let earlier = bench.state.clone();
            bench.tell(&step.domain, &step.command);
            for at in glances(bench.now) {
                let active = bench.state.active_products(&card("c1"), at);
                let before = earlier.active_products(&card("c1"), at);
                prop_assert!(active.iter().all(|product| before.contains(product)));
            }
            prop_assert!(bench.state.entitlements(&card("c5"), bench.now).is_empty());
            prop_assert!(bench.state.pairing_of_card(&card("c5")).is_none());
        }
        prop_assert_eq!(bench.state.card(&card("c1"), bench.now).unwrap().pin, pin);
    }

    #[test]
    fn i20_time_alone_only_ends_what_holds_and_starts_what_was_to_come(
        settings in generate::settings(),
        steps in generate::steps(EVERYTHING),
        wait in generate::wait(),
    ) {
        let bench = Bench::told(&settings, &steps);
        let (now, later) = (bench.now, bench.now + wait);
        for id in CARDS {
            let before = bench.state.entitlements(&card(id), now);
            for view in bench.state.entitlements(&card(id), later) {
                let same = |old: &&crate::cas::EntitlementView| {
                    old.product == view.product && old.period == view.period
                };
                let old = before.iter().find(same);
                prop_assert!(old.is_some(), "{view:?} came from nowhere");
                let was_active = old.is_some_and(|old| old.state == EntitlementState::Active);
                let starts_between = now < view.period.start() && view.period.start() <= later;
                if view.state == EntitlementState::Active {
                    prop_assert!(was_active || starts_between, "{view:?}");
                } else {
                    prop_assert!(!was_active, "{view:?}");
                }
            }
        }
        let pins = |at| bench.state.cards(at).map(|card| card.pin).collect::<Vec<_>>();
        prop_assert_eq!(pins(now), pins(later));
    }
}

#[test]
fn settings_of_the_laws_have_room_for_every_product() {
    assert!(CasSettings::default().product_slot_limit > PRODUCTS.len());
}
