//! The report for programs: the record itself.

use conax_contract::text::visible_json;

use crate::record::RunRecord;

/// The record as JSON, the same bytes for equal records. [`json_schema`](super::json_schema) says
/// what stands in it. Real durations are left out.
#[must_use]
pub fn json(run: &RunRecord) -> String {
    let text = serde_json::to_string_pretty(run).expect("a record has no keys but text");
    visible_json(&text).into_owned() + "\n"
}
