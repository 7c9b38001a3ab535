//! What is written reads as what it was.

use crate::secret::SecretText;
use conax_model::id::ProductId;
use proptest::prelude::*;

use super::shipped::{SHIPPED, parsed};
use crate::world::{
    CardState, CasSmartcardSpec, DomainSpec, EntitlementSpec, ProductOnSale, Secrets, Unit,
    WorldSpec,
};

/// Every setting with another value than its default.
const SETTINGS: &str = r#"
world: settings
next_request_number: 9223372036854775807
provider: { effective: false }
cas:
  settings:
    card_format: strict_or_printed
    module_format: strict
    product_format: strict
    period_policy: to_month_end+2
    cancel_missing: reject
    repair_policy: reject
    added_sets: one_or_both
    default_pin: "1111"
    text_alphabet: latin1
    mail_text_limit: 1
    bark_text_limit: 2
    mail_air_time: 1d2h3min4s5ms
    default_display_seconds: 3
    display_seconds_limit: 4
    interval_rule: at_least_display
    default_fingerprint_centiseconds: 5
    fingerprint_pixels: strict
    overlapping_fingerprints: refuse
    start_grace: 0s
    start_horizon: 90min
    batch_limit: 6
    batch_atomicity: each_card
    product_slot_limit: 7
    pairing_group_limit: 8
    live_message_limit: 9
    live_fingerprint_limit: 10
    finished_limit: 0
    transaction_limit: 0
    switched_off: [SEND_MAIL_MESSAGE_TO_CLIENT, DISPLAY_FINGERPRINT]
  products: [{ id: "1", kind: ppv }, { id: "2", kind: token, label: two }]
"#;

fn assert_comes_back(world: &WorldSpec) {
    let yaml = world.to_yaml(Secrets::Shown);
    assert_eq!(&parsed("written", &yaml), world, "{yaml}");
    let json = serde_json::to_string(&world.outline(Secrets::Shown)).unwrap();
    assert_eq!(&parsed("written", &json), world, "{json}");
}

#[test]
fn every_shipped_world_comes_back_from_yaml_and_json() {
    for (path, text) in SHIPPED {
        assert_comes_back(&parsed(path, text));
    }
}

#[test]
fn every_setting_comes_back() {
    let world = parsed("settings", SETTINGS);
    assert_comes_back(&world);
    let yaml = world.to_yaml(Secrets::Shown);
    for line in SETTINGS.lines().filter(|line| line.starts_with("    ")) {
        let key = line.trim().split(':').next().unwrap();
        assert!(yaml.contains(&format!("{key}: ")), "{key} is not written");
    }
}

#[test]
fn the_smallest_world_comes_back() {
    assert_comes_back(&WorldSpec::empty("small"));
    assert_eq!(parsed("small", "world: small"), WorldSpec::empty("small"));
}

/// Any text a person could mean; emptiness is absence.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof!["[0-9eE.:_+~-]{1,12}", "yes|no|null|true|0x1F", "\\PC{1,20}", "(?s).{1,20}"]
}

prop_compose! {
    fn any_world()(
        texts in prop::collection::vec(any_text(), 8),
        numbers in prop::collection::btree_set("[0-9]{1,11}", 1..20),
        state in prop::sample::select(vec![
            CardState::Stock,
            CardState::InUse,
            CardState::Blocked,
        ]),
    ) -> WorldSpec {
        let mut world = WorldSpec::empty("any");
        world.description = Some(texts[0].clone());
        world.organisation = texts[1].clone();
        world.magic_smartcards = numbers.len() > 9;
        world.units.push(Unit {
            id: texts[2].as_str().into(),
            name: Some(texts[3].as_str().into()),
            description: Some(texts[4].as_str().into()),
            alternative_code: None,
            group_name: Some(texts[5].as_str().into()),
            community_name: None,
        });
        for number in &numbers {
            world.services.push(ProductOnSale {
                id: number.as_str().into(),
                code: format!("code {number}").into(),
                alternative_code: None,
                ca_id: Some(number.as_str().into()),
                classification: crate::world::ProductClassification::Service,
            });
            world.cas.smartcards.push(CasSmartcardSpec {
                id: number.clone(),
                domain: texts[6].clone(),
                state,
                pin: Some(SecretText::new("0000")),
            });
            world.cas.products.push(crate::world::ProductSpec {
                id: ProductId::new(number.as_str()),
                label: texts[7].clone(),
                kind: crate::world::ProductKind::Subscription,
                state: crate::world::ProductState::Defined,
            });
            world.cas.entitlements.push(EntitlementSpec {
                smartcard: number.clone(),
                product: number.clone(),
                start: None,
                end: None,
            });
        }
        let name = texts[6].clone();
        world.cas.domains.push(DomainSpec { name, username: None, password: None });
        world
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn whatever_texts_a_world_holds_it_comes_back(world in any_world()) {
        assert_comes_back(&world);
    }
}
