//! Processing runs: everything that is due is sent, by several workers, in order.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use conax_model::crm::{ProvisioningRequest, State};
use conax_model::time::SimTime;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::dispatch::send::{DispatchOutcome, dispatch_next};
use crate::shared::Shared;

/// What one processing run did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunReport {
    /// Number of the run, from 1.
    pub number: u64,
    /// When it began; what was due by then is what it sends.
    pub started: SimTime,
    /// When its last request was settled.
    pub finished: SimTime,
    /// Requests that ended completed.
    pub completed_count: usize,
    /// Requests that ended rejected.
    pub rejected_count: usize,
}

/// Makes one processing run; a second one waits for the first.
///
/// A run sends at most as many requests as were due when it began, so that it ends however fast
/// new ones come in.
pub async fn run_once(shared: &Arc<Shared>) -> RunReport {
    let mut number = shared.run.lock().await;
    *number += 1;
    let started = shared.clock.now();
    let budget = Arc::new(AtomicUsize::new(shared.crm().book.due_count(started)));
    let mut workers = JoinSet::new();
    let worker_count = shared
        .settings
        .dispatch
        .worker_count
        .min(budget.load(Ordering::Relaxed));
    for _ in 0..worker_count {
        workers.spawn(work(Arc::clone(shared), Arc::clone(&budget), started));
    }
    let mut report = RunReport {
        number: *number,
        started,
        finished: started,
        completed_count: 0,
        rejected_count: 0,
    };
    while let Some(done) = workers.join_next().await {
        let (completed, rejected) = done.expect("a worker of a processing run does not panic");
        report.completed_count += completed;
        report.rejected_count += rejected;
    }
    report.finished = shared.clock.now();
    report
}

/// Makes processing runs until `stop` turns true.
pub async fn run_on_interval(
    shared: Arc<Shared>,
    interval: Duration,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(interval) => {}
            _ = stop.wait_for(|&stopped| stopped) => return,
        }
        run_once(&shared).await;
    }
}

/// One worker: takes what may leave, until nothing is due or the run has had its share.
async fn work(shared: Arc<Shared>, budget: Arc<AtomicUsize>, due: SimTime) -> (usize, usize) {
    let (mut completed, mut rejected) = (0, 0);
    while !shared.closing.load(Ordering::Relaxed) && take_share(&budget) {
        let settled = shared.settled.notified();
        tokio::pin!(settled);
        settled.as_mut().enable();
        match dispatch_next(&shared, due).await {
            DispatchOutcome::Settled(row) if is_completed(&row) => completed += 1,
            DispatchOutcome::Settled(_) => rejected += 1,
            DispatchOutcome::BookReplaced => break,
            DispatchOutcome::NothingDue => {
                budget.fetch_add(1, Ordering::Relaxed);
                if !shared.crm().book.waits_for_a_card() {
                    break;
                }
                // What is due waits for a smartcard that is busy, or for an urgent request
                // that does: look again when something was settled.
                settled.await;
            }
        }
    }
    (completed, rejected)
}

fn take_share(budget: &AtomicUsize) -> bool {
    budget
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            left.checked_sub(1)
        })
        .is_ok()
}

fn is_completed(row: &ProvisioningRequest) -> bool {
    matches!(row.state, State::Completed { .. })
}
