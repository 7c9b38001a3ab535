//! Everybody who waits for simulated time, in the order in which it is their turn.
//!
//! In a running mode a waiter also has a timer of tokio for the real time that is left; whichever
//! ends first wakes it. Stepped, only the clock's advance does.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use conax_model::time::SimTime;
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
    /// Something that happens again and again, maybe with nothing to do most times.
    Background(Option<Beat>),
}

/// When something happens again and again.
#[derive(Clone)]
pub(super) struct Beat {
    pub(super) interval: Duration,
    pub(super) repeated: Arc<dyn Repeated>,
}

impl fmt::Debug for Beat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "every {:?}", self.interval)
    }
}

/// What happens again and again.
pub trait Repeated: Send + Sync {
    /// If there is nothing to do `now`, calls `leap` once with the time from which on there is, if
    /// nothing else happens, and counts the times that went by: as many as it says. Whoever could
    /// give it something to do waits until this returns. `leap` moves the clock, so it is called
    /// within what surrounds changes of the clock.
    fn while_idle(&self, now: SimTime, leap: &mut dyn FnMut(Option<SimTime>) -> u64);
}

#[derive(Debug)]
enum Waiter {
    Work(Option<Pause>),
    TimeOut(Option<Activity>),
    Background(Option<Beat>),
}

#[derive(Debug)]
struct Entry {
    /// What its place knows it by, whenever its turn is.
    id: u64,
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
    /// Whose turn is another one than it was, and when it is.
    moved: HashMap<u64, Turn>,
}

impl Waits {
    /// When everybody's turn is, and whether they wait in the background.
    pub(super) fn turns(&self) -> impl Iterator<Item = (Duration, bool)> {
        self.entries
            .iter()
            .map(|((due, _), entry)| (*due, matches!(entry.waiter, Waiter::Background(_))))
    }

    fn fire(&mut self, inner: &Inner, turn: Turn) -> Option<Waker> {
        let entry = self.entries.remove(&turn)?;
        self.moved.remove(&entry.id);
        // Whoever is woken counts from here on, not only when it gets to act.
        let guard = match entry.waiter {
            Waiter::Work(Some(pause)) => {
                drop(pause);
                None
            }
            Waiter::Work(None) | Waiter::Background(_) => {
                Some(Activity::begin(&inner.activity_count, None))
            }
            Waiter::TimeOut(activity) => {
                let activity = activity.inspect(Activity::wake);
                activity.or_else(|| Some(Activity::begin(&inner.activity_count, None)))
            }
        };
        self.fired.insert(entry.id, guard);
        entry.waker
    }

    /// When it is the turn of a place.
    fn turn_of(&self, place: Turn) -> Turn {
        self.moved.get(&place.1).copied().unwrap_or(place)
    }

    /// What repeats and is first, with its turn.
    fn first_beat(&self) -> Option<(Turn, Beat)> {
        let (turn, entry) = self.entries.first_key_value()?;
        match &entry.waiter {
            Waiter::Background(Some(beat)) => Some((*turn, beat.clone())),
            _ => None,
        }
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

    /// Lets what repeats with nothing to do go by at once, up to `target`: how often it did. It is
    /// as if each had come at its own time and done nothing.
    pub(super) fn leap(&self, target: Duration) -> u64 {
        let Some((turn, beat)) = self.waits().first_beat() else {
            return 0;
        };
        let mut count = 0;
        beat.repeated.while_idle(self.face().now(), &mut |work| {
            count = self.leap_over(turn, beat.interval, target, work);
            count
        });
        count
    }

    fn leap_over(
        &self,
        turn: Turn,
        interval: Duration,
        target: Duration,
        work: Option<SimTime>,
    ) -> u64 {
        let base = self.face().base;
        let mut waits = self.waits();
        let mut turns = waits.entries.keys();
        // Somebody may have come or gone meanwhile.
        if turns.next() != Some(&turn) {
            return 0;
        }
        let next = turns.next().map(|(due, _)| *due);
        let work = work.map(|work| work.since(base));
        let until = next.into_iter().chain(work).min();
        let count = idle_beats(turn.0, interval, target, until);
        if count == 0 {
            return 0;
        }
        let last = turn.0 + times(interval, count - 1);
        self.change_inside(|face| {
            let reached = face.position();
            face.stand_at(reached.max(last));
        });
        if let Some(entry) = waits.entries.remove(&turn) {
            let turn = (last + interval, self.next_number());
            waits.moved.insert(entry.id, turn);
            waits.entries.insert(turn, entry);
        }
        count
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
            Purpose::Background(beat) => Waiter::Background(beat.clone()),
        };
        let entry = waits.entries.entry(turn).or_insert(Entry { id: number, waiter, waker: None });
        if let Purpose::Work = purpose {
            // Only now: who is at rest must be seen waiting.
            entry.waiter = Waiter::Work(Activity::current().map(|activity| activity.pause()));
        }
        drop(waits);
        Self { inner: Arc::clone(inner), turn, changes }
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
            let turn = self.inner.waits().turn_of(self.turn);
            let left = turn.0.saturating_sub(self.inner.position());
            timer.as_mut().reset(Instant::now() + bounded(mode.real(left)));
        }
        if timer.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        // Nobody but this task is to be woken.
        let mut waits = self.inner.waits();
        let turn = waits.turn_of(self.turn);
        let _ = waits.fire(&self.inner, turn);
        drop(waits);
        Poll::Ready(self.fired(None).flatten())
    }

    /// Whether this place was fired; if not, it is woken when it is.
    fn fired(&self, cx: Option<&mut Context<'_>>) -> Option<Option<Activity>> {
        let mut waits = self.inner.waits();
        let guard = waits.fired.remove(&self.turn.1);
        let turn = waits.turn_of(self.turn);
        if guard.is_none()
            && let Some(cx) = cx
            && let Some(entry) = waits.entries.get_mut(&turn)
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
            let turn = waits.turn_of(self.turn);
            waits.moved.remove(&self.turn.1);
            let entry = waits.entries.remove(&turn);
            (entry, waits.fired.remove(&self.turn.1))
        };
        drop((entry, guard));
    }
}

/// How many beats from `due` on have nothing to do: those before `until`, and none after `target`.
fn idle_beats(due: Duration, interval: Duration, target: Duration, until: Option<Duration>) -> u64 {
    if due > target || interval.is_zero() {
        return 0;
    }
    let interval = interval.as_nanos();
    let within = (target - due).as_nanos() / interval + 1;
    let before = until.map(|until| until.saturating_sub(due).as_nanos().div_ceil(interval));
    let count = before.map_or(within, |before| before.min(within));
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn times(interval: Duration, count: u64) -> Duration {
    const NANOS: u128 = 1_000_000_000;
    let nanos = interval.as_nanos() * u128::from(count);
    let seconds = u64::try_from(nanos / NANOS).unwrap_or(u64::MAX);
    Duration::new(seconds, u32::try_from(nanos % NANOS).unwrap_or(0))
}

/// A time tokio's timers can name.
pub(super) fn bounded(time: Duration) -> Duration {
    const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);
    time.min(LONGEST)
}
