//! The outermost keys.

use super::cas::cas_outline;
use super::crm;
use super::record::record_outline;
use crate::secret::SecretText;
use crate::text::Outline;
use crate::world::mask::{MASK, Secrets, masked_token};
use crate::world::spec::WorldSpec;

impl WorldSpec {
    /// The world as a world file. With [`Secrets::Shown`] reading it gives the same world again.
    #[must_use]
    pub fn to_yaml(&self, secrets: Secrets) -> String {
        self.outline(secrets).to_yaml()
    }

    /// The world with the keys of a world file, to be written as YAML or serialized as JSON.
    #[must_use]
    pub fn outline(&self, secrets: Secrets) -> Outline {
        let next_request_number = i64::try_from(self.next_request_number).unwrap_or(i64::MAX);
        let users = |user: &_| crm::user_outline(user, secrets);
        let keys = |key: &_| crm::web_api_key_outline(key, secrets);
        let tokens = |token: &_| crm::token_outline(token, secrets);
        let records = |record: &_| record_outline(record, secrets);
        Outline::map([
            ("world", Outline::text(&self.name)),
            ("description", Outline::optional_text(self.description.as_ref())),
            ("organisation", Outline::text(&self.organisation)),
            ("next_request_number", Outline::Whole(next_request_number)),
            ("provider", Outline::map([("effective", Outline::Flag(self.provider.effective))])),
            ("magic_smartcards", Outline::Flag(self.magic_smartcards)),
            ("units", Outline::list(&self.units, crm::unit_outline)),
            ("users", Outline::list(&self.users, users)),
            ("web_api_keys", Outline::list(&self.web_api_keys, keys)),
            ("tokens", Outline::list(&self.tokens, tokens)),
            ("services", Outline::list(&self.services, crm::service_outline)),
            ("subscriptions", Outline::list(&self.subscriptions, crm::subscription_outline)),
            ("installed_items", Outline::list(&self.installed_items, crm::item_outline)),
            ("provisioning_requests", Outline::list(&self.provisioning_requests, records)),
            ("cas", cas_outline(&self.cas, secrets)),
        ])
    }
}

/// A password or PIN; nothing of it is shown.
pub(in crate::world) fn hidden(secret: Option<&SecretText<'static>>, secrets: Secrets) -> Outline {
    match (secret, secrets) {
        (None, _) => Outline::Null,
        (Some(secret), Secrets::Shown) => Outline::text(secret.expose()),
        (Some(_), Secrets::Masked) => Outline::text(MASK),
    }
}

/// A token or key; its end is shown, so that people can tell which one it is.
pub(super) fn hidden_but_end(secret: &SecretText<'static>, secrets: Secrets) -> Outline {
    match secrets {
        Secrets::Shown => Outline::text(secret.expose()),
        Secrets::Masked => Outline::Text(masked_token(secret.expose())),
    }
}
