//! What a world holds, as plain data without places.

mod cas;
mod codes;
mod crm;
mod record;
mod settings;
mod words;
mod world;

pub use crate::crm::{LifeCycleState, Priority, RequestType};
pub use cas::{
    CasProductSpec, CasSmartcardSpec, CasSpec, DomainSpec, EntitlementSpec, PairingModuleSpec,
    PairingModuleState, PairingSpec, ProductKind, ProductState, SmartcardState,
};
pub use crm::{
    InstalledItemSpec, ItemClassification, ProductClassification, ServiceSpec, SubscriptionSpec,
    TokenSpec, UnitSpec, UserSpec, WebApiKeySpec,
};
pub use record::{
    LogInformationSpec, ParameterSpec, ParameterValue, ProvisioningRequestSpec, RecordUserSpec,
};
pub use settings::{
    AddedSetsSpec, BatchAtomicitySpec, CancelMissingSpec, CardFormatSpec, CasSettingsSpec,
    FormatSpec, IntervalRuleSpec, OverlappingFingerprintsSpec, PeriodPolicySpec, RepairPolicySpec,
    TextAlphabetSpec,
};
pub use world::{ProviderSpec, WorldSpec};
