//! Finding the parts of a world by the names a file uses for them.

use std::collections::BTreeMap;

use super::spec::{InstalledItemSpec, ServiceSpec, WorldSpec};

/// Services and installed items of a world by either of their names.
///
/// Where an id of one and a code or serial number of another are the same text, the id wins.
#[derive(Debug)]
pub struct Directory<'w> {
    services: BTreeMap<&'w str, &'w ServiceSpec>,
    items: BTreeMap<&'w str, &'w InstalledItemSpec>,
}

impl<'w> Directory<'w> {
    /// The directory of `world`.
    #[must_use]
    pub fn new(world: &'w WorldSpec) -> Self {
        let by_code = world
            .services
            .iter()
            .map(|service| (service.code.as_str(), service));
        let by_id = world
            .services
            .iter()
            .map(|service| (service.id.as_str(), service));
        let items = &world.installed_items;
        let by_serial = items.iter().map(|item| (item.serial_number.as_str(), item));
        let by_item_id = items.iter().map(|item| (item.id.as_str(), item));
        // The later of two equal names stays.
        Self {
            services: by_code.chain(by_id).collect(),
            items: by_serial.chain(by_item_id).collect(),
        }
    }

    /// The service with this code or id.
    #[must_use]
    pub fn service(&self, code_or_id: &str) -> Option<&'w ServiceSpec> {
        self.services.get(code_or_id).copied()
    }

    /// The installed item with this serial number or id.
    #[must_use]
    pub fn installed_item(&self, serial_number_or_id: &str) -> Option<&'w InstalledItemSpec> {
        self.items.get(serial_number_or_id).copied()
    }
}
