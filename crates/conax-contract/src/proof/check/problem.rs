//! What is wrong with a proof.

use std::fmt;

/// How many problems are reported at most.
pub const PROBLEM_LIMIT: usize = 20;

/// Why a proof does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofProblem {
    /// Line of the file, from 1: where it was noticed, or where that began which lacks something.
    pub line: usize,
    /// The request concerned, if one is.
    pub request: Option<u64>,
    /// What was found and what was expected.
    pub message: String,
}

impl fmt::Display for ProofProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.request {
            Some(request) => write!(f, "{}  request {request}: {}", self.line, self.message),
            None => write!(f, "{}  {}", self.line, self.message),
        }
    }
}

/// The first problems of a file.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<ProofProblem>);

impl Problems {
    /// Takes in a problem, unless there are enough.
    pub fn add(&mut self, line: usize, request: Option<u64>, message: impl Into<String>) {
        if !self.are_enough() {
            self.0.push(ProofProblem { line, request, message: message.into() });
        }
    }

    /// Whether no more are taken in.
    pub const fn are_enough(&self) -> bool {
        self.0.len() >= PROBLEM_LIMIT
    }

    /// All of them, in the order of the file.
    pub fn in_order(mut self) -> Vec<ProofProblem> {
        self.0.sort_by_key(|problem| problem.line);
        self.0
    }
}
