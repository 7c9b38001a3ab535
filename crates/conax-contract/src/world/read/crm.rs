//! The sections of the CRM side.

use std::sync::Arc;

use super::names::{Kind, Target};
use super::reading::Reading;
use crate::text::{Fields, Placed, shared, text, word};
use crate::world::spec::{
    InstalledItem, ItemClassification, ProductClassification, ProductOnSale, SubscriptionSpec,
    TokenSpec, Unit, User, UserSpec, WebApiKeySpec,
};

pub(super) fn read_units(fields: &mut Fields<'_, '_>, reading: &mut Reading) -> Vec<Unit> {
    fields.maps("units", "a unit", |unit| {
        let id = reading.name(unit, "id", Kind::Unit);
        read_unit_with(id, unit)
    })
}

/// The members a unit has besides its id, which a record repeats.
pub(super) fn read_unit_with(id: Option<String>, unit: &mut Fields<'_, '_>) -> Option<Unit> {
    let name = unit.required("name", shared);
    let description = unit.optional("description", shared);
    let alternative_code = unit.optional("alternative_code", shared);
    let group_name = unit.optional("group_name", shared);
    let community_name = unit.optional("community_name", shared);
    Some(Unit {
        id: id?.into(),
        name: Some(name?),
        description,
        alternative_code,
        group_name,
        community_name,
    })
}

pub(super) fn read_users(fields: &mut Fields<'_, '_>, reading: &mut Reading) -> Vec<UserSpec> {
    fields.maps("users", "a user", |user| {
        let id = reading.name(user, "id", Kind::UserId);
        let username = reading.name(user, "username", Kind::Username);
        let password = reading.password(user, "password");
        let person = read_user_with(id, username, user);
        let unit = reading.optional_reference(user, "unit", Target::UNIT);
        Some(UserSpec { user: person?, password, unit })
    })
}

/// The members a user has besides its names, which a record repeats.
pub(super) fn read_user_with(
    id: Option<String>,
    username: Option<String>,
    user: &mut Fields<'_, '_>,
) -> Option<User> {
    let person_name = user.optional("person_name", shared);
    let email = user.optional("email", shared);
    Some(User { id: id?.into(), username: username?.into(), person_name, email })
}

pub(super) fn read_web_api_keys(
    fields: &mut Fields<'_, '_>,
    reading: &mut Reading,
) -> Vec<WebApiKeySpec> {
    fields.maps("web_api_keys", "a web API key", |entry| {
        let key = reading.unique_secret(entry, "key", (Kind::WebApiKey, "a web API key"));
        let username = reading.reference(entry, "username", Target::USER);
        let unit = reading.optional_reference(entry, "unit", Target::UNIT);
        Some(WebApiKeySpec { key: key?, username: username?, unit })
    })
}

pub(super) fn read_tokens(fields: &mut Fields<'_, '_>, reading: &mut Reading) -> Vec<TokenSpec> {
    fields.maps("tokens", "a token", |entry| {
        let token = reading.unique_secret(entry, "token", (Kind::Token, "a token"));
        let username = reading.reference(entry, "username", Target::USER);
        let unit = reading.optional_reference(entry, "unit", Target::UNIT);
        Some(TokenSpec { token: token?, username: username?, unit })
    })
}

pub(super) fn read_services(
    fields: &mut Fields<'_, '_>,
    reading: &mut Reading,
) -> Vec<ProductOnSale> {
    fields.maps("services", "a service", |service| {
        let id = reading.name(service, "id", Kind::ServiceId);
        let code = reading.name(service, "code", Kind::ServiceCode);
        let alternative_code =
            reading.optional_name(service, "alternative_code", Kind::ServiceAlternativeCode);
        let classification = service.optional("classification", word::<ProductClassification>);
        let classification = classification.unwrap_or_default();
        let ca_id = reading.optional_name(service, "ca_id", Kind::ServiceCaId);
        if classification == ProductClassification::Service {
            service.require("ca_id");
        } else {
            reading.no_services.extend(id.iter().chain(&code).cloned());
        }
        Some(ProductOnSale {
            id: id?.into(),
            code: code?.into(),
            alternative_code: alternative_code.map(Arc::from),
            ca_id: ca_id.map(Arc::from),
            classification,
        })
    })
}

pub(super) fn read_subscriptions(
    fields: &mut Fields<'_, '_>,
    reading: &mut Reading,
) -> Vec<SubscriptionSpec> {
    let mut position = 0;
    fields.maps("subscriptions", "a subscription", |subscription| {
        position += 1;
        let id = reading.name(subscription, "id", Kind::SubscriptionId);
        let number = reading.name(subscription, "number", Kind::SubscriptionNumber);
        let provisioning_distribution_id =
            subscription.optional("provisioning_distribution_id", text);
        let smartcard_provisioning_distribution_id =
            subscription.optional("smartcard_provisioning_distribution_id", text);
        let stb_provisioning_distributor_id =
            subscription.optional("stb_provisioning_distributor_id", text);
        let services = reading.references(subscription, "services", Target::SERVICE);
        let items = reading.references(subscription, "installed_items", Target::ITEM);
        reading.services_used.extend(services.iter().cloned());
        reading.items_used.extend(items.iter().map(|item| (position, item.clone())));
        Some(SubscriptionSpec {
            id: id?,
            number: number?,
            provisioning_distribution_id,
            smartcard_provisioning_distribution_id,
            stb_provisioning_distributor_id,
            services: values(services),
            installed_items: values(items),
        })
    })
}

pub(super) fn read_installed_items(
    fields: &mut Fields<'_, '_>,
    reading: &mut Reading,
) -> Vec<InstalledItem> {
    let mut position = 0;
    fields.maps("installed_items", "an installed item", |item| {
        let id = reading.name(item, "id", Kind::ItemId);
        let serial_number = reading.name(item, "serial_number", Kind::SerialNumber);
        let alternative_code =
            reading.optional_name(item, "alternative_code", Kind::ItemAlternativeCode);
        let classification = item.required("classification", word::<ItemClassification>);
        let ca_id = read_item_ca_id(classification, item, reading);
        position += 1;
        let names = serial_number.iter().chain(&id);
        reading.item_positions.extend(names.map(|name| (name.clone(), position)));
        Some(InstalledItem {
            id: id?.into(),
            serial_number: serial_number?.into(),
            alternative_code: alternative_code.map(Arc::from),
            ca_id: ca_id.map(Arc::from),
            classification: classification?,
        })
    })
}

/// Smartcards and set-top boxes have CA ids of their own; other things need none.
fn read_item_ca_id(
    classification: Option<ItemClassification>,
    item: &mut Fields<'_, '_>,
    reading: &mut Reading,
) -> Option<String> {
    let kind = match classification {
        Some(ItemClassification::Smartcard) => Kind::SmartcardCaId,
        Some(ItemClassification::Stb) => Kind::StbCaId,
        Some(ItemClassification::Other) | None => return item.optional("ca_id", text),
    };
    item.require("ca_id");
    reading.optional_name(item, "ca_id", kind)
}

fn values(placed: Vec<Placed<String>>) -> Vec<String> {
    placed.into_iter().map(|name| name.value).collect()
}
