//! The head-end's journal: each line must follow from those before it, and from what was sent.

use std::collections::BTreeSet;

use super::facts::{Done, Exchange, Facts, Owner, Stranger};
use super::outcome::{Found, after, opened};
use super::problem::Problems;
use crate::proof::write::{ConaxEvent, HeadEnd};

/// Takes in a line of the head-end's journal.
pub(super) fn take(facts: &mut Facts, problems: &mut Problems, line: usize, event: ConaxEvent) {
    if facts.head_end == HeadEnd::Another {
        let found = "a `conax` line, but the header says that the head-end is another one";
        problems.add(line, None, found);
    }
    if is_let_go(facts, &event) {
        return;
    }
    match event {
        ConaxEvent::Undone { transactions, .. } => undone(facts, problems, line, &transactions),
        ConaxEvent::Console { transaction, .. } => {
            let owner = Owner::Stranger(Stranger::Console(transaction.clone()));
            let found = opened(facts, line, &owner, (&transaction, Done::All));
            facts.tally(line, &owner).conax_lines += 1;
            note(problems, line, None, found);
        }
        ConaxEvent::Received { exchange, request, read } => {
            let found = received(facts, line, exchange, request, read);
            count_for(facts, line, exchange);
            note(problems, line, facts.request_of(exchange), found);
        }
        event => {
            let exchange = event.exchange().unwrap_or_default();
            let found = was_received(facts, line, exchange, &event);
            note(problems, line, facts.request_of(exchange), found);
            count_for(facts, line, exchange);
            let found = after(facts, line, exchange, event);
            note(problems, line, facts.request_of(exchange), found);
        }
    }
}

/// Whether an event is about somebody of whom lines were let go, so that nothing follows from it.
fn is_let_go(facts: &mut Facts, event: &ConaxEvent) -> bool {
    let Some(exchange) = event.exchange() else {
        return false;
    };
    let let_go = &mut facts.let_go;
    if let ConaxEvent::Received { request: Some(request), .. } = event
        && let_go.rows.contains_key(request)
    {
        let_go.exchanges.insert(exchange);
    }
    let began_before = let_go.conax_count > 0
        && !matches!(event, ConaxEvent::Received { .. })
        && !facts.exchanges.contains_key(&exchange);
    let_go.has(exchange) || began_before
}

fn note(problems: &mut Problems, line: usize, request: Option<u64>, found: Found) {
    if let Err(found) = found {
        problems.add(line, request, found);
    }
}

fn count_for(facts: &mut Facts, line: usize, exchange: u64) {
    let owner = facts.owner_of(exchange);
    facts.tally(line, &owner).conax_lines += 1;
}

fn received(
    facts: &mut Facts,
    line: usize,
    exchange: u64,
    request: Option<u64>,
    read: bool,
) -> Found {
    let Some(known) = facts.exchanges.get_mut(&exchange) else {
        let begun = Exchange { line, request, read: Some(read), ..Exchange::default() };
        facts.exchanges.insert(exchange, begun);
        return match request {
            None => Ok(()),
            Some(_) => Err(format!(
                "exchange {exchange} was received, but it was never sent: its `sent` line is \
                 missing"
            )),
        };
    };
    if known.read.replace(read).is_some() {
        return Err(format!(
            "exchange {exchange} was received a second time; expected one `received`"
        ));
    }
    if known.request != request {
        let name = |request: Option<u64>| match request {
            Some(request) => format!("request {request}"),
            None => "nobody's request".to_owned(),
        };
        let (found, expected) = (name(request), name(known.request));
        return Err(format!(
            "exchange {exchange} was received for {found}; expected {expected}, which sent it"
        ));
    }
    match known.left {
        Some(false) => Err(format!(
            "exchange {exchange} was received, but it never left; expected `left` to be true"
        )),
        _ => Ok(()),
    }
}

/// Says, once for each exchange, that it was never received.
fn was_received(facts: &mut Facts, line: usize, exchange: u64, event: &ConaxEvent) -> Found {
    let name = match event {
        ConaxEvent::Executed { .. } => "executed",
        ConaxEvent::Refused { .. } => "refused",
        ConaxEvent::Pretended { .. } => "pretended",
        ConaxEvent::Held { .. } => "held",
        ConaxEvent::Answered { .. } => "answered",
        _ => "not_answered",
    };
    let begun = facts.exchanges.entry(exchange).or_default();
    if begun.line == 0 {
        begun.line = line;
    }
    match begun.read {
        None => {
            // Taken as read from now on, so that this is said once.
            begun.read = Some(true);
            Err(format!(
                "`{name}`, but exchange {exchange} was never received: its `received` line is \
                 missing"
            ))
        }
        Some(false) if !matches!(name, "answered" | "not_answered") => Err(format!(
            "`{name}`, but no command was read from exchange {exchange}; expected `read` to be true"
        )),
        Some(_) => Ok(()),
    }
}

fn undone(facts: &mut Facts, problems: &mut Problems, line: usize, transactions: &[String]) {
    if transactions.is_empty() {
        problems.add(line, None, "`undone` names no transaction; expected at least one");
    }
    let mut owners = BTreeSet::new();
    for transaction in transactions {
        if facts.let_go.transactions.contains(transaction) {
            continue;
        }
        let Some(known) = facts.transactions.get_mut(transaction) else {
            let found = format!(
                "transaction {transaction} was undone, but never executed: its `executed` line is \
                 missing"
            );
            problems.add(line, None, found);
            continue;
        };
        let owner = known.owner.clone();
        let done = known.done;
        if done == Done::Nothing || std::mem::replace(&mut known.undone, true) {
            let found = format!(
                "transaction {transaction} was undone; expected one that was executed and not \
                 undone before"
            );
            problems.add(line, owner.request(), found);
        } else {
            let tally = facts.tally(line, &owner);
            tally.undone += 1;
            tally.parts -= u64::from(done == Done::Part);
        }
        owners.insert(owner);
    }
    for owner in owners {
        facts.tally(line, &owner).conax_lines += 1;
    }
}
