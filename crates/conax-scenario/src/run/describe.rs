//! What is told of a scenario afterwards.

use conax_contract::text::{render_duration, render_moment};

use super::contract::Contract;
use super::journal::{self, RECORDED_LIMIT};
use super::play::{Detail, Player, verdict};
use super::secrets::mask_record;
use crate::coverage::{Covers, Seen, gather};
use crate::document::{Action, Api, Passing, Template, plain_text};
use crate::record::{CaseRecord, ExchangeRecord, FaultRecord, Verdict};
use crate::target::HttpCall;

/// A scenario with more calls than this tells no exchanges if it passed.
const QUIET_CALLS: u64 = 2_000;

impl Player<'_> {
    /// A step in a few words.
    pub(super) fn title(&self, action: &Action) -> String {
        let filled = |template: &Template| {
            template.fill_text(self.scope()).unwrap_or_else(|_| "?".to_owned())
        };
        match action {
            Action::Call(call) => format!("call {}", call.operation.name()),
            Action::Raw(call) => {
                format!("{} {} at the {} API", call.method, filled(&call.path), call.api.name())
            }
            Action::Parallel(steps) => format!("{} calls at once", steps.len()),
            Action::Utility(utility) => {
                let kind = utility.members.iter().find(|(name, _)| name == "type");
                format!("utility {}", kind.map_or("?".to_owned(), |(_, kind)| filled(kind)))
            }
            Action::Advance(Passing::By(time)) => format!("advance {}", render_duration(*time)),
            Action::Advance(Passing::To(moment)) => {
                format!("advance to {}", render_moment(*moment))
            }
            Action::Process(_) => "process".to_owned(),
            Action::Settle(None) => "settle".to_owned(),
            Action::Settle(Some(limit)) => format!("settle within {}", render_duration(*limit)),
            Action::Wait(wait) => {
                format!("wait until {} is {}", filled(&wait.request.value), wait.until.value)
            }
            Action::ExpectConax(wanted) => {
                format!("expect conax, card {}", filled(&wanted.card.value))
            }
            Action::ExpectLedger(_) => "expect ledger".to_owned(),
            Action::ExpectDrift(_) => "expect drift".to_owned(),
            Action::ExpectExchanges(_) => "expect exchanges".to_owned(),
            Action::Fault(rules) => match rules.as_slice() {
                [one] => format!("fault {}", rule_title(&one.value)),
                rules => format!("{} fault rules", rules.len()),
            },
            Action::Calm(None) => "calm".to_owned(),
            Action::Calm(Some(rule)) => format!("calm {}", filled(rule)),
            Action::Heal => "heal".to_owned(),
            Action::Repeat(_) => "repeat".to_owned(),
            Action::Use(included) => format!("use {}", included.path),
        }
    }

    /// The record, with what is worth knowing of the end.
    pub(super) fn finish(mut self, mut record: CaseRecord, detail: Detail) -> CaseRecord {
        record.steps = std::mem::take(&mut self.steps);
        record.verdict = verdict(&record.steps, self.error.is_some());
        record.reason = self.error.take();
        record.simulated_ms = self.elapsed_ms;
        let tells = detail != Detail::Failures || record.verdict != Verdict::Passed;
        if self.target.has(Api::Control) {
            if tells {
                self.tell_exchanges(&mut record);
            }
            if self.has_faults {
                self.tell_faults(&mut record);
            }
            if record.verdict.is_bad() {
                let drift = self.send_one(HttpCall::get(Api::Control, "/v1/drift"));
                if let Ok(reply) = drift {
                    record.drift = reply.json()["drift"].as_array().cloned().unwrap_or_default();
                }
            }
        } else if tells {
            let heard = self.heard.iter().enumerate();
            record.exchanges =
                heard.map(|(index, heard)| journal::client_record(index, heard)).collect();
        }
        if detail == Detail::Coverage {
            record.covers = Some(self.covers());
        }
        self.tell_lines(&mut record);
        mask_record(&self.hidden, &mut record);
        record
    }

    /// What was met of what there is to cover.
    fn covers(&mut self) -> Covers {
        let mut seen = Seen::default();
        if self.target.has(Api::Control) {
            let mut ask = |path: &str| {
                let reply = self.send_one(HttpCall::get(Api::Control, path));
                reply.map(|reply| reply.json()).unwrap_or_default()
            };
            seen = Seen {
                ledger: ask("/v1/ledger")["rows"].take(),
                transactions: ask("/v1/cas/transactions?limit=10000"),
                smartcards: ask("/v1/cas/smartcards?limit=10000"),
                messages: ask("/v1/cas/messages"),
                fingerprints: ask("/v1/cas/fingerprints"),
                exchanges: ask("/v1/journal?since=0&limit=10000")["exchanges"].take(),
            };
        }
        gather(&seen, self.witness.as_ref().map(Contract::verdicts))
    }

    pub(super) fn tell_exchanges(&mut self, record: &mut CaseRecord) {
        // Nobody reads thousands of exchanges of which each went well.
        if record.verdict == Verdict::Passed && self.calls > QUIET_CALLS {
            record.exchanges_left_out = self.calls;
            return;
        }
        let call = HttpCall::get(Api::Control, "/v1/journal?since=0&limit=10000");
        let Ok(reply) = self.send_one(call) else {
            return;
        };
        let journal = reply.json();
        let all = journal["exchanges"].as_array().map_or(&[][..], Vec::as_slice);
        let mut rendered: Vec<ExchangeRecord> =
            all.iter().map(|exchange| journal::from_journal(exchange, self.began)).collect();
        let dropped = journal["dropped"].as_u64().unwrap_or(0);
        if dropped == 0 {
            journal::assign_steps(&mut rendered, &self.ends);
        }
        // What the runner itself asks for says nothing of the story.
        rendered.retain(|one| one.api != "control" || one.verb != "GET");
        record.exchanges_left_out = dropped + rendered.len().saturating_sub(RECORDED_LIMIT) as u64;
        if rendered.len() > RECORDED_LIMIT {
            // How it began and how it ended.
            rendered.drain(RECORDED_LIMIT / 2..rendered.len() - RECORDED_LIMIT / 2);
        }
        record.exchanges = rendered;
    }

    /// The lines of the findings.
    fn tell_lines(&self, record: &mut CaseRecord) {
        for step in &mut record.steps {
            for finding in &mut step.findings {
                let text = self.scenario.sources.get(finding.file.as_str());
                let line = finding.line.checked_sub(1);
                let line = text.zip(line).and_then(|(text, line)| text.lines().nth(line));
                finding.source = line.unwrap_or_default().to_owned();
            }
        }
    }

    pub(super) fn tell_faults(&mut self, record: &mut CaseRecord) {
        let call = HttpCall::get(Api::Control, "/v1/faults");
        let Ok(reply) = self.send_one(call) else {
            return;
        };
        let faults = reply.json()["faults"].as_array().cloned().unwrap_or_default();
        record.faults = faults
            .iter()
            .map(|rule| FaultRecord {
                name: rule["name"].as_str().unwrap_or("?").to_owned(),
                status: rule["status"].as_str().unwrap_or("?").to_owned(),
                hit: rule["hit"].as_u64().unwrap_or(0),
                missed: rule["missed"].as_u64().unwrap_or(0),
            })
            .collect();
        for rule in &record.faults {
            if rule.hit == 0 && record.verdict == Verdict::Passed {
                let note = format!("the fault rule `{}` never acted", rule.name);
                record.notes.push(note);
            }
        }
    }
}

/// What kind of fault a rule is, in a few words.
fn rule_title(rule: &Template) -> String {
    let Template::Map(members) = rule else {
        return "rule".to_owned();
    };
    ["name", "preset", "weather"]
        .into_iter()
        .find_map(|key| {
            let (_, value) = members.iter().find(|(name, _)| name == key)?;
            value.plain().map(|value| plain_text(&value))
        })
        .unwrap_or_else(|| "rule".to_owned())
}
