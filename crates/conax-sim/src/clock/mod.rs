//! The clock of the simulator: the only place that asks for the time, and what everything that takes
//! simulated time waits for.
//!
//! It runs with tokio's clock ([`ClockMode::Real`]), faster or slower ([`ClockMode::Scaled`]), or
//! stands still until it is told to move ([`ClockMode::Stepped`]). In every mode [`Clock::advance`]
//! lets time pass at once: who waits is woken in turn, one after the other, each at its own time
//! and only when what the one before it began has come to rest (see [`Activity`]). Dates have no
//! zone (Shown), so the clock has none.

mod activity;
mod advance;
mod around;
mod face;
mod handover;
#[cfg(test)]
mod tests;
mod waits;
mod written;

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::Poll;
use std::time::Duration;

use conax_model::time::SimTime;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

pub use activity::{Activity, Caller, Run, idle, idle_unless_quick};
pub use advance::{Advanced, Turn};
pub use handover::{Bell, Hearing, Place, Places};
pub use waits::Repeated;
pub use written::parse_clock;

use activity::ActivityCount;
use around::Around;
use face::{Face, SharedFace};
use waits::{Beat, Purpose, Waits, bounded};

/// How simulated time passes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum ClockMode {
    /// At the pace of this machine.
    Real,
    /// This many times as fast.
    Scaled(f64),
    /// Only when the clock is told to move.
    Stepped,
}

impl ClockMode {
    /// The name of the mode.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::Scaled(_) => "scaled",
            Self::Stepped => "stepped",
        }
    }

    /// How many times as fast as this machine's time it runs, if it is neither as fast nor stands.
    #[must_use]
    pub const fn scale(self) -> Option<f64> {
        match self {
            Self::Scaled(scale) => Some(scale),
            Self::Real | Self::Stepped => None,
        }
    }

    /// A clock that runs this many times as fast, if one can.
    #[must_use]
    pub fn scaled(scale: f64) -> Option<Self> {
        (0.001..=100_000.0).contains(&scale).then_some(Self::Scaled(scale))
    }

    pub(crate) fn simulated(self, real: Duration) -> Duration {
        match self {
            Self::Real => real,
            Self::Scaled(scale) => real.mul_f64(scale),
            Self::Stepped => Duration::ZERO,
        }
    }

    fn real(self, simulated: Duration) -> Duration {
        match self {
            Self::Scaled(scale) => bounded(simulated).div_f64(scale),
            Self::Real | Self::Stepped => simulated,
        }
    }
}

/// What a clock shows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// How time passes.
    pub mode: ClockMode,
    /// The simulated time.
    pub now: SimTime,
}

/// The clock was to go back, which time never does (law I20).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the clock shows {now:?} and does not go back to {asked:?}")]
pub struct Backwards {
    /// What it shows.
    pub now: SimTime,
    /// What it was to show.
    pub asked: SimTime,
}

/// Something took longer than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the time is over")]
pub struct Elapsed;

/// Somebody who waits for simulated time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Until when.
    pub due: SimTime,
    /// Whether it waits again and again, so that nothing is left open if it is not waited for.
    pub in_background: bool,
}

/// Simulated time. Clones are the same clock.
#[derive(Clone, Debug)]
pub struct Clock {
    inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    face: SharedFace,
    /// What surrounds each change of the face.
    around: Around,
    waits: Mutex<Waits>,
    /// Numbers those who wait.
    numbers: AtomicU64,
    /// Counts the changes after which a running timer is wrong.
    changes: AtomicU64,
    activity_count: Arc<ActivityCount>,
    advancing: tokio::sync::Mutex<()>,
    /// Counts the worlds whose advances are of no interest any more.
    replaced: AtomicU64,
}

impl Inner {
    fn face(&self) -> Face {
        self.face.read()
    }

    /// Changes the face, within what surrounds its changes.
    fn change<T>(&self, change: impl FnOnce(&mut Face) -> T) -> T {
        self.around.call(|| self.reading(), || self.face.change(change))
    }

    /// Changes the face for somebody who is within that already.
    fn change_inside<T>(&self, change: impl FnOnce(&mut Face) -> T) -> T {
        self.face.change(change)
    }

    fn reading(&self) -> Reading {
        let face = self.face();
        Reading { mode: face.mode, now: face.now() }
    }

    fn position(&self) -> Duration {
        self.face().position()
    }

    fn mode(&self) -> ClockMode {
        self.face().mode
    }

    fn waits(&self) -> MutexGuard<'_, Waits> {
        self.waits.lock().expect("nobody panics while holding the waits")
    }

    fn next_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }
}

impl Clock {
    /// A clock that shows `start` now.
    #[must_use]
    pub fn new(mode: ClockMode, start: SimTime) -> Self {
        let face = Face { mode, base: start, position: Duration::ZERO, since: Instant::now() };
        Self {
            inner: Arc::new(Inner {
                face: SharedFace::new(face),
                around: Around::default(),
                waits: Mutex::default(),
                numbers: AtomicU64::new(0),
                changes: AtomicU64::new(0),
                activity_count: Arc::default(),
                advancing: tokio::sync::Mutex::default(),
                replaced: AtomicU64::new(0),
            }),
        }
    }

    /// A clock that shows `start` now and runs at the pace of tokio's clock.
    #[must_use]
    pub fn starting_at(start: SimTime) -> Self {
        Self::new(ClockMode::Real, start)
    }

    /// From now on whatever changes the clock does so within `around`, which calls what it is given
    /// first; what it is given second reads the clock. It is said once: a second time changes
    /// nothing.
    pub(crate) fn change_within(
        &self,
        around: impl Fn(&mut dyn FnMut(), &dyn Fn() -> Reading) + Send + Sync + 'static,
    ) {
        self.inner.around.set(around);
    }

    /// The simulated time.
    #[must_use]
    pub fn now(&self) -> SimTime {
        self.inner.face().now()
    }

    /// How time passes.
    #[must_use]
    pub fn mode(&self) -> ClockMode {
        self.inner.mode()
    }

    /// A mark to measure from: simulated time if the clock is stepped, so that the same calls
    /// measure the same; else the time of this machine.
    #[must_use]
    pub fn mark(&self) -> Mark<'_> {
        let face = self.inner.face();
        Mark(match face.mode {
            ClockMode::Stepped => Marked::Simulated(&self.inner, face.position),
            ClockMode::Real | ClockMode::Scaled(_) => Marked::Real(Instant::now()),
        })
    }

    /// What the clock shows.
    #[must_use]
    pub fn reading(&self) -> Reading {
        self.inner.reading()
    }

    /// Makes the clock show what it, or another one, showed before: it may go back. Who waits has
    /// as long to wait as before. To be called within what surrounds changes of the clock.
    pub(crate) fn restore(&self, reading: Reading) {
        self.inner.change_inside(|face| {
            face.stand_at(face.position());
            face.mode = reading.mode;
            face.base = reading.now - face.position;
        });
        self.inner.changed();
    }

    /// Ends every advance that goes on: the world it was for is replaced.
    pub fn end_advances(&self) {
        self.inner.replaced.fetch_add(1, Ordering::SeqCst);
    }

    /// Sets the date as one sets a watch: no time passes, and who waits has as long to wait as
    /// before.
    ///
    /// # Errors
    /// If the clock already shows a later time (law I20).
    pub fn set(&self, now: SimTime) -> Result<(), Backwards> {
        self.inner.change(|face| {
            let shown = face.now();
            if now < shown {
                return Err(Backwards { now: shown, asked: now });
            }
            face.base = face.base + now.since(shown);
            Ok(())
        })
    }

    /// Changes how time passes from now on.
    pub fn set_mode(&self, mode: ClockMode) {
        self.inner.change(|face| {
            face.stand_at(face.position());
            face.mode = mode;
        });
        self.inner.changed();
    }

    /// Something the simulator is doing, until it is dropped.
    #[must_use]
    pub fn activity(&self) -> Activity {
        Activity::begin(&self.inner.activity_count, None)
    }

    /// Something the simulator is doing while `caller` waits for it.
    #[must_use]
    pub fn activity_for(&self, caller: Option<&Caller>) -> Activity {
        Activity::begin(&self.inner.activity_count, caller)
    }

    /// Whether nothing is being done, apart from what asks: whatever goes on waits for time or for
    /// somebody outside.
    #[must_use]
    pub fn is_at_rest(&self) -> bool {
        // An activity counts, and so does the task that runs it.
        let own = 2 * usize::from(Activity::current().is_some());
        self.inner.activity_count.count() <= own
    }

    /// Everybody who waits, in the order of their turn.
    #[must_use]
    pub fn waiting(&self) -> Vec<Waiting> {
        let base = self.inner.face().base;
        let waits = self.inner.waits();
        let turns = waits
            .turns()
            .map(|(due, in_background)| Waiting { due: base + whole_millis(due), in_background });
        turns.collect()
    }

    /// Waits; for work that must happen. Meanwhile the activity of the running task pauses.
    pub async fn sleep(&self, time: Duration) {
        // Held until the task goes on, if it has no activity of its own.
        let _woken = self.wait(time, &Purpose::Work).await;
    }

    /// Waits for what happens again and again, from the moment it is called; gives an activity for
    /// whatever is done then. To settle, nobody waits for this.
    pub fn sleep_in_background(
        &self,
        time: Duration,
    ) -> impl Future<Output = Activity> + Send + use<> {
        self.in_background(time, None)
    }

    /// As [`Clock::sleep_in_background`], for what happens every `interval`: an advance asks it
    /// whether there is something to do, and lets it go by at once as long as there is not.
    pub fn sleep_until_beat(
        &self,
        interval: Duration,
        repeated: Arc<dyn Repeated>,
    ) -> impl Future<Output = Activity> + Send + use<> {
        self.in_background(interval, Some(Beat { interval, repeated }))
    }

    fn in_background(
        &self,
        time: Duration,
        beat: Option<Beat>,
    ) -> impl Future<Output = Activity> + Send + use<> {
        let waiting = self.wait(time, &Purpose::Background(beat));
        let clock = self.clone();
        async move {
            let woken = waiting.await;
            woken.unwrap_or_else(|| clock.activity())
        }
    }

    fn wait(
        &self,
        time: Duration,
        purpose: &Purpose,
    ) -> impl Future<Output = Option<Activity>> + Send + use<> {
        let changes = self.inner.changes.load(Ordering::SeqCst);
        let timer = tokio::time::sleep(bounded(self.mode().real(time)));
        let number = self.inner.next_number();
        let mut place = waits::Place::take(&self.inner, time, number, changes, purpose);
        async move {
            let mut timer = pin!(timer);
            std::future::poll_fn(|cx| place.poll(cx, timer.as_mut())).await
        }
    }

    /// Gives a future this long.
    ///
    /// # Errors
    /// If the time is over first.
    pub async fn timeout<F: Future>(
        &self,
        time: Duration,
        future: F,
    ) -> Result<F::Output, Elapsed> {
        let changes = self.inner.changes.load(Ordering::SeqCst);
        let mut timer = pin!(tokio::time::sleep(bounded(self.mode().real(time))));
        let mut future = pin!(future);
        // The turn is that of the call; the place is only taken if there is something to wait for.
        let number = self.inner.next_number();
        let mut place = None;
        std::future::poll_fn(|cx| {
            if let Poll::Ready(output) = future.as_mut().poll(cx) {
                return Poll::Ready(Ok(output));
            }
            let take = || waits::Place::take(&self.inner, time, number, changes, &Purpose::TimeOut);
            let place = place.get_or_insert_with(take);
            place.poll(cx, timer.as_mut()).map(|_| Err(Elapsed))
        })
        .await
    }
}

/// The first whole millisecond that is not before.
fn whole_millis(time: Duration) -> Duration {
    time.saturating_add(Duration::from_nanos(999_999))
}

/// A point from which a duration is measured.
#[derive(Clone, Copy, Debug)]
pub struct Mark<'a>(Marked<'a>);

#[derive(Clone, Copy, Debug)]
enum Marked<'a> {
    Real(Instant),
    Simulated(&'a Inner, Duration),
}

impl Mark<'_> {
    /// How long ago the mark was made.
    #[must_use]
    pub fn elapsed(self) -> Duration {
        match self.0 {
            Marked::Real(made) => made.elapsed(),
            Marked::Simulated(clock, made) => clock.position().saturating_sub(made),
        }
    }
}
