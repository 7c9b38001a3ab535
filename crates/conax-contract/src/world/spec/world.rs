//! A whole world: the CRM side, the Conax side, and what both start with.

use super::cas::CasSpec;
use super::crm::{SubscriptionSpec, TokenSpec, UserSpec, WebApiKeySpec};
use super::record::ProvisioningRequestSpec;
use super::{InstalledItem, ProductOnSale, Unit};

/// A starting state of both systems, as a `*.world.yaml` file describes it.
///
/// A parsed world is consistent: ids are unique and what is referred to exists. One exception is
/// on purpose: a CA id of the CRM side need not be known to the CAS side, because a card that is
/// not loaded at Conax is a case worth testing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorldSpec {
    /// The name of the world, by which scenarios and commands refer to it (key `world`).
    pub name: String,
    /// A sentence or two for people.
    pub description: Option<String>,
    /// The organisation to log in to; absent in the file: [`WorldSpec::DEFAULT_ORGANISATION`].
    pub organisation: String,
    /// The number the next provisioning request gets; absent in the file: one above the highest
    /// number among the records, or 1.
    pub next_request_number: u64,
    /// The provisioning provider as the CRM side has it set up.
    pub provider: ProviderSpec,
    /// Whether the magic smartcards are installed, on a subscription of their own, and loaded at
    /// Conax (key `magic_smartcards`; see [`crate::fault::magic_cards`]). Ours.
    pub magic_smartcards: bool,
    /// Units of the organisation.
    pub units: Vec<Unit>,
    /// People and programs that may log in.
    pub users: Vec<UserSpec>,
    /// Keys for the key login.
    pub web_api_keys: Vec<WebApiKeySpec>,
    /// Tokens that are valid from the start and never expire.
    pub tokens: Vec<TokenSpec>,
    /// Products of the CRM side; those classified as a service can be provisioned.
    pub services: Vec<ProductOnSale>,
    /// Subscriptions with their services and installed items.
    pub subscriptions: Vec<SubscriptionSpec>,
    /// Smartcards, set-top boxes and other things at customers.
    pub installed_items: Vec<InstalledItem>,
    /// Provisioning requests that exist from the start.
    pub provisioning_requests: Vec<ProvisioningRequestSpec>,
    /// The Conax side.
    pub cas: CasSpec,
}

impl WorldSpec {
    /// The organisation of a world that names none.
    // Attested: the organisation of the documented login example.
    pub const DEFAULT_ORGANISATION: &str = "CRMDEMO";

    /// Whether this is a name for a world: names stand in addresses and on command lines.
    #[must_use]
    pub fn is_name(text: &str) -> bool {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        (1..=64).contains(&text.len()) && text.bytes().all(allowed)
    }

    /// A world of this name with nothing in it.
    #[must_use]
    pub fn empty(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            description: None,
            organisation: Self::DEFAULT_ORGANISATION.to_owned(),
            next_request_number: 1,
            provider: ProviderSpec::default(),
            magic_smartcards: false,
            units: Vec::new(),
            users: Vec::new(),
            web_api_keys: Vec::new(),
            tokens: Vec::new(),
            services: Vec::new(),
            subscriptions: Vec::new(),
            installed_items: Vec::new(),
            provisioning_requests: Vec::new(),
            cas: CasSpec::default(),
        }
    }
}

/// The provisioning provider as the CRM side has it set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProviderSpec {
    /// Whether commands are sent at all (Attested: `provider.not-effective`); absent in the file: yes.
    pub effective: bool,
}

impl Default for ProviderSpec {
    fn default() -> Self {
        Self { effective: true }
    }
}
