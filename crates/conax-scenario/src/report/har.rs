//! The report for whoever looks at traffic: an HTTP Archive, a page for each scenario.

use chrono::{NaiveDateTime, TimeDelta};
use conax_contract::har::{
    CAS, HarEntry, HarLog, HarPage, HarShown, TARGET, no_origin, origin_and_target, write_har,
};
use conax_contract::text::parse_moment;
use serde_json::Value;

use crate::record::{CaseRecord, ExchangeRecord, RunRecord};

/// What was said in each scenario, in simulated time. What both sides of an exchange with Conax saw
/// stands there once.
#[must_use]
pub fn har(run: &RunRecord) -> String {
    let cases = || run.cases.iter().filter(|case| !case.exchanges.is_empty()).zip(1..);
    let has_cas = cases().any(|(case, _)| case.exchanges.iter().any(|one| one.api == "cas"));
    let mut own = vec![(TARGET.to_owned(), origin(run, "crm").into())];
    own.extend(has_cas.then(|| (CAS.to_owned(), origin(run, "cas").into())));
    write_har(&HarLog {
        version: run.version.clone(),
        comment: comment(run),
        pages: cases().map(|(case, number)| page(case, number)).collect(),
        entries: cases().flat_map(|(case, number)| entries(run, case, number)).collect(),
        own: own.into_iter().collect(),
    })
}

fn comment(run: &RunRecord) -> String {
    let mut lines =
        vec![format!("Target: {}. Dates are simulated time; secrets are masked.", run.target)];
    lines.extend(run.warnings.iter().map(|warning| format!("Warning: {warning}.")));
    lines.join(" ")
}

fn page(case: &CaseRecord, number: usize) -> HarPage {
    let place = format!("{}:{}", case.file, case.line);
    HarPage {
        id: id(number),
        began: Some(began(case)),
        title: format!("{} ({place}, {})", case.title(), case.verdict.word()),
    }
}

fn id(number: usize) -> String {
    format!("scenario-{number}")
}

fn began(case: &CaseRecord) -> NaiveDateTime {
    parse_moment(&case.began).unwrap_or_default()
}

fn origin<'r>(run: &'r RunRecord, api: &str) -> &'r str {
    match (api, origin_and_target(&run.target).0) {
        ("crm", origin) if origin.contains("://") => origin,
        _ => no_origin(api),
    }
}

fn entries(run: &RunRecord, case: &CaseRecord, number: usize) -> Vec<HarEntry> {
    let sees_cas = case.exchanges.iter().any(|one| one.api == "cas");
    let mut exchanges: Vec<&ExchangeRecord> =
        case.exchanges.iter().filter(|one| !(sees_cas && one.api == "dispatch")).collect();
    exchanges.sort_by_key(|one| one.at_ms);
    exchanges.into_iter().map(|exchange| entry(run, case, exchange, id(number))).collect()
}

fn entry(run: &RunRecord, case: &CaseRecord, one: &ExchangeRecord, page: String) -> HarEntry {
    let at = TimeDelta::milliseconds(i64::try_from(one.at_ms).unwrap_or(0));
    let entry = HarEntry::shown(&HarShown {
        api: &one.api,
        origin: origin(run, &one.api),
        began: began(case).checked_add_signed(at).unwrap_or_default(),
        took_us: one.took_us,
        verb: &one.verb,
        target: &one.target,
        status: one.http_status,
        traceparent: one.traceparent.as_deref(),
        call: &one.call,
        reply: &one.reply,
    });
    let step = one.step.and_then(|step| case.steps.get(step));
    let step = step.map(|step| format!("line {}: {}", step.line, step.title));
    let acted = one.faults.iter().map(|fault| format!("fault {fault}"));
    let notes: Vec<String> = step.into_iter().chain(one.outcome.clone()).chain(acted).collect();
    let mut own = entry.own.clone();
    own.extend(one.request_number.map(|number| ("_request".to_owned(), Value::from(number))));
    own.extend(one.card.clone().map(|card| ("_card".to_owned(), Value::from(card))));
    HarEntry { page: Some(page), comment: notes.join("; "), own, ..entry }
}
