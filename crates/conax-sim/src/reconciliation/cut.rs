//! Both sides and the ledger of them at one moment, and what is looked up there.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use conax_model::cas::CasState;
use conax_model::command::CommandKind;
use conax_model::crm::{Matter, RequestBook, RequestNumber};
use conax_model::drift::{Belief, Step};
use conax_model::ledger::{Fate, Ledger, Reconciliation, Row, Standing};
use conax_model::time::SimTime;

use super::order::{TurnedRound, turned_round_in};
use crate::shared::Shared;

/// Both sides at one moment: what one of them has done and the other has not heard of yet is on its
/// way in it, and never half there.
pub(super) struct Cut {
    pub(super) now: SimTime,
    /// Of the world it is of.
    pub(super) generation: u64,
    pub(super) book: RequestBook,
    pub(super) cas: CasState,
    /// What the CRM believed at the start.
    pub(super) start: Arc<Belief>,
    pub(super) ledger: Ledger,
    /// What follows from the ledger.
    pub(super) reconciliation: Reconciliation,
    /// When each request was carried out last, counted.
    done: BTreeMap<RequestNumber, u64>,
    turned_round: OnceCell<Vec<TurnedRound>>,
}

impl Cut {
    /// As it is now. The sides are copied between two changes, and looked into afterwards.
    pub(super) fn of(shared: &Shared) -> Self {
        shared.catch_up();
        let (now, generation, book, start, cas, ledger) = shared.read(|world| {
            let (generation, book, start) = {
                let side = world.crm();
                (side.generation, side.book.clone(), Arc::clone(&side.start_belief))
            };
            let cas = world.cas().state.clone();
            (shared.clock.now(), generation, book, start, cas, world.ledger.clone())
        });
        let reconciliation = ledger.reconcile();
        let done = reconciliation.carried_out.iter().zip(0..);
        Self {
            done: done.map(|(request, place)| (*request, place)).collect(),
            now,
            generation,
            book,
            cas,
            start,
            ledger,
            reconciliation,
            turned_round: OnceCell::new(),
        }
    }

    /// When a request ended, counted; those that have not ended come last.
    pub(super) fn ended(&self, row: &Row) -> u64 {
        let found = self.book.by_number(row.request);
        found.and_then(|row| row.settled_order).unwrap_or(u64::MAX)
    }

    /// When a request was carried out last, counted.
    pub(super) fn done(&self, row: &Row) -> Option<u64> {
        self.done.get(&row.request).copied()
    }

    /// Every order that a later one has overtaken, where it matters.
    pub(super) fn turned_round(&self) -> &[TurnedRound] {
        self.turned_round.get_or_init(|| turned_round_in(&self.book))
    }

    /// The modules that an order pairs.
    pub(super) fn modules(&self, row: &Row) -> Vec<Matter<'_>> {
        let found = self.book.by_number(row.request);
        let matters = found.map(|row| row.matters()).unwrap_or_default();
        let is_module = |matter: &Matter<'_>| matches!(matter, Matter::PairedModule(_));
        matters.into_iter().filter(is_module).collect()
    }
}

/// The rows of a cut, by what they are about; smartcards in the form the head-end keeps.
pub(super) struct ByMatter<'c>(BTreeMap<Matter<'c>, Vec<&'c Row>>);

impl<'c> ByMatter<'c> {
    pub(super) fn of(cut: &'c Cut) -> Self {
        let mut found: BTreeMap<Matter<'c>, Vec<&'c Row>> = BTreeMap::new();
        for row in cut.reconciliation.rows.values() {
            let order = cut.book.by_number(row.request);
            for matter in order.map(|order| order.matters()).unwrap_or_default() {
                let matter = matter.of_card(|card| cut.cas.kept_form(card));
                found.entry(matter).or_default().push(row);
            }
        }
        Self(found)
    }

    /// Every row about one of these, once, by number.
    pub(super) fn about(&self, matters: &[Matter<'_>]) -> Vec<&'c Row> {
        let rows = matters.iter().filter_map(|matter| self.0.get(matter));
        let rows = rows.flatten().map(|row| (row.request, *row));
        rows.collect::<BTreeMap<_, _>>().into_values().collect()
    }
}

/// What of these rows tells whose doing a difference is.
pub(super) fn steps<'r>(cut: &Cut, rows: &[&'r Row]) -> Vec<Step<u64, &'r Row>> {
    let step = |row: &&'r Row| Step {
        ended: cut.ended(row),
        done: cut.done(row),
        is_wrong: !row.known_to_crm() || row.is_held,
        is_held: row.is_held,
        settles: row.standing == Standing::Completed
            && row.fate == Fate::Once
            && row.kind != CommandKind::AddToExistingPairing,
        of: *row,
    };
    rows.iter().map(step).collect()
}

/// The row of one request in the ledger as it is now.
pub(super) fn reconciled(shared: &Shared, request: RequestNumber) -> Option<Row> {
    shared.catch_up();
    let ledger = shared.ledger().clone();
    ledger.reconcile().rows.remove(&request)
}
