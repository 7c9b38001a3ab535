//! Playing many scenarios side by side.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::{Detail, play};
use crate::document::Scenario;
use crate::document::Secrets;
use crate::record::CaseRecord;
use crate::target::TargetProvider;

/// A scenario and where it comes from.
#[derive(Clone, Debug)]
pub struct Case {
    /// The scenario.
    pub scenario: Scenario,
    /// Its file, as it was named.
    pub file: String,
    /// The command that plays it again.
    pub again: String,
}

/// What is played, and how.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The scenarios, in order.
    pub cases: Vec<Case>,
    /// How many are played at a time.
    pub jobs: usize,
    /// Whether none is begun after one has failed.
    pub fail_fast: bool,
    /// Which exchanges are told.
    pub detail: Detail,
}

/// A wish to stop: nothing new is begun.
#[derive(Debug, Default)]
pub struct Stop {
    wished: AtomicBool,
    interrupted: AtomicBool,
    /// Who waits for either.
    waiting: Mutex<()>,
    changed: Condvar,
}

impl Stop {
    /// Wishes it.
    pub fn wish(&self) {
        self.change(&self.wished);
    }

    /// Wishes that what is being played ends before its next step, too.
    pub fn interrupt(&self) {
        self.wish();
        self.change(&self.interrupted);
    }

    fn change(&self, what: &AtomicBool) {
        let _waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        what.store(true, Ordering::Relaxed);
        self.changed.notify_all();
    }

    /// Waits this long, of real time, but not beyond an interruption.
    pub fn sleep(&self, time: Duration) {
        self.wait(time, |stop| stop.is_interrupted());
    }

    /// Waits until it is wished, but no longer than this; whether it was.
    pub fn wait_for_wish(&self, time: Duration) -> bool {
        self.wait(time, Self::is_wished);
        self.is_wished()
    }

    fn wait(&self, time: Duration, is_over: impl Fn(&Self) -> bool) {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever panicked meanwhile keeps nobody waiting.
        let _ = self.changed.wait_timeout_while(waiting, time, |()| !is_over(self));
    }

    /// Whether what is being played is to end.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// Whether it was wished.
    #[must_use]
    pub fn is_wished(&self) -> bool {
        self.wished.load(Ordering::Relaxed)
    }
}

/// Real time since some moment.
pub type Stopwatch<'w> = dyn Fn() -> Duration + Sync + 'w;

/// Who hears of every scenario that has ended.
pub type Observer<'h> = dyn Fn(&CaseRecord) + Sync + 'h;

/// Plays all of them; the records are in the order of the plan, whoever ended first. What was not
/// begun is left out.
pub fn run_all(
    plan: &Plan,
    provider: &dyn TargetProvider,
    stop: &Stop,
    (stopwatch, heard): (&Stopwatch<'_>, &Observer<'_>),
) -> Vec<CaseRecord> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, CaseRecord)>> = Mutex::default();
    let work = || {
        while !stop.is_wished() {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = plan.cases.get(index) else {
                break;
            };
            let began = stopwatch();
            let mut record = play(&case.scenario, &case.file, provider, plan.detail);
            record.wall = stopwatch().saturating_sub(began);
            let Scenario { steps, cleanup, .. } = &case.scenario;
            record.again =
                Secrets::of_steps(steps, cleanup).eraser().masked(&case.again).into_owned();
            heard(&record);
            if plan.fail_fast && record.verdict.is_bad() {
                stop.wish();
            }
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            done.push((index, record));
        }
    };
    let workers = plan.jobs.clamp(1, plan.cases.len().max(1));
    std::thread::scope(|scope| {
        for _ in 1..workers {
            scope.spawn(work);
        }
        work();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, record)| record).collect()
}
