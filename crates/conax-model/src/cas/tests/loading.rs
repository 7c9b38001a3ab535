//! Starting states.

use crate::cas::{CardSpec, CardState, CasSettings, LoadError, Period, Pin};
use crate::id::{DomainName, PairingModuleId, ProductId, SmartcardId};

use super::language::{SECOND, Story};

fn story() -> Story {
    Story::new(CasSettings::default())
}

fn card(id: &str) -> SmartcardId {
    SmartcardId::new(id)
}

fn module(id: &str) -> PairingModuleId {
    PairingModuleId::new(id)
}

#[test]
fn a_loaded_pairing_needs_known_free_members_of_one_domain() {
    let mut story = story();
    let now = story.now;
    let mut load = |cards: &[&str], modules: &[&str]| {
        let cards: Vec<_> = cards.iter().map(|id| card(id)).collect();
        let modules: Vec<_> = modules.iter().map(|id| module(id)).collect();
        story.state.load_pairing(cards, modules, now)
    };
    assert_eq!(load(&[], &["m1"]), Err(LoadError::EmptyPairing));
    assert_eq!(load(&["1"], &[]), Err(LoadError::EmptyPairing));
    assert_eq!(load(&["4"], &["m1"]), Err(LoadError::UnknownCard(card("4"))));
    assert_eq!(load(&["1"], &["m4"]), Err(LoadError::UnknownModule(module("m4"))));
    assert_eq!(load(&["1", "9"], &["m1"]), Err(LoadError::ForeignCard(card("9"))));
    assert_eq!(load(&["1"], &["m1"]), Ok(()));
    assert_eq!(load(&["1"], &["m2"]), Err(LoadError::CardPaired(card("1"))));
    assert_eq!(load(&["2"], &["m1"]), Err(LoadError::ModulePaired(module("m1"))));
}

#[test]
fn loaded_entitlements_need_card_product_and_room() {
    let mut story = story();
    let days = |first: u32, last: u32| {
        let day = SECOND * 86_400;
        Period::new(story.now + day * first, story.now + day * last).unwrap()
    };
    let periods = [days(0, 1), days(2, 3), days(4, 5)];
    let mut load = |id: &str, product: &str, period| {
        let product = ProductId::new(product);
        story.state.load_entitlement(&card(id), &product, period)
    };
    assert_eq!(load("4", "7", periods[0]), Err(LoadError::UnknownCard(card("4"))));
    let unknown = LoadError::UnknownProduct(ProductId::new("nine"));
    assert_eq!(load("1", "nine", periods[0]), Err(unknown));
    assert_eq!(load("1", "7", periods[0]), Ok(()));
    assert_eq!(load("1", "7", periods[2]), Ok(()));
    let full = LoadError::NoThirdPeriod { card: card("1"), product: ProductId::new("7") };
    assert_eq!(load("1", "7", periods[1]), Err(full));
}

#[test]
fn a_card_loaded_again_starts_afresh() {
    let mut story = story();
    let period = Period::new(story.now, Period::OPEN_END).unwrap();
    let (one, seven, now) = (card("1"), ProductId::new("7"), story.now);
    story.state.load_entitlement(&one, &seven, period).unwrap();
    story.state.load_pairing([one.clone()], [module("m1")], now).unwrap();
    story.state.load_card(CardSpec {
        id: one.clone(),
        domain: DomainName::new("b"),
        state: CardState::InUse,
        pin: Pin::parse("1234"),
    });
    let view = story.state.card(&one, now).unwrap();
    assert_eq!(view.state, CardState::Stock);
    assert_eq!(view.pin.expose(), "1234");
    assert!(story.state.pairing_of_module(&module("m1")).is_none());
}

#[test]
fn a_retired_card_cannot_be_changed_by_hand() {
    let mut story = story();
    story.state.retire_card(&card("1")).unwrap();
    let retired = Err(LoadError::CardRetired(card("1")));
    assert_eq!(story.state.block_card(&card("1")), retired);
    assert_eq!(story.state.unblock_card(&card("1")), retired);
    assert_eq!(story.state.retire_card(&card("1")), retired);
}
