//! What became of every order: what both sides did, written down, and what follows from it.
//!
//! The two journals hold facts only: the CRM's side what it recorded, sent, read and settled; the
//! head-end's side what it received, did and answered. [`Ledger::rows`] folds them into one row for
//! each acknowledged request. Nothing here is ever taken back; a ledger that is full says so.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::command::{Command, CommandKind};
use crate::crm::RequestNumber;
use crate::fault::Deed;
use crate::id::TransactionId;
use crate::time::SimTime;

mod chunked;

#[cfg(test)]
mod tests;

pub use chunked::Chunked;

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
        /// The exchange; absent if nothing was sent.
        exchange: Option<ExchangeNumber>,
        /// Why.
        fault: Arc<str>,
    },
    /// It settled the request.
    Ended {
        /// The request.
        request: RequestNumber,
        /// Completed, or rejected.
        completed: bool,
        /// The reference it keeps.
        reference: Option<Arc<str>>,
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

/// What the head-end really did with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// Carried it out once.
    Once,
    /// Carried it out more than once.
    Twice,
    /// Did not carry it out, or has forgotten that it did.
    Never,
    /// Nobody knows: it is another head-end.
    Unknown,
}

impl Fate {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Twice => "twice",
            Self::Never => "never",
            Self::Unknown => "unknown",
        }
    }
}

/// How the CRM's side sees a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Not sent.
    Pending,
    /// On its way.
    InFlight,
    /// Completed.
    Completed,
    /// Rejected.
    Rejected,
}

impl Standing {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::InFlight => "IN_FLIGHT",
            Self::Completed => "COMPLETED",
            Self::Rejected => "REJECTED",
        }
    }
}

/// What became of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The request.
    pub request: RequestNumber,
    /// What it asks for.
    pub kind: CommandKind,
    /// The smartcards it names.
    pub cards: Vec<Arc<str>>,
    /// How the CRM sees it.
    pub standing: Standing,
    /// What the head-end did.
    pub fate: Fate,
    /// How often it was carried out, forgotten ones included.
    pub executions: u64,
    /// How many of these were forgotten.
    pub undone: u64,
    /// Whether the head-end holds it back and will carry it out.
    pub is_held: bool,
    /// The exchanges it took.
    pub exchanges: Vec<ExchangeNumber>,
    /// The transactions that carried it out.
    pub transactions: Vec<TransactionId>,
    /// Whether the command left and no answer was read.
    pub left_unanswered: bool,
}

impl Row {
    /// Whether what the CRM thinks is what is: completed and done once, or rejected by an answer
    /// and not done, or not sent yet.
    #[must_use]
    pub fn known_to_crm(&self) -> bool {
        match (self.standing, self.fate) {
            (Standing::Pending | Standing::InFlight, _) => true,
            (Standing::Completed, fate) => matches!(fate, Fate::Once | Fate::Unknown),
            (Standing::Rejected, Fate::Never | Fate::Unknown) => !self.left_unanswered,
            (Standing::Rejected, Fate::Once | Fate::Twice) => false,
        }
    }
}

/// Everything, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Requests that were acknowledged.
    pub acknowledged: u64,
    /// Carried out once.
    pub once: u64,
    /// Carried out more than once.
    pub twice: u64,
    /// Not carried out, or forgotten.
    pub never: u64,
    /// Nobody knows.
    pub unknown: u64,
    /// Completed.
    pub completed: u64,
    /// Rejected.
    pub rejected: u64,
    /// Not sent.
    pub pending: u64,
    /// On their way.
    pub in_flight: u64,
    /// What the CRM thinks is not what is, or it cannot know.
    pub unknown_to_crm: u64,
    /// Completed and not carried out.
    pub false_completions: u64,
    /// Carried out for others than our own CRM.
    pub foreign_executions: u64,
}

impl Totals {
    /// Whether the parts make up the whole, on both sides.
    #[must_use]
    pub const fn add_up(&self) -> bool {
        self.acknowledged == self.once + self.twice + self.never + self.unknown
            && self.acknowledged == self.completed + self.rejected + self.pending + self.in_flight
    }
}

/// Both journals, in order.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    crm: Chunked<At<CrmEvent>>,
    cas: Chunked<At<CasEvent>>,
    is_full: bool,
    limit: usize,
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

    /// One row for each acknowledged request, in order of its number.
    #[must_use]
    pub fn rows(&self) -> BTreeMap<RequestNumber, Row> {
        self.fold().rows
    }

    /// Everything, counted.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let fold = self.fold();
        let mut totals = Totals {
            foreign_executions: fold.foreign_executions,
            ..Totals::default()
        };
        fold.rows.values().for_each(|row| totals.count(row));
        totals
    }

    /// What somebody did at the head-end's console, in order.
    pub fn console(&self) -> impl Iterator<Item = (SimTime, &Command)> {
        self.cas.iter().filter_map(|one| match &one.event {
            CasEvent::Did(Deed::Console { command, .. }) => Some((one.at, command)),
            _ => None,
        })
    }

    /// The requests whose orders the head-end carried out and has not forgotten, in order.
    #[must_use]
    pub fn carried_out(&self) -> Vec<RequestNumber> {
        let fold = self.fold();
        let done = fold.done.iter();
        let kept = done.filter(|(id, _)| !fold.undone.contains(id));
        kept.filter_map(|(_, request)| *request).collect()
    }

    fn fold(&self) -> Fold {
        let mut fold = Fold::default();
        self.crm.iter().for_each(|one| fold.crm(&one.event));
        self.cas.iter().for_each(|one| fold.cas(&one.event));
        fold.finish(self.is_foreign);
        fold
    }
}

impl Totals {
    fn count(&mut self, row: &Row) {
        self.acknowledged += 1;
        *match row.fate {
            Fate::Once => &mut self.once,
            Fate::Twice => &mut self.twice,
            Fate::Never => &mut self.never,
            Fate::Unknown => &mut self.unknown,
        } += 1;
        *match row.standing {
            Standing::Pending => &mut self.pending,
            Standing::InFlight => &mut self.in_flight,
            Standing::Completed => &mut self.completed,
            Standing::Rejected => &mut self.rejected,
        } += 1;
        self.unknown_to_crm += u64::from(!row.known_to_crm());
        let hollow = row.standing == Standing::Completed && row.fate == Fate::Never;
        self.false_completions += u64::from(hollow);
    }
}

/// The fold under way.
#[derive(Default)]
struct Fold {
    rows: BTreeMap<RequestNumber, Row>,
    request_of: BTreeMap<ExchangeNumber, Option<RequestNumber>>,
    done: Vec<(TransactionId, Option<RequestNumber>)>,
    undone: std::collections::BTreeSet<TransactionId>,
    foreign_executions: u64,
}

impl Fold {
    fn crm(&mut self, event: &CrmEvent) {
        if let CrmEvent::Acknowledged {
            request,
            kind,
            cards,
        } = event
        {
            self.rows.insert(*request, new_row(*request, *kind, cards));
            return;
        }
        let Some(row) = self.rows.get_mut(&event.request()) else {
            return;
        };
        match event {
            CrmEvent::Acknowledged { .. } => {}
            CrmEvent::Sent { exchange, left, .. } => {
                row.standing = Standing::InFlight;
                row.exchanges.push(*exchange);
                row.left_unanswered = *left;
            }
            CrmEvent::Answered { .. } => row.left_unanswered = false,
            CrmEvent::Failed { .. } => {}
            CrmEvent::Ended { completed, .. } => {
                row.standing = match completed {
                    true => Standing::Completed,
                    false => Standing::Rejected,
                };
            }
        }
    }

    fn cas(&mut self, event: &CasEvent) {
        match event {
            CasEvent::Received {
                exchange, request, ..
            } => {
                self.request_of.insert(*exchange, *request);
            }
            CasEvent::Did(deed) => self.deed(deed),
            CasEvent::Answered { .. } | CasEvent::NotAnswered { .. } => {}
        }
    }

    fn deed(&mut self, deed: &Deed) {
        match deed {
            Deed::Executed {
                exchange,
                transaction,
                ..
            } => {
                let request = self.request_of.get(exchange).copied().flatten();
                self.done.push((*transaction, request));
                match request.and_then(|request| self.rows.get_mut(&request)) {
                    Some(row) => {
                        row.executions += 1;
                        row.is_held = false;
                        row.transactions.push(*transaction);
                    }
                    None => self.foreign_executions += 1,
                }
            }
            Deed::Held { exchange, .. } => self.set_held(*exchange, true),
            Deed::Refused { exchange, late, .. } if *late => self.set_held(*exchange, false),
            Deed::Undone { transactions } => self.undone.extend(transactions),
            Deed::Refused { .. } | Deed::Pretended { .. } | Deed::Console { .. } => {}
        }
    }

    fn set_held(&mut self, exchange: ExchangeNumber, is_held: bool) {
        let request = self.request_of.get(&exchange).copied().flatten();
        if let Some(row) = request.and_then(|request| self.rows.get_mut(&request)) {
            row.is_held = is_held;
        }
    }

    fn finish(&mut self, is_foreign: bool) {
        for row in self.rows.values_mut() {
            let lost = row
                .transactions
                .iter()
                .filter(|id| self.undone.contains(id));
            row.undone = lost.count() as u64;
            row.fate = match row.executions - row.undone {
                _ if is_foreign && !row.exchanges.is_empty() => Fate::Unknown,
                0 => Fate::Never,
                1 => Fate::Once,
                _ => Fate::Twice,
            };
        }
    }
}

fn new_row(request: RequestNumber, kind: CommandKind, cards: &[Arc<str>]) -> Row {
    Row {
        request,
        kind,
        cards: cards.to_vec(),
        standing: Standing::Pending,
        fate: Fate::Never,
        executions: 0,
        undone: 0,
        is_held: false,
        exchanges: Vec::new(),
        transactions: Vec::new(),
        left_unanswered: false,
    }
}
