//! Who keeps entries.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Why something is not kept, or not there, in words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StoreError(pub String);

impl StoreError {
    /// The words of whatever failed.
    pub fn of(cause: impl ToString) -> Self {
        Self(cause.to_string())
    }
}

/// A world as it is known before anything of it is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorldHead {
    /// Its name.
    pub name: String,
    /// Its seed.
    pub seed: u64,
    /// Whether it makes processing runs of itself.
    pub makes_runs: bool,
    /// Whether a call made it by naming it.
    pub is_made_by_call: bool,
}

/// What an engine keeps: all of it sealed but for names and numbers.
#[derive(Clone, Debug)]
pub enum Row {
    /// A world begins.
    Begin(WorldHead),
    /// The whole world after the change of this number: rows before it are of no use any more.
    Whole {
        /// The world.
        world: String,
        /// The number of its last change.
        number: u64,
        /// The snapshot.
        body: Vec<u8>,
    },
    /// Changes of a world, in order.
    Changes {
        /// The world.
        world: String,
        /// The number of the first one.
        first: u64,
        /// The number of the last one.
        last: u64,
        /// What they are.
        body: Vec<u8>,
    },
    /// How far time has come in a world; what was said of it before is of no use any more.
    Time {
        /// The world.
        world: String,
        /// Up to when its clock may have been read.
        body: Vec<u8>,
    },
    /// A snapshot is kept under a name.
    Keep {
        /// The world.
        world: String,
        /// The name of the snapshot.
        name: String,
        /// The snapshot.
        body: Vec<u8>,
    },
    /// A snapshot is let go of.
    LetGo {
        /// The world.
        world: String,
        /// The name of the snapshot.
        name: String,
    },
    /// A world ends for good.
    End {
        /// The world.
        world: String,
    },
}

/// A world as an engine has it.
#[derive(Clone, Debug)]
pub struct StoredWorld {
    /// What is known of it.
    pub head: WorldHead,
    /// The whole world, if it was ever kept, and the number of its last change.
    pub whole: Option<(u64, Vec<u8>)>,
    /// Changes after that, in order: the first number, the last, and what they are.
    pub changes: Vec<(u64, u64, Vec<u8>)>,
    /// How far time has come in it, if that is known.
    pub time: Option<Vec<u8>>,
    /// How long ago something of it was kept last.
    pub idle: Duration,
    /// Its snapshots by name.
    pub snapshots: Vec<(String, Vec<u8>)>,
}

/// Keeps rows. One thread has it, so it may block.
pub trait Engine: Send + 'static {
    /// Keeps rows, all or none; they are kept when it returns.
    ///
    /// # Errors
    /// If they are not; the same rows are given again.
    fn append(&mut self, rows: &[Row]) -> Result<(), StoreError>;

    /// The worlds that were kept.
    ///
    /// # Errors
    /// If they cannot be read.
    fn worlds(&mut self) -> Result<Vec<StoredWorld>, StoreError>;

    /// How many entries it is given at once, at most.
    fn group(&self) -> usize {
        4096
    }

    /// What it is called, for people: a file, an address.
    fn name(&self) -> String;
}
