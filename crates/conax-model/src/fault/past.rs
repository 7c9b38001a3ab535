//! The head-end as it was some time ago: for stale reads, and for restarts that lose.
//!
//! Kept only while a rule may ask for it: a copy of the state of the longest time back, and what
//! was done since. The copy follows the clock, so that each command is done again once.

use std::collections::VecDeque;
use std::time::Duration;

use crate::cas::{CasState, Transaction};
use crate::command::Command;
use crate::id::TransactionId;
use crate::time::SimTime;

/// What was done, and its record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct Done {
    /// What was done.
    pub command: Command,
    /// Its record.
    pub transaction: Transaction,
    /// When it was done, whatever a head-end's clock that goes wrong may have recorded.
    pub at: SimTime,
}

/// The head-end's past, as far back as somebody may ask.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct Past {
    /// How far back it goes.
    pub span: Duration,
    /// What the head-end kept then; absent if nobody may ask.
    pub base: Option<CasState>,
    /// What was done since, in order.
    pub since: VecDeque<Done>,
}

impl Past {
    /// Keeps the past for this long from now on; longer than before at most. Whether that changes
    /// anything.
    pub(super) fn keep(&mut self, span: Duration, state: &CasState) -> bool {
        let changes = self.span != span || self.base.is_none() != span.is_zero();
        if span.is_zero() {
            *self = Self::default();
            return changes;
        }
        self.span = span;
        if self.base.is_none() {
            self.base = Some(state.clone());
        }
        changes
    }

    pub(super) fn note(&mut self, command: &Command, transaction: &Transaction, now: SimTime) {
        let Some(base) = &mut self.base else { return };
        self.since.push_back(Done {
            command: command.clone(),
            transaction: transaction.clone(),
            at: now,
        });
        let horizon = now - self.span;
        while self.since.front().is_some_and(|done| done.at < horizon) {
            if let Some(done) = self.since.pop_front() {
                base.repeat(&done.command, &done.transaction);
            }
        }
    }

    /// The state at this time, or the oldest that is known.
    pub(super) fn at(&self, time: SimTime) -> Option<CasState> {
        let mut state = self.base.clone()?;
        for done in self.since.iter().filter(|done| done.at <= time) {
            state.repeat(&done.command, &done.transaction);
        }
        Some(state)
    }

    /// Goes back to this time and forgets what was done since: the state, and what was lost. Of what
    /// was refused there is nothing to lose.
    pub(super) fn rewind(&mut self, time: SimTime) -> Option<(CasState, Vec<TransactionId>)> {
        let state = self.at(time)?;
        let (kept, lost): (Vec<Done>, Vec<Done>) =
            self.since.drain(..).partition(|done| done.at <= time);
        self.since = kept.into();
        let lost = lost.iter().filter(|done| done.transaction.outcome.is_accepted());
        Some((state, lost.map(|done| done.transaction.id).collect()))
    }
}
