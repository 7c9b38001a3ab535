//! Orders with a date ahead: they wait for it, and no longer.

use std::collections::BTreeSet;
use std::time::Duration;

use conax_contract::crm::Operation;
use conax_contract::text::{parse_moment, render_moment};
use serde_json::{Map, Value, json};

use super::orders::{self, FAR, with};
use crate::conformance::{Heard, is_date};
use crate::verify::session::Session;
use crate::verify::world::TargetWorld;

/// How far ahead of the target's own time: who is early by more, whether by a zone, by a day or
/// by summer time, sends one of them while its date is still ahead.
const AHEAD: [Duration; 4] = [
    Duration::from_secs(90),
    Duration::from_secs(20 * 60),
    Duration::from_secs(10 * 60 * 60),
    Duration::from_secs(23 * 60 * 60),
];

/// One whose date comes while somebody looks.
const SOON: Duration = Duration::from_secs(3);

/// Those with a date ahead, REGULAR and EXPRESS, and one whose date comes soon.
pub(super) fn creations(world: &TargetWorld) -> usize {
    match orders::order(Operation::AddSubscriptions, world, 0) {
        Some(_) => AHEAD.len() * 2 + 1,
        None => 0,
    }
}

/// An order whose date comes soon.
pub(super) struct Soon {
    pub(super) id: String,
    date: String,
}

/// Gives the orders; the one whose date comes soon, if there is one.
pub(super) fn give(session: &mut Session<'_>) -> Option<Soon> {
    let operation = Operation::AddSubscriptions;
    let order = orders::order(operation, session.world, 0)?;
    // Any of its answers tells what time it is there; without one the dates say nothing.
    let now = now(session).unwrap_or_default();
    let at = |ahead: Duration| {
        parse_moment(&now).map_or(FAR.to_owned(), |now| render_moment(now + ahead))
    };
    for ahead in AHEAD {
        let dated = with(&order, "start_date", at(ahead).into());
        session.accepted(&[], operation, dated.clone());
        session.accepted(&[], operation, with(&dated, "priority", "EXPRESS".into()));
    }
    let date = at(SOON);
    let soon = with(&order, "start_date", date.clone().into());
    let heard = session.accepted(&[], operation, soon)?;
    let id = heard.data()["id"].as_str()?.to_owned();
    Some(Soon { id, date })
}

/// Whether the order whose date came was sent, though one that was made later was.
pub(super) fn judge_soon(session: &mut Session<'_>, soon: &Soon, ended: &BTreeSet<String>) {
    let is_sent = ended.contains(&soon.id);
    let identifier = json!({ "provisioning_request_identifier": { "id": soon.id } });
    let Some(heard) = session.call(Operation::Show, identifier) else {
        return;
    };
    let state = heard.data()["life_cycle_state"].as_str().unwrap_or("gone");
    let found = format!("{state}, though a request made after that was sent");
    let expected = format!("sent once it was {}", soon.date);
    session.judge(
        &["scheduled-date.sent-when-due"],
        &heard,
        is_sent,
        &expected,
        &found,
    );
}

/// What was seen PENDING no more although its date is still ahead. An order of its own, given after
/// all looks, tells what time it is by now.
pub(super) fn judge_waiting(session: &mut Session<'_>, looks: &[Heard]) {
    let operation = Operation::AddSubscriptions;
    let Some(order) = orders::order(operation, session.world, 0) else {
        return;
    };
    session.accepted(&[], operation, with(&order, "start_date", FAR.into()));
    let Some(now) = now(session) else { return };
    for heard in looks {
        let Some(object) = heard
            .data()
            .as_object()
            .filter(|object| is_ahead(object, &now))
        else {
            continue;
        };
        let state = object.get("life_cycle_state").and_then(Value::as_str);
        let date = object["scheduled_date"].as_str().unwrap_or_default();
        session.judge(
            &["scheduled-date.not-before"],
            heard,
            state == Some("PENDING"),
            &format!("PENDING until {date}, as it was not later than {now} there"),
            state.unwrap_or("no state"),
        );
    }
}

/// Whether a request waits for a date after this one.
pub(super) fn is_ahead(object: &Map<String, Value>, now: &str) -> bool {
    let date = object.get("scheduled_date").and_then(Value::as_str);
    let is_at_once = object.get("process_immediately") == Some(&json!(1));
    !is_at_once && date.is_some_and(|date| is_date(date) && date > now)
}

/// What time it is at the target, as the newest of its requests tells.
pub(super) fn now(session: &Session<'_>) -> Option<String> {
    let created = session.witness.created();
    let dates = created.filter_map(|(_, object)| {
        let date = object.get("log_information")?["created_date"].as_str()?;
        is_date(date).then(|| date.to_owned())
    });
    dates.max()
}
