//! The records of a scenario's world, and the values they are known under. Pure.

use conax_contract::world::{InstalledItem, ProductOnSale, SubscriptionSpec};

/// A record of our world: its id, what it is called, all values it is known under, its CA id.
pub(super) struct Record {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) values: Vec<(&'static str, String)>,
    pub(super) ca_id: Option<String>,
}

/// Whether a subscription has an installed item.
pub(super) fn holds(subscription: &SubscriptionSpec, item: &InstalledItem) -> bool {
    let mut held = subscription.installed_items.iter();
    held.any(|key| *key == *item.serial_number || *key == *item.id)
}

pub(super) fn of_subscription(one: &SubscriptionSpec) -> Record {
    Record {
        id: one.id.clone(),
        name: one.number.clone(),
        values: vec![("id", one.id.clone()), ("number", one.number.clone())],
        ca_id: None,
    }
}

pub(super) fn of_service(one: &ProductOnSale) -> Record {
    let mut values = vec![("id", one.id.to_string()), ("code", one.code.to_string())];
    values.extend(one.alternative_code.iter().map(|code| ("alternative_code", code.to_string())));
    Record {
        id: one.id.to_string(),
        name: one.code.to_string(),
        values,
        ca_id: one.ca_id.as_deref().map(str::to_owned),
    }
}

pub(super) fn of_item(one: &InstalledItem) -> Record {
    let mut values =
        vec![("id", one.id.to_string()), ("serial_number", one.serial_number.to_string())];
    values.extend(one.alternative_code.iter().map(|code| ("alternative_code", code.to_string())));
    values.extend(one.ca_id.iter().map(|ca_id| ("ca_id", ca_id.to_string())));
    Record {
        id: one.id.to_string(),
        name: one.serial_number.to_string(),
        values,
        ca_id: one.ca_id.as_deref().map(str::to_owned),
    }
}
