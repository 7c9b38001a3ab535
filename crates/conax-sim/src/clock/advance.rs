//! Letting time pass at once.

use std::pin::pin;
use std::sync::atomic::Ordering;
use std::time::Duration;

use conax_model::time::SimTime;

use crate::clock::activity::{Activity, Pause};
use crate::clock::{Clock, ClockMode, whole_millis};

/// How long, of real time, the simulator may take to come to rest.
const PATIENCE: Duration = Duration::from_secs(10);

/// What happened while time passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advanced {
    /// The time before.
    pub from: SimTime,
    /// The time after.
    pub now: SimTime,
    /// How many waits ended.
    pub fired: usize,
    /// Whether the simulator came to rest whenever it had to; if not, time stopped there.
    pub at_rest: bool,
    /// Whether the world was replaced meanwhile; then time stopped there.
    pub replaced: bool,
}

/// The right to let time pass. There is one at a time; who has it is not counted as doing anything.
#[derive(Debug)]
pub struct Turn<'a> {
    clock: &'a Clock,
    /// How many worlds had been replaced when it began.
    replaced: u64,
    _alone: tokio::sync::MutexGuard<'a, ()>,
    _aside: Option<Pause>,
}

/// Timers that run must learn what has passed, even if whoever advanced was given up half-way.
impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if self.clock.mode() != ClockMode::Stepped {
            self.clock.inner.changed();
        }
    }
}

impl Clock {
    /// Waits for the right to let time pass.
    pub async fn turn(&self) -> Turn<'_> {
        let aside = Activity::current().map(|activity| activity.pause());
        // Who waits for its turn wants what is there now.
        let replaced = self.inner.replaced.load(Ordering::SeqCst);
        Turn { clock: self, replaced, _alone: self.inner.advancing.lock().await, _aside: aside }
    }

    /// Lets this much time pass at once: everything that is due until then happens in order of
    /// time, then of registration, each at its own time, the simulator coming to rest in between.
    pub async fn advance(&self, time: Duration) -> Advanced {
        let turn = self.turn().await;
        let target = self.inner.position().saturating_add(time);
        turn.advance(target).await
    }

    /// Lets time pass until the clock shows `now`; nothing happens if it already does.
    pub async fn advance_to(&self, now: SimTime) -> Advanced {
        self.turn().await.advance_to(now).await
    }

    /// Waits for `work` and lets pass just as much time as that takes.
    ///
    /// What it does must count as an activity until it is done, as a call and a run do; else time
    /// would pass that nobody waits for.
    pub async fn passing<F: Future>(&self, work: F) -> F::Output {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                () = self.pass_to_next() => {}
            }
        }
    }

    /// Lets time pass until whoever is next goes on; nobody may be waiting yet, or any more.
    async fn pass_to_next(&self) {
        let turn = self.turn().await;
        turn.rest().await;
        match turn.next_work() {
            Some(due) => drop(turn.advance_to(due).await),
            None => tokio::task::yield_now().await,
        }
    }
}

impl Turn<'_> {
    /// Waits until the simulator has come to rest; false if it does not.
    pub async fn rest(&self) -> bool {
        self.clock.inner.activity_count.rest(PATIENCE).await
    }

    /// When the next wait ends that is not in the background; what ends beyond the calendar never
    /// does.
    #[must_use]
    pub fn next_work(&self) -> Option<SimTime> {
        let base = self.clock.inner.face().base;
        let waits = self.clock.inner.waits();
        let (due, _) = waits.turns().find(|(_, in_background)| !in_background)?;
        Some(base + whole_millis(due)).filter(|due| *due <= SimTime::MAX)
    }

    /// See [`Clock::advance_to`].
    pub async fn advance_to(&self, now: SimTime) -> Advanced {
        let face = self.clock.inner.face();
        let target = now.since(face.base);
        self.advance(target.max(face.position())).await
    }

    /// The calendar ends, and with it the clock.
    async fn advance(&self, target: Duration) -> Advanced {
        let inner = &self.clock.inner;
        let target = target.min(SimTime::MAX.since(inner.face().base));
        let (from, mut fired) = (self.clock.now(), 0);
        let at_rest = loop {
            if !self.rest().await {
                break false;
            }
            if self.is_replaced() {
                break true;
            }
            let first = inner.waits().turns().next();
            let Some((due, _)) = first.filter(|(due, _)| *due <= target) else {
                self.pass_until(target);
                break true;
            };
            let gone_by = inner.leap(target);
            if gone_by > 0 {
                fired += usize::try_from(gone_by).unwrap_or(usize::MAX);
                continue;
            }
            self.pass_until(due);
            inner.fire_at(due);
            fired += 1;
            // Whoever called may be gone, and others have work to do.
            tokio::task::yield_now().await;
        };
        Advanced { from, now: self.clock.now(), fired, at_rest, replaced: self.is_replaced() }
    }

    /// Whether the world was replaced since the turn was wished for.
    #[must_use]
    pub fn is_replaced(&self) -> bool {
        self.clock.inner.replaced.load(Ordering::SeqCst) != self.replaced
    }

    /// A running clock may be there already.
    fn pass_until(&self, position: Duration) {
        self.clock.inner.change(|face| {
            let reached = face.position();
            face.stand_at(reached.max(position));
        });
    }
}
