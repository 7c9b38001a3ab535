//! What follows from both journals, row by row.

use std::collections::{BTreeMap, BTreeSet};

use super::account::{Account, OpenExchange};
use super::brief::{Brief, Marks, Outcome, Owner};
use super::row::{ForeignRow, Row, Totals};
use super::{CasEvent, ExchangeNumber, Ledger};
use crate::crm::RequestNumber;
use crate::fault::StateChange;
use crate::id::TransactionId;

/// What follows from both journals.
#[derive(Clone, Debug)]
pub struct Reconciliation {
    /// One row for each acknowledged request.
    pub rows: BTreeMap<RequestNumber, Row>,
    /// What was done for others.
    pub foreign: Vec<ForeignRow>,
    /// Everything, counted.
    pub totals: Totals,
    /// The requests whose orders the head-end carried out and has not forgotten, in order, each
    /// time they were.
    pub carried_out: Vec<RequestNumber>,
}

impl Reconciliation {
    /// What is known, row by row.
    pub(super) fn of(ledger: &Ledger) -> Self {
        let account = &ledger.account;
        let rows = account.briefs.iter();
        let rows = rows.map(|brief| (brief.request, row(account, brief, ledger.is_foreign)));
        let mut reconciliation = Self {
            rows: rows.collect(),
            foreign: Vec::new(),
            totals: account.totals(ledger.is_foreign),
            carried_out: Vec::new(),
        };
        let mut strangers: BTreeMap<ExchangeNumber, ForeignRow> = account
            .strangers
            .iter()
            .map(|one| {
                let row = ForeignRow {
                    exchange: Some(one.exchange),
                    outcomes: Vec::new(),
                    executions: one.executions.into(),
                    undone: one.undone.into(),
                    cas_count: one.cas_count.into(),
                    cas_let_go: 0,
                };
                (one.exchange, row)
            })
            .collect();
        let mut console = BTreeMap::new();
        for outcome in account.outcomes.iter() {
            reconciliation.add(outcome, &mut strangers, &mut console);
        }
        reconciliation.hold(&account.open);
        Kept::of(ledger).subtract(&mut reconciliation.rows, &mut strangers, &mut console);
        reconciliation.foreign = strangers.into_values().chain(console.into_values()).collect();
        reconciliation
    }

    /// Whether another client had something carried out, in whatever it then was.
    #[must_use]
    pub fn has_strangers(&self) -> bool {
        let mut others = self.foreign.iter();
        others.any(|row| row.exchange.is_some() && row.executions > 0)
    }

    fn add(
        &mut self,
        outcome: &Outcome,
        strangers: &mut BTreeMap<ExchangeNumber, ForeignRow>,
        console: &mut BTreeMap<TransactionId, ForeignRow>,
    ) {
        let transaction = outcome.transaction();
        match outcome.owner() {
            Owner::Request(request) => {
                let Some(row) = self.rows.get_mut(&request) else {
                    return;
                };
                row.outcomes.push(transaction);
                if outcome.marks.has(Marks::EXECUTED) {
                    row.transactions.push(transaction);
                    if !outcome.marks.has(Marks::UNDONE) {
                        self.carried_out.push(request);
                    }
                }
            }
            Owner::Stranger(exchange) => {
                if let Some(row) = strangers.get_mut(&exchange) {
                    row.outcomes.push(transaction);
                }
            }
            Owner::Console => {
                let undone = u64::from(outcome.marks.has(Marks::UNDONE));
                let row = ForeignRow {
                    outcomes: vec![transaction],
                    executions: 1,
                    undone,
                    cas_count: 1 + undone,
                    ..ForeignRow::default()
                };
                console.insert(transaction, row);
            }
        }
    }

    fn hold(&mut self, open: &BTreeMap<ExchangeNumber, OpenExchange>) {
        for one in open.values().filter(|one| one.is_held) {
            if let Owner::Request(request) = one.owner
                && let Some(row) = self.rows.get_mut(&request)
            {
                row.is_held = true;
            }
        }
    }
}

/// A request, as far as it is known without its transactions.
fn row(account: &Account, brief: &Brief, is_foreign: bool) -> Row {
    Row {
        request: brief.request,
        kind: brief.kind,
        cards: account.cards(brief),
        standing: brief.standing,
        fate: brief.fate(is_foreign),
        executions: brief.executions.into(),
        undone: brief.undone.into(),
        is_held: false,
        exchanges: account.exchanges(brief).collect(),
        transactions: Vec::new(),
        outcomes: Vec::new(),
        has_left: brief.marks.has(Marks::LEFT),
        left_unanswered: brief.marks.has(Marks::UNANSWERED),
        was_recalled: brief.marks.has(Marks::RECALLED),
        crm_count: brief.crm_count.into(),
        cas_count: brief.cas_count.into(),
        crm_let_go: 0,
        cas_let_go: 0,
    }
}

/// How many events are kept, of whom.
#[derive(Default)]
struct Kept {
    /// Whether the journal is not whole: else everything is kept.
    crm_is_cut: bool,
    cas_is_cut: bool,
    crm: BTreeMap<RequestNumber, u64>,
    cas: BTreeMap<Owner, u64>,
    console: BTreeMap<TransactionId, u64>,
}

impl Kept {
    fn of(ledger: &Ledger) -> Self {
        let (crm, cas) = ledger.let_go();
        let mut kept = Self { crm_is_cut: crm > 0, cas_is_cut: cas > 0, ..Self::default() };
        if kept.crm_is_cut {
            for one in ledger.crm_events() {
                *kept.crm.entry(one.event.request()).or_default() += 1;
            }
        }
        if kept.cas_is_cut {
            kept.count_cas(ledger);
        }
        kept
    }

    fn count_cas(&mut self, ledger: &Ledger) {
        let mut lost = BTreeMap::new();
        let mut exchanges: BTreeMap<ExchangeNumber, u64> = BTreeMap::new();
        for one in ledger.cas_events() {
            match &one.event {
                CasEvent::Did(StateChange::Undone { transactions }) => {
                    for transaction in transactions {
                        lost.insert(*transaction, Vec::new());
                    }
                }
                CasEvent::Did(StateChange::Console { transaction, .. }) => {
                    *self.console.entry(*transaction).or_default() += 1;
                }
                event => {
                    if let Some(exchange) = event.exchange() {
                        *exchanges.entry(exchange).or_default() += 1;
                    }
                }
            }
        }
        ledger.account.each_exchange(|exchange, owner| {
            if let Some(count) = exchanges.get(&exchange) {
                *self.cas.entry(owner).or_default() += count;
            }
        });
        self.count_undone(ledger, &mut lost);
    }

    /// An event that tells what was forgotten is about each of those whose it was, once.
    fn count_undone(&mut self, ledger: &Ledger, lost: &mut BTreeMap<TransactionId, Vec<Owner>>) {
        if lost.is_empty() {
            return;
        }
        for outcome in ledger.account.outcomes.iter() {
            if let Some(owners) = lost.get_mut(&outcome.transaction()) {
                owners.push(outcome.owner());
            }
        }
        for one in ledger.cas_events() {
            let CasEvent::Did(StateChange::Undone { transactions }) = &one.event else {
                continue;
            };
            let mut owners = BTreeSet::new();
            for transaction in transactions {
                for owner in lost.get(transaction).into_iter().flatten() {
                    match owner {
                        Owner::Console => *self.console.entry(*transaction).or_default() += 1,
                        owner => {
                            owners.insert(*owner);
                        }
                    }
                }
            }
            for owner in owners {
                *self.cas.entry(owner).or_default() += 1;
            }
        }
    }

    fn subtract(
        &self,
        rows: &mut BTreeMap<RequestNumber, Row>,
        strangers: &mut BTreeMap<ExchangeNumber, ForeignRow>,
        console: &mut BTreeMap<TransactionId, ForeignRow>,
    ) {
        let of = |owner| self.cas.get(&owner).copied().unwrap_or(0);
        if self.crm_is_cut {
            for row in rows.values_mut() {
                row.crm_let_go = row.crm_count - self.crm.get(&row.request).copied().unwrap_or(0);
            }
        }
        if self.cas_is_cut {
            for row in rows.values_mut() {
                row.cas_let_go = row.cas_count - of(Owner::Request(row.request));
            }
            for (exchange, row) in strangers {
                row.cas_let_go = row.cas_count - of(Owner::Stranger(*exchange));
            }
            for (transaction, row) in console {
                row.cas_let_go =
                    row.cas_count - self.console.get(transaction).copied().unwrap_or(0);
            }
        }
    }
}
