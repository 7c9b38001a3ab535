//! Refusals of the control API: problem details (RFC 9457).

use schemars::JsonSchema;
use serde::Serialize;

/// Content type of a problem.
pub const PROBLEM_TYPE: &str = "application/problem+json";

/// Why the control API refuses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Problem {
    /// What sort of problem, in a few words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Which part, what was found, what is expected.
    pub detail: String,
    /// Everything that is wrong with a file, each with its place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<String>,
}

impl Problem {
    /// A problem with one sentence.
    #[must_use]
    pub fn new(status: u16, title: &str, detail: impl Into<String>) -> Self {
        Self { title: title.to_owned(), status, detail: detail.into(), findings: Vec::new() }
    }

    /// The same with its sentences masked.
    #[must_use]
    pub fn masked(self, mask: impl Fn(&str) -> String) -> Self {
        Self {
            detail: mask(&self.detail),
            findings: self.findings.iter().map(|finding| mask(finding)).collect(),
            ..self
        }
    }

    /// The problem as JSON.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut text =
            serde_json::to_vec_pretty(self).expect("a problem holds texts and a number only");
        text.push(b'\n');
        text
    }
}
