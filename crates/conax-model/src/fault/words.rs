//! Why a rule did not act, in words.

use std::sync::Arc;

use super::facts::Facts;
use super::rule::FaultRule;
use super::verdict::Miss;
use crate::command::{Command, CommandKind};
use crate::crm::{Priority, RequestNumber};

/// What was found where a rule wanted something else.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Found {
    Nothing,
    Kind(CommandKind),
    Text(Arc<str>),
    Priority(Priority),
    Request(RequestNumber),
    Count(usize),
}

impl Found {
    /// What facts say about what a rule missed.
    pub(super) fn of(miss: Miss, facts: &Facts<'_>) -> Self {
        let texts = |texts: Vec<&str>| match texts.as_slice() {
            [] => Self::Nothing,
            texts => Self::Text(texts.join(", ").into()),
        };
        let found = match miss {
            Miss::Kind => facts.kind().map(Self::Kind),
            Miss::Card => match facts.only_card() {
                Some(card) => Some(Self::Text(Arc::clone(card.text()))),
                None => Some(texts(facts.cards())),
            },
            Miss::Product => Some(texts(facts.products())),
            Miss::Module => Some(texts(facts.modules())),
            Miss::Subscription => Some(texts(facts.subscription().into_iter().collect())),
            Miss::Priority => facts.priority().map(Self::Priority),
            Miss::Request => facts.request().map(Self::Request),
            Miss::Concurrency => Some(Self::Count(facts.concurrency)),
            Miss::Connection => Some(Self::Count(facts.on_connection)),
            _ => None,
        };
        found.unwrap_or(Self::Nothing)
    }

    /// In words; nothing if nothing was found.
    fn words(&self) -> Option<String> {
        match self {
            Self::Nothing => None,
            Self::Kind(kind) => Some(format!("{kind:?}")),
            Self::Text(text) => Some(text.to_string()),
            Self::Priority(priority) => Some(format!("{priority:?}")),
            Self::Request(number) => Some(number.to_string()),
            Self::Count(count) => Some(count.to_string()),
        }
    }

    fn or(&self, otherwise: &str) -> String {
        self.words().unwrap_or_else(|| otherwise.to_owned())
    }
}

/// The one thing that kept a rule from acting: what was found and what it wanted.
pub(super) fn why(rule: &FaultRule, miss: Miss, found: &Found) -> String {
    let selector = &rule.selector;
    match miss {
        Miss::Kind => {
            let wanted: Vec<String> =
                selector.kinds.iter().map(|kind| format!("{kind:?}")).collect();
            let found = found.or("no command");
            format!("command {found} is not {}", wanted.join(" or "))
        }
        Miss::Card => not("card", found, selector.card.as_ref()),
        Miss::Product => not("product", found, selector.product.as_ref()),
        Miss::Module => not("module", found, selector.module.as_ref()),
        Miss::Subscription => not("subscription", found, selector.subscription.as_ref()),
        Miss::Priority => format!(
            "priority {} is not {}",
            found.or("unknown"),
            selector.priority.map_or(String::new(), |wanted| format!("{wanted:?}")),
        ),
        Miss::Request => format!(
            "request {} is not {}",
            found.or("unknown"),
            selector.request.unwrap_or_default(),
        ),
        Miss::TooEarly => format!(
            "it acts from {} on",
            selector.from.map_or(String::new(), |from| from.calendar().to_string())
        ),
        Miss::TooLate => format!(
            "it acted until {}",
            selector.until.map_or(String::new(), |until| until.calendar().to_string())
        ),
        Miss::WindowClosed => selector.cycle.map_or(String::new(), |cycle| {
            format!("its window is closed: {:?} on, {:?} off", cycle.on, cycle.off)
        }),
        Miss::Concurrency => format!(
            "{} exchanges are not above {}",
            found.or("no"),
            selector.above.unwrap_or_default()
        ),
        Miss::Connection => format!(
            "{} exchanges on this connection are not above {}",
            found.or("no"),
            selector.above_on_connection.unwrap_or_default()
        ),
        Miss::Chance => {
            format!("the dice let it pass (probability {})", selector.probability.unwrap_or(1.0))
        }
        Miss::Turn => turn(rule),
        Miss::WithinRate => "the rate was not reached".to_owned(),
        Miss::Spent => "it is spent: all its hits are used up".to_owned(),
        Miss::Expired => rule.ttl.map_or(String::new(), |ttl| format!("it expired after {ttl:?}")),
        Miss::Paused => "it is paused".to_owned(),
        Miss::Overruled => "a rule before it acted".to_owned(),
    }
}

fn turn(rule: &FaultRule) -> String {
    let selector = &rule.selector;
    let mut parts = Vec::new();
    if selector.after > 0 {
        parts.push(format!("after the first {}", selector.after));
    }
    if let Some(first) = selector.first {
        parts.push(format!("only {first} of those it meets"));
    }
    if let Some(every) = selector.every {
        parts.push(format!("every {every}. of those it meets"));
    }
    format!("it is not this one's turn: it acts {}", parts.join(", "))
}

fn not(what: &str, found: &Found, wanted: Option<&super::Pattern>) -> String {
    let wanted = wanted.map(ToString::to_string).unwrap_or_default();
    match found.words() {
        None => format!("no {what} is known, it wants {wanted}"),
        Some(found) => format!("{what} {found} is not {wanted}"),
    }
}

/// A command as a text that is equal for equal commands, to be hashed and forgotten. PINs hide
/// themselves in it: nothing that is kept tells anything of them.
pub(super) fn command_key(command: &Command) -> String {
    format!("{command:?}")
}
