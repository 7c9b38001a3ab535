//! Worlds: the starting states a person writes as `*.world.yaml`.
//!
//! [`WorldSpec::parse`] reads a file and reports everything that is wrong with it at once, each
//! finding with its place; [`WorldSpec::to_yaml`] and [`WorldSpec::outline`] write it back, with
//! its secrets masked if asked. A world knows the words of the two systems, not their behaviour:
//! the simulator turns it into live state.
//!
//! Read on: `table` for how the records are declared, [`file`](WorldSpec), `crm`, `cas` and `request`
//! for what they hold, each key once, [`crate::text`] for places and findings.

mod built_in;
mod cas;
mod crm;
mod file;
mod mask;
mod names;
mod reading;
mod request;
mod secrets;
mod settings;
mod table;

#[cfg(test)]
mod tests;

use conax_model::cas::{
    AddedSets, BatchAtomicity, CancelMissing, FingerprintPixels, IntervalRule, ModuleFormat,
    OverlappingFingerprints, ProductFormat, RepairPolicy, TextAlphabet,
};
use conax_model::command::CommandKind;

use crate::text::words_of_lists;

pub use crate::crm::{LifeCycleState, Priority};
pub use built_in::{DEMO, LAB, built_in};
pub use cas::{CasSmartcardSpec, CasSpec, DomainSpec, EntitlementSpec, PairingSpec};
pub use conax_model::cas::{
    CardFormat, CardState, KeyState, ModuleSpec, ProductKind, ProductSpec, ProductState,
};
pub use conax_model::crm::{
    Author, InstalledItem, ItemClassification, ProductClassification, ProductOnSale, Unit, User,
};
pub use crm::{SubscriptionSpec, TokenSpec, UserSpec, WebApiKeySpec};
pub use file::{ProviderSpec, WorldSpec};
pub use mask::Secrets;
pub use request::{LogInformationSpec, ParameterSpec, ParameterValue, ProvisioningRequestSpec};
pub use settings::CasSettingsSpec;

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
