//! The forms a verification is reported in.

use conax_contract::clause::Strictness;
use conax_contract::text::visible_json;
use conax_scenario::verify::{VerifyRecord, html, junit, sarif};
use serde::Serialize;

/// A form of report.
#[derive(Clone, Copy, Debug)]
pub(super) enum Format {
    Json,
    Junit,
    Html,
    Sarif,
}

pub(super) const FORMATS: [(&str, Format); 4] = [
    ("json", Format::Json),
    ("junit", Format::Junit),
    ("html", Format::Html),
    ("sarif", Format::Sarif),
];

impl Format {
    pub(super) fn render(self, record: &VerifyRecord, least: Strictness, file: &str) -> String {
        match self {
            Self::Json => pretty(record),
            Self::Junit => junit(record, least),
            Self::Html => html(record),
            Self::Sarif => pretty(&sarif(record, file)),
        }
    }
}

fn pretty(value: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    visible_json(&text).into_owned() + "\n"
}
