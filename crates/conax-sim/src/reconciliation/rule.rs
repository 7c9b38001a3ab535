//! Why a rule did, or did not, act on a request; or whether it will.

use conax_model::crm::{ProvisioningRequest, State};
use conax_model::fault::{Facts, RuleId};
use conax_model::ledger::Row;

use super::cut::reconciled;
use super::met::{GONE, Known, Met};
use super::story;
use crate::dispatch::origin;
use crate::shared::Shared;

/// What the plan says of a rule and a request now.
enum Now {
    /// There is no such rule; and which there are.
    Absent(String),
    /// It would act; since when it is there, and whether it has met anybody.
    Acts(Standing),
    /// It would not, and why.
    Passes(Standing, String),
}

/// How a rule stands in the plan.
struct Standing {
    installed: conax_model::time::SimTime,
    has_met: bool,
}

/// What a rule did with a request, or will do, in sentences.
pub(super) fn about_rule(
    shared: &Shared,
    request: &ProvisioningRequest,
    rule: &str,
) -> Vec<String> {
    let row = request.number.and_then(|number| reconciled(shared, number));
    let met = Met::of(shared, row.as_ref());
    let acted = met.acted().filter(|one| &*one.rule.0 == rule);
    let acted: Vec<String> = acted.map(story::acted).collect();
    if !acted.is_empty() {
        return acted;
    }
    let near = met.near().filter(|one| &*one.rule().0 == rule);
    let near: Vec<String> =
        near.map(|one| format!("rule {rule} did not act: {}", one.why())).collect();
    if met.known == Known::All && !near.is_empty() {
        return near;
    }
    let is_pending = matches!(request.state, State::Pending);
    let now = now(shared, request, rule);
    vec![match met.known {
        Known::All => did_not(rule, &now, &met, row.as_ref()),
        Known::Gone => is_gone(rule, &now),
        Known::UnderWay => match now {
            Now::Absent(there) => there,
            Now::Acts(_) | Now::Passes(..) => format!(
                "whether rule {rule} acts on it is told when the exchange with Conax has ended"
            ),
        },
        Known::NothingSent if is_pending => to_come(rule, now),
        Known::NothingSent => {
            format!("rule {rule} did not act: nothing was sent to Conax for it")
        }
        Known::Before => {
            "it was there from the start: what rules did with it is not known here".to_owned()
        }
        Known::Elsewhere => format!(
            "rule {rule} does not act on it: rules are for our own head-end, and this one is \
             another (`conax-url`)"
        ),
    }]
}

fn to_come(rule: &str, now: Now) -> String {
    match now {
        Now::Absent(there) => there,
        Now::Passes(_, why) => format!("rule {rule} does not act on it: {why}"),
        Now::Acts(_) => {
            format!("rule {rule} has not met it yet; it will act when the command is sent")
        }
    }
}

/// Every exchange of it is known, and the rule is not among those that acted, or nearly did.
fn did_not(rule: &str, now: &Now, met: &Met, row: Option<&Row>) -> String {
    let has_left = row.is_some_and(|row| row.has_left);
    let came_later = |standing: &Standing| {
        let met_nobody = has_left && !standing.has_met;
        met_nobody || met.began.is_some_and(|began| standing.installed > began)
    };
    match now {
        Now::Absent(there) => there.clone(),
        Now::Acts(standing) | Now::Passes(standing, _) if came_later(standing) => {
            format!("rule {rule} did not act: it was not there yet when the command was sent")
        }
        Now::Passes(_, why) => {
            format!("rule {rule} did not act; as it stands now it would not either: {why}")
        }
        Now::Acts(_) => format!("rule {rule} did not act; why it did not is not known"),
    }
}

fn is_gone(rule: &str, now: &Now) -> String {
    let standing = match now {
        Now::Absent(there) => format!("; {there}"),
        Now::Passes(_, why) => format!("; as it stands now it would not: {why}"),
        Now::Acts(_) => String::new(),
    };
    format!("whether rule {rule} acted on it is not known any more: {GONE}{standing}")
}

/// What the rule would say to the request now.
fn now(shared: &Shared, request: &ProvisioningRequest, rule: &str) -> Now {
    let id = RuleId::new(rule);
    let command = request.command().ok();
    let origin =
        command.as_ref().map(|command| origin(shared, request.number, request.priority, command));
    let facts = Facts {
        command: command.as_ref(),
        origin: origin.as_ref(),
        concurrency: 1,
        on_connection: 1,
        now: shared.clock.now(),
    };
    let book = shared.fault_plan();
    let Some(found) = book.plan.find(&id) else {
        let known = book.plan.names();
        return Now::Absent(match known.is_empty() {
            true => format!("there is no rule {rule}: there are no rules at all"),
            false => format!("there is no rule {rule}; there are {}", known.join(", ")),
        });
    };
    let found = Standing { installed: found.installed, has_met: found.hits + found.missed > 0 };
    let verdict = book.plan.dry_run(&facts);
    let near = verdict.near.iter().find(|near| *near.rule() == id);
    if verdict.acted.iter().any(|acted| acted.rule == id) {
        return Now::Acts(found);
    }
    match near.map(|near| near.why()).or(book.plan.why_not(&id, &facts)) {
        Some(why) => Now::Passes(found, why),
        None if verdict.acted.is_empty() => Now::Acts(found),
        None => Now::Passes(found, "a rule before it acts".to_owned()),
    }
}
