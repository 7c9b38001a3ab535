//! Messages and fingerprints through their states.

use std::time::Duration;

use crate::cas::{BatchAtomicity, CasSettings, IntervalRule, OverlappingFingerprints};

use super::language::{check, check_with, tell};

#[test]
fn a_bark_waits_shows_and_ends() {
    check("bark 1 hello at=10s; wait 9s", "messages 1: bark message Queued");
    check("bark 1 hello at=10s; wait 10s", "messages 1: bark message OnAir");
    check("bark 1 hello at=10s; wait 29s", "messages 1: bark message OnAir");
    check("bark 1 hello at=10s; wait 30s", "messages 1: bark message Done");
    check("bark 1 hello for=5; wait 5s", "messages 1: bark message Done");
}

#[test]
fn a_repeated_bark_lasts_count_times_interval() {
    check("repeat 1 hello 3x10; wait 29s", "messages 1: repeating bark message OnAir");
    check("repeat 1 hello 3x10; wait 30s", "messages 1: repeating bark message Done");
}

#[test]
fn an_equal_sequence_replaces_what_still_waits() {
    check(
        "bark 1 one at=10s seq=1; bark 1 two at=10s seq=1",
        "messages 1: bark message Replaced, bark message Queued; \
         effect: queued bark message for `1`, 1 replaced, 0 left out",
    );
    check(
        "bark 1 one at=10s seq=-255; bark 1 two seq=257",
        "messages 1: bark message Replaced, bark message OnAir",
    );
}

#[test]
fn an_equal_sequence_cuts_short_what_is_on_air() {
    check(
        "bark 1 one seq=1; wait 5s; bark 1 two seq=1",
        "messages 1: bark message Done, bark message OnAir",
    );
    check(
        "bark 1 one seq=1; wait 5s; bark 1 two seq=1 at=5s",
        "messages 1: bark message OnAir, bark message Queued",
    );
}

#[test]
fn other_sequences_kinds_and_cards_are_left_alone() {
    check("mail 1 one; mail 1 two", "messages 1: mail OnAir, mail OnAir");
    check(
        "bark 1 one seq=1; bark 1 two seq=2",
        "messages 1: bark message OnAir, bark message OnAir",
    );
    check("mail 1 one seq=1; bark 1 two seq=1", "messages 1: mail OnAir, bark message OnAir");
    check("mail 1 one seq=1; mail 2 two seq=1", "messages 1: mail OnAir; messages 2: mail OnAir");
}

#[test]
fn one_bad_card_spoils_the_batch_unless_set_otherwise() {
    check("bark 1,2,4 hello", "last: ClientNotFound; messages 1: nothing");
    let settings =
        CasSettings { batch_atomicity: BatchAtomicity::EachCard, ..CasSettings::default() };
    check_with(
        settings.clone(),
        "bark 1,4,9,2 hello",
        "last: accepted; messages 2: bark message OnAir; \
         effect: queued bark message for `1` `2`, 0 replaced, 2 left out",
    );
    check_with(settings, "bark 4,9 hello", "last: ClientNotFound");
}

#[test]
fn a_card_named_twice_gets_one_message() {
    check("bark 1,1 hello", "messages 1: bark message OnAir");
}

#[test]
fn a_little_late_is_forgiven_and_starts_at_once() {
    check("bark 1 hello at=-30s; wait 19s", "messages 1: bark message OnAir");
    check("bark 1 hello at=-3600s", "last: accepted");
    check("bark 1 hello at=-3601s", "last: InputValidation");
    check("bark 1 hello at=367d", "last: InputValidation");
    check("fingerprint 1 A at=-3601s", "last: InputValidation");
}

#[test]
fn a_full_queue_makes_room_as_messages_end() {
    let settings = CasSettings { live_message_limit: 1, ..CasSettings::default() };
    check_with(settings.clone(), "bark 1 one; bark 2 two", "last: CapacityExceeded");
    check_with(
        settings,
        "bark 1 one; wait 20s; bark 2 two; wait 20s; bark 3 three",
        "last: accepted; messages 1: bark message Done; messages 2: bark message Done",
    );
}

#[test]
fn only_so_many_finished_messages_are_remembered() {
    let settings = CasSettings { finished_limit: 1, ..CasSettings::default() };
    check_with(
        settings,
        "bark 1 one; wait 20s; bark 2 two; wait 20s; bark 3 three",
        "messages 1: nothing; messages 2: bark message Done",
    );
}

#[test]
fn the_interval_rule_compares_with_the_display() {
    let settings =
        CasSettings { interval_rule: IntervalRule::AtLeastDisplay, ..CasSettings::default() };
    check("repeat 1 hello 2x10", "last: accepted");
    check_with(settings.clone(), "repeat 1 hello 2x10", "last: InputValidation");
    check_with(settings.clone(), "repeat 1 hello 2x10 for=11", "last: InputValidation");
    check_with(settings, "repeat 1 hello 2x10 for=10", "last: accepted");
}

#[test]
fn a_fingerprint_is_scheduled_shown_and_done() {
    check("fingerprint 1 A at=5s for=100", "fingerprints: A Queued");
    check("fingerprint 1 A at=5s for=100; wait 5s", "fingerprints: A OnAir");
    check("fingerprint 1 A at=5s for=100; wait 6s", "fingerprints: A Done");
}

#[test]
fn fingerprints_that_meet_in_a_slot_replace_each_other() {
    check("fingerprint 1 A at=5s; fingerprint 1 A at=9s", "fingerprints: A Replaced, A Queued");
    check("fingerprint 1 A at=5s; fingerprint 1 A at=10s", "fingerprints: A Queued, A Queued");
    check("fingerprint 1 A; fingerprint 1 A", "fingerprints: A Done, A OnAir");
    check("fingerprint 1 A; fingerprint 1 B", "fingerprints: A OnAir, B OnAir");
    check("fingerprint 1 A; fingerprint 2 A", "fingerprints: A OnAir, A OnAir");
}

#[test]
fn a_fingerprint_for_all_covers_those_for_one() {
    check("fingerprint 1 A at=5s; fingerprint all A at=5s", "fingerprints: A Replaced, A Queued");
    check("fingerprint all A at=5s; fingerprint 1 A at=5s", "fingerprints: A Queued, A Queued");
    for (one, other) in [("a", "b"), ("b", "a")] {
        check(
            &format!("as {one}; fingerprint all A at=5s; as {other}; fingerprint all A at=5s"),
            "fingerprints: A Queued, A Queued",
        );
    }
}

#[test]
fn fingerprints_that_meet_are_refused_if_so_set() {
    let settings = CasSettings {
        overlapping_fingerprints: OverlappingFingerprints::Refuse,
        ..CasSettings::default()
    };
    check_with(settings.clone(), "fingerprint all A; fingerprint 1 A", "last: InputValidation");
    check_with(settings.clone(), "fingerprint 1 A; fingerprint all A", "last: InputValidation");
    check_with(settings.clone(), "fingerprint 1 A; fingerprint 2 A", "last: accepted");
    check_with(settings, "fingerprint 1 A; wait 5s; fingerprint 1 A", "last: accepted");
}

#[test]
fn a_mail_is_on_air_for_its_set_time() {
    let settings = CasSettings { mail_air_time: Duration::from_secs(10), ..CasSettings::default() };
    let story = tell(settings, "mail 1 hello");
    let mail = story.state.messages(story.now).next().unwrap();
    assert_eq!(mail.end.since(mail.start), Duration::from_secs(10));
    assert_eq!(mail.display_seconds, None);
}
