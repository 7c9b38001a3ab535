//! Faults at work: the plan is judged, and what it says is carried out.
//!
//! The plan stands beside both sides: the CRM asks it while it connects, the head-end's door when a
//! command is there. Read on: `desk` (the plan and who asks), `enact` (endings and damaged answers
//! at the head-end's door).

mod desk;
mod enact;

pub use desk::{AtDoor, FaultBook, FaultDesk, FaultNote};
pub use enact::{ClientGone, WireFault, damaged, ended};
pub(crate) use enact::{claimed_encoding, damage_bytes, damage_reply};
