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
mod look;
mod power;
mod probes;
mod record;
mod records;
mod session;
mod template;
mod told;
mod world;

pub use baseline::{Baseline, Compared};
pub use look::{Unopened, first_look, is_provisioning_api};
pub use power::Power;
pub use probes::{Probe, planned_creations, probes, verify};
pub use record::{ClauseRecord, ExchangeNote, VerifyRecord};
pub use session::{Credentials, Options, Session};
pub use told::{html, junit, sarif, story, summary, untested, variables};
pub use world::{LoginWorld, Named, RejectedWorld, TargetWorld};
