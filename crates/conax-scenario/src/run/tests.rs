//! Playing against a target of which only the provisioning API can be reached.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::{Detail, play};
use crate::document::{Api, Given, Library, Reader, Scenario};
use crate::record::{CaseRecord, Verdict};
use crate::target::{Ending, HttpCall, HttpReply, Refusal, Target, TargetProblem, TargetProvider};

/// A target that answers what it was told to, in order, and then the last answer again.
#[derive(Clone, Default)]
struct Scripted {
    replies: Arc<Mutex<VecDeque<Value>>>,
    calls: Arc<Mutex<Vec<String>>>,
    slept: Arc<Mutex<Duration>>,
}

impl Target for Scripted {
    fn exchange(&mut self, calls: Vec<HttpCall>) -> Vec<Result<HttpReply, TargetProblem>> {
        let mut replies = self.replies.lock().expect("the replies");
        let answered = calls.iter().map(|call| {
            let heard = format!("{} {}", call.method, call.target);
            self.calls.lock().expect("the calls").push(heard);
            let reply = match replies.len() {
                0 => return Err(TargetProblem::NoReply("connection refused".to_owned())),
                1 => replies[0].clone(),
                _ => replies.pop_front().unwrap_or_default(),
            };
            Ok(HttpReply { status: 200, body: reply.to_string().into_bytes() })
        });
        answered.collect()
    }

    fn has(&self, api: Api) -> bool {
        api == Api::Crm
    }

    fn token(&self) -> Option<String> {
        Some("TOKEN-OF-THE-TARGET".to_owned())
    }

    fn elapsed_ms(&mut self) -> Option<u64> {
        None
    }

    fn sleep(&mut self, time: Duration) {
        *self.slept.lock().expect("the time") += time;
    }

    fn is_over(&self) -> Option<Ending> {
        None
    }
}

impl TargetProvider for Scripted {
    fn open(&self, _: &Scenario) -> Result<Box<dyn Target>, Refusal> {
        Ok(Box::new(self.clone()))
    }

    fn secret(&self, _: &str) -> Option<String> {
        None
    }
}

struct Nothing;

impl Library for Nothing {
    fn read(&self, _: &str) -> Result<String, String> {
        Err("there are no files".to_owned())
    }

    fn built_in_world(&self, name: &str) -> Option<String> {
        (name == "demo").then(|| "world: demo\n".to_owned())
    }
}

fn state(state: &str) -> Value {
    json!({ "status": { "code": "OK" }, "data": { "life_cycle_state": state, "error_code": "E" } })
}

/// Plays a scenario against these replies.
#[track_caller]
fn played(source: &str, replies: &[Value]) -> (CaseRecord, Scripted) {
    let scenarios = Reader::new(&Nothing)
        .read("a", source, &Given::seed(1))
        .unwrap_or_else(|files| panic!("{}", files[0].render()));
    let target = Scripted::default();
    target.replies.lock().expect("the replies").extend(replies.iter().cloned());
    (play(&scenarios[0], "a", &target, Detail::Everything), target)
}

const WAIT: &str = "scenario: x\nsteps:\n  - wait: { request: \"4050\", until: COMPLETED, never: REJECTED, within: 10s }\n";

#[test]
fn waiting_looks_again_until_the_state_has_come() {
    let (record, target) = played(WAIT, &[state("PENDING"), state("PENDING"), state("COMPLETED")]);
    assert_eq!(record.verdict, Verdict::Passed);
    assert_eq!(target.calls.lock().expect("the calls").len(), 3);
}

#[test]
fn waiting_ends_at_once_when_the_state_can_no_longer_come() {
    let (record, target) = played(WAIT, &[state("PENDING"), state("REJECTED"), state("COMPLETED")]);
    assert_eq!(record.verdict, Verdict::Failed);
    assert_eq!(target.calls.lock().expect("the calls").len(), 2, "no further look");
    let (_, finding) = record.findings().next().expect("a finding");
    assert_eq!(finding.message, "request 4050 became REJECTED");
    assert_eq!(finding.expected, "COMPLETED within 10s");
}

#[test]
fn waiting_does_not_go_on_beyond_its_time() {
    let (record, target) = played(WAIT, &[state("PENDING")]);
    assert_eq!(record.verdict, Verdict::Failed);
    let slept = *target.slept.lock().expect("the time");
    assert!(slept <= Duration::from_secs(10), "{slept:?}");
}

#[test]
fn a_scenario_that_needs_more_than_there_is_is_skipped_and_nothing_is_called() {
    for (head, steps) in [
        ("faults: f05", "process"),
        ("clock: 2014-11-30T08:59:00", "process"),
        ("", "{ advance: 1s }"),
        ("", "process"),
        ("", "{ repeat: { times: 2, steps: [heal] } }"),
    ] {
        let source = format!("scenario: x\n{head}\nsteps: [{{ call: list }}, {steps}]\n");
        let (record, target) = played(&source, &[state("PENDING")]);
        assert_eq!(record.verdict, Verdict::Skipped, "{source}");
        assert!(record.reason.as_ref().is_some_and(|reason| reason.contains("control API")));
        assert!(target.calls.lock().expect("the calls").is_empty(), "{source}");
    }
}

#[test]
fn what_only_looks_is_skipped_and_the_scenario_did_not_pass() {
    let source = "scenario: x\nsteps: [{ call: list }, { expect drift: none }]\n";
    let (record, _) = played(source, &[state("PENDING")]);
    assert_eq!(record.verdict, Verdict::Partly);
    assert_eq!(record.steps[1].verdict, Verdict::Skipped);
}

#[test]
fn a_run_by_hand_may_be_left_to_a_system_that_sends_by_itself() {
    let source = "scenario: x\nsteps:\n  - process\n  - wait: { request: \"1\", until: COMPLETED, within: 1s }\n";
    let (record, _) = played(source, &[state("COMPLETED")]);
    assert_eq!(record.verdict, Verdict::Partly);
}

#[test]
fn the_cleanup_is_made_whatever_happened_and_hides_nothing() {
    let source = "scenario: x
steps:
  - { call: list, expect: { life_cycle_state: COMPLETED } }
  - { call: show, with: { request: \"1\" } }
cleanup:
  - { call: list, expect: { life_cycle_state: REJECTED } }
  - { call: list, expect: { life_cycle_state: PENDING } }
";
    let (record, _) = played(source, &[state("PENDING")]);
    let told: Vec<_> =
        record.steps.iter().map(|step| (step.line, step.verdict, step.is_cleanup)).collect();
    assert_eq!(
        told,
        [
            (3, Verdict::Failed, false),
            (4, Verdict::Skipped, false),
            (6, Verdict::Failed, true),
            (7, Verdict::Passed, true),
        ]
    );
    let expected: Vec<_> =
        record.findings().map(|(_, finding)| finding.expected.as_str()).collect();
    assert_eq!(expected, ["COMPLETED", "REJECTED"]);
}

#[test]
fn what_is_kept_stands_for_its_value_in_later_steps() {
    let source = "scenario: x
steps:
  - { call: list, keep: { made: data } }
  - { call: show, with: { request: $made.life_cycle_state } }
";
    let (_, target) = played(source, &[state("PENDING")]);
    let calls = target.calls.lock().expect("the calls");
    assert!(calls[1].contains("number=PENDING"), "{calls:?}");
}

#[test]
fn the_usual_token_is_sent_and_never_told() {
    let (record, target) = played(
        "scenario: x\nsteps: [{ call: list }]\n",
        &[json!({ "status": { "code": "TOKEN-OF-THE-TARGET" } })],
    );
    assert!(target.calls.lock().expect("the calls")[0].contains("TOKEN-OF-THE-TARGET"));
    let told = serde_json::to_string(&record).expect("JSON");
    assert!(!told.contains("TOKEN-OF-THE-TARGET"), "{told}");
}

#[test]
fn a_target_that_does_not_answer_is_a_finding_at_its_step() {
    let (record, _) = played("scenario: x\nsteps: [{ call: list }]\n", &[]);
    assert_eq!(record.verdict, Verdict::Failed);
    let (_, finding) = record.findings().next().expect("a finding");
    assert_eq!((finding.line, finding.message.as_str()), (2, "connection refused"));
}

/// A target that answers fewer calls than it was given.
struct Forgetful;

impl Target for Forgetful {
    fn exchange(&mut self, _: Vec<HttpCall>) -> Vec<Result<HttpReply, TargetProblem>> {
        Vec::new()
    }

    fn has(&self, api: Api) -> bool {
        api == Api::Crm
    }

    fn token(&self) -> Option<String> {
        None
    }

    fn elapsed_ms(&mut self) -> Option<u64> {
        None
    }

    fn sleep(&mut self, _: Duration) {}

    fn is_over(&self) -> Option<Ending> {
        None
    }
}

impl TargetProvider for Forgetful {
    fn open(&self, _: &Scenario) -> Result<Box<dyn Target>, Refusal> {
        Ok(Box::new(Forgetful))
    }

    fn secret(&self, _: &str) -> Option<String> {
        None
    }
}

#[test]
fn a_call_nobody_answers_does_not_pass() {
    for steps in ["{ call: list }", "{ raw: { path: / } }", "{ parallel: [{ call: list }] }"] {
        let source = format!("scenario: x\nsteps: [{steps}]\n");
        let scenarios = Reader::new(&Nothing).read("a", &source, &Given::seed(1));
        let scenarios = scenarios.expect("a sound file");
        let record = play(&scenarios[0], "a", &Forgetful, Detail::Everything);
        assert_eq!(record.verdict, Verdict::Failed, "{steps}");
    }
}
