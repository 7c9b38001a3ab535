//! Playing lines at a target: calls, time, faults, looks; the first thing that is not as it must be
//! ends it.

use std::collections::BTreeMap;

use conax_contract::clause::Strictness;
use conax_contract::crm::{Operation, encode};
use conax_contract::text::{counted, render_duration};
use serde_json::{Map, Value, json};

use super::inventory::Inventory;
use super::line::{ApiCall, Line, Token, Want, What};
use crate::conformance::{Exchange, Witness, shown};
use crate::document::{Api, LEDGER_WORDS};
use crate::target::{HttpCall, HttpReply, Target, TargetProblem, documented};

/// What was not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Which line, from 0.
    pub line: usize,
    /// The clause it breaks; none: the model expects otherwise.
    pub clause: Option<&'static str>,
    /// Where in the answer.
    pub path: String,
    /// What was expected.
    pub expected: String,
    /// What was found.
    pub found: String,
}

impl Failure {
    /// The failure of a line that rests on a clause.
    fn by(self, line: &Line) -> Self {
        let clause = line.clause.map(|clause| clause.id.as_str());
        Self { clause: self.clause.or(clause), ..self }
    }
}

/// Plays lines until one gives something else than it must.
pub fn play(
    lines: &[Line],
    target: &mut dyn Target,
    inventory: &Inventory,
    least: Strictness,
) -> Option<Failure> {
    let mut player = Player {
        token: target.token().unwrap_or_default(),
        target,
        least,
        witness: Witness::knowing(inventory.records()),
        kept: BTreeMap::new(),
        exchanges: 0,
    };
    lines.iter().enumerate().find_map(|(index, line)| player.line(index, line).err())
}

struct Player<'p> {
    target: &'p mut dyn Target,
    token: String,
    least: Strictness,
    witness: Witness,
    kept: BTreeMap<String, Value>,
    exchanges: usize,
}

impl Player<'_> {
    fn line(&mut self, index: usize, line: &Line) -> Result<(), Failure> {
        match &line.what {
            What::Call(api_call) => {
                if self.lacks(&api_call.parameters) {
                    return Ok(());
                }
                let exchange = self.call(index, api_call)?;
                let judged = self.judge_call(index, line, &exchange);
                judged.map_err(|failure| failure.by(line))?;
                self.keep(line, &exchange);
                Ok(())
            }
            What::Together(calls) => self.together(index, line, calls),
            What::Raw { verb, path, body } => self.raw(index, line, (verb, path, body.as_deref())),
            What::Pass(time) => {
                let body = json!({ "by": render_duration(*time), "runs": true });
                self.control(index, HttpCall::post(Api::Control, "/v1/clock/advance", &body))?;
                Ok(())
            }
            What::Fault(rule) => {
                self.control(index, HttpCall::post(Api::Control, "/v1/faults", rule))?;
                Ok(())
            }
            What::Conax(card) => {
                let path = format!("/v1/cas/smartcards/{}", encode(card));
                let found = self.control(index, HttpCall::get(Api::Control, path))?;
                judge_all(index, line, &conax_view(&found), &self.kept)
            }
            What::Ledger => {
                let found = self.control(index, HttpCall::get(Api::Control, "/v1/ledger"))?;
                judge_all(index, line, &ledger_view(&found["totals"]), &self.kept)
            }
            What::NoDrift => {
                let found = self.control(index, HttpCall::get(Api::Control, "/v1/drift"))?;
                match found["drift"].as_array().map(Vec::len) {
                    Some(0) => Ok(()),
                    count => Err(differs(
                        index,
                        "drift",
                        "none",
                        counted(count.unwrap_or(0), "difference"),
                    )),
                }
            }
        }
    }

    /// Whether a value it needs was never told, such as a number by a build that has none.
    fn lacks(&self, parameters: &Value) -> bool {
        match parameters {
            Value::String(text) => text.strip_prefix('$').is_some_and(|name| {
                let kept = self.kept.get(name);
                kept.is_none_or(Value::is_null)
            }),
            Value::Object(members) => members.values().any(|value| self.lacks(value)),
            _ => false,
        }
    }

    fn call(&mut self, index: usize, api_call: &ApiCall) -> Result<Exchange, Failure> {
        let (parameters, call) = self.made(api_call);
        let reply = self.target.exchange(vec![call]).pop();
        let exchange = self.exchange(index, api_call.operation, parameters, reply)?;
        self.witness.observe(&exchange);
        self.clauses(index)?;
        Ok(exchange)
    }

    fn raw(
        &mut self,
        index: usize,
        line: &Line,
        (verb, path, body): (&str, &str, Option<&str>),
    ) -> Result<(), Failure> {
        let call = HttpCall {
            method: verb.to_owned(),
            body: body.map_or(Vec::new(), |body| self.text(body).into_bytes()),
            ..HttpCall::get(Api::Crm, self.text(path))
        };
        let found = match self.target.exchange(vec![call]).pop() {
            Some(Ok(reply)) => reply.json(),
            Some(Err(problem)) => return Err(differs(index, "", "an answer", problem.to_string())),
            None => return Err(differs(index, "", "an answer", "none")),
        };
        for (path, want) in &line.expect {
            let judged = judge(index, path, want, inner(&found, path), &self.kept);
            judged.map_err(|failure| failure.by(line))?;
        }
        for (name, path) in &line.keep {
            let value = inner(&found, path).cloned().unwrap_or_default();
            self.kept.insert(name.clone(), value);
        }
        Ok(())
    }

    /// The text with what was kept in the place of every `$name`.
    fn text(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            let end = after.find(|sign: char| !sign.is_ascii_alphanumeric()).unwrap_or(after.len());
            let name = &after[..end];
            out.push_str(before);
            match name {
                "token" => out.push_str(&self.token),
                name => {
                    out.push_str(self.kept.get(name).and_then(Value::as_str).unwrap_or_default())
                }
            }
            rest = &after[end..];
        }
        out + rest
    }

    fn together(&mut self, index: usize, line: &Line, calls: &[ApiCall]) -> Result<(), Failure> {
        let made: Vec<_> = calls.iter().map(|api_call| self.made(api_call)).collect();
        let replies = self.target.exchange(made.iter().map(|(_, call)| call.clone()).collect());
        let mut exchanges = Vec::new();
        for ((api_call, (parameters, _)), reply) in calls.iter().zip(made).zip(replies) {
            exchanges.push(self.exchange(index, api_call.operation, parameters, Some(reply))?);
        }
        self.witness.observe_together(&exchanges.iter().collect::<Vec<_>>());
        self.clauses(index)?;
        for (exchange, keep) in exchanges.iter().zip(line.keep.chunks(2)) {
            if !exchange.is_ok() {
                return Err(differs(index, "status", "OK", exchange.code()));
            }
            for (name, path) in keep {
                self.kept.insert(name.clone(), exchange.data()[*path].clone());
            }
        }
        Ok(())
    }

    /// The parameters with what was kept, and the call.
    fn made(&self, api_call: &ApiCall) -> (Map<String, Value>, HttpCall) {
        let mut parameters = match filled(&api_call.parameters, &self.kept) {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        let token = match &api_call.token {
            Token::Usual => Some(Value::String(self.token.clone())),
            Token::Absent => None,
            Token::Text(text) => Some(filled(&Value::String(text.clone()), &self.kept)),
        };
        if let Some(token) = token {
            parameters.insert("token".to_owned(), token);
        }
        let call = documented(api_call.operation, &parameters);
        (parameters, call)
    }

    fn exchange(
        &mut self,
        index: usize,
        operation: Operation,
        parameters: Map<String, Value>,
        reply: Option<Result<HttpReply, TargetProblem>>,
    ) -> Result<Exchange, Failure> {
        let number = self.exchanges;
        self.exchanges += 1;
        match reply {
            Some(Ok(reply)) => Ok(Exchange {
                number,
                operation,
                is_routed: true,
                parameters,
                http_status: reply.status,
                reply: serde_json::from_slice(&reply.body).ok(),
            }),
            Some(Err(problem)) => Err(differs(index, "", "an answer", problem.to_string())),
            None => Err(differs(index, "", "an answer", "none")),
        }
    }

    fn judge_call(&self, index: usize, line: &Line, exchange: &Exchange) -> Result<(), Failure> {
        let says_status = line.expect.iter().any(|(path, _)| path == "status");
        if !says_status && !exchange.is_ok() {
            let message = self.hidden(exchange.status()["message"].as_str().unwrap_or_default());
            return Err(differs(index, "status", "OK", format!("{}: {message}", exchange.code())));
        }
        for (path, want) in &line.expect {
            let found = match path.as_str() {
                "status" => Some(&exchange.status()["code"]),
                "data" => Some(exchange.data()),
                path => inner(exchange.data(), path),
            };
            judge(index, path, want, found, &self.kept)?;
        }
        Ok(())
    }

    /// A target's text without the tokens it may repeat, in one line.
    fn hidden(&self, text: &str) -> String {
        let kept = self.kept.values().filter_map(Value::as_str);
        let tokens = kept.chain([self.token.as_str()]).filter(|token| token.len() >= 16);
        let text = tokens.fold(text.to_owned(), |text, token| text.replace(token, "***"));
        text.replace(char::is_control, " ")
    }

    fn keep(&mut self, line: &Line, exchange: &Exchange) {
        for (name, path) in &line.keep {
            self.kept.insert(name.clone(), exchange.data()[*path].clone());
        }
    }

    /// The first clause that was broken by now, if one was.
    fn clauses(&self, index: usize) -> Result<(), Failure> {
        if self.witness.verdicts.break_count() == 0 {
            return Ok(());
        }
        let verdicts = self.witness.conclude();
        let mut breaks = verdicts.breaks();
        let broken = breaks.find(|(clause, _)| clause.strictness <= self.least);
        match broken {
            None => Ok(()),
            Some((clause, how)) => {
                let how = how.first().cloned().unwrap_or_default();
                Err(Failure {
                    line: index,
                    clause: Some(&clause.id),
                    path: how.path,
                    expected: how.expected,
                    found: how.found,
                })
            }
        }
    }

    fn control(&mut self, index: usize, call: HttpCall) -> Result<Value, Failure> {
        match self.target.exchange(vec![call]).pop() {
            Some(Ok(reply)) if reply.status < 300 => Ok(reply.json()),
            Some(Ok(reply)) => Err(differs(
                index,
                "",
                "an answer of the control API",
                format!("HTTP {}", reply.status),
            )),
            Some(Err(problem)) => {
                Err(differs(index, "", "an answer of the control API", problem.to_string()))
            }
            None => Err(differs(index, "", "an answer of the control API", "none")),
        }
    }
}

fn differs(
    line: usize,
    path: &str,
    expected: impl Into<String>,
    found: impl Into<String>,
) -> Failure {
    Failure {
        line,
        clause: None,
        path: path.to_owned(),
        expected: expected.into(),
        found: found.into(),
    }
}

/// What a scenario's `expect conax` looks at.
fn conax_view(found: &Value) -> Value {
    let entitlements = found["entitlements"].as_array().into_iter().flatten();
    let active = entitlements.filter(|entitlement| entitlement["state"] == "active");
    let mut products: Vec<&str> =
        active.filter_map(|entitlement| entitlement["product"].as_str()).collect();
    products.sort_unstable();
    let list = |name: &str| -> Vec<&str> {
        let members = found["pairing"][name].as_array().into_iter().flatten();
        let mut members: Vec<&str> = members.filter_map(Value::as_str).collect();
        members.sort_unstable();
        members
    };
    let paired = match found["pairing"].is_null() {
        true => Value::Null,
        false => json!({ "smartcards": list("smartcards"), "modules": list("pairing_modules") }),
    };
    json!({ "entitled": products, "paired": paired })
}

/// The totals under the names scenarios have for them.
fn ledger_view(totals: &Value) -> Value {
    let words = LEDGER_WORDS.iter();
    Value::Object(words.map(|(word, path)| ((*word).to_owned(), totals[*path].clone())).collect())
}

fn judge_all(
    index: usize,
    line: &Line,
    found: &Value,
    kept: &BTreeMap<String, Value>,
) -> Result<(), Failure> {
    let mut expectations = line.expect.iter();
    expectations.try_for_each(|(path, want)| judge(index, path, want, found.get(path), kept))
}

fn judge(
    index: usize,
    path: &str,
    want: &Want,
    found: Option<&Value>,
    kept: &BTreeMap<String, Value>,
) -> Result<(), Failure> {
    let is_there = found.is_some_and(|value| !value.is_null());
    let (holds, expected) = match want {
        Want::Is(value) => {
            let value = filled(value, kept);
            (found == Some(&value), shown(path, Some(&value)))
        }
        Want::Not(value) => (is_there && found != Some(value), format!("anything but {value}")),
        Want::Absent => (found.is_none(), "nothing of this name".to_owned()),
        Want::Something => (is_there, "something".to_owned()),
        Want::Length(length) => {
            let count = found.and_then(Value::as_array).map(Vec::len);
            (count == Some(*length), format!("a list of {length}"))
        }
    };
    match holds {
        true => Ok(()),
        false => Err(differs(index, path, expected, shown(path, found))),
    }
}

fn inner<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, part| match value {
        Value::Array(items) => items.get(part.parse::<usize>().ok()?),
        value => value.get(part),
    })
}

/// The value with what was kept in the place of `$name`.
fn filled(value: &Value, kept: &BTreeMap<String, Value>) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix('$') {
            Some(name) => kept.get(name).cloned().unwrap_or_default(),
            None => value.clone(),
        },
        Value::Array(items) => items.iter().map(|item| filled(item, kept)).collect(),
        Value::Object(members) => {
            let members = members.iter();
            Value::Object(
                members.map(|(name, value)| (name.clone(), filled(value, kept))).collect(),
            )
        }
        value => value.clone(),
    }
}
