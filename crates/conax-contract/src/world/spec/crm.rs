//! The CRM side of a world: who may log in, what is sold, and who has it.

use super::User;
use crate::secret::SecretText;

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

/// A key for the key login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebApiKeySpec {
    /// The key.
    pub key: SecretText<'static>,
    /// The user it logs in.
    pub username: String,
    /// The id of its unit; without one the user's.
    pub unit: Option<String>,
}

/// A token that is valid from the start and never expires, so that documented requests can be
/// pasted as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSpec {
    /// The token.
    pub token: SecretText<'static>,
    /// The user it stands for.
    pub username: String,
    /// The id of its unit; without one the user's.
    pub unit: Option<String>,
}

/// A subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionSpec {
    /// Its id.
    pub id: String,
    /// Its number.
    pub number: String,
    /// The distributor sent when services are added or cancelled.
    pub provisioning_distribution_id: Option<String>,
    /// The distributor sent with a smartcard.
    pub smartcard_provisioning_distribution_id: Option<String>,
    /// The distributor sent with a set-top box ("distributor", as the examples print it).
    pub stb_provisioning_distributor_id: Option<String>,
    /// Its services, each by code or id as the file says it.
    pub services: Vec<String>,
    /// Its installed items, each by serial number or id as the file says it.
    pub installed_items: Vec<String>,
}
