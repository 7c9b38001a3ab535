//! The wire of the control API: our own, JSON, documented here and nowhere else.
//!
//! [`ControlEntry::ALL`] is the list of what the API offers, from which its self-description and
//! the documents are made. Addresses are in `target`, bodies in in `utility` and `clock` (by way of
//! `body`), views out in `views`, refusals are problem details (RFC 9457).

mod body;
mod clock;
mod entry;
mod faults;
mod problem;
mod target;
#[cfg(test)]
mod tests;
mod try_call;
mod utility;
mod views;

pub use body::{BodyProblem, ForkBody, RestoreBody, SNAPSHOT_TYPE, SnapshotBody, parse_body};
pub use clock::{AdvanceBody, AdvanceTime, ClockBody, ClockModeName, SettleBody};
pub use entry::ControlEntry;
pub use faults::{
    ActedView, DriftView, DriftsView, DryRunBody, DryRunView, FaultChangeBody, FaultView,
    FaultsView, HealingView, LedgerRowView, LedgerView, MagicView, NearMissView, PresetsView,
    ShadowView, TurnedRoundView, WhyView,
};
pub use problem::{PROBLEM_TYPE, Problem};
pub use target::ControlTarget;
pub use try_call::{TryBody, TryView};
pub use utility::UtilityBody;
pub use views::{
    AdvancedView, ClockView, EntitlementView, EntriesView, EntryView, ExchangeView,
    FingerprintView, HealthView, JournalView, MessageView, NOTHING_DUE, PairingModuleView,
    PairingView, ProductView, QueueView, ReadyView, RunView, SettledView, SmartcardDetailsView,
    SmartcardView, SnapshotView, SnapshotsView, TransactionView, VersionView, WorldView,
    WorldsView,
};
