//! Everybody who waits for simulated time, in the order in which it is their turn.
//!
//! In a running mode a waiter also has a timer of tokio for the real time that is left; whichever
//! ends first wakes it. Stepped, only the clock's advance does.

use std::collections::{BTreeMap, HashMap};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

use crate::clock::activity::{Activity, Pause};
use crate::clock::{ClockMode, Inner};

/// What a waiter waits for.
#[derive(Debug)]
pub(super) enum Purpose {
    /// Work that must happen; its activity pauses.
    Work,
    /// The end of somebody's patience.
    TimeOut,
    /// Something that happens again and again.
    Background,
}

#[derive(Debug)]
enum Waiter {
    Work(Option<Pause>),
    TimeOut(Option<Activity>),
    Background,
}

#[derive(Debug)]
struct Entry {
    waiter: Waiter,
    waker: Option<Waker>,
}

/// When it is somebody's turn: time since the clock was made, then order of arrival.
type Turn = (Duration, u64);

/// Everybody who waits, and who was woken and has not noticed yet.
#[derive(Debug, Default)]
pub(super) struct Waits {
    entries: BTreeMap<Turn, Entry>,
    fired: HashMap<u64, Option<Activity>>,
}

impl Waits {
    /// When everybody's turn is, and whether they wait in the background.
    pub(super) fn turns(&self) -> impl Iterator<Item = (Duration, bool)> {
        self.entries
            .iter()
            .map(|((due, _), entry)| (*due, matches!(entry.waiter, Waiter::Background)))
    }

    fn fire(&mut self, inner: &Inner, turn: Turn) -> Option<Waker> {
        let entry = self.entries.remove(&turn)?;
        // Whoever is woken counts from here on, not only when it gets to act.
        let guard = match entry.waiter {
            Waiter::Work(Some(pause)) => {
                drop(pause);
                None
            }
            Waiter::Work(None) | Waiter::Background => Some(Activity::begin(&inner.bustle, None)),
            Waiter::TimeOut(activity) => {
                let activity = activity.inspect(Activity::wake);
                activity.or_else(|| Some(Activity::begin(&inner.bustle, None)))
            }
        };
        self.fired.insert(turn.1, guard);
        entry.waker
    }
}

impl Inner {
    /// Wakes the first waiter whose turn it is at `due`.
    pub(super) fn fire_at(&self, due: Duration) {
        let mut waits = self.waits();
        let first = waits.entries.keys().next().copied();
        let Some(turn) = first.filter(|(first, _)| *first <= due) else {
            return;
        };
        let waker = waits.fire(self, turn);
        drop(waits);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Lets everybody who waits look at the clock again.
    pub(super) fn changed(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        let wakers: Vec<Waker> = {
            let mut waits = self.waits();
            let entries = waits.entries.values_mut();
            entries.filter_map(|entry| entry.waker.take()).collect()
        };
        for waker in wakers {
            waker.wake();
        }
    }
}

/// A place among those who wait; given up when dropped.
#[derive(Debug)]
pub(super) struct Place {
    inner: Arc<Inner>,
    turn: Turn,
    changes: u64,
}

impl Place {
    /// Takes a place `after` from now; `changes` is what the clock had counted when the timer was
    /// set.
    pub(super) fn take(
        inner: &Arc<Inner>,
        after: Duration,
        number: u64,
        changes: u64,
        purpose: &Purpose,
    ) -> Self {
        let turn = (inner.position().saturating_add(after), number);
        let mut waits = inner.waits();
        let waiter = match purpose {
            Purpose::Work => Waiter::Work(None),
            Purpose::TimeOut => Waiter::TimeOut(Activity::current()),
            Purpose::Background => Waiter::Background,
        };
        let entry = waits.entries.entry(turn).or_insert(Entry {
            waiter,
            waker: None,
        });
        if let Purpose::Work = purpose {
            // Only now: who is at rest must be seen waiting.
            entry.waiter = Waiter::Work(Activity::current().map(|activity| activity.pause()));
        }
        drop(waits);
        Self {
            inner: Arc::clone(inner),
            turn,
            changes,
        }
    }

    /// Ready when it is this place's turn; with what counts for whoever was woken.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        mut timer: Pin<&mut Sleep>,
    ) -> Poll<Option<Activity>> {
        let changes = self.inner.changes.load(Ordering::SeqCst);
        if let Some(guard) = self.fired(Some(cx)) {
            return Poll::Ready(guard);
        }
        let mode = self.inner.mode();
        if mode == ClockMode::Stepped {
            self.changes = changes;
            return Poll::Pending;
        }
        if self.changes != changes {
            self.changes = changes;
            let left = self.turn.0.saturating_sub(self.inner.position());
            timer
                .as_mut()
                .reset(Instant::now() + bounded(mode.real(left)));
        }
        if timer.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        // Nobody but this task is to be woken.
        let _ = self.inner.waits().fire(&self.inner, self.turn);
        Poll::Ready(self.fired(None).flatten())
    }

    /// Whether this place was fired; if not, it is woken when it is.
    fn fired(&self, cx: Option<&mut Context<'_>>) -> Option<Option<Activity>> {
        let mut waits = self.inner.waits();
        let guard = waits.fired.remove(&self.turn.1);
        if guard.is_none()
            && let Some(cx) = cx
            && let Some(entry) = waits.entries.get_mut(&self.turn)
        {
            match &mut entry.waker {
                Some(waker) => waker.clone_from(cx.waker()),
                none => *none = Some(cx.waker().clone()),
            }
        }
        guard
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let (entry, guard) = {
            let mut waits = self.inner.waits();
            let entry = waits.entries.remove(&self.turn);
            (entry, waits.fired.remove(&self.turn.1))
        };
        drop((entry, guard));
    }
}

/// A time tokio's timers can name.
pub(super) fn bounded(time: Duration) -> Duration {
    const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);
    time.min(LONGEST)
}
