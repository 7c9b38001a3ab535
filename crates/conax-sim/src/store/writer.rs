//! The thread that keeps what waits to be kept.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use conax_model::entropy::Seed;
use conax_model::time::SimTime;
use tokio::sync::watch;

use super::change::Revival;
use super::{Engine, Row, StoreError, StoredWorld, WorldHead};
use crate::seal::{self, SealKey};
use crate::settings::SimulatorSettings;
use crate::snapshot::Snapshot;

/// How long an engine that failed is left alone.
const PAUSE: Duration = Duration::from_millis(200);

/// Something to be kept.
pub(crate) enum Entry {
    /// A world begins.
    Begin(WorldHead),
    /// The whole world after the change of this number.
    Whole {
        /// The world.
        world: Arc<str>,
        /// The number of its last change.
        number: u64,
        /// The world as it is then.
        snapshot: Box<Snapshot>,
    },
    /// One change of a world.
    Change {
        /// The world.
        world: Arc<str>,
        /// The number of the change.
        number: u64,
        /// What it is ([`WorldChanges::to_bytes`](super::WorldChanges::to_bytes)).
        bytes: Vec<u8>,
    },
    /// The clock of a world may be read up to this time before this is said again.
    Time {
        /// The world.
        world: Arc<str>,
        /// The time.
        until: SimTime,
    },
    /// A snapshot is kept under a name.
    Keep {
        /// The world.
        world: Arc<str>,
        /// The name of the snapshot.
        name: String,
        /// The snapshot.
        snapshot: Arc<Snapshot>,
    },
    /// A snapshot is let go of.
    LetGo {
        /// The world.
        world: Arc<str>,
        /// The name of the snapshot.
        name: String,
    },
    /// A world ends for good.
    End {
        /// The world.
        world: Arc<str>,
    },
}

/// Something is not kept, because the engine fails.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the store {store} does not keep what changes: {reason}")]
pub struct NotKept {
    /// What the engine is called.
    pub store: Arc<str>,
    /// Why it fails.
    pub reason: Arc<str>,
}

/// A world that was kept.
pub struct Opened {
    /// What is known of it.
    pub head: WorldHead,
    /// The world as it was after its last change that was kept.
    pub snapshot: Snapshot,
    /// The number of that change.
    pub number: u64,
    /// How long ago it was kept.
    pub idle: Duration,
    /// The snapshots it keeps, by name.
    pub snapshots: Vec<(String, Arc<Snapshot>)>,
}

/// Where the worlds of a simulator outlive it.
pub struct Store {
    inner: Arc<Inner>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Inner {
    name: Arc<str>,
    key: SealKey,
    queue: Mutex<Queue>,
    waiting: Condvar,
    /// How many entries there were ever.
    pushed: AtomicU64,
    state: watch::Sender<State>,
}

#[derive(Default)]
struct Queue {
    entries: Vec<Entry>,
    is_closed: bool,
}

#[derive(Clone, Default)]
struct State {
    /// How many entries are kept.
    kept: u64,
    /// How often the engine was given something.
    groups: u64,
    failure: Option<Arc<str>>,
}

impl Store {
    /// Reads what was kept, and keeps what comes.
    ///
    /// # Errors
    /// If it cannot be read, or the thread cannot be started.
    pub fn open(
        mut engine: impl Engine,
        key: SealKey,
        settings: &SimulatorSettings,
    ) -> Result<(Self, Vec<Opened>), StoreError> {
        let stored = engine.worlds()?;
        let worlds = stored.into_iter().filter_map(|one| revive(one, &key, settings).transpose());
        let worlds = worlds.collect::<Result<Vec<_>, _>>()?;
        let inner = Arc::new(Inner {
            name: engine.name().into(),
            key,
            queue: Mutex::default(),
            waiting: Condvar::new(),
            pushed: AtomicU64::new(0),
            state: watch::Sender::default(),
        });
        let writer = Arc::clone(&inner);
        let thread = Builder::new().name("store".to_owned());
        let thread = thread.spawn(move || writer.keep_on(engine)).map_err(StoreError::of)?;
        Ok((Self { inner, thread: Mutex::new(Some(thread)) }, worlds))
    }

    /// What the engine is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// Hands over something to be kept, behind all that was handed over before.
    pub(crate) fn push(&self, entry: Entry) {
        let mut queue = self.inner.queue();
        queue.entries.push(entry);
        self.inner.pushed.fetch_add(1, Ordering::Release);
        drop(queue);
        self.inner.waiting.notify_one();
    }

    /// Waits until all that was handed over by now is kept.
    ///
    /// # Errors
    /// If the engine fails.
    pub async fn kept(&self) -> Result<(), NotKept> {
        let wanted = self.inner.pushed.load(Ordering::Acquire);
        if self.inner.state.borrow().kept >= wanted {
            return Ok(());
        }
        let mut state = self.inner.state.subscribe();
        let seen = state.wait_for(|state| state.kept >= wanted || state.failure.is_some()).await;
        match seen {
            Ok(state) if state.kept >= wanted => Ok(()),
            Ok(state) => Err(self.inner.not_kept(state.failure.clone())),
            Err(_) => Err(self.inner.not_kept(None)),
        }
    }

    /// Waits until all that was handed over by now is kept, however long the engine fails.
    pub async fn kept_at_last(&self) {
        let wanted = self.inner.pushed.load(Ordering::Acquire);
        let mut state = self.inner.state.subscribe();
        if state.wait_for(|state| state.kept >= wanted).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Why nothing is kept now, if the engine fails.
    #[must_use]
    pub fn failure(&self) -> Option<NotKept> {
        let failure = self.inner.state.borrow().failure.clone();
        failure.map(|failure| self.inner.not_kept(Some(failure)))
    }

    /// How many changes were handed over, how many are kept, and in how many groups.
    #[must_use]
    pub fn counts(&self) -> (u64, u64, u64) {
        let state = self.inner.state.borrow();
        (self.inner.pushed.load(Ordering::Acquire), state.kept, state.groups)
    }

    /// Keeps what was handed over, and nothing more.
    pub fn close(&self) {
        self.inner.queue().is_closed = true;
        self.inner.waiting.notify_one();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.close();
    }
}

impl Inner {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn not_kept(&self, reason: Option<Arc<str>>) -> NotKept {
        let reason = reason.unwrap_or_else(|| "it is closed".into());
        NotKept { store: Arc::clone(&self.name), reason }
    }

    /// Keeps whatever waits, group by group, until it is closed and nothing waits.
    fn keep_on(&self, mut engine: impl Engine) {
        while let Some(group) = self.next_group(engine.group()) {
            let count = group.len() as u64;
            let rows = rows(group, &self.key);
            while let Err(error) = engine.append(&rows) {
                let reason: Arc<str> = error.0.into();
                self.state.send_modify(|state| state.failure = Some(Arc::clone(&reason)));
                if self.is_closed_after_pause() {
                    return;
                }
            }
            self.state.send_modify(|state| {
                state.kept += count;
                state.groups += 1;
                state.failure = None;
            });
        }
    }

    fn next_group(&self, limit: usize) -> Option<Vec<Entry>> {
        let mut queue = self.queue();
        loop {
            let count = queue.entries.len().min(limit);
            if count > 0 {
                return Some(queue.entries.drain(..count).collect());
            }
            if queue.is_closed {
                return None;
            }
            queue = self.waiting.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn is_closed_after_pause(&self) -> bool {
        let queue = self.queue();
        let is_open = |queue: &mut Queue| !queue.is_closed;
        let waited = self.waiting.wait_timeout_while(queue, PAUSE, is_open);
        waited.unwrap_or_else(PoisonError::into_inner).0.is_closed
    }
}

/// Changes of one world that follow each other.
struct Group {
    first: u64,
    last: u64,
    body: Vec<u8>,
}

/// Entries as they are kept: sealed, and changes of one world together.
fn rows(entries: Vec<Entry>, key: &SealKey) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut groups = BTreeMap::<Arc<str>, Group>::new();
    for entry in entries {
        let (world, row) = match entry {
            Entry::Change { world, number, bytes } => {
                let group = groups.entry(Arc::clone(&world)).or_insert_with(|| Group {
                    first: number,
                    last: number,
                    body: begin(&world, number),
                });
                group.last = number;
                append(&mut group.body, &bytes);
                continue;
            }
            Entry::Begin(head) => (head.name.as_str().into(), Row::Begin(head)),
            Entry::Whole { world, number, snapshot } => {
                let body = snapshot.to_file(key);
                (Arc::clone(&world), Row::Whole { world: world.to_string(), number, body })
            }
            Entry::Time { world, until } => {
                let mut body = begin(&world, 0);
                append(&mut body, &until.millis().to_le_bytes());
                let body = seal::seal(body, key);
                (Arc::clone(&world), Row::Time { world: world.to_string(), body })
            }
            Entry::Keep { world, name, snapshot } => {
                let body = snapshot.to_file(key);
                (Arc::clone(&world), Row::Keep { world: world.to_string(), name, body })
            }
            Entry::LetGo { world, name } => {
                (Arc::clone(&world), Row::LetGo { world: world.to_string(), name })
            }
            Entry::End { world } => (Arc::clone(&world), Row::End { world: world.to_string() }),
        };
        if let Some(group) = groups.remove(&world) {
            rows.push(group.seal(&world, key));
        }
        rows.push(row);
    }
    rows.extend(groups.into_iter().map(|(world, group)| group.seal(&world, key)));
    rows
}

impl Group {
    fn seal(self, world: &str, key: &SealKey) -> Row {
        let body = seal::seal(self.body, key);
        Row::Changes { world: world.to_owned(), first: self.first, last: self.last, body }
    }
}

/// The body of a group says itself where it belongs: nobody puts it elsewhere unnoticed.
fn begin(world: &str, first: u64) -> Vec<u8> {
    let mut body = seal::room_for(1024);
    append(&mut body, world.as_bytes());
    append(&mut body, &first.to_le_bytes());
    body
}

fn append(body: &mut Vec<u8>, bytes: &[u8]) {
    body.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    body.extend_from_slice(bytes);
}

fn next<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, behind) = rest.split_first_chunk()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let (bytes, after) = behind.split_at_checked(length)?;
    *rest = after;
    Some(bytes)
}

/// The world as it was after its last change; none if nothing of it was kept but its name.
fn revive(
    stored: StoredWorld,
    key: &SealKey,
    settings: &SimulatorSettings,
) -> Result<Option<Opened>, StoreError> {
    let StoredWorld { head, whole, changes, time, idle, snapshots } = stored;
    let Some((mut number, whole)) = whole else {
        return Ok(None);
    };
    let settings = SimulatorSettings { seed: Seed(head.seed), ..settings.clone() };
    let at = |number: u64, cause: String| {
        StoreError(format!("the world `{}`, after its change {number}: {cause}", head.name))
    };
    let snapshot = Snapshot::from_file(&whole, key, &settings);
    let mut revival = Revival::of(snapshot.map_err(|error| at(number, error.to_string()))?);
    for (first, last, body) in changes {
        let body = seal::open(&body, key).map_err(|error| at(number, error.to_string()))?;
        let mut rest = body.as_slice();
        let belongs = next(&mut rest) == Some(head.name.as_bytes())
            && next(&mut rest) == Some(&first.to_le_bytes())
            && first == number + 1;
        if !belongs {
            let what = format!("what follows is of elsewhere (changes {first} to {last})");
            return Err(at(number, what));
        }
        while !rest.is_empty() {
            let bytes = next(&mut rest).ok_or_else(|| at(number, "a change is cut".to_owned()))?;
            revival.apply(bytes).map_err(|error| at(number, error.0))?;
            number += 1;
        }
    }
    let kept = snapshots.into_iter().map(|(name, body)| {
        let snapshot = Snapshot::from_file(&body, key, &settings);
        let snapshot = snapshot.map_err(|error| at(number, format!("snapshot {name}: {error}")))?;
        Ok((name, Arc::new(snapshot)))
    });
    let snapshots = kept.collect::<Result<_, StoreError>>()?;
    let until = time.map(|body| read_until(&body, &head.name, key)).transpose();
    let until = until.map_err(|cause| at(number, cause))?;
    let snapshot = revival.into_snapshot(until).map_err(|error| at(number, error.0))?;
    Ok(Some(Opened { head, snapshot, number, idle, snapshots }))
}

/// Up to when the clock of a world may have been read.
fn read_until(body: &[u8], world: &str, key: &SealKey) -> Result<SimTime, String> {
    let body = seal::open(body, key).map_err(|error| error.to_string())?;
    let mut rest = body.as_slice();
    let belongs = next(&mut rest) == Some(world.as_bytes()) && next(&mut rest).is_some();
    let millis = next(&mut rest).and_then(|bytes| bytes.try_into().ok()).filter(|_| belongs);
    let millis = millis.ok_or("how far time has come is said of elsewhere")?;
    Ok(SimTime::from_millis(i64::from_le_bytes(millis)))
}
