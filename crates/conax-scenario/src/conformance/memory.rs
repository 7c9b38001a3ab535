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
use super::object::{Printed, is_at_once};
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
    missing: BTreeMap<String, Missing>,
    /// Requests whose id or number another one has as well: what is printed of one may be of the other.
    twice: BTreeSet<String>,
    paging: Paging,
}

/// A request that a list lacked.
#[derive(Clone, Debug)]
struct Missing {
    found: Found,
    /// What is to be said of lists if it still matches; nobody knows that yet.
    doubtful: Option<Break>,
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
    /// What was printed of it since it ended, by where it was printed.
    ended: [Map<String, Value>; PLACES],
    /// Whether a creation told of it.
    is_created: bool,
    /// The token that created it, as a number.
    token: Option<u64>,
    /// The records it was asked for.
    asked: Map<String, Value>,
}

/// Places where requests are printed: creations, `show`, lists.
const PLACES: usize = 3;

fn place(printed: &Printed<'_>) -> usize {
    match printed.heard.operation {
        Operation::Show => 1,
        Operation::List => 2,
        _ => 0,
    }
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

    /// Whether another request has the id or the number of this one as well.
    pub(super) fn is_twice(&self, id: &str) -> bool {
        self.twice.contains(id)
    }

    /// Requests that a list lacked and that nobody saw since.
    pub(super) fn missing(&self) -> Vec<String> {
        let missing = self.missing.iter();
        let missing = missing.filter(|(_, missing)| missing.found == Found::NotYet);
        missing.map(|(id, _)| id.clone()).collect()
    }

    /// The target does not know a request any more.
    pub(super) fn lost(&mut self, id: &str) {
        if let Some(missing) = self.missing.get_mut(id) {
            missing.found = Found::Lost;
        }
    }

    /// Nothing more will be heard.
    pub(super) fn conclude(&self, verdicts: &mut Verdicts) {
        self.paging.conclude(verdicts);
        let mut missing = self.missing.values();
        if !self.missing.is_empty() && missing.all(|one| one.found == Found::Lost) {
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
            self.twice.insert(owner.to_owned());
            self.twice.extend(id.map(str::to_owned));
            let known = self.requests.get(owner);
            let is_the_same = |name: &str| {
                let before = known.and_then(|known| known.object.get(name));
                printed.object.get(name) == before
            };
            let clause = match is_alone {
                false => "create.parallel",
                // The same order once more, and the same answer.
                true if ["id", "number", "type"].into_iter().all(is_the_same)
                    && known.is_some_and(|known| may_be_same(&known.asked, printed.heard)) =>
                {
                    "post.not-idempotent"
                }
                true => "request.ids-unique",
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
        if self.twice.contains(&id) {
            return;
        }
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
        if let Some(missing) = self.missing.get_mut(&id) {
            let state = printed.text(Member::LifeCycleState);
            if missing.doubtful.is_none() || state.is_some() {
                missing.found = Found::There;
            }
            let doubtful = state.and_then(|_| missing.doubtful.take());
            if let Some(doubtful) = doubtful.filter(|_| state == Some("PENDING")) {
                verdicts.broken("list.complete", doubtful);
            }
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
            let mut ended: [Map<String, Value>; PLACES] = Default::default();
            if is_final(printed.text(Member::LifeCycleState)) {
                ended[place(printed)] = object.clone();
            }
            let known = Known {
                object,
                ended,
                is_created,
                token: is_created.then(|| token_of(printed.heard)),
                asked: match is_created {
                    true => records_of(printed.heard),
                    false => Map::new(),
                },
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
            known.ended[place(printed)].extend(printed.object.clone());
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
        let matching = self.requests.iter().filter(|(id, known)| {
            if self.twice.contains(*id) {
                return false;
            }
            let matches = known.object.get(member).and_then(Value::as_str) == Some(wanted);
            matches && (wanted != "PENDING" || self.waits(known))
        });
        let missing: Vec<String> = matching
            .filter(|(id, _)| !unique.contains(id.as_str()))
            .map(|(id, _)| id.clone())
            .collect();
        // A list of another token may be another one, which `same.tokens` says.
        let token = token_of(heard);
        let is_of_another = |id: &String| self.requests[id].token.is_some_and(|own| own != token);
        let cause = missing.iter().all(is_of_another).then_some("same.tokens");
        let cause = cause.filter(|_| !missing.is_empty());
        let lacks = |id: &str| {
            let expected = format!("request {id}, which matches");
            Break::at(heard.number, "data", expected, "a list without it").caused_by(cause)
        };
        // What waited when it was seen last may have been sent, too early or not.
        let is_certain = wanted != "PENDING";
        if unique.len() < listed.len() {
            let how = Break::at(
                heard.number,
                "data",
                "each request once",
                "one of them twice",
            );
            verdicts.broken("list.complete", how);
        } else if let (Some(id), true) = (missing.first(), is_certain) {
            verdicts.broken("list.complete", lacks(id));
        } else if missing.is_empty() {
            verdicts.held("list.complete");
        }
        let missing: Vec<(String, Missing)> = missing
            .into_iter()
            .map(|id| {
                let doubtful = (!is_certain).then(|| lacks(&id));
                let found = Found::NotYet;
                (id, Missing { found, doubtful })
            })
            .collect();
        for (id, missing) in missing {
            self.missing.entry(id).or_insert(missing);
        }
    }

    /// Whether a request that was PENDING still has to be: its date is far away.
    fn waits(&self, known: &Known) -> bool {
        let log = known.object.get("log_information");
        let created = log.and_then(|log| date_of(log.get("created_date")));
        let scheduled = date_of(known.object.get("scheduled_date"));
        let at_once = is_at_once(&known.object);
        let is_far = created
            .zip(scheduled)
            .is_some_and(|(created, scheduled)| scheduled > created + FAR);
        is_far && !at_once
    }
}

/// The records an order names.
fn records_of(heard: &Heard) -> Map<String, Value> {
    let names = heard.parameters.iter();
    let names = names.filter(|(name, _)| name.ends_with("_identifier") || name.ends_with("_set"));
    names
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Whether an order may be for the same records: another key may name the same one.
fn may_be_same(asked: &Map<String, Value>, heard: &Heard) -> bool {
    let is_other = |(name, value): (&String, &Value)| {
        let before = asked.get(name);
        let has_same_keys = match (before, value) {
            (Some(Value::Object(before)), Value::Object(now)) => before.keys().eq(now.keys()),
            _ => true,
        };
        before.is_some_and(|before| before != value) && has_same_keys
    };
    !records_of(heard).iter().any(is_other)
}

/// The token of a call, as a number.
fn token_of(heard: &Heard) -> u64 {
    let mut hasher = DefaultHasher::new();
    let token = heard.parameters.get("token").and_then(Value::as_str);
    token.hash(&mut hasher);
    hasher.finish()
}

/// The member a list is filtered by, and its value; none of a list with several, which should have
/// been refused.
fn filter_of(heard: &Heard) -> Option<(&'static str, &str)> {
    let filters = ["type", "life_cycle_state", "reference_number"];
    let mut given = filters.into_iter().filter_map(|name| {
        let wanted = heard.parameters.get(name)?.as_str()?;
        Some((name, wanted))
    });
    let only = given.next();
    only.filter(|_| given.next().is_none())
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
    let break_at = |path: &str, before: &Map<String, Value>| {
        let name = path.rsplit('.').next().unwrap_or_default();
        let expected = format!(
            "{}, as it was printed before",
            shown(name, inner(before, path))
        );
        printed.at(path, expected, shown(name, inner(printed.object, path)))
    };
    if let Some(path) = different {
        verdicts.broken("request.same-everywhere", break_at(path, &known.object));
        return;
    }
    let elsewhere = unlike_elsewhere(known, printed);
    for (path, before) in &elsewhere {
        verdicts.broken("request.same-everywhere", break_at(path, before));
    }
    if elsewhere.is_empty() {
        verdicts.held("request.same-everywhere");
    }
}

/// What was printed otherwise of the same request in another place, once it had ended.
fn unlike_elsewhere<'k>(
    known: &'k Known,
    printed: &Printed<'_>,
) -> Vec<(&'static str, &'k Map<String, Value>)> {
    let own = place(printed);
    let now = printed.text(Member::LifeCycleState);
    if now.is_some_and(|now| Some(now) != known.state()) {
        return Vec::new();
    }
    let others = known.ended.iter().enumerate();
    let others = others.filter(|(place, _)| *place != own);
    let unlike = ENDED.iter().filter_map(|path| {
        let mut others = others.clone();
        let before =
            others.find(|(_, before)| differs(inner(before, path), inner(printed.object, path)))?;
        Some((*path, before.1))
    });
    unlike.collect()
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
    let ended = &known.ended[place(printed)];
    let mut paths = ENDED.iter().copied();
    let changed = paths.find(|path| differs(inner(ended, path), inner(printed.object, path)));
    verdicts.judge("request.ends-once", changed.is_none(), || {
        let path = changed.unwrap_or_default();
        let name = path.rsplit('.').next().unwrap_or_default();
        let before = shown(name, inner(ended, path));
        let expected = format!("{before}, as it was printed when it had ended");
        printed.at(path, expected, shown(name, inner(printed.object, path)))
    });
}
