//! Who is met by a rule, as far as one exchange tells.

use std::time::Duration;

use super::facts::Facts;
use super::pattern::Pattern;
use super::verdict::Miss;
use crate::command::CommandKind;
use crate::crm::{Priority, RequestNumber};
use crate::time::SimTime;

/// A window that opens and closes again and again, counted from the rule's beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct Cycle {
    /// How long it is open, first.
    pub on: Duration,
    /// How long it is closed, then.
    pub off: Duration,
}

impl Cycle {
    fn is_open(self, since: Duration) -> bool {
        let whole = (self.on + self.off).as_millis().max(1);
        since.as_millis() % whole < self.on.as_millis()
    }
}

/// Who is met: everything that is named must hold.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct Selector {
    /// One of these kinds of command; none: any.
    pub kinds: Vec<CommandKind>,
    /// One of the command's smartcards.
    pub card: Option<Pattern>,
    /// One of the command's products.
    pub product: Option<Pattern>,
    /// One of the command's pairing modules.
    pub module: Option<Pattern>,
    /// The subscription's number; known only of what our own CRM sends.
    pub subscription: Option<Pattern>,
    /// The request's priority; known only of what our own CRM sends.
    pub priority: Option<Priority>,
    /// One provisioning request of our own CRM.
    pub request: Option<RequestNumber>,
    /// Not before.
    pub from: Option<SimTime>,
    /// Not from then on.
    pub until: Option<SimTime>,
    /// Only while this window is open.
    pub cycle: Option<Cycle>,
    /// Only while more exchanges than this are at the head-end.
    pub above: Option<usize>,
    /// Only beyond so many exchanges on one connection.
    pub above_on_connection: Option<usize>,
    /// Of those who meet all the rest, this share; 1 if absent.
    pub probability: Option<f64>,
    /// Of those who meet all the rest, every so many-th.
    pub every: Option<u64>,
    /// Of those who meet all the rest, not the first so many.
    pub after: u64,
    /// Of those who meet all the rest, only the first so many after those.
    pub first: Option<u64>,
}

impl Selector {
    /// What does not hold of an exchange, as far as it is not a matter of counting or chance.
    ///
    /// At most two misses are told: whoever fails more than one did not nearly match.
    pub(super) fn misses(&self, facts: &Facts<'_>, installed: SimTime) -> Misses {
        let mut misses = Misses::default();
        if !self.kinds.is_empty() && !facts.kind().is_some_and(|kind| self.kinds.contains(&kind)) {
            misses.add(Miss::Kind);
        }
        if let Some(pattern) = &self.card {
            misses.unless(facts.any_card(|card| pattern.matches(card)), Miss::Card);
        }
        if let Some(pattern) = &self.product {
            misses.unless(any(pattern, &facts.products()), Miss::Product);
        }
        if let Some(pattern) = &self.module {
            misses.unless(any(pattern, &facts.modules()), Miss::Module);
        }
        if let Some(pattern) = &self.subscription {
            let found = facts.subscription();
            let fits = found.is_some_and(|found| pattern.matches(found));
            misses.unless(fits, Miss::Subscription);
        }
        if self.priority.is_some() {
            misses.unless(facts.priority() == self.priority, Miss::Priority);
        }
        if self.request.is_some() {
            misses.unless(facts.request() == self.request, Miss::Request);
        }
        misses.unless(self.from.is_none_or(|from| facts.now >= from), Miss::TooEarly);
        misses.unless(self.until.is_none_or(|until| facts.now < until), Miss::TooLate);
        let since = facts.now.since(installed);
        misses.unless(self.cycle.is_none_or(|cycle| cycle.is_open(since)), Miss::WindowClosed);
        let above = self.above.is_none_or(|above| facts.concurrency > above);
        misses.unless(above, Miss::Concurrency);
        let above = self.above_on_connection;
        let above = above.is_none_or(|above| facts.on_connection > above);
        misses.unless(above, Miss::Connection);
        misses
    }

    /// Whether it lets everybody through who is no matter of counting or chance.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.kinds.is_empty()
            && self.card.is_none()
            && self.product.is_none()
            && self.module.is_none()
            && self.subscription.is_none()
            && self.priority.is_none()
            && self.request.is_none()
            && self.above.is_none()
            && self.above_on_connection.is_none()
    }

    /// Whether everybody whom `other` meets is met by this one too, by what the two say.
    ///
    /// Used to find rules that can never act; a doubt is a no.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let kinds = self.kinds.is_empty()
            || (!other.kinds.is_empty()
                && other.kinds.iter().all(|kind| self.kinds.contains(kind)));
        kinds
            && covered(self.card.as_ref(), other.card.as_ref())
            && covered(self.product.as_ref(), other.product.as_ref())
            && covered(self.module.as_ref(), other.module.as_ref())
            && covered(self.subscription.as_ref(), other.subscription.as_ref())
            && (self.priority.is_none() || self.priority == other.priority)
            && (self.request.is_none() || self.request == other.request)
            && (self.from.is_none() || other.from.is_some_and(|from| Some(from) >= self.from))
            && (self.until.is_none() || other.until.is_some_and(|until| Some(until) <= self.until))
            && (self.cycle.is_none() || self.cycle == other.cycle)
            && self.above.is_none_or(|above| other.above.is_some_and(|other| other >= above))
            && (self.above_on_connection.is_none()
                || self.above_on_connection == other.above_on_connection)
            && self.always_acts()
    }

    /// Whether neither chance nor counting holds it back.
    fn always_acts(&self) -> bool {
        self.probability.is_none_or(|share| share >= 1.0)
            && self.every.is_none_or(|every| every <= 1)
            && self.after == 0
            && self.first.is_none()
    }
}

fn covered(wide: Option<&Pattern>, narrow: Option<&Pattern>) -> bool {
    match (wide, narrow) {
        (None, _) => true,
        (Some(_), None) => false,
        // A pattern read as a text: `0190*` covers `01900*` and `01900080207`.
        (Some(wide), Some(narrow)) => wide == narrow || wide.matches(&narrow.to_string()),
    }
}

fn any(pattern: &Pattern, texts: &[&str]) -> bool {
    texts.iter().any(|text| pattern.matches(text))
}

/// The first thing that does not hold, and how many there are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Misses {
    pub(super) first: Option<Miss>,
    pub(super) count: usize,
}

impl Misses {
    fn add(&mut self, miss: Miss) {
        self.first = self.first.or(Some(miss));
        self.count += 1;
    }

    fn unless(&mut self, holds: bool, miss: Miss) {
        if !holds {
            self.add(miss);
        }
    }
}
