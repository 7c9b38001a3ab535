//! Searching with several workers, each with a seed of its own.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use conax_contract::clause::Strictness;
use conax_contract::text::parse_moment;
use conax_contract::world::WorldSpec;
use conax_scenario::defect::{Defect, Mutant};
use conax_scenario::document::{Given, Reader, Scenario};
use conax_scenario::explore::{Budget, Counterexample, Inventory, SearchContext, search};
use conax_scenario::run::Stop;
use conax_scenario::target::{Refusal, Target, TargetProvider};
use conax_scenario::verify::{Unopened, preflight};

use crate::run::{Addresses, Files, Remote, Secrets, usual_target};

/// How often the line of progress is drawn.
const REDRAW_INTERVAL: Duration = Duration::from_millis(100);
/// How soon it is noticed that the time is over, or that somebody stops the program.
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// How long a sequence at a target may take.
const SEQUENCE: Duration = Duration::from_secs(60);
/// The seed of the simulators: only the sequences differ.
const OWN_SEED: u64 = 1;
/// The date they begin at, as the files that are written say it.
const START: &str = "2026-01-01T09:00:00";

/// Where sequences are played.
#[derive(Clone, Debug)]
pub(crate) enum SearchTarget {
    /// A fresh simulator in this process for each.
    Ourselves,
    /// A target at addresses.
    Target {
        /// Where it is.
        addresses: Addresses,
        /// Whether it is a conax-sim that gives each a world of its own.
        has_control: bool,
        /// The file of its secrets.
        secrets_file: Option<String>,
    },
}

impl SearchTarget {
    /// Where it is, if it is at addresses, and its secrets.
    pub(super) fn reached(&self) -> (Option<&Addresses>, Secrets) {
        match self {
            Self::Ourselves => (None, Secrets::default()),
            Self::Target { addresses, secrets_file, .. } => {
                (Some(addresses), Secrets::of(secrets_file.as_deref()).unwrap_or_default())
            }
        }
    }

    /// What is to be known of how it is called.
    pub(super) fn warnings(&self) -> Vec<String> {
        match self {
            Self::Ourselves => Vec::new(),
            Self::Target { addresses, .. } => addresses.client.warnings(),
        }
    }
}

/// What is searched, and how.
#[derive(Clone, Debug)]
pub(crate) struct Search {
    /// Where.
    pub(crate) subject: SearchTarget,
    /// What orders are given for.
    pub(crate) inventory: Inventory,
    /// Which clauses count.
    pub(crate) least: Strictness,
    /// How many sequences.
    pub(crate) cases: u32,
    /// Moves in each at most.
    pub(crate) moves: usize,
    /// How many workers.
    pub(crate) jobs: usize,
    /// For how long.
    pub(crate) limit: Option<Duration>,
    /// What is wrong with the simulator, to see whether it is found.
    pub(crate) defect: Option<&'static Defect>,
}

/// Counts what was played, and draws it.
pub(crate) struct Progress {
    count: AtomicU64,
    drawn: Mutex<Instant>,
    draws: bool,
    trouble: Mutex<Option<String>>,
    begin: Instant,
}

impl Progress {
    pub(crate) fn new(draws: bool) -> Self {
        let now = Instant::now();
        Self {
            count: AtomicU64::new(0),
            drawn: Mutex::new(now),
            draws: draws && std::io::stderr().is_terminal(),
            trouble: Mutex::default(),
            begin: now,
        }
    }

    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Why nothing could be played.
    pub(super) fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, problem: String) {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(problem);
    }

    fn add(&self) {
        let count = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        if !self.draws {
            return;
        }
        let Ok(mut drawn) = self.drawn.try_lock() else {
            return;
        };
        if drawn.elapsed() >= REDRAW_INTERVAL {
            *drawn = Instant::now();
            let _ = write!(
                std::io::stderr(),
                "\r{count} sequences, {} ",
                super::words(self.begin.elapsed())
            );
        }
    }

    /// Takes the line of progress away.
    pub(super) fn end(&self) {
        if self.draws {
            let _ = write!(std::io::stderr(), "\r{:<40}\r", "");
        }
    }
}

/// Searches; what was found by the worker with the lowest number, so that a search that ends by
/// its cases finds the same every time.
pub(crate) fn search_all(
    order: &Search,
    seed: u64,
    stop: &Arc<Stop>,
    progress: &Progress,
) -> Option<Counterexample> {
    // The first look is part of the time that was given.
    let began = progress.begin;
    let has_found = AtomicBool::new(false);
    // What ends the sequences that are being played: the time, or whoever stops the program.
    let over = Arc::new(Stop::default());
    let is_late = || order.limit.is_some_and(|limit| began.elapsed() >= limit);
    let is_over = || {
        // With a limit of time nobody can tell who would have found it first.
        let is_done = order.limit.is_some() && has_found.load(Ordering::Relaxed);
        over.is_interrupted() || stop.is_interrupted() || is_late() || is_done
    };
    let jobs = u32::try_from(order.jobs).unwrap_or(1);
    let share = order.cases.div_ceil(jobs);
    let found: Vec<Option<Counterexample>> = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.wait_for_wish(POLL_INTERVAL) {
                if is_late() || stop.is_interrupted() {
                    over.interrupt();
                }
            }
        });
        let workers: Vec<_> = (0..u64::from(jobs))
            .map(|worker| {
                let (is_over, has_found, over) = (&is_over, &has_found, &over);
                scope.spawn(move || {
                    let open = opener(order, (SEQUENCE, Arc::clone(over)), progress);
                    let sought = SearchContext {
                        open: &*open,
                        inventory: &order.inventory,
                        least: order.least,
                        is_over,
                        on_sequence: &|| progress.add(),
                    };
                    let budget = Budget { moves: order.moves, ..Budget::of(share) };
                    let (_, found) =
                        search(seed.wrapping_mul(64).wrapping_add(worker), budget, &sought);
                    if found.is_some() {
                        has_found.store(true, Ordering::Relaxed);
                    }
                    found
                })
            })
            .collect();
        let found = workers
            .into_iter()
            .map(|worker| worker.join().expect("a search does not panic"))
            .collect();
        over.wish();
        found
    });
    found.into_iter().flatten().next()
}

/// One look at a target that is explored through its API alone: whether it is this API at all.
///
/// # Errors
/// Why it cannot be explored.
pub(super) fn check_target(
    order: &Search,
    stop: &Arc<Stop>,
    progress: &Progress,
) -> Result<(), Unopened> {
    if !matches!(&order.subject, SearchTarget::Target { has_control: false, .. }) {
        return Ok(());
    }
    // Nobody stops it but a signal, so it waits no longer than is left of the time.
    let rest = order.limit.map(|limit| limit.saturating_sub(progress.begin.elapsed()));
    let timeouts = rest.map_or(SEQUENCE, |rest| SEQUENCE.min(rest));
    match opener(order, (timeouts, Arc::clone(stop)), progress)() {
        Some(mut target) => preflight(target.as_mut()),
        None => {
            let trouble = progress.trouble();
            Err(trouble.unwrap_or("nothing was played".to_owned()).into())
        }
    }
}

type Opener<'o> = Box<dyn Fn() -> Option<Box<dyn Target>> + 'o>;

/// Gives every sequence a target of its own.
fn opener<'o>(
    order: &'o Search,
    (timeouts, stop): (Duration, Arc<Stop>),
    progress: &'o Progress,
) -> Opener<'o> {
    match &order.subject {
        SearchTarget::Ourselves => {
            let (world, start) = (WorldSpec::lab(), parse_moment(START).unwrap_or_default());
            Box::new(move || {
                let honest = usual_target(OWN_SEED, start, &world, Arc::clone(&stop));
                let honest = honest.map_err(|problem| progress.note(problem)).ok()?;
                Some(match order.defect {
                    None => honest,
                    Some(defect) => Box::new(Mutant::new(honest, defect)),
                })
            })
        }
        SearchTarget::Target { addresses, secrets_file, .. } => {
            let secrets = Secrets::of(secrets_file.as_deref()).unwrap_or_default();
            let addresses = addresses.clone();
            let scenario = empty_scenario();
            let remote = Remote::new(addresses, secrets, timeouts, Arc::clone(&stop));
            Box::new(move || match remote.open(&scenario) {
                Ok(target) => Some(target),
                Err(
                    Refusal::CannotServe(problem)
                    | Refusal::Invalid(problem)
                    | Refusal::Unreachable(problem),
                ) => {
                    // What the end of the search broke off says nothing of the target.
                    if !stop.is_interrupted() {
                        progress.note(problem);
                    }
                    None
                }
            })
        }
    }
}

/// What a sequence begins with, as a scenario says it.
fn empty_scenario() -> Scenario {
    let text = format!(
        "scenario: explored\nworld: lab\nclock: {START}\nseed: {OWN_SEED}\nsteps: [settle]\n"
    );
    let library = Files::anywhere();
    let read = Reader::new(&library).read("explored.scenario.yaml", &text, &Given::seed(OWN_SEED));
    let first = read.ok().and_then(|mut scenarios| scenarios.pop());
    first.expect("the text is built in, and a test plays it")
}
