//! What answers owe to each other: a request is the same wherever it is printed, goes forward only,
//! and has an id of its own.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDateTime, TimeDelta};
use conax_contract::crm::{Member, Operation};
use conax_contract::text::parse_moment;
use serde_json::{Map, Value};

use super::creators::token_of;
use super::exchange::Exchange;
use super::kinds::{is_date, shown};
use super::known::{Known, PLACES, forward, is_final, place, same};
use super::object::{Printed, is_at_once};
use super::owners::{ANSWERS, Doubts, Owners};
use super::paging::Paging;
use super::verdicts::{Break, Verdicts};

/// What is remembered of the requests a target told of.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    requests: BTreeMap<String, Known>,
    numbers: Owners,
    references: Owners,
    doubts: Doubts,
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

impl Memory {
    /// Judges one answer, or those of calls made at the same time, and remembers them.
    pub(super) fn judge(&mut self, exchange: &[&Exchange], verdicts: &mut Verdicts) {
        let (before, is_alone) = (self.highest, exchange.len() == 1);
        for exchange in exchange {
            let creates = exchange.operation.creates().is_some();
            // A list that was served first of several calls cannot have what they made.
            if exchange.operation == Operation::List && is_alone {
                self.judge_complete(exchange, verdicts);
                self.paging.judge(exchange, verdicts);
            }
            for printed in Printed::all(exchange) {
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
        for exchange in exchange {
            for printed in Printed::all(exchange) {
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
    pub(super) fn lost(&mut self, id: &str, verdicts: &mut Verdicts) {
        if let Some((printed, how)) = self.doubts.take(id)
            && self.is_wrong_answer(id, &printed)
        {
            verdicts.broken(ANSWERS, how);
        }
        if let Some(missing) = self.missing.get_mut(id) {
            missing.found = Found::Lost;
        }
    }

    /// Whether an id that a creation was answered with is none: nothing is printed under it, and its
    /// number is that of a request no creation told of. What two have is told already.
    fn is_wrong_answer(&self, answered: &str, printed: &str) -> bool {
        let known = self.requests.get(answered);
        let is_seen = known.is_some_and(|known| known.is_printed);
        !is_seen && !self.twice.contains(answered) && !self.is_created(printed)
    }

    /// Nothing more will be heard.
    pub(super) fn conclude(&self, verdicts: &mut Verdicts) {
        self.paging.conclude(verdicts);
        for (answered, printed, how) in self.doubts.all() {
            if self.is_wrong_answer(answered, printed) {
                verdicts.broken(ANSWERS, how.clone());
            }
        }
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
        verdicts.judge("request.executed-in-time", *executed <= created + CLOCKS, || Break {
            expected: format!("before {created}, the date of a request created later"),
            ..place.clone()
        });
    }

    fn remember_executed(&mut self, printed: &Printed<'_>) {
        let value = printed.get(Member::ExecutedDate);
        let Some(executed) = date_of(value) else {
            return;
        };
        if self.executed.as_ref().is_none_or(|(latest, _)| executed > *latest) {
            let place = printed.at("executed_date", "", shown("executed_date", value));
            self.executed = Some((executed, place));
        }
    }

    /// Whether a creation told of a request with this id.
    pub(super) fn is_created(&self, id: &str) -> bool {
        self.requests.get(id).is_some_and(|known| known.is_created)
    }

    /// The ids of the requests that were created here, oldest first by id.
    pub(super) fn created(&self) -> impl Iterator<Item = (&str, &Map<String, Value>)> {
        let known = self.requests.iter();
        known.filter(|(_, known)| known.is_created).map(|(id, known)| (id.as_str(), &known.object))
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
        let owner = owner.or_else(|| self.numbers.of(number?));
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
                    && known.is_some_and(|known| may_be_same(&known.asked, printed.exchange)) =>
                {
                    "post.not-idempotent"
                }
                true => "request.ids-unique",
            };
            let expected = "an id and a number nobody has";
            verdicts.broken(clause, printed.at("id", expected, "those of another request"));
            return false;
        }
        verdicts.held("request.ids-unique");
        let has_form = id.is_some_and(|id| {
            id.len() == 32
                && id.bytes().all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte))
        });
        let number = number.and_then(|number| number.parse::<u64>().ok());
        let grows = number.is_none_or(|number| before.is_none_or(|before| number > before));
        verdicts.judge("law.c6", has_form && grows, || {
            let expected =
                format!("32 upper-case hex digits, and a number above {}", before.unwrap_or(0));
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
        let number = printed.text(Member::Number);
        let by_number = number.and_then(|number| self.numbers.of(number));
        let Some(id) = printed.text(Member::Id).or(by_number) else {
            return;
        };
        let id = id.to_owned();
        if self.twice.contains(&id) {
            return;
        }
        if let Some(number) = number {
            self.judge_number((number, &id), printed, is_created, verdicts);
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
            let is_own = self.references.note(reference, &id, is_created);
            verdicts.judge("request.references-unique", is_own, || {
                printed.at("reference_number", "a reference of its own", "that of another request")
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
                is_printed: !is_created,
                token: is_created.then(|| token_of(printed.exchange)),
                asked: match is_created {
                    true => records_of(printed.exchange),
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
        if known.is_created && !is_created && !known.is_printed {
            verdicts.held(ANSWERS);
        }
        known.is_created |= is_created;
        known.is_printed |= !is_created;
    }

    /// Judges the number of a request that is printed, or answered; a creation is judged by itself.
    fn judge_number(
        &mut self,
        (number, id): (&str, &str),
        printed: &Printed<'_>,
        is_created: bool,
        verdicts: &mut Verdicts,
    ) {
        let is_own = self.numbers.note(number, id, is_created);
        if is_created {
            return;
        }
        if !is_own {
            let found = format!("number {number}, which another request has");
            let how = printed.at("number", "a number of its own", found);
            verdicts.broken("request.ids-unique", how);
        } else if let Some(answered) = self.numbers.answered_to_another(number, id) {
            let expected = format!("{answered}, as its creation was answered with number {number}");
            let how = printed.at("id", expected, id);
            self.doubts.add(answered, id, how);
        }
    }

    /// A list without paging has everything that is known to match, once.
    fn judge_complete(&mut self, exchange: &Exchange, verdicts: &mut Verdicts) {
        let is_paged = ["number_of_results", "offset"]
            .iter()
            .any(|name| exchange.parameters.contains_key(*name));
        let asks_ids = exchange.fields().is_none_or(|fields| fields.contains(&"id"));
        let (Some(items), false, true) = (exchange.data().as_array(), is_paged, asks_ids) else {
            return;
        };
        let listed: Vec<&str> = items.iter().filter_map(|item| item["id"].as_str()).collect();
        if listed.len() < items.len() {
            verdicts.untestable("list.complete", "its lists have requests without an id");
            return;
        }
        let Some((member, wanted)) = filter_of(exchange) else {
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
        let token = token_of(exchange);
        let is_of_another = |id: &String| self.requests[id].token.is_some_and(|own| own != token);
        let cause = missing.iter().all(is_of_another).then_some("same.tokens");
        let cause = cause.filter(|_| !missing.is_empty());
        let lacks = |id: &str| {
            let expected = format!("request {id}, which matches");
            Break::at(exchange.number, "data", expected, "a list without it").caused_by(cause)
        };
        // What waited when it was seen last may have been sent, too early or not.
        let is_certain = wanted != "PENDING";
        if unique.len() < listed.len() {
            let how = Break::at(exchange.number, "data", "each request once", "one of them twice");
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
        let is_far =
            created.zip(scheduled).is_some_and(|(created, scheduled)| scheduled > created + FAR);
        is_far && !at_once
    }
}

/// The records an order names.
fn records_of(exchange: &Exchange) -> Map<String, Value> {
    let names = exchange.parameters.iter();
    let names = names.filter(|(name, _)| name.ends_with("_identifier") || name.ends_with("_set"));
    names.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Whether an order may be for the same records: another key may name the same one.
fn may_be_same(asked: &Map<String, Value>, exchange: &Exchange) -> bool {
    let is_other = |(name, value): (&String, &Value)| {
        let before = asked.get(name);
        let has_same_keys = match (before, value) {
            (Some(Value::Object(before)), Value::Object(now)) => before.keys().eq(now.keys()),
            _ => true,
        };
        before.is_some_and(|before| before != value) && has_same_keys
    };
    !records_of(exchange).iter().any(is_other)
}

/// The member a list is filtered by, and its value; none of a list with several, which should have
/// been refused.
fn filter_of(exchange: &Exchange) -> Option<(&'static str, &str)> {
    let filters = ["type", "life_cycle_state", "reference_number"];
    let mut given = filters.into_iter().filter_map(|name| {
        let wanted = exchange.parameters.get(name)?.as_str()?;
        Some((name, wanted))
    });
    let only = given.next();
    only.filter(|_| given.next().is_none())
}

fn date_of(value: Option<&Value>) -> Option<NaiveDateTime> {
    let text = value?.as_str().filter(|text| is_date(text))?;
    parse_moment(text)
}
