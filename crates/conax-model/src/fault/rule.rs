//! A fault rule: who, what, how often.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::selector::Selector;
use super::what::Action;
use crate::word_list;

/// The name of a rule; unique in its plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct RuleId(pub Arc<str>);

impl RuleId {
    /// A name.
    #[must_use]
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

word_list! {
    /// What takes one entry of a sequence, and counts as one hit.
    #[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
    pub enum Per {
        /// Each exchange: a client that sends again by itself takes the next entry.
        Exchange = "exchange", Ours;
        /// Each provisioning request: exchanges of the same request share their entry. Of others
        /// than our own CRM the request is not known; then each exchange counts.
        Attempt = "attempt", Ours;
        /// Each command: exchanges with equal commands share their entry.
        Command = "command", Ours;
    }
}

/// One entry of a script: what goes wrong, and what it is called.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct Entry {
    /// The name of the preset, or the actions in words.
    pub title: Arc<str>,
    /// What goes wrong; nothing: the exchange goes well.
    pub actions: Vec<Action>,
}

/// What goes wrong, hit by hit.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub enum Script {
    /// The same, every time.
    Always(Entry),
    /// One entry after the other; then the rule is spent.
    Sequence(Vec<Entry>),
    /// One entry after the other, again and again.
    Circle(Vec<Entry>),
}

impl Script {
    /// The entry of the hit at this place, from 0; none: the script is over.
    #[must_use]
    pub fn entry(&self, place: u64) -> Option<&Entry> {
        let at = |entries: &Vec<Entry>, place: u64| {
            usize::try_from(place).ok().map(|at| at % entries.len().max(1))
        };
        match self {
            Self::Always(entry) => Some(entry),
            Self::Sequence(entries) => entries.get(usize::try_from(place).ok()?),
            Self::Circle(entries) => entries.get(at(entries, place)?),
        }
    }

    /// Every entry.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        match self {
            Self::Always(entry) => std::slice::from_ref(entry).iter(),
            Self::Sequence(entries) | Self::Circle(entries) => entries.iter(),
        }
    }

    /// How many hits it has; none: it never ends.
    #[must_use]
    pub fn hits(&self) -> Option<u64> {
        match self {
            Self::Sequence(entries) => Some(entries.len() as u64),
            Self::Always(_) | Self::Circle(_) => None,
        }
    }
}

/// A rule.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct FaultRule {
    /// Its name; empty as long as it has none.
    pub id: RuleId,
    /// Who is met.
    pub selector: Selector,
    /// What goes wrong.
    pub script: Script,
    /// What counts as one hit.
    pub per: Per,
    /// How many hits it has; none: no limit.
    pub times: Option<u64>,
    /// How long it lives; none: until it is removed.
    pub ttl: Option<Duration>,
    /// Whether it rests.
    pub paused: bool,
}

impl FaultRule {
    /// Whether it has a name.
    #[must_use]
    pub fn is_named(&self) -> bool {
        !self.id.0.is_empty()
    }

    /// The rule with a name: its own, or this one if it has none.
    #[must_use]
    pub fn or_named(mut self, name: &str) -> Self {
        if !self.is_named() {
            self.id = RuleId::new(name);
        }
        self
    }

    /// Whether it only ever makes exchanges longer; then later rules act as well.
    #[must_use]
    pub fn only_delays(&self) -> bool {
        self.script
            .entries()
            .all(|entry| entry.actions.iter().all(Action::is_delay) && !entry.actions.is_empty())
    }
}
