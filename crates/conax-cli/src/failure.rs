//! Why a verb ends before its work is done: how the program ends, and what is said.

use std::fmt::Display;

use crate::exit::Exit;
use crate::print;

/// Why a verb ends.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    problem: String,
}

impl Failure {
    /// The program ends so, for this reason; a hint stands on a line of its own.
    pub(crate) fn new(exit: Exit, problem: impl Into<String>) -> Self {
        Self { exit, problem: problem.into() }
    }

    /// The command line is wrong.
    pub(crate) fn usage(problem: impl Into<String>) -> Self {
        Self::new(Exit::Usage, problem)
    }

    /// A file is wrong.
    pub(crate) fn settings(problem: impl Into<String>) -> Self {
        Self::new(Exit::Settings, problem)
    }

    /// The same, with what to do.
    pub(crate) fn hint(mut self, hint: impl Display) -> Self {
        self.problem += &format!("\n   hint: {hint}");
        self
    }

    /// Says why; how the program ends.
    pub(crate) fn report(self) -> Exit {
        print::aside(format_args!("error: {}", self.problem.trim_end()));
        self.exit
    }
}

/// Gives an error the way the program ends for it.
pub(crate) trait OrFail<T> {
    /// The value, or why the verb ends.
    fn or_fail(self, exit: Exit) -> Result<T, Failure>;
}

impl<T, E: Display> OrFail<T> for Result<T, E> {
    fn or_fail(self, exit: Exit) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(exit, error.to_string()))
    }
}
