//! What answers owe to each other: a request is the same wherever it is printed, goes forward only,
//! and has an id of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{NaiveDateTime, TimeDelta};
use conax_contract::crm::{Member, Operation};
use conax_contract::text::parse_moment;
use serde_json::{Map, Value};

use super::heard::Heard;
use super::kinds::{is_date, shown};
use super::object::Printed;
use super::paging::Paging;
use super::verdicts::{Break, Verdicts};

/// Members that never change, whatever becomes of the request.
const FOR_EVER: [Member; 10] = [
    Member::Id,
    Member::Number,
    Member::Type,
    Member::Priority,
    Member::ScheduledDate,
    Member::ProcessImmediately,
    Member::SequenceNumber,
    Member::Name,
    Member::ProcessName,
    Member::ProcessId,
];

/// What a request keeps that has ended: besides what never changes and its state, which have
/// clauses of their own. Users and units are printed in more than one form, but have one id.
const ENDED: [&str; 11] = [
    Member::ExecutedDate.code(),
    Member::Request.code(),
    Member::Response.code(),
    Member::ReferenceNumber.code(),
    Member::ErrorCode.code(),
    Member::ErrorDescription.code(),
    Member::ProviderErrorCode.code(),
    Member::ProviderErrorDescription.code(),
    "log_information.updated_date",
    "log_information.updated_by_user.id",
    "log_information.updated_by_unit.id",
];

/// What is remembered of the requests a target told of.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    requests: BTreeMap<String, Known>,
    by_number: BTreeMap<String, String>,
    by_reference: BTreeMap<String, String>,
    /// The highest number created so far.
    highest: Option<u64>,
    /// The latest `executed_date` that was shown, and where.
    executed: Option<(NaiveDateTime, Break)>,
    /// Requests that a list lacked, and what is known of them since.
    missing: BTreeMap<String, Found>,
    paging: Paging,
}

/// What became of a request that a list lacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// Nobody saw it since.
    NotYet,
    /// It is there.
    There,
    /// The target does not know it any more.
    Lost,
}

/// How far the clocks behind one target may differ.
const CLOCKS: TimeDelta = TimeDelta::seconds(60);

/// How far ahead a date is that nobody lets come while a target is looked at.
const FAR: TimeDelta = TimeDelta::days(3 * 365);

#[derive(Clone, Debug)]
struct Known {
    /// Everything that was printed of it, as it was printed last.
    object: Map<String, Value>,
    /// What was printed of it since it ended.
    ended: Map<String, Value>,
    /// Whether a creation told of it.
    is_created: bool,
    /// The order that created it, as a number.
    asked: Option<u64>,
}

impl Known {
    fn state(&self) -> Option<&str> {
        self.object.get("life_cycle_state")?.as_str()
    }
}

impl Memory {
    /// Judges one answer, or those of calls made at the same time, and remembers them.
    pub(super) fn judge(&mut self, heard: &[&Heard], verdicts: &mut Verdicts) {
        let (before, is_alone) = (self.highest, heard.len() == 1);
        for heard in heard {
            let creates = heard.operation.creates().is_some();
            // A list that was served first of several calls cannot have what they made.
            if heard.operation == Operation::List && is_alone {
                self.judge_complete(heard, verdicts);
                self.paging.judge(heard, verdicts);
            }
            for printed in Printed::all(heard) {
                let is_new = !creates || self.judge_new(&printed, (before, is_alone), verdicts);
                if creates && is_alone {
                    self.judge_clock(&printed, verdicts);
                }
                // Another request's answer would be compared with that request.
                if is_new {
                    self.judge_seen(&printed, creates, verdicts);
                }
            }
        }
        for heard in heard {
            for printed in Printed::all(heard) {
                self.remember_executed(&printed);
            }
        }
    }

    /// Requests that a list lacked and that nobody saw since.
    pub(super) fn missing(&self) -> Vec<String> {
        let missing = self.missing.iter();
        let missing = missing.filter(|(_, found)| **found == Found::NotYet);
        missing.map(|(id, _)| id.clone()).collect()
    }

    /// The target does not know a request any more.
    pub(super) fn lost(&mut self, id: &str) {
        if let Some(found) = self.missing.get_mut(id) {
            *found = Found::Lost;
        }
    }

    /// Nothing more will be heard.
    pub(super) fn conclude(&self, verdicts: &mut Verdicts) {
        self.paging.conclude(verdicts);
        let mut missing = self.missing.values();
        if !self.missing.is_empty() && missing.all(|found| *found == Found::Lost) {
            let why = "what its lists lack is lost, which `request.none-lost` tells";
            verdicts.set_aside("list.complete", why.to_owned());
        }
    }

    /// What was sent before a creation was sent before that creation's date.
    fn judge_clock(&self, printed: &Printed<'_>, verdicts: &mut Verdicts) {
        let log = printed.get(Member::LogInformation);
        let created = log.and_then(|log| date_of(log.get("created_date")));
        let (Some((executed, place)), Some(created)) = (&self.executed, created) else {
            return;
        };
        verdicts.judge(
            "request.executed-in-time",
            *executed <= created + CLOCKS,
            || Break {
                expected: format!("before {created}, the date of a request created later"),
                ..place.clone()
            },
        );
    }

    fn remember_executed(&mut self, printed: &Printed<'_>) {
        let value = printed.get(Member::ExecutedDate);
        let Some(executed) = date_of(value) else {
            return;
        };
        if self
            .executed
            .as_ref()
            .is_none_or(|(latest, _)| executed > *latest)
        {
            let place = printed.at("executed_date", "", shown("executed_date", value));
            self.executed = Some((executed, place));
        }
    }

    /// The ids of the requests that were created here, oldest first by id.
    pub(super) fn created(&self) -> impl Iterator<Item = (&str, &Map<String, Value>)> {
        let known = self.requests.iter();
        known
            .filter(|(_, known)| known.is_created)
            .map(|(id, known)| (id.as_str(), &known.object))
    }

    /// Judges a request that was just created; whether it is one nobody knew.
    fn judge_new(
        &mut self,
        printed: &Printed<'_>,
        (before, is_alone): (Option<u64>, bool),
        verdicts: &mut Verdicts,
    ) -> bool {
        let (id, number) = (printed.text(Member::Id), printed.text(Member::Number));
        let owner = id.filter(|id| self.requests.contains_key(*id));
        let owner = owner.or_else(|| self.by_number.get(number?).map(String::as_str));
        if let Some(owner) = owner {
            let known = self.requests.get(owner);
            let asked = known.and_then(|known| known.asked);
            let clause = match (asked == Some(asked_of(printed.heard)), is_alone) {
                (_, false) => "create.parallel",
                // The same order once more, and the same answer.
                (true, true) if id == Some(owner) => "post.not-idempotent",
                _ => "request.ids-unique",
            };
            let expected = "an id and a number nobody has";
            verdicts.broken(
                clause,
                printed.at("id", expected, "those of another request"),
            );
            return false;
        }
        verdicts.held("request.ids-unique");
        let has_form = id.is_some_and(|id| {
            id.len() == 32
                && id
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte))
        });
        let number = number.and_then(|number| number.parse::<u64>().ok());
        let grows = number.is_none_or(|number| before.is_none_or(|before| number > before));
        verdicts.judge("law.c6", has_form && grows, || {
            let expected = format!(
                "32 upper-case hex digits, and a number above {}",
                before.unwrap_or(0)
            );
            printed.at(
                "number",
                expected,
                format!("id {}, number {number:?}", id.unwrap_or_default()),
            )
        });
        self.highest = self.highest.max(number);
        true
    }

    fn judge_seen(&mut self, printed: &Printed<'_>, is_created: bool, verdicts: &mut Verdicts) {
        let by_number = printed
            .text(Member::Number)
            .and_then(|number| self.by_number.get(number));
        let Some(id) = printed.text(Member::Id).or(by_number.map(String::as_str)) else {
            return;
        };
        let id = id.to_owned();
        if let Some(number) = printed.text(Member::Number) {
            let owner = self.by_number.entry(number.to_owned());
            let owner = owner.or_insert_with(|| id.clone());
            // A creation is judged by itself.
            if *owner != id && !is_created {
                let found = format!("number {number}, which another request has");
                verdicts.broken(
                    "request.ids-unique",
                    printed.at("number", "a number of its own", found),
                );
            }
        }
        if let Some(found) = self.missing.get_mut(&id) {
            *found = Found::There;
        }
        if let Some(reference) = printed.text(Member::ReferenceNumber) {
            let owner = self.by_reference.entry(reference.to_owned());
            let owner = owner.or_insert_with(|| id.clone());
            verdicts.judge("request.references-unique", *owner == id, || {
                printed.at(
                    "reference_number",
                    "a reference of its own",
                    "that of another request",
                )
            });
        }
        let Some(known) = self.requests.get_mut(&id) else {
            let object = printed.object.clone();
            let ended = match is_final(printed.text(Member::LifeCycleState)) {
                true => object.clone(),
                false => Map::new(),
            };
            let known = Known {
                object,
                ended,
                is_created,
                asked: is_created.then(|| asked_of(printed.heard)),
            };
            self.requests.insert(id, known);
            return;
        };
        same(known, printed, verdicts);
        forward(known, printed, verdicts);
        for (name, value) in printed.object {
            known.object.insert(name.clone(), value.clone());
        }
        if is_final(known.state()) {
            known.ended.extend(printed.object.clone());
        }
        known.is_created |= is_created;
    }

    /// A list without paging has everything that is known to match, once.
    fn judge_complete(&mut self, heard: &Heard, verdicts: &mut Verdicts) {
        let is_paged = ["number_of_results", "offset"]
            .iter()
            .any(|name| heard.parameters.contains_key(*name));
        let asks_ids = heard.fields().is_none_or(|fields| fields.contains(&"id"));
        let (Some(items), false, true) = (heard.data().as_array(), is_paged, asks_ids) else {
            return;
        };
        let listed: Vec<&str> = items
            .iter()
            .filter_map(|item| item["id"].as_str())
            .collect();
        if listed.len() < items.len() {
            verdicts.untestable("list.complete", "its lists have requests without an id");
            return;
        }
        let Some((member, wanted)) = filter_of(heard) else {
            return;
        };
        let unique: BTreeSet<&str> = listed.iter().copied().collect();
        let matching = self.requests.iter().filter(|(_, known)| {
            let matches = known.object.get(member).and_then(Value::as_str) == Some(wanted);
            matches && (wanted != "PENDING" || self.waits(known))
        });
        let missing: Vec<String> = matching
            .filter(|(id, _)| !unique.contains(id.as_str()))
            .map(|(id, _)| id.clone())
            .collect();
        let holds = missing.is_empty() && unique.len() == listed.len();
        verdicts.judge("list.complete", holds, || {
            let (expected, found) = match missing.first() {
                Some(id) => (format!("request {id}, which matches"), "a list without it"),
                None => ("each request once".to_owned(), "one of them twice"),
            };
            Break::at(heard.number, "data", expected, found)
        });
        for id in missing {
            self.missing.entry(id).or_insert(Found::NotYet);
        }
    }

    /// Whether a request that was PENDING still has to be: its date is far away.
    fn waits(&self, known: &Known) -> bool {
        let log = known.object.get("log_information");
        let created = log.and_then(|log| date_of(log.get("created_date")));
        let scheduled = date_of(known.object.get("scheduled_date"));
        let at_once = known.object.get("process_immediately") == Some(&Value::from(1));
        let is_far = created
            .zip(scheduled)
            .is_some_and(|(created, scheduled)| scheduled > created + FAR);
        is_far && !at_once
    }
}

/// What a call orders, as a number: all its parameters but the token.
fn asked_of(heard: &Heard) -> u64 {
    let mut hasher = DefaultHasher::new();
    heard.operation.name().hash(&mut hasher);
    let parameters = heard.parameters.iter();
    for (name, value) in parameters.filter(|(name, _)| *name != "token") {
        (name, value.to_string()).hash(&mut hasher);
    }
    hasher.finish()
}

/// The member a list is filtered by, and its value.
fn filter_of(heard: &Heard) -> Option<(&'static str, &str)> {
    let filters = ["type", "life_cycle_state", "reference_number"];
    filters.into_iter().find_map(|name| {
        let wanted = heard.parameters.get(name)?.as_str()?;
        Some((name, wanted))
    })
}

fn date_of(value: Option<&Value>) -> Option<NaiveDateTime> {
    let text = value?.as_str().filter(|text| is_date(text))?;
    parse_moment(text)
}

/// What never changes did not change; and whatever is printed as a whole has all its members.
fn same(known: &Known, printed: &Printed<'_>, verdicts: &mut Verdicts) {
    let different = FOR_EVER
        .into_iter()
        .map(Member::code)
        .find(|name| differs(known.object.get(*name), printed.object.get(*name)))
        .or_else(|| log_differs(known, printed))
        .or_else(|| items_differ(known, printed))
        .or_else(|| left_out(known, printed));
    verdicts.judge("request.same-everywhere", different.is_none(), || {
        let path = different.unwrap_or_default();
        let name = path.rsplit('.').next().unwrap_or_default();
        let before = shown(name, inner(&known.object, path));
        let expected = format!("{before}, as it was printed before");
        printed.at(path, expected, shown(name, inner(printed.object, path)))
    });
}

/// What stands at a path such as `log_information.created_date`.
fn inner<'o>(object: &'o Map<String, Value>, path: &str) -> Option<&'o Value> {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let mut rest = rest.split('.').filter(|name| !name.is_empty());
    rest.try_fold(object.get(first)?, |value, name| value.get(name))
}

/// Whether both are there and not the same.
fn differs(before: Option<&Value>, now: Option<&Value>) -> bool {
    matches!((before, now), (Some(before), Some(now)) if before != now)
}

/// Who created it and when: users and units are printed in more than one form, but have one id.
fn log_differs(known: &Known, printed: &Printed<'_>) -> Option<&'static str> {
    const PATHS: [&str; 3] = [
        "log_information.created_date",
        "log_information.created_by_user.id",
        "log_information.created_by_unit.id",
    ];
    let mut paths = PATHS.into_iter();
    paths.find(|path| differs(inner(&known.object, path), inner(printed.object, path)))
}

fn items_differ(known: &Known, printed: &Printed<'_>) -> Option<&'static str> {
    let items = |object: &Map<String, Value>| {
        let items = object.get("parameters_set").and_then(Value::as_array)?;
        let mut texts: Vec<String> = items.iter().map(Value::to_string).collect();
        texts.sort_unstable();
        Some(texts)
    };
    let (before, now) = (items(&known.object)?, items(printed.object)?);
    (before != now).then_some("parameters_set")
}

/// A member that was printed before and is not there, although nobody asked for some members only.
fn left_out(known: &Known, printed: &Printed<'_>) -> Option<&'static str> {
    if printed.heard.fields().is_some() {
        return None;
    }
    let mut members = Member::ALL.into_iter().map(Member::code);
    members.find(|name| known.object.contains_key(*name) && !printed.object.contains_key(*name))
}

fn is_final(state: Option<&str>) -> bool {
    matches!(state, Some("COMPLETED" | "REJECTED"))
}

/// States go forward, and what has ended does not change.
fn forward(known: &Known, printed: &Printed<'_>, verdicts: &mut Verdicts) {
    let Some(before) = known.state() else { return };
    let has_ended = is_final(Some(before));
    let now = printed.text(Member::LifeCycleState);
    let is_same = !has_ended || now.is_none_or(|now| now == before);
    verdicts.judge("law.c1", is_same, || {
        let expected = format!("{before} for ever");
        printed.at("life_cycle_state", expected, now.unwrap_or_default())
    });
    // Whatever goes with another state is no further finding.
    if !has_ended || !is_same {
        return;
    }
    let mut paths = ENDED.iter().copied();
    let changed =
        paths.find(|path| differs(inner(&known.ended, path), inner(printed.object, path)));
    verdicts.judge("request.ends-once", changed.is_none(), || {
        let path = changed.unwrap_or_default();
        let name = path.rsplit('.').next().unwrap_or_default();
        let before = shown(name, inner(&known.ended, path));
        let expected = format!("{before}, as it was printed when it had ended");
        printed.at(path, expected, shown(name, inner(printed.object, path)))
    });
}
