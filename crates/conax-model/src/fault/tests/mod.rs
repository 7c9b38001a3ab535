//! The judge, its counters and its dice; and what faults do to the head-end's state.

mod accounting;
mod carrying_out;
mod delays;
mod judging;
