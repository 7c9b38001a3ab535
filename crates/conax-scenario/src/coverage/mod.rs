//! Coverage on three axes that are never summed: clauses of the contract, transitions of requests
//! and of the head-end's state, and which fault met which command at which phase.
//!
//! `space` says what there is, `gather` what one scenario met, `account` what is left, and
//! `skeleton` writes the scenario that would fill a gap.

mod account;
mod gather;
mod skeleton;
mod space;
#[cfg(test)]
mod tests;

pub use account::{Account, AxisAccount};
pub use gather::{Seen, gather};
pub use skeleton::skeleton;
pub use space::{Axis, cells, transitions};

use serde::{Deserialize, Serialize};

/// What a scenario met, by the ids of each axis, in order and each once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Covers {
    /// Clauses its answers showed.
    pub clauses: Vec<String>,
    /// Transitions that were taken.
    pub transitions: Vec<String>,
    /// Faults that met a command.
    pub cells: Vec<String>,
}
