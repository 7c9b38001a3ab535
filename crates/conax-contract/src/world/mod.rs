//! Worlds: the starting states a person writes as `*.world.yaml`.
//!
//! [`WorldSpec::parse`] reads a file and reports everything that is wrong with it at once, each
//! finding with its place; [`WorldSpec::to_yaml`] and [`WorldSpec::outline`] write it back, with
//! its secrets masked if asked. A world knows the words of the two systems, not their behaviour:
//! the simulator turns it into live state.
//!
//! Read on: [`spec`](WorldSpec) for what a world holds, `read/` for the keys and checks of the
//! file, [`crate::text`] for places and findings.

mod built_in;
mod mask;
mod read;
mod secrets;
mod settings;
mod spec;
mod write;

#[cfg(test)]
mod tests;

use conax_model::cas::{
    AddedSets, BatchAtomicity, CancelMissing, FingerprintPixels, IntervalRule, ModuleFormat,
    OverlappingFingerprints, ProductFormat, RepairPolicy, TextAlphabet,
};
use conax_model::command::CommandKind;

use crate::text::words_of_lists;

pub use built_in::{DEMO, LAB, built_in};
pub use mask::Secrets;
pub use spec::{
    Author, CardFormat, CardState, CasSettingsSpec, CasSmartcardSpec, CasSpec, DomainSpec,
    EntitlementSpec, InstalledItem, ItemClassification, KeyState, LifeCycleState,
    LogInformationSpec, ModuleSpec, PairingSpec, ParameterSpec, ParameterValue, Priority,
    ProductClassification, ProductKind, ProductOnSale, ProductSpec, ProductState, ProviderSpec,
    ProvisioningRequestSpec, SubscriptionSpec, TokenSpec, Unit, User, UserSpec, WebApiKeySpec,
    WorldSpec,
};

words_of_lists!(
    AddedSets,
    BatchAtomicity,
    CancelMissing,
    CardFormat,
    CardState,
    CommandKind,
    FingerprintPixels,
    IntervalRule,
    ItemClassification,
    KeyState,
    LifeCycleState,
    ModuleFormat,
    OverlappingFingerprints,
    Priority,
    ProductClassification,
    ProductFormat,
    ProductKind,
    ProductState,
    RepairPolicy,
    TextAlphabet,
);
