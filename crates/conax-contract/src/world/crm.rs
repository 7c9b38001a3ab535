//! The CRM side of a world: who may log in, what is sold, and who has it.

use std::sync::Arc;

use conax_model::crm::{
    InstalledItem, ItemClassification, ProductClassification, ProductOnSale, Unit, User,
};

use super::mask::{Secrets, masked_token};
use super::names::{Kind, Target};
use super::reading::Reading;
use super::table::{
    Record, Written, name, optional, optional_name, optional_reference, password, present, record,
    reference, required,
};
use crate::secret::SecretText;
use crate::text::{Fields, Outline, Word, placed, shared, text, word};

record! { for Unit {
    id: Arc<str> = required(shared);
    name: Option<Arc<str>> = present(shared);
    description: Option<Arc<str>> = optional(shared);
    alternative_code: Option<Arc<str>> = optional(shared);
    group_name: Option<Arc<str>> = optional(shared);
    community_name: Option<Arc<str>> = optional(shared);
} }

/// The units of the world, whose ids are names; those that a record repeats need not be among them.
pub(super) fn units(
    fields: &mut Fields<'_, '_>,
    key: &'static str,
    reading: &mut Reading,
) -> Option<Vec<Unit>> {
    Some(fields.maps(key, "a unit", |unit| {
        reading.names.give_at(Kind::Unit, unit, "id");
        Unit::read(unit, reading)
    }))
}

record! { for User {
    id: Arc<str> = required(shared);
    username: Arc<str> = required(shared);
    person_name: Option<Arc<str>> = optional(shared);
    email: Option<Arc<str>> = optional(shared);
} }

/// Somebody who may log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserSpec {
    /// The user as records print it; the username is unique whatever its case.
    pub user: User,
    /// The password; without one only tokens and keys let this user in.
    pub password: Option<SecretText<'static>>,
    /// The id of the unit a login without a unit gets.
    pub unit: Option<String>,
}

impl Record for UserSpec {
    fn read(fields: &mut Fields<'_, '_>, reading: &mut Reading) -> Option<Self> {
        reading.names.give_at(Kind::UserId, fields, "id");
        reading.names.give_at(Kind::Username, fields, "username");
        let id = fields.required("id", shared);
        let username = fields.required("username", shared);
        let password = password(fields, "password", reading)?;
        let person_name = fields.optional("person_name", shared);
        let email = fields.optional("email", shared);
        let unit = optional_reference(Target::UNIT)(fields, "unit", reading)?;
        Some(Self {
            user: User { id: id?, username: username?, person_name, email },
            password,
            unit,
        })
    }
}

impl Written for UserSpec {
    /// The keys of the user, the password among them.
    fn outline(&self, secrets: Secrets) -> Outline {
        let User { id, username, person_name, email } = &self.user;
        Outline::map([
            ("id", id.outline(secrets)),
            ("username", username.outline(secrets)),
            ("password", self.password.outline(secrets)),
            ("person_name", person_name.outline(secrets)),
            ("email", email.outline(secrets)),
            ("unit", self.unit.outline(secrets)),
        ])
    }
}

record! {
    /// A key for the key login.
    pub struct WebApiKeySpec {
        /// The key.
        key: SecretText<'static> = unique_secret(Kind::WebApiKey, "a web API key"), hidden_but_end;
        /// The user it logs in.
        username: String = reference(Target::USER);
        /// The id of its unit; without one the user's.
        unit: Option<String> = optional_reference(Target::UNIT);
    }
}

record! {
    /// A token that is valid from the start and never expires, so that documented requests can be
    /// pasted as they are.
    pub struct TokenSpec {
        /// The token.
        token: SecretText<'static> = unique_secret(Kind::Token, "a token"), hidden_but_end;
        /// The user it stands for.
        username: String = reference(Target::USER);
        /// The id of its unit; without one the user's.
        unit: Option<String> = optional_reference(Target::UNIT);
    }
}

/// A secret called `what` in messages, which no two may share.
fn unique_secret(
    kind: Kind,
    what: &'static str,
) -> impl FnOnce(&mut Fields<'_, '_>, &'static str, &mut Reading) -> Option<SecretText<'static>> {
    move |fields, key, reading| reading.unique_secret(fields, key, (kind, what))
}

/// A token or key; its end is shown, so that people can tell which one it is.
fn hidden_but_end(secret: &SecretText<'static>, secrets: Secrets) -> Outline {
    match secrets {
        Secrets::Shown => Outline::text(secret.expose()),
        Secrets::Masked => Outline::Text(masked_token(secret.expose())),
    }
}

record! { for ProductOnSale {
    id: Arc<str> = name(Kind::ServiceId);
    code: Arc<str> = name(Kind::ServiceCode);
    alternative_code: Option<Arc<str>> = optional_name(Kind::ServiceAlternativeCode);
    ca_id: Option<Arc<str>> = |fields: &mut Fields<'_, '_>, key, reading: &mut Reading| {
        // It follows what it depends on.
        fields.take("classification");
        optional_name(Kind::ServiceCaId)(fields, key, reading)
    };
    classification: ProductClassification = |fields: &mut Fields<'_, '_>, key, reading: &mut Reading| {
        let classification = fields.optional(key, word::<ProductClassification>);
        let classification = classification.unwrap_or_default();
        if classification == ProductClassification::Service {
            fields.require("ca_id");
        } else {
            let names = id.iter().chain(&code);
            reading.no_services.extend(names.map(|name| name.to_string()));
        }
        Some(classification)
    };
} }

record! { for InstalledItem {
    id: Arc<str> = name(Kind::ItemId);
    serial_number: Arc<str> = |fields: &mut Fields<'_, '_>, key, reading: &mut Reading| {
        let serial_number = name::<Arc<str>>(Kind::SerialNumber)(fields, key, reading);
        reading.items += 1;
        let names = serial_number.iter().chain(&id);
        reading.item_positions.extend(names.map(|name| (name.to_string(), reading.items)));
        serial_number
    };
    alternative_code: Option<Arc<str>> = optional_name(Kind::ItemAlternativeCode);
    ca_id: Option<Arc<str>> = item_ca_id;
    classification: ItemClassification = required(word);
} }

/// Smartcards and set-top boxes have CA ids of their own; other things need none.
fn item_ca_id(
    item: &mut Fields<'_, '_>,
    key: &'static str,
    reading: &mut Reading,
) -> Option<Option<Arc<str>>> {
    let classification = item.take("classification").and_then(|marked| marked.scalar());
    let kind = match classification.and_then(ItemClassification::from_word) {
        Some(ItemClassification::Smartcard) => Kind::SmartcardCaId,
        Some(ItemClassification::Stb) => Kind::StbCaId,
        Some(ItemClassification::Other) | None => return Some(item.optional(key, shared)),
    };
    item.require(key);
    optional_name(kind)(item, key, reading)
}

record! {
    /// A subscription.
    pub struct SubscriptionSpec {
        /// Its id.
        id: String = name(Kind::SubscriptionId);
        /// Its number.
        number: String = name(Kind::SubscriptionNumber);
        /// The distributor sent when services are added or cancelled.
        provisioning_distribution_id: Option<String> = optional(text);
        /// The distributor sent with a smartcard.
        smartcard_provisioning_distribution_id: Option<String> = optional(text);
        /// The distributor sent with a set-top box ("distributor", as the examples print it).
        stb_provisioning_distributor_id: Option<String> = optional(text);
        /// Its services, each by code or id as the file says it.
        services: Vec<String> = |fields: &mut Fields<'_, '_>, key, reading: &mut Reading| {
            reading.subscriptions += 1;
            let services = fields.list(key, placed(text));
            reading.services_used.extend(services.iter().cloned());
            Some(reading.names.refer_all(Target::SERVICE, services))
        };
        /// Its installed items, each by serial number or id as the file says it.
        installed_items: Vec<String> = |fields: &mut Fields<'_, '_>, key, reading: &mut Reading| {
            let items = fields.list(key, placed(text));
            let used = items.iter().map(|item| (reading.subscriptions, item.clone()));
            reading.items_used.extend(used);
            Some(reading.names.refer_all(Target::ITEM, items))
        };
    }
}
