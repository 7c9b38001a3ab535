//! How requests end: sent by their call, by a run when they are due, and not before.

use std::collections::BTreeSet;

use conax_contract::crm::Operation;
use serde_json::{Value, json};

use super::orders::{self, FAR, with};
use super::{creating, dated};
use crate::conformance::{Exchange, is_at_once};
use crate::verify::session::{Options, Session};
use crate::verify::world::TargetWorld;

/// Forms of yes.
const YES: [&str; 3] = ["true", "1", "\"true\""];

pub(super) fn creations(world: &TargetWorld, _: &Options) -> usize {
    let has = |operation: &Operation| orders::order(*operation, world, 0).is_some();
    let adds = usize::from(has(&Operation::AddSubscriptions));
    // At once in each form and with a date; EXPRESS; one after all of them.
    let adds = adds * (YES.len() + 3) + dated::creations(world);
    let rejected = usize::from(world.rejected.is_some()) * 2;
    orders::creating().filter(has).count() + adds + rejected
}

pub(super) fn run(session: &mut Session<'_>) {
    let soon = dated::give(session);
    at_once(session);
    let rejected_later = rejected(session);
    express(session);
    let all = session.created().to_vec();
    if all.is_empty() {
        session.untestable(&["law.c1", "request.states"], "no request was created");
        return;
    }
    let is_soon = |id: &String| soon.as_ref().is_some_and(|soon| soon.id == *id);
    let now = dated::now(session).unwrap_or_default();
    let due = all.iter().filter(|id| is_soon(id) || is_due(session, id, &now));
    let due: Vec<String> = due.cloned().collect();
    let mut ended = session.wait_for_ends(&due);
    let later = give_later(session);
    let has_later_ended = later.is_some_and(|id| !session.wait_for_ends(&[id]).is_empty());
    if ended.len() < due.len() {
        ended = session.wait_for_ends(&due);
    }
    if let Some(soon) = &soon {
        match has_later_ended || ended.contains(&soon.id) {
            true => dated::judge_soon(session, soon, &ended),
            false => untestable_unsent(session, &["scheduled-date.sent-when-due"]),
        }
    }
    if let Some(id) = rejected_later {
        judge_rejected_later(session, &id, &ended);
    }
    let behind: Vec<String> = due
        .iter()
        .filter(|id| has_later_ended && !ended.contains(*id) && !is_soon(id))
        .cloned()
        .collect();
    completes(session, &all, &behind);
    if ended.is_empty() {
        let clauses =
            ["request.completed-members", "request.updated", "law.c5", "request.ends-once"];
        untestable_unsent(session, &clauses);
    }
}

fn untestable_unsent(session: &mut Session<'_>, clauses: &[&str]) {
    let why = format!("nothing was sent within {:?}", session.world.timeouts());
    session.untestable(clauses, &why);
}

/// An order that is due at once, given after all others.
fn give_later(session: &mut Session<'_>) -> Option<String> {
    let operation = Operation::AddSubscriptions;
    let order = orders::order(operation, session.world, 1)?;
    let exchange = session.accepted(&[], operation, order)?;
    Some(exchange.data()["id"].as_str()?.to_owned())
}

/// EXPRESS is sent as well.
fn express(session: &mut Session<'_>) {
    let operation = Operation::AddSubscriptions;
    if let Some(order) = orders::order(operation, session.world, 0) {
        let express = with(&order, "priority", "EXPRESS".into());
        session.accepted(&[], operation, express);
    }
}

/// What was printed of a request last.
fn known(session: &Session<'_>, id: &str, member: &str) -> Value {
    let mut created = session.witness.created();
    let object = created.find_map(|(known, object)| (known == id).then_some(object));
    object.and_then(|object| object.get(member)).cloned().unwrap_or_default()
}

/// Whether nothing keeps a request from being sent; of one that no witness heard of nobody knows.
fn is_due(session: &Session<'_>, id: &str, now: &str) -> bool {
    let mut created = session.witness.created();
    let object = created.find_map(|(known, object)| (known == id).then_some(object));
    // Whether what is to be sent at once waits for a date to come no document says.
    let is_later = |object| dated::has_later_date(object, now);
    object.is_some_and(|object| !is_later(object)) && !session.witness.is_twice(id)
}

/// Sent by their call.
fn at_once(session: &mut Session<'_>) {
    for operation in orders::creating() {
        let Some(order) = orders::order(operation, session.world, 0) else {
            continue;
        };
        let order = match creating::tie(session, operation) {
            Some(subscription) => with(&order, "subscription_identifier", subscription),
            None => order,
        };
        let own = format!("{}.process_immediately", operation.name());
        session.accepted(&[&own], operation, with(&order, "process_immediately", true.into()));
    }
    let operation = Operation::AddSubscriptions;
    let Some(order) = orders::order(operation, session.world, 0) else {
        return;
    };
    for form in YES {
        let form: Value = serde_json::from_str(form).unwrap_or_default();
        let form = with(&order, "process_immediately", form);
        session.accepted(&["process-immediately.forms"], operation, form);
    }
    let dated = with(&with(&order, "start_date", FAR.into()), "process_immediately", true.into());
    if let Some(exchange) = session.accepted(&[], operation, dated) {
        let state = exchange.data()["life_cycle_state"].as_str();
        let state = state.unwrap_or_default().to_owned();
        let clause = "process-immediately.with-date";
        match is_taken_as_at_once(&exchange) {
            true => session.judge(&[clause], &exchange, state != "PENDING", "sent", &state),
            false => session.untestable(&[clause], "its requests do not say that they are sent"),
        }
    }
}

/// The clause on the end of what Conax rejects.
const REJECTED: &str = "process-immediately.rejected";

/// An order Conax rejects: sent by its call, and by a run. The former, if it has not ended yet.
fn rejected(session: &mut Session<'_>) -> Option<String> {
    let Some(order) = &session.world.rejected else {
        let clauses = [REJECTED, "request.rejected-members", "law.c3"];
        session.untestable(&clauses, "the world file names no order that Conax rejects");
        return None;
    };
    let order = json!({
        "subscription_identifier": order.subscription.identifier(),
        "service_identifier": order.service.identifier(),
        "smartcard_identifier": order.smartcard.identifier(),
    });
    let operation = Operation::AddSubscriptions;
    session.accepted(&[], operation, order.clone());
    let at_once = with(&order, "process_immediately", true.into());
    let exchange = session.call(operation, at_once)?;
    if !exchange.is_ok() {
        session.judge_accepted(&[REJECTED], &exchange);
        return None;
    }
    if !is_taken_as_at_once(&exchange) {
        session.untestable(&[REJECTED], "its requests do not say that they are sent");
        return None;
    }
    match exchange.data()["life_cycle_state"].as_str() {
        // That the answer does not tell the end is told by `process-immediately.synchronous`.
        Some("PENDING") => Some(exchange.data()["id"].as_str()?.to_owned()),
        state => {
            judge_rejected(session, &exchange, state.unwrap_or_default());
            None
        }
    }
}

fn judge_rejected(session: &mut Session<'_>, exchange: &Exchange, state: &str) {
    session.judge(&[REJECTED], exchange, state == "REJECTED", "REJECTED", state);
}

/// Judges what was not rejected by its call, once it has ended.
fn judge_rejected_later(session: &mut Session<'_>, id: &str, ended: &BTreeSet<String>) {
    if !ended.contains(id) {
        untestable_unsent(session, &[REJECTED]);
        return;
    }
    if let Some(exchange) = show(session, id) {
        let state = exchange.data()["life_cycle_state"].as_str();
        judge_rejected(session, &exchange, state.unwrap_or_default());
    }
}

/// Whether the answer says that its call sends it; else `process-immediately.echo` tells.
fn is_taken_as_at_once(exchange: &Exchange) -> bool {
    exchange.data().as_object().is_some_and(is_at_once)
}

/// One of each type has to end COMPLETED, and none is left behind by those that were made later.
fn completes(session: &mut Session<'_>, all: &[String], behind: &[String]) {
    for operation in orders::creating() {
        let own = format!("{}.completes", operation.name());
        let made = operation.creates().map_or("", |made| made.code());
        let is_of_type = |id: &&String| known(session, id, "type") == made;
        let of_type: Vec<&String> = all.iter().filter(is_of_type).collect();
        let with_state =
            |state: &str| of_type.iter().find(|id| known(session, id, "life_cycle_state") == state);
        let left = behind.iter().find(is_of_type).cloned();
        let completed = with_state("COMPLETED").map(|id| (*id).clone());
        let is_rejected = with_state("REJECTED").is_some();
        if let Some(exchange) = left.and_then(|id| show(session, &id)) {
            let Some(state) = exchange.data()["life_cycle_state"].as_str() else {
                session.untestable(&[&own], dated::GONE);
                continue;
            };
            let found = format!("{state}, though a request made after it was sent");
            session.judge(&[&own], &exchange, false, "sent, as it is due", &found);
        } else if let Some(id) = completed {
            if let Some(exchange) = show(session, &id) {
                let Some(state) = exchange.data()["life_cycle_state"].as_str() else {
                    session.untestable(&[&own], dated::GONE);
                    continue;
                };
                let holds = state == "COMPLETED";
                session.judge(&[&own], &exchange, holds, "COMPLETED", state);
                if exchange.data()["reference_number"].is_string() {
                    session.look_up_reference(&exchange.data().clone());
                }
            }
        } else if is_rejected {
            let why = "its Conax rejected every such request";
            session.untestable(&[&own], why);
        } else {
            session.untestable(&[&own], "no such request was sent in time");
        }
    }
}

fn show(session: &mut Session<'_>, id: &str) -> Option<Exchange> {
    session.call(Operation::Show, json!({ "provisioning_request_identifier": { "id": id } }))
}
