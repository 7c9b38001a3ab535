//! The parts of a world behind their locks, and the only ways to them: nobody outside this file
//! can lock anything of a world.
//!
//! Whoever changes a world does so in [`Shared::change`], which holds the lock of the ledger from
//! its beginning to its end and takes those of the other parts under it. So changes come one after
//! the other, and each is whole to whoever reads several parts ([`Shared::read`], under the same
//! lock). Whoever reads one part ([`Shared::crm`], …) holds the lock of that part only, and waits
//! for nobody who changes another one. None of them is held across a wait. The clock of a world has
//! a lock of its own, and every change of it is such a change too ([`Parts::new`]).

use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use conax_contract::world::WorldSpec;
use conax_model::fault::{Facts, Stage, Verdict};
use conax_model::ledger::Ledger;
use conax_model::time::SimTime;

use super::Shared;
use super::recorder::Recorder;
use crate::clock::{Clock, Reading};
use crate::fault::{FaultBook, FaultTraffic};
use crate::snapshot::{Snapshot, TooManySnapshots};
use crate::store::Store;
use crate::world::{CasSide, CrmSide};

/// What a world is made of.
pub(super) struct Parts {
    /// Its lock is taken first.
    ledger: Mutex<Ledger>,
    pub(super) crm: Mutex<CrmSide>,
    pub(super) cas: Mutex<CasSide>,
    pub(super) faults: Mutex<FaultBook>,
    /// What both sides started from.
    pub(super) spec: Mutex<Arc<WorldSpec>>,
    pub(super) counters: Counters,
    /// Hands what changes to the store, if there is one.
    recorder: OnceLock<Recorder>,
}

/// Numbers that go up: written in a change, and read without a lock.
#[derive(Default)]
pub(super) struct Counters {
    /// How often the world was replaced, as the CRM side has it.
    generation: AtomicU64,
    /// Processing runs so far.
    pub(super) runs: AtomicU64,
    /// Exchanges with the head-end so far.
    pub(super) exchanges: AtomicU64,
    /// The last exchange of the journal before this world.
    journal_before: AtomicU64,
}

impl Parts {
    /// Those of a world that goes on from a snapshot; from now on its clock changes with it.
    pub(super) fn new(snapshot: Snapshot, clock: &Clock) -> Arc<Self> {
        let parts = Arc::new(Self {
            counters: Counters {
                generation: AtomicU64::new(snapshot.crm.generation),
                runs: AtomicU64::new(snapshot.runs),
                exchanges: AtomicU64::new(snapshot.last_exchange),
                journal_before: AtomicU64::new(0),
            },
            ledger: Mutex::new(snapshot.ledger),
            crm: Mutex::new(snapshot.crm),
            cas: Mutex::new(snapshot.cas),
            faults: Mutex::new(snapshot.faults),
            spec: Mutex::new(snapshot.spec),
            recorder: OnceLock::new(),
        });
        let of_clock = Arc::clone(&parts);
        clock.change_within(move |change, reading| {
            let mut ledger = lock(&of_clock.ledger);
            change();
            of_clock.record(&mut ledger, reading(), true);
        });
        parts
    }

    /// Hands over what was changed, at the end of the critical section in which it was.
    fn record(&self, ledger: &mut Ledger, reading: Reading, is_of_clock: bool) {
        if let Some(recorder) = self.recorder.get() {
            recorder.record(self, ledger, reading, is_of_clock);
        }
    }
}

pub(super) fn lock<T>(part: &Mutex<T>) -> MutexGuard<'_, T> {
    part.lock().expect("nobody panics while holding a part of a world")
}

/// A part of a world that somebody looks at.
pub struct Seen<'a, T>(MutexGuard<'a, T>);

impl<T> Deref for Seen<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// A part of a world that may be changed.
pub struct Part<'a, T>(&'a Mutex<T>);

impl<T> Part<'_, T> {
    /// The part, until it is let go of; nobody looks at it meanwhile.
    pub fn lock(&mut self) -> MutexGuard<'_, T> {
        lock(self.0)
    }
}

/// A world while it is changed. Nobody else changes it meanwhile.
pub struct WorldChange<'a> {
    /// Both journals of the ledger.
    pub ledger: &'a mut Ledger,
    /// The CRM's side.
    pub crm: Part<'a, CrmSide>,
    /// The head-end's side.
    pub cas: Part<'a, CasSide>,
    faults: Part<'a, FaultBook>,
    spec: &'a Mutex<Arc<WorldSpec>>,
    counters: &'a Counters,
    traffic: &'a FaultTraffic,
    clock: &'a Clock,
}

impl WorldChange<'_> {
    /// The simulated time.
    #[must_use]
    pub fn now(&self) -> SimTime {
        self.clock.now()
    }

    /// The number of the next exchange with the head-end, from 1.
    pub fn next_exchange(&mut self) -> u64 {
        self.counters.exchanges.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The number of the next processing run, from 1; with those that go by before it.
    pub fn count_runs(&mut self, runs: u64) -> u64 {
        self.counters.runs.fetch_add(runs, Ordering::Relaxed) + runs
    }

    /// Judges an exchange by the fault plan, which counts it and throws its dice.
    pub fn judge(&mut self, stage: Stage, facts: &Facts<'_>) -> Verdict {
        let verdict = self.faults.lock().plan.judge(stage, facts);
        if self.traffic.may_refuse_everybody() {
            // A rule may be spent now.
            self.traffic.plan_changed();
        }
        verdict
    }

    /// Changes the fault plan; the head-end remembers its past as far back as it now has to.
    pub fn change_faults<T>(&mut self, change: impl FnOnce(&mut FaultBook) -> T) -> T {
        let mut book = self.faults.lock();
        let changed = change(&mut book);
        let memory: Duration = book.plan.memory();
        self.traffic.sum_up(&book);
        drop(book);
        self.traffic.plan_changed();
        let mut side = self.cas.lock();
        let side = &mut *side;
        side.memory.keep_past(memory, &side.state);
        changed
    }

    /// Makes the clock show what it showed before.
    pub(super) fn restore_clock(&mut self, reading: Reading) {
        self.clock.restore(reading);
    }

    /// Runs and exchanges are counted on from these.
    pub(super) fn count_on_from(&mut self, runs: u64, exchanges: u64) {
        self.counters.runs.store(runs, Ordering::Relaxed);
        self.counters.exchanges.store(exchanges, Ordering::Relaxed);
    }

    /// Puts new sides in the place of the old ones, which are given back: letting go of a large
    /// world takes its time. What the journal has up to `last` is about the world before.
    pub(super) fn put(
        &mut self,
        spec: Arc<WorldSpec>,
        crm: CrmSide,
        cas: CasSide,
        ledger: Ledger,
        last: u64,
    ) -> (CrmSide, CasSide, Ledger) {
        self.counters.generation.store(crm.generation, Ordering::Relaxed);
        self.counters.journal_before.store(last, Ordering::Relaxed);
        *lock(self.spec) = spec;
        let cas = std::mem::replace(&mut *self.cas.lock(), cas);
        let crm = std::mem::replace(&mut *self.crm.lock(), crm);
        (crm, cas, std::mem::replace(self.ledger, ledger))
    }
}

/// A world that somebody looks at as a whole. Nobody changes it meanwhile.
pub struct WorldRead<'a> {
    /// Both journals of the ledger.
    pub ledger: &'a Ledger,
    parts: &'a Parts,
}

impl WorldRead<'_> {
    /// The CRM's side.
    #[must_use]
    pub fn crm(&self) -> Seen<'_, CrmSide> {
        Seen(lock(&self.parts.crm))
    }

    /// The head-end's side.
    #[must_use]
    pub fn cas(&self) -> Seen<'_, CasSide> {
        Seen(lock(&self.parts.cas))
    }

    /// The fault plan.
    #[must_use]
    pub fn fault_plan(&self) -> Seen<'_, FaultBook> {
        Seen(lock(&self.parts.faults))
    }
}

impl Shared {
    /// Changes the world. It is the only way to: what happens in `change` happens at once, for
    /// whoever reads the world as a whole, and for a snapshot. Do nothing slow in it, do not call
    /// it in itself, and do not set the clock in it.
    pub fn change<T>(&self, change: impl FnOnce(&mut WorldChange<'_>) -> T) -> T {
        let parts = &*self.parts;
        let mut ledger = lock(&parts.ledger);
        let done = change(&mut WorldChange {
            ledger: &mut ledger,
            crm: Part(&parts.crm),
            cas: Part(&parts.cas),
            faults: Part(&parts.faults),
            spec: &parts.spec,
            counters: &parts.counters,
            traffic: &self.faults,
            clock: &self.clock,
        });
        if parts.recorder.get().is_some() {
            parts.record(&mut ledger, self.clock.reading(), false);
        }
        done
    }

    /// From now on whatever changes is handed to the store, beginning with the whole world; the last
    /// change that is kept has this number.
    pub(crate) fn record_in(&self, store: Arc<Store>, number: u64) {
        let name = self.world().name.clone();
        let _ = self.parts.recorder.set(Recorder::new(store, &name, number));
        self.change(|_| ());
    }

    /// The store what changes is handed to.
    #[must_use]
    pub fn store(&self) -> Option<&Arc<Store>> {
        self.parts.recorder.get().map(Recorder::store)
    }

    /// Lets the store know up to when the clock may be read before it learns that again; nobody reads
    /// it any more if this is the last time.
    pub(crate) fn keep_time(&self, is_last: bool) {
        if let Some(recorder) = self.parts.recorder.get() {
            let _ledger = lock(&self.parts.ledger);
            recorder.keep_time(self.clock.reading(), is_last);
        }
    }

    /// Nothing of the world is kept any more.
    pub(super) fn end_in_store(&self) {
        if let Some(recorder) = self.parts.recorder.get() {
            recorder.end();
        }
    }

    /// Keeps a snapshot under this name, in the store as well; the one that had the name before, if
    /// any, is given back.
    ///
    /// # Errors
    /// If there are too many.
    pub fn keep_snapshot(
        &self,
        name: &str,
        snapshot: &Arc<Snapshot>,
    ) -> Result<Option<Arc<Snapshot>>, TooManySnapshots> {
        let before = self.snapshots.keep(name, Arc::clone(snapshot))?;
        if let Some(recorder) = self.parts.recorder.get() {
            recorder.keep(name, snapshot);
        }
        Ok(before)
    }

    /// Lets go of a snapshot, in the store as well; none if there was none.
    pub fn let_go_of_snapshot(&self, name: &str) -> Option<Arc<Snapshot>> {
        let before = self.snapshots.remove(name)?;
        if let Some(recorder) = self.parts.recorder.get() {
            recorder.let_go(name);
        }
        Some(before)
    }

    /// Looks at the world as a whole, between two changes.
    pub fn read<T>(&self, read: impl FnOnce(&WorldRead<'_>) -> T) -> T {
        let parts = &*self.parts;
        let ledger = lock(&parts.ledger);
        read(&WorldRead { ledger: &ledger, parts })
    }

    /// The CRM's side, to be looked at. Never hold it across a wait, a change or another part.
    pub fn crm(&self) -> Seen<'_, CrmSide> {
        Seen(lock(&self.parts.crm))
    }

    /// The head-end's side, to be looked at. Never hold it across a wait, a change or another part.
    pub fn cas(&self) -> Seen<'_, CasSide> {
        Seen(lock(&self.parts.cas))
    }

    /// The fault plan, to be looked at. Never hold it across a wait, a change or another part.
    pub fn fault_plan(&self) -> Seen<'_, FaultBook> {
        Seen(lock(&self.parts.faults))
    }

    /// Both journals of the ledger, to be looked at. Nothing changes while they are; never hold
    /// them across a wait or a change.
    pub fn ledger(&self) -> Seen<'_, Ledger> {
        Seen(lock(&self.parts.ledger))
    }

    /// The world both sides started from.
    pub fn world(&self) -> Arc<WorldSpec> {
        Arc::clone(&lock(&self.parts.spec))
    }

    /// Counts the worlds that were here: another number than before says that the world was
    /// replaced.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.parts.counters.generation.load(Ordering::Relaxed)
    }

    /// Processing runs so far.
    #[must_use]
    pub fn run_count(&self) -> u64 {
        self.parts.counters.runs.load(Ordering::Relaxed)
    }

    /// Where the numbers of exchanges with the head-end stand.
    #[must_use]
    pub fn last_exchange(&self) -> u64 {
        self.parts.counters.exchanges.load(Ordering::Relaxed)
    }

    /// The number in the journal after which everything is about this world.
    pub(crate) fn first_of_world(&self) -> u64 {
        self.parts.counters.journal_before.load(Ordering::Relaxed)
    }
}
