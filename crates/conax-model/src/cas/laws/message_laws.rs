//! Laws of what is shown on screens: I14 and the way of a message through its states.

use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use crate::cas::{MessageKind, MessageView, ShowState};

use super::bench::Bench;
use super::generate::{self, EVERYTHING};

fn keeps_its_limits(message: &MessageView) -> bool {
    let length = message.text.chars().count();
    let limit = if message.kind == MessageKind::Mail { 141 } else { 129 };
    let display = message.display_seconds.is_none_or(|seconds| (1..=65_535).contains(&seconds));
    let repetition = message.repetition.is_none_or(|repetition| {
        let seconds = repetition.interval_seconds;
        repetition.count > 0 && seconds % 10 == 0 && (10..=2550).contains(&seconds)
    });
    let is_complete = message.display_seconds.is_some() == (message.kind != MessageKind::Mail)
        && message.repetition.is_some() == (message.kind == MessageKind::RepeatingBark);
    (1..=limit).contains(&length) && display && repetition && is_complete
}

fn may_become(earlier: ShowState, later: ShowState) -> bool {
    matches!(
        (earlier, later),
        (ShowState::Queued, ShowState::Queued | ShowState::OnAir | ShowState::Done)
            | (ShowState::OnAir, ShowState::OnAir | ShowState::Done)
            | (ShowState::Done, ShowState::Done)
            | (ShowState::Replaced, ShowState::Replaced)
    )
}

proptest! {
    #[test]
    fn i14_every_stored_message_keeps_its_limits(
        settings in generate::tight_settings(),
        steps in generate::steps(EVERYTHING),
    ) {
        let mut bench = Bench::new(&settings);
        for step in &steps {
            bench.step(step);
            for message in bench.state.messages(bench.now) {
                prop_assert!(keeps_its_limits(&message), "{message:?}");
            }
            for job in bench.state.fingerprints(bench.now) {
                prop_assert!(job.slot.is_ascii_uppercase(), "{job:?}");
                prop_assert!(job.display_centiseconds > 0, "{job:?}");
            }
        }
    }

    #[test]
    fn i14_messages_and_fingerprints_stay_few(
        settings in generate::tight_settings(),
        steps in generate::steps_on_screen(),
    ) {
        let mut bench = Bench::new(&settings);
        for step in &steps {
            bench.step(step);
            let lives = |state| matches!(state, ShowState::Queued | ShowState::OnAir);
            let messages: Vec<_> = bench.state.messages(bench.now).collect();
            prop_assert!(messages.iter().filter(|message| lives(message.state)).count() <= 3);
            prop_assert!(messages.len() <= 3 + 3 + 2);
            let jobs: Vec<_> = bench.state.fingerprints(bench.now).collect();
            prop_assert!(jobs.iter().filter(|job| lives(job.state)).count() <= 3);
            prop_assert!(jobs.len() <= 3 + 3 + 2);
        }
    }

    #[test]
    fn i14_at_most_one_message_of_a_sequence_waits(
        settings in generate::settings(),
        steps in generate::steps_on_screen(),
    ) {
        let mut bench = Bench::new(&settings);
        for step in &steps {
            bench.step(step);
            let messages = bench.state.messages(bench.now);
            let waiting = messages.filter(|message| message.state == ShowState::Queued);
            let mut keys: Vec<_> = waiting
                .filter(|message| message.sequence.is_some())
                .map(|message| (message.card, message.kind, message.sequence))
                .collect();
            keys.sort();
            prop_assert!(keys.windows(2).all(|two| two[0] != two[1]), "{keys:?}");
        }
    }

    #[test]
    fn i20_messages_and_fingerprints_only_move_forward(
        settings in generate::settings(),
        steps in generate::steps_on_screen(),
        wait in generate::wait(),
    ) {
        let bench = Bench::told(&settings, &steps);
        let (now, later) = (bench.now, bench.now + wait);
        let pairs = bench.state.messages(now).zip(bench.state.messages(later));
        for (before, after) in pairs {
            prop_assert!(may_become(before.state, after.state), "{before:?} {after:?}");
            prop_assert_eq!(after.state == ShowState::OnAir, {
                before.state != ShowState::Replaced && after.start <= later && later < after.end
            });
        }
        let pairs = bench.state.fingerprints(now).zip(bench.state.fingerprints(later));
        for (before, after) in pairs {
            prop_assert!(may_become(before.state, after.state), "{before:?} {after:?}");
        }
    }
}
