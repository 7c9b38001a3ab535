//! What changes in a world is handed to the store, if there is one.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use conax_model::ledger::Ledger;
use conax_model::time::SimTime;

use super::parts::{Parts, lock};
use crate::clock::Reading;
use crate::snapshot::Snapshot;
use crate::store::{Entry, Found, Memorized, Store, WorldChanges};

/// After so many bytes of changes the whole world is kept, so that it is soon read again.
const WHOLE_AFTER: usize = 64 << 20;
/// About what the whole world takes for a request: it is not kept more often than it pays.
const ROW_BYTES: usize = 512;

/// How often a store learns how far time has come in a world.
pub(crate) const TIME_KEPT_EVERY: Duration = Duration::from_secs(5);

/// Up to when a clock may be read before the store learns again how far it has come.
fn read_until(reading: Reading) -> SimTime {
    reading.now + reading.mode.simulated(TIME_KEPT_EVERY + Duration::from_secs(2))
}

/// Hands what changes in one world to the store.
pub(super) struct Recorder {
    store: Arc<Store>,
    world: Arc<str>,
    progress: Mutex<Progress>,
}

struct Progress {
    last: Memorized,
    /// The number of the last change.
    number: u64,
    /// Bytes of changes since the whole world was kept.
    bytes: usize,
    has_ended: bool,
}

impl Recorder {
    /// For a world whose last change that is kept has this number.
    pub(super) fn new(store: Arc<Store>, world: &str, number: u64) -> Self {
        let progress = Progress { last: Memorized::default(), number, bytes: 0, has_ended: false };
        Self { store, world: world.into(), progress: Mutex::new(progress) }
    }

    /// Hands over what was changed. Called at the end of each change, under the ledger's lock.
    pub(super) fn record(
        &self,
        parts: &Parts,
        ledger: &mut Ledger,
        reading: Reading,
        is_of_clock: bool,
    ) {
        let mut progress = self.progress();
        if progress.has_ended {
            return;
        }
        let progress = &mut *progress;
        let (mut crm, mut cas) = (lock(&parts.crm), lock(&parts.cas));
        let mut faults = lock(&parts.faults);
        let counters = &parts.counters;
        let counts =
            (counters.runs.load(Ordering::Relaxed), counters.exchanges.load(Ordering::Relaxed));
        let found = WorldChanges::since(
            &mut progress.last,
            (&mut crm, &mut cas),
            &mut faults,
            ledger,
            (counts, reading),
            is_of_clock,
        );
        let bytes = match found {
            Found::Nothing => return,
            Found::Changes(changes) => Some(changes.to_bytes()),
            Found::AllNew => None,
        };
        let rows = || crm.book.queue_length().all();
        let bytes = bytes.filter(|bytes| {
            progress.bytes += bytes.len();
            progress.bytes < WHOLE_AFTER || progress.bytes < rows() * ROW_BYTES
        });
        progress.number += 1;
        let (world, number) = (Arc::clone(&self.world), progress.number);
        self.store.push(match bytes {
            Some(bytes) => Entry::Change { world, number, bytes },
            None => {
                progress.bytes = 0;
                // It may have gone back to what it was before, and its clock with it.
                let until = read_until(reading);
                self.store.push(Entry::Time { world: Arc::clone(&world), until });
                let snapshot = Box::new(Snapshot {
                    crm: crm.copy(crm.generation),
                    cas: cas.clone(),
                    faults: faults.clone(),
                    ledger: ledger.clone(),
                    last_exchange: counts.1,
                    spec: Arc::clone(&lock(&parts.spec)),
                    runs: counts.0,
                    clock: reading,
                });
                Entry::Whole { world, number, snapshot }
            }
        });
    }

    /// Hands over up to when the clock may be read before this is done again; nobody reads it any
    /// more if this is the last time.
    pub(super) fn keep_time(&self, reading: Reading, is_last: bool) {
        let until = if is_last { reading.now } else { read_until(reading) };
        if !self.progress().has_ended {
            self.store.push(Entry::Time { world: Arc::clone(&self.world), until });
        }
    }

    /// The world ends for good: nothing of it is kept any more.
    pub(super) fn end(&self) {
        let mut progress = self.progress();
        progress.has_ended = true;
        self.store.push(Entry::End { world: Arc::clone(&self.world) });
    }

    pub(super) fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// A snapshot is kept under a name.
    pub(super) fn keep(&self, name: &str, snapshot: &Arc<Snapshot>) {
        let (world, name) = (Arc::clone(&self.world), name.to_owned());
        self.store.push(Entry::Keep { world, name, snapshot: Arc::clone(snapshot) });
    }

    /// A snapshot is let go of.
    pub(super) fn let_go(&self, name: &str) {
        self.store.push(Entry::LetGo { world: Arc::clone(&self.world), name: name.to_owned() });
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
