//! Faults at work: the plan is judged, and what it says is carried out.
//!
//! The plan stands beside both sides: the CRM asks it while it connects, the Conax endpoint when a
//! command is there. Read on: `store` (the plan and who asks), `enact` (endings and damaged answers
//! at the Conax endpoint).

mod enact;
mod one_call;
mod store;

pub use enact::{ClientGone, WireFault, damaged, ended};
pub(crate) use enact::{claimed_encoding, damage_bytes, damage_reply};
pub(crate) use one_call::{fault_of_call, rule_of_call};
pub use store::{AtEndpoint, FaultBook, FaultPlanStore};
