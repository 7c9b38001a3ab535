//! The sections of the CRM side.

use super::world::{hidden, hidden_but_end};
use crate::text::{Outline, Word};
use crate::world::mask::Secrets;
use crate::world::spec::{
    InstalledItem, ProductOnSale, SubscriptionSpec, TokenSpec, Unit, UserSpec, WebApiKeySpec,
};

pub(super) fn unit_outline(unit: &Unit) -> Outline {
    Outline::map([
        ("id", Outline::text(&unit.id)),
        ("name", Outline::optional_text(unit.name.as_ref())),
        ("description", Outline::optional_text(unit.description.as_ref())),
        ("alternative_code", Outline::optional_text(unit.alternative_code.as_ref())),
        ("group_name", Outline::optional_text(unit.group_name.as_ref())),
        ("community_name", Outline::optional_text(unit.community_name.as_ref())),
    ])
}

pub(super) fn user_outline(login: &UserSpec, secrets: Secrets) -> Outline {
    let user = &login.user;
    Outline::map([
        ("id", Outline::text(&user.id)),
        ("username", Outline::text(&user.username)),
        ("password", hidden(login.password.as_ref(), secrets)),
        ("person_name", Outline::optional_text(user.person_name.as_ref())),
        ("email", Outline::optional_text(user.email.as_ref())),
        ("unit", Outline::optional_text(login.unit.as_ref())),
    ])
}

pub(super) fn web_api_key_outline(key: &WebApiKeySpec, secrets: Secrets) -> Outline {
    Outline::map([
        ("key", hidden_but_end(&key.key, secrets)),
        ("username", Outline::text(&key.username)),
        ("unit", Outline::optional_text(key.unit.as_ref())),
    ])
}

pub(super) fn token_outline(token: &TokenSpec, secrets: Secrets) -> Outline {
    Outline::map([
        ("token", hidden_but_end(&token.token, secrets)),
        ("username", Outline::text(&token.username)),
        ("unit", Outline::optional_text(token.unit.as_ref())),
    ])
}

pub(super) fn service_outline(service: &ProductOnSale) -> Outline {
    Outline::map([
        ("id", Outline::text(&service.id)),
        ("code", Outline::text(&service.code)),
        ("alternative_code", Outline::optional_text(service.alternative_code.as_ref())),
        ("ca_id", Outline::optional_text(service.ca_id.as_ref())),
        ("classification", Outline::Word(service.classification.word().to_owned())),
    ])
}

pub(super) fn subscription_outline(subscription: &SubscriptionSpec) -> Outline {
    let distribution = subscription.provisioning_distribution_id.as_ref();
    let of_smartcard = subscription.smartcard_provisioning_distribution_id.as_ref();
    let of_stb = subscription.stb_provisioning_distributor_id.as_ref();
    let names = |names: &[String]| Outline::list(names, |name| Outline::text(name));
    Outline::map([
        ("id", Outline::text(&subscription.id)),
        ("number", Outline::text(&subscription.number)),
        ("provisioning_distribution_id", Outline::optional_text(distribution)),
        ("smartcard_provisioning_distribution_id", Outline::optional_text(of_smartcard)),
        ("stb_provisioning_distributor_id", Outline::optional_text(of_stb)),
        ("services", names(&subscription.services)),
        ("installed_items", names(&subscription.installed_items)),
    ])
}

pub(super) fn item_outline(item: &InstalledItem) -> Outline {
    Outline::map([
        ("id", Outline::text(&item.id)),
        ("serial_number", Outline::text(&item.serial_number)),
        ("alternative_code", Outline::optional_text(item.alternative_code.as_ref())),
        ("ca_id", Outline::optional_text(item.ca_id.as_ref())),
        ("classification", Outline::Word(item.classification.word().to_owned())),
    ])
}
