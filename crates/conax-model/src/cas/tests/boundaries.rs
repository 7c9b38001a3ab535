//! The boundary set: values on both sides of every documented limit, as tables.

use crate::cas::{
    CardFormat, CardSpec, CardState, CasSettings, FingerprintPixels, Outcome, RejectionCause,
    TextAlphabet,
};
use crate::command::{Command, TextMessage};
use crate::id::{DomainName, SmartcardId};
use crate::secret::Secret;

use super::language::{Story, check, check_with};

fn accepts(story: &mut Story, command: &Command) -> bool {
    match &story.apply(command).outcome {
        Outcome::Accepted(_) => true,
        Outcome::Rejected(rejection) => {
            assert_eq!(rejection.cause, RejectionCause::InputValidation, "{rejection:?}");
            false
        }
    }
}

fn text(text: impl Into<String>) -> TextMessage {
    TextMessage {
        cards: vec![SmartcardId::new("1")],
        text: text.into(),
        start: None,
        sequence_number: None,
    }
}

fn bark(message: TextMessage) -> Command {
    Command::SendBarkMessageToClient { message, display_seconds: None }
}

#[test]
fn intervals_are_10_to_2550_in_steps_of_10() {
    for (interval, taken) in [
        (0, false),
        (9, false),
        (10, true),
        (15, false),
        (2550, true),
        (2551, false),
        (2560, false),
        (-10, false),
    ] {
        let expected = if taken { "last: accepted" } else { "last: InputValidation" };
        check(&format!("repeat 1 hello 2x{interval}"), expected);
    }
}

#[test]
fn repetitions_are_1_to_255() {
    for (count, expected) in [
        (0, "last: InputValidation"),
        (1, "last: accepted"),
        (255, "last: accepted"),
        (256, "last: InputValidation"),
        (-1, "last: InputValidation"),
    ] {
        check(&format!("repeat 1 hello {count}x10"), expected);
    }
}

#[test]
fn displays_are_1_to_65535_seconds() {
    for (seconds, expected) in [
        (0, "last: InputValidation"),
        (1, "last: accepted"),
        (65_535, "last: accepted"),
        (65_536, "last: InputValidation"),
        (-1, "last: InputValidation"),
    ] {
        check(&format!("bark 1 hello for={seconds}"), expected);
    }
}

#[test]
fn a_bark_has_1_to_129_characters_and_a_mail_141() {
    let mut story = Story::new(CasSettings::default());
    for (length, in_bark, in_mail) in [
        (0, false, false),
        (1, true, true),
        (128, true, true),
        (129, true, true),
        (130, false, true),
        (140, false, true),
        (141, false, true),
        (142, false, false),
    ] {
        // Characters count, not bytes.
        for character in ["x", "ž", "漢"] {
            let message = text(character.repeat(length));
            assert_eq!(accepts(&mut story, &bark(message.clone())), in_bark, "bark {length}");
            let mail = Command::SendMailMessageToClient(message);
            assert_eq!(accepts(&mut story, &mail), in_mail, "mail {length}");
        }
    }
}

#[test]
fn texts_have_no_control_characters_and_only_the_alphabet() {
    for (found, in_unicode, in_latin1) in [
        ("two\nlines\tand a tab", true, true),
        ("bell \u{7}", false, false),
        ("delete \u{7f}", false, false),
        ("ÿ is the last of Latin-1", true, true),
        ("Ž is not in it", true, false),
        ("漢字", true, false),
        ("   ", false, false),
    ] {
        let mut unicode = Story::new(CasSettings::default());
        assert_eq!(accepts(&mut unicode, &bark(text(found))), in_unicode, "{found}");
        let mut latin1 = Story::new(CasSettings {
            text_alphabet: TextAlphabet::Latin1,
            ..CasSettings::default()
        });
        assert_eq!(accepts(&mut latin1, &bark(text(found))), in_latin1, "{found}");
    }
}

#[test]
fn a_pin_is_four_ascii_digits() {
    let mut story = Story::new(CasSettings::default());
    for (pin, taken) in [
        ("", false),
        ("123", false),
        ("1234", true),
        ("0000", true),
        ("12345", false),
        ("12a4", false),
        ("００００", false),
        ("١٢٣٤", false),
        ("-123", false),
        ("123 ", false),
    ] {
        let card = SmartcardId::new("1");
        let pin = Secret::new(pin);
        let command = Command::UpdateCaPinToGivenValue { card, pin };
        assert_eq!(accepts(&mut story, &command), taken, "{command:?}");
    }
}

#[test]
fn a_batch_has_1_to_500_cards() {
    let mut story = Story::new(CasSettings::default());
    for id in 1..=501 {
        story.state.load_card(CardSpec {
            id: SmartcardId::new(id.to_string()),
            domain: DomainName::new("a"),
            state: CardState::Stock,
            pin: None,
        });
    }
    for (count, taken) in [(0, false), (1, true), (500, true), (501, false)] {
        let ids = (1..=count).map(|id: u32| SmartcardId::new(id.to_string()));
        let cards = ids.collect();
        let message = TextMessage { cards, ..text("hello") };
        assert_eq!(accepts(&mut story, &bark(message)), taken, "{count} cards");
    }
}

#[test]
fn strict_cards_have_11_digits() {
    let settings = CasSettings { card_format: CardFormat::Strict, ..CasSettings::default() };
    for (card, expected) in [
        ("0190008020", "last: InputValidation"),
        ("01900080207", "last: ClientNotFound"),
        ("019000802071", "last: InputValidation"),
        ("0190008020a", "last: InputValidation"),
    ] {
        check_with(settings.clone(), &format!("active {card}"), expected);
    }
}

#[test]
fn fingerprints_fit_what_a_box_can_keep() {
    for (values, expected) in [
        ("A for=0", "last: InputValidation"),
        ("A for=1", "last: accepted"),
        ("A for=65535", "last: accepted"),
        ("A for=65536", "last: InputValidation"),
        ("A for=-1", "last: InputValidation"),
        ("A x=0 y=0", "last: accepted"),
        ("A x=65535 y=65535", "last: accepted"),
        ("A x=65536", "last: InputValidation"),
        ("A y=-1", "last: InputValidation"),
        ("A height=0", "last: accepted"),
        ("A height=255", "last: accepted"),
        ("A height=256", "last: InputValidation"),
        ("Z", "last: accepted"),
        ("a", "last: InputValidation"),
        ("AB", "last: InputValidation"),
        ("1", "last: InputValidation"),
        ("", "last: InputValidation"),
    ] {
        check(&format!("fingerprint 1 {values}"), expected);
    }
}

#[test]
fn strict_fingerprints_stay_on_screen() {
    let settings =
        CasSettings { fingerprint_pixels: FingerprintPixels::Strict, ..CasSettings::default() };
    for (values, expected) in [
        ("A x=1919 y=1079", "last: accepted"),
        ("A x=1920", "last: InputValidation"),
        ("A y=1080", "last: InputValidation"),
    ] {
        check_with(settings.clone(), &format!("fingerprint 1 {values}"), expected);
    }
}
