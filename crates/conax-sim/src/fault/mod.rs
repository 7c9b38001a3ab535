//! Faults at work: the plan is judged, and what it says is carried out.
//!
//! The plan stands beside both sides: the CRM asks it while it connects, the Conax endpoint when a
//! command is there. Read on: `book` (the plan), `traffic` (a summary of it, and who is under way),
//! `enact` (endings and damaged answers at the Conax endpoint).

mod book;
mod enact;
mod one_call;
mod traffic;

pub use book::FaultBook;
pub use enact::{ClientGone, WireFault, damaged, ended};
pub(crate) use enact::{claimed_encoding, damage_bytes, damage_reply};
pub(crate) use one_call::{fault_of_call, rule_of_call};
pub use traffic::{AtEndpoint, FaultTraffic};
