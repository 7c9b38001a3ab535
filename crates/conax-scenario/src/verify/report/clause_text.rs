//! A verification in words.

use std::collections::BTreeMap;
use std::fmt::Write;

use conax_contract::text::shortened;

use crate::conformance::{Break, Standing};
use crate::verify::record::{ClauseRecord, VerifyRecord};

/// One line on the whole.
#[must_use]
pub fn summary(record: &VerifyRecord) -> String {
    let count = |standing| record.standing(standing).count();
    format!(
        "{} clauses held, {} broken, {} not testable there; {} calls, {} requests created",
        count(Standing::Held),
        count(Standing::Broken),
        count(Standing::NotTestable),
        record.calls,
        record.created
    )
}

/// A broken clause: its sentence, what was expected and found, and the command that shows it again.
#[must_use]
pub fn clause_text(record: &VerifyRecord, clause: &ClauseRecord) -> String {
    let mut out = String::new();
    let place = match clause.place.as_str() {
        "" => clause.source.clone(),
        place => format!("{}: {place}", clause.source),
    };
    let _ = writeln!(out, "{}  broken ({}; {place})", clause.id, clause.strictness);
    let _ = writeln!(out, "   {}", clause.statement);
    // The others tell the same again; the reports have some of them.
    if let Some(first) = clause.breaks.first() {
        out.push_str(&break_text(record, first));
    }
    if clause.broken > 1 {
        let _ = writeln!(out, "   and {} times more", clause.broken - 1);
    }
    out
}

/// The variables in the commands of these clauses' stories, each with what it stands for; empty
/// if there are none.
#[must_use]
pub fn variables<'c>(
    record: &VerifyRecord,
    clauses: impl Iterator<Item = &'c ClauseRecord>,
) -> String {
    let mut names = std::collections::BTreeSet::new();
    for clause in clauses {
        let number = clause.breaks.first().and_then(|one| one.exchange);
        let note = number.and_then(|number| record.exchange(number));
        let curl = note.map_or("", |note| note.curl.as_str());
        let parts = curl.split("\"$").skip(1);
        names.extend(parts.filter_map(|part| part.split('"').next()));
    }
    let rendered = names.into_iter().map(|name| {
        let what = match name {
            "TOKEN" => "the token, or one that a login gives",
            "PASSWORD" => "the password of the login",
            "WEB_API_KEY" => "the Web API key",
            "PIN" => "any PIN of four digits",
            _ => "the value of that name",
        };
        format!("${name} ({what})")
    });
    rendered.collect::<Vec<_>>().join(", ")
}

fn break_text(record: &VerifyRecord, one: &Break) -> String {
    let mut out = String::new();
    if !one.path.is_empty() {
        let _ = writeln!(out, "   at        {}", one.path);
    }
    let _ = writeln!(out, "   expected  {}", one.expected);
    let _ = writeln!(out, "   found     {}", one.found);
    let note = one.exchange.and_then(|number| record.exchange(number));
    if let Some(note) = note {
        let status =
            note.http_status.map_or("no answer".to_owned(), |status| format!("HTTP {status}"));
        let _ = writeln!(
            out,
            "   in        call {}: {} {} -> {status}",
            note.number,
            note.verb,
            short(&note.target)
        );
        let _ = writeln!(out, "   again     {}", note.curl);
    }
    out
}

/// A target without the path everybody knows, as far as a line reaches.
fn short(target: &str) -> String {
    shortened(&target.replace("/conax_web_services/provisioning_requests/", "…/"), 48)
}

/// Why clauses were not tested, each reason with how many and which.
#[must_use]
pub fn untested(record: &VerifyRecord) -> Vec<(String, Vec<&str>)> {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for clause in record.standing(Standing::NotTestable) {
        let why = clause.why.as_deref().unwrap_or_default();
        reasons.entry(why).or_default().push(&clause.id);
    }
    let reasons = reasons.into_iter();
    let mut reasons: Vec<(String, Vec<&str>)> =
        reasons.map(|(why, ids)| (why.to_owned(), ids)).collect();
    reasons.sort_by_key(|(_, ids)| std::cmp::Reverse(ids.len()));
    reasons
}
