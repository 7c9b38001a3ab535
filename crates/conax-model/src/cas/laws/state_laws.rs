//! Laws of every command: I1, I5, I7, I15, I17 and I19.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::{any, prop_assert, prop_assert_eq, prop_oneof, proptest};

use crate::cas::{
    Answer, CancelMissing, CasState, Effect, Outcome, Rejection, RejectionCause, Transaction,
};
use crate::command::Command;
use crate::time::SimTime;

use super::bench::{Bench, card, north, south};
use super::facts::{Facts, facts, facts_of};
use super::generate::{self, EVERYTHING, Universe};

/// Two parts of the universe that share nothing, so that no pairing joins them.
const ONE_SIDE: Universe = Universe {
    cards: &["c1", "c1", "c2"],
    modules: &["m1", "m2"],
    odd_cards: &["c8"],
    odd_modules: &["m9"],
    has_all_cards: false,
    ..EVERYTHING
};
const OTHER_SIDE: Universe = Universe {
    cards: &["c3"],
    modules: &["m3"],
    odd_cards: &["c5", "c9"],
    odd_modules: &["m4"],
    has_all_cards: false,
    ..EVERYTHING
};

/// The facts now and at some later times: what is stored shows sooner or later.
fn facts_over_time(state: &CasState, now: SimTime) -> Vec<Facts> {
    let days = |days: u64| now + Duration::from_secs(days * 24 * 60 * 60);
    [now, days(2), days(45)].map(|at| facts(state, at)).into()
}

/// Every card the head-end names in its answer or rejection, unless the command named it.
fn told_cards(transaction: &Transaction) -> Vec<String> {
    let words = match &transaction.outcome {
        Outcome::Accepted(Answer::None) => String::new(),
        Outcome::Accepted(answer) => format!("{answer:?}"),
        Outcome::Rejected(rejection) => rejection.message.clone(),
    };
    let effect = transaction.effect.to_string();
    ["c1", "c2", "c3", "c4", "c5", "c8"]
        .into_iter()
        .filter(|id| words.contains(id) || effect.contains(id))
        .filter(|id| !transaction.cards.contains(&card(id)))
        .map(str::to_owned)
        .collect()
}

/// The answer, or the cause of the rejection: messages may name numbers that depend on the order.
fn gist(outcome: &Outcome) -> Result<&Answer, RejectionCause> {
    match outcome {
        Outcome::Accepted(answer) => Ok(answer),
        Outcome::Rejected(rejection) => Err(rejection.cause),
    }
}

proptest! {
    #[test]
    fn i01_a_rejected_command_changes_nothing(
        settings in generate::tight_settings(),
        steps in generate::steps(EVERYTHING),
    ) {
        let mut bench = Bench::new(&settings);
        for step in &steps {
            bench.wait(step.wait);
            let before = facts_over_time(&bench.state, bench.now);
            let transaction = bench.tell(&step.domain, &step.command);
            if !transaction.outcome.is_accepted() {
                prop_assert_eq!(&transaction.effect, &Effect::Nothing);
                prop_assert_eq!(before, facts_over_time(&bench.state, bench.now));
            }
        }
    }

    #[test]
    fn i01_an_effect_of_nothing_is_none(
        settings in generate::settings(),
        steps in generate::steps(EVERYTHING),
    ) {
        let mut bench = Bench::new(&settings);
        for step in &steps {
            bench.wait(step.wait);
            let before = facts_over_time(&bench.state, bench.now);
            let transaction = bench.tell(&step.domain, &step.command);
            let changed = before != facts_over_time(&bench.state, bench.now);
            prop_assert!(!changed || transaction.effect != Effect::Nothing, "{transaction:?}");
        }
    }

    #[test]
    fn i05_adding_cancelling_and_pairing_twice_is_doing_it_once(
        settings in generate::settings(),
        steps in generate::steps(EVERYTHING),
        command in prop_oneof![
            generate::add(EVERYTHING),
            generate::cancel(EVERYTHING),
            generate::pairing(EVERYTHING),
        ],
    ) {
        let mut bench = Bench::told(&settings, &steps);
        let first = bench.tell(&north(), &command);
        let once = facts_over_time(&bench.state, bench.now);
        let second = bench.tell(&north(), &command);
        prop_assert_eq!(once, facts_over_time(&bench.state, bench.now));
        prop_assert_eq!(&second.effect, &Effect::Nothing);
        let may_differ = matches!(command, Command::CancelSubscriptions { .. })
            && settings.cancel_missing == CancelMissing::Reject;
        prop_assert!(may_differ || gist(&first.outcome) == gist(&second.outcome));
        prop_assert!(first.id != second.id);
    }

    #[test]
    fn i07_commands_on_different_cards_commute(
        settings in generate::settings(),
        steps in vec(prop_oneof![generate::step(ONE_SIDE), generate::step(OTHER_SIDE)], 0..14),
        one in generate::command(ONE_SIDE),
        other in generate::command(OTHER_SIDE),
    ) {
        let mut forward = Bench::told(&settings, &steps);
        let mut backward = Bench::told(&settings, &steps);
        let one_first = forward.tell(&north(), &one).outcome;
        let other_second = forward.tell(&north(), &other).outcome;
        let other_first = backward.tell(&north(), &other).outcome;
        let one_second = backward.tell(&north(), &one).outcome;
        prop_assert_eq!(gist(&one_first), gist(&one_second));
        prop_assert_eq!(gist(&other_first), gist(&other_second));
        prop_assert_eq!(
            facts_over_time(&forward.state, forward.now),
            facts_over_time(&backward.state, backward.now)
        );
    }

    #[test]
    fn i15_questions_change_nothing_but_the_log(
        settings in generate::settings(),
        steps in generate::steps(EVERYTHING),
        question in generate::query(EVERYTHING),
    ) {
        let mut bench = Bench::told(&settings, &steps);
        let before = facts_over_time(&bench.state, bench.now);
        let count = bench.state.transaction_count();
        let transaction = bench.tell(&north(), &question);
        prop_assert!(question.kind().is_query());
        prop_assert_eq!(transaction.effect, Effect::Nothing);
        prop_assert_eq!(before, facts_over_time(&bench.state, bench.now));
        prop_assert_eq!(bench.state.transaction_count(), count + 1);
    }

    #[test]
    fn i17_a_domain_neither_sees_nor_changes_cards_of_another(
        settings in generate::settings(),
        steps in prop_oneof![generate::steps(EVERYTHING), generate::steps_on_screen()],
    ) {
        let mut bench = Bench::new(&settings);
        for step in &steps {
            bench.wait(step.wait);
            let other = if step.domain == south() { north() } else { south() };
            let before = facts_of(&bench.state, bench.now, &other);
            let transaction = bench.tell(&step.domain, &step.command);
            let after = facts_of(&bench.state, bench.now, &other);
            prop_assert_eq!(before, after, "{:?}", transaction);
            for id in told_cards(&transaction) {
                let told = bench.state.card(&card(&id), bench.now).unwrap();
                prop_assert_eq!(&told.domain, &step.domain, "{:?}", transaction);
            }
        }
    }

    #[test]
    fn i19_the_state_does_not_depend_on_what_became_of_the_answers(
        settings in generate::settings(),
        steps in generate::steps(EVERYTHING),
        faults in vec(any::<bool>(), 14),
    ) {
        let mut healthy = Bench::new(&settings);
        let mut faulty = Bench::new(&settings);
        for (step, is_faulty) in steps.iter().zip(faults) {
            healthy.step(step);
            faulty.wait(step.wait);
            if is_faulty {
                // A fault before the command is applied; the sender tries again.
                let rejection = Rejection::new(RejectionCause::SystemError, "out of order");
                let (state, ids) = (&mut faulty.state, &mut faulty.ids);
                state.refuse_command(&step.domain, &step.command, rejection, faulty.now, ids);
            }
            drop(faulty.tell(&step.domain, &step.command));
            prop_assert_eq!(
                facts_over_time(&healthy.state, healthy.now),
                facts_over_time(&faulty.state, faulty.now)
            );
        }
    }
}
