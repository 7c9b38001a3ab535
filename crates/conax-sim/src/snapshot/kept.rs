//! The snapshots a world keeps in memory, by name.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Snapshot;

/// How many snapshots one world keeps.
pub const SNAPSHOT_LIMIT: usize = 16;

/// A world keeps no more snapshots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the world keeps {SNAPSHOT_LIMIT} snapshots, and no more than that; remove one first")]
pub struct TooManySnapshots;

/// The snapshots of one world.
#[derive(Default)]
pub struct KeptSnapshots(Mutex<BTreeMap<String, Arc<Snapshot>>>);

impl KeptSnapshots {
    /// Keeps a snapshot under this name; the one that had the name before, if any, is let go of
    /// and given back.
    ///
    /// # Errors
    /// If there are too many.
    pub fn keep(
        &self,
        name: &str,
        snapshot: Arc<Snapshot>,
    ) -> Result<Option<Arc<Snapshot>>, TooManySnapshots> {
        let mut kept = self.kept();
        if kept.len() >= SNAPSHOT_LIMIT && !kept.contains_key(name) {
            return Err(TooManySnapshots);
        }
        Ok(kept.insert(name.to_owned(), snapshot))
    }

    /// The snapshot of this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Arc<Snapshot>> {
        self.kept().get(name).map(Arc::clone)
    }

    /// Lets go of a snapshot, which is given back; none if there was none.
    pub fn remove(&self, name: &str) -> Option<Arc<Snapshot>> {
        self.kept().remove(name)
    }

    /// All of them with their names, in alphabetical order.
    #[must_use]
    pub fn all(&self) -> Vec<(String, Arc<Snapshot>)> {
        let kept = self.kept();
        let pairs = kept.iter().map(|(name, kept)| (name.clone(), Arc::clone(kept)));
        pairs.collect()
    }

    fn kept(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Snapshot>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
