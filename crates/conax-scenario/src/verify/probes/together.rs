//! Requests created at the same time are all there, once each.

use std::collections::BTreeSet;

use conax_contract::crm::Operation;
use serde_json::json;

use super::orders::{self, FAR, with};
use crate::verify::session::{Options, Session};
use crate::verify::world::TargetWorld;

pub(super) fn creations(world: &TargetWorld, options: &Options) -> usize {
    match orders::order(Operation::AddSubscriptions, world, 0) {
        Some(_) => options.parallel,
        None => 0,
    }
}

pub(super) fn run(session: &mut Session<'_>) {
    let operation = Operation::AddSubscriptions;
    let count = session.options.parallel;
    let orders = (0..count).filter_map(|card| orders::order(operation, session.world, card));
    let calls: Vec<_> = orders
        .map(|order| (operation, with(&order, "start_date", FAR.into())))
        .collect();
    if calls.len() < count {
        session.untestable(
            &["create.parallel"],
            "the world file names too little to give an order",
        );
        return;
    }
    let answered = session.call_together(calls);
    let ids: BTreeSet<&str> = answered
        .iter()
        .filter_map(|heard| heard.data()["id"].as_str())
        .collect();
    let list = json!({ "type": "ADD_SUBSCRIPTIONS", "fields_set": "id" });
    let Some(heard) = session.accepted(&[], Operation::List, list) else {
        return;
    };
    let items = heard.data().as_array().into_iter().flatten();
    let listed: Vec<&str> = items.filter_map(|item| item["id"].as_str()).collect();
    let all_there = ids
        .iter()
        .all(|id| listed.iter().filter(|listed| *listed == id).count() == 1);
    let found = format!(
        "{} ids, of which {} are listed",
        ids.len(),
        ids.iter().filter(|id| listed.contains(id)).count()
    );
    let holds = ids.len() == count && all_there;
    session.judge(
        &["create.parallel"],
        &heard,
        holds,
        &format!("{count} requests, listed once each"),
        &found,
    );
}
