//! The magic smartcards of a world: installed on a subscription of their own, and loaded at Conax.

use std::borrow::Cow;

use conax_contract::fault::magic_cards;
use conax_contract::world::{
    CardState, CasSmartcardSpec, CasSpec, InstalledItem, ItemClassification, KeyState, ModuleSpec,
    ProductClassification, SubscriptionSpec, WorldSpec,
};
use conax_model::id::PairingModuleId;

/// The number of their subscription. Ours.
const SUBSCRIPTION: &str = "S99000";
/// The set-top box they can be paired with. Ours.
const MODULE: &str = "3099000000";

/// The world with its magic smartcards, if it wants them; whatever it has of them itself stays.
pub(super) fn with_magic(spec: &WorldSpec) -> Cow<'_, WorldSpec> {
    if !spec.magic_smartcards {
        return Cow::Borrowed(spec);
    }
    let mut spec = spec.clone();
    let domain = spec.cas.domains.first();
    let domain = domain.map_or(CasSpec::DEFAULT_DOMAIN.to_owned(), |first| first.name.clone());
    let mut serial_numbers = vec![MODULE.to_owned()];
    add_item(&mut spec, MODULE, ItemClassification::Stb);
    if spec.cas.pairing_modules.iter().all(|one| one.id.as_str() != MODULE) {
        spec.cas
            .pairing_modules
            .push(ModuleSpec { id: PairingModuleId::new(MODULE), key: KeyState::Loaded });
    }
    for magic in magic_cards() {
        add_item(&mut spec, &magic.card, ItemClassification::Smartcard);
        if spec.cas.smartcards.iter().all(|one| one.id != magic.card) {
            spec.cas.smartcards.push(CasSmartcardSpec {
                id: magic.card.clone(),
                domain: domain.clone(),
                state: CardState::Stock,
                pin: None,
            });
        }
        serial_numbers.push(magic.card);
    }
    add_subscription(&mut spec, serial_numbers);
    Cow::Owned(spec)
}

/// An id of ours: the digits of a name, at the end of 32.
fn id_of(name: &str) -> String {
    format!("DE{name:0>30}")
}

fn add_item(spec: &mut WorldSpec, ca_id: &str, classification: ItemClassification) {
    let is_there =
        |one: &InstalledItem| &*one.serial_number == ca_id || one.ca_id.as_deref() == Some(ca_id);
    if spec.installed_items.iter().any(is_there) {
        return;
    }
    spec.installed_items.push(InstalledItem {
        id: id_of(ca_id).into(),
        serial_number: ca_id.into(),
        alternative_code: None,
        ca_id: Some(ca_id.into()),
        classification,
    });
}

fn add_subscription(spec: &mut WorldSpec, installed_items: Vec<String>) {
    if spec.subscriptions.iter().any(|one| one.number == SUBSCRIPTION) {
        return;
    }
    let services = spec.services.iter();
    let services = services.filter(|one| one.classification == ProductClassification::Service);
    let services = services.map(|one| one.code.to_string()).collect();
    let id = id_of(&SUBSCRIPTION[1..]);
    let distributor = Some(id.clone());
    spec.subscriptions.push(SubscriptionSpec {
        id,
        number: SUBSCRIPTION.to_owned(),
        provisioning_distribution_id: distributor.clone(),
        smartcard_provisioning_distribution_id: distributor.clone(),
        stb_provisioning_distributor_id: distributor,
        services,
        installed_items,
    });
}
