//! The demo world holds what the documented requests need.

use super::shipped::shipped;
use crate::crm::LifeCycleState;
use crate::world::{InstalledItem, ItemClassification, ProductOnSale, WorldSpec};

fn service<'w>(world: &'w WorldSpec, name: &str) -> Option<&'w ProductOnSale> {
    world.services.iter().find(|it| &*it.code == name || &*it.id == name)
}

fn item<'w>(world: &'w WorldSpec, name: &str) -> Option<&'w InstalledItem> {
    let mut items = world.installed_items.iter();
    items.find(|it| &*it.serial_number == name || &*it.id == name)
}

/// Whether the CRM side sells `ca_id` to the subscription, and Conax knows it.
fn has_service(world: &WorldSpec, subscription: &str, ca_id: &str) -> bool {
    let subscription = world.subscriptions.iter().find(|it| it.id == subscription).unwrap();
    let mut sold = subscription.services.iter().filter_map(|name| service(world, name));
    let known = world.cas.products.iter().any(|product| product.id.as_str() == ca_id);
    known && sold.any(|service| service.ca_id.as_deref() == Some(ca_id))
}

/// The CA id of an item of the subscription with this number, found by serial number or id.
fn item_ca_id(world: &WorldSpec, number: &str, name: &str) -> Option<String> {
    let wanted = item(world, name)?;
    let subscription = world.subscriptions.iter().find(|it| it.number == number)?;
    let mut held = subscription.installed_items.iter().filter_map(|name| item(world, name));
    held.any(|it| it.id == wanted.id).then(|| wanted.ca_id.as_deref().map(str::to_owned)).flatten()
}

#[test]
fn the_documented_login_is_possible() {
    let world = shipped("demo");
    assert_eq!(world.organisation, "CRMDEMO");
    assert!(world.units.iter().any(|unit| &*unit.id == "EE63A82C4FEBE02FF34E90DD1EBA5ABE"));
    let user = &world.users[0];
    assert!(user.user.username.eq_ignore_ascii_case("mpadministrator"));
    assert_eq!(user.password.as_ref().map(|password| password.expose()), Some("1234"));
    assert_eq!(user.user.person_name.as_deref(), Some("Marios Lannister"));
    assert_eq!(user.unit.as_deref(), Some(&*world.units[0].id));
}

#[test]
fn the_tokens_of_the_documented_requests_are_valid() {
    let world = shipped("demo");
    let requests = [
        include_str!("../../../../../fixtures/contract/add_subscriptions.request.json"),
        include_str!("../../../../../fixtures/contract/cancel_subscriptions.request.json"),
        include_str!("../../../../../fixtures/contract/create_pairing.request.json"),
        include_str!("../../../../../fixtures/contract/add_to_existing_pairing.request.json"),
        include_str!("../../../../../fixtures/contract/reset_pin_to_default_value.request.json"),
        include_str!("../../../../../fixtures/contract/reset_pin_to_given_value.request.json"),
    ];
    for request in requests {
        let body: serde_json::Value = serde_json::from_str(request).unwrap();
        let known = world.tokens.iter().any(|token| body["token"] == token.token.expose());
        assert!(known, "{body}");
    }
}

#[test]
fn the_subscription_of_the_service_examples_has_their_service_and_smartcard() {
    let world = shipped("demo");
    let subscription = "98D375E905CD31F4CC780342525B2078";
    assert!(has_service(&world, subscription, "P1test"));
    let card = item_ca_id(&world, "S60507", "ABE63350738749C47F404687DA5E5A47");
    assert_eq!(card.as_deref(), Some("stb01-3020-0005"));
    assert_eq!(item_ca_id(&world, "S60507", "THMOD001-10002").as_deref(), Some("THMOD001-10002"));
}

#[test]
fn the_smartcards_of_the_pairing_and_pin_examples_are_found_by_serial_number() {
    let world = shipped("demo");
    assert_eq!(item_ca_id(&world, "S60058", "S60058").as_deref(), Some("0000-0000-0008"));
    assert_eq!(item_ca_id(&world, "S60058", "sc20000010").as_deref(), Some("sc20000010"));
    let own = shipped("documented/reset_pin_to_default_value");
    assert_eq!(item_ca_id(&own, "S60058", "S60058").as_deref(), Some("sc20000010"));
}

#[test]
fn the_pairing_that_is_added_to_exists() {
    let paired = &shipped("demo").cas.pairings[0];
    assert_eq!(paired.smartcards, ["0000-0000-0008"]);
    assert!(!paired.pairing_modules.contains(&"0000-0000-0007".to_owned()));
}

#[test]
fn the_listed_records_stay_pending() {
    let world = shipped("demo");
    let records = &world.provisioning_requests;
    let pending = records.iter().filter(|it| it.life_cycle_state == LifeCycleState::Pending);
    assert!(pending.clone().all(|record| record.held));
    assert_eq!(pending.count(), 3);
    assert_eq!(world.next_request_number, 4050);
}

#[test]
fn every_kind_of_refusal_can_be_provoked() {
    let world = shipped("demo");
    let items = &world.installed_items;
    assert!(items.iter().any(|item| item.classification == ItemClassification::Other));
    let known = |ca_id: &str| world.cas.smartcards.iter().any(|card| card.id == ca_id);
    let cards = items.iter().filter(|item| item.classification == ItemClassification::Smartcard);
    let unknown = cards.filter(|item| !known(item.ca_id.as_deref().unwrap_or_default()));
    assert_eq!(unknown.count(), 1);
}
