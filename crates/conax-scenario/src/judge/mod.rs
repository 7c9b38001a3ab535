//! Verdicts: what was expected against what was found. Pure.

mod example;
mod matcher;
mod matching;
#[cfg(test)]
mod tests;

pub use example::judge_example;
pub use matcher::{Kind, Matcher, Pattern};
pub use matching::{Mismatch, find, judge};
pub(crate) use matching::{WITHOUT_VALUE, describe as expected_words, in_words};
