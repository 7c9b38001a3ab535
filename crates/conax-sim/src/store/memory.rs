//! An engine in memory that can be looked at, cut anywhere and made to fail: for tests.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Engine, Row, StoreError, StoredWorld};

/// Rows in memory. Copies share them, so that a test has what an engine kept.
#[derive(Clone, Default)]
pub struct MemoryEngine(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    rows: Vec<Row>,
    failure: Option<String>,
}

impl MemoryEngine {
    /// An engine that keeps these rows.
    #[must_use]
    pub fn with(rows: Vec<Row>) -> Self {
        Self(Arc::new(Mutex::new(Kept { rows, failure: None })))
    }

    /// What it keeps.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        self.kept().rows.clone()
    }

    /// From now on it keeps nothing, for this reason; or it does again.
    pub fn fail(&self, failure: Option<&str>) {
        self.kept().failure = failure.map(str::to_owned);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine for MemoryEngine {
    fn append(&mut self, rows: &[Row]) -> Result<(), StoreError> {
        let mut kept = self.kept();
        if let Some(failure) = &kept.failure {
            return Err(StoreError(failure.clone()));
        }
        kept.rows.extend_from_slice(rows);
        Ok(())
    }

    fn worlds(&mut self) -> Result<Vec<StoredWorld>, StoreError> {
        let mut worlds = BTreeMap::<String, StoredWorld>::new();
        for row in self.rows() {
            add(&mut worlds, row);
        }
        Ok(worlds.into_values().collect())
    }

    /// Each change is a row of its own, so that a test can cut between any two.
    fn group(&self) -> usize {
        1
    }

    fn name(&self) -> String {
        "memory".to_owned()
    }
}

fn add(worlds: &mut BTreeMap<String, StoredWorld>, row: Row) {
    match row {
        Row::Begin(head) => {
            let world = StoredWorld {
                head,
                whole: None,
                changes: Vec::new(),
                time: None,
                idle: Duration::ZERO,
                snapshots: Vec::new(),
            };
            worlds.insert(world.head.name.clone(), world);
        }
        Row::Whole { world, number, body } => {
            if let Some(world) = worlds.get_mut(&world) {
                world.whole = Some((number, body));
                world.changes.clear();
            }
        }
        Row::Changes { world, first, last, body } => {
            if let Some(world) = worlds.get_mut(&world) {
                world.changes.push((first, last, body));
            }
        }
        Row::Time { world, body } => {
            if let Some(world) = worlds.get_mut(&world) {
                world.time = Some(body);
            }
        }
        Row::Keep { world, name, body } => {
            if let Some(world) = worlds.get_mut(&world) {
                world.snapshots.retain(|(kept, _)| *kept != name);
                world.snapshots.push((name, body));
            }
        }
        Row::LetGo { world, name } => {
            if let Some(world) = worlds.get_mut(&world) {
                world.snapshots.retain(|(kept, _)| *kept != name);
            }
        }
        Row::End { world } => {
            worlds.remove(&world);
        }
    }
}
