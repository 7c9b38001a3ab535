//! What a world holds, as plain data without places.

mod cas;
mod crm;
mod record;
mod world;

pub use super::settings::CasSettingsSpec;
pub use crate::crm::{LifeCycleState, Priority, RequestType};
pub use cas::{
    CasProductSpec, CasSmartcardSpec, CasSpec, DomainSpec, EntitlementSpec, PairingModuleSpec,
    PairingSpec,
};
pub use conax_model::cas::{CardFormat, CardState, KeyState, ProductKind, ProductState};
pub use conax_model::crm::{ItemClassification, ProductClassification};
pub use crm::{
    InstalledItemSpec, ServiceSpec, SubscriptionSpec, TokenSpec, UnitSpec, UserSpec, WebApiKeySpec,
};
pub use record::{
    LogInformationSpec, ParameterSpec, ParameterValue, ProvisioningRequestSpec, RecordUserSpec,
};
pub use world::{ProviderSpec, WorldSpec};
