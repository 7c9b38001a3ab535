//! Letting time pass until nothing more happens by itself.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use conax_contract::crm::DateText;
use conax_model::crm::{QueueLength, RequestNumber, State};
use conax_model::time::SimTime;

use crate::clock::{Advanced, Turn};
use crate::dispatch::run::run_once;
use crate::shared::Shared;

/// More steps than this are taken for a loop.
const STEP_LIMIT: usize = 10_000;

/// How the simulator settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settling {
    /// The time before.
    pub from: SimTime,
    /// The time after.
    pub now: SimTime,
    /// How many times something was done or waited for.
    pub steps: usize,
    /// How many processing runs were made for it.
    pub runs: usize,
    /// Why it ended.
    pub end: SettlingEnd,
}

/// Why settling ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettlingEnd {
    /// Nothing more happens by itself.
    NothingDue,
    /// Something is being done and does not come to its end.
    Busy,
    /// It goes on and on; this would be next.
    Loop(Next),
    /// This would be next, and it is beyond the limit.
    BeyondLimit(Next),
    /// The request that was waited for has ended.
    Ended,
    /// The world was replaced meanwhile.
    Replaced,
}

/// How far to settle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettlingGoal {
    /// The most simulated time it may take.
    pub limit: Option<Duration>,
    /// A request: no more time passes once it has ended.
    pub request: Option<RequestNumber>,
    /// Whether processing runs are made as requests become due.
    pub makes_runs: bool,
}

impl Default for SettlingGoal {
    fn default() -> Self {
        Self { limit: None, request: None, makes_runs: true }
    }
}

/// What happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Requests that are due are sent.
    Run,
    /// Somebody has waited long enough.
    Wait(SimTime),
    /// The head-end does what it held back.
    Held(SimTime),
    /// A request becomes due.
    Request(SimTime),
}

impl fmt::Display for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = |at: &SimTime| DateText::from_millis(at.millis()).text();
        match self {
            Self::Run => f.write_str("requests that are due again and again"),
            Self::Wait(at) => write!(f, "a wait that ends at {}", date(at)),
            Self::Held(at) => write!(f, "a command Conax holds back until {}", date(at)),
            Self::Request(at) => write!(f, "a request scheduled for {}", date(at)),
        }
    }
}

/// Lets time pass until nothing more happens by itself, or the goal is reached.
///
/// What is due is sent, by a processing run if nothing else sends it; then it is the time of
/// whatever comes next. Runs on the interval go on as time passes, but are not waited for.
pub async fn settle(shared: &Arc<Shared>, goal: SettlingGoal) -> Settling {
    let turn = shared.clock.turn().await;
    let mut settler = Settler::new(shared, turn, goal);
    settler.settled().await
}

/// Lets time pass until the clock shows `target`; what becomes due until then is sent.
///
/// It is one turn: nobody else lets time pass before it is over.
pub async fn advance_with_runs(shared: &Arc<Shared>, target: SimTime) -> Advanced {
    let turn = shared.clock.turn().await;
    let from = shared.clock.now();
    let goal = SettlingGoal { limit: Some(target.since(from)), ..SettlingGoal::default() };
    let mut settler = Settler::new(shared, turn, goal);
    let settling = settler.settled().await;
    let advanced = settler.turn.advance_to(target).await;
    Advanced { from, fired: settling.steps + advanced.fired, ..advanced }
}

struct Settler<'a> {
    shared: &'a Arc<Shared>,
    turn: Turn<'a>,
    goal: SettlingGoal,
    last: Option<SimTime>,
    /// How the queue was when the last run was made: another one could do nothing more.
    tried: Option<QueueLength>,
    steps: usize,
    runs: usize,
}

impl<'a> Settler<'a> {
    const fn new(shared: &'a Arc<Shared>, turn: Turn<'a>, goal: SettlingGoal) -> Self {
        Self { shared, turn, goal, last: None, tried: None, steps: 0, runs: 0 }
    }

    async fn settled(&mut self) -> Settling {
        let from = self.shared.clock.now();
        self.last = self.goal.limit.map(|limit| from + limit);
        let end = self.settle().await;
        Settling { from, now: self.shared.clock.now(), steps: self.steps, runs: self.runs, end }
    }

    async fn settle(&mut self) -> SettlingEnd {
        loop {
            if !self.turn.rest().await {
                return SettlingEnd::Busy;
            }
            if self.turn.is_replaced() {
                return SettlingEnd::Replaced;
            }
            if self.has_ended() {
                return SettlingEnd::Ended;
            }
            let Some(next) = self.next() else {
                return SettlingEnd::NothingDue;
            };
            if self.steps == STEP_LIMIT {
                return SettlingEnd::Loop(next);
            }
            let at = match next {
                Next::Run => {
                    self.steps += 1;
                    self.begin_run();
                    continue;
                }
                Next::Wait(at) | Next::Request(at) | Next::Held(at) => at,
            };
            if self.last.is_some_and(|last| at > last) {
                return SettlingEnd::BeyondLimit(next);
            }
            self.steps += 1;
            if !self.turn.advance_to(at).await.at_rest {
                return SettlingEnd::Busy;
            }
            self.shared.catch_up();
        }
    }

    fn has_ended(&self) -> bool {
        self.goal.request.is_some_and(|number| {
            let side = self.shared.crm();
            let row = side.book.by_number(number);
            row.is_some_and(|row| !matches!(row.state, State::Pending))
        })
    }

    fn next(&mut self) -> Option<Next> {
        let (due_count, length, scheduled) = self.shared.change(|world| {
            let now = world.now();
            let book = &mut world.crm.lock().book;
            (book.due_count(now), book.queue_length(), book.next_scheduled())
        });
        // Behind a run that waits for a worker another one would only wait as well.
        let is_new = self.tried != Some(length) && self.shared.workers.has_free();
        if due_count > 0 && is_new && self.goal.makes_runs {
            self.tried = Some(length);
            return Some(Next::Run);
        }
        let wait = self.turn.next_work().map(Next::Wait);
        let request = scheduled.filter(|_| self.goal.makes_runs).map(Next::Request);
        let held = self.shared.next_held().map(Next::Held);
        wait.into_iter().chain(request).chain(held).min_by_key(|next| match next {
            Next::Run => SimTime::default(),
            Next::Wait(at) | Next::Request(at) | Next::Held(at) => *at,
        })
    }

    /// On a task of its own: a command may hang until later.
    fn begin_run(&mut self) {
        self.runs += 1;
        let shared = Arc::clone(self.shared);
        let activity = shared.clock.activity();
        tokio::spawn(activity.run(async move { run_once(&shared).await }));
    }
}
