//! `Harness`, the language of the whole-program tests.
//!
//! [`Harness`] is a simulator in this process: its APIs are called as services, the clock is tokio's
//! and stands still unless a test moves it. It checks every reply of the provisioning API against
//! the documented form and tells the story when a test fails. [`Program`] is the built program on
//! real sockets, and [`ScriptedConax`] a head-end that answers what it is told to.
//!
//! Read on: [`HarnessBuilder`] (how a simulator is set up), [`Reply`] (what can be said about an answer).

pub mod bodies;
mod calls;
mod chance;
mod check;
mod deadline;
pub mod fronts;
mod harness;
mod harness_builder;
mod program;
mod raw;
mod reply;
mod scripted;
mod shape;
mod story;

pub use calls::{BASE, Call};
pub use chance::Chance;
pub use deadline::{PATIENCE, until};
pub use harness::Harness;
pub use harness_builder::{HarnessBuilder, date, repository};
pub use program::{Ended, Program};
pub use raw::{RawReply, exchange, talk};
pub use reply::{ControlReply, Reply};
pub use scripted::ScriptedConax;
