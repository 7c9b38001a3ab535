//! Things shown on screens for a while: waiting, on air, over.
//!
//! Whether something waits or is on air depends on the time of the question and is never stored.
//! Finished ones are remembered up to a limit, so that memory stays bounded.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::RangeBounds;

use crate::time::SimTime;
use crate::word_list;

word_list! {
    /// The state of a message or fingerprint (Inferred).
    pub enum ShowState {
        /// Its start is still to come.
        Queued = "queued", Ours;
        /// Being sent to the boxes.
        OnAir = "on_air", Ours;
        /// Over, in its time or cut short by a successor.
        Done = "done", Ours;
        /// A successor took its place before it started.
        Replaced = "replaced", Ours;
    }
}

/// Something to be shown from `start` until `end`, under a key that successors share.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Planned<K, T> {
    pub(super) key: K,
    pub(super) start: SimTime,
    pub(super) end: SimTime,
    pub(super) item: T,
}

/// A planned thing with what became of it.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Shown<K, T> {
    pub(super) planned: Planned<K, T>,
    /// When a successor takes its place: before its start if the successor came in time.
    replaced_at: Option<SimTime>,
}

impl<K, T> Shown<K, T> {
    pub(super) fn state(&self, now: SimTime) -> ShowState {
        if self.replaced_at.is_some_and(|at| at < self.planned.start) {
            ShowState::Replaced
        } else if now < self.planned.start {
            ShowState::Queued
        } else if now < self.over_at() {
            ShowState::OnAir
        } else {
            ShowState::Done
        }
    }

    /// When it was or will be over.
    pub(super) fn over_at(&self) -> SimTime {
        let end = self.planned.end;
        self.replaced_at.map_or(end, |at| at.min(end))
    }
}

/// All things of one sort, by number.
#[derive(Clone, Debug)]
#[cfg_attr(
    feature = "storage",
    derive(serde::Serialize, serde::Deserialize),
    serde(
        from = "Remembered<K, T>",
        bound(deserialize = "Remembered<K, T>: serde::Deserialize<'de>, K: Ord + Clone")
    )
)]
pub(super) struct Schedule<K, T> {
    next_number: u64,
    shown: BTreeMap<u64, Shown<K, T>>,
    /// Those not yet known to be over, by the time they will be.
    #[cfg_attr(feature = "storage", serde(skip_serializing))]
    open: BTreeSet<(SimTime, u64)>,
    /// The open ones, by key.
    #[cfg_attr(feature = "storage", serde(skip_serializing))]
    open_by_key: BTreeMap<K, BTreeSet<u64>>,
    /// Those known to be over, the earliest first.
    finished: VecDeque<u64>,
}

/// What is stored of a schedule: what is still open follows from it.
#[cfg(feature = "storage")]
#[derive(serde::Deserialize)]
struct Remembered<K, T> {
    next_number: u64,
    shown: BTreeMap<u64, Shown<K, T>>,
    finished: VecDeque<u64>,
}

#[cfg(feature = "storage")]
impl<K: Ord + Clone, T> From<Remembered<K, T>> for Schedule<K, T> {
    fn from(stored: Remembered<K, T>) -> Self {
        let finished: BTreeSet<u64> = stored.finished.iter().copied().collect();
        let (mut open, mut open_by_key) = (BTreeSet::new(), BTreeMap::<K, BTreeSet<u64>>::new());
        for (&number, shown) in &stored.shown {
            if !finished.contains(&number) {
                open.insert((shown.over_at(), number));
                let key = shown.planned.key.clone();
                open_by_key.entry(key).or_default().insert(number);
            }
        }
        Self {
            next_number: stored.next_number,
            shown: stored.shown,
            open,
            open_by_key,
            finished: stored.finished,
        }
    }
}

impl<K, T> Default for Schedule<K, T> {
    fn default() -> Self {
        Self {
            next_number: 1,
            shown: BTreeMap::new(),
            open: BTreeSet::new(),
            open_by_key: BTreeMap::new(),
            finished: VecDeque::new(),
        }
    }
}

impl<K: Ord + Clone, T> Schedule<K, T> {
    /// The number the next thing will get.
    pub(super) const fn next_number(&self) -> u64 {
        self.next_number
    }

    /// Everything remembered, by number.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, &Shown<K, T>)> {
        self.shown.iter().map(|(number, shown)| (*number, shown))
    }

    /// Whether `more` things fit beside those that are not over by `now`.
    pub(super) fn has_room(&self, more: usize, limit: usize, now: SimTime) -> bool {
        let open = self.open.len();
        // Counting what is over is only worth it when it matters.
        open + more <= limit || {
            let over = self.open.iter().take_while(|(over_at, _)| *over_at <= now);
            open - over.count() + more <= limit
        }
    }

    /// The things under these keys that are not over by `now`.
    pub(super) fn living(
        &self,
        keys: impl RangeBounds<K>,
        now: SimTime,
    ) -> impl Iterator<Item = (u64, &Shown<K, T>)> {
        let numbers = self.open_by_key.range(keys).flat_map(|(_, set)| set);
        numbers
            .filter_map(|number| Some((*number, self.shown.get(number)?)))
            .filter(move |(_, shown)| shown.over_at() > now)
    }

    /// Plans things, which get the next numbers, in the place of those replaced.
    pub(super) fn put(
        &mut self,
        replaced: &[u64],
        planned: impl IntoIterator<Item = Planned<K, T>>,
        now: SimTime,
    ) {
        let mut planned = planned.into_iter().peekable();
        if let Some(successor) = planned.peek() {
            let start = successor.start;
            for number in replaced {
                self.replace(*number, start, now);
            }
        }
        for planned in planned {
            self.plan(planned);
        }
    }

    /// Files what is over by `now` and forgets the earliest of it beyond the limit.
    pub(super) fn settle(&mut self, now: SimTime, finished_limit: usize) {
        while let Some(&(over_at, number)) = self.open.first().filter(|(at, _)| *at <= now) {
            self.open.remove(&(over_at, number));
            self.close_key(number);
            self.finished.push_back(number);
        }
        while self.finished.len() > finished_limit {
            if let Some(number) = self.finished.pop_front() {
                self.shown.remove(&number);
            }
        }
    }

    fn plan(&mut self, planned: Planned<K, T>) {
        let number = self.next_number;
        self.next_number += 1;
        self.open.insert((planned.end, number));
        let numbers = self.open_by_key.entry(planned.key.clone()).or_default();
        numbers.insert(number);
        let shown = Shown { planned, replaced_at: None };
        self.shown.insert(number, shown);
    }

    /// A successor takes the place of this one: at once if it still waits, else when it starts.
    fn replace(&mut self, number: u64, successor_start: SimTime, now: SimTime) {
        let Some(shown) = self.shown.get_mut(&number) else {
            return;
        };
        self.open.remove(&(shown.over_at(), number));
        let waits = now < shown.planned.start;
        let at = if waits { now } else { successor_start };
        shown.replaced_at = Some(shown.replaced_at.map_or(at, |earlier| earlier.min(at)));
        self.open.insert((shown.over_at(), number));
    }

    fn close_key(&mut self, number: u64) {
        let Some(shown) = self.shown.get(&number) else {
            return;
        };
        let key = &shown.planned.key;
        if let Some(numbers) = self.open_by_key.get_mut(key) {
            numbers.remove(&number);
            if numbers.is_empty() {
                self.open_by_key.remove(key);
            }
        }
    }
}
