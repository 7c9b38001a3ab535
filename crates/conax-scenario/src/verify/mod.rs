//! Verification: a verdict for every clause of the contract on any implementation of the API.
//!
//! A [`Session`] makes calls and lets a [`Witness`](crate::conformance::Witness) hear them; the
//! `probes` say which calls. What came of it is a [`VerifyRecord`]. Nothing here knows what is
//! behind the target.
//!
//! ```text
//! TargetWorld + credentials ─► probes ─► exchanges ─► Verdicts ─► VerifyRecord ─► report, baseline, exit code
//! ```

mod baseline;
mod power;
mod preflight;
mod probes;
mod record;
mod records;
mod report;
mod session;
mod template;
mod world;

pub use baseline::{Baseline, Compared};
pub use power::Power;
pub use preflight::{Unopened, is_provisioning_api, preflight};
pub use probes::{Probe, planned_creations, probes, verify};
pub use record::{ClauseRecord, ExchangeNote, VerifyRecord};
pub use report::{clause_text, html, junit, sarif, summary, untested, variables};
pub use session::{Credentials, Options, Session};
pub use world::{LoginWorld, Named, RejectedWorld, TargetWorld, works_at_conax};
