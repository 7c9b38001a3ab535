//! What the ledger knows of every request, whatever is kept of its journals.

use conax_model::crm::RequestBook;
use conax_model::id::{SmartcardId, TransactionId};
use conax_model::ledger::Ledger;
use conax_model::ledger::{LedgerParts, OpenExchange, OutcomePart, Owner, RowPart, Standing};
use conax_model::time::SimTime;
use serde::{Deserialize, Serialize};

use super::cas::numbered;
use super::command::CommandRecord;
use super::ledger::{acknowledged, acknowledgement};
use super::transaction::Texts;
use super::{Bits, UnknownValue};

/// How much there is of the ledger, and what it knows besides; the rest stands behind the requests.
#[derive(Serialize, Deserialize)]
pub(in crate::snapshot) struct LedgerRecord<'a> {
    pub(in crate::snapshot) is_foreign: bool,
    pub(in crate::snapshot) row_count: usize,
    pub(in crate::snapshot) outcome_count: usize,
    pub(in crate::snapshot) crm_count: usize,
    pub(in crate::snapshot) cas_count: usize,
    let_go: (u64, u64),
    strangers: Vec<(u64, u32)>,
    open: Vec<(u64, OwnerRecord, bool, bool)>,
    #[serde(borrow)]
    console: Vec<(&'a str, i64, CommandRecord<'a>)>,
}

/// For whom the head-end did something.
#[derive(Serialize, Deserialize)]
enum OwnerRecord {
    Request(u64),
    Stranger(u64),
    Console,
}

/// A request in the ledger.
#[derive(Serialize, Deserialize)]
pub(in crate::snapshot) struct LedgerRowRecord<'a> {
    request: u64,
    /// Kind and smartcards, where the request as it is does not tell them.
    #[serde(borrow)]
    own: Option<(u8, Texts<'a>)>,
    standing: u8,
    exchanges: Vec<u64>,
    has_left: bool,
    left_unanswered: bool,
    was_recalled: bool,
    crm_count: u32,
    cas_count: u32,
}

/// A transaction in the ledger.
#[derive(Serialize, Deserialize)]
pub(in crate::snapshot) struct OutcomeRecord {
    transaction: Bits,
    owner: OwnerRecord,
    is_executed: bool,
    is_part: bool,
    is_undone: bool,
}

impl<'a> LedgerRecord<'a> {
    /// Of a ledger and what it is made of besides its events, requests and transactions.
    pub(in crate::snapshot) fn of(ledger: &Ledger, parts: &'a LedgerParts) -> Self {
        let (crm_count, cas_count) = ledger.lens();
        let (row_count, outcome_count) = ledger.counts();
        let open = parts.open.iter();
        let console = parts.console.iter();
        Self {
            is_foreign: ledger.is_foreign,
            row_count,
            outcome_count,
            crm_count,
            cas_count,
            let_go: parts.let_go,
            strangers: parts.strangers.clone(),
            open: open
                .map(|(exchange, one)| (*exchange, one.owner.into(), one.is_there, one.is_held))
                .collect(),
            console: console
                .map(|(card, at, command)| (card.as_str(), at.millis(), command.into()))
                .collect(),
        }
    }

    /// What the ledger is made of besides its events, requests and transactions.
    pub(in crate::snapshot) fn revive(self) -> LedgerParts {
        let open = self
            .open
            .into_iter()
            .map(|(exchange, owner, is_there, is_held)| {
                let one = OpenExchange {
                    owner: owner.into(),
                    is_there,
                    is_held,
                };
                (exchange, one)
            });
        let console = self.console.into_iter().map(|(card, at, command)| {
            (
                SmartcardId::new(card),
                SimTime::from_millis(at),
                command.into(),
            )
        });
        LedgerParts {
            strangers: self.strangers,
            open: open.collect(),
            console: console.collect(),
            let_go: self.let_go,
            ..LedgerParts::default()
        }
    }
}

impl From<Owner> for OwnerRecord {
    fn from(owner: Owner) -> Self {
        match owner {
            Owner::Request(request) => Self::Request(request),
            Owner::Stranger(exchange) => Self::Stranger(exchange),
            Owner::Console => Self::Console,
        }
    }
}

impl From<OwnerRecord> for Owner {
    fn from(owner: OwnerRecord) -> Self {
        match owner {
            OwnerRecord::Request(request) => Self::Request(request),
            OwnerRecord::Stranger(exchange) => Self::Stranger(exchange),
            OwnerRecord::Console => Self::Console,
        }
    }
}

impl<'a> LedgerRowRecord<'a> {
    pub(in crate::snapshot) fn of(row: &'a RowPart, book: &RequestBook) -> Self {
        let known = book.by_number(row.request).map(|row| &**row);
        Self {
            request: row.request,
            own: acknowledged(known, row.kind, &row.cards),
            standing: row.standing as u8,
            exchanges: row.exchanges.clone(),
            has_left: row.has_left,
            left_unanswered: row.left_unanswered,
            was_recalled: row.was_recalled,
            crm_count: row.crm_count,
            cas_count: row.cas_count,
        }
    }

    pub(in crate::snapshot) fn revive(self, book: &RequestBook) -> Result<RowPart, UnknownValue> {
        let known = book.by_number(self.request).map(|row| &**row);
        let (kind, cards) = acknowledgement(known, self.own)?;
        Ok(RowPart {
            request: self.request,
            kind,
            cards,
            standing: numbered(&Standing::ALL, self.standing, "state in the ledger")?,
            exchanges: self.exchanges,
            has_left: self.has_left,
            left_unanswered: self.left_unanswered,
            was_recalled: self.was_recalled,
            crm_count: self.crm_count,
            cas_count: self.cas_count,
        })
    }
}

impl OutcomeRecord {
    pub(in crate::snapshot) fn of(part: &OutcomePart) -> Self {
        Self {
            transaction: Bits(part.transaction.bits()),
            owner: part.owner.into(),
            is_executed: part.is_executed,
            is_part: part.is_part,
            is_undone: part.is_undone,
        }
    }

    pub(in crate::snapshot) fn revive(self) -> OutcomePart {
        OutcomePart {
            transaction: TransactionId::from_random_bits(self.transaction.0),
            owner: self.owner.into(),
            is_executed: self.is_executed,
            is_part: self.is_part,
            is_undone: self.is_undone,
        }
    }
}
