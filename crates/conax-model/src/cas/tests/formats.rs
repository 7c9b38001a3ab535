//! Which ids are accepted and in which form they are kept.

use crate::cas::{
    CardFormat, CardSpec, CardState, CasSettings, CasState, ModuleFormat, ProductFormat,
};
use crate::id::{DomainName, PairingModuleId, ProductId, SmartcardId};
use crate::time::SimTime;

#[test]
fn the_documented_examples_are_lenient_ids() {
    let long = "x".repeat(33);
    for (id, taken) in [
        ("01900080207", true),
        ("stb01-3020-0005", true),
        ("0000-0000-0008", true),
        ("sc20000010", true),
        ("2222", true),
        (&long[..32], true),
        (&long, false),
        ("", false),
        ("with space", false),
        ("žába", false),
    ] {
        assert_eq!(CardFormat::Lenient.read(&SmartcardId::new(id)).is_ok(), taken, "{id}");
        let module = PairingModuleId::new(id);
        assert_eq!(ModuleFormat::Lenient.check(&module).is_ok(), taken, "{id}");
        assert_eq!(ProductFormat::Lenient.check(&ProductId::new(id)).is_ok(), taken, "{id}");
    }
}

#[test]
fn printed_card_numbers_lose_their_check_digit() {
    for (printed, kept) in [
        ("01109031050", Some("01109031050")),
        ("011090310502", Some("01109031050")),
        ("011 0903 1050 - 2", Some("01109031050")),
        ("0110903 1050 - 2", None),
        ("011 0903 1050 - 22", None),
        ("011 0903 1050-2", None),
        ("0110903105022", None),
        ("0110903105", None),
    ] {
        let read = CardFormat::StrictOrPrinted.read(&SmartcardId::new(printed));
        assert_eq!(read.ok(), kept.map(SmartcardId::new), "{printed}");
    }
}

#[test]
fn strict_modules_and_products_are_numbers() {
    for (id, taken) in
        [("123456789", false), ("1234567890", true), ("12345678901", true), ("123456789012", false)]
    {
        let module = PairingModuleId::new(id);
        assert_eq!(ModuleFormat::Strict.check(&module).is_ok(), taken, "{id}");
    }
    for (id, taken) in [
        ("0", false),
        ("1", true),
        ("65535", true),
        ("65536", false),
        ("P1", false),
        ("000007", false),
    ] {
        assert_eq!(ProductFormat::Strict.check(&ProductId::new(id)).is_ok(), taken, "{id}");
    }
}

#[test]
fn a_card_is_found_by_its_printed_number() {
    let mut state = CasState::new(CasSettings {
        card_format: CardFormat::StrictOrPrinted,
        ..CasSettings::default()
    });
    state.load_card(CardSpec {
        id: SmartcardId::new("011 0903 1050 - 2"),
        domain: DomainName::new("a"),
        state: CardState::Stock,
        pin: None,
    });
    let card = state.card(&SmartcardId::new("01109031050"), SimTime::default());
    assert_eq!(card.map(|card| card.id), Some(SmartcardId::new("01109031050")));
}

#[test]
fn a_refused_id_is_shown_shortened_with_what_is_allowed() {
    let id = SmartcardId::new("?".repeat(1000));
    let rejection = CardFormat::Lenient.read(&id).unwrap_err();
    let shown = "?".repeat(48);
    assert_eq!(
        rejection.message,
        format!("smartcard `{shown}…` is not 1 to 32 letters, digits and dashes")
    );
}
