//! One rule at work: its counters, its dice, and whether it acts now.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::facts::{Facts, Stage};
use super::rule::{Entry, FaultRule, Per};
use super::verdict::{Acted, Miss};
use super::what::{Throttle, What};
use super::words;
use crate::entropy::{Dice, Seed, fnv1a};
use crate::time::SimTime;
use crate::word_list;

/// How many shared entries are remembered.
const SHARED_LIMIT: usize = 1024;

word_list! {
    /// Where a rule is in its life.
    pub enum RuleStatus {
        /// It acts on whom it meets.
        Active = "active", Ours;
        /// It rests.
        Paused = "paused", Ours;
        /// All its hits are used up.
        Spent = "spent", Ours;
        /// It has outlived its time.
        Expired = "expired", Ours;
    }
}

/// A rule with what it remembers.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct RuleAtWork {
    /// The rule.
    pub rule: Arc<FaultRule>,
    /// Since when it stands in the plan.
    pub installed: SimTime,
    /// When it acted for the first time.
    pub first_hit: Option<SimTime>,
    /// How often it acted.
    pub hits: u64,
    /// How many exchanges it let pass.
    pub missed: u64,
    /// How many exchanges met everything that is no matter of counting or chance.
    pub met: u64,
    /// The place in the script each of the latest takers has.
    pub shared: VecDeque<(u64, u64)>,
    /// Tokens of a throttle, and when they were counted.
    pub bucket: Option<(f64, SimTime)>,
    /// Its dice.
    pub dice: Dice,
}

/// What judging changes in a rule.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct RuleChange {
    first_hit: Option<SimTime>,
    counts: [u64; 3],
    bucket: Option<(f64, SimTime)>,
    dice: Dice,
}

/// What a rule says to an exchange.
pub(super) enum Reaction {
    /// It acts: its entry, and how long after its first hit.
    Acts(Entry, Acted, Duration),
    /// It does not, for this one reason.
    NearMiss(Miss),
    /// It does not, for several.
    Miss,
    /// It has nothing to say at this stage.
    Silent,
}

impl RuleAtWork {
    pub(super) fn new(rule: FaultRule, seed: Seed, now: SimTime) -> Self {
        Self {
            dice: Dice::new(seed, &format!("fault {}", rule.id)),
            rule: Arc::new(rule),
            installed: now,
            first_hit: None,
            hits: 0,
            missed: 0,
            met: 0,
            shared: VecDeque::new(),
            bucket: None,
        }
    }

    /// Its counters and dice as they are now.
    pub(super) fn change(&self) -> RuleChange {
        RuleChange {
            first_hit: self.first_hit,
            counts: [self.hits, self.missed, self.met],
            bucket: self.bucket,
            dice: self.dice.clone(),
        }
    }

    /// Brings counters and dice to where they were.
    pub(super) fn apply(&mut self, change: RuleChange) {
        [self.hits, self.missed, self.met] = change.counts;
        self.first_hit = change.first_hit;
        self.bucket = change.bucket;
        self.dice = change.dice;
    }

    /// Gives the place of a script to a taker.
    pub(super) fn take(&mut self, taken: (u64, u64)) {
        self.shared.push_back(taken);
        if self.shared.len() > SHARED_LIMIT {
            self.shared.pop_front();
        }
    }

    /// Where it is in its life.
    #[must_use]
    pub fn status(&self, now: SimTime) -> RuleStatus {
        let lived = now.since(self.installed);
        if self.is_spent() {
            RuleStatus::Spent
        } else if self.rule.ttl.is_some_and(|ttl| lived >= ttl) {
            RuleStatus::Expired
        } else if self.rule.paused {
            RuleStatus::Paused
        } else {
            RuleStatus::Active
        }
    }

    fn is_spent(&self) -> bool {
        self.limit().is_some_and(|limit| self.hits >= limit)
    }

    /// How many hits there are in all.
    fn limit(&self) -> Option<u64> {
        match (self.rule.times, self.rule.script.hits()) {
            (Some(times), Some(hits)) => Some(times.min(hits)),
            (times, hits) => times.or(hits),
        }
    }

    /// Whether what it would do next keeps a connection from coming about.
    pub(super) fn next_is_connect(&self, facts: &Facts<'_>) -> bool {
        let shared = self.sharing_key(facts).and_then(|key| self.shared_place(key));
        let entry = self.rule.script.entry(shared.unwrap_or(self.hits));
        entry.is_some_and(Entry::is_connect)
    }

    pub(super) fn react(&mut self, stage: Stage, facts: &Facts<'_>, overruled: bool) -> Reaction {
        let key = self.sharing_key(facts);
        let shared = key.and_then(|key| self.shared_place(key));
        let place = shared.unwrap_or(self.hits);
        let entry = self.rule.script.entry(place);
        // A spent rule has no entry any more; it is told about once, when the command is there.
        let connects = entry.is_some_and(Entry::is_connect);
        match stage {
            Stage::Connect if !connects => return Reaction::Silent,
            Stage::Connected if connects => return Reaction::Silent,
            _ => {}
        }
        match self.held_back(facts, shared.is_some(), overruled) {
            Ok(()) => {}
            Err(Some(miss)) => {
                self.missed += 1;
                return Reaction::NearMiss(miss);
            }
            Err(None) => {
                self.missed += 1;
                return Reaction::Miss;
            }
        }
        let Some(entry) = self.rule.script.entry(place).cloned() else {
            return Reaction::NearMiss(Miss::Spent);
        };
        if shared.is_none() {
            self.hits += 1;
            if let Some(key) = key {
                self.take((key, place));
            }
        }
        let first_hit = *self.first_hit.get_or_insert(facts.now);
        let acted = Acted {
            rule: self.rule.id.clone(),
            title: entry.title.clone(),
            hit: place + 1,
            of: self.limit(),
        };
        Reaction::Acts(entry, acted, facts.now.since(first_hit))
    }

    /// Why it does not act: one reason, or several.
    fn held_back(
        &mut self,
        facts: &Facts<'_>,
        shared: bool,
        overruled: bool,
    ) -> Result<(), Option<Miss>> {
        let misses = self.rule.selector.misses(facts, self.installed);
        match misses.count {
            0 => {}
            1 if self.status(facts.now) == RuleStatus::Active && !overruled => {
                return Err(misses.first);
            }
            _ => return Err(None),
        }
        match self.status(facts.now) {
            RuleStatus::Paused => return Err(Some(Miss::Paused)),
            RuleStatus::Expired => return Err(Some(Miss::Expired)),
            RuleStatus::Spent if !shared => return Err(Some(Miss::Spent)),
            RuleStatus::Spent | RuleStatus::Active => {}
        }
        if overruled {
            return Err(Some(Miss::Overruled));
        }
        if shared {
            return Ok(());
        }
        self.turn_and_chance(facts).map_err(Some)
    }

    fn turn_and_chance(&mut self, facts: &Facts<'_>) -> Result<(), Miss> {
        let selector = &self.rule.selector;
        self.met += 1;
        let Some(turn) = self.met.checked_sub(selector.after).filter(|turn| *turn > 0) else {
            return Err(Miss::Turn);
        };
        let in_time = selector.first.is_none_or(|first| turn <= first);
        let in_turn = selector.every.is_none_or(|every| turn.is_multiple_of(every.max(1)));
        if !(in_time && in_turn) {
            return Err(Miss::Turn);
        }
        if let Some(share) = selector.probability
            && self.dice.fraction() >= share
        {
            return Err(Miss::Chance);
        }
        match self.throttle() {
            Some(throttle) if self.takes_token(throttle, facts.now) => Err(Miss::WithinRate),
            _ => Ok(()),
        }
    }

    fn throttle(&self) -> Option<Throttle> {
        let entry = self.rule.script.entry(self.hits)?;
        entry.actions.iter().find_map(|action| match action.what {
            What::Throttle(throttle) => Some(throttle),
            _ => None,
        })
    }

    /// Whether there was a token left for this one.
    fn takes_token(&mut self, throttle: Throttle, now: SimTime) -> bool {
        let full = f64::from(throttle.burst.max(1));
        let (tokens, since) = self.bucket.unwrap_or((full, now));
        let gained = now.since(since).as_secs_f64() * throttle.per_second;
        let tokens = (tokens + gained).min(full);
        let is_left = tokens >= 1.0;
        let rest = if is_left { tokens - 1.0 } else { tokens };
        self.bucket = Some((rest, now));
        is_left
    }

    /// Who takes an entry: absent if each exchange takes one of its own.
    fn sharing_key(&self, facts: &Facts<'_>) -> Option<u64> {
        match self.rule.per {
            Per::Exchange => None,
            Per::Attempt => facts.origin.and_then(|origin| origin.request),
            Per::Command => facts.command.map(|command| fnv1a(&words::command_key(command))),
        }
    }

    fn shared_place(&self, key: u64) -> Option<u64> {
        let found = self.shared.iter().rev().find(|(taker, _)| *taker == key);
        found.map(|(_, place)| *place)
    }

    pub(super) fn draw(&mut self, shape: &super::DelayShape, since: Duration) -> Duration {
        shape.draw(&mut self.dice, since)
    }
}
