//! Orders with a date ahead: they wait for it, and no longer.

use std::collections::BTreeSet;
use std::time::Duration;

use conax_contract::crm::Operation;
use conax_contract::text::{parse_moment, render_moment};
use serde_json::{Map, Value, json};

use super::orders::{self, FAR, with};
use crate::conformance::{Exchange, is_at_once, is_date};
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

/// How often it is given until its date is still ahead when it is there.
const TRIES: usize = 3;

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
    /// Whether the target printed the date as it was given; else nobody knows when it comes.
    is_kept: bool,
    /// Whether its date was still ahead when it was created.
    is_ahead: bool,
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
    give_soon(session, &order)
}

/// Gives the order whose date comes soon: once more where calls take so long that it had come
/// when the order was there.
fn give_soon(session: &mut Session<'_>, order: &Value) -> Option<Soon> {
    let mut soon = None;
    for _ in 0..TRIES {
        let now = now(session).unwrap_or_default();
        let date = parse_moment(&now).map_or(FAR.to_owned(), |now| render_moment(now + SOON));
        let dated = with(order, "start_date", date.clone().into());
        let exchange = session.accepted(&[], Operation::AddSubscriptions, dated)?;
        let created = exchange.data().as_object().and_then(created_of);
        let is_ahead = created.is_none_or(|created| created < date);
        soon = Some(Soon {
            id: exchange.data()["id"].as_str()?.to_owned(),
            is_kept: is_kept(&exchange),
            date,
            is_ahead,
        });
        if is_ahead {
            break;
        }
    }
    soon
}

/// Whether the order whose date came was sent, though one that was made later was.
pub(super) fn judge_soon(session: &mut Session<'_>, soon: &Soon, ended: &BTreeSet<String>) {
    const CLAUSE: &str = "scheduled-date.sent-when-due";
    if !soon.is_kept {
        let why = "its dates do not come back as they were given, so nobody knows when they come";
        session.untestable(&[CLAUSE], why);
        return;
    }
    if !soon.is_ahead {
        let why = "its calls take so long that no date near by is still ahead";
        session.untestable(&[CLAUSE], why);
        return;
    }
    let is_sent = ended.contains(&soon.id);
    let identifier = json!({ "provisioning_request_identifier": { "id": soon.id } });
    let Some(exchange) = session.call(Operation::Show, identifier) else {
        return;
    };
    let Some(state) = exchange.data()["life_cycle_state"].as_str() else {
        session.untestable(&[CLAUSE], GONE);
        return;
    };
    let found = format!("{state}, though a request made after that was sent");
    let expected = format!("sent once it was {}", soon.date);
    session.judge(&[CLAUSE], &exchange, is_sent, &expected, &found);
}

/// What was seen PENDING no more although its date is still ahead. An order of its own, given after
/// all looks, tells what time it is by now.
pub(super) fn judge_waiting(session: &mut Session<'_>, looks: &[Exchange]) {
    let operation = Operation::AddSubscriptions;
    let Some(order) = orders::order(operation, session.world, 0) else {
        return;
    };
    let last = session.accepted(&[], operation, with(&order, "start_date", FAR.into()));
    let last = last.and_then(|exchange| created_of(exchange.data().as_object()?));
    let Some(now) = last.max(now(session)) else {
        return;
    };
    for exchange in looks {
        let Some(object) = exchange.data().as_object().filter(|object| is_ahead(object, &now))
        else {
            continue;
        };
        let state = object.get("life_cycle_state").and_then(Value::as_str);
        let date = date_of(object.get("scheduled_date")).unwrap_or_default();
        session.judge(
            &["scheduled-date.not-before"],
            exchange,
            state == Some("PENDING"),
            &format!("PENDING until {date}, as it was not later than {now} there"),
            state.unwrap_or("no state"),
        );
    }
}

/// Whether a request waits for a date after this one.
fn is_ahead(object: &Map<String, Value>, now: &str) -> bool {
    !is_at_once(object) && has_later_date(object, now)
}

/// Whether a request has a date after this one, be it sent at once or not.
pub(super) fn has_later_date(object: &Map<String, Value>, now: &str) -> bool {
    let date = date_of(object.get("scheduled_date"));
    date.is_some_and(|date| date.as_str() > now)
}

/// Whether the request of an answer has the start date of its call.
pub(super) fn is_kept(exchange: &Exchange) -> bool {
    let given = date_of(exchange.parameters.get("start_date"));
    given.is_some() && date_of(exchange.data().get("scheduled_date")) == given
}

/// A date, in whatever common form it is printed, as the documents have it: what is wrong with the
/// form is told by `request.date-form`, and everything else can be told all the same.
fn date_of(value: Option<&Value>) -> Option<String> {
    const LENGTH: usize = "2014-11-28T15:05:20".len();
    let text = value?.as_str()?.trim();
    let mut date = text.get(..LENGTH)?.to_owned();
    if date.as_bytes()[10] == b' ' {
        date.replace_range(10..11, "T");
    }
    is_date(&date).then_some(date)
}

/// When a request was created, by the target's own time.
fn created_of(object: &Map<String, Value>) -> Option<String> {
    date_of(object.get("log_information")?.get("created_date"))
}

/// Why nothing more is said of a request that was there.
pub(super) const GONE: &str =
    "a request that was acknowledged is gone, which `request.none-lost` tells";

/// What time it is at the target, as the newest of its requests tells.
pub(super) fn now(session: &Session<'_>) -> Option<String> {
    let created = session.witness.created();
    created.filter_map(|(_, object)| created_of(object)).max()
}
