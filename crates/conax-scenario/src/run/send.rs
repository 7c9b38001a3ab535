//! Calling the target.

use conax_contract::text::{Span, parse_moment};
use serde_json::Value;

use super::journal::{ClientExchange, RECORDED_LIMIT};
use super::play::{Mismatches, Player};
use crate::document::Api;
use crate::record::FindingKind;
use crate::target::{HttpCall, HttpReply, TargetProblem};

impl Player<'_> {
    /// Calls the control API; its refusal is a finding.
    pub(super) fn control(&mut self, call: HttpCall, span: Span) -> Result<Value, Mismatches> {
        let reply = self.send_one(call);
        let reply = reply.map_err(|problem| vec![self.no_reply(span, &problem)])?;
        let json = reply.json();
        if reply.status < 300 {
            return Ok(json);
        }
        let list = json["findings"].as_array().into_iter().flatten();
        let findings: Vec<&str> = list.filter_map(Value::as_str).collect();
        let detail = json["detail"].as_str().unwrap_or("no reason was given");
        let message = match findings.as_slice() {
            [] => format!("the control API refused: {detail}"),
            findings => format!("the control API refused: {}", findings.join("; ")),
        };
        Err(vec![self.finding(span, FindingKind::Target, message)])
    }

    /// Makes one call.
    pub(super) fn send_one(&mut self, call: HttpCall) -> Result<HttpReply, TargetProblem> {
        self.send(vec![call]).pop().unwrap_or_else(no_reply)
    }

    /// Makes calls at the same time; there are as many replies, or reasons why there are none.
    pub(super) fn send(&mut self, calls: Vec<HttpCall>) -> Vec<Result<HttpReply, TargetProblem>> {
        let crm_calls = self.witness.is_some().then(|| calls.clone());
        let is_heard = !self.target.has(Api::Control) && self.heard.len() < RECORDED_LIMIT;
        let made = is_heard.then(|| calls.clone());
        self.calls += calls.iter().filter(|call| call.api != Api::Cas).count() as u64;
        for call in &calls {
            self.hidden.add_call(&call.target, &call.headers, &call.body);
        }
        let asks_clock = calls.iter().any(|call| call.target.starts_with("/v1/clock/"));
        let count = calls.len();
        let mut replies = self.target.exchange(calls);
        // A call nobody answers must not pass unnoticed.
        replies.resize_with(count, no_reply);
        let answered = replies.iter().flatten();
        answered.for_each(|reply| self.hidden.add_reply(&reply.body));
        if let (Some(witness), Some(calls)) = (&mut self.witness, crm_calls) {
            witness.observe(&calls, &replies);
        }
        let step = self.steps.len();
        for (call, reply) in made.into_iter().flatten().zip(&replies) {
            let reply = reply.clone();
            self.heard.push(ClientExchange { step, call, reply });
        }
        if asks_clock {
            replies.iter().flatten().for_each(|reply| self.learn_time(reply));
        }
        replies
    }

    /// What a reply of the clock says of the time, where asking would cost a call.
    pub(super) fn learn_time(&mut self, reply: &HttpReply) {
        if self.target.elapsed_ms().is_some() {
            return;
        }
        let now = reply.json()["now"].as_str().and_then(parse_moment);
        if let Some(now) = now {
            let elapsed = (now - self.began).num_milliseconds();
            self.elapsed_ms = self.elapsed_ms.max(u64::try_from(elapsed).unwrap_or(0));
        }
    }
}

fn no_reply() -> Result<HttpReply, TargetProblem> {
    Err(TargetProblem::NoReply("no reply came".to_owned()))
}
