//! Playing one scenario.

use std::cell::Cell;
use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use conax_contract::text::{Span, parse_moment, render_duration, render_moment};
use serde_json::Value;

use super::capability;
use super::contract::Contract;
use super::journal::ClientExchange;
use super::secrets::mask_record;
use crate::document::Secrets;
use crate::document::{Action, Api, Included, Over, Repeat, Scenario, Step};
use crate::judge::{Mismatch, WITHOUT_VALUE, in_words};
use crate::record::{CaseRecord, FindingKind, FindingRecord, StepRecord, Verdict};
use crate::target::{Ending, Refusal, Target, TargetProblem, TargetProvider};

pub(super) type Scope = BTreeMap<String, Value>;
/// What was not as it should be.
pub(super) type Mismatches = Vec<FindingRecord>;

/// How often the steps of a repetition are told one by one.
const TOLD_TIMES: u64 = 20;

/// Why a step is left out that names what an earlier one should have made.
const UNNAMED: &str = "it names what an earlier step did not get";

/// Which exchanges stand in a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Those of every scenario.
    Everything,
    /// Those of every scenario, and what each met of what there is to cover.
    Coverage,
    /// Those of scenarios that did not pass; nobody reads the others.
    Failures,
}

/// Plays a scenario and tells what came of it.
///
/// `file` is how the file was named; it stands in the record and in the command that repeats it.
#[must_use]
pub fn play(
    scenario: &Scenario,
    file: &str,
    provider: &dyn TargetProvider,
    detail: Detail,
) -> CaseRecord {
    let began = scenario.clock.unwrap_or_else(usual_clock);
    let mut record = CaseRecord {
        file: file.to_owned(),
        line: scenario.span.start.line,
        name: scenario.name.clone(),
        row: scenario.row.as_ref().map(|row| row.content.clone()),
        description: scenario.description.clone(),
        tags: scenario.tags.clone(),
        protects: scenario.protects.clone(),
        seed: scenario.seed.unwrap_or_default(),
        began: render_moment(began),
        ..CaseRecord::default()
    };
    let mut target = match provider.open(scenario) {
        Ok(target) => target,
        Err(refusal) => {
            let (verdict, reason) = match refusal {
                Refusal::CannotServe(reason) => (Verdict::Skipped, reason),
                Refusal::Invalid(reason) | Refusal::Unreachable(reason) => (Verdict::Error, reason),
            };
            record.verdict = verdict;
            record.reason = Some(reason);
            mask_record(&Secrets::of(scenario), &mut record);
            return record;
        }
    };
    if let Some(reason) = capability::refusal(scenario, &*target) {
        record.verdict = Verdict::Skipped;
        record.reason = Some(reason);
        mask_record(&Secrets::of(scenario), &mut record);
        return record;
    }
    let mut player = Player::new(scenario, file, &mut *target, began);
    if detail == Detail::Coverage && player.witness.is_none() {
        player.witness = Some(Contract::new(None));
    }
    match player.open(provider) {
        Ok(()) => player.perform(),
        Err(findings) => player.fail_before_steps(findings),
    }
    player.finish(record, detail)
}

fn usual_clock() -> NaiveDateTime {
    parse_moment(Scenario::DEFAULT_CLOCK).unwrap_or_default()
}

/// What a step came to.
enum Came {
    /// As expected, or not.
    Judged(Vec<FindingRecord>),
    /// It could not be looked at there.
    Skipped(&'static str),
}

pub(super) struct Player<'p> {
    pub(super) scenario: &'p Scenario,
    pub(super) file: &'p str,
    pub(super) target: &'p mut dyn Target,
    pub(super) began: NaiveDateTime,
    /// Values of variables; the last one is that of the innermost include.
    pub(super) scopes: Vec<Scope>,
    pub(super) hidden: Secrets,
    pub(super) steps: Vec<StepRecord>,
    /// For each step: how many calls of ours there were by its end.
    pub(super) ends: Vec<u64>,
    pub(super) calls: u64,
    pub(super) heard: Vec<ClientExchange>,
    pub(super) elapsed_ms: u64,
    /// How often the innermost repetition has gone round.
    pub(super) round: u64,
    pub(super) in_cleanup: bool,
    /// Whether there are, or were, fault rules.
    pub(super) has_faults: bool,
    /// What the ledger counted before the first step.
    pub(super) totals_before: Value,
    /// Who holds the answers against the contract, if somebody does.
    pub(super) witness: Option<Contract>,
    pub(super) stopped: Option<Stopped>,
    /// Whether it goes on after what was not as expected: each step of a recording says something
    /// of its own.
    pub(super) records_all: bool,
    /// Whether the step named something that is not known.
    pub(super) is_unnamed: Cell<bool>,
    pub(super) error: Option<String>,
}

/// Why no further step is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stopped {
    /// A look did not see what it should; other looks may follow.
    AfterLook,
    /// A step that changes something failed.
    AfterStep,
    /// The run was interrupted, or the time is over.
    Ended,
}

impl<'p> Player<'p> {
    pub(super) fn new(
        scenario: &'p Scenario,
        file: &'p str,
        target: &'p mut dyn Target,
        began: NaiveDateTime,
    ) -> Self {
        let is_recorded = scenario.tags.iter().any(|tag| tag == capability::RECORDED);
        let records_all = is_recorded || target.has_own_world();
        Self {
            scenario,
            file,
            target,
            began,
            scopes: vec![Scope::new()],
            hidden: Secrets::of(scenario),
            steps: Vec::new(),
            ends: Vec::new(),
            calls: 0,
            heard: Vec::new(),
            elapsed_ms: 0,
            round: 0,
            in_cleanup: false,
            has_faults: false,
            totals_before: Value::Null,
            witness: scenario.contract.map(|least| Contract::new(Some(least))),
            stopped: None,
            records_all,
            is_unnamed: Cell::new(false),
            error: None,
        }
    }

    /// Fills in what is known before the first step, and sets the faults.
    pub(super) fn open(&mut self, provider: &dyn TargetProvider) -> Result<(), Mismatches> {
        let mut scope = Scope::new();
        for name in &self.scenario.secrets {
            let Some(value) = provider.secret(name) else {
                let message = format!(
                    "the secret `{name}` has no value: set the environment variable {name}, or \
                     name a file of secrets with --secrets-file"
                );
                return Err(vec![self.finding(self.scenario.span, FindingKind::Target, message)]);
            };
            self.hidden.add(&value);
            scope.insert(name.clone(), Value::String(value));
        }
        if !self.scenario.world.crowd.is_empty() {
            let crowd = self.scenario.world.crowd.iter().cloned();
            scope.insert("crowd".to_owned(), crowd.map(Value::String).collect());
        }
        scope.insert("seed".to_owned(), self.scenario.seed.into());
        if let Some(token) = self.target.token() {
            self.hidden.add(&token);
            scope.insert("token".to_owned(), Value::String(token));
        }
        self.scopes = vec![scope];
        self.read_clock();
        if self.scenario.looks_at_ledger() && self.target.has(Api::Control) {
            self.totals_before = self.ledger(self.scenario.span)?;
        }
        for rule in &self.scenario.faults {
            let findings = self.add_fault(&rule.value, rule.span);
            if !findings.is_empty() {
                return Err(findings);
            }
        }
        Ok(())
    }

    pub(super) fn fail_before_steps(&mut self, findings: Mismatches) {
        self.steps.push(StepRecord {
            line: findings.first().map_or(0, |finding| finding.line),
            title: "before the first step".to_owned(),
            verdict: Verdict::Failed,
            findings,
            ..StepRecord::default()
        });
        self.ends.push(self.calls);
    }

    pub(super) fn perform(&mut self) {
        let scenario = self.scenario;
        self.play_steps(&scenario.steps);
        self.in_cleanup = true;
        if self.stopped != Some(Stopped::Ended) {
            self.stopped = None;
            // One that fails hides neither the first failure nor the rest of the cleanup.
            for step in &scenario.cleanup {
                self.play_step(step);
                if self.stopped == Some(Stopped::Ended) {
                    break;
                }
                self.stopped = None;
            }
        }
    }

    pub(super) fn play_steps(&mut self, steps: &[Step]) {
        for step in steps {
            let goes_on = match self.stopped {
                None => true,
                Some(Stopped::AfterLook) => is_look(&step.action),
                Some(Stopped::AfterStep | Stopped::Ended) => false,
            };
            if goes_on {
                self.play_step(step);
            } else {
                // What would be seen after this says nothing.
                self.stopped = self.stopped.max(Some(Stopped::AfterStep));
                self.leave_out(step, "not reached");
            }
        }
    }

    pub(super) fn leave_out(&mut self, step: &Step, reason: &str) {
        let record = StepRecord {
            verdict: Verdict::Skipped,
            reason: Some(reason.to_owned()),
            ..self.step_record(step)
        };
        self.note(record);
    }

    pub(super) fn step_record(&self, step: &Step) -> StepRecord {
        StepRecord {
            file: step.file.as_deref().map(str::to_owned),
            line: step.span.start.line,
            title: self.title(&step.action),
            is_cleanup: self.in_cleanup,
            from_ms: self.elapsed_ms,
            to_ms: self.elapsed_ms,
            ..StepRecord::default()
        }
    }

    /// A step is told, unless it is one of very many that went well.
    pub(super) fn note(&mut self, record: StepRecord) {
        let is_one_of_many = self.round > TOLD_TIMES && record.verdict == Verdict::Passed;
        match (is_one_of_many, self.steps.last_mut(), self.ends.last_mut()) {
            (true, Some(last), Some(end)) if last.verdict == Verdict::Passed => {
                last.to_ms = record.to_ms;
                *end = self.calls;
            }
            _ => {
                self.steps.push(record);
                self.ends.push(self.calls);
            }
        }
    }

    pub(super) fn play_step(&mut self, step: &Step) {
        if let Some(ending) = self.target.is_over() {
            self.end(step, ending);
            return;
        }
        match &step.action {
            Action::Repeat(repeat) => return self.repeat(repeat, step),
            Action::Use(included) => return self.include(included, step),
            _ => {}
        }
        let mut record = self.step_record(step);
        if matches!(step.action, Action::Process(_)) {
            self.target.await_run();
        }
        self.is_unnamed.set(false);
        let came = match capability::blindness(&step.action, self.target) {
            Some(reason) => Came::Skipped(reason),
            None => match self.run_step(step) {
                _ if self.records_all && self.is_unnamed.get() => Came::Skipped(UNNAMED),
                findings => Came::Judged(findings),
            },
        };
        self.read_clock();
        record.to_ms = self.elapsed_ms;
        match came {
            Came::Skipped(reason) => {
                record.verdict = Verdict::Skipped;
                record.reason = Some(reason.to_owned());
            }
            Came::Judged(mut findings) => {
                findings.extend(self.broken_clauses(step.span));
                for finding in &mut findings {
                    if let Some(file) = &step.file {
                        finding.file = file.to_string();
                    }
                }
                if !findings.is_empty() {
                    record.verdict = Verdict::Failed;
                    self.stopped = match is_look(&step.action) {
                        _ if self.records_all => None,
                        true => Some(Stopped::AfterLook),
                        false => Some(Stopped::AfterStep),
                    };
                }
                record.findings = findings;
            }
        }
        self.note(record);
    }

    /// The run is over for this scenario.
    pub(super) fn end(&mut self, step: &Step, ending: Ending) {
        let reason = match ending {
            Ending::Interrupted => "the run was interrupted".to_owned(),
            Ending::TimedOut(limit) => format!("it took longer than {}", render_duration(limit)),
        };
        if let Ending::TimedOut(_) = ending {
            let mut record = self.step_record(step);
            record.verdict = Verdict::Failed;
            let message = format!("{reason}, of real time");
            record.findings.push(self.finding(step.span, FindingKind::Timeout, message));
            self.note(record);
        } else {
            self.leave_out(step, &reason);
        }
        self.error = Some(reason);
        self.stopped = Some(Stopped::Ended);
    }

    pub(super) fn repeat(&mut self, repeat: &Repeat, step: &Step) {
        let items: Vec<Option<Value>> = match &repeat.over {
            Over::Times(times) => (0..*times).map(|_| None).collect(),
            Over::Each { list, .. } => match list.value.fill(self.scope()) {
                Ok(Value::Array(items)) => items.into_iter().map(Some).collect(),
                Ok(other) => {
                    let problem = format!("{} is not a list", in_words(Some(&other)));
                    return self.fail(step, self.not_known(list.span, problem));
                }
                Err(problem) => return self.fail(step, self.not_known(list.span, problem)),
            },
        };
        let outer = self.round;
        for (index, item) in items.into_iter().enumerate() {
            if self.stopped.is_some() {
                break;
            }
            let number = index as u64 + 1;
            self.round = outer.max(number);
            self.scope_mut().insert("index".to_owned(), number.into());
            if let (Over::Each { name, .. }, Some(item)) = (&repeat.over, item) {
                self.scope_mut().insert(name.clone(), item);
            }
            self.play_steps(&repeat.steps);
        }
        self.round = outer;
    }

    pub(super) fn fail(&mut self, step: &Step, finding: FindingRecord) {
        let record = StepRecord {
            verdict: Verdict::Failed,
            findings: vec![finding],
            ..self.step_record(step)
        };
        self.stopped = Some(Stopped::AfterStep);
        self.note(record);
    }

    /// Steps of another file, with names of their own.
    pub(super) fn include(&mut self, included: &Included, step: &Step) {
        let mut inner = Scope::new();
        for (name, value) in &included.with {
            match value.fill(self.scope()) {
                Ok(value) => inner.insert(name.clone(), value),
                Err(problem) => return self.fail(step, self.not_known(step.span, problem)),
            };
        }
        for name in ["seed", "now"] {
            if let Some(value) = self.scope().get(name).cloned() {
                inner.insert(name.to_owned(), value);
            }
        }
        // Whoever logged in stays logged in, unless the steps log in themselves.
        if let Some(token) = self.scope().get("token").cloned() {
            inner.entry("token".to_owned()).or_insert(token);
        }
        self.scopes.push(inner);
        self.play_steps(&included.steps);
        let inner = self.scopes.pop().unwrap_or_default();
        for (mine, theirs) in &included.keep {
            if let Some(value) = inner.get(theirs) {
                self.scope_mut().insert(mine.clone(), value.clone());
            }
        }
    }

    pub(super) fn read_clock(&mut self) {
        if let Some(elapsed) = self.target.elapsed_ms() {
            self.elapsed_ms = elapsed;
        }
        let passed = i64::try_from(self.elapsed_ms / 1000).unwrap_or(0);
        let now = self.began + chrono::TimeDelta::seconds(passed);
        let now = Value::String(render_moment(now));
        self.scope_mut().insert("now".to_owned(), now);
    }

    pub(super) fn scope(&self) -> &Scope {
        static EMPTY: Scope = Scope::new();
        self.scopes.last().unwrap_or(&EMPTY)
    }

    pub(super) fn scope_mut(&mut self) -> &mut Scope {
        if self.scopes.is_empty() {
            self.scopes.push(Scope::new());
        }
        let last = self.scopes.len() - 1;
        &mut self.scopes[last]
    }

    pub(super) fn finding(&self, span: Span, kind: FindingKind, message: String) -> FindingRecord {
        FindingRecord {
            kind,
            file: self.file.to_owned(),
            line: span.start.line,
            column: span.start.column,
            end_column: span.end_column(),
            message,
            ..FindingRecord::default()
        }
    }

    pub(super) fn not_known(&self, span: Span, problem: String) -> FindingRecord {
        self.is_unnamed.set(true);
        self.finding(span, FindingKind::Expectation, problem)
    }

    pub(super) fn no_reply(&self, span: Span, problem: &TargetProblem) -> FindingRecord {
        let kind = match problem {
            TargetProblem::NoReply(_) => FindingKind::Target,
            TargetProblem::TimedOut(_) => FindingKind::Timeout,
        };
        self.finding(span, kind, problem.to_string())
    }

    pub(super) fn findings_of(&self, mismatches: Vec<Mismatch>) -> Mismatches {
        let is_shown =
            |mismatch: &Mismatch| !self.records_all || mismatch.expected != WITHOUT_VALUE;
        let rendered = mismatches.into_iter().filter(is_shown).map(|mismatch| {
            let message = "expectation not met".to_owned();
            FindingRecord {
                path: mismatch.path,
                expected: mismatch.expected,
                found: mismatch.found,
                note: mismatch.note,
                ..self.finding(mismatch.span, FindingKind::Expectation, message)
            }
        });
        rendered.collect()
    }
}

/// Looking changes nothing, so one look may follow another that failed.
fn is_look(action: &Action) -> bool {
    matches!(
        action,
        Action::ExpectConax(_)
            | Action::ExpectLedger(_)
            | Action::ExpectDrift(_)
            | Action::ExpectExchanges(_)
    )
}

pub(super) fn verdict(steps: &[StepRecord], has_ended_early: bool) -> Verdict {
    let has = |wanted: Verdict| steps.iter().any(|step| step.verdict == wanted);
    if has(Verdict::Failed) {
        let timed_out = steps
            .iter()
            .flat_map(|step| &step.findings)
            .all(|finding| finding.kind == FindingKind::Timeout);
        return if timed_out && has_ended_early { Verdict::Error } else { Verdict::Failed };
    }
    if has_ended_early {
        return Verdict::Error;
    }
    let checked = steps.iter().any(|step| step.verdict == Verdict::Passed);
    match (has(Verdict::Skipped), checked) {
        (false, _) => Verdict::Passed,
        (true, true) => Verdict::Partly,
        (true, false) => Verdict::Skipped,
    }
}
