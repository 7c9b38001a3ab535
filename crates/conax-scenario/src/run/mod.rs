//! Playing scenarios: one at a time in `play`, many side by side in [`run_all`].
//!
//! A step becomes calls of a [`Target`](crate::Target), their replies go to `judge`, and what is known afterwards
//! is a [`CaseRecord`]. Nothing here decides what is right.

mod action;
mod all;
mod calls;
mod capability;
mod contract;
mod describe;
mod journal;
mod play;
mod polling;
mod secrets;
mod send;
#[cfg(test)]
mod tests;
mod wait;

pub use all::{Case, Observer, Plan, Stop, Stopwatch, run_all};
pub use play::{Detail, play};

pub use crate::record::CaseRecord;
