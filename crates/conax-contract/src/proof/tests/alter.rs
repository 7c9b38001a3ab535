//! Altering one member of a line.

use conax_model::ledger::CrmEvent;
use serde_json::Value;

use super::play::{Play, Subject};
use crate::crm::CommandKind;
use crate::proof::{ConaxEvent, Line};

/// The line with another value of this member.
pub(super) fn changed(line: &Value, field: &str) -> Line {
    let mut line = line.clone();
    let value = &mut line[field];
    *value = match (field, &*value) {
        ("type", Value::String(code)) => {
            let others = CommandKind::ALL.map(CommandKind::code);
            Value::from(*others.iter().find(|other| *other != code).unwrap())
        }
        ("command", Value::String(key)) => {
            let others = ["add_subscriptions", "cancel_subscriptions"];
            Value::from(*others.iter().find(|other| *other != key).unwrap())
        }
        ("state" | "crm", Value::String(state)) if state == "COMPLETED" => "REJECTED".into(),
        ("state" | "crm", _) => "COMPLETED".into(),
        ("conax", Value::String(fate)) if fate == "once" => "never".into(),
        ("conax", _) => "once".into(),
        ("head_end", _) => "another".into(),
        (_, Value::Bool(truth)) => (!truth).into(),
        (_, Value::Number(number)) => (number.as_u64().unwrap() + 1000).into(),
        (_, Value::Array(_)) => vec!["other"].into(),
        _ => "other".into(),
    };
    serde_json::from_value(line).unwrap()
}

/// Members of the journals that stand against another line.
const WITNESSED: [&str; 13] = [
    "request",
    "type",
    "exchange",
    "left",
    "status_code",
    "reference",
    "fault",
    "state",
    "read",
    "transaction",
    "transactions",
    "command",
    "late",
];

/// Whether a member of a line stands against another line; the document of the module tells of
/// those that do not.
pub(super) fn is_witnessed(play: &Play, index: usize, field: &str) -> bool {
    let ended = |request: u64| {
        let mut events = play.crm.iter();
        events.any(|event| matches!(event, CrmEvent::Ended { .. }) && event.request() == request)
    };
    let settled = match &play.subjects(index)[0] {
        Subject::Request(request) => ended(*request),
        Subject::Exchange(_) => return false,
        Subject::Console(_) => field != "command",
    };
    let stands = match index.checked_sub(play.crm.len()) {
        None => stands_at_crm(play, &play.crm[index], field),
        Some(index) => stands_at_conax(play, &play.conax[index], field),
    };
    WITNESSED.contains(&field) && settled && stands
}

/// A fault stands in the end of its request, unless the request was sent again.
fn stands_at_crm(play: &Play, event: &CrmEvent, field: &str) -> bool {
    let CrmEvent::Failed { fault, request, .. } = event else {
        return true;
    };
    let mut ends = play.crm.iter();
    let in_end = ends.any(|event| {
        matches!(event, CrmEvent::Ended { request: ended, error: Some(error), .. }
            if ended == request && error == fault)
    });
    field != "fault" || in_end
}

/// The status code of an answer stands in what the CRM read; that of a refusal in the answer, if
/// nothing else came of the command.
fn stands_at_conax(play: &Play, event: &ConaxEvent, field: &str) -> bool {
    let exchange = event.exchange();
    let was_read = || {
        let mut events = play.crm.iter();
        events.any(|event| {
            matches!(event, CrmEvent::Answered { exchange: read, .. } if Some(*read) == exchange)
        })
    };
    let something_else = || {
        let mut events = play.conax.iter().filter(|event| event.exchange() == exchange);
        events.any(|event| matches!(event, ConaxEvent::Executed { .. } | ConaxEvent::Held { .. }))
    };
    match (event, field) {
        (ConaxEvent::Answered { .. }, "status_code") => was_read(),
        (ConaxEvent::Refused { .. }, "status_code") => !something_else(),
        _ => true,
    }
}
