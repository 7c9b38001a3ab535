//! What a side answered in each step, in a form in which two sides can be compared: ids renamed,
//! dates relative to its clock, sentences as such; of worlds that are not the same only what the
//! scenario made itself. Pure.

use std::collections::BTreeSet;

use chrono::{NaiveDateTime, TimeDelta};
use conax_contract::text::{parse_moment, render_duration};
use conax_scenario::record::{CaseRecord, ExchangeRecord};
use serde_json::{Value, json};

use crate::json::{each_text, walk};
use crate::record::{Call, Content, Exchange, Reply, rename};

/// What both sides have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Common {
    /// World and clock: it is the scenario that gives them to both sides.
    Everything,
    /// What the scenario names and makes: a side has a world and a clock of its own. Of dates that
    /// no call named only their distance in hours is compared; of what the world says (people,
    /// units, distributors) whether there is something.
    WhatIsMade,
}

/// Nearer dates than that are the same on clocks that run on their own.
const NEAR: TimeDelta = TimeDelta::minutes(30);

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    /// The verb and the path of the call.
    pub(super) call: String,
    /// Whether it is a list of what is PENDING just now.
    pub(super) is_of_pending: bool,
    /// The HTTP status; null if there was no answer.
    pub(super) http: Value,
    /// The body.
    pub(super) body: Value,
}

/// The answers of every step, in order, without members of requests that are `open`.
pub(super) fn answers(
    case: &CaseRecord,
    common: Common,
    open: &BTreeSet<&str>,
) -> Vec<Vec<Answer>> {
    let answered = answered(case);
    let made = Made::of(&answered);
    let mut exchanges: Vec<Exchange> = answered.iter().map(|(_, one)| plain(one)).collect();
    if common == Common::WhatIsMade {
        for ((_, one), exchange) in answered.iter().zip(&mut exchanges) {
            if let Content::Json(body) = &mut exchange.reply.body {
                without(open, body);
                made.keep(&one.target, body);
            }
        }
    }
    for exchange in &mut exchanges {
        if let Content::Json(body) = &mut exchange.reply.body {
            parameters_in_order(body);
        }
    }
    rename(&mut exchanges);
    let began = parse_moment(&case.began).unwrap_or_default();
    let sent: Vec<String> = answered.iter().flat_map(|(_, one)| dates_in(&one.call)).collect();
    let by_chance = first_by_chance(case);
    let mut answers = vec![Vec::new(); case.steps.len()];
    for ((step, one), exchange) in answered.iter().zip(exchanges) {
        let mut body = match exchange.reply.body {
            Content::Json(body) => body,
            Content::Xml(text) | Content::NotKept(text) => Value::String(text),
            Content::Empty => Value::Null,
        };
        match common {
            Common::Everything => since(&mut body, began),
            Common::WhatIsMade => {
                world_texts(&mut body);
                roughly(&mut body, &sent, began);
            }
        }
        sentences(&mut body);
        if common == Common::WhatIsMade {
            sentences_of_conax(&mut body);
        }
        if *step >= by_chance {
            body = json!({ "status": body["status"] });
        }
        let path = one.target.split('?').next().unwrap_or_default();
        answers[*step].push(Answer {
            call: format!("{} {path}", one.verb),
            is_of_pending: one.target.contains("life_cycle_state=PENDING"),
            http: one.http_status.into(),
            body,
        });
    }
    answers
}

/// Takes members of a request, or of each of a list, out of an answer.
fn without(names: &BTreeSet<&str>, body: &mut Value) {
    let requests = match body.get_mut("data") {
        Some(Value::Array(items)) => items.iter_mut().collect(),
        data => data.into_iter().collect::<Vec<_>>(),
    };
    for request in requests.into_iter().filter_map(Value::as_object_mut) {
        request.retain(|name, _| !names.contains(name.as_str()));
    }
}

/// Shown: the order of parameters means nothing; their ids count on, whatever order they have.
fn parameters_in_order(body: &mut Value) {
    walk(body, &mut |name, value| {
        let Some(items) = value.as_array_mut().filter(|_| name == "parameters_set") else {
            return true;
        };
        items.sort_by_cached_key(|item| {
            let mut item = item.clone();
            if let Some(members) = item.as_object_mut() {
                members.remove("id");
            }
            item.to_string()
        });
        false
    });
}

/// The first step with calls at the same time. Which of them comes first is chance, and so is what
/// is said of them from then on, but for whether it went well.
fn first_by_chance(case: &CaseRecord) -> usize {
    let mut steps = case.steps.iter();
    let first = steps.position(|step| step.title.ends_with(" calls at once"));
    first.unwrap_or(case.steps.len())
}

/// The exchanges that are answers to a step. Of those of somebody who waits only the last one says
/// something: how often he asks is his affair.
fn answered(case: &CaseRecord) -> Vec<(usize, &ExchangeRecord)> {
    let mut answered: Vec<(usize, &ExchangeRecord)> = Vec::new();
    for exchange in &case.exchanges {
        let Some((index, step)) =
            exchange.step.and_then(|index| Some((index, case.steps.get(index)?)))
        else {
            continue;
        };
        let is_ours = match exchange.api.as_str() {
            "crm" => true,
            // What the CRM says to Conax is seen there, too; only a raw call of the scenario is not
            // its affair.
            "cas" => step.title.ends_with("at the cas API"),
            _ => false,
        };
        if !is_ours {
            continue;
        }
        if step.title.starts_with("wait ") {
            answered.retain(|(other, _)| *other != index);
        }
        answered.push((index, exchange));
    }
    // Calls at the same time are told as they come; what was sent tells which is which.
    let by_chance = first_by_chance(case);
    answered.sort_by_key(|(index, exchange)| {
        let call = (*index >= by_chance).then_some((&exchange.target, &exchange.call));
        (*index, call)
    });
    answered
}

/// The exchange in the form in which ids are renamed.
fn plain(exchange: &ExchangeRecord) -> Exchange {
    let (path, query) = exchange.target.split_once('?').unwrap_or((&exchange.target, ""));
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name.to_owned(), value.to_owned())
    };
    let parameters = query.split('&').filter(|pair| !pair.is_empty()).map(pair);
    Exchange {
        api: exchange.api.clone(),
        call: Call {
            verb: exchange.verb.clone(),
            path: path.to_owned(),
            parameters: parameters.collect(),
            body: content(&exchange.call),
            ..Call::default()
        },
        reply: Reply { body: content(&exchange.reply), ..Reply::default() },
        ..Exchange::default()
    }
}

fn content(text: &str) -> Content {
    match serde_json::from_str(text) {
        Ok(value @ (Value::Object(_) | Value::Array(_))) => Content::Json(value),
        _ if text.is_empty() => Content::Empty,
        _ => Content::Xml(text.to_owned()),
    }
}

fn dates_in(call: &str) -> Vec<String> {
    let mut dates = Vec::new();
    each_text(&mut serde_json::from_str(call).unwrap_or_default(), &mut |text| {
        dates.extend(parse_moment(text).map(|_| text.clone()));
    });
    dates
}

fn since(body: &mut Value, began: NaiveDateTime) {
    each_text(body, &mut |text| {
        let Some(date) = parse_moment(text) else {
            return;
        };
        let passed = date - began;
        let (sign, passed) = match passed.to_std() {
            Ok(passed) => ('+', passed),
            Err(_) => ('-', (-passed).to_std().unwrap_or_default()),
        };
        *text = format!("beginning {sign} {}", render_duration(passed));
    });
}

/// Dates by their distance in hours: a call takes real time, and a clock may stand.
fn roughly(body: &mut Value, sent: &[String], began: NaiveDateTime) {
    each_text(body, &mut |text| {
        let Some(date) = parse_moment(text).filter(|_| !sent.contains(text)) else {
            return;
        };
        let passed = date - began;
        let hours = (passed + NEAR).num_minutes().div_euclid(60);
        *text = match hours {
            0 => "a date near the beginning".to_owned(),
            hours => format!("a date {hours:+} h from the beginning"),
        };
    });
}

/// The requests a scenario made.
struct Made(BTreeSet<String>);

impl Made {
    fn of(answered: &[(usize, &ExchangeRecord)]) -> Self {
        let mut made = BTreeSet::new();
        for (_, one) in answered.iter().filter(|(_, one)| one.verb == "POST") {
            let reply: Value = serde_json::from_str(&one.reply).unwrap_or_default();
            let data = &reply["data"];
            if data["token"].is_null() {
                let names = ["id", "number"].into_iter();
                made.extend(names.filter_map(|name| Some(data[name].as_str()?.to_owned())));
            }
        }
        Self(made)
    }

    /// Of requests only what the scenario made: what else is there is the world's, or of an earlier
    /// scenario. Of one that is shown and was not made here, and where that cannot be told of a list,
    /// which members there are.
    fn keep(&self, target: &str, body: &mut Value) {
        let data = match body.get_mut("data") {
            Some(data @ Value::Object(_)) => {
                let of_another = name_of(data).is_some_and(|name| !self.0.contains(name));
                if of_another && data.get("life_cycle_state").is_some() {
                    *data = names_of_members([&*data]);
                }
                return;
            }
            data => data,
        };
        let Some(items) = data.and_then(Value::as_array_mut) else {
            return;
        };
        let query = target.split_once('?').map_or("", |(_, query)| query);
        let is_cut =
            ["number_of_results=", "offset="].iter().any(|parameter| query.contains(parameter));
        if is_cut || items.iter().any(|item| name_of(item).is_none()) {
            *items = vec![names_of_members(items.iter())];
            return;
        }
        items.retain(|item| name_of(item).is_some_and(|name| self.0.contains(name)));
    }
}

fn names_of_members<'v>(items: impl IntoIterator<Item = &'v Value>) -> Value {
    let members = items.into_iter().filter_map(Value::as_object);
    let members: BTreeSet<&String> = members.flat_map(|item| item.keys()).collect();
    json!(members)
}

fn name_of(item: &Value) -> Option<&str> {
    ["id", "number"].into_iter().find_map(|name| item[name].as_str())
}

/// What the world says of people, units and distributors is everybody's own.
fn world_texts(body: &mut Value) {
    walk(body, &mut |name, value| {
        let is_of_the_world = name == "log_information" || name.contains("provisioning_distribut");
        if is_of_the_world {
            each_text(value, &mut |text| {
                if parse_moment(text).is_none() && !text.is_empty() {
                    "a text".clone_into(text);
                }
            });
        }
        !is_of_the_world
    });
}

/// So is what its head-end says.
fn sentences_of_conax(body: &mut Value) {
    walk(body, &mut |name, value| {
        let has_text = value.as_str().is_some_and(|text| !text.is_empty());
        let is_sentence = name.ends_with("error_description") && has_text;
        if is_sentence {
            *value = json!("a sentence");
        }
        !is_sentence
    });
}

/// What a status block says in sentences is everybody's own wording.
fn sentences(body: &mut Value) {
    for member in ["message", "description"] {
        match body.pointer_mut(&format!("/status/{member}")) {
            Some(Value::String(text)) if !text.is_empty() => "a sentence".clone_into(text),
            _ => {}
        }
    }
}
