//! What a side answered in each step, in a form in which two sides can be compared: ids renamed,
//! dates relative to its clock, sentences as such. Pure.

use chrono::NaiveDateTime;
use conax_contract::text::{parse_moment, render_duration};
use conax_scenario::record::{CaseRecord, ExchangeRecord};
use serde_json::{Value, json};

use crate::record::{Call, Content, Exchange, Reply, rename};

/// What dates can be compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dates {
    /// The time since the scenario began: it is the scenario that gives both sides their time.
    SinceBeginning,
    /// Only that there is one: a side has a clock of its own. Dates that calls named stay.
    Kind,
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    /// The verb and the path of the call.
    pub(super) call: String,
    /// The HTTP status; null if there was no answer.
    pub(super) http: Value,
    /// The body.
    pub(super) body: Value,
}

/// The answers of every step, in order.
pub(super) fn answers(case: &CaseRecord, dates: Dates) -> Vec<Vec<Answer>> {
    let told = told(case);
    let mut exchanges: Vec<Exchange> = told.iter().map(|(_, one)| plain(one)).collect();
    rename(&mut exchanges);
    let began = parse_moment(&case.began).unwrap_or_default();
    let sent: Vec<String> = told
        .iter()
        .flat_map(|(_, one)| dates_in(&one.call))
        .collect();
    let by_chance = first_by_chance(case);
    let mut answers = vec![Vec::new(); case.steps.len()];
    for ((step, one), exchange) in told.iter().zip(exchanges) {
        let mut body = match exchange.reply.body {
            Content::Json(body) => body,
            Content::Xml(text) | Content::NotKept(text) => Value::String(text),
            Content::Empty => Value::Null,
        };
        match dates {
            Dates::SinceBeginning => since(&mut body, began),
            Dates::Kind => kinds(&mut body, &sent),
        }
        sentences(&mut body);
        if *step >= by_chance {
            body = json!({ "status": body["status"] });
        }
        let path = one.target.split('?').next().unwrap_or_default();
        answers[*step].push(Answer {
            call: format!("{} {path}", one.verb),
            http: one.http_status.into(),
            body,
        });
    }
    answers
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
fn told(case: &CaseRecord) -> Vec<(usize, &ExchangeRecord)> {
    let mut told: Vec<(usize, &ExchangeRecord)> = Vec::new();
    for exchange in &case.exchanges {
        let Some((index, step)) = exchange
            .step
            .and_then(|index| Some((index, case.steps.get(index)?)))
        else {
            continue;
        };
        let is_ours = match exchange.door.as_str() {
            "crm" => true,
            // What the CRM says to Conax is seen there, too; only a raw call of the scenario is not
            // its affair.
            "cas" => step.title.ends_with("at the cas door"),
            _ => false,
        };
        if !is_ours {
            continue;
        }
        if step.title.starts_with("wait ") {
            told.retain(|(other, _)| *other != index);
        }
        told.push((index, exchange));
    }
    // Calls at the same time are told as they come; what was sent tells which is which.
    let by_chance = first_by_chance(case);
    told.sort_by_key(|(index, exchange)| {
        let call = (*index >= by_chance).then_some((&exchange.target, &exchange.call));
        (*index, call)
    });
    told
}

/// The exchange in the form in which ids are renamed.
fn plain(exchange: &ExchangeRecord) -> Exchange {
    let (path, query) = exchange
        .target
        .split_once('?')
        .unwrap_or((&exchange.target, ""));
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name.to_owned(), value.to_owned())
    };
    let parameters = query.split('&').filter(|pair| !pair.is_empty()).map(pair);
    Exchange {
        door: exchange.door.clone(),
        call: Call {
            verb: exchange.verb.clone(),
            path: path.to_owned(),
            parameters: parameters.collect(),
            body: content(&exchange.call),
            ..Call::default()
        },
        reply: Reply {
            body: content(&exchange.reply),
            ..Reply::default()
        },
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
    fn collect(value: &Value, dates: &mut Vec<String>) {
        match value {
            Value::String(text) if parse_moment(text).is_some() => dates.push(text.clone()),
            Value::Array(items) => items.iter().for_each(|item| collect(item, dates)),
            Value::Object(members) => members.values().for_each(|one| collect(one, dates)),
            _ => {}
        }
    }
    let mut dates = Vec::new();
    collect(&serde_json::from_str(call).unwrap_or_default(), &mut dates);
    dates
}

fn each_text(value: &mut Value, change: &dyn Fn(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(items) => items.iter_mut().for_each(|item| each_text(item, change)),
        Value::Object(members) => members
            .values_mut()
            .for_each(|member| each_text(member, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn since(body: &mut Value, began: NaiveDateTime) {
    each_text(body, &|text| {
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

fn kinds(body: &mut Value, sent: &[String]) {
    each_text(body, &|text| {
        if parse_moment(text).is_some() && !sent.contains(text) {
            "a date".clone_into(text);
        }
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
