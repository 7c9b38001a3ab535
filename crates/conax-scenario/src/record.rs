//! What is known after a run: data for every report, without a clock of this world in it, so that
//! two runs of one seed give the same bytes. Real durations stand apart.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::coverage::Covers;

/// The form of the record; a reader refuses one it does not know.
pub const FORMAT: u32 = 1;

/// A whole run.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RunRecord {
    /// The form of this record.
    pub format: u32,
    /// The version of the program that made it.
    pub version: String,
    /// The seed of scenarios that name none.
    pub seed: u64,
    /// What was examined: `in-process`, or an address.
    pub target: String,
    /// What is to be known of how the target was called, such as a certificate nobody looked at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Whether it was stopped before its end.
    pub is_interrupted: bool,
    /// Scenarios that were not begun, because the run was stopped or one had failed.
    pub not_begun: usize,
    /// The command that plays all of it again.
    pub again: String,
    /// Every scenario, in the order of the files.
    pub cases: Vec<CaseRecord>,
    /// Real time it took.
    #[serde(skip)]
    pub wall: Duration,
}

/// How a scenario or a step ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Everything was as expected.
    #[default]
    Passed,
    /// Something could not be looked at there; the rest was as expected.
    Partly,
    /// Not played, and why.
    Skipped,
    /// Something was not as expected.
    Failed,
    /// It could not be played to its end.
    Error,
}

impl Verdict {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Partly => "partly",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::Error => "error",
        }
    }

    /// Whether something has to be mended.
    #[must_use]
    pub const fn is_bad(self) -> bool {
        matches!(self, Self::Failed | Self::Error)
    }
}

/// One scenario, or one row of its table.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CaseRecord {
    /// The file, as it was named.
    pub file: String,
    /// The line it begins at.
    pub line: usize,
    /// Its sentence.
    pub name: String,
    /// Its row, by content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<String>,
    /// Why it matters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// The clauses and requirements it covers.
    pub protects: Vec<String>,
    /// Its seed.
    pub seed: u64,
    /// How it ended.
    pub verdict: Verdict,
    /// Why it was skipped, or could not be played to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The simulated date it began at.
    pub began: String,
    /// Simulated time it took, in milliseconds.
    pub simulated_ms: u64,
    /// The steps, those of includes and repetitions unfolded.
    pub steps: Vec<StepRecord>,
    /// What was said at all APIs, in order of time.
    pub exchanges: Vec<ExchangeRecord>,
    /// Exchanges that are not listed, because there were too many.
    pub exchanges_left_out: u64,
    /// What it met of what there is to cover, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub covers: Option<Covers>,
    /// The fault rules and what they did.
    pub faults: Vec<FaultRecord>,
    /// Where the two sides differed in the end; told of what did not pass.
    pub drift: Vec<Value>,
    /// What is worth knowing besides.
    pub notes: Vec<String>,
    /// The command that plays it again.
    pub again: String,
    /// Real time it took.
    #[serde(skip)]
    pub wall: Duration,
}

/// One step.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StepRecord {
    /// The file, if it is an included one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line.
    pub line: usize,
    /// What happens, in a few words.
    pub title: String,
    /// Whether it belongs to the cleanup.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_cleanup: bool,
    /// How it ended.
    pub verdict: Verdict,
    /// Why it was skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Simulated time since the beginning of the scenario when it began, in milliseconds.
    pub from_ms: u64,
    /// The same when it ended.
    pub to_ms: u64,
    /// What was not as expected.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<FindingRecord>,
}

/// What kind of thing went wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FindingKind {
    /// Something was not as expected.
    #[default]
    Expectation,
    /// The target did not do what was asked of it.
    Target,
    /// It took too long.
    Timeout,
}

/// Something that was not as it should be.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FindingRecord {
    /// What kind of thing.
    pub kind: FindingKind,
    /// The file.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// The first column after what is marked.
    pub end_column: usize,
    /// The line as it is written, secrets masked.
    pub source: String,
    /// One line on it.
    pub message: String,
    /// Where in the value.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// What was expected.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub expected: String,
    /// What was found.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub found: String,
    /// The sentence of the answer, `status.message`, if it is about this answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// What may be behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One exchange, secrets masked.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ExchangeRecord {
    /// Its number, counted over all APIs.
    pub number: u64,
    /// The step it belongs to, from 0.
    pub step: Option<usize>,
    /// Where it was seen: `crm`, `cas`, `control`, or `dispatch` (the CRM's side of its calls to
    /// Conax).
    #[serde(rename = "door")]
    pub api: String,
    /// Simulated time since the beginning of the scenario, in milliseconds.
    pub at_ms: u64,
    /// Simulated time it took, in microseconds.
    pub took_us: u64,
    /// The verb.
    pub verb: String,
    /// Path and query.
    pub target: String,
    /// The HTTP status; null if there was no answer.
    pub http_status: Option<u16>,
    /// The smartcard concerned.
    pub card: Option<String>,
    /// The request concerned.
    pub request_number: Option<u64>,
    /// Its end in a few words.
    pub outcome: Option<String>,
    /// The trace it belongs to, as the header has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// The fault rules that acted, in words.
    pub faults: Vec<String>,
    /// The rules that nearly acted, and why they did not.
    pub near_misses: Vec<String>,
    /// What was sent.
    pub call: String,
    /// What came back.
    pub reply: String,
}

/// A fault rule and what it did.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FaultRecord {
    /// Its name.
    pub name: String,
    /// How it stands: `active`, `spent`, …
    pub status: String,
    /// How often it acted.
    pub hit: u64,
    /// How many exchanges it let pass.
    pub missed: u64,
}

impl CaseRecord {
    /// Its sentence with its row.
    #[must_use]
    pub fn title(&self) -> String {
        match &self.row {
            Some(row) => format!("{} [{row}]", self.name),
            None => self.name.clone(),
        }
    }

    /// Does something to every text in it, but for the lines of files.
    pub fn each_text(&mut self, mut does: impl FnMut(&mut String)) {
        does(&mut self.file);
        does(&mut self.name);
        self.row.iter_mut().for_each(&mut does);
        self.description.iter_mut().for_each(&mut does);
        self.tags.iter_mut().for_each(&mut does);
        self.protects.iter_mut().for_each(&mut does);
        self.reason.iter_mut().for_each(&mut does);
        self.notes.iter_mut().for_each(&mut does);
        does(&mut self.again);
        for step in &mut self.steps {
            step.file.iter_mut().for_each(&mut does);
            does(&mut step.title);
            step.reason.iter_mut().for_each(&mut does);
            for finding in &mut step.findings {
                does(&mut finding.file);
                does(&mut finding.message);
                does(&mut finding.path);
                does(&mut finding.expected);
                does(&mut finding.found);
                finding.answer.iter_mut().for_each(&mut does);
                finding.note.iter_mut().for_each(&mut does);
            }
        }
        for exchange in &mut self.exchanges {
            does(&mut exchange.verb);
            does(&mut exchange.target);
            exchange.card.iter_mut().for_each(&mut does);
            exchange.outcome.iter_mut().for_each(&mut does);
            exchange.traceparent.iter_mut().for_each(&mut does);
            exchange.faults.iter_mut().for_each(&mut does);
            exchange.near_misses.iter_mut().for_each(&mut does);
            does(&mut exchange.call);
            does(&mut exchange.reply);
        }
        for rule in &mut self.faults {
            does(&mut rule.name);
        }
        self.drift.iter_mut().for_each(|entry| each_text_of(entry, &mut does));
    }

    /// Everything that was not as it should be, in order.
    pub fn findings(&self) -> impl Iterator<Item = (&StepRecord, &FindingRecord)> {
        self.steps.iter().flat_map(|step| step.findings.iter().map(move |finding| (step, finding)))
    }
}

fn each_text_of(value: &mut Value, does: &mut impl FnMut(&mut String)) {
    match value {
        Value::String(text) => does(text),
        Value::Array(items) => items.iter_mut().for_each(|item| each_text_of(item, does)),
        Value::Object(members) => members.values_mut().for_each(|value| each_text_of(value, does)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Scenarios counted by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// As expected.
    pub passed: usize,
    /// As expected as far as could be seen there.
    pub partly: usize,
    /// Not played.
    pub skipped: usize,
    /// Not as expected.
    pub failed: usize,
    /// Not played to their end.
    pub errors: usize,
}

impl RunRecord {
    /// The scenarios, counted.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for case in &self.cases {
            *match case.verdict {
                Verdict::Passed => &mut counts.passed,
                Verdict::Partly => &mut counts.partly,
                Verdict::Skipped => &mut counts.skipped,
                Verdict::Failed => &mut counts.failed,
                Verdict::Error => &mut counts.errors,
            } += 1;
        }
        counts
    }
}
