//! What became of a request, and the totals.

use std::sync::Arc;

use super::ExchangeNumber;
use crate::command::CommandKind;
use crate::crm::RequestNumber;
use crate::id::TransactionId;
use crate::word_list;

word_list! {
    /// What the head-end really did with a request.
    pub enum Fate {
        /// Carried it out once.
        Once = "once", Ours;
        /// Carried it out more than once.
        Twice = "twice", Ours;
        /// Carried out a part of it.
        Partly = "partly", Ours;
        /// Did not carry it out, or has forgotten that it did.
        Never = "never", Ours;
        /// Nobody knows: it is another head-end.
        Unknown = "unknown", Ours;
    }
}

impl Fate {
    /// What follows from executions that were not forgotten: all, and those of a part only.
    #[must_use]
    pub(super) const fn of(executions: u64, parts: u64) -> Self {
        match executions {
            0 => Self::Never,
            all if all == parts => Self::Partly,
            1 => Self::Once,
            _ => Self::Twice,
        }
    }
}

word_list! {
    /// How the CRM's side sees a request.
    #[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
    pub enum Standing {
        /// Not sent.
        Pending = "PENDING", Ours;
        /// On its way.
        InFlight = "IN_FLIGHT", Ours;
        /// Completed.
        Completed = "COMPLETED", Ours;
        /// Rejected.
        Rejected = "REJECTED", Ours;
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
    /// How often it was carried out, in whole or in part, forgotten ones included.
    pub executions: u64,
    /// How many of these were forgotten.
    pub undone: u64,
    /// Whether the head-end holds it back and will carry it out.
    pub is_held: bool,
    /// The exchanges it took.
    pub exchanges: Vec<ExchangeNumber>,
    /// The transactions that carried it out.
    pub transactions: Vec<TransactionId>,
    /// Every transaction it was carried out, refused or pretended in.
    pub outcomes: Vec<TransactionId>,
    /// Whether its command ever left.
    pub has_left: bool,
    /// Whether the command left and no answer with a status code was read, the last time.
    pub left_unanswered: bool,
    /// Whether the CRM stopped waiting for an exchange that had left, and went on as if it had not.
    pub was_recalled: bool,
    /// Events of the CRM's journal about it.
    pub crm_count: u64,
    /// Events of the head-end's journal about it.
    pub cas_count: u64,
    /// How many of the CRM's events are kept no longer.
    pub crm_let_go: u64,
    /// How many of the head-end's events are kept no longer.
    pub cas_let_go: u64,
}

impl Row {
    /// Whether what the CRM thinks is what is: completed and done once, or rejected by an answer
    /// and not done, or not sent yet.
    #[must_use]
    pub fn known_to_crm(&self) -> bool {
        let unheard = self.left_unanswered || self.was_recalled;
        is_known_to_crm(self.standing, self.fate, unheard)
    }

    /// Whether events about it are kept no longer.
    #[must_use]
    pub const fn has_let_go(&self) -> bool {
        self.crm_let_go > 0 || self.cas_let_go > 0
    }
}

/// `unheard`: whether the CRM went on without an answer to what had left.
pub(super) const fn is_known_to_crm(standing: Standing, fate: Fate, unheard: bool) -> bool {
    match (standing, fate) {
        (Standing::Pending | Standing::InFlight, _) => true,
        (Standing::Completed, fate) => matches!(fate, Fate::Once | Fate::Unknown),
        (Standing::Rejected, Fate::Never | Fate::Unknown) => !unheard,
        (Standing::Rejected, Fate::Once | Fate::Twice | Fate::Partly) => false,
    }
}

/// What the head-end did for others than our own CRM.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ForeignRow {
    /// The exchange; absent for what was done at the console.
    pub exchange: Option<ExchangeNumber>,
    /// Every transaction of it.
    pub outcomes: Vec<TransactionId>,
    /// How often something was carried out.
    pub executions: u64,
    /// How many of these were forgotten.
    pub undone: u64,
    /// Events of the head-end's journal about it.
    pub cas_count: u64,
    /// How many of these are kept no longer.
    pub cas_let_go: u64,
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
    /// Carried out in part.
    pub partly: u64,
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
    /// Completed and not carried out exactly once.
    pub false_completions: u64,
    /// Carried out for others than our own CRM.
    pub foreign_executions: u64,
}

impl Totals {
    /// Whether the parts make up the whole, on both sides.
    #[must_use]
    pub const fn add_up(&self) -> bool {
        let fates = self.once + self.twice + self.partly + self.never + self.unknown;
        let standings = self.completed + self.rejected + self.pending + self.in_flight;
        self.acknowledged == fates && self.acknowledged == standings
    }

    /// Counts a request.
    pub(super) fn count(&mut self, standing: Standing, fate: Fate, is_known: bool) {
        self.acknowledged += 1;
        *match fate {
            Fate::Once => &mut self.once,
            Fate::Twice => &mut self.twice,
            Fate::Partly => &mut self.partly,
            Fate::Never => &mut self.never,
            Fate::Unknown => &mut self.unknown,
        } += 1;
        *match standing {
            Standing::Pending => &mut self.pending,
            Standing::InFlight => &mut self.in_flight,
            Standing::Completed => &mut self.completed,
            Standing::Rejected => &mut self.rejected,
        } += 1;
        self.unknown_to_crm += u64::from(!is_known);
        let as_told = matches!(fate, Fate::Once | Fate::Unknown);
        let hollow = standing == Standing::Completed && !as_told;
        self.false_completions += u64::from(hollow);
    }
}
