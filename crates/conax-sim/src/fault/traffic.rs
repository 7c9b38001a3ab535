//! What stands beside a fault plan: a summary of it, and the exchanges that are under way.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use conax_model::fault::{Origin, RuleAtWork};
use tokio::sync::watch;

use crate::fault::FaultBook;

/// What stands beside the plan of a world: what is known of it without its lock, and who is on the
/// way through it now. Nothing of it is stored.
#[derive(Debug)]
pub struct FaultTraffic {
    summary: Summary,
    origins: Mutex<HashMap<u64, Origin>>,
    /// Counts what may change whether everybody is refused.
    changes: watch::Sender<u64>,
    at_endpoint: Arc<AtomicUsize>,
    /// Delays so far: how many, asked for and given, in microseconds.
    delays: [AtomicU64; 3],
}

/// What is known of the plan without its lock.
#[derive(Debug, Default)]
struct Summary {
    /// Whether there is nothing to ask.
    is_quiet: AtomicBool,
    /// Whether rules are for single requests, such as those that calls bring along.
    has_rules_of_requests: AtomicBool,
    /// Whether a rule may ever refuse everybody a connection.
    may_refuse: AtomicBool,
}

impl Summary {
    fn update(&self, book: &FaultBook) {
        let of_request = |one: &RuleAtWork| one.rule.selector.request.is_some();
        let has_rules_of_requests = book.plan.rules.iter().any(of_request);
        let may_refuse = book.plan.may_refuse_everybody();
        self.is_quiet.store(book.plan.is_empty(), Ordering::Relaxed);
        self.has_rules_of_requests.store(has_rules_of_requests, Ordering::Relaxed);
        self.may_refuse.store(may_refuse, Ordering::Relaxed);
    }
}

/// Somebody at the Conax endpoint; counts while it lives.
#[derive(Debug)]
pub struct AtEndpoint(Arc<AtomicUsize>);

impl Drop for AtEndpoint {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl FaultTraffic {
    /// That of a world with this plan, in which nobody is under way.
    #[must_use]
    pub fn new(book: &FaultBook) -> Self {
        let traffic = Self {
            summary: Summary::default(),
            origins: Mutex::default(),
            changes: watch::Sender::default(),
            at_endpoint: Arc::default(),
            delays: Default::default(),
        };
        traffic.sum_up(book);
        traffic
    }

    /// Takes in what the plan is now.
    pub(crate) fn sum_up(&self, book: &FaultBook) {
        self.summary.update(book);
    }

    /// Says that it may have changed whether everybody is refused.
    pub(crate) fn plan_changed(&self) {
        self.changes.send_modify(|changes| *changes += 1);
    }

    /// Somebody comes to the Conax endpoint.
    pub fn enter(&self) -> AtEndpoint {
        self.at_endpoint.fetch_add(1, Ordering::Relaxed);
        AtEndpoint(Arc::clone(&self.at_endpoint))
    }

    /// How many exchanges are at the Conax endpoint.
    #[must_use]
    pub fn at_endpoint(&self) -> usize {
        self.at_endpoint.load(Ordering::Relaxed)
    }

    /// Whether rules are for single requests, such as those that calls bring along.
    #[must_use]
    pub fn has_rules_of_requests(&self) -> bool {
        self.summary.has_rules_of_requests.load(Ordering::Relaxed)
    }

    /// Whether nothing can go wrong.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.summary.is_quiet.load(Ordering::Relaxed)
    }

    /// Says where an exchange of our own CRM comes from, until it is forgotten.
    pub fn announce(&self, exchange: u64, origin: Origin) {
        self.origins().insert(exchange, origin);
    }

    /// Where an exchange of our own CRM comes from.
    #[must_use]
    pub fn origin(&self, exchange: u64) -> Option<Origin> {
        match self.is_quiet() {
            true => None,
            false => self.origins().get(&exchange).cloned(),
        }
    }

    /// An exchange of our own CRM has ended.
    pub fn forget(&self, exchange: u64) {
        self.origins().remove(&exchange);
    }

    fn origins(&self) -> MutexGuard<'_, HashMap<u64, Origin>> {
        self.origins.lock().expect("nobody panics while holding the origins")
    }

    /// Whether everybody may be refused a connection at some time.
    #[must_use]
    pub fn may_refuse_everybody(&self) -> bool {
        self.summary.may_refuse.load(Ordering::Relaxed)
    }

    /// Tells when it may have changed whether everybody is refused, but for what time changes.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Notes how long a delay was asked for, and how long it took.
    pub fn delayed(&self, asked: Duration, given: Duration) {
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        for (sum, more) in self.delays.iter().zip([1, micros(asked), micros(given)]) {
            sum.fetch_add(more, Ordering::Relaxed);
        }
    }

    /// Delays so far: how many, and the sums of what was asked for and given.
    #[must_use]
    pub fn delays(&self) -> (u64, Duration, Duration) {
        let [count, asked, given] = &self.delays;
        let read = |sum: &AtomicU64| sum.load(Ordering::Relaxed);
        (read(count), Duration::from_micros(read(asked)), Duration::from_micros(read(given)))
    }
}
