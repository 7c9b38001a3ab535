//! Requests created at the same time are all there, once each, and each caller is told of his own.

use std::collections::BTreeMap;

use conax_contract::crm::Operation;
use serde_json::{Value, json};

use super::dated;
use super::orders::{self, with};
use crate::conformance::{Break, Exchange};
use crate::verify::session::{Options, Session};
use crate::verify::world::TargetWorld;

/// Times that calls are made at once. What only goes wrong when two calls meet needs many of them
/// to meet: all for one smartcard, and for all.
const ROUNDS: usize = 12;

pub(super) fn creations(world: &TargetWorld, options: &Options) -> usize {
    match orders::order(Operation::AddSubscriptions, world, 0) {
        Some(_) if options.parallel > 1 => options.parallel * ROUNDS + cards(world, options),
        _ => 0,
    }
}

/// How many smartcards the orders of a round are for.
fn cards(world: &TargetWorld, options: &Options) -> usize {
    world.smartcards.len().min(options.parallel)
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
    let marks = Marks::of(session);
    let mut answered = Vec::new();
    for round in 0..ROUNDS {
        let calls = calls(session, round);
        answered.extend(session.call_together(calls));
        if session.trouble().is_some() {
            return;
        }
    }
    let list = json!({ "type": "ADD_SUBSCRIPTIONS" });
    if let Some(exchange) = session.accepted(&[], Operation::List, list) {
        judge(session, (&exchange, &answered), &marks);
    }
}

/// What tells whose answer an answer is: how the same orders are answered when they come alone.
struct Marks {
    /// Whether dates come back as they were given.
    by_date: bool,
    /// The items of a request for each smartcard; none if they do not tell smartcards apart.
    by_card: BTreeMap<String, Vec<String>>,
}

impl Marks {
    /// Gives one order for each smartcard.
    fn of(session: &mut Session<'_>) -> Self {
        let operation = Operation::AddSubscriptions;
        let (mut by_date, mut by_card) = (true, BTreeMap::new());
        let count = cards(session.world, session.options);
        for card in 0..count {
            let Some(order) = orders::order(operation, session.world, card) else {
                continue;
            };
            let order = with(&order, "start_date", date(ROUNDS, card).into());
            let Some(exchange) = session.accepted(&[], operation, order) else {
                continue;
            };
            by_date &= dated::is_kept(&exchange);
            by_card.insert(card_of(&exchange), items_of(&exchange));
        }
        let mut texts: Vec<&Vec<String>> = by_card.values().collect();
        texts.sort();
        texts.dedup();
        if texts.len() < count {
            by_card.clear();
        }
        Self { by_date, by_card }
    }

    /// Whether anything tells answers apart.
    fn tell(&self) -> bool {
        self.by_date || self.by_card.len() > 1
    }

    /// Whether an answer is one to this order.
    fn fit(&self, exchange: &Exchange) -> bool {
        let items = self.by_card.get(&card_of(exchange));
        let is_for_card = items.is_none_or(|items| *items == items_of(exchange));
        is_for_card && (!self.by_date || dated::is_kept(exchange))
    }
}

/// The smartcard an order is for.
fn card_of(exchange: &Exchange) -> String {
    exchange.parameters["smartcard_identifier"].to_string()
}

/// The items of a request without their own ids.
fn items_of(exchange: &Exchange) -> Vec<String> {
    let items = exchange.data()["parameters_set"].as_array();
    let items = items.into_iter().flatten().map(|item| {
        let mut item = item.clone();
        if let Some(members) = item.as_object_mut() {
            members.remove("id");
        }
        item.to_string()
    });
    let mut items: Vec<String> = items.collect();
    items.sort();
    items
}

/// The orders of a round: every other one for one smartcard. Each has a date of its own.
fn calls(session: &Session<'_>, round: usize) -> Vec<(Operation, Value)> {
    let operation = Operation::AddSubscriptions;
    let count = session.options.parallel;
    let orders = (0..count).filter_map(|place| {
        let card = if round.is_multiple_of(2) { 0 } else { place };
        let order = orders::order(operation, session.world, card)?;
        Some((operation, with(&order, "start_date", date(round, place).into())))
    });
    orders.collect()
}

fn date(round: usize, place: usize) -> String {
    format!("2037-04-01T{round:02}:{:02}:{:02}", place % 60, place / 60)
}

/// What is wrong with one of the answers, and the clause that tells it more closely, if one does.
type Problem = (&'static str, Option<&'static str>);

fn judge(session: &mut Session<'_>, (list, answered): (&Exchange, &[Exchange]), marks: &Marks) {
    let mut listed: BTreeMap<&str, usize> = BTreeMap::new();
    let items = list.data().as_array().into_iter().flatten();
    for id in items.filter_map(|item| item["id"].as_str()) {
        *listed.entry(id).or_default() += 1;
    }
    let mut seen = BTreeMap::new();
    let mut problem: Option<(&Exchange, Problem)> = None;
    for exchange in answered {
        let id = exchange.data()["id"].as_str().unwrap_or_default();
        let found: Option<Problem> = match (exchange.is_ok(), listed.get(id)) {
            (false, _) => Some(("was refused", session.cause_of_refusal(exchange))),
            _ if seen.insert(id, exchange.number).is_some() => {
                Some(("has the id of another one", None))
            }
            _ if !marks.fit(exchange) => {
                Some(("was answered with the request of another one", None))
            }
            (true, None) => Some(("is not listed", None)),
            (true, Some(1)) => None,
            (true, Some(_)) => Some(("is listed more than once", None)),
        };
        problem = problem.or(found.map(|found| (exchange, found)));
    }
    let wanted = session.options.parallel * ROUNDS;
    let expected = format!(
        "{wanted} requests, {} at a time, each acknowledged as its own and listed once",
        session.options.parallel
    );
    let (number, found, cause) = match problem {
        Some((exchange, (found, cause))) => (exchange.number, format!("one {found}"), cause),
        None if answered.len() < wanted => {
            let found = format!("{} were answered", answered.len());
            (list.number, found, None)
        }
        None => {
            let why = "neither dates nor items tell whose answer an answer is";
            let tells = (marks.tell(), why);
            let verdicts = session.verdicts();
            verdicts.judge_telling("create.parallel", true, tells, Break::default);
            return;
        }
    };
    let how = Break::at(number, "", expected, found).caused_by(cause);
    session.verdicts().broken("create.parallel", how);
}
