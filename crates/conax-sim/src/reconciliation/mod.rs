//! Taking stock: what Conax really did with every request, where the two sides differ and why, what
//! would heal it, and why a request is where it is.
//!
//! Everything here is computed from the state when it is asked for; nothing is kept. Read on:
//! `drift`, `heal`, `proof` (the ledger as a file), `why`.

mod advice;
mod cure;
mod cut;
mod drift;
mod heal;
mod met;
mod metrics;
mod order;
mod proof;
mod reference;
mod rule;
mod story;
mod why;

pub use drift::{DriftEntry, NOT_OURS, OpenOrder, drift};
pub use heal::{Healing, heal};
pub use metrics::{connection_metrics, metrics};
pub use order::{TurnedRound, turned_round};
pub use proof::ledger_lines;
pub use why::{NotFound, Question, Why, find_request, why};
