//! The story of a scenario that went wrong as plain lines, without the text of its file.

use std::time::Duration;

use conax_contract::text::render_duration;

use crate::record::{CaseRecord, FindingRecord, RunRecord, StepRecord};

/// How many lines of one kind are told; the rest is counted.
const LINES: usize = 10;

/// Place, expected, found, note; the faults that acted, the drift; the command that repeats it.
pub(super) fn story(case: &CaseRecord) -> String {
    let mut lines = Vec::new();
    for (step, finding) in case.findings() {
        lines.push(format!("{}  {}", place(case, finding), finding.message));
        lines.push(line("step", &step.title));
        lines.extend(details(finding));
        lines.push(line("clock", &clock(case, step)));
    }
    if let Some(reason) = &case.reason {
        lines.push(format!("{}:{}  {reason}", case.file, case.line));
    }
    lines.extend(labelled("faults", faults(case)));
    lines.extend(labelled(
        "drift",
        case.drift.iter().map(ToString::to_string).collect(),
    ));
    lines.extend(labelled("note", case.notes.clone()));
    lines.push(line("again", &case.again));
    lines.join("\n") + "\n"
}

/// What was expected and found, and what may be behind it.
pub(super) fn details(finding: &FindingRecord) -> Vec<String> {
    let parts = [
        ("at", finding.path.as_str()),
        ("expected", finding.expected.as_str()),
        ("found", finding.found.as_str()),
        ("note", finding.note.as_deref().unwrap_or_default()),
    ];
    let told = parts.into_iter().filter(|(_, text)| !text.is_empty());
    told.map(|(label, text)| line(label, text)).collect()
}

/// The first line on what went wrong.
pub(super) fn headline(case: &CaseRecord) -> Option<String> {
    let told = case.findings().next().map(|(_, finding)| {
        match (finding.expected.as_str(), finding.found.as_str()) {
            ("", _) | (_, "") => finding.message.clone(),
            (expected, found) => format!("expected {expected}, found {found}"),
        }
    });
    told.or_else(|| case.reason.clone())
        .map(|text| one_line(&text))
}

/// `12 scenarios: 4 passed, 1 partly, 1 skipped, 5 failed, 1 error`
pub(super) fn summary(run: &RunRecord) -> String {
    let counts = run.counts();
    let parts = [
        (counts.passed, "passed"),
        (counts.partly, "partly"),
        (counts.skipped, "skipped"),
        (counts.failed, "failed"),
        (counts.errors, "not played to the end"),
    ];
    let told: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let noun = match run.cases.len() {
        1 => "scenario",
        _ => "scenarios",
    };
    let told = match told.is_empty() {
        true => String::new(),
        false => format!(": {}", told.join(", ")),
    };
    let stopped = match run.is_interrupted {
        true => "; stopped before its end",
        false => "",
    };
    format!("{} {noun}{told}{stopped}", run.cases.len())
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
    let kept = (0..=room)
        .rfind(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    format!("{}{}", &text[..kept], more(text.len() - kept))
}

fn place(case: &CaseRecord, finding: &FindingRecord) -> String {
    let file = match finding.file.as_str() {
        "" => &case.file,
        file => file,
    };
    format!("{file}:{}:{}", finding.line, finding.column)
}

/// A label and a text, whose further lines stand below its first.
fn line(label: &str, text: &str) -> String {
    let text = text.replace('\n', "\n             ");
    format!("   {label:<9} {text}")
}

fn labelled(label: &str, mut texts: Vec<String>) -> Vec<String> {
    let left = texts.len().saturating_sub(LINES);
    if left > 0 {
        texts.truncate(LINES);
        texts.push(format!("and {left} more"));
    }
    texts.iter().map(|text| line(label, text)).collect()
}

fn clock(case: &CaseRecord, step: &StepRecord) -> String {
    let after = |millis| render_duration(Duration::from_millis(millis));
    let (from, to) = (after(step.from_ms), after(step.to_ms));
    match from == to {
        true => format!("{} + {from}", case.began),
        false => format!("{} + {from} → {to}", case.began),
    }
}

/// What the rules did; of one that never acted, why it did not.
fn faults(case: &CaseRecord) -> Vec<String> {
    let rules = case.faults.iter();
    rules
        .map(|rule| {
            let said = format!("{}: hit {}, missed {}", rule.name, rule.hit, rule.missed);
            let near = case.exchanges.iter().flat_map(|one| &one.near_misses);
            let why = near
                .filter_map(|near| near.strip_prefix(&format!("{}: ", rule.name)))
                .next_back();
            match (rule.hit, why) {
                (0, Some(why)) => format!("{said}, because {why}"),
                _ => said,
            }
        })
        .collect()
}
