//! Verbs, paths and bodies.

use conax_contract::crm::{Operation, encode};
use serde_json::{Value, json};

use super::orders::{self, FAR, with};
use crate::document::Api;
use crate::target::{HttpCall, documented, query};
use crate::verify::session::{Options, Session};
use crate::verify::world::TargetWorld;

/// Three orders: one whatever its content type, one with a parameter too many, one as it should be.
pub(super) fn creations(world: &TargetWorld, _: &Options) -> usize {
    match orders::order(Operation::AddSubscriptions, world, 0) {
        Some(_) => 3,
        None => 0,
    }
}

pub(super) fn run(session: &mut Session<'_>) {
    for operation in Operation::ALL.into_iter().filter(|operation| operation.needs_token()) {
        wrong_verb(session, operation);
    }
    unknown_path(session);
    slash(session);
    let order = orders::order(Operation::AddSubscriptions, session.world, 0);
    match order {
        Some(order) => bodies(session, &with(&order, "start_date", FAR.into())),
        None => session.untestable(
            &[
                "body.json-object",
                "body.nothing-else",
                "log_information.community-name",
                "body.any-content-type",
                "body.each-parameter-once",
                "parameters.unknown-ignored",
            ],
            "the world file names too little to give an order",
        ),
    }
}

fn wrong_verb(session: &mut Session<'_>, operation: Operation) {
    let wrong = match operation.verb() {
        "GET" => "POST",
        _ => "GET",
    };
    let call = HttpCall {
        method: wrong.to_owned(),
        ..HttpCall::get(Api::Crm, format!("/{}?token={}", operation.path(), session.token))
    };
    if let Some(exchange) = session.call_as(operation, json!({}), call) {
        session.judge_refused(&["methods.verb"], &exchange, &format!("the verb {wrong}"));
    }
}

fn unknown_path(session: &mut Session<'_>) {
    let path = "/conax_web_services/provisioning_requests/delete";
    let call = HttpCall::get(Api::Crm, format!("{path}?token={}", session.token));
    if let Some(exchange) = session.call_as(Operation::Show, json!({}), call) {
        session.judge_refused(&["methods.path"], &exchange, "a method that does not exist");
    }
}

fn slash(session: &mut Session<'_>) {
    let parameters =
        json!({ "token": session.token, "life_cycle_state": "REJECTED", "fields_set": "id" });
    let members = parameters.as_object().cloned().unwrap_or_default();
    let query = query(&members, encode);
    let call = HttpCall::get(Api::Crm, format!("/{}/{query}", Operation::List.path()));
    if let Some(exchange) = session.call_as(Operation::List, parameters, call) {
        session.judge_accepted(&["methods.slash"], &exchange);
    }
}

fn bodies(session: &mut Session<'_>, order: &Value) {
    let operation = Operation::AddSubscriptions;
    let path = format!("/{}", operation.path());
    let with_token = with(order, "token", session.token.clone().into());
    let plain = HttpCall {
        method: "POST".to_owned(),
        body: with_token.to_string().into_bytes(),
        headers: vec![("content-type".to_owned(), "text/plain".to_owned())],
        ..HttpCall::get(Api::Crm, path.clone())
    };
    if let Some(exchange) = session.call_as(operation, with_token.clone(), plain) {
        session.judge_accepted(&["body.any-content-type"], &exchange);
    }
    for body in ["", "[]", "\"text\"", "{\"token\":", "token=1"] {
        let call = HttpCall {
            body: body.as_bytes().to_vec(),
            ..documented(operation, &serde_json::Map::new())
        };
        if let Some(exchange) = session.call_as(operation, json!({}), call) {
            session.judge_refused(
                &["body.nothing-else"],
                &exchange,
                "a body that is no JSON object",
            );
        }
    }
    let text = with_token.to_string();
    let twice = format!(
        "{},\"priority\":\"REGULAR\",\"priority\":\"EXPRESS\"}}",
        text.trim_end_matches('}').to_owned() + closing(&text)
    );
    let call =
        HttpCall { body: twice.into_bytes(), ..documented(operation, &serde_json::Map::new()) };
    // What it means nobody can say, so only its refusal is judged.
    if let Some(exchange) = session.call_unheard(operation, call) {
        session.judge_refused(
            &["body.each-parameter-once"],
            &exchange,
            "a parameter that is given twice",
        );
    }
    let extra = with(order, "colour", "blue".into());
    session.accepted(&["parameters.unknown-ignored"], operation, extra);
    if let Some(created) = session.accepted(&["body.json-object"], operation, order.clone()) {
        units(session, created.data());
    }
}

/// A unit is the same shown as it was created.
fn units(session: &mut Session<'_>, created: &Value) {
    let unit = &created["log_information"]["created_by_unit"];
    if !unit.is_object() {
        session.untestable(&["log_information.community-name"], "its requests have no unit");
        return;
    }
    let by_id = json!({ "provisioning_request_identifier": { "id": created["id"] } });
    if let Some(exchange) = session.call(Operation::Show, by_id) {
        let shown = &exchange.data()["log_information"]["created_by_unit"];
        let names = |unit: &Value| -> Vec<String> {
            let members = unit.as_object().into_iter().flatten();
            let mut names: Vec<String> = members.map(|(name, _)| name.clone()).collect();
            names.sort();
            names
        };
        let holds = names(unit) == names(shown);
        session.judge(
            &["log_information.community-name"],
            &exchange,
            holds,
            "the members the unit had when the request was created",
            "other ones",
        );
    }
}

/// The braces that close everything in a body but the body itself.
fn closing(text: &str) -> &str {
    let end = text.len() - text.bytes().rev().take_while(|byte| *byte == b'}').count();
    &text[end..text.len() - 1]
}
