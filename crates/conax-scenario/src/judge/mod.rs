//! Verdicts: what was expected against what was found. Pure.

mod codes;
mod example;
mod matching;
#[cfg(test)]
mod tests;

pub(crate) use codes::code_for_ca_id;
pub use codes::codes_for_ca_ids;
pub use example::judge_example;
pub use matching::{Mismatch, find, judge};
pub(crate) use matching::{WITHOUT_VALUE, describe as expected_words, in_words};
