//! What holds whatever is behind the API: no model is needed, only two ways to the same thing.

use std::collections::BTreeMap;

use conax_contract::crm::{CommandKind, LifeCycleState, Member, Operation, encode};
use serde_json::{Map, Value, json};

use super::orders::{self, FAR, with};
use crate::conformance::Exchange;
use crate::document::Api;
use crate::target::{HttpCall, query};
use crate::verify::session::{Options, Session};
use crate::verify::world::TargetWorld;

/// Two equal orders, and two pairs of orders for two smartcards.
pub(super) fn creations(world: &TargetWorld, _: &Options) -> usize {
    let has_order = orders::order(Operation::AddSubscriptions, world, 0).is_some();
    match (has_order, world.smartcards.len()) {
        (false, _) => 0,
        (true, 1) => 2,
        (true, _) => 6,
    }
}

/// Laws of looking.
pub(super) fn run(session: &mut Session<'_>) {
    get_twice(session);
    partition(session);
    page_by_one(session);
    let Some(request) = session.some_request() else {
        session.untestable(
            &[
                "same.projection",
                "same.projection-order",
                "same.identifiers",
                "same.parameter-order",
                "same.escaping",
                "same.unknown-parameter",
            ],
            "there is no request to show",
        );
        return;
    };
    projections(session, &request);
    identifiers(session, &request);
    spellings(session, &request);
}

fn by_id(request: &Value) -> Value {
    json!({ "provisioning_request_identifier": { "id": request["id"] } })
}

fn same(session: &mut Session<'_>, clause: &str, one: &Exchange, other: &Exchange, expected: &str) {
    let holds = one.reply == other.reply && other.is_ok();
    session.judge(&[clause], other, holds, expected, "something else");
}

fn get_twice(session: &mut Session<'_>) {
    let clauses = ["same.get-twice", "methods.get-changes-nothing"];
    for state in ["COMPLETED", "REJECTED"] {
        let list = || json!({ "life_cycle_state": state });
        let first = session.accepted(&[], Operation::List, list());
        let mut second = session.accepted(&[], Operation::List, list());
        let is_other = |one: &Option<Exchange>, other: &Option<Exchange>| match (one, other) {
            (Some(one), Some(other)) => one.reply != other.reply,
            _ => false,
        };
        let mut last = second.clone();
        if is_other(&first, &second) {
            // Something may have ended between the two; hardly between all three.
            last = session.accepted(&[], Operation::List, list());
        } else {
            second = first;
        }
        // Two empty lists are equal whatever the target does.
        let is_telling =
            |exchange: &Exchange| exchange.data().as_array().is_some_and(|all| !all.is_empty());
        let (Some(one), Some(other)) = (second.filter(is_telling), last) else {
            session.untestable(&clauses, "its lists of requests that have ended are empty");
            continue;
        };
        let expected = "what the same GET gave a moment ago";
        let holds = one.reply == other.reply;
        session.judge(&clauses, &other, holds, expected, "something else");
    }
}

/// Every request is in one state and has one type.
fn partition(session: &mut Session<'_>) {
    let mut count = |parameter: &str,
                     words: &[&str]|
     -> Option<(BTreeMap<String, usize>, Exchange)> {
        let mut ids = BTreeMap::new();
        let mut last = None;
        for word in words {
            let exchange = session.accepted(
                &[],
                Operation::List,
                json!({ parameter: word, "fields_set": "id" }),
            )?;
            for item in exchange.data().as_array().into_iter().flatten() {
                *ids.entry(item["id"].as_str().unwrap_or_default().to_owned()).or_insert(0) += 1;
            }
            last = Some(exchange);
        }
        Some((ids, last?))
    };
    let states = count("life_cycle_state", &LifeCycleState::ALL.map(LifeCycleState::code));
    let types = count("type", &CommandKind::ALL.map(CommandKind::code));
    if let (Some((states, _)), Some((types, exchange))) = (states, types) {
        let once = states.values().chain(types.values()).all(|count| *count == 1);
        let found = format!("{} by state, {} by type", states.len(), types.len());
        session.judge(
            &["same.filters-partition"],
            &exchange,
            once && states.keys().eq(types.keys()),
            "the same requests, each once",
            &found,
        );
    }
}

fn page_by_one(session: &mut Session<'_>) {
    let Some((filter, whole)) = session.longest_list() else {
        return;
    };
    if !session.does_page(&filter, &whole) {
        session.untestable(&["same.page-by-one"], "its lists have no pages");
        return;
    }
    let mut joined = Vec::new();
    let mut last = None;
    // Enough to see a page that overlaps or skips.
    for offset in 0..whole.len().min(6) {
        let call = with(
            &with(&filter, "number_of_results", "1".into()),
            "offset",
            offset.to_string().into(),
        );
        let Some(exchange) =
            session.accepted(&[], Operation::List, with(&call, "fields_set", "id".into()))
        else {
            return;
        };
        let items = exchange.data().as_array().into_iter().flatten();
        joined.extend(items.map(|item| item["id"].clone()));
        last = Some(exchange);
    }
    if let Some(exchange) = last {
        let holds =
            joined == whole[..joined.len().min(whole.len())] && joined.len() == whole.len().min(6);
        session.judge(
            &["same.page-by-one"],
            &exchange,
            holds,
            "the requests of the whole list, one by one",
            "others",
        );
    }
}

fn projections(session: &mut Session<'_>, request: &Value) {
    let Some(whole) = session.accepted(&[], Operation::Show, by_id(request)) else {
        return;
    };
    for member in Member::ALL {
        let Some(value) = whole.data().get(member.code()) else {
            continue;
        };
        let call = with(&by_id(request), "fields_set", member.code().into());
        if let Some(exchange) = session.accepted(&["show.fields_set"], Operation::Show, call) {
            let holds = exchange.data().get(member.code()) == Some(value);
            session.judge(
                &["same.projection"],
                &exchange,
                holds,
                &format!("`{}` as it is in the whole request", member.code()),
                "another value",
            );
        }
    }
    let ask = |names: &str| with(&by_id(request), "fields_set", names.into());
    let one = session.accepted(&[], Operation::Show, ask("id,type,priority"));
    let other = session.accepted(&[], Operation::Show, ask("priority,id,type"));
    if let (Some(one), Some(other)) = (one, other) {
        same(session, "same.projection-order", &one, &other, "the same members");
    }
}

fn identifiers(session: &mut Session<'_>, request: &Value) {
    if !request["number"].is_string() {
        session.untestable(&["same.identifiers"], "its requests have no number");
        return;
    }
    let by_number = json!({ "provisioning_request_identifier": { "number": request["number"] } });
    let one = session.accepted(&[], Operation::Show, by_id(request));
    let other = session.accepted(&[], Operation::Show, by_number);
    if let (Some(one), Some(other)) = (one, other) {
        same(session, "same.identifiers", &one, &other, "the same request");
    }
}

/// The same call, spelled otherwise.
fn spellings(session: &mut Session<'_>, request: &Value) {
    let usual = with(&by_id(request), "fields_set", "id,type".into());
    let Some(first) = session.accepted(&[], Operation::Show, usual.clone()) else {
        return;
    };
    let parameters = with(&usual, "token", session.token.clone().into());
    let members: Map<String, Value> = parameters.as_object().cloned().unwrap_or_default();
    let spelled =
        |query: String| HttpCall::get(Api::Crm, format!("/{}{query}", Operation::Show.path()));
    let plain = query(&members, encode);
    let parts: Vec<&str> = plain.trim_start_matches('?').split('&').collect();
    let reversed: Vec<&str> = parts.into_iter().rev().collect();
    let escape_all =
        |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
    let forms = [
        ("same.parameter-order", format!("?{}", reversed.join("&"))),
        ("same.escaping", query(&members, escape_all)),
        ("same.unknown-parameter", format!("{plain}&colour=blue")),
    ];
    for (clause, form) in forms {
        if let Some(exchange) = session.call_as(Operation::Show, parameters.clone(), spelled(form))
        {
            same(session, clause, &first, &exchange, "what the usual spelling gives");
        }
    }
}

/// Laws that take orders.
pub(super) fn run_writing(session: &mut Session<'_>) {
    let operation = Operation::AddSubscriptions;
    let Some(order) = orders::order(operation, session.world, 0) else {
        session.untestable(
            &["same.add-twice", "same.create-grows", "same.commute", "post.not-idempotent"],
            "the world file names too little to give an order",
        );
        return;
    };
    let order = with(&order, "start_date", FAR.into());
    let before = count(session, "ADD_SUBSCRIPTIONS");
    let first = session.accepted(&[], operation, order.clone());
    let between = count(session, "ADD_SUBSCRIPTIONS");
    let second = session.accepted(&[], operation, order);
    if let (Some(first), Some(second)) = (first, second) {
        let grows = before.zip(between).is_some_and(|(before, between)| between == before + 1);
        session.judge(
            &["same.create-grows"],
            &first,
            grows,
            "one request more in the list of its type",
            "not so",
        );
        let differ = first.data()["id"] != second.data()["id"];
        session.judge(
            &["post.not-idempotent"],
            &second,
            differ,
            "a request of its own",
            "the earlier one",
        );
        let alike = without_own(first.data()) == without_own(second.data());
        session.judge(
            &["same.add-twice"],
            &second,
            alike,
            "the same but for id, number and dates",
            "another request",
        );
    }
    commute(session);
}

fn count(session: &mut Session<'_>, made: &str) -> Option<usize> {
    let exchange = session.call(Operation::List, json!({ "type": made, "fields_set": "id" }))?;
    exchange.data().as_array().map(Vec::len)
}

/// A request without what is its own: ids, numbers, dates.
fn without_own(data: &Value) -> Value {
    let mut data = data.clone();
    if let Some(members) = data.as_object_mut() {
        let own = ["id", "number", "reference_number", "sequence_number", "scheduled_date"];
        for name in own {
            members.remove(name);
        }
        if let Some(log) = members.get_mut("log_information").and_then(Value::as_object_mut) {
            log.retain(|name, _| !name.ends_with("_date"));
        }
        if let Some(items) = members.get_mut("parameters_set").and_then(Value::as_array_mut) {
            for item in items.iter_mut() {
                if let Some(item) = item.as_object_mut() {
                    item.remove("id");
                }
            }
            items.sort_by_key(Value::to_string);
        }
    }
    data
}

/// Orders for two smartcards, one way round and the other.
fn commute(session: &mut Session<'_>) {
    if session.world.smartcards.len() < 2 {
        session.untestable(&["same.commute"], "the world file names one smartcard only");
        return;
    }
    let operation = Operation::AddSubscriptions;
    let orders: Vec<Value> = (0..2)
        .filter_map(|card| orders::order(operation, session.world, card))
        .map(|order| with(&order, "start_date", FAR.into()))
        .collect();
    let mut made: Vec<Exchange> = Vec::new();
    for index in [0, 1, 1, 0] {
        made.extend(session.accepted(&[], operation, orders[index].clone()));
    }
    if let [first, second, second_again, first_again] = made.as_slice() {
        let holds = without_own(first.data()) == without_own(first_again.data())
            && without_own(second.data()) == without_own(second_again.data());
        session.judge(
            &["same.commute"],
            first_again,
            holds,
            "the same whichever comes first",
            "another request",
        );
    }
}
