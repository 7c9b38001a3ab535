//! A simulator in the background: `serve --detach`, `stop`, `status`.
//!
//! `serve --detach` starts the program once more, waits until that one says where its APIs are, and
//! ends. The one in the background holds the lock of its place for as long as it lives, whatever
//! ends it, so nobody takes a process that has its old number for it; it ends when its record is
//! taken away, so nobody needs a signal to end it.
//!
//! Read on: `place` (where lock, record and log are), `start` (the one that returns), `kept` (the
//! one that stays), `verbs` (`stop` and `status`), `output` (what to `eval`).

mod kept;
mod output;
mod place;
mod start;
mod verbs;

pub(crate) use kept::{Kept, hold};
pub(crate) use place::VARIABLES;
pub(crate) use start::{CHILD, arguments, start};
pub(crate) use verbs::{status, status_command, stop, stop_command};
