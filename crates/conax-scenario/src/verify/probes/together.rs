//! Requests created at the same time are all there, once each, and each caller is told of his own.

use std::collections::BTreeMap;

use conax_contract::crm::Operation;
use serde_json::{Value, json};

use super::orders::{self, with};
use crate::conformance::Heard;
use crate::verify::session::{Options, Session};
use crate::verify::world::TargetWorld;

/// Times that calls are made at once. What only goes wrong when two calls meet needs many of them
/// to meet: all for one smartcard, and for all.
const ROUNDS: usize = 12;

pub(super) fn creations(world: &TargetWorld, options: &Options) -> usize {
    match orders::order(Operation::AddSubscriptions, world, 0) {
        Some(_) if options.parallel > 1 => options.parallel * ROUNDS,
        _ => 0,
    }
}

pub(super) fn run(session: &mut Session<'_>) {
    let clauses = ["create.parallel"];
    if session.options.parallel < 2 {
        session.untestable(&clauses, "one call at a time was asked for");
        return;
    }
    if orders::order(Operation::AddSubscriptions, session.world, 0).is_none() {
        let why = "the world file names too little to give an order";
        session.untestable(&clauses, why);
        return;
    }
    let mut answered = Vec::new();
    for round in 0..ROUNDS {
        let calls = calls(session, round);
        answered.extend(session.call_together(calls));
        if session.trouble().is_some() {
            return;
        }
    }
    let list = json!({ "type": "ADD_SUBSCRIPTIONS" });
    if let Some(heard) = session.accepted(&[], Operation::List, list) {
        judge(session, &heard, &answered);
    }
}

/// The orders of a round: every other one for one smartcard. Each has a date of its own, which
/// tells whose answer an answer is.
fn calls(session: &Session<'_>, round: usize) -> Vec<(Operation, Value)> {
    let operation = Operation::AddSubscriptions;
    let count = session.options.parallel;
    let orders = (0..count).filter_map(|place| {
        let card = if round.is_multiple_of(2) { 0 } else { place };
        let order = orders::order(operation, session.world, card)?;
        Some((
            operation,
            with(&order, "start_date", date(round, place).into()),
        ))
    });
    orders.collect()
}

fn date(round: usize, place: usize) -> String {
    format!("2037-04-01T{round:02}:{:02}:{:02}", place % 60, place / 60)
}

fn judge(session: &mut Session<'_>, list: &Heard, answered: &[Heard]) {
    let mut listed: BTreeMap<&str, usize> = BTreeMap::new();
    let items = list.data().as_array().into_iter().flatten();
    for id in items.filter_map(|item| item["id"].as_str()) {
        *listed.entry(id).or_default() += 1;
    }
    let mut seen = BTreeMap::new();
    let mut problem = None;
    for heard in answered {
        let id = heard.data()["id"].as_str().unwrap_or_default();
        let found = match (heard.is_ok(), listed.get(id)) {
            (false, _) => Some("was refused"),
            _ if seen.insert(id, heard.number).is_some() => Some("has the id of another one"),
            _ if heard.data()["scheduled_date"] != heard.parameters["start_date"] => {
                Some("was answered with the request of another one")
            }
            (true, None) => Some("is not listed"),
            (true, Some(1)) => None,
            (true, Some(_)) => Some("is listed more than once"),
        };
        problem = problem.or(found.map(|found| (heard, found)));
    }
    let wanted = session.options.parallel * ROUNDS;
    let (heard, found) = match problem {
        Some((heard, found)) => (heard, format!("one {found}")),
        None => (list, format!("{} were answered", answered.len())),
    };
    let holds = problem.is_none() && answered.len() == wanted;
    let expected = format!(
        "{wanted} requests, {} at a time, each acknowledged as its own and listed once",
        session.options.parallel
    );
    session.judge(&["create.parallel"], heard, holds, &expected, &found);
}
