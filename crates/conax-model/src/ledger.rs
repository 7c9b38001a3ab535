//! What became of every order: what both sides did, written down, and what follows from it.
//!
//! The two journals hold facts only: the CRM's side what it recorded, sent, read and settled; the
//! head-end's side what it received, did and answered. Each event changes what is known of its
//! request (`account`), which is kept of every request for ever, in less than 96 bytes; from it
//! [`Ledger::reconcile`] makes one row for each acknowledged request, and the totals. The events
//! themselves are kept within a limit, the last ones; each row says how many of its own were let go.
//! Read on: `row`, `brief`, `account`, `reconciliation`, `chunks` (how long lists are kept).

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::command::{Command, CommandKind};
use crate::crm::RequestNumber;
use crate::fault::StateChange;
use crate::id::SmartcardId;
use crate::noted::Noted;
use crate::time::SimTime;

mod account;
mod brief;
mod chunks;
mod loss;
mod parts;
mod reconciliation;
mod row;

#[cfg(test)]
mod events;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

pub use account::OpenExchange;
pub use brief::{OutcomePart, Owner};
pub use loss::{Remedy, Unanswered};
pub use parts::{LedgerChange, LedgerParts, RowPart};
pub use reconciliation::Reconciliation;
pub use row::{Fate, ForeignRow, Row, Standing, Totals};

use account::Account;
use chunks::Lines;
use parts::Event;

/// The number of an exchange with the head-end, counted by the simulator.
pub type ExchangeNumber = u64;

/// What the CRM's side did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub enum CrmEvent {
    /// It recorded a request and said so.
    Acknowledged {
        /// The request.
        request: RequestNumber,
        /// What it asks for.
        kind: CommandKind,
        /// The smartcards it names.
        #[cfg_attr(feature = "storage", serde(deserialize_with = "crate::storage::shared"))]
        cards: Vec<Arc<str>>,
    },
    /// It sent its command.
    Sent {
        /// The request.
        request: RequestNumber,
        /// The exchange.
        exchange: ExchangeNumber,
        /// Whether the command left; if not, no connection came about.
        left: bool,
    },
    /// It read an answer.
    Answered {
        /// The request.
        request: RequestNumber,
        /// The exchange.
        exchange: ExchangeNumber,
        /// The status code.
        #[cfg_attr(feature = "storage", serde(deserialize_with = "crate::storage::shared"))]
        status: Option<Arc<str>>,
        /// The reference.
        #[cfg_attr(feature = "storage", serde(deserialize_with = "crate::storage::own"))]
        reference: Option<Arc<str>>,
    },
    /// It read none.
    Failed {
        /// The request.
        request: RequestNumber,
        /// The exchange.
        exchange: ExchangeNumber,
        /// Why.
        #[cfg_attr(feature = "storage", serde(deserialize_with = "crate::storage::shared"))]
        fault: Arc<str>,
    },
    /// It went back to a snapshot that was taken while the exchange was under way: the request waits
    /// to be sent again.
    Recalled {
        /// The request.
        request: RequestNumber,
        /// The exchange.
        exchange: ExchangeNumber,
    },
    /// It settled the request.
    Ended {
        /// The request.
        request: RequestNumber,
        /// Completed, or rejected.
        completed: bool,
        /// The reference it keeps.
        #[cfg_attr(feature = "storage", serde(deserialize_with = "crate::storage::own"))]
        reference: Option<Arc<str>>,
        /// The code or the fault it was rejected with.
        #[cfg_attr(feature = "storage", serde(deserialize_with = "crate::storage::shared"))]
        error: Option<Arc<str>>,
    },
}

impl CrmEvent {
    /// The request it is about.
    #[must_use]
    pub const fn request(&self) -> RequestNumber {
        match self {
            Self::Acknowledged { request, .. }
            | Self::Sent { request, .. }
            | Self::Answered { request, .. }
            | Self::Failed { request, .. }
            | Self::Recalled { request, .. }
            | Self::Ended { request, .. } => *request,
        }
    }

    /// The exchange it is about, if it is about one.
    #[must_use]
    pub const fn exchange(&self) -> Option<ExchangeNumber> {
        match self {
            Self::Sent { exchange, .. }
            | Self::Answered { exchange, .. }
            | Self::Failed { exchange, .. }
            | Self::Recalled { exchange, .. } => Some(*exchange),
            Self::Acknowledged { .. } | Self::Ended { .. } => None,
        }
    }
}

/// What the head-end's side did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub enum CasEvent {
    /// An exchange began.
    Received {
        /// The exchange.
        exchange: ExchangeNumber,
        /// The request it is about, if our own CRM sent it.
        request: Option<RequestNumber>,
        /// Whether a command was read.
        read: bool,
        /// What kind of command.
        kind: Option<CommandKind>,
    },
    /// It did something, or left something undone.
    Did(StateChange),
    /// It answered.
    Answered {
        /// The exchange.
        exchange: ExchangeNumber,
        /// The status code.
        #[cfg_attr(feature = "storage", serde(deserialize_with = "crate::storage::shared"))]
        status: Option<Arc<str>>,
        /// The transaction id it told.
        #[cfg_attr(feature = "storage", serde(deserialize_with = "crate::storage::own"))]
        reference: Option<Arc<str>>,
        /// Whether a fault made it say something else than what follows from what was done.
        spoilt: bool,
    },
    /// It did not.
    NotAnswered {
        /// The exchange.
        exchange: ExchangeNumber,
        /// Why.
        #[cfg_attr(feature = "storage", serde(deserialize_with = "crate::storage::shared"))]
        because: Arc<str>,
    },
}

impl CasEvent {
    /// The exchange it is about, if it is about one.
    #[must_use]
    pub const fn exchange(&self) -> Option<ExchangeNumber> {
        match self {
            Self::Received { exchange, .. }
            | Self::Answered { exchange, .. }
            | Self::NotAnswered { exchange, .. } => Some(*exchange),
            Self::Did(change) => change.exchange(),
        }
    }
}

/// An event and when.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct At<T> {
    /// When.
    pub at: SimTime,
    /// What.
    pub event: T,
}

/// Both journals, in order, and what follows from all there ever was in them.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    crm: Lines<At<CrmEvent>>,
    cas: Lines<At<CasEvent>>,
    account: Account,
    limit: usize,
    /// Tells the ledgers of a simulator apart: what belongs to an older one is not written down here.
    pub generation: u64,
    /// Whether the head-end is another one, of which there is no journal.
    pub is_foreign: bool,
    /// Events of both sides.
    noted: Noted<LedgerChange>,
}

impl Ledger {
    /// An empty ledger that keeps the last so many events of each side.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    /// Writes down what the CRM's side did.
    pub fn crm(&mut self, at: SimTime, event: CrmEvent) {
        self.account.crm(&event);
        let event = At { at, event };
        self.noted.note(|change| change.0.push(Event::Crm(event.clone())));
        self.crm.push(event, self.limit);
    }

    /// Writes down what the head-end's side did.
    pub fn cas(&mut self, at: SimTime, event: CasEvent) {
        self.account.cas(at, &event);
        let event = At { at, event };
        self.noted.note(|change| change.0.push(Event::Cas(event.clone())));
        self.cas.push(event, self.limit);
    }

    /// Writes down that these requests wait to be sent again: what is under way of them comes back
    /// no more. Of a request whose command has not been sent there is nothing to write.
    pub fn recall(&mut self, at: SimTime, requests: &BTreeSet<RequestNumber>) {
        let mut under_way: Vec<_> = requests
            .iter()
            .filter_map(|request| Some((self.account.under_way(*request)?, *request)))
            .collect();
        under_way.sort_unstable();
        for (exchange, request) in under_way {
            self.crm(at, CrmEvent::Recalled { request, exchange });
        }
    }

    /// The same journals, as the beginning of a ledger of this generation.
    #[must_use]
    pub fn for_generation(&self, generation: u64) -> Self {
        Self { generation, ..self.clone() }
    }

    /// How many events of each side are kept no longer.
    #[must_use]
    pub const fn let_go(&self) -> (u64, u64) {
        (self.crm.let_go(), self.cas.let_go())
    }

    /// The CRM's journal, as far as it is kept.
    pub fn crm_events(&self) -> impl Iterator<Item = &At<CrmEvent>> {
        self.crm.iter()
    }

    /// The head-end's journal, as far as it is kept.
    pub fn cas_events(&self) -> impl Iterator<Item = &At<CasEvent>> {
        self.cas.iter()
    }

    /// How many events of each side are kept.
    #[must_use]
    pub const fn lens(&self) -> (usize, usize) {
        (self.crm.len(), self.cas.len())
    }

    /// What follows from both journals.
    #[must_use]
    pub fn reconcile(&self) -> Reconciliation {
        Reconciliation::of(self)
    }

    /// What follows from both journals, counted.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.account.totals(self.is_foreign)
    }

    /// Exchanges that came to the head-end and have not been left, though the CRM may have given up.
    pub fn at_head_end(&self) -> impl Iterator<Item = ExchangeNumber> {
        let open = self.account.open.iter();
        open.filter(|(_, one)| one.is_there).map(|(exchange, _)| *exchange)
    }

    /// What was done at the head-end's console, as far as the journal still tells it: when, what,
    /// and in which exchange. The head-end tells of both together, what it held back before aside.
    pub fn console_edits(
        &self,
    ) -> impl Iterator<Item = (SimTime, &Command, Option<ExchangeNumber>)> {
        let mut exchange = None;
        self.cas_events().filter_map(move |one| match &one.event {
            CasEvent::Did(StateChange::Console { command, .. }) => {
                Some((one.at, command, exchange))
            }
            CasEvent::Did(
                StateChange::Executed { late: true, .. }
                | StateChange::Refused { late: true, .. }
                | StateChange::Undone { .. },
            ) => None,
            event => {
                exchange = event.exchange();
                None
            }
        })
    }

    /// What somebody did at the head-end's console to one of these smartcards, last.
    #[must_use]
    pub fn console(&self, cards: &[SmartcardId]) -> Option<(SimTime, &Command)> {
        self.account.console(cards)
    }
}
