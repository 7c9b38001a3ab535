//! The clock of the house: the only place that asks for the time, and it asks tokio.
//!
//! Simulated time starts at a given point and runs with tokio's clock, so that a paused test clock
//! pauses the house. Dates have no zone (Shown), so the clock has none.

use std::time::Duration;

use conax_model::time::SimTime;
use tokio::time::Instant;

/// Simulated time, running.
#[derive(Clone, Debug)]
pub struct Clock {
    start: SimTime,
    started: Instant,
}

impl Clock {
    /// A clock that shows `start` now and runs at the pace of tokio's clock.
    #[must_use]
    pub fn starting_at(start: SimTime) -> Self {
        Self {
            start,
            started: Instant::now(),
        }
    }

    /// The simulated time.
    #[must_use]
    pub fn now(&self) -> SimTime {
        self.start + self.started.elapsed()
    }

    /// A mark to measure from.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark(Instant::now())
    }
}

/// A point from which a duration is measured.
#[derive(Clone, Copy, Debug)]
pub struct Mark(Instant);

impl Mark {
    /// How long ago the mark was made.
    #[must_use]
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}
