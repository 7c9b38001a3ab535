//! The wire of the control API: our own, JSON, documented here and nowhere else.
//!
//! [`ControlEntry::ALL`] is the list of what the API offers, from which its self-description and
//! the documents are made. Addresses are in `target`, bodies in in `utility` and `clock` (by way of
//! `body`), views out in `views`,
//! `head_end` and `faults`, refusals are problem details (RFC 9457).

mod body;
mod clock;
mod described;
mod entry;
mod faults;
mod head_end;
mod problem;
mod target;
#[cfg(test)]
mod tests;
mod try_call;
mod utility;
mod view;
mod views;

pub use body::{BodyProblem, ForkBody, RestoreBody, SNAPSHOT_TYPE, SnapshotBody, parse_body};
pub use clock::{AdvanceBody, AdvanceTime, ClockBody, ClockModeName, SettleBody};
pub(crate) use described::PROVISIONING_REQUEST;
pub use entry::{ControlEntry, Described};
pub use faults::{
    ActedView, DriftView, DriftsView, DryRunBody, DryRunView, FaultChangeBody, FaultView,
    FaultsView, HealingView, LedgerRowView, LedgerView, MagicView, NearMissView, PresetsView,
    ShadowView, TurnedRoundView, WhyView,
};
pub use head_end::{
    EntitlementView, FingerprintView, MessageView, PairingModuleView, PairingView, ProductView,
    SmartcardDetailsView, SmartcardView, TransactionView,
};
pub use problem::{PROBLEM_TYPE, Problem};
pub use target::ControlTarget;
pub use try_call::{TryBody, TryView};
pub use utility::UtilityBody;
pub use views::{
    AdvancedView, ClockView, EntriesView, EntryView, ExchangeView, HealthView, JournalView,
    NOTHING_DUE, QueueView, ReadyView, RunView, SettledView, SnapshotView, SnapshotsView,
    VersionView, WorldView, WorldsView,
};
