//! What the documents leave open and another side reads in its own way: no difference between two
//! implementations of them. Pure.

use std::collections::BTreeSet;

use conax_contract::crm::{Member, Shape};
use conax_scenario::record::CaseRecord;
use serde_json::Value;

use super::answers::Answer;

/// The members of a request that came and went between builds, and that a side does not have.
pub(super) fn left_out(sides: [&CaseRecord; 2]) -> BTreeSet<&'static str> {
    let came_and_went = |member: &Member| {
        let mut shapes = Shape::ALL.iter();
        !shapes.all(|shape| shape.members().members().any(|one| one == *member))
    };
    let names = Shape::Superset.members().members().filter(came_and_went);
    let names: Vec<&str> = names.map(Member::code).collect();
    let lacks = |case: &CaseRecord| -> BTreeSet<&'static str> {
        let posts = case.exchanges.iter().filter(|one| one.verb == "POST");
        let made = posts.filter_map(|one| {
            let reply: Value = serde_json::from_str(&one.reply).ok()?;
            let request = reply.get("data")?.as_object()?.clone();
            request.contains_key("life_cycle_state").then_some(request)
        });
        let made: Vec<_> = made.collect();
        let is_missing =
            |name: &&str| !made.is_empty() && made.iter().all(|one| !one.contains_key(*name));
        names.iter().copied().filter(is_missing).collect()
    };
    let [left, right] = sides.map(lacks);
    &left | &right
}

/// Takes out of both answers what they only read differently: texts of success that are null or empty, the
/// unit with or without its community, the id in a projection.
pub(super) fn take_out(ours: &mut Answer, theirs: &mut Answer) {
    if let (Some(ours), Some(theirs)) = (
        ours.body.get_mut("status").and_then(Value::as_object_mut),
        theirs.body.get_mut("status").and_then(Value::as_object_mut),
    ) {
        let is_nothing = |value: &Value| value.is_null() || value == "";
        let is_success = ours.get("code") == theirs.get("code")
            && ours.get("code").is_some_and(|code| code == "OK");
        for name in ["message", "description"] {
            let is_open = is_success
                && ours.get(name).is_some_and(is_nothing)
                && theirs.get(name).is_some_and(is_nothing);
            if is_open {
                ours.remove(name);
                theirs.remove(name);
            }
        }
    }
    if let (Some(ours), Some(theirs)) = (ours.body.get_mut("data"), theirs.body.get_mut("data")) {
        of_request(ours, theirs);
    }
}

fn of_request(ours: &mut Value, theirs: &mut Value) {
    match (ours, theirs) {
        (Value::Array(ours), Value::Array(theirs)) => {
            for (one, other) in ours.iter_mut().zip(theirs) {
                of_request(one, other);
            }
        }
        (Value::Object(ours), Value::Object(theirs)) => {
            let names: Vec<String> = ours.keys().chain(theirs.keys()).cloned().collect();
            for name in names {
                let is_unit = name.ends_with("_by_unit");
                let is_of_unit = UNIT.contains(&name.as_str());
                let is_there = |value: &Value| !is_of_unit || !value.is_null();
                match (ours.get_mut(&name), theirs.get_mut(&name)) {
                    (Some(one), Some(other)) if is_unit || name == "log_information" => {
                        of_request(one, other);
                    }
                    (Some(one), Some(other)) if is_there(one) == is_there(other) => {}
                    _ if is_unit || is_of_unit || name == "id" => {
                        ours.remove(&name);
                        theirs.remove(&name);
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

/// What POSTs print of a unit and GETs do not, and the other way round.
const UNIT: [&str; 2] = ["community_name", "group_name"];
