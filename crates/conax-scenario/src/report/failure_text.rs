//! The story of a failure as a terminal shows it: place, what was expected, what was found, what
//! happened around it on both sides, why the faults did or did not act, and one command.

use std::fmt::Write;

use conax_contract::text::{Finding, parse_moment, render, visible, visible_name};

use crate::record::{CaseRecord, ExchangeRecord, FindingRecord, StepRecord, Verdict};

/// Exchanges that are told around a failure.
const AROUND: usize = 8;
/// The widest line.
const WIDTH: usize = 80;
/// Columns of the labels.
const LABEL: usize = 13;
/// Findings of a scenario that are told.
const FINDINGS: usize = 20;

/// The story of a scenario that did not go as expected, fit for a terminal.
#[must_use]
pub fn failure_text(case: &CaseRecord) -> String {
    visible(&story_text(case)).into_owned()
}

fn story_text(case: &CaseRecord) -> String {
    let mut out = format!("{} {}\n", case.verdict.word(), case.title());
    let findings: Vec<_> = case.findings().collect();
    if findings.is_empty() {
        let reason = case.reason.as_deref().unwrap_or("no reason was given");
        let _ = writeln!(out, "{}:{}  {reason}", visible_name(&case.file), case.line);
        again(&mut out, case);
        return out;
    }
    for (step, finding) in findings.iter().take(FINDINGS) {
        out.push_str(&finding_text(step, finding));
    }
    if findings.len() > FINDINGS {
        let _ = writeln!(out, "   and {} more", findings.len() - FINDINGS);
    }
    if let Some(reason) = case.reason.as_ref().filter(|_| case.verdict == Verdict::Error) {
        label(&mut out, "ended", reason);
    }
    if let Some((step, _)) = findings.first() {
        surroundings(&mut out, case, step);
    }
    if !case.protects.is_empty() {
        label(&mut out, "protects", &case.protects.join(", "));
    }
    label(&mut out, "seed", &case.seed.to_string());
    again(&mut out, case);
    out
}

fn finding_text(step: &StepRecord, finding: &FindingRecord) -> String {
    let place = Finding {
        line: finding.line,
        column: finding.column,
        end_column: finding.end_column,
        message: match (finding.path.as_str(), finding.message.as_str()) {
            ("", message) => message.to_owned(),
            (path, message) => format!("{message}: {path}"),
        },
        hint: None,
    };
    // The line alone is known; it stands where it stood.
    let source = format!("{}{}", "\n".repeat(finding.line.saturating_sub(1)), finding.source);
    let mut out = render(&finding.file, &source, &[place]);
    if let Some(file) = step.file.as_ref().filter(|file| **file != finding.file) {
        label(&mut out, "included", &visible_name(file));
    }
    if !finding.expected.is_empty() {
        let (expected, found) = marked(&finding.expected, &finding.found);
        label(&mut out, "expected", &expected);
        label(&mut out, "found", &found);
    }
    if let Some(answer) = &finding.answer {
        label(&mut out, "answer", answer);
    }
    if let Some(note) = &finding.note {
        label(&mut out, "note", note);
    }
    out
}

/// Two long texts that differ in little are shown from where they begin to differ.
fn marked(expected: &str, found: &str) -> (String, String) {
    const LONG: usize = WIDTH - LABEL;
    let common =
        expected.chars().zip(found.chars()).take_while(|(left, right)| left == right).count();
    if expected.chars().count().min(found.chars().count()) <= LONG || common < LONG / 2 {
        return (expected.to_owned(), found.to_owned());
    }
    let from = common.saturating_sub(LONG / 4);
    let tail = |text: &str| format!("…{}", text.chars().skip(from).collect::<String>());
    (tail(expected), tail(found))
}

/// What happened around a step: the clock, the exchanges of both sides, faults, drift.
fn surroundings(out: &mut String, case: &CaseRecord, step: &StepRecord) {
    let clock = format!("{} → {}", time_of_day(case, step.from_ms), time_of_day(case, step.to_ms));
    label(out, "clock", &clock);
    label(out, "faults", &faults(case));
    for (index, entry) in case.drift.iter().take(5).enumerate() {
        let name = if index == 0 { "drift" } else { "" };
        let list = |name: &str| {
            let items = entry[name].as_array().into_iter().flatten();
            let words: Vec<_> = items.filter_map(serde_json::Value::as_str).collect();
            words.join(" ")
        };
        let text = format!(
            "card {} {}: crm {}, conax {}",
            list("smartcards"),
            list("items"),
            entry["crm"].as_str().unwrap_or("?"),
            entry["conax"].as_str().unwrap_or("?")
        );
        label(out, name, &text);
    }
    let index = case.steps.iter().position(|one| std::ptr::eq(one, step));
    let exchanges = around(case, index);
    for (place, exchange) in exchanges.iter().enumerate() {
        let name = if place == 0 { "around it" } else { "" };
        label(out, name, &exchange_line(case, exchange));
    }
}

/// The last exchanges up to the end of a step.
fn around(case: &CaseRecord, step: Option<usize>) -> Vec<&ExchangeRecord> {
    let until = case
        .exchanges
        .iter()
        .rposition(|one| step.is_none() || one.step <= step)
        .map_or(0, |last| last + 1);
    let from = until.saturating_sub(AROUND);
    case.exchanges[from..until].iter().collect()
}

fn exchange_line(case: &CaseRecord, exchange: &ExchangeRecord) -> String {
    let way = match exchange.api.as_str() {
        "crm" => "client → CRM",
        "dispatch" => "CRM → Conax",
        "cas" => "at Conax",
        "control" => "control",
        other => other,
    };
    let path = exchange.target.split('?').next().unwrap_or_default();
    let name = match exchange.api.as_str() {
        "crm" | "control" => path.rsplit('/').next().unwrap_or(path),
        _ => "",
    };
    let status = match exchange.http_status {
        Some(status) => status.to_string(),
        None => "no answer".to_owned(),
    };
    let took = match exchange.took_us / 1000 {
        0 => String::new(),
        ms => format!(" after {}", duration_words(ms)),
    };
    let mut line = format!(
        "{} {way:<12} {name} {}{took}",
        time_of_day(case, exchange.at_ms),
        exchange.outcome.as_deref().unwrap_or(&status)
    );
    for acted in &exchange.faults {
        let _ = write!(line, " [{acted}]");
    }
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn faults(case: &CaseRecord) -> String {
    if case.faults.is_empty() {
        return "none in force".to_owned();
    }
    let words = case.faults.iter().map(|rule| {
        if rule.hit > 0 {
            return format!("{} acted {}×", rule.name, rule.hit);
        }
        let prefix = format!("{}: ", rule.name);
        let near = case
            .exchanges
            .iter()
            .flat_map(|exchange| &exchange.near_misses)
            .rev()
            .find_map(|near| near.strip_prefix(&prefix));
        match near {
            Some(because) => format!("{} never acted: {because}", rule.name),
            None => format!("{} never acted", rule.name),
        }
    });
    words.collect::<Vec<_>>().join("; ")
}

/// The simulated time of day, with its date if that is another one than at the beginning.
fn time_of_day(case: &CaseRecord, ms: u64) -> String {
    let Some(began) = parse_moment(&case.began) else {
        return format!("+{ms}ms");
    };
    let at = began + chrono::TimeDelta::milliseconds(i64::try_from(ms).unwrap_or(0));
    match at.date() == began.date() {
        true => at.format("%H:%M:%S%.3f").to_string(),
        false => at.format("%m-%d %H:%M:%S%.3f").to_string(),
    }
}

/// Milliseconds as people say them.
#[must_use]
pub fn duration_words(ms: u64) -> String {
    let days = ms / 86_400_000;
    if days >= 2 {
        return format!("{days}d");
    }
    match ms {
        0..1_000 => format!("{ms}ms"),
        1_000..60_000 => format!("{}.{}s", ms / 1000, ms % 1000 / 100),
        60_000..3_600_000 => format!("{}min {}s", ms / 60_000, ms % 60_000 / 1000),
        _ => format!("{}h {}min", ms / 3_600_000, ms % 3_600_000 / 60_000),
    }
}

/// The command that repeats it, on one line, so that it can be copied.
fn again(out: &mut String, case: &CaseRecord) {
    let _ = writeln!(out, "   {:<width$}{}", "again", case.again, width = LABEL - 3);
}

/// A label and its text, wrapped.
fn label(out: &mut String, name: &str, text: &str) {
    let mut line = format!("   {name:<width$}", width = LABEL - 3);
    let mut is_empty = true;
    for word in text.split(' ') {
        let columns = line.chars().count() + 1 + word.chars().count();
        if !is_empty && columns > WIDTH {
            out.push_str(line.trim_end());
            out.push('\n');
            line = " ".repeat(LABEL);
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    out.push_str(line.trim_end());
    out.push('\n');
}
