//! Waiting for a request to end.

use std::time::Duration;

use conax_contract::crm::{Operation, encode};
use conax_contract::text::{Span, render_duration};
use serde_json::{Value, json};

use super::action::sentence_of;
use super::play::{Mismatches, Player};
use crate::document::{Api, Call, ReplyExpectation, Runs, Template, Token, Wait};
use crate::judge::judge;
use crate::record::{FindingKind, FindingRecord};
use crate::target::{Ending, HttpCall};

/// How long the first pause between two looks at a request is, where time passes by itself.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
/// The longest such pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

impl Player<'_> {
    /// Waits until a request has come to a state, or it is clear that it will not.
    pub(super) fn wait(&mut self, wait: &Wait) -> Mismatches {
        let request = match wait.request.value.fill_text(self.scope()) {
            Ok(request) => request,
            Err(problem) => return vec![self.not_known(wait.request.span, problem)],
        };
        let began_ms = self.elapsed_ms;
        let (mut waited, mut pause) = (Duration::ZERO, FIRST_PAUSE);
        loop {
            let reply = match self.show(&request, wait.request.span) {
                Ok(reply) => reply,
                Err(findings) => return findings,
            };
            let state = reply["data"]["life_cycle_state"].as_str().unwrap_or("?").to_owned();
            if state == wait.until.value {
                let mut findings = self.findings_of(judge(&reply, &wait.expect, self.scope()));
                findings.extend(self.keep(&wait.keep, &reply));
                return findings;
            }
            let is_final = state != "PENDING" || wait.never.iter().any(|one| one.value == state);
            let is_late = match self.target.gives_time() {
                true => waited > Duration::ZERO,
                false => waited >= wait.within.value,
            };
            if is_final || is_late {
                return vec![self.not_come(wait, &request, &state, &reply, began_ms)];
            }
            if self.target.gives_time() {
                if let Err(findings) = self.let_time_pass_for(wait, &request) {
                    return findings;
                }
                waited = wait.within.value.max(Duration::from_millis(1));
            } else {
                if let Some(ending) = self.target.is_over() {
                    let message = match ending {
                        Ending::Interrupted => "the run was interrupted".to_owned(),
                        Ending::TimedOut(limit) => {
                            format!(
                                "still {state} when the time of the scenario was over, {}",
                                render_duration(limit)
                            )
                        }
                    };
                    return vec![self.finding(wait.until.span, FindingKind::Timeout, message)];
                }
                let left = wait.within.value.saturating_sub(waited);
                self.target.sleep(pause.min(left));
                waited += pause;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }

    pub(super) fn let_time_pass_for(
        &mut self,
        wait: &Wait,
        request: &str,
    ) -> Result<(), Mismatches> {
        let body = json!({
            "limit": render_duration(wait.within.value),
            "request": request,
            "runs": self.scenario.runs == Runs::WhenDue,
        });
        let call = HttpCall::post(Api::Control, "/v1/clock/settle", &body);
        self.control(call, wait.request.span)?;
        self.read_clock();
        Ok(())
    }

    pub(super) fn show(&mut self, request: &str, span: Span) -> Result<Value, Mismatches> {
        let is_id = request.len() == 32;
        let member = if is_id { "id" } else { "number" };
        let identifier = Template::Map(vec![(member.to_owned(), Template::text(request))]);
        let call = Call {
            operation: Operation::Show,
            parameters: vec![("provisioning_request_identifier".to_owned(), identifier)],
            token: Token::Usual,
            basic: None,
            headers: Vec::new(),
            expect: ReplyExpectation::default(),
            keep: Vec::new(),
        };
        let made = self.documented(&call).map_err(|problem| vec![self.not_known(span, problem)])?;
        let reply = self.send_one(made);
        let reply = reply.map_err(|problem| vec![self.no_reply(span, &problem)])?;
        let json = reply.json();
        if json["status"]["code"] == "OK" {
            return Ok(json);
        }
        let code = json["status"]["code"].as_str();
        let found = code.unwrap_or("no status block");
        let message = format!("request {request} cannot be shown: {found}");
        let mut finding = self.finding(span, FindingKind::Target, message);
        finding.answer = sentence_of(&json);
        Err(vec![finding])
    }

    /// The finding that a request did not come to the state that was waited for.
    pub(super) fn not_come(
        &mut self,
        wait: &Wait,
        request: &str,
        state: &str,
        reply: &Value,
        began_ms: u64,
    ) -> FindingRecord {
        let passed = Duration::from_millis(self.elapsed_ms.saturating_sub(began_ms));
        let within = render_duration(wait.within.value);
        let data = &reply["data"];
        let detail = |name: &str| data[name].as_str().map(|text| format!(", {name} {text}"));
        let found = match state {
            "PENDING" => format!("PENDING after {}", render_duration(passed)),
            _ => format!(
                "{state}{}",
                detail("reference_number").or_else(|| detail("error_code")).unwrap_or_default()
            ),
        };
        let message = match state {
            "PENDING" => format!("request {request} is still PENDING"),
            _ => format!("request {request} became {state}"),
        };
        let mut finding = self.finding(wait.until.span, FindingKind::Expectation, message);
        finding.path = "life_cycle_state".to_owned();
        finding.expected = format!("{} within {within}", wait.until.value);
        finding.found = found;
        finding.note = self.why(request);
        finding
    }

    /// Why a request is where it is, if the target tells.
    pub(super) fn why(&mut self, request: &str) -> Option<String> {
        if !self.target.has(Api::Control) {
            return None;
        }
        let target = format!("/v1/requests/{}/why", encode(request));
        let reply = self.send_one(HttpCall::get(Api::Control, target)).ok()?;
        let because = reply.json()["because"].as_array()?.clone();
        let sentences: Vec<&str> = because.iter().filter_map(Value::as_str).collect();
        (!sentences.is_empty()).then(|| format!("because {}", sentences.join(", because ")))
    }
}
