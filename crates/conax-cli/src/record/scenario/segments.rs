//! From exchanges to turns: what was said, what was waited for, and how much time passed. Pure.
//!
//! A client that asks again and again until a request has ended waits; that is one turn, and how
//! often it asked says nothing.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDateTime;
use conax_contract::crm::Operation;
use conax_contract::text::parse_moment;

use super::super::form::{Content, Exchange};
use super::registry::{Registry, is_ok, operation_of, records};

/// Something that becomes a step.
#[derive(Debug)]
pub(super) struct Segment<'r> {
    /// What it is.
    pub(super) kind: SegmentKind<'r>,
    /// The exchange it ends with.
    pub(super) exchange: &'r Exchange,
    /// The number of the exchange it begins with.
    pub(super) first: usize,
    /// Whole seconds that passed before it.
    pub(super) passed: u64,
    /// Whether there was a processing run before it.
    pub(super) follows_run: bool,
}

/// What a turn is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum SegmentKind<'r> {
    /// A call and its reply.
    Call,
    /// A request was asked for until it was in this state.
    Awaited {
        /// Which request.
        request: usize,
        /// The state.
        state: &'r str,
    },
    /// It cannot be said again.
    LeftOut(String),
}

/// What is known of the time of the implementation that was recorded.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    /// Its clock when the recording began, if its replies tell.
    pub(super) began: Option<NaiveDateTime>,
    /// Whether calls name dates, so that the clock matters.
    pub(super) calls_have_dates: bool,
}

/// The turns of a recording.
pub(super) fn segments<'r>(
    exchanges: &'r [Exchange],
    registry: &Registry<'_>,
) -> (Vec<Segment<'r>>, Timeline) {
    let calls: Vec<&Exchange> = exchanges.iter().filter(|one| one.api == "crm").collect();
    let timeline = timeline(&calls);
    let mut clock = Clock::new(timeline.began);
    let runs = runs(&calls, registry);
    let mut states: BTreeMap<usize, &str> = BTreeMap::new();
    let mut segments = Vec::new();
    let mut first = None;
    let mut passed_ms = 0;
    for (index, &exchange) in calls.iter().enumerate() {
        clock.reach(exchange, registry);
        if is_poll(&calls, index, registry) {
            first.get_or_insert(exchange.number);
            continue;
        }
        let seen = seen(exchange, registry);
        let ended = |(request, state): &(usize, &str)| {
            *state != "PENDING" && states.get(request) == Some(&"PENDING")
        };
        let has_ended = seen.iter().any(ended);
        let is_show = operation_of(exchange) == Some(Operation::Show);
        let kind = match (seen.first(), left_out(exchange)) {
            (_, Some(reason)) => SegmentKind::LeftOut(reason),
            (Some(&(request, state)), None) if is_show && has_ended => {
                SegmentKind::Awaited { request, state }
            }
            _ => SegmentKind::Call,
        };
        // While somebody waits, time passes by itself, unless the request was due later.
        let is_waiting = matches!(kind, SegmentKind::Awaited { .. }) && !is_later(exchange);
        let passed = (clock.now_ms / 1000).saturating_sub(passed_ms / 1000);
        if matches!(kind, SegmentKind::LeftOut(_)) {
            // It is passed with what comes after.
        } else {
            passed_ms = clock.now_ms;
        }
        states.extend(seen);
        segments.push(Segment {
            kind,
            exchange,
            first: first.take().unwrap_or(exchange.number),
            passed: if is_waiting { 0 } else { passed },
            follows_run: runs.contains(&index),
        });
    }
    (segments, timeline)
}

/// Before which exchanges there was a processing run: before a request was first seen to have
/// ended, and before others were made that were still pending then.
fn runs(calls: &[&Exchange], registry: &Registry<'_>) -> BTreeSet<usize> {
    let seen: Vec<Vec<(usize, &str)>> = calls.iter().map(|one| seen(one, registry)).collect();
    let mut made: BTreeMap<usize, usize> = BTreeMap::new();
    let mut last_pending: BTreeMap<usize, usize> = BTreeMap::new();
    for (index, seen) in seen.iter().enumerate() {
        for (request, state) in seen {
            made.entry(*request).or_insert(index);
            if *state == "PENDING" {
                last_pending.insert(*request, index);
            }
        }
    }
    let mut pending = BTreeSet::new();
    let mut runs = BTreeSet::new();
    for (index, seen) in seen.iter().enumerate() {
        let ended = seen.iter().filter(|(_, state)| *state != "PENDING");
        let ended: Vec<usize> = ended.map(|(request, _)| *request).collect();
        let newly: Vec<&usize> =
            ended.iter().filter(|request| pending.contains(*request)).collect();
        if let Some(last_made) = newly.iter().map(|request| made[*request]).max() {
            let spared = last_pending.iter().filter(|(_, last)| **last >= index);
            let spared = spared.map(|(request, _)| made[request]);
            let before = spared.filter(|begin| (last_made + 1..index).contains(begin)).min();
            runs.insert(before.unwrap_or(index));
        }
        ended.iter().for_each(|request| {
            pending.remove(request);
        });
        let still = seen.iter().filter(|(_, state)| *state == "PENDING");
        pending.extend(still.map(|(request, _)| *request));
    }
    runs
}

/// Why an exchange cannot be said again.
fn left_out(exchange: &Exchange) -> Option<String> {
    if let Some(problem) = &exchange.reply.problem {
        return Some(format!("there was no answer: {problem}"));
    }
    match &exchange.call.body {
        Content::NotKept(what) => Some(format!("its body was not kept: {what}")),
        Content::Empty | Content::Json(_) | Content::Xml(_) => None,
    }
}

/// Whether it looks at a pending request at which somebody looks again before anything else is
/// done.
fn is_poll(calls: &[&Exchange], index: usize, registry: &Registry<'_>) -> bool {
    let shown = |exchange: &Exchange| {
        let is_show = operation_of(exchange) == Some(Operation::Show);
        let records = records(exchange);
        let record = records.first().filter(|_| is_show)?;
        Some((registry.index_of(record)?, record["life_cycle_state"] == "PENDING"))
    };
    let Some((request, true)) = shown(calls[index]) else {
        return false;
    };
    let after = calls[index + 1..].iter();
    let mut looks = after.map_while(|exchange| shown(exchange));
    looks.any(|(other, _)| other == request)
}

/// The requests of a reply with their states. Where a list leaves the state out, the state that was
/// asked for says it.
fn seen<'r>(exchange: &'r Exchange, registry: &Registry<'_>) -> Vec<(usize, &'r str)> {
    let mut filters = exchange.call.parameters.iter();
    let filter = filters
        .find(|(name, _)| name == "life_cycle_state")
        .map(|(_, state)| state.as_str())
        .filter(|_| operation_of(exchange) == Some(Operation::List));
    let state = |view: &'r serde_json::Value| {
        let state = view["life_cycle_state"].as_str().or(filter)?;
        Some((registry.index_of(view)?, state))
    };
    records(exchange).into_iter().filter_map(state).collect()
}

/// Whether the request was not to be sent when it was made.
fn is_later(exchange: &Exchange) -> bool {
    records(exchange).iter().any(|view| {
        let date = |value: &serde_json::Value| value.as_str().and_then(parse_moment);
        date(&view["scheduled_date"]) > date(&view["log_information"]["created_date"])
    })
}

fn timeline(calls: &[&Exchange]) -> Timeline {
    let made = |exchange: &&&Exchange| {
        operation_of(exchange).is_some_and(|operation| operation.creates().is_some())
            && is_ok(exchange)
    };
    let began = calls.iter().find(made).and_then(|exchange| {
        let records = records(exchange);
        let created = records.first()?["log_information"]["created_date"].as_str();
        let at = chrono::TimeDelta::milliseconds(i64::try_from(exchange.at_ms).ok()?);
        Some(parse_moment(created?)? - at)
    });
    Timeline { began, calls_have_dates: calls.iter().any(|exchange| has_dates(exchange)) }
}

fn has_dates(exchange: &Exchange) -> bool {
    let is_date = |value: &serde_json::Value| value.as_str().and_then(parse_moment).is_some();
    let body = exchange.call.body.json().and_then(|body| body.as_object());
    body.is_some_and(|members| members.values().any(is_date))
}

/// Milliseconds since the beginning by the clock of the implementation: at least as many as really
/// passed, and more if the dates it prints say so.
struct Clock {
    began: Option<NaiveDateTime>,
    now_ms: u64,
    real_ms: u64,
}

impl Clock {
    const fn new(began: Option<NaiveDateTime>) -> Self {
        Self { began, now_ms: 0, real_ms: 0 }
    }

    fn reach(&mut self, exchange: &Exchange, registry: &Registry<'_>) {
        self.now_ms += exchange.at_ms.saturating_sub(self.real_ms);
        self.real_ms = exchange.at_ms;
        let Some(began) = self.began else { return };
        for view in records(exchange) {
            let index = registry.index_of(view);
            if !index.is_some_and(|index| registry.all[index].is_made) {
                continue;
            }
            let log = &view["log_information"];
            for date in [&log["created_date"], &log["updated_date"], &view["executed_date"]] {
                let date = date.as_str().and_then(parse_moment);
                let since = date.map(|date| (date - began).num_milliseconds());
                let since = since.and_then(|since| u64::try_from(since).ok());
                // Dates are whole seconds, cut off: a part of one is no sign of time.
                if let Some(since) = since.filter(|since| since / 1000 > self.now_ms / 1000 + 1) {
                    self.now_ms = since;
                }
            }
        }
    }
}
