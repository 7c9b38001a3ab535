//! The report for people: one page that needs nothing besides itself.
//!
//! What the list needs stands in one block of data; each scenario stands in a block of its own,
//! which is read when the scenario is opened, so that a thousand scenarios open as fast as ten.
//! Read on: `html/page.js`, which draws the page.

use conax_contract::text::is_unshowable;
use serde::Serialize;

use super::plain::{cut, headline, one_line, summary};
use crate::record::{CaseRecord, RunRecord};

const PAGE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// The most bytes of a line in the list.
const LINE_LIMIT: usize = 400;
/// The most bytes that are searched of a scenario.
const SEARCH_LIMIT: usize = 4 * 1024;

/// The run as one HTML page that loads nothing: the same bytes for equal records.
#[must_use]
pub fn html(run: &RunRecord) -> String {
    let cases: String = run.cases.iter().enumerate().map(case_block).collect();
    let list = block("run", &overview(run));
    let parts =
        [("{{style}}", STYLE), ("{{run}}", &list), ("{{script}}", SCRIPT), ("{{cases}}", &cases)];
    let mut page = String::with_capacity(PAGE.len() + STYLE.len() + SCRIPT.len() + cases.len());
    let mut rest = PAGE;
    // What is filled in is never looked at again: it may hold anything.
    for (mark, text) in parts {
        let (before, after) = rest.split_once(mark).expect("the page has every mark, in order");
        page.push_str(before);
        page.push_str(text);
        rest = after;
    }
    page + rest
}

/// What the page shows before anything is opened.
#[derive(Serialize)]
struct Overview<'r> {
    version: &'r str,
    // Numbers of 64 bits are more than a browser can tell apart.
    seed: String,
    target: &'r str,
    warnings: &'r [String],
    summary: String,
    is_interrupted: bool,
    again: &'r str,
    cases: Vec<Entry<'r>>,
}

#[derive(Serialize)]
struct Entry<'r> {
    title: String,
    file: &'r str,
    line: usize,
    verdict: &'static str,
    seed: String,
    tags: &'r [String],
    simulated_ms: u64,
    headline: Option<String>,
    search: String,
}

fn overview(run: &RunRecord) -> Overview<'_> {
    Overview {
        version: &run.version,
        seed: run.seed.to_string(),
        target: &run.target,
        warnings: &run.warnings,
        summary: summary(run),
        is_interrupted: run.is_interrupted,
        again: &run.again,
        cases: run.cases.iter().map(entry).collect(),
    }
}

fn entry(case: &CaseRecord) -> Entry<'_> {
    let unseen = || case.steps.iter().find_map(|step| step.reason.clone());
    let headline = headline(case).or_else(unseen);
    Entry {
        title: case.title(),
        file: &case.file,
        line: case.line,
        verdict: case.verdict.word(),
        seed: case.seed.to_string(),
        tags: &case.tags,
        simulated_ms: case.simulated_ms,
        headline: headline.map(|text| cut(&text, LINE_LIMIT)),
        search: search(case),
    }
}

/// What a search looks at, in small letters.
fn search(case: &CaseRecord) -> String {
    let mut words = vec![case.title(), case.file.clone()];
    words.extend(case.tags.iter().chain(&case.protects).cloned());
    words.extend(case.description.iter().chain(&case.reason).cloned());
    words.extend(case.faults.iter().map(|rule| rule.name.clone()));
    for (_, finding) in case.findings() {
        let rendered = [&finding.message, &finding.path, &finding.expected, &finding.found];
        words.extend(rendered.into_iter().cloned().chain(finding.answer.clone()));
    }
    words.extend(case.notes.iter().cloned());
    cut(&one_line(&words.join(" ")), SEARCH_LIMIT).to_lowercase()
}

fn case_block((index, case): (usize, &CaseRecord)) -> String {
    block(&format!("case-data-{index}"), case)
}

/// The data with what would turn a line around written out: the page shows every text as it is.
fn shown_in_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for letter in json.chars() {
        match is_unshowable(letter) {
            true => out.push_str(&format!("\\\\u{{{:X}}}", u32::from(letter))),
            false => out.push(letter),
        }
    }
    out
}

/// Data that a browser does not look into. No `<` stands in it: neither `</script` nor `<!--` could
/// end it.
fn block(id: &str, data: &impl Serialize) -> String {
    let json = serde_json::to_string(data).expect("a record has no keys but text");
    let json = json.replace('<', "\\u003c");
    let json = shown_in_json(&json);
    format!("<script type=\"application/json\" id=\"{id}\">{json}</script>\n")
}
