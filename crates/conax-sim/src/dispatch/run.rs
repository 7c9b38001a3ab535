//! Processing runs: everything that is due is sent, by several workers, in order.
//!
//! Runs may overlap: a command that hangs keeps one worker and the run that sent it, not the runs
//! after it. Order is the book's business, whoever takes. What was sent hands its activity to its
//! run when it has ended; a run that only waits does not count.

use std::pin::{Pin, pin};
use std::sync::{Arc, Weak};
use std::time::Duration;

use conax_model::crm::{ProvisioningRequest, State};
use conax_model::time::SimTime;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

use crate::clock::{Activity, Hearing, Place, Repeated, idle};
use crate::dispatch::book::{Take, take_due};
use crate::dispatch::send::{DispatchOutcome, carry_out};
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

/// Makes one processing run.
///
/// A run sends at most as many requests as were due when it began, so that it ends however fast
/// new ones come in. What is due behind something it sent itself, it waits for; what is due behind
/// something others sent, it sends as long as it waits anyway, and leaves to the next run then.
/// While the world is being copied it waits, and goes on in what it began with.
///
/// Run it on a task of its own where a caller may hang up: dropping it drops what it sent.
pub async fn run_once(shared: &Arc<Shared>) -> RunReport {
    let activity = Activity::current().unwrap_or_else(|| shared.clock.activity());
    activity.run(run(shared)).await
}

/// Makes one processing run, on a task of its own, and lets pass just as much time as it waits for.
///
/// # Panics
/// If the run does.
pub async fn run_through(shared: &Arc<Shared>) -> RunReport {
    let runner = Arc::clone(shared);
    let activity = shared.clock.activity();
    // Kept until the report is here: no time passes between the end of the run and its report.
    let _held = activity.clone();
    let run = tokio::spawn(activity.run(async move { run_once(&runner).await }));
    let report = shared.clock.passing(run).await;
    report.expect("a processing run does not panic")
}

async fn run(shared: &Arc<Shared>) -> RunReport {
    let started = shared.clock.now();
    let (mut left, generation, number) = shared.change(|world| {
        let number = world.count_runs(1);
        let mut side = world.crm.lock();
        (side.book.due_count(started), side.generation, number)
    });
    let mut run = Run {
        shared: Arc::clone(shared),
        generation,
        sent: JoinSet::new(),
        report: RunReport {
            number,
            started,
            finished: started,
            completed_count: 0,
            rejected_count: 0,
        },
    };
    while left > 0 {
        match run.send_next_in_time().await {
            Sending::Sent => left -= 1,
            Sending::Waits => {}
            Sending::Over => break,
        }
    }
    while let Some(settled) = idle(run.sent.join_next()).await {
        run.count(settled);
    }
    run.report.finished = shared.clock.now();
    run.report
}

/// Makes processing runs until `stop` turns true.
///
/// A run that is still waiting for an answer does not hold up the next one; while every worker
/// waits, there is nothing a further run could do. The first interval begins with the call.
pub fn run_on_interval(
    shared: Arc<Shared>,
    interval: Duration,
    stop: watch::Receiver<bool>,
) -> impl Future<Output = ()> + Send {
    let first = next_beat(&shared, interval);
    run_beat_by_beat(shared, interval, first, stop)
}

fn next_beat(shared: &Arc<Shared>, interval: Duration) -> Beat {
    let runs = Arc::new(Runs(Arc::downgrade(shared)));
    Box::pin(shared.clock.sleep_until_beat(interval, runs))
}

/// The runs of a world, most of which find nothing that may leave.
struct Runs(Weak<Shared>);

impl Repeated for Runs {
    fn while_idle(&self, now: SimTime, leap: &mut dyn FnMut(Option<SimTime>) -> u64) {
        let Some(shared) = self.0.upgrade() else {
            return;
        };
        // Without a free worker no run is made, and none is counted.
        let has_free = shared.workers.has_free();
        shared.change(|world| {
            let mut side = world.crm.lock();
            // What waits behind an order of its smartcard is due, and no run can send it.
            if !has_free || side.is_changing || side.book.may_send(now) {
                return;
            }
            let gone_by = leap(side.book.next_scheduled());
            drop(side);
            world.count_runs(gone_by);
        });
    }
}

type Beat = Pin<Box<dyn Future<Output = Activity> + Send>>;

async fn run_beat_by_beat(
    shared: Arc<Shared>,
    interval: Duration,
    mut beat: Beat,
    mut stop: watch::Receiver<bool>,
) {
    let mut runs = JoinSet::new();
    loop {
        let activity = tokio::select! {
            activity = &mut beat => activity,
            _ = stop.wait_for(|&stopped| stopped) => break,
        };
        // The next beat is waited for before this one's activity may end: no time passes between.
        beat = next_beat(&shared, interval);
        while runs.try_join_next().is_some() {}
        if shared.workers.has_free() {
            let shared = Arc::clone(&shared);
            runs.spawn(activity.run(async move { run_once(&shared).await }));
        }
    }
    // What these runs sent is waited for by whoever closes the simulator.
    runs.detach_all();
}

/// A run under way.
struct Run {
    shared: Arc<Shared>,
    /// Of the book it sends from.
    generation: u64,
    sent: JoinSet<(DispatchOutcome, Activity)>,
    report: RunReport,
}

enum Sending {
    /// A command is on its way.
    Sent,
    /// What is due waits for something that ends.
    Waits,
    /// Nothing more for this run.
    Over,
}

impl Run {
    /// Sends what may leave next; if nothing may now, waits until something may have changed.
    async fn send_next_in_time(&mut self) -> Sending {
        let shared = Arc::clone(&self.shared);
        let next = self.send_next().await;
        if !matches!(next, Sending::Waits) {
            return next;
        }
        // It may have changed just now: listen first, then look again.
        let settled = shared.settled.listen();
        let next = self.send_next().await;
        if matches!(next, Sending::Waits) {
            self.settled_or(&settled).await;
        }
        next
    }

    /// Takes what may leave next and sends it on a task of its own, once a worker is free.
    async fn send_next(&mut self) -> Sending {
        let worker = self.worker().await;
        match take_due(&self.shared, self.report.started, self.generation) {
            Take::Taken(ticket) => {
                let shared = Arc::clone(&self.shared);
                let activity = shared.clock.activity();
                let ended = activity.clone();
                self.sent.spawn(activity.run(async move {
                    let outcome = carry_out(&shared, *ticket).await;
                    drop(worker);
                    (outcome, ended)
                }));
                Sending::Sent
            }
            Take::NotNow => Sending::Waits,
            Take::NothingDue if !self.sent.is_empty() => Sending::Waits,
            Take::NothingDue | Take::Over => Sending::Over,
        }
    }

    /// Waits until something it sent has ended, or the bell rings.
    async fn settled_or(&mut self, bell: &Hearing<'_>) {
        let settled = tokio::select! {
            biased;
            Some(settled) = idle(self.sent.join_next()) => settled,
            () = bell.heard() => return,
        };
        self.count(settled);
    }

    /// Waits for a worker; what has ended meanwhile is counted, so that it is not kept from ending.
    async fn worker(&mut self) -> Place {
        let workers = Arc::clone(&self.shared.workers);
        let mut worker = pin!(workers.take());
        loop {
            tokio::select! {
                biased;
                worker = &mut worker => return worker,
                Some(settled) = self.sent.join_next() => self.count(settled),
            }
        }
    }

    fn count(&mut self, settled: Result<(DispatchOutcome, Activity), JoinError>) {
        let (outcome, _activity) = settled.expect("a worker does not panic");
        match outcome {
            DispatchOutcome::Settled(row) if is_completed(&row) => {
                self.report.completed_count += 1;
            }
            DispatchOutcome::Settled(_) => self.report.rejected_count += 1,
            DispatchOutcome::NothingDue | DispatchOutcome::BookReplaced => {}
        }
    }
}

fn is_completed(row: &ProvisioningRequest) -> bool {
    matches!(row.state, State::Completed { .. })
}
