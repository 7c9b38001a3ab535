//! A line of an exploration: something that is done, and what it must give. Lines are played and
//! written alike.

use std::time::Duration;

use conax_contract::clause::{Clause, Strictness};
use conax_contract::crm::Operation;
use serde_json::Value;

/// Something that is done, and what it must give.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What is done.
    pub what: What,
    /// What must come of it: paths as scenarios write them.
    pub expect: Vec<(String, Want)>,
    /// What is remembered of the answer: a name, and where it is in `data`; of a raw call, where it
    /// is in the whole answer.
    pub keep: Vec<(String, &'static str)>,
    /// The clause that what it expects rests on, if it is one alone.
    pub clause: Option<&'static Clause>,
}

/// What is done. Texts that are `$name` stand for what an earlier line kept.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A call of the API.
    Call(ApiCall),
    /// Calls of the API at the same time.
    Together(Vec<ApiCall>),
    /// A call in a form of its own; `$token` and what was kept stand in its path and body. Its
    /// expectations look at the whole answer.
    Raw {
        /// The verb.
        verb: &'static str,
        /// Path and query.
        path: String,
        /// The body.
        body: Option<String>,
    },
    /// Time passes; what is due is sent.
    Pass(Duration),
    /// A fault rule from here on.
    Fault(Value),
    /// A look at a smartcard at the head-end.
    Conax(String),
    /// A look at the ledger's totals.
    Ledger,
    /// A look at the differences of both sides: there are none.
    NoDrift,
}

/// A call of the API.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiCall {
    /// What is called.
    pub operation: Operation,
    /// Its parameters, without the token.
    pub parameters: Value,
    /// Its token.
    pub token: Token,
}

/// The token of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// The usual one.
    Usual,
    /// None.
    Absent,
    /// This one.
    Text(String),
}

/// What must stand somewhere.
#[derive(Clone, Debug, PartialEq)]
pub enum Want {
    /// This value; `$name` stands for what was kept.
    Is(Value),
    /// Anything but this.
    Not(Value),
    /// Anything but null.
    Something,
    /// Nothing of this name.
    Absent,
    /// A list of this length.
    Length(usize),
}

impl Line {
    /// A line that expects nothing.
    #[must_use]
    pub const fn of(what: What) -> Self {
        Self { what, expect: Vec::new(), keep: Vec::new(), clause: None }
    }

    /// The line, whose expectation rests on this clause.
    #[must_use]
    pub fn resting_on(mut self, clause: &str) -> Self {
        self.clause = Clause::find(clause);
        self
    }

    /// Whether what it expects counts where breaks of such clauses count.
    #[must_use]
    pub fn counts(&self, least: Strictness) -> bool {
        self.clause.is_none_or(|clause| clause.strictness <= least)
    }

    /// Whether it changes nothing, if the target is right.
    #[must_use]
    pub fn only_looks(&self) -> bool {
        match &self.what {
            What::Call(api_call) => api_call.operation.creates().is_none() || self.is_refused(),
            What::Raw { .. } | What::Conax(_) | What::Ledger | What::NoDrift => true,
            What::Together(_) | What::Pass(_) | What::Fault(_) => false,
        }
    }

    fn is_refused(&self) -> bool {
        let mut expected = self.expect.iter();
        expected.any(|(path, want)| path == "status" && matches!(want, Want::Not(_)))
    }

    /// The line with one expectation more.
    #[must_use]
    pub fn expecting(mut self, path: impl Into<String>, want: Want) -> Self {
        self.expect.push((path.into(), want));
        self
    }
}
