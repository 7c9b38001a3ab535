//! What a world holds, as plain data without places.

mod cas;
mod crm;
mod record;
mod world;

pub use super::settings::CasSettingsSpec;
pub use crate::crm::{CommandKind, LifeCycleState, Priority};
pub use cas::{CasSmartcardSpec, CasSpec, DomainSpec, EntitlementSpec, PairingSpec};
pub use conax_model::cas::{
    CardFormat, CardState, KeyState, ModuleSpec, ProductKind, ProductSpec, ProductState,
};
pub use conax_model::crm::{
    Author, InstalledItem, ItemClassification, ProductClassification, ProductOnSale, Unit, User,
};
pub use crm::{SubscriptionSpec, TokenSpec, UserSpec, WebApiKeySpec};
pub use record::{LogInformationSpec, ParameterSpec, ParameterValue, ProvisioningRequestSpec};
pub use world::{ProviderSpec, WorldSpec};
