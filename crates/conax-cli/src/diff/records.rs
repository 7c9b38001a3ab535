//! The records of a scenario's world, and the values they are known under. Pure.

use conax_contract::world::{InstalledItemSpec, ServiceSpec, SubscriptionSpec};

/// A record of our world: its id, what it is called, all values it is known under, its CA id.
pub(super) struct Record {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) values: Vec<(&'static str, String)>,
    pub(super) ca_id: Option<String>,
}

/// Whether a subscription has an installed item.
pub(super) fn holds(subscription: &SubscriptionSpec, item: &InstalledItemSpec) -> bool {
    let held = &subscription.installed_items;
    held.contains(&item.serial_number) || held.contains(&item.id)
}

pub(super) fn of_subscription(one: &SubscriptionSpec) -> Record {
    Record {
        id: one.id.clone(),
        name: one.number.clone(),
        values: vec![("id", one.id.clone()), ("number", one.number.clone())],
        ca_id: None,
    }
}

pub(super) fn of_service(one: &ServiceSpec) -> Record {
    let mut values = vec![("id", one.id.clone()), ("code", one.code.clone())];
    values.extend(
        one.alternative_code
            .clone()
            .map(|code| ("alternative_code", code)),
    );
    Record {
        id: one.id.clone(),
        name: one.code.clone(),
        values,
        ca_id: one.ca_id.clone(),
    }
}

pub(super) fn of_item(one: &InstalledItemSpec) -> Record {
    let mut values = vec![
        ("id", one.id.clone()),
        ("serial_number", one.serial_number.clone()),
    ];
    values.extend(
        one.alternative_code
            .clone()
            .map(|code| ("alternative_code", code)),
    );
    values.extend(one.ca_id.clone().map(|ca_id| ("ca_id", ca_id)));
    Record {
        id: one.id.clone(),
        name: one.serial_number.clone(),
        values,
        ca_id: one.ca_id.clone(),
    }
}
