//! What the judge answers.

use std::sync::Arc;
use std::time::Duration;

use super::rule::{FaultRule, RuleId};
use super::what::{AnswerFault, CommandFault, ConnectFault, Effect, End};
use super::words::{self, Found};

/// What is to be carried out, in the order of an exchange.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Orders {
    /// No connection comes about.
    pub connect: Option<ConnectFault>,
    /// Wait this long before anything is done.
    pub delay_before: Duration,
    /// End like this, before anything is done.
    pub end_before: Option<End>,
    /// Do this instead of what was told.
    pub effect: Option<Effect>,
    /// Let this happen besides.
    pub besides: Vec<CommandFault>,
    /// Wait this long after everything is done.
    pub delay_after: Duration,
    /// End like this, after everything is done.
    pub end_after: Option<End>,
    /// Damage the regular answer like this.
    pub answer: Vec<AnswerFault>,
}

impl Orders {
    /// Whether nothing goes wrong.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.connect.is_none()
            && self.delay_before.is_zero()
            && self.end_before.is_none()
            && self.effect.is_none()
            && self.besides.is_empty()
            && self.delay_after.is_zero()
            && self.end_after.is_none()
            && self.answer.is_empty()
    }
}

/// A rule that acted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acted {
    /// Its name.
    pub rule: RuleId,
    /// What it did: the name of a preset, or the actions in words.
    pub title: Arc<str>,
    /// Which hit this is, from 1.
    pub hit: u64,
    /// How many hits it has in all, if there is a limit.
    pub of: Option<u64>,
}

/// The one thing that kept a rule from acting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Miss {
    /// Another kind of command.
    Kind,
    /// Another smartcard.
    Card,
    /// Another product.
    Product,
    /// Another pairing module.
    Module,
    /// Another subscription, or none known.
    Subscription,
    /// Another priority, or none known.
    Priority,
    /// Another request, or none known.
    Request,
    /// Its time has not come.
    TooEarly,
    /// Its time is over.
    TooLate,
    /// Its window is closed.
    WindowClosed,
    /// Too few exchanges at the head-end.
    Concurrency,
    /// Too few exchanges on its connection.
    Connection,
    /// The dice said no.
    Chance,
    /// It is not the turn of this one: every n-th, first n, after n.
    Turn,
    /// The rate is not reached yet.
    WithinRate,
    /// All its hits are used up.
    Spent,
    /// It has outlived its time.
    Expired,
    /// It rests.
    Paused,
    /// A rule before it acted.
    Overruled,
}

/// A rule that nearly acted. It is put into words when somebody asks.
#[derive(Clone, Debug, PartialEq)]
pub struct NearMiss {
    /// What kept it from acting.
    pub miss: Miss,
    pub(super) rule: Arc<FaultRule>,
    pub(super) found: Found,
}

impl NearMiss {
    /// The rule's name.
    #[must_use]
    pub fn rule(&self) -> &RuleId {
        &self.rule.id
    }

    /// What kept it from acting, in words: what was found and what it wanted.
    #[must_use]
    pub fn why(&self) -> String {
        words::why(&self.rule, self.miss, &self.found)
    }

    /// The bytes of its texts that nobody else holds.
    #[must_use]
    pub fn text_len(&self) -> usize {
        match &self.found {
            Found::Text(text) => text.len(),
            _ => 0,
        }
    }
}

/// What the judge answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdict {
    /// What is to be carried out.
    pub orders: Orders,
    /// The rules that acted, in order.
    pub acted: Vec<Acted>,
    /// Rules that nearly acted; at most three.
    pub near: Vec<NearMiss>,
}
