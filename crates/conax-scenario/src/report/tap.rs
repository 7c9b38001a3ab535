//! The report for TAP consumers: version 14, with diagnostics in YAML.

use std::time::Duration;

use conax_contract::text::{render_duration, visible};
use serde_json::{Value, json};

use super::fate::{Fate, fate};
use super::plain::{cut, one_line};
use crate::record::{CaseRecord, FindingRecord, RunRecord, StepRecord};

/// The most bytes of one value.
const VALUE_LIMIT: usize = 4 * 1024;

/// The run in the Test Anything Protocol, version 14.
///
/// What was not looked at, wholly or in part, carries `SKIP` and a reason. A run that was stopped
/// bails out at its end.
#[must_use]
pub fn tap(run: &RunRecord) -> String {
    let mut text = format!("TAP version 14\n1..{}\n", run.cases.len());
    text.push_str(&format!(
        "# conax-sim {}, seed {}, target {}\n",
        run.version,
        run.seed,
        one_line(&run.target)
    ));
    for warning in &run.warnings {
        text.push_str(&format!("# warning: {}\n", one_line(warning)));
    }
    for (index, case) in run.cases.iter().enumerate() {
        text.push_str(&test_point(index + 1, case));
    }
    if run.is_interrupted {
        text.push_str("Bail out! the run was stopped before its end\n");
    }
    text
}

fn test_point(number: usize, case: &CaseRecord) -> String {
    let title = description(&case.title());
    match fate(case) {
        Fate::Passed => format!("ok {number} - {title}\n{}", with_notes(case)),
        Fate::Skipped(reason) => {
            let reason = description(&reason);
            format!("ok {number} - {title} # SKIP {reason}\n{}", with_notes(case))
        }
        Fate::Failed(kind) | Fate::Broken(kind) => {
            format!("not ok {number} - {title}\n{}", block(&diagnosis(case, kind)))
        }
    }
}

/// A description ends at the line and at a `#`.
fn description(text: &str) -> String {
    visible(&one_line(text)).replace('\\', "\\\\").replace('#', "\\#")
}

fn with_notes(case: &CaseRecord) -> String {
    match case.notes.is_empty() {
        true => String::new(),
        false => block(&[("notes", json!(case.notes))]),
    }
}

fn diagnosis(case: &CaseRecord, kind: &str) -> Vec<(&'static str, Value)> {
    let simulated = render_duration(Duration::from_millis(case.simulated_ms));
    let mut members = vec![
        ("kind", json!(kind)),
        ("place", json!(format!("{}:{}", case.file, case.line))),
        ("seed", json!(case.seed)),
        ("simulated", json!(simulated)),
        ("again", json!(case.again)),
    ];
    if let Some(reason) = &case.reason {
        members.push(("reason", json!(reason)));
    }
    let findings = case.findings().map(|(step, finding)| finding_value(step, finding));
    let lists = [
        ("findings", findings.collect::<Vec<_>>()),
        ("faults", case.faults.iter().map(|rule| json!(rule)).collect()),
        ("drift", case.drift.clone()),
        ("notes", case.notes.iter().map(|note| json!(note)).collect()),
    ];
    for (name, list) in lists {
        if !list.is_empty() {
            members.push((name, Value::Array(list)));
        }
    }
    members
}

fn finding_value(step: &StepRecord, finding: &FindingRecord) -> Value {
    let mut value = json!({
        "place": format!("{}:{}:{}", finding.file, finding.line, finding.column),
        "step": step.title,
        "message": finding.message,
    });
    let parts = [
        ("path", finding.path.as_str()),
        ("expected", finding.expected.as_str()),
        ("found", finding.found.as_str()),
        ("answer", finding.answer.as_deref().unwrap_or_default()),
        ("note", finding.note.as_deref().unwrap_or_default()),
    ];
    for (name, text) in parts.into_iter().filter(|(_, text)| !text.is_empty()) {
        value[name] = json!(text);
    }
    value
}

/// A block of YAML. JSON is YAML, so the values are written as JSON; the outermost lists have a
/// line for each item, for the eye.
fn block(members: &[(&'static str, Value)]) -> String {
    let mut text = "  ---\n".to_owned();
    for (name, value) in members {
        match value {
            Value::Array(items) => {
                text.push_str(&format!("  {name}:\n"));
                for item in items {
                    text.push_str(&item_lines(item));
                }
            }
            value => text.push_str(&format!("  {name}: {}\n", scalar(value))),
        }
    }
    text + "  ...\n"
}

fn item_lines(item: &Value) -> String {
    let Value::Object(members) = item else {
        return format!("    - {}\n", scalar(item));
    };
    let mut lead = "    - ";
    let mut text = String::new();
    for (name, value) in members {
        let name = scalar(&json!(name));
        text.push_str(&format!("{lead}{name}: {}\n", scalar(value)));
        lead = "      ";
    }
    text
}

fn scalar(value: &Value) -> String {
    let text = match value {
        Value::String(text) => Value::String(cut(text, VALUE_LIMIT)).to_string(),
        value => value.to_string(),
    };
    // JSON lets them stand as they are, YAML does not.
    let letters = text.chars().map(|letter| match letter {
        '\u{7f}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fffe}'
        | '\u{ffff}' => {
            format!("\\u{:04x}", u32::from(letter))
        }
        letter => letter.to_string(),
    });
    letters.collect()
}
