//! The judge: rules in order, and the cards that always meet the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::delay::LONGEST;
use super::facts::{Facts, Stage};
use super::rule::{Entry, FaultRule, RuleId, Script};
use super::state::{Reaction, RuleAtWork, RuleChange, RuleStatus};
use super::verdict::{Acted, NearMiss, Orders, Verdict};
use super::what::{Action, ConnectFault, End, Phase, TlsFault, What};
use super::words::{self, Found};
use crate::cas::RejectionCause;
use crate::entropy::Seed;
use crate::noted::Noted;
use crate::time::SimTime;

/// How many near misses are told.
const NEAR_LIMIT: usize = 3;

/// A rule that can never act, because of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shadow {
    /// The rule that never acts.
    pub rule: RuleId,
    /// The rule before it that always acts first.
    pub by: RuleId,
}

/// Rules in order; the first that acts decides. Rules that only delay let later ones act as well.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct FaultPlan {
    /// The seed of the dice of rules to come.
    pub seed: Seed,
    /// The rules, in order.
    pub rules: Vec<RuleAtWork>,
    pub(super) magic: Arc<BTreeMap<String, Entry>>,
    pub(super) magic_hits: u64,
    /// Places of rules that had something to say.
    #[cfg_attr(feature = "storage", serde(skip))]
    noted: Noted<Judged>,
}

/// What judging changed.
#[derive(Debug, Default)]
struct Judged {
    rules: BTreeSet<usize>,
    /// The places in a script that were taken, by the place of the rule.
    taken: Vec<(usize, (u64, u64))>,
    has_met_magic: bool,
}

/// What judging changed in a plan: the counters and dice of the rules that had something to say.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct PlanChange {
    rules: Vec<(usize, RuleChange)>,
    taken: Vec<(usize, (u64, u64))>,
    magic_hits: Option<u64>,
}

impl PlanChange {
    /// Whether nothing was changed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.magic_hits.is_none()
    }
}

impl FaultPlan {
    /// What judging changed since this was last asked; nothing if the rules are others. From now on
    /// it is noted.
    pub fn changes(&mut self) -> Option<PlanChange> {
        let judged = self.noted.take()?;
        let rules = judged.rules.into_iter();
        Some(PlanChange {
            rules: rules.map(|place| (place, self.rules[place].change())).collect(),
            taken: judged.taken,
            magic_hits: judged.has_met_magic.then_some(self.magic_hits),
        })
    }

    /// Makes a change that was noted in a plan like this.
    pub fn apply(&mut self, change: PlanChange) {
        for (place, change) in change.rules {
            if let Some(rule) = self.rules.get_mut(place) {
                rule.apply(change);
            }
        }
        for (place, taken) in change.taken {
            if let Some(rule) = self.rules.get_mut(place) {
                rule.take(taken);
            }
        }
        self.magic_hits = change.magic_hits.unwrap_or(self.magic_hits);
    }

    /// A plan without rules.
    #[must_use]
    pub fn new(seed: Seed) -> Self {
        Self {
            seed,
            rules: Vec::new(),
            magic: Arc::default(),
            magic_hits: 0,
            noted: Noted::default(),
        }
    }

    /// Sets which smartcards always meet the same, unless a rule acts.
    pub fn set_magic(&mut self, magic: BTreeMap<String, Entry>) {
        self.noted.forget();
        self.magic = Arc::new(magic);
    }

    /// The rule of this name.
    #[must_use]
    pub fn find(&self, id: &RuleId) -> Option<&RuleAtWork> {
        self.rules.iter().find(|one| one.rule.id == *id)
    }

    /// The names of the rules, in order.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let rules = self.rules.iter();
        rules.map(|one| one.rule.id.to_string()).collect()
    }

    /// Whether nothing can go wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.magic.is_empty()
    }

    /// Adds a rule at this place, or at the end. One of the same name is replaced.
    pub fn add(&mut self, rule: FaultRule, place: Option<usize>, now: SimTime) {
        self.noted.forget();
        self.remove(&rule.id);
        let place = place.unwrap_or(usize::MAX).min(self.rules.len());
        let rule = RuleAtWork::new(rule, self.seed, now);
        self.rules.insert(place, rule);
    }

    /// Removes a rule; whether there was one.
    pub fn remove(&mut self, id: &RuleId) -> bool {
        self.noted.forget();
        let before = self.rules.len();
        self.rules.retain(|one| one.rule.id != *id);
        self.rules.len() < before
    }

    /// Removes every rule.
    pub fn clear(&mut self) {
        self.noted.forget();
        self.rules.clear();
    }

    /// Lets a rule rest, or act again; whether there is one.
    pub fn pause(&mut self, id: &RuleId, paused: bool) -> bool {
        self.noted.forget();
        let found = self.rules.iter_mut().find(|one| one.rule.id == *id);
        found.map(|one| Arc::make_mut(&mut one.rule).paused = paused).is_some()
    }

    /// Puts a rule at another place; whether there is one.
    pub fn reorder(&mut self, id: &RuleId, place: usize) -> bool {
        self.noted.forget();
        let Some(from) = self.rules.iter().position(|one| one.rule.id == *id) else {
            return false;
        };
        let rule = self.rules.remove(from);
        self.rules.insert(place.min(self.rules.len()), rule);
        true
    }

    /// The longest time back any rule may ask for: of a stale read, or of a restart that loses.
    #[must_use]
    pub fn memory(&self) -> Duration {
        let rules = self.rules.iter().flat_map(|one| one.rule.script.entries());
        let actions = rules.chain(self.magic.values()).flat_map(|entry| &entry.actions);
        actions.map(Action::memory).max().unwrap_or_default()
    }

    /// Whether somebody who is nobody's client in particular would be refused a connection now.
    #[must_use]
    pub fn refuses_everybody(&self, now: SimTime) -> bool {
        self.connect_fault_for_everybody(now) == Some(ConnectFault::Refused)
    }

    /// What is wrong with the certificates for somebody who is nobody's client in particular.
    #[must_use]
    pub fn tls_fault_for_everybody(&self, now: SimTime) -> Option<TlsFault> {
        match self.connect_fault_for_everybody(now)? {
            ConnectFault::Tls(fault) => Some(fault),
            ConnectFault::Refused | ConnectFault::NoRoute | ConnectFault::TimedOut => None,
        }
    }

    fn connect_fault_for_everybody(&self, now: SimTime) -> Option<ConnectFault> {
        let mut rules = self.rules.iter();
        rules.find_map(|one| {
            one.connect_fault_of_everybody().filter(|_| one.holds_for_everybody(now))
        })
    }

    /// Whether, at some time, everybody may be refused a connection.
    #[must_use]
    pub fn may_refuse_everybody(&self) -> bool {
        let mut rules = self.rules.iter();
        rules.any(|one| one.connect_fault_of_everybody() == Some(ConnectFault::Refused))
    }

    /// Judges an exchange at this stage. What it says was counted: it must be carried out.
    pub fn judge(&mut self, stage: Stage, facts: &Facts<'_>) -> Verdict {
        let mut verdict = Verdict::default();
        if self.is_empty() {
            return verdict;
        }
        // While it connects, only those that come before something that is against it matter.
        let matter = match stage {
            Stage::Connect => self.before_last_connect(facts),
            Stage::Connected | Stage::Arrived => self.rules.len(),
        };
        let mut overruled = false;
        for (place, one) in self.rules[..matter].iter_mut().enumerate() {
            if stage == Stage::Connect && one.decides_later(facts) {
                // The first rule that acts decides, though its time is yet to come.
                return verdict;
            }
            let hits = one.hits;
            let reaction = one.react(stage, facts, overruled);
            if !matches!(reaction, Reaction::Silent) {
                self.noted.note(|judged| {
                    judged.rules.insert(place);
                });
            }
            match reaction {
                Reaction::Acts(entry, acted, since) => {
                    if let Some(taken) = one.shared.back().filter(|_| one.hits > hits) {
                        self.noted.note(|judged| judged.taken.push((place, *taken)));
                    }
                    overruled = overruled || !one.rule.only_delays();
                    let mut draw = |shape: &_| one.draw(shape, since);
                    order(&mut verdict.orders, &entry, &mut draw);
                    verdict.acted.push(acted);
                }
                Reaction::NearMiss(miss) if verdict.near.len() < NEAR_LIMIT => {
                    verdict.near.push(NearMiss {
                        miss,
                        rule: Arc::clone(&one.rule),
                        found: Found::of(miss, facts),
                    });
                }
                Reaction::NearMiss(_) | Reaction::Miss | Reaction::Silent => {}
            }
        }
        if !overruled {
            self.judge_magic(stage, facts, &mut verdict);
        }
        verdict
    }

    /// How many rules there are up to the last of those that would keep this exchange from getting a
    /// connection; all of them, if its smartcard does.
    fn before_last_connect(&self, facts: &Facts<'_>) -> usize {
        let is_magic = |card: &str| self.magic.get(card).is_some_and(Entry::is_connect);
        if facts.any_card(is_magic) {
            return self.rules.len();
        }
        let last = self.rules.iter().rposition(|one| one.next_is_connect(facts));
        last.map_or(0, |last| last + 1)
    }

    fn judge_magic(&mut self, stage: Stage, facts: &Facts<'_>, verdict: &mut Verdict) {
        if self.magic.is_empty() {
            return;
        }
        // Nearly every command is about no magic card: then nothing is made.
        if !facts.any_card(|card| self.magic.contains_key(card)) {
            return;
        }
        let cards = facts.cards();
        let Some((card, entry)) = cards.iter().find_map(|card| self.magic.get_key_value(*card))
        else {
            return;
        };
        let connects = entry.is_connect();
        if (stage == Stage::Connect) != connects && stage != Stage::Arrived {
            return;
        }
        self.magic_hits += 1;
        self.noted.note(|judged| judged.has_met_magic = true);
        order(&mut verdict.orders, entry, &mut |shape| {
            shape.draw(&mut crate::entropy::Dice::new(self.seed, card), Duration::ZERO)
        });
        verdict.acted.push(Acted {
            rule: RuleId::new(format!("magic {card}")),
            title: Arc::clone(&entry.title),
            hit: self.magic_hits,
            of: None,
        });
    }

    /// What an exchange would meet, from connecting to the answer; nothing is counted.
    #[must_use]
    pub fn dry_run(&self, facts: &Facts<'_>) -> Verdict {
        let mut copy = self.clone();
        let verdict = copy.judge(Stage::Connect, facts);
        if verdict.orders.connect.is_some() {
            return verdict;
        }
        copy.judge(Stage::Connected, facts)
    }

    /// Why this rule would not act on this exchange now; nothing if it would. Nothing is counted.
    #[must_use]
    pub fn why_not(&self, id: &RuleId, facts: &Facts<'_>) -> Option<String> {
        let found = self.find(id)?;
        let why = |miss| words::why(&found.rule, miss, &Found::of(miss, facts));
        let mut copy = found.clone();
        match copy.react(Stage::Arrived, facts, false) {
            Reaction::Acts(..) | Reaction::Silent => None,
            Reaction::NearMiss(miss) => Some(why(miss)),
            Reaction::Miss => {
                let misses = found.rule.selector.misses(facts, found.installed);
                let first = misses.first.map(why);
                first.map(|first| format!("{first}, and more does not fit"))
            }
        }
    }

    /// Rules that can never act, because one before them always does.
    #[must_use]
    pub fn shadows(&self) -> Vec<Shadow> {
        let mut shadows = Vec::new();
        for (place, one) in self.rules.iter().enumerate() {
            let by = self.rules[..place].iter().find(|earlier| earlier.hides(one));
            shadows.extend(
                by.map(|earlier| Shadow { rule: one.rule.id.clone(), by: earlier.rule.id.clone() }),
            );
        }
        shadows
    }
}

impl RuleAtWork {
    /// Whether it will act on this exchange once there is a connection, and decide. Nothing is
    /// counted.
    fn decides_later(&self, facts: &Facts<'_>) -> bool {
        if self.rule.only_delays() || self.next_is_connect(facts) {
            return false;
        }
        let mut copy = self.clone();
        matches!(copy.react(Stage::Connected, facts, false), Reaction::Acts(..))
    }

    /// Whether it always acts before `later` could.
    fn hides(&self, later: &Self) -> bool {
        let endless = self.rule.times.is_none() && self.rule.ttl.is_none() && !self.rule.paused;
        let always = matches!(self.rule.script, Script::Always(_) | Script::Circle(_));
        let throttles = self.rule.script.entries().any(Entry::has_throttle);
        endless
            && always
            && !throttles
            && !self.rule.only_delays()
            && self.rule.selector.covers(&later.rule.selector)
    }

    /// How it keeps everybody from connecting, whenever it holds.
    fn connect_fault_of_everybody(&self) -> Option<ConnectFault> {
        let selector = &self.rule.selector;
        let is_open = selector.is_open()
            && selector.probability.is_none()
            && (selector.every, selector.first, selector.after) == (None, None, 0);
        let entry = match &self.rule.script {
            Script::Always(entry) if is_open => entry,
            _ => return None,
        };
        entry.actions.iter().find_map(|action| match action.what {
            What::Connect(fault) => Some(fault),
            _ => None,
        })
    }

    fn holds_for_everybody(&self, now: SimTime) -> bool {
        let nobody = Facts { command: None, origin: None, concurrency: 0, on_connection: 1, now };
        self.status(now) == RuleStatus::Active
            && self.rule.selector.misses(&nobody, self.installed).count == 0
    }
}

impl Entry {
    pub(super) fn is_connect(&self) -> bool {
        self.actions.iter().any(Action::is_connect)
    }

    /// Whether it turns away what comes too fast.
    #[must_use]
    pub fn has_throttle(&self) -> bool {
        self.actions.iter().any(|action| matches!(action.what, What::Throttle(_)))
    }
}

impl Action {
    fn memory(&self) -> Duration {
        match self.what {
            What::Effect(super::Effect::Stale(age))
            | What::Command(super::CommandFault::Lose(age)) => age,
            _ => Duration::ZERO,
        }
    }
}

/// Adds the actions of an entry to the orders; where one place is taken, the first stays.
fn order(orders: &mut Orders, entry: &Entry, draw: &mut dyn FnMut(&super::DelayShape) -> Duration) {
    for action in &entry.actions {
        match (&action.what, action.phase) {
            (What::Delay(shape), Phase::AfterApply) => delay(&mut orders.delay_after, draw(shape)),
            (What::Delay(shape), _) => delay(&mut orders.delay_before, draw(shape)),
            (What::Connect(fault), _) => {
                orders.connect.get_or_insert(*fault);
            }
            (What::End(end), Phase::AfterApply) => {
                orders.end_after.get_or_insert_with(|| end.clone());
            }
            (What::End(end), _) => {
                orders.end_before.get_or_insert_with(|| end.clone());
            }
            (What::Throttle(throttle), _) => {
                orders.end_before.get_or_insert_with(|| turned_away(throttle.rejects));
            }
            (What::Effect(effect), _) => {
                orders.effect.get_or_insert(*effect);
            }
            (What::Command(fault), _) => orders.besides.push(*fault),
            (What::Answer(fault), _) => orders.answer.push(fault.clone()),
        }
    }
}

fn delay(sum: &mut Duration, more: Duration) {
    *sum = sum.saturating_add(more).min(LONGEST);
}

fn turned_away(rejects: bool) -> End {
    if rejects {
        End::Reject {
            cause: RejectionCause::TooManyRequests,
            message: Some("too many requests in too little time".to_owned()),
        }
    } else {
        End::Http {
            status: 503,
            content_type: "text/html".to_owned(),
            body: "<html><body><h1>503 Service Unavailable</h1></body></html>".to_owned(),
        }
    }
}
