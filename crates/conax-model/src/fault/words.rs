//! Why a rule did not act, in words.

use super::facts::Facts;
use super::rule::FaultRule;
use super::verdict::Miss;
use crate::command::Command;
use crate::secret::Secret;

/// The one thing that kept a rule from acting: what was found and what it wanted.
pub(super) fn why(rule: &FaultRule, miss: Miss, facts: &Facts<'_>) -> String {
    let selector = &rule.selector;
    match miss {
        Miss::Kind => {
            let wanted: Vec<String> = selector
                .kinds
                .iter()
                .map(|kind| format!("{kind:?}"))
                .collect();
            let found = facts
                .kind()
                .map_or("no command".to_owned(), |kind| format!("{kind:?}"));
            format!("command {found} is not {}", wanted.join(" or "))
        }
        Miss::Card => not("card", &facts.cards(), selector.card.as_ref()),
        Miss::Product => not("product", &facts.products(), selector.product.as_ref()),
        Miss::Module => not("module", &facts.modules(), selector.module.as_ref()),
        Miss::Subscription => {
            let found: Vec<&str> = facts.subscription().into_iter().collect();
            not("subscription", &found, selector.subscription.as_ref())
        }
        Miss::Priority => format!(
            "priority {} is not {}",
            facts
                .priority()
                .map_or("unknown".to_owned(), |found| format!("{found:?}")),
            selector
                .priority
                .map_or(String::new(), |wanted| format!("{wanted:?}")),
        ),
        Miss::Request => format!(
            "request {} is not {}",
            facts
                .request()
                .map_or("unknown".to_owned(), |found| found.to_string()),
            selector.request.unwrap_or_default(),
        ),
        Miss::TooEarly => format!(
            "it acts from {} on",
            selector
                .from
                .map_or(String::new(), |from| from.calendar().to_string())
        ),
        Miss::TooLate => format!(
            "it acted until {}",
            selector
                .until
                .map_or(String::new(), |until| until.calendar().to_string())
        ),
        Miss::WindowClosed => selector.cycle.map_or(String::new(), |cycle| {
            format!(
                "its window is closed: {:?} on, {:?} off",
                cycle.on, cycle.off
            )
        }),
        Miss::Concurrency => format!(
            "{} exchanges are not above {}",
            facts.concurrency,
            selector.above.unwrap_or_default()
        ),
        Miss::Connection => format!(
            "{} exchanges on this connection are not above {}",
            facts.on_connection,
            selector.above_on_connection.unwrap_or_default()
        ),
        Miss::Chance => format!(
            "the dice let it pass (probability {})",
            selector.probability.unwrap_or(1.0)
        ),
        Miss::Turn => turn(rule),
        Miss::WithinRate => "the rate was not reached".to_owned(),
        Miss::Spent => "it is spent: all its hits are used up".to_owned(),
        Miss::Expired => rule
            .ttl
            .map_or(String::new(), |ttl| format!("it expired after {ttl:?}")),
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

fn not(what: &str, found: &[&str], wanted: Option<&super::Pattern>) -> String {
    let wanted = wanted.map(ToString::to_string).unwrap_or_default();
    match found {
        [] => format!("no {what} is known, it wants {wanted}"),
        found => format!("{what} {} is not {wanted}", found.join(", ")),
    }
}

/// A command as a text that is equal for equal commands, to be hashed and forgotten.
///
/// A secret hides itself in a debug text, so that two PINs look alike here unless spelled out.
pub(super) fn command_key(command: &Command) -> String {
    let pin = match command {
        Command::UpdateCaPinToGivenValue { pin, .. } => Secret::expose(pin),
        _ => "",
    };
    format!("{command:?}{pin}")
}
