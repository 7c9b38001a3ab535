//! Pieces of plain text that several reports have: a first line, details, a summary.

use crate::record::{CaseRecord, FindingRecord, RunRecord};

/// What was expected and found, and what may be behind it.
pub(super) fn details(finding: &FindingRecord) -> Vec<String> {
    let parts = [
        ("at", finding.path.as_str()),
        ("expected", finding.expected.as_str()),
        ("found", finding.found.as_str()),
        ("answer", finding.answer.as_deref().unwrap_or_default()),
        ("note", finding.note.as_deref().unwrap_or_default()),
    ];
    let rendered = parts.into_iter().filter(|(_, text)| !text.is_empty());
    rendered.map(|(label, text)| line(label, text)).collect()
}

/// The first line on what went wrong.
pub(super) fn headline(case: &CaseRecord) -> Option<String> {
    let rendered = case.findings().next().map(|(_, finding)| {
        match (finding.expected.as_str(), finding.found.as_str()) {
            ("", _) | (_, "") => finding.message.clone(),
            (expected, found) => format!("expected {expected}, found {found}"),
        }
    });
    rendered.or_else(|| case.reason.clone()).map(|text| one_line(&text))
}

/// `12 scenarios: 4 passed, 1 partly, 1 skipped, 5 failed, 1 error`
#[must_use]
pub fn summary(run: &RunRecord) -> String {
    let counts = run.counts();
    let parts = [
        (counts.passed, "passed"),
        (counts.partly, "partly"),
        (counts.skipped, "skipped"),
        (counts.failed, "failed"),
        (counts.errors, "not played to the end"),
    ];
    let rendered: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let noun = match run.cases.len() {
        1 => "scenario",
        _ => "scenarios",
    };
    let rendered = match rendered.is_empty() {
        true => String::new(),
        false => format!(": {}", rendered.join(", ")),
    };
    let stopped = match run.is_interrupted {
        true => "; stopped before its end",
        false => "",
    };
    format!("{} {noun}{rendered}{stopped}", run.cases.len())
}

/// The text without line breaks.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// At most so many bytes, and what is missing.
pub(super) fn cut(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let more = |left: usize| format!("… {left} bytes more\n");
    let room = limit.saturating_sub(more(text.len()).len());
    let kept = (0..=room).rfind(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{}{}", &text[..kept], more(text.len() - kept))
}

/// A label and a text, whose further lines stand below its first.
fn line(label: &str, text: &str) -> String {
    let text = text.replace('\n', "\n             ");
    format!("   {label:<9} {text}")
}
