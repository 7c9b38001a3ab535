//! Faults: who is met by what, decided in pure code.
//!
//! A [`FaultPlan`] holds rules in order. [`FaultPlan::judge`] is told what is known of an exchange
//! ([`Facts`]) and answers with a [`Verdict`]: what to carry out, which rules acted and why, and
//! which nearly did. It waits for nothing and sends nothing; the simulator carries it out.
//!
//! The same seed, rules and calls in the same order give the same verdicts: each rule has dice of
//! its own, so that a draw of one never shifts those of another.
//!
//! What a fault does to the head-end's state is pure as well: [`HeadEndMemory::carry_out`].
//!
//! Read on: `what` (everything that can go wrong), `rule` (who is met), `plan` (the judge),
//! `carry_out` (effects on the state).

mod carry_out;
mod delay;
mod facts;
mod past;
mod pattern;
mod plan;
mod rule;
mod selector;
mod state;
mod verdict;
mod what;
mod words;

#[cfg(test)]
mod tests;

pub use carry_out::{CarriedOut, HeadEndMemory, Held, MemoryChange, Received, StateChange};
pub use delay::DelayShape;
pub use facts::{Facts, Origin, Stage};
pub use past::{Done, Past};
pub use pattern::Pattern;
pub use plan::{FaultPlan, PlanChange, Shadow};
pub use rule::{Entry, FaultRule, Per, RuleId, Script};
pub use selector::{Cycle, Selector};
pub use state::{RuleAtWork, RuleStatus};
pub use verdict::{Acted, Miss, NearMiss, Orders, Verdict};
pub use what::{
    Action, AnswerFault, CommandFault, ConnectFault, Effect, End, Phase, Throttle, TlsFault, What,
};
