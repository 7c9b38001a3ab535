//! The examiner: plays scenario files against a target, judges what comes back, and reports.
//!
//! ```text
//! text ─► Scenario (all errors, with places) ─► case (seeded, explicit) ─► exchanges + findings ─► RunRecord ─► report
//! ```
//!
//! It knows the wire (`conax-contract`) and nothing of the simulator: it must be able to examine a
//! deployment that shares no line with it. It opens no socket and reads no file; a [`Target`] and a
//! [`Library`] do that for it.
//!
//! Read on: [`document`] (the language), [`conformance`] (the contract, clause by clause), [`run`] (playing it), [`judge`] (pure verdicts),
//! [`record`] (what is known afterwards), [`report`] (how it is told).

pub mod conformance;
pub mod coverage;
pub mod defect;
pub mod document;
pub mod explore;
pub mod judge;
pub mod record;
pub mod report;
pub mod run;
pub mod target;
pub mod verify;

pub use document::{Library, Reader, Scenario};
pub use record::{CaseRecord, RunRecord, Verdict};
pub use target::Target;
