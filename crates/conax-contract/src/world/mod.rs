//! Worlds: the starting states a person writes as `*.world.yaml`.
//!
//! [`WorldSpec::parse`] reads a file and reports everything that is wrong with it at once, each
//! finding with its place; [`WorldSpec::to_yaml`] and [`WorldSpec::outline`] write it back, with
//! its secrets masked if asked. A world knows the words of the two systems, not their behaviour:
//! the house turns it into live state.
//!
//! Read on: [`spec`](WorldSpec) for what a world holds, `read/` for the keys and checks of the
//! file, [`crate::text`] for places and findings.

mod built_in;
mod mask;
mod read;
mod spec;
mod unmask;
mod write;

#[cfg(test)]
mod tests;

pub use built_in::{DEMO, LAB, built_in};
pub use mask::Secrets;
pub use spec::{
    AddedSetsSpec, BatchAtomicitySpec, CancelMissingSpec, CardFormatSpec, CasProductSpec,
    CasSettingsSpec, CasSmartcardSpec, CasSpec, DomainSpec, EntitlementSpec, FormatSpec,
    InstalledItemSpec, IntervalRuleSpec, ItemClassification, LifeCycleState, LogInformationSpec,
    OverlappingFingerprintsSpec, PairingModuleSpec, PairingModuleState, PairingSpec, ParameterSpec,
    ParameterValue, PeriodPolicySpec, Priority, ProductClassification, ProductKind, ProductState,
    ProviderSpec, ProvisioningRequestSpec, RecordUserSpec, RepairPolicySpec, RequestType,
    ServiceSpec, SmartcardState, SubscriptionSpec, TextAlphabetSpec, TokenSpec, UnitSpec, UserSpec,
    WebApiKeySpec, WorldSpec,
};
