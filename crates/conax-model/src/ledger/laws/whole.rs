//! Rows and totals from every event there was, request by request.

use std::collections::BTreeMap;

use super::super::{CasEvent, CrmEvent, ExchangeNumber, Fate, Owner, Standing, Totals};
use crate::crm::RequestNumber;
use crate::fault::StateChange;
use crate::id::TransactionId;

/// What is told of somebody at the head-end.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tally {
    pub(super) executed: Vec<(TransactionId, bool)>,
    pub(super) undone: u64,
    pub(super) parts_undone: u64,
    pub(super) count: u64,
}

/// A request, by every event about it.
#[derive(Clone, Debug)]
pub(super) struct WholeRow {
    pub(super) standing: Standing,
    pub(super) exchanges: Vec<ExchangeNumber>,
    pub(super) unheard: bool,
    pub(super) was_recalled: bool,
    pub(super) count: u64,
    pub(super) tally: Tally,
}

impl WholeRow {
    pub(super) fn fate(&self) -> Fate {
        let parts = self.tally.executed.iter().filter(|(_, is_part)| *is_part).count() as u64;
        let parts = parts - self.tally.parts_undone;
        let whole = self.tally.executed.len() as u64 - self.tally.undone - parts;
        match (whole, parts) {
            (0, 0) => Fate::Never,
            (0, _) => Fate::Partly,
            (1, 0) => Fate::Once,
            _ => Fate::Twice,
        }
    }

    pub(super) fn is_known(&self) -> bool {
        match self.standing {
            Standing::Completed => self.fate() == Fate::Once,
            Standing::Rejected => self.fate() == Fate::Never && !self.unheard && !self.was_recalled,
            Standing::Pending | Standing::InFlight => true,
        }
    }
}

/// Rows from every event there was.
#[derive(Default)]
pub(super) struct Whole {
    pub(super) rows: BTreeMap<RequestNumber, WholeRow>,
    pub(super) others: BTreeMap<Owner, Tally>,
    pub(super) console: u64,
}

impl Whole {
    pub(super) fn of(crm: &[CrmEvent], cas: &[CasEvent]) -> Self {
        let mut whole = Self::default();
        crm.iter().for_each(|event| whole.crm(event));
        let mut owners = BTreeMap::new();
        for event in cas {
            whole.cas(event, &mut owners);
        }
        whole
    }

    fn crm(&mut self, event: &CrmEvent) {
        let row = self.rows.entry(event.request()).or_insert(WholeRow {
            standing: Standing::Pending,
            exchanges: Vec::new(),
            unheard: false,
            was_recalled: false,
            count: 0,
            tally: Tally::default(),
        });
        row.count += 1;
        match event {
            CrmEvent::Acknowledged { .. } | CrmEvent::Failed { .. } => {}
            CrmEvent::Sent { exchange, left, .. } => {
                row.exchanges.push(*exchange);
                (row.standing, row.unheard) = (Standing::InFlight, *left);
            }
            CrmEvent::Answered { status, .. } => row.unheard = status.is_none(),
            CrmEvent::Recalled { .. } => {
                row.standing = Standing::Pending;
                row.was_recalled |= row.unheard;
            }
            CrmEvent::Ended { completed: true, .. } => row.standing = Standing::Completed,
            CrmEvent::Ended { .. } => row.standing = Standing::Rejected,
        }
    }

    fn tally(&mut self, owner: Owner) -> &mut Tally {
        match owner {
            Owner::Request(request) => &mut self.rows.get_mut(&request).unwrap().tally,
            owner => self.others.entry(owner).or_default(),
        }
    }

    fn cas(&mut self, event: &CasEvent, owners: &mut BTreeMap<ExchangeNumber, Owner>) {
        if let CasEvent::Received { exchange, request, .. } = event {
            let owner = request.map_or(Owner::Stranger(*exchange), Owner::Request);
            owners.insert(*exchange, owner);
        }
        match event {
            CasEvent::Did(StateChange::Undone { transactions }) => self.forget(transactions),
            CasEvent::Did(StateChange::Console { transaction, .. }) => {
                self.console += 1;
                self.tally(Owner::Console).executed.push((*transaction, false));
            }
            event => {
                let tally = self.tally(owners[&event.exchange().unwrap()]);
                tally.count += 1;
                if let CasEvent::Did(StateChange::Executed { transaction, is_part, .. }) = event {
                    tally.executed.push((*transaction, *is_part));
                }
            }
        }
    }

    fn forget(&mut self, transactions: &[TransactionId]) {
        let rows = self.rows.values_mut().map(|row| &mut row.tally);
        for tally in rows.chain(self.others.values_mut()) {
            let lost = tally.executed.iter().filter(|(id, _)| transactions.contains(id));
            let lost: Vec<bool> = lost.map(|(_, is_part)| *is_part).collect();
            tally.undone += lost.len() as u64;
            tally.parts_undone += lost.iter().filter(|is_part| **is_part).count() as u64;
            tally.count += u64::from(!lost.is_empty());
        }
    }

    pub(super) fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for row in self.rows.values() {
            totals.count(row.standing, row.fate(), row.is_known());
        }
        let others = self.others.values().map(|tally| tally.executed.len() as u64);
        totals.foreign_executions = others.sum();
        totals
    }
}
