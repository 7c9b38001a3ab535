//! The search: sequences until one fails or the budget is spent, then the shortest that fails.

use std::cell::{Cell, RefCell};

use conax_contract::clause::Strictness;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use super::inventory::Inventory;
use super::line::Line;
use super::moves::{Move, sequences};
use super::play::{Failure, play};
use super::script::script;
use crate::target::Target;

/// When a search ends.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Sequences at most.
    pub cases: u32,
    /// Moves in a sequence at most.
    pub moves: usize,
    /// Attempts to shrink at most.
    pub shrinks: u32,
}

/// What is searched, and how.
pub struct SearchContext<'s> {
    /// A fresh target for a sequence; none if there is none to have, which ends the search.
    pub open: &'s dyn Fn() -> Option<Box<dyn Target>>,
    /// What orders are given for.
    pub inventory: &'s Inventory,
    /// The clauses whose break is a failure.
    pub least: Strictness,
    /// Real time that has passed, and how much there is.
    pub is_over: &'s dyn Fn() -> bool,
    /// Told after every sequence.
    pub on_sequence: &'s dyn Fn(),
}

/// A sequence that fails, and what is wrong.
#[derive(Clone, Debug)]
pub struct Counterexample {
    /// The shortest sequence that was found.
    pub moves: Vec<Move>,
    /// Its lines, up to the one that fails.
    pub lines: Vec<Line>,
    /// What is wrong.
    pub failure: Failure,
    /// How many lines the first sequence had that failed.
    pub shrunk_from: usize,
}

/// Searches with this seed; how many sequences were played, and what was found.
#[must_use]
pub fn search(
    seed: u64,
    budget: Budget,
    context: &SearchContext<'_>,
) -> (u64, Option<Counterexample>) {
    let config = Config {
        cases: budget.cases,
        max_shrink_iters: budget.shrinks,
        // A sequence that cannot be played is turned down, and that ends the search.
        max_global_rejects: 0,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed_bytes(seed));
    let mut runner = TestRunner::new_with_rng(config, rng);
    let played = Cell::new(0_u64);
    let first = Cell::new(None);
    let last = RefCell::new(None);
    let outcome = runner.run(&sequences(budget.moves), |moves| {
        if (context.is_over)() {
            return Err(TestCaseError::reject("the time is over"));
        }
        let Some(mut target) = (context.open)() else {
            return Err(TestCaseError::reject("there is no target"));
        };
        let lines = script(&moves, context.inventory, context.least);
        let failure = tried(&lines, target.as_mut(), context);
        if first.get().is_none() {
            played.set(played.get() + 1);
            (context.on_sequence)();
        }
        let Some(failure) = failure else {
            return Ok(());
        };
        first.set(first.get().or(Some(lines.len())));
        last.replace(Some((lines, failure)));
        Err(TestCaseError::fail("it fails"))
    });
    let found = match (outcome, last.into_inner()) {
        (Err(TestError::Fail(_, moves)), Some((lines, failure))) => Some(Counterexample {
            moves,
            shrunk_from: first.get().unwrap_or(lines.len()),
            ..without_looks(lines, failure, context)
        }),
        _ => None,
    };
    (played.get(), found)
}

/// What is wrong with these lines; nothing, if the time was over before that was sure.
fn tried(lines: &[Line], target: &mut dyn Target, context: &SearchContext<'_>) -> Option<Failure> {
    let failure = play(lines, target, context.inventory, context.least);
    failure.filter(|_| !(context.is_over)())
}

/// The lines up to the one that fails, without those that nothing needs.
fn without_looks(
    mut lines: Vec<Line>,
    failure: Failure,
    context: &SearchContext<'_>,
) -> Counterexample {
    let mut failure = failure;
    lines.truncate(failure.line + 1);
    // A move may be several lines; what was shrunk as a whole is tried line by line.
    let mut index = 0;
    while index + 1 < lines.len() {
        // What later lines expect follows from everything that changes something.
        if !lines[index].only_looks() {
            index += 1;
            continue;
        }
        let mut fewer = lines.clone();
        fewer.remove(index);
        let Some(mut target) = (context.open)().filter(|_| !(context.is_over)()) else {
            break;
        };
        let same = tried(&fewer, target.as_mut(), context).filter(|again| {
            again.clause == failure.clause
                && again.path == failure.path
                && again.line + 1 == fewer.len()
        });
        match same {
            Some(again) => {
                lines = fewer;
                failure = again;
            }
            None => index += 1,
        }
    }
    Counterexample { moves: Vec::new(), shrunk_from: lines.len(), lines, failure }
}

fn seed_bytes(seed: u64) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (at, part) in bytes.chunks_mut(8).enumerate() {
        let at = u64::try_from(at).unwrap_or(0);
        part.copy_from_slice(
            &seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(at).to_le_bytes(),
        );
    }
    bytes
}

impl Budget {
    /// A budget of so many sequences of at most twelve moves.
    #[must_use]
    pub const fn of(cases: u32) -> Self {
        Self { cases, moves: 12, shrinks: 2000 }
    }
}
