//! What each step does: calls of the target, and the judgement of what comes back.

use std::time::Duration;

use conax_contract::crm::{encode, is_secret_name};
use conax_contract::text::{Span, render_duration, render_moment};
use serde_json::{Value, json};

use super::play::{Mismatches, Player, Scope};
use super::{calls, polling};
use crate::document::Matcher;
use crate::document::{
    Action, Api, Call, Expected, Keep, Passing, Path, RawCall, ReplyExpectation, Runs, Step, TEXT,
    Template, Utility, plain_text,
};
use crate::judge::{Mismatch, find, judge, judge_example};
use crate::record::FindingKind;
use crate::target::{HttpCall, HttpReply};

impl Player<'_> {
    pub(super) fn run_step(&mut self, step: &Step) -> Mismatches {
        match &step.action {
            Action::Call(call) => self.call(call, step.span),
            Action::Raw(call) => self.raw(call, step.span),
            Action::Parallel(steps) => self.parallel(steps),
            Action::Utility(utility) => self.utility(utility, step.span),
            Action::Advance(passing) => self.advance(passing, step.span),
            Action::Settle(limit) => self.settle(*limit, step.span),
            Action::Process(expected) => {
                let run = HttpCall::post(Api::Control, "/v1/runs", &json!({}));
                match self.control(run, step.span) {
                    Ok(reply) => self.findings_of(judge(&reply, expected, self.scope())),
                    Err(findings) => findings,
                }
            }
            Action::Wait(wait) => self.wait(wait),
            Action::ExpectConax(wanted) => {
                let card = match wanted.card.value.fill_text(self.scope()) {
                    Ok(card) => card,
                    Err(problem) => return vec![self.not_known(wanted.card.span, problem)],
                };
                let call = polling::smartcard_call(&card);
                let services = &self.scenario.world.spec.services;
                self.inspect(call, step.span, |reply, scope| {
                    polling::judge_conax(wanted, services, reply, scope)
                })
            }
            Action::ExpectLedger(expected) => match self.ledger(step.span) {
                Ok(totals) => {
                    let since = polling::since(&totals, &self.totals_before);
                    self.findings_of(judge(&since, expected, self.scope()))
                }
                Err(findings) => findings,
            },
            Action::ExpectDrift(wanted) => {
                let call = HttpCall::get(Api::Control, "/v1/drift");
                self.inspect(call, step.span, |reply, scope| {
                    polling::judge_drift(wanted, step.span, reply, scope)
                })
            }
            Action::ExpectExchanges(wanted) => {
                match polling::exchanges_call(wanted, self.scope()) {
                    Ok(call) => self.inspect(call, step.span, |reply, scope| {
                        polling::judge_exchanges(wanted, reply, scope)
                    }),
                    Err(problem) => vec![self.not_known(step.span, problem)],
                }
            }
            Action::Fault(rules) => {
                let mut findings = Vec::new();
                for rule in rules {
                    findings.extend(self.add_fault(&rule.value, rule.span));
                }
                findings
            }
            Action::Calm(rule) => self.calm(rule.as_ref(), step.span),
            Action::Heal => self.heal(step.span),
            // They are unfolded before.
            Action::Repeat(_) | Action::Use(_) => Vec::new(),
        }
    }

    pub(super) fn call(&mut self, call: &Call, span: Span) -> Mismatches {
        let made = match self.documented(call) {
            Ok(made) => made,
            Err(problem) => return vec![self.not_known(span, problem)],
        };
        match self.send_one(made) {
            Ok(reply) => self.take_reply(&reply, &call.expect, &call.keep, span),
            Err(problem) => vec![self.no_reply(span, &problem)],
        }
    }

    pub(super) fn documented(&mut self, call: &Call) -> Result<HttpCall, String> {
        let token = self.target.token();
        calls::documented(call, self.scope(), token.as_deref())
    }

    pub(super) fn raw(&mut self, call: &RawCall, span: Span) -> Mismatches {
        let made = match calls::raw(call, self.scope()) {
            Ok(made) => made,
            Err(problem) => return vec![self.not_known(span, problem)],
        };
        match self.send_one(made) {
            Ok(reply) => self.take_reply(&reply, &call.expect, &call.keep, span),
            Err(_) if expects_none(&call.expect) => Vec::new(),
            Err(problem) => vec![self.no_reply(span, &problem)],
        }
    }

    /// Several calls at once; what they keep is known after all of them.
    pub(super) fn parallel(&mut self, steps: &[Step]) -> Mismatches {
        let mut made = Vec::new();
        for step in steps {
            let call = match &step.action {
                Action::Call(call) => self.documented(call),
                Action::Raw(call) => calls::raw(call, self.scope()),
                _ => continue,
            };
            match call {
                Ok(call) => made.push(call),
                Err(problem) => return vec![self.not_known(step.span, problem)],
            }
        }
        let replies = self.send(made);
        let mut findings = Vec::new();
        for (step, reply) in steps.iter().zip(replies) {
            let (expect, keep) = match &step.action {
                Action::Call(call) => (&call.expect, &call.keep),
                Action::Raw(call) => (&call.expect, &call.keep),
                _ => continue,
            };
            findings.extend(match reply {
                Ok(reply) => self.take_reply(&reply, expect, keep, step.span),
                Err(problem) => vec![self.no_reply(step.span, &problem)],
            });
        }
        findings
    }

    pub(super) fn utility(&mut self, utility: &Utility, span: Span) -> Mismatches {
        let members: Result<serde_json::Map<_, _>, String> = utility
            .members
            .iter()
            .map(|(name, value)| Ok((name.clone(), value.fill(self.scope())?)))
            .collect();
        let body = match members {
            Ok(members) => Value::Object(members),
            Err(problem) => return vec![self.not_known(span, problem)],
        };
        let call = HttpCall::post(Api::Control, "/v1/provisioning-requests", &body);
        match self.control(call, span) {
            Ok(reply) => self.keep(&utility.keep, &reply),
            Err(findings) => findings,
        }
    }

    pub(super) fn advance(&mut self, passing: &Passing, span: Span) -> Mismatches {
        let mut body = match passing {
            Passing::By(time) => json!({ "by": render_duration(*time) }),
            Passing::To(moment) => json!({ "to": render_moment(*moment) }),
        };
        if self.scenario.runs == Runs::WhenDue {
            body["runs"] = true.into();
        }
        match self.control(HttpCall::post(Api::Control, "/v1/clock/advance", &body), span) {
            Ok(reply) if reply["at_rest"] == false => {
                let message = "the simulator does not come to rest".to_owned();
                vec![self.finding(span, FindingKind::Target, message)]
            }
            Ok(_) => Vec::new(),
            Err(findings) => findings,
        }
    }

    pub(super) fn settle(&mut self, limit: Option<Duration>, span: Span) -> Mismatches {
        let mut body = json!({ "runs": self.scenario.runs == Runs::WhenDue });
        if let Some(limit) = limit {
            body["limit"] = render_duration(limit).into();
        }
        let call = HttpCall::post(Api::Control, "/v1/clock/settle", &body);
        match self.control(call, span) {
            Ok(reply) => {
                let says = reply["says"].as_str().unwrap_or_default();
                if says == conax_contract::control::NOTHING_DUE || limit.is_some() {
                    return Vec::new();
                }
                let message = format!("it does not settle: {says}");
                vec![self.finding(span, FindingKind::Target, message)]
            }
            Err(findings) => findings,
        }
    }

    pub(super) fn calm(&mut self, rule: Option<&Template>, span: Span) -> Mismatches {
        let target = match rule.map(|rule| rule.fill_text(self.scope())) {
            None => "/v1/faults".to_owned(),
            Some(Ok(name)) => format!("/v1/faults/{}", encode(&name)),
            Some(Err(problem)) => return vec![self.not_known(span, problem)],
        };
        let call = HttpCall { method: "DELETE".to_owned(), ..HttpCall::get(Api::Control, target) };
        self.control(call, span).err().unwrap_or_default()
    }

    pub(super) fn heal(&mut self, span: Span) -> Mismatches {
        for path in ["/v1/drift/heal", "/v1/runs"] {
            let call = HttpCall::post(Api::Control, path, &json!({}));
            if let Err(findings) = self.control(call, span) {
                return findings;
            }
        }
        Vec::new()
    }

    pub(super) fn add_fault(&mut self, rule: &Template, span: Span) -> Mismatches {
        self.has_faults = true;
        let filled = match rule.fill(self.scope()) {
            Ok(filled) => filled,
            Err(problem) => return vec![self.not_known(span, problem)],
        };
        let call = HttpCall::post(Api::Control, "/v1/faults", &filled);
        self.control(call, span).err().unwrap_or_default()
    }

    /// Judges a reply and remembers what is to be kept of it.
    pub(super) fn take_reply(
        &mut self,
        reply: &HttpReply,
        expect: &ReplyExpectation,
        keep: &[Keep],
        span: Span,
    ) -> Mismatches {
        let json = reply.json();
        let mut mismatches = Vec::new();
        if let Some(http) = &expect.http {
            let wanted = Expected {
                path: Path::parse("http"),
                span: http.span,
                matcher: http.value.clone(),
            };
            mismatches.extend(judge(&json!({ "http": reply.status }), &[wanted], self.scope()));
        }
        if expect.assumes_ok && json["status"]["code"] != "OK" {
            mismatches.push(not_ok(span, reply, &json));
        }
        let (text, members): (Vec<_>, Vec<_>) = expect
            .members
            .iter()
            .cloned()
            .partition(|one| one.path.parts.first().is_some_and(|part| part == TEXT));
        if !text.is_empty() {
            mismatches.extend(judge(&json!({ TEXT: reply.text() }), &text, self.scope()));
        }
        mismatches.extend(judge(&json, &members, self.scope()));
        if let Some(example) = &expect.example {
            mismatches.extend(judge_example(example, &json));
        }
        let mut findings = self.findings_of(mismatches);
        if findings.is_empty() {
            findings.extend(self.keep(keep, &json));
        } else if self.records_all {
            // What there is of it; that the rest is missing follows from what was told.
            self.keep(keep, &json);
        }
        let sentence = sentence_of(&json);
        for finding in &mut findings {
            finding.answer.clone_from(&sentence);
        }
        findings
    }

    pub(super) fn keep(&mut self, keep: &[Keep], reply: &Value) -> Mismatches {
        let mut findings = Vec::new();
        for one in keep {
            let Some(value) = find(reply, &one.path.value) else {
                let message = format!("the reply has no `{}` to keep", one.path.value.text);
                findings.push(self.finding(one.path.span, FindingKind::Expectation, message));
                continue;
            };
            let last = one.path.value.parts.last().map_or("", String::as_str);
            if is_secret_name(last) {
                self.hidden.add(&plain_text(value));
            }
            let value = value.clone();
            self.scope_mut().insert(one.name.clone(), value);
        }
        findings
    }

    /// The totals of the ledger.
    pub(super) fn ledger(&mut self, span: Span) -> Result<Value, Mismatches> {
        let call = HttpCall::get(Api::Control, "/v1/ledger");
        let reply = self.control(call, span)?;
        Ok(reply["totals"].clone())
    }

    pub(super) fn inspect(
        &mut self,
        call: HttpCall,
        span: Span,
        judge: impl FnOnce(&Value, &Scope) -> Vec<Mismatch>,
    ) -> Mismatches {
        match self.control(call, span) {
            Ok(reply) => {
                let mismatches = judge(&reply, self.scope());
                self.findings_of(mismatches)
            }
            Err(findings) => findings,
        }
    }
}

fn not_ok(span: Span, reply: &HttpReply, json: &Value) -> Mismatch {
    let status = &json["status"];
    Mismatch {
        span,
        path: "status".to_owned(),
        expected: "OK".to_owned(),
        found: match status["code"].as_str() {
            Some(code) => code.to_owned(),
            None => format!("HTTP {} without a status block", reply.status),
        },
        note: None,
    }
}

/// What an answer says of itself; a success mostly says that it is one.
pub(super) fn sentence_of(reply: &Value) -> Option<String> {
    let status = &reply["status"];
    let sentence = status["message"].as_str()?;
    (status["code"] != "OK" && !sentence.is_empty()).then(|| sentence.to_owned())
}

/// Whether it is expected that no reply comes: `http: none`.
fn expects_none(expect: &ReplyExpectation) -> bool {
    let http = expect.http.as_ref().map(|http| &http.value);
    matches!(http, Some(Matcher::Equals(value)) if value.plain().is_some_and(|value| value == "none"))
}
