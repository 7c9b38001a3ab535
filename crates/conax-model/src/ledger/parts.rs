//! What a ledger is made of besides its events; for whoever keeps it outside this process.

use std::sync::Arc;

use super::account::{Account, OpenExchange};
use super::brief::{Brief, Marks, Outcome, OutcomePart, Stranger};
use super::chunks::Lines;
use super::row::Standing;
use super::{At, CasEvent, CrmEvent, ExchangeNumber, Ledger};
use crate::command::{Command, CommandKind};
use crate::crm::RequestNumber;
use crate::id::SmartcardId;
use crate::time::SimTime;

/// What is known of a request besides its transactions.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct RowPart {
    /// The request.
    pub request: RequestNumber,
    /// What it asks for.
    pub kind: CommandKind,
    /// The smartcards it names.
    #[cfg_attr(feature = "storage", serde(deserialize_with = "crate::storage::shared"))]
    pub cards: Vec<Arc<str>>,
    /// How the CRM sees it.
    pub standing: Standing,
    /// The exchanges it took.
    pub exchanges: Vec<ExchangeNumber>,
    /// Whether its command ever left.
    pub has_left: bool,
    /// Whether the command left and no answer with a status code was read, the last time.
    pub left_unanswered: bool,
    /// Whether the CRM stopped waiting for an exchange that had left.
    pub was_recalled: bool,
    /// Events of the CRM's journal about it.
    pub crm_count: u32,
    /// Events of the head-end's journal about it.
    pub cas_count: u32,
}

/// What a ledger is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct LedgerParts {
    /// Requests; stored apart, as transactions and events are, because they are many.
    #[cfg_attr(feature = "storage", serde(skip))]
    pub rows: Vec<RowPart>,
    /// Other clients' exchanges, and how many events of the head-end's journal are about each.
    pub strangers: Vec<(ExchangeNumber, u32)>,
    /// Transactions, in order.
    #[cfg_attr(feature = "storage", serde(skip))]
    pub outcomes: Vec<OutcomePart>,
    /// Exchanges of which more may be heard.
    pub open: Vec<(ExchangeNumber, OpenExchange)>,
    /// What was done at the console last, for each smartcard.
    pub console: Vec<(SmartcardId, SimTime, Command)>,
    /// How many events of each side are kept no longer.
    pub let_go: (u64, u64),
    /// The CRM's events.
    #[cfg_attr(feature = "storage", serde(skip))]
    pub crm: Vec<At<CrmEvent>>,
    /// The head-end's events.
    #[cfg_attr(feature = "storage", serde(skip))]
    pub cas: Vec<At<CasEvent>>,
}

/// An event of either side.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub(super) enum Event {
    Crm(At<CrmEvent>),
    Cas(At<CasEvent>),
}

/// What was written down in a ledger, in order.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct LedgerChange(pub(super) Vec<Event>);

impl LedgerChange {
    /// Whether nothing was written down.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Ledger {
    /// What was written down since this was last asked; nothing if all of it is new. From now on it
    /// is noted.
    pub fn changes(&mut self) -> Option<LedgerChange> {
        self.noted.take()
    }

    /// Writes down what was written down in a ledger like this.
    pub fn apply(&mut self, change: LedgerChange) {
        for event in change.0 {
            match event {
                Event::Crm(one) => self.crm(one.at, one.event),
                Event::Cas(one) => self.cas(one.at, one.event),
            }
        }
    }

    /// What is known of each request besides its transactions.
    pub fn row_parts(&self) -> impl Iterator<Item = RowPart> {
        self.account.briefs.iter().map(|brief| RowPart {
            request: brief.request,
            kind: brief.kind,
            cards: self.account.cards(brief),
            standing: brief.standing,
            exchanges: self.account.exchanges(brief).collect(),
            has_left: brief.marks.has(Marks::LEFT),
            left_unanswered: brief.marks.has(Marks::UNANSWERED),
            was_recalled: brief.marks.has(Marks::RECALLED),
            crm_count: brief.crm_count,
            cas_count: brief.cas_count,
        })
    }

    /// How many requests and how many transactions there are.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        (self.account.briefs.len(), self.account.outcomes.len())
    }

    /// Every transaction, in order.
    pub fn outcome_parts(&self) -> impl Iterator<Item = OutcomePart> {
        self.account.outcomes.iter().map(Outcome::part)
    }

    /// What a ledger is made of, but for its events, requests and transactions.
    #[must_use]
    pub fn other_parts(&self) -> LedgerParts {
        let strangers = self.account.strangers.iter();
        let open = self.account.open.iter();
        let console = self.account.console.iter();
        LedgerParts {
            strangers: strangers.map(|one| (one.exchange, one.cas_count)).collect(),
            open: open.map(|(exchange, one)| (*exchange, *one)).collect(),
            console: console
                .map(|(card, (at, command))| (card.clone(), *at, Command::clone(command)))
                .collect(),
            let_go: self.let_go(),
            ..LedgerParts::default()
        }
    }

    /// The ledger of these parts, which keeps the last so many events of each side.
    #[must_use]
    pub fn from_parts(parts: LedgerParts, limit: usize) -> Self {
        let mut account = Account::default();
        parts.rows.iter().for_each(|row| account.add_row(row));
        for (exchange, cas_count) in parts.strangers {
            account.strangers.insert(Stranger { exchange, cas_count, executions: 0, undone: 0 });
        }
        parts.outcomes.iter().for_each(|part| account.add(part));
        account.open = parts.open.into_iter().collect();
        let console = parts.console.into_iter();
        account.console =
            console.map(|(card, at, command)| (card, (at, Arc::new(command)))).collect();
        let (mut crm, mut cas) = (Lines::after(parts.let_go.0), Lines::after(parts.let_go.1));
        parts.crm.into_iter().for_each(|one| crm.push(one, limit));
        parts.cas.into_iter().for_each(|one| cas.push(one, limit));
        Self { crm, cas, account, limit, ..Self::default() }
    }
}

impl Account {
    fn add_row(&mut self, row: &RowPart) {
        let mut brief = self.new_brief(row.request, row.kind, &row.cards);
        if let Some((last, earlier)) = row.exchanges.split_last() {
            brief.exchange = *last;
            if !earlier.is_empty() {
                self.earlier.insert(row.request, earlier.to_vec());
            }
        }
        self.briefs.insert(Brief {
            standing: row.standing,
            marks: Marks::of([
                (Marks::SENT, !row.exchanges.is_empty()),
                (Marks::LEFT, row.has_left),
                (Marks::UNANSWERED, row.left_unanswered),
                (Marks::RECALLED, row.was_recalled),
            ]),
            crm_count: row.crm_count,
            cas_count: row.cas_count,
            ..brief
        });
    }
}
