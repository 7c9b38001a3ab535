//! How a run is told.

mod story;

use crate::record::RunRecord;
pub use story::{duration_words, story};

/// TEMPORARY.
#[must_use]
pub fn json(record: &RunRecord) -> String {
    serde_json::to_string_pretty(record).unwrap_or_default()
}
/// TEMPORARY.
#[must_use]
pub fn junit(_: &RunRecord) -> String {
    String::new()
}
/// TEMPORARY.
#[must_use]
pub fn tap(_: &RunRecord) -> String {
    String::new()
}
/// TEMPORARY.
#[must_use]
pub fn html(_: &RunRecord) -> String {
    String::new()
}
/// TEMPORARY.
#[must_use]
pub fn github(_: &RunRecord) -> String {
    String::new()
}
/// TEMPORARY.
#[must_use]
pub fn json_schema() -> String {
    String::new()
}
