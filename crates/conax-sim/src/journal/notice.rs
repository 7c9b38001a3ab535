//! What whoever operates the simulator wants to know, and what is no exchange.

use std::time::Duration;

use conax_model::time::SimTime;

use super::Surface;
use crate::http_server::TurnedAway;

/// Something that happened beside the exchanges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The simulated time of the main world.
    pub at: SimTime,
    /// What happened.
    pub what: Noticed,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Noticed {
    /// An API turned connections away since the last notice of this reason.
    ConnectionsRefused {
        /// The API.
        api: Surface,
        /// Why.
        reason: TurnedAway,
        /// How many.
        count: u64,
    },
    /// A world that a call had made was removed, because nobody used it.
    WorldRemoved {
        /// Its name.
        world: String,
        /// How long nobody used it, of real time.
        idle: Duration,
    },
}
