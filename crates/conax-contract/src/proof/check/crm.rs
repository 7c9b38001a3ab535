//! The CRM's journal: each line must follow from those before it.

use std::collections::btree_map::Entry;
use std::sync::Arc;

use conax_model::ledger::CrmEvent;

use super::end::ended;
use super::facts::{Answer, Chain, Exchange, Facts, Returned};
use super::problem::Problems;
use crate::crm::CommandKind;

/// Takes in a line of the CRM's journal.
pub(super) fn take(facts: &mut Facts, problems: &mut Problems, line: usize, event: CrmEvent) {
    let request = event.request();
    if let Some((_, _, seen)) = facts.let_go.rows.get_mut(&request) {
        *seen += 1;
        facts.let_go.exchanges.extend(event.exchange());
        return;
    }
    let found = match event {
        CrmEvent::Acknowledged { kind, .. } => acknowledged(facts, line, request, kind),
        event => {
            if let Some(found) = unacknowledged(facts, line, request, &event) {
                problems.add(line, Some(request), found);
            }
            later(facts, line, event)
        }
    };
    chain(facts, line, request).crm_lines += 1;
    if let Err(found) = found {
        problems.add(line, Some(request), found);
    }
}

fn chain(facts: &mut Facts, line: usize, request: u64) -> &mut Chain {
    let chain = facts.requests.entry(request).or_default();
    if chain.line == 0 {
        chain.line = line;
    }
    chain
}

fn acknowledged(
    facts: &mut Facts,
    line: usize,
    request: u64,
    request_type: CommandKind,
) -> Result<(), String> {
    let known = facts.requests.contains_key(&request);
    let chain = chain(facts, line, request);
    if known {
        let first = chain.line;
        return Err(format!(
            "`acknowledged` for a request that began on line {first}; expected once, and first"
        ));
    }
    chain.request_type = Some(request_type);
    Ok(())
}

/// Says, once for each request, that its acknowledgement is missing.
fn unacknowledged(
    facts: &mut Facts,
    line: usize,
    request: u64,
    event: &CrmEvent,
) -> Option<String> {
    if facts.requests.contains_key(&request) {
        return None;
    }
    chain(facts, line, request);
    let name = match event {
        CrmEvent::Acknowledged { .. } => "acknowledged",
        CrmEvent::Sent { .. } => "sent",
        CrmEvent::Answered { .. } => "answered",
        CrmEvent::Failed { .. } => "failed",
        CrmEvent::Recalled { .. } => "recalled",
        CrmEvent::Ended { .. } => "ended",
    };
    Some(format!("`{name}`, but it was never acknowledged: its `acknowledged` line is missing"))
}

fn later(facts: &mut Facts, line: usize, event: CrmEvent) -> Result<(), String> {
    match event {
        CrmEvent::Acknowledged { .. } => Ok(()),
        CrmEvent::Sent { request, exchange, left } => sent(facts, line, (request, exchange), left),
        CrmEvent::Answered { request, exchange, status, reference } => {
            let answer = Answer { status_code: status, reference };
            let ids = (request, exchange);
            returned(facts, line, ids, Returned::Answered(answer))
        }
        CrmEvent::Failed { request, exchange, fault } => {
            returned(facts, line, (request, exchange), Returned::Failed(fault))
        }
        CrmEvent::Recalled { request, exchange } => {
            returned(facts, line, (request, exchange), Returned::Recalled)
        }
        CrmEvent::Ended { request, completed, reference, error } => {
            ended(facts, request, completed, (reference, error))
        }
    }
}

fn sent(
    facts: &mut Facts,
    line: usize,
    (request, exchange): (u64, u64),
    left: bool,
) -> Result<(), String> {
    if let Some(known) = facts.exchanges.get(&exchange) {
        let first = known.line;
        return Err(format!(
            "sent as exchange {exchange}, which began on line {first}; expected a number of its own"
        ));
    }
    let under_way = under_way(facts, request);
    let begun = Exchange { line, request: Some(request), left: Some(left), ..Exchange::default() };
    facts.exchanges.insert(exchange, begun);
    let chain = chain(facts, line, request);
    chain.exchanges.push(exchange);
    match (chain.completed, under_way) {
        (Some(_), _) => Err("sent after it had ended; expected nothing after `ended`".to_owned()),
        (None, Some(before)) => Err(format!(
            "sent again as exchange {exchange}, but exchange {before} never came back: its \
             `answered`, `failed` or `recalled` line is missing"
        )),
        (None, None) => Ok(()),
    }
}

/// The exchange of a request that has not come back and was not recalled.
pub(super) fn under_way(facts: &Facts, request: u64) -> Option<u64> {
    let last = *facts.requests.get(&request)?.exchanges.last()?;
    let came_back = facts.exchanges.get(&last)?.returned.is_some();
    (!came_back).then_some(last)
}

fn returned(
    facts: &mut Facts,
    line: usize,
    (request, exchange): (u64, u64),
    returned: Returned,
) -> Result<(), String> {
    let ended = chain(facts, line, request).completed.is_some();
    let known = match facts.exchanges.entry(exchange) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(place) => {
            place.insert(Exchange {
                line,
                request: Some(request),
                returned: Some(returned),
                ..Exchange::default()
            });
            chain(facts, line, request).exchanges.push(exchange);
            return Err(format!(
                "exchange {exchange} came back, but it was never sent: its `sent` line is missing"
            ));
        }
    };
    match (known.request, &known.returned, known.left, &returned) {
        (Some(other), ..) if other != request => {
            return Err(format!("exchange {exchange} came back, but request {other} had sent it"));
        }
        (_, Some(_), ..) => {
            return Err(format!(
                "exchange {exchange} came back a second time; expected one `answered`, `failed` or \
                 `recalled`"
            ));
        }
        (_, _, Some(false), Returned::Answered(_)) => {
            return Err(format!(
                "exchange {exchange} was answered, but it never left; expected `failed`"
            ));
        }
        _ => known.returned = Some(returned),
    }
    match ended {
        true => Err(format!(
            "exchange {exchange} came back after the end; expected nothing after `ended`"
        )),
        false => Ok(()),
    }
}

/// A value that may be absent, in words.
pub(super) fn shown(value: Option<&Arc<str>>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| format!("`{value}`"))
}
