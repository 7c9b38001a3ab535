//! What one change of a world changed, as bytes and back.

use std::collections::BTreeMap;

use conax_model::cas::CasChange;
use conax_model::crm::{BookChange, BookParts, RequestBook, SessionsChange};
use conax_model::entropy::Ids;
use conax_model::fault::{FaultPlan, MemoryChange, PlanChange, RuleId};
use conax_model::ledger::{Ledger, LedgerChange};
use conax_model::storage::sharing;
use conax_model::time::SimTime;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::StoreError;
use crate::clock::Reading;
use crate::fault::FaultBook;
use crate::snapshot::Snapshot;
use crate::world::{CasSide, CrmSide};

/// What one change changed. What is not said is as before.
#[derive(Serialize, Deserialize)]
pub(crate) struct WorldChanges {
    clock: Reading,
    /// Processing runs and exchanges so far.
    counts: (u64, u64),
    /// Of requests, tokens and transactions.
    ids: [Option<Ids>; 3],
    book: BookChange,
    sessions: SessionsChange,
    cas: CasChange,
    memory: MemoryChange,
    /// Failures in a row of the head-end's users, by name.
    failures: Vec<(String, u32)>,
    faults: Faults,
    ledger: LedgerChange,
}

#[derive(Serialize, Deserialize)]
enum Faults {
    Judged(PlanChange),
    /// The plan, the rules as they were written, in JSON, and how many names were made.
    New(Box<FaultPlan>, BTreeMap<RuleId, String>, u64),
}

/// What a world was when its last change was written down, as far as nobody else remembers it.
#[derive(Default)]
pub(crate) struct Memorized {
    ids: [Option<[u8; conax_model::entropy::POSITION_LEN]>; 3],
    counts: (u64, u64),
    failures: Vec<u32>,
}

/// What became of looking for changes.
pub(crate) enum Found {
    /// Nothing was changed.
    Nothing,
    /// This was.
    Changes(Box<WorldChanges>),
    /// All of some part is new.
    AllNew,
}

impl WorldChanges {
    /// What was changed in a world since this was last asked; something at least if it was the clock.
    pub(crate) fn since(
        last: &mut Memorized,
        (crm, cas): (&mut CrmSide, &mut CasSide),
        faults: &mut FaultBook,
        ledger: &mut Ledger,
        (counts, clock): ((u64, u64), Reading),
        is_of_clock: bool,
    ) -> Found {
        // Every part is asked, so that all of them note what comes next.
        let book = crm.book.changes();
        let sessions = crm.sessions.changes();
        let state = cas.state.changes();
        let memory = cas.memory.changes();
        let ledger = ledger.changes();
        let judged = faults.plan.changes();
        let faults = match judged {
            Some(judged) => Faults::Judged(judged),
            None => {
                let written = faults.written.iter();
                let written = written.map(|(id, rule)| (id.clone(), rule.to_string()));
                Faults::New(Box::new(faults.plan.clone()), written.collect(), faults.made_names)
            }
        };
        let ids = [&crm.ids, &crm.token_ids, &cas.ids];
        let ids = [0, 1, 2].map(|place| last.drawn(place, ids[place]));
        let failures = last.failed(cas);
        let was_counted = std::mem::replace(&mut last.counts, counts) != counts;
        let (Some(book), Some(sessions), Some(state), Some(memory), Some(ledger)) =
            (book, sessions, state, memory, ledger)
        else {
            return Found::AllNew;
        };
        let changes = Self {
            clock,
            counts,
            ids,
            book,
            sessions,
            cas: state,
            memory,
            failures,
            faults,
            ledger,
        };
        match changes.is_empty() && !was_counted && !is_of_clock {
            true => Found::Nothing,
            false => Found::Changes(Box::new(changes)),
        }
    }

    fn is_empty(&self) -> bool {
        self.ids.iter().all(Option::is_none)
            && self.book.is_empty()
            && self.sessions.is_empty()
            && self.cas.is_empty()
            && self.memory.is_empty()
            && self.failures.is_empty()
            && matches!(&self.faults, Faults::Judged(judged) if judged.is_empty())
            && self.ledger.is_empty()
    }

    /// As bytes.
    #[must_use]
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let written = sharing(|| postcard::to_stdvec(self));
        written.expect("nouns hold nothing that cannot be written")
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, StoreError> {
        sharing(|| postcard::from_bytes(bytes)).map_err(StoreError::of)
    }
}

impl Memorized {
    fn drawn(&mut self, place: usize, ids: &Ids) -> Option<Ids> {
        let position = ids.position();
        let before = self.ids[place].replace(position);
        (before != Some(position)).then(|| ids.clone())
    }

    fn failed(&mut self, cas: &CasSide) -> Vec<(String, u32)> {
        let failures = cas.authentication.failures();
        if failures.map(|(_, count)| count).eq(self.failures.iter().copied()) {
            return Vec::new();
        }
        let failures = cas.authentication.failures();
        let failures: Vec<_> = failures.map(|(user, count)| (user.to_owned(), count)).collect();
        self.failures = failures.iter().map(|(_, count)| *count).collect();
        failures
    }
}

/// A world that is brought back, change by change.
pub(super) struct Revival {
    snapshot: Snapshot,
    book: BookParts,
}

impl Revival {
    pub(super) fn of(snapshot: Snapshot) -> Self {
        Self { book: snapshot.crm.book.parts(), snapshot }
    }

    pub(super) fn apply(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let changes = WorldChanges::from_bytes(bytes)?;
        let world = &mut self.snapshot;
        world.clock = changes.clock;
        (world.runs, world.last_exchange) = changes.counts;
        let places = [&mut world.crm.ids, &mut world.crm.token_ids, &mut world.cas.ids];
        for (place, ids) in places.into_iter().zip(changes.ids) {
            if let Some(ids) = ids {
                *place = ids;
            }
        }
        self.book.apply(changes.book).map_err(StoreError::of)?;
        world.crm.sessions.apply(changes.sessions);
        world.cas.state.apply_change(changes.cas);
        world.cas.memory.apply(changes.memory, &world.cas.state);
        for (user, count) in changes.failures {
            world.cas.authentication.set_failures(&user, count);
        }
        match changes.faults {
            Faults::Judged(judged) => world.faults.plan.apply(judged),
            Faults::New(plan, written, made_names) => {
                world.faults = FaultBook { plan: *plan, written: rules(written)?, made_names };
            }
        }
        world.ledger.apply(changes.ledger);
        Ok(())
    }

    /// The world as it is; its clock may have been read up to some time.
    pub(super) fn into_snapshot(
        mut self,
        read_until: Option<SimTime>,
    ) -> Result<Snapshot, StoreError> {
        // Simulated time never goes back (law I20).
        let clock = &mut self.snapshot.clock;
        clock.now = clock.now.max(read_until.unwrap_or(clock.now));
        self.book.schedule(clock.now);
        self.snapshot.crm.book = RequestBook::from_parts(self.book).map_err(StoreError::of)?;
        Ok(self.snapshot)
    }
}

fn rules(written: BTreeMap<RuleId, String>) -> Result<BTreeMap<RuleId, Value>, StoreError> {
    let rules = written.into_iter();
    rules.map(|(id, rule)| Ok((id, rule.parse().map_err(StoreError::of)?))).collect()
}
