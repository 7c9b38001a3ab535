//! What the journals have told so far.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::crm::CommandKind;
use crate::proof::write::{ForeignRow, HeadEnd, Row};

/// The status code of an accepted command (Attested).
pub(super) const OK: &str = "OK";

/// Everything the two journals tell, by what it is about.
#[derive(Debug)]
pub(super) struct Facts {
    pub head_end: HeadEnd,
    pub requests: BTreeMap<u64, Chain>,
    pub exchanges: BTreeMap<u64, Exchange>,
    pub foreign: BTreeMap<Stranger, Tally>,
    pub transactions: HashMap<String, Use>,
    pub let_go: LetGo,
}

/// What the file tells of those of whom lines were let go: it cannot be proven from the others.
#[derive(Debug, Default)]
pub(super) struct LetGo {
    /// Lines of the head-end's journal that were let go.
    pub conax_count: u64,
    /// Rows, each with its line of the file and how many lines of the CRM's journal are about it.
    pub rows: BTreeMap<u64, (usize, Row, u64)>,
    pub foreign: BTreeMap<Stranger, ForeignRow>,
    /// Exchanges of the requests among them.
    pub exchanges: BTreeSet<u64>,
    pub transactions: HashSet<String>,
}

impl LetGo {
    /// Takes in transactions of somebody.
    pub fn add_transactions(&mut self, transactions: &[String]) {
        self.transactions.extend(transactions.iter().cloned());
    }

    /// Whether nothing can be said of an exchange that the file does not tell of otherwise.
    pub fn has(&self, exchange: u64) -> bool {
        self.exchanges.contains(&exchange)
            || self.foreign.contains_key(&Stranger::Exchange(exchange))
    }
}

/// A request at the CRM, and what the head-end did for it.
#[derive(Debug, Default)]
pub(super) struct Chain {
    /// Line of the file where it begins.
    pub line: usize,
    /// What it asks for; absent if its acknowledgement is missing, which was reported.
    pub request_type: Option<CommandKind>,
    pub exchanges: Vec<u64>,
    /// Whether it ended completed; absent if it has not ended.
    pub completed: Option<bool>,
    pub crm_lines: u64,
    pub tally: Tally,
}

/// An exchange, as both sides tell of it.
#[derive(Debug, Default)]
pub(super) struct Exchange {
    /// Line of the file where it begins.
    pub line: usize,
    pub request: Option<u64>,
    /// Whether it left; absent if the CRM does not tell that it sent it.
    pub left: Option<bool>,
    pub returned: Option<Returned>,
    /// Whether a command was read; absent if it was not received.
    pub read: Option<bool>,
    pub outcomes: Outcomes,
    pub reply: Option<Reply>,
}

impl Exchange {
    /// Whether the CRM knows how it ended.
    pub fn came_back(&self) -> bool {
        matches!(self.returned, Some(Returned::Answered(_) | Returned::Failed(_)))
    }

    /// Whether the CRM waits for it no longer and sends again.
    pub fn is_recalled(&self) -> bool {
        matches!(self.returned, Some(Returned::Recalled))
    }
}

/// What came of a command at the head-end.
#[derive(Debug, Default)]
pub(super) struct Outcomes {
    /// Whether it was held, and the transaction given out with that.
    pub held: Option<Option<String>>,
    pub executed: u64,
    pub refused: u64,
    pub pretended: u64,
    /// Whether a refusal opened no transaction.
    pub refused_without_transaction: bool,
    pub last_refusal: Option<String>,
    pub transactions: Vec<String>,
    /// Whether the answer says something else on purpose.
    pub is_spoilt: bool,
}

impl Outcomes {
    /// How many outcomes there are, being held not among them.
    pub fn count(&self) -> u64 {
        self.executed + self.refused + self.pretended
    }
}

/// An answer in what both sides tell of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub status_code: Option<Arc<str>>,
    pub reference: Option<Arc<str>>,
}

/// How an exchange came back to the CRM.
#[derive(Debug)]
pub(super) enum Returned {
    Answered(Answer),
    Failed(Arc<str>),
    /// It did not: the CRM waits for it no longer.
    Recalled,
}

/// How the head-end left an exchange.
#[derive(Debug)]
pub(super) enum Reply {
    Answered(Answer),
    NotAnswered,
}

/// Who acts at the head-end by nobody's request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stranger {
    Exchange(u64),
    Console(String),
}

/// For whom the head-end did something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    Request(u64),
    Stranger(Stranger),
}

impl Owner {
    /// The request, if it is one.
    pub fn request(&self) -> Option<u64> {
        match self {
            Self::Request(request) => Some(*request),
            Self::Stranger(_) => None,
        }
    }
}

/// What the head-end did for somebody.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Line of the file where it begins.
    pub line: usize,
    pub executions: u64,
    pub undone: u64,
    /// Executions of a part only that were not undone.
    pub parts: u64,
    pub transactions: Vec<String>,
    pub conax_lines: u64,
    pub has_row: bool,
}

/// What was done in a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    Nothing,
    Part,
    All,
}

/// What a transaction stands for.
#[derive(Debug)]
pub(super) struct Use {
    pub line: usize,
    pub owner: Owner,
    pub done: Done,
    pub undone: bool,
}

impl Facts {
    pub fn new() -> Self {
        Self {
            head_end: HeadEnd::Simulated,
            requests: BTreeMap::new(),
            exchanges: BTreeMap::new(),
            foreign: BTreeMap::new(),
            transactions: HashMap::new(),
            let_go: LetGo::default(),
        }
    }

    /// The request an exchange was for, as far as is known.
    pub fn request_of(&self, exchange: u64) -> Option<u64> {
        self.exchanges.get(&exchange)?.request
    }

    /// For whom an exchange was.
    pub fn owner_of(&self, exchange: u64) -> Owner {
        match self.request_of(exchange) {
            Some(request) => Owner::Request(request),
            None => Owner::Stranger(Stranger::Exchange(exchange)),
        }
    }

    /// What the head-end did for somebody, to be added to.
    pub fn tally(&mut self, line: usize, owner: &Owner) -> &mut Tally {
        let tally = match owner {
            Owner::Request(request) => &mut self.requests.entry(*request).or_default().tally,
            Owner::Stranger(stranger) => self.foreign.entry(stranger.clone()).or_default(),
        };
        if tally.line == 0 {
            tally.line = line;
        }
        tally
    }
}
