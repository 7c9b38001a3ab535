//! The wire of the control door: our own, JSON, documented here and nowhere else.
//!
//! [`ControlEntry::ALL`] is the list of what the door offers, from which its self-description and
//! the documents are made. Bodies in are in `utility`, views out in `views`, refusals are problem
//! details (RFC 9457).

mod entry;
mod problem;
mod utility;
mod views;

pub use entry::ControlEntry;
pub use problem::{PROBLEM_TYPE, Problem};
pub use utility::{UtilityBody, UtilityProblem};
pub use views::{
    EntitlementView, EntriesView, EntryView, ExchangeView, FingerprintView, HealthView,
    JournalView, MessageView, PairingModuleView, PairingView, ProductView, QueueView, ReadyView,
    RunView, SmartcardDetailsView, SmartcardView, TransactionView, VersionView, WorldView,
    WorldsView,
};
