//! A world as it is at one moment: both sides, what they started from, and what the clock shows.
//!
//! Rows of the book are shared with the live world, so taking a snapshot copies look-up tables and
//! no requests. The journal is not part of it: it is the record of what happened, and goes on.

mod file;
mod journal;
mod kept;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use conax_contract::world::WorldSpec;
use conax_model::crm::QueueLength;
use conax_model::ledger::Ledger;
use conax_model::time::SimTime;

use crate::clock::Reading;
use crate::fault::FaultBook;
use crate::world::{CasSide, CrmSide};

pub use crate::seal::{FileRefusal, SealKey};
pub use kept::{KeptSnapshots, SNAPSHOT_LIMIT, TooManySnapshots};

/// A world as it was at one moment.
pub struct Snapshot {
    /// What both sides started from.
    pub(crate) spec: Arc<WorldSpec>,
    /// The CRM side; nothing is on its way in it.
    pub(crate) crm: CrmSide,
    /// The head-end's side.
    pub(crate) cas: CasSide,
    /// The fault plan with its counts and dice.
    pub(crate) faults: FaultBook,
    /// Both journals of the ledger.
    pub(crate) ledger: Ledger,
    /// The number of the last exchange with the head-end.
    pub(crate) last_exchange: u64,
    /// Processing runs so far.
    pub(crate) runs: u64,
    /// What the clock showed, and how time passed.
    pub(crate) clock: Reading,
}

impl Snapshot {
    /// What both sides started from, for a world of this name.
    pub(crate) fn spec_named(&self, name: &str) -> Arc<WorldSpec> {
        if self.spec.name == name {
            return Arc::clone(&self.spec);
        }
        Arc::new(WorldSpec { name: name.to_owned(), ..WorldSpec::clone(&self.spec) })
    }

    /// What the clock of the world showed.
    #[must_use]
    pub fn clock(&self) -> SimTime {
        self.clock.now
    }

    /// How many provisioning requests stand where.
    #[must_use]
    pub fn queue_length(&self) -> QueueLength {
        self.crm.book.queue_length()
    }

    /// How many tokens are known, those that have expired unnoticed included.
    #[must_use]
    pub fn token_count(&self) -> usize {
        self.crm.sessions.len()
    }

    /// How many smartcards the head-end has.
    #[must_use]
    pub fn smartcard_count(&self) -> usize {
        self.cas.state.card_count()
    }

    /// How many commands the head-end ever got.
    #[must_use]
    pub fn transaction_count(&self) -> u64 {
        self.cas.state.transaction_count()
    }
}

/// Only numbers: a snapshot holds secrets.
impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot")
            .field("world", &self.spec.name)
            .field("clock", &self.clock)
            .field("requests", &self.queue_length())
            .field("transactions", &self.transaction_count())
            .finish_non_exhaustive()
    }
}
