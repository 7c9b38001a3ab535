//! The Conax side of a world: cards, products, pairings and what the cards may watch.

use chrono::NaiveDateTime;

use super::{CardState, CasSettingsSpec, ModuleSpec, ProductSpec};
use crate::secret::SecretText;

/// The Conax side of a world.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CasSpec {
    /// How the head-end behaves where nothing public says how it should.
    pub settings: CasSettingsSpec,
    /// The SMS domains that share the head-end; the first is the CRM side's own. Absent in the
    /// file: one, called [`CasSpec::DEFAULT_DOMAIN`].
    pub domains: Vec<DomainSpec>,
    /// The products it can entitle to, by the service CA ids of the CRM side.
    pub products: Vec<ProductSpec>,
    /// The smartcards it knows.
    pub smartcards: Vec<CasSmartcardSpec>,
    /// The pairing modules it knows, by the STB CA ids of the CRM side.
    pub pairing_modules: Vec<ModuleSpec>,
    /// The pairings it starts with.
    pub pairings: Vec<PairingSpec>,
    /// The entitlements it starts with.
    pub entitlements: Vec<EntitlementSpec>,
}

impl CasSpec {
    /// The domain of a world that names none. Ours.
    pub const DEFAULT_DOMAIN: &str = "crm";
}

/// An SMS domain: a subscriber management system allowed to command the head-end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainSpec {
    /// Its name.
    pub name: String,
    /// The user name of its calls; without one nobody can log in as this domain.
    pub username: Option<String>,
    /// The password of its calls.
    pub password: Option<SecretText<'static>>,
}

/// A smartcard of the head-end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CasSmartcardSpec {
    /// Its CA id.
    pub id: String,
    /// The domain that manages it; absent in the file: the first domain.
    pub domain: String,
    /// Its state; absent in the file: in stock.
    pub state: CardState,
    /// Its PIN, four digits; absent: the default PIN of the settings.
    pub pin: Option<SecretText<'static>>,
}

/// A pairing: smartcards that work in these modules. A card or module is in one pairing at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairingSpec {
    /// The CA ids of its smartcards, one or more.
    pub smartcards: Vec<String>,
    /// The ids of its pairing modules, one or more.
    pub pairing_modules: Vec<String>,
}

/// What a smartcard may watch, and when. At most two periods per smartcard and product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntitlementSpec {
    /// The CA id of the smartcard.
    pub smartcard: String,
    /// The id of the product.
    pub product: String,
    /// When it starts; absent: with the world.
    pub start: Option<NaiveDateTime>,
    /// When it ends (not included); absent: never.
    pub end: Option<NaiveDateTime>,
}
