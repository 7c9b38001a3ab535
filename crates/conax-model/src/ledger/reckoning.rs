//! What follows from both journals: a row for each request, and the totals.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{At, CasEvent, CrmEvent, ExchangeNumber};
use crate::command::CommandKind;
use crate::crm::RequestNumber;
use crate::fault::Deed;
use crate::id::TransactionId;

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
}

impl Row {
    /// Whether what the CRM thinks is what is: completed and done once, or rejected by an answer
    /// and not done, or not sent yet.
    #[must_use]
    pub fn known_to_crm(&self) -> bool {
        match (self.standing, self.fate) {
            (Standing::Pending | Standing::InFlight, _) => true,
            (Standing::Completed, fate) => matches!(fate, Fate::Once | Fate::Unknown),
            (Standing::Rejected, Fate::Never | Fate::Unknown) => {
                !self.left_unanswered && !self.was_recalled
            }
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
    /// Completed and not carried out exactly once.
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

/// What follows from both journals.
#[derive(Clone, Debug)]
pub struct Reckoning {
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

impl Reckoning {
    /// What follows from these journals; of another head-end there is none.
    pub(super) fn of<'a>(
        crm: impl Iterator<Item = &'a At<CrmEvent>>,
        cas: impl Iterator<Item = &'a At<CasEvent>>,
        is_foreign: bool,
    ) -> Self {
        let mut fold = Fold::default();
        crm.for_each(|one| fold.crm(&one.event));
        cas.for_each(|one| fold.cas(&one.event));
        fold.finish(is_foreign);
        let foreign: Vec<ForeignRow> = fold.foreign.into_values().collect();
        let mut totals = Totals {
            foreign_executions: foreign.iter().map(|row| row.executions).sum(),
            ..Totals::default()
        };
        fold.rows.values().for_each(|row| totals.count(row));
        let kept = fold.done.iter().filter(|(id, _)| !fold.undone.contains(id));
        let carried_out = kept.filter_map(|(_, whose)| match whose {
            Whose::Request(request) => Some(*request),
            Whose::Stranger(_) | Whose::Console(_) => None,
        });
        Self {
            carried_out: carried_out.collect(),
            rows: fold.rows,
            foreign,
            totals,
        }
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
        let as_told = matches!(row.fate, Fate::Once | Fate::Unknown);
        let hollow = row.standing == Standing::Completed && !as_told;
        self.false_completions += u64::from(hollow);
    }
}

/// Whom an event of the head-end is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Whose {
    Request(RequestNumber),
    Stranger(ExchangeNumber),
    Console(TransactionId),
}

/// The fold under way.
#[derive(Default)]
struct Fold {
    rows: BTreeMap<RequestNumber, Row>,
    foreign: BTreeMap<Whose, ForeignRow>,
    whose: BTreeMap<ExchangeNumber, Whose>,
    done: Vec<(TransactionId, Whose)>,
    undone: BTreeSet<TransactionId>,
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
        row.crm_count += 1;
        match event {
            CrmEvent::Acknowledged { .. } | CrmEvent::Failed { .. } => {}
            CrmEvent::Sent { exchange, left, .. } => {
                row.standing = Standing::InFlight;
                row.exchanges.push(*exchange);
                row.has_left |= left;
                row.left_unanswered = *left;
            }
            CrmEvent::Answered { status, .. } => row.left_unanswered = status.is_none(),
            CrmEvent::Recalled { .. } => {
                row.standing = Standing::Pending;
                row.was_recalled |= row.left_unanswered;
            }
            CrmEvent::Ended { completed, .. } => {
                row.standing = match completed {
                    true => Standing::Completed,
                    false => Standing::Rejected,
                };
            }
        }
    }

    fn cas(&mut self, event: &CasEvent) {
        let exchange = match event {
            CasEvent::Received {
                exchange, request, ..
            } => {
                let known = request.filter(|request| self.rows.contains_key(request));
                let whose = known.map_or(Whose::Stranger(*exchange), Whose::Request);
                self.whose.insert(*exchange, whose);
                *exchange
            }
            CasEvent::Did(deed) => return self.deed(deed),
            CasEvent::Answered { exchange, .. } | CasEvent::NotAnswered { exchange, .. } => {
                *exchange
            }
        };
        if let Some(whose) = self.whose.get(&exchange).copied() {
            self.count_event(whose);
        }
    }

    fn count_event(&mut self, whose: Whose) {
        match whose {
            Whose::Request(request) => {
                if let Some(row) = self.rows.get_mut(&request) {
                    row.cas_count += 1;
                }
            }
            Whose::Stranger(_) | Whose::Console(_) => self.stranger(whose).cas_count += 1,
        }
    }

    fn stranger(&mut self, whose: Whose) -> &mut ForeignRow {
        self.foreign.entry(whose).or_insert_with(|| ForeignRow {
            exchange: match whose {
                Whose::Stranger(exchange) => Some(exchange),
                Whose::Request(_) | Whose::Console(_) => None,
            },
            ..ForeignRow::default()
        })
    }

    fn deed(&mut self, deed: &Deed) {
        match deed {
            Deed::Executed {
                exchange,
                transaction,
                ..
            } => self.outcome(*exchange, *transaction, true),
            Deed::Refused {
                exchange,
                transaction,
                ..
            }
            | Deed::Pretended {
                exchange,
                transaction,
            } => self.outcome(*exchange, *transaction, false),
            Deed::Held { exchange, .. } => {
                let Some(whose) = self.whose.get(exchange).copied() else {
                    return;
                };
                self.count_event(whose);
                self.set_held(whose, true);
            }
            Deed::Undone { transactions } => self.forget(transactions),
            Deed::Console { transaction, .. } => {
                let whose = Whose::Console(*transaction);
                self.done.push((*transaction, whose));
                let row = self.stranger(whose);
                row.outcomes.push(*transaction);
                row.executions += 1;
                row.cas_count += 1;
            }
        }
    }

    fn outcome(&mut self, exchange: ExchangeNumber, transaction: TransactionId, executed: bool) {
        let Some(whose) = self.whose.get(&exchange).copied() else {
            return;
        };
        self.count_event(whose);
        self.set_held(whose, false);
        if executed {
            self.done.push((transaction, whose));
        }
        match whose {
            Whose::Request(request) => {
                if let Some(row) = self.rows.get_mut(&request) {
                    row.outcomes.push(transaction);
                    row.executions += u64::from(executed);
                    if executed {
                        row.transactions.push(transaction);
                    }
                }
            }
            Whose::Stranger(_) | Whose::Console(_) => {
                let row = self.stranger(whose);
                row.outcomes.push(transaction);
                row.executions += u64::from(executed);
            }
        }
    }

    fn set_held(&mut self, whose: Whose, is_held: bool) {
        if let Whose::Request(request) = whose
            && let Some(row) = self.rows.get_mut(&request)
        {
            row.is_held = is_held;
        }
    }

    /// One event is about everybody whose transaction it names, once for each.
    fn forget(&mut self, transactions: &[TransactionId]) {
        let lost: BTreeSet<&TransactionId> = transactions.iter().collect();
        let mut touched = BTreeSet::new();
        for (id, whose) in self.done.iter().filter(|(id, _)| lost.contains(id)) {
            if self.undone.insert(*id) {
                touched.insert(*whose);
                match whose {
                    Whose::Request(request) => {
                        if let Some(row) = self.rows.get_mut(request) {
                            row.undone += 1;
                        }
                    }
                    Whose::Stranger(_) | Whose::Console(_) => {
                        if let Some(row) = self.foreign.get_mut(whose) {
                            row.undone += 1;
                        }
                    }
                }
            }
        }
        touched
            .into_iter()
            .for_each(|whose| self.count_event(whose));
    }

    fn finish(&mut self, is_foreign: bool) {
        for row in self.rows.values_mut() {
            row.fate = match row.executions - row.undone {
                _ if is_foreign && row.has_left => Fate::Unknown,
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
        outcomes: Vec::new(),
        has_left: false,
        left_unanswered: false,
        was_recalled: false,
        crm_count: 1,
        cas_count: 0,
    }
}
