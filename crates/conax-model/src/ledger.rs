//! What became of every order: what both sides did, written down, and what follows from it.
//!
//! The two journals hold facts only: the CRM's side what it recorded, sent, read and settled; the
//! head-end's side what it received, did and answered. [`Ledger::reckon`] folds them into one row for
//! each acknowledged request. Nothing here is ever taken back; a ledger that is full says so.
//! Read on: `reckoning` (the fold), `chunked` (how the journals are kept).

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::command::{Command, CommandKind};
use crate::crm::RequestNumber;
use crate::fault::Deed;
use crate::time::SimTime;

mod chunked;
mod reckoning;

#[cfg(test)]
mod tests;

pub use chunked::Chunked;
pub use reckoning::{Fate, ForeignRow, Reckoning, Row, Standing, Totals};

/// The number of an exchange with the head-end, counted by the house.
pub type ExchangeNumber = u64;

/// What the CRM's side did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CrmEvent {
    /// It recorded a request and said so.
    Acknowledged {
        /// The request.
        request: RequestNumber,
        /// What it asks for.
        kind: CommandKind,
        /// The smartcards it names.
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
        status: Option<Arc<str>>,
        /// The reference.
        reference: Option<Arc<str>>,
    },
    /// It read none.
    Failed {
        /// The request.
        request: RequestNumber,
        /// The exchange.
        exchange: ExchangeNumber,
        /// Why.
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
        reference: Option<Arc<str>>,
        /// The code or the fault it was rejected with.
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
}

/// What the head-end's side did.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    Did(Deed),
    /// It answered.
    Answered {
        /// The exchange.
        exchange: ExchangeNumber,
        /// The status code.
        status: Option<Arc<str>>,
        /// The transaction id it told.
        reference: Option<Arc<str>>,
        /// Whether a fault made it say something else than what follows from what was done.
        spoilt: bool,
    },
    /// It did not.
    NotAnswered {
        /// The exchange.
        exchange: ExchangeNumber,
        /// Why.
        because: Arc<str>,
    },
}

/// An event and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At<T> {
    /// When.
    pub at: SimTime,
    /// What.
    pub event: T,
}

/// Both journals, in order.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    crm: Chunked<At<CrmEvent>>,
    cas: Chunked<At<CasEvent>>,
    is_full: bool,
    limit: usize,
    /// Tells the ledgers of a house apart: what belongs to an older one is not written down here.
    pub generation: u64,
    /// Whether the head-end is another one, of which there is no journal.
    pub is_foreign: bool,
}

impl Ledger {
    /// An empty ledger that keeps this many events of each side.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    /// The CRM's journal of the one and the head-end's of the other.
    #[must_use]
    pub fn of_sides(crm: Self, cas: Self) -> Self {
        Self {
            cas: cas.cas,
            is_full: crm.is_full || cas.is_full,
            ..crm
        }
    }

    /// Writes down what the CRM's side did.
    pub fn crm(&mut self, at: SimTime, event: CrmEvent) {
        if self.crm.len() < self.limit {
            self.crm.push(At { at, event });
        } else {
            self.is_full = true;
        }
    }

    /// Writes down what the head-end's side did.
    pub fn cas(&mut self, at: SimTime, event: CasEvent) {
        if self.cas.len() < self.limit {
            self.cas.push(At { at, event });
        } else {
            self.is_full = true;
        }
    }

    /// Writes down that these requests wait to be sent again: what is under way of them comes back
    /// no more. Of a request whose command has not been sent there is nothing to write.
    pub fn recall(&mut self, at: SimTime, requests: &BTreeSet<RequestNumber>) {
        let mut sought = requests.clone();
        let mut under_way = Vec::new();
        for one in self.crm.iter_back() {
            if sought.is_empty() {
                break;
            }
            let request = one.event.request();
            if let (true, CrmEvent::Sent { exchange, .. }) = (sought.remove(&request), &one.event) {
                under_way.push((request, *exchange));
            }
        }
        for (request, exchange) in under_way.into_iter().rev() {
            self.crm(at, CrmEvent::Recalled { request, exchange });
        }
    }

    /// Says that something was not written down, in whatever these journals were read from.
    pub const fn mark_full(&mut self) {
        self.is_full = true;
    }

    /// The same journals, as the beginning of a ledger of this generation.
    #[must_use]
    pub fn for_generation(&self, generation: u64) -> Self {
        Self {
            generation,
            ..self.clone()
        }
    }

    /// Whether something was not written down any more.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.is_full
    }

    /// The CRM's journal.
    pub fn crm_events(&self) -> impl Iterator<Item = &At<CrmEvent>> {
        self.crm.iter()
    }

    /// The head-end's journal.
    pub fn cas_events(&self) -> impl Iterator<Item = &At<CasEvent>> {
        self.cas.iter()
    }

    /// How many events each side has.
    #[must_use]
    pub fn lens(&self) -> (usize, usize) {
        (self.crm.len(), self.cas.len())
    }

    /// What follows from both journals.
    #[must_use]
    pub fn reckon(&self) -> Reckoning {
        Reckoning::of(self.crm_events(), self.cas_events(), self.is_foreign)
    }

    /// What somebody did at the head-end's console, in order.
    pub fn console(&self) -> impl Iterator<Item = (SimTime, &Command)> {
        self.cas.iter().filter_map(|one| match &one.event {
            CasEvent::Did(Deed::Console { command, .. }) => Some((one.at, command)),
            _ => None,
        })
    }
}
