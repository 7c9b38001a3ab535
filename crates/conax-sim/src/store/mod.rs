//! Worlds that outlive the process: what changes in one is written down before anybody learns of
//! it.
//!
//! Each change of a world ([`Shared::change`](crate::shared::Shared::change)) leaves an entry, in
//! order; one thread hands what waits to an [`Engine`], which keeps it, and whoever answers or sends
//! waits until it is kept ([`Store::kept`]). An entry is what was changed, or, where all of a part is
//! new, the whole world. Read on: `change` (what is in an entry), `writer` (the thread), `engine`
//! (who keeps entries), `memory` (an engine for tests).

mod change;
mod engine;
mod memory;
mod waiting;
mod writer;

pub(crate) use change::Found;
pub(crate) use change::{Memorized, WorldChanges};
pub use engine::{Engine, Row, StoreError, StoredWorld, WorldHead};
pub use memory::MemoryEngine;
pub(crate) use waiting::answers_what_is_kept;
pub(crate) use writer::Entry;
pub use writer::{NotKept, Opened, Store};
