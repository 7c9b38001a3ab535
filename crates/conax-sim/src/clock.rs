//! The clock of the house: the only place that asks for the time, and it asks tokio.
//!
//! Simulated time starts at a given point and runs with tokio's clock, so that a paused test clock
//! pauses the house. Dates have no zone (Shown), so the clock has none.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use conax_model::time::SimTime;
use tokio::time::Instant;

/// Simulated time, running.
#[derive(Debug)]
pub struct Clock {
    /// What it showed when it was started, in milliseconds.
    start: AtomicI64,
    started: Instant,
}

impl Clock {
    /// A clock that shows `start` now and runs at the pace of tokio's clock.
    #[must_use]
    pub fn starting_at(start: SimTime) -> Self {
        Self {
            start: AtomicI64::new(start.millis()),
            started: Instant::now(),
        }
    }

    /// The simulated time.
    #[must_use]
    pub fn now(&self) -> SimTime {
        SimTime::from_millis(self.start.load(Ordering::Relaxed)) + self.started.elapsed()
    }

    /// What the clock shows, to be given back to [`Self::restore`].
    #[must_use]
    pub fn reading(&self) -> SimTime {
        self.now()
    }

    /// Sets the clock to a reading, from which it goes on.
    pub fn restore(&self, reading: SimTime) {
        let start = reading - self.started.elapsed();
        self.start.store(start.millis(), Ordering::Relaxed);
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
