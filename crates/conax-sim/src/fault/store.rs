//! The fault plan of a simulator, kept for all who ask it.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use conax_contract::fault::{WrittenRule, magic_cards};
use conax_contract::world::WorldSpec;
use conax_model::entropy::Seed;
use conax_model::fault::{
    Facts, FaultPlan, FaultRule, Origin, RuleAtWork, RuleId, Stage, TlsFault, Verdict,
};
use conax_model::time::SimTime;
use serde_json::Value;
use tokio::sync::watch;

use crate::http_server::EndpointState;
use crate::settings::SimulatorSettings;

/// The plan with what belongs to it. Copies are independent of each other.
#[derive(Clone, Debug)]
pub struct FaultBook {
    /// The plan.
    pub plan: FaultPlan,
    /// The rules as they were written, by name.
    pub written: BTreeMap<RuleId, Value>,
    pub(crate) made_names: u64,
}

/// Where the plan is kept.
#[derive(Debug)]
pub struct FaultPlanStore {
    book: Mutex<FaultBook>,
    summary: Summary,
    origins: Mutex<HashMap<u64, Origin>>,
    /// Counts what may change whether everybody is refused.
    changes: watch::Sender<u64>,
    at_endpoint: Arc<AtomicUsize>,
    exchanges: AtomicU64,
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

impl FaultBook {
    /// An empty plan; with magic smartcards, if the world has them.
    #[must_use]
    pub fn new(seed: Seed, has_magic: bool) -> Self {
        let mut book = Self { plan: FaultPlan::new(seed), written: BTreeMap::new(), made_names: 0 };
        book.set_magic(has_magic);
        book
    }

    /// The plan a simulator begins with in this world.
    #[must_use]
    pub fn of_instance(settings: &SimulatorSettings, world: &WorldSpec, now: SimTime) -> Self {
        let mut book = Self::new(settings.seed, world.magic_smartcards);
        for rule in &settings.faults {
            book.add(rule, None, now);
        }
        book
    }

    /// Adds a rule, at the end or at a place; its name.
    pub fn add(&mut self, written: &WrittenRule, place: Option<usize>, now: SimTime) -> RuleId {
        let rule = written.rule.clone().or_named(&self.made_name(&written.rule));
        let id = rule.id.clone();
        self.written.insert(id.clone(), written.written.clone());
        self.plan.add(rule, place, now);
        id
    }

    /// A name nobody has, for a rule that was given none.
    fn made_name(&mut self, rule: &FaultRule) -> String {
        loop {
            self.made_names += 1;
            let name = format!("rule-{}", self.made_names);
            if rule.is_named() || self.plan.find(&RuleId::new(name.as_str())).is_none() {
                return name;
            }
        }
    }

    /// Removes a rule; whether there was one.
    pub fn remove(&mut self, id: &RuleId) -> bool {
        self.written.remove(id);
        self.plan.remove(id)
    }

    /// Lets a rule rest, or act again, and writes down that it does; whether there is one.
    pub fn pause(&mut self, id: &RuleId, paused: bool) -> bool {
        if let Some(written) = self.written.get_mut(id).and_then(Value::as_object_mut) {
            match paused {
                true => written.insert("paused".to_owned(), true.into()),
                false => written.remove("paused"),
            };
        }
        self.plan.pause(id, paused)
    }

    /// Removes every rule.
    pub fn clear(&mut self) {
        self.written.clear();
        self.plan.clear();
    }

    /// Whether cards always meet the same from now on.
    pub(crate) fn set_magic(&mut self, has_magic: bool) {
        let cards = has_magic.then(magic_cards).unwrap_or_default().into_iter();
        let entries = cards.filter_map(|magic| Some((magic.card, magic.entry?)));
        self.plan.set_magic(entries.collect());
    }
}

impl FaultPlanStore {
    /// A store with this plan.
    #[must_use]
    pub fn new(book: FaultBook) -> Self {
        let summary = Summary::default();
        summary.update(&book);
        Self {
            book: Mutex::new(book),
            summary,
            origins: Mutex::default(),
            changes: watch::Sender::default(),
            at_endpoint: Arc::default(),
            exchanges: AtomicU64::new(0),
            delays: Default::default(),
        }
    }

    /// The plan, locked, to be looked at.
    pub fn book(&self) -> MutexGuard<'_, FaultBook> {
        self.book.lock().expect("nobody panics while holding the fault plan")
    }

    /// Changes the plan; how far back it may ask for the head-end's past from now on.
    pub fn change<T>(&self, change: impl FnOnce(&mut FaultBook) -> T) -> (T, Duration) {
        let mut book = self.book();
        let changed = change(&mut book);
        let memory = book.plan.memory();
        self.summary.update(&book);
        drop(book);
        self.changes.send_modify(|changes| *changes += 1);
        (changed, memory)
    }

    /// The number of the next exchange with the head-end, from 1.
    pub fn next_exchange(&self) -> u64 {
        self.exchanges.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Where the numbers of exchanges stand.
    #[must_use]
    pub fn last_exchange(&self) -> u64 {
        self.exchanges.load(Ordering::Relaxed)
    }

    /// Numbers go on from here.
    pub fn continue_after(&self, exchange: u64) {
        self.exchanges.store(exchange, Ordering::Relaxed);
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

    /// Judges an exchange.
    pub fn judge(&self, stage: Stage, facts: &Facts<'_>) -> Verdict {
        if self.is_quiet() {
            return Verdict::default();
        }
        let verdict = self.book().plan.judge(stage, facts);
        if self.may_refuse_everybody() {
            // A rule may be spent now.
            self.changes.send_modify(|changes| *changes += 1);
        }
        verdict
    }

    /// Whether everybody is refused a connection now.
    #[must_use]
    pub fn refuses_everybody(&self, now: SimTime) -> bool {
        self.may_refuse_everybody() && self.book().plan.refuses_everybody(now)
    }

    /// Whether everybody may be refused a connection at some time.
    #[must_use]
    pub fn may_refuse_everybody(&self) -> bool {
        self.summary.may_refuse.load(Ordering::Relaxed)
    }

    /// What is wrong with the certificates the Conax endpoint shows everybody now.
    #[must_use]
    pub fn tls_fault_for_everybody(&self, now: SimTime) -> Option<TlsFault> {
        match self.is_quiet() {
            true => None,
            false => self.book().plan.tls_fault_for_everybody(now),
        }
    }

    /// Tells when it may have changed whether everybody is refused, but for what time changes.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Whether the Conax endpoint is to be closed now. If so the API says that it is, before
    /// anybody is judged who may connect again.
    #[must_use]
    pub fn closes_endpoint(&self, now: SimTime, door: &EndpointState) -> bool {
        if !self.may_refuse_everybody() {
            return false;
        }
        let book = self.book();
        let refuses = book.plan.refuses_everybody(now);
        if refuses {
            door.close();
        }
        refuses
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
