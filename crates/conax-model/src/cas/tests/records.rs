//! What is remembered of a command, and the words a person reads.

use crate::cas::{CasSettings, Effect, Outcome, Rejection, RejectionCause};
use crate::command::CommandKind;
use crate::entropy::{Ids, Seed};
use crate::id::DomainName;

use super::language::{check_with, tell};

/// The message of the last rejection.
fn message(script: &str) -> String {
    let story = tell(CasSettings::default(), script);
    match &story.last().outcome {
        Outcome::Rejected(rejection) => rejection.message.clone(),
        Outcome::Accepted(_) => panic!("`{script}` was accepted"),
    }
}

#[test]
fn messages_tell_what_was_found_and_what_is_allowed() {
    for (script, expected) in [
        ("add 4 7", "smartcard `4` is not known to this head-end"),
        ("add 9 7", "smartcard `9` is not managed by SMS domain `a`"),
        ("add 1 nine", "product `nine` is not defined in this head-end"),
        ("add 1 old", "product `old` is withdrawn; it can only be cancelled"),
        ("join 1 m1", "smartcard `1` is not paired"),
        ("pair 1 m4", "pairing module `m4` is not known; its key is not loaded yet"),
        ("pin 1 12345", "the PIN has 5 characters; it must be four digits from 0 to 9"),
        (
            "pin 1 12a4",
            "the PIN has characters other than digits; it must be four digits from 0 to 9",
        ),
        (
            "repeat 1 hello 2x15",
            "the repetition interval is `15` seconds; 10 to 2550 in steps of 10 are allowed",
        ),
        ("bark 1 hello for=0", "the display duration in seconds is `0`; 1 to 65535 are allowed"),
        ("bark - hello", "0 smartcards are named; 1 to 500 are allowed"),
        ("fingerprint 1 a", "the fingerprint slot is `a`; one letter from A to Z is allowed"),
        (
            "add 1 7 from=2d until=1d",
            "the period ends at 2014-11-29T15:05:20.000, which is not after its start \
             2014-11-30T15:05:20.000",
        ),
        (
            "block 1; add 1 7",
            "smartcard `1` is blocked: it can only be asked about, cancelled and messaged",
        ),
        (
            "bark 1 hello at=-7200s",
            "the start 2014-11-28T13:05:20.000 is past: it is 2014-11-28T15:05:20.000, and at \
             most 3600 seconds are forgiven",
        ),
    ] {
        assert_eq!(message(script), expected);
    }
}

#[test]
fn inputs_and_effects_are_told_in_words() {
    for (script, inputs, effect) in [
        (
            "add 1 7 until=1d",
            "card `1`, products `7`, until 2014-11-29T15:05:20.000",
            "added `7` to `1` from 2014-11-28T15:05:20.000 until 2014-11-29T15:05:20.000",
        ),
        ("pin 1 1234", "card `1`, pin ****", "set the PIN of `1`"),
        ("pair 1,2 m1", "cards `1` `2`, modules `m1`", "paired `1` `2` with `m1`"),
        (
            "pair 1 m1; join 1 m2",
            "existing card `1`, cards , modules `m2`",
            "added `m2` to the pairing of `1`",
        ),
        (
            "repeat 1 hello 2x10 seq=3",
            "cards `1`, text `hello`, sequence 3, 2 times every 10 seconds",
            "queued repeating bark message for `1`, 0 replaced, 0 left out",
        ),
        (
            "fingerprint all A x=5",
            "all cards, x 5, slot `A`",
            "scheduled fingerprint 1, 0 replaced",
        ),
    ] {
        let story = tell(CasSettings::default(), script);
        assert_eq!(story.last().inputs, inputs);
        assert_eq!(story.last().effect.to_string(), effect);
    }
}

#[test]
fn a_kind_can_be_switched_off() {
    let settings = CasSettings {
        switched_off: [CommandKind::AddSubscriptions].into(),
        ..CasSettings::default()
    };
    check_with(settings.clone(), "add 1 7", "last: FeatureNotAvailable");
    check_with(settings, "cancel 1 7", "last: accepted");
}

#[test]
fn only_the_latest_transactions_are_kept_and_all_are_counted() {
    let settings = CasSettings { transaction_limit: 2, ..CasSettings::default() };
    let story = tell(settings, "add 1 7; add 1 8; add 4 7");
    let kept: Vec<&str> =
        story.state.transactions().map(|transaction| transaction.inputs.as_str()).collect();
    assert_eq!(kept, ["card `1`, products `8`", "card `4`, products `7`"]);
    assert_eq!(story.state.transaction_count(), 3);
}

#[test]
fn what_could_not_be_read_is_recorded_as_rejected() {
    let mut story = tell(CasSettings::default(), "add 1 7");
    let mut ids = Ids::new(Seed(2), "refusal");
    let cause = RejectionCause::InputValidation;
    let rejection = Rejection::new(cause, "`interval` is not a number");
    let kind = CommandKind::SendRepeatingBarkMessageToClient;
    let domain = DomainName::new("a");
    let refused = story.state.refuse(&domain, kind, rejection.clone(), story.now, &mut ids);
    assert_eq!(refused.outcome, Outcome::Rejected(rejection));
    assert_eq!(refused.effect, Effect::Nothing);
    assert_eq!(story.state.transactions().next_back(), Some(&refused));
    assert_eq!(story.state.transaction_count(), 2);
}
