//! A target that is wrong in one way.

use std::collections::BTreeMap;
use std::time::Duration;

use conax_contract::crm::{BasePath, Operation};
use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::list::Defect;
use crate::conformance::Exchange;
use crate::document::Api;
use crate::target::{Ending, HttpCall, HttpReply, Target, TargetProblem, documented};

/// A target that is wrong in one way.
pub struct Mutant {
    honest: Box<dyn Target>,
    defect: &'static Defect,
    memory: Memory,
    /// Whether the defect's fault rules are in place.
    is_prepared: bool,
}

/// What a mutant remembers between calls.
#[derive(Default)]
pub(super) struct Memory {
    /// How many requests were created.
    pub(super) created: u64,
    /// Values by name, whatever the defect needs.
    pub(super) kept: BTreeMap<String, Value>,
}

/// A call while it is made wrong.
pub(super) struct Mutation {
    /// What is called.
    pub(super) operation: Operation,
    /// Its parameters; an identifier of a query is an object.
    pub(super) parameters: Map<String, Value>,
    /// Path and query, as they came.
    pub(super) target: String,
    /// Whether the call was made in the documented form and can be made anew.
    is_plain: bool,
    /// How often it is made.
    pub(super) times: usize,
    /// What is answered without asking.
    pub(super) answer: Option<Value>,
}

impl Mutation {
    pub(super) fn is(&self, operation: Operation) -> bool {
        self.operation == operation
    }

    pub(super) fn creates(&self) -> bool {
        self.operation.creates().is_some()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.parameters.get(name).is_some_and(|value| !value.is_null())
    }

    pub(super) fn text(&self, name: &str) -> &str {
        self.parameters.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

impl Mutant {
    /// The honest target with this defect.
    #[must_use]
    pub fn new(honest: Box<dyn Target>, defect: &'static Defect) -> Self {
        Self { honest, defect, memory: Memory::default(), is_prepared: false }
    }

    /// Puts the defect's fault rules in place, which nobody is told of.
    fn prepare(&mut self) {
        if self.is_prepared {
            return;
        }
        self.is_prepared = true;
        if let Some(rules) = self.defect.rules {
            let call = HttpCall {
                method: "POST".to_owned(),
                body: rules.as_bytes().to_vec(),
                ..HttpCall::get(Api::Control, "/v1/faults")
            };
            self.honest.exchange(vec![call]);
        }
    }

    fn answer_one(&mut self, call: HttpCall) -> Result<HttpReply, TargetProblem> {
        let Some(mut mutation) = read(&call) else {
            let call = (self.defect.raw)(call);
            return self.pass(call);
        };
        (self.defect.call)(&mut mutation, &mut self.memory);
        if let Some(answer) = mutation.answer.take() {
            return Ok(HttpReply { status: 200, body: answer.to_string().into_bytes() });
        }
        let made = match mutation.is_plain {
            true => HttpCall {
                headers: call.headers.clone(),
                ..documented(mutation.operation, &mutation.parameters)
            },
            false => call,
        };
        let mut reply = self.pass(made.clone());
        for _ in 1..mutation.times {
            reply = self.pass(made.clone());
        }
        let reply = reply?;
        Ok(self.mutate_reply(&mutation, reply))
    }

    fn mutate_reply(&mut self, mutation: &Mutation, reply: HttpReply) -> HttpReply {
        let Ok(body) = serde_json::from_slice(&reply.body) else {
            return reply;
        };
        let mut answer = Answer { http_status: reply.status, body, raw: None };
        if mutation.creates() && answer.is_ok() {
            self.memory.created += 1;
        }
        (self.defect.reply)(mutation, &mut answer, &mut self.memory);
        HttpReply {
            status: answer.http_status,
            body: match answer.raw {
                Some(raw) => raw.as_bytes().to_vec(),
                None => answer.body.to_string().into_bytes(),
            },
        }
    }

    fn pass(&mut self, call: HttpCall) -> Result<HttpReply, TargetProblem> {
        let reply = self.honest.exchange(vec![call]).pop();
        reply.unwrap_or_else(|| Err(TargetProblem::NoReply("no reply".to_owned())))
    }
}

/// The call as it is meant, if it is one of the provisioning API.
fn read(call: &HttpCall) -> Option<Mutation> {
    if call.api != Api::Crm {
        return None;
    }
    let exchange = Exchange::read(
        0,
        &BasePath::default(),
        (&call.method, &call.target, &call.body),
        (0, b""),
    )?;
    // A form of its own is let through as it is: another one would be another call.
    let anew = documented(exchange.operation, &exchange.parameters);
    let is_plain = match call.method.as_str() {
        "GET" => anew.target.len() == call.target.len(),
        _ => true,
    };
    Some(Mutation {
        operation: exchange.operation,
        parameters: exchange.parameters,
        target: call.target.clone(),
        is_plain,
        times: 1,
        answer: None,
    })
}

impl Target for Mutant {
    fn exchange(&mut self, calls: Vec<HttpCall>) -> Vec<Result<HttpReply, TargetProblem>> {
        self.prepare();
        if calls.len() > 1 {
            return self.defect_together(calls);
        }
        let calms = calls.iter().any(|call| {
            call.api == Api::Control && call.method == "DELETE" && call.target == "/v1/faults"
        });
        let replies = calls.into_iter().map(|call| self.answer_one(call)).collect();
        if calms {
            self.is_prepared = false;
        }
        replies
    }

    fn has(&self, api: Api) -> bool {
        self.honest.has(api)
    }

    fn token(&self) -> Option<String> {
        self.honest.token()
    }

    fn elapsed_ms(&mut self) -> Option<u64> {
        self.honest.elapsed_ms()
    }

    fn sleep(&mut self, time: Duration) {
        self.honest.sleep(time);
    }

    fn is_over(&self) -> Option<Ending> {
        self.honest.is_over()
    }
}

impl Mutant {
    /// Calls at the same time go to the honest target together, unless the defect is about them.
    fn defect_together(&mut self, calls: Vec<HttpCall>) -> Vec<Result<HttpReply, TargetProblem>> {
        if self.defect.loses_parallel {
            let (last, first) = (calls.len() - 1, calls[0].clone());
            let mut replies = self.honest.exchange(calls[..last].to_vec());
            // The last one is answered with what the first one made.
            let made = replies.first().cloned();
            replies.push(made.unwrap_or_else(|| self.pass(first)));
            return replies;
        }
        calls.into_iter().map(|call| self.answer_one(call)).collect()
    }
}

/// A refusal as the honest one would give it.
pub(super) fn refusal(code: &str, message: &str) -> Value {
    json!({ "status": { "code": code, "message": message, "description": null } })
}
