//! The conditional-access state machine of the simulated head-end.
//!
//! [`CasState::apply`] is the one way in: it decides (with the state read-only), changes the state
//! and records a [`Transaction`]. What depends on the clock (expired, on air, in use) is derived
//! from the `now` of each question and never stored, so no timer is needed and a step of the
//! clock is free.
//!
//! A rejected command is a value, never an `Err`. How anything is spelled on a wire is not known
//! here. Maturity levels, region codes, rights masks and the lag between the head-end and a card
//! are not modelled: no command of the thirteen reads or writes them.
//!
//! Read on: `apply` (decide, then do), `settings` (everything that is a choice), `transaction`
//! (what comes out), and one file per noun.

mod answer;
mod apply;
mod card;
mod decision;
mod entitlement;
mod fingerprint;
mod format;
mod inputs;
mod load;
mod message;
mod pairing;
mod period;
mod pin;
mod query;
mod schedule;
mod settings;
mod start;
mod state;
mod transaction;
mod wording;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

pub use answer::{ActiveEntitlement, Answer};
pub use card::{CardSpec, CardState, CardView};
pub use decision::CasChange;
pub use entitlement::{EntitlementState, EntitlementView};
pub use fingerprint::FingerprintView;
pub use format::{CardFormat, ModuleFormat, ProductFormat};
pub use load::{KeyState, LoadError, ModuleSpec, ProductKind, ProductSpec, ProductState};
pub use message::{MessageKind, MessageView, Repetition};
pub use pairing::Pairing;
pub use period::Period;
pub use pin::Pin;
pub use schedule::ShowState;
pub use settings::{
    AddedSets, BatchAtomicity, CancelMissing, CasSettings, FingerprintPixels, IntervalRule,
    OverlappingFingerprints, PeriodPolicy, RepairPolicy, TextAlphabet,
};
pub use state::CasState;
pub use transaction::{Effect, Outcome, Rejection, RejectionCause, Transaction};
