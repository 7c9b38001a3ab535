//! What answers owe to each other: a request is the same wherever it is printed, goes forward only,
//! and has an id of its own.

use std::collections::BTreeMap;

use conax_contract::crm::{Member, Operation};
use serde_json::{Map, Value};

use super::heard::Heard;
use super::object::Printed;
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

/// What is remembered of the requests a target told of.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    requests: BTreeMap<String, Known>,
    by_number: BTreeMap<String, String>,
    by_reference: BTreeMap<String, String>,
    /// The highest number created so far.
    highest: Option<u64>,
}

#[derive(Clone, Debug)]
struct Known {
    /// Everything that was printed of it, as it was printed last.
    object: Map<String, Value>,
    /// What was printed of it since it ended.
    ended: Map<String, Value>,
    /// Whether a creation told of it.
    is_created: bool,
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
            for printed in Printed::all(heard) {
                if creates {
                    self.judge_new(&printed, before, verdicts);
                }
                self.judge_seen(&printed, creates, verdicts);
            }
            // A list that was served first of several calls cannot have what they made.
            if heard.operation == Operation::List && is_alone {
                self.judge_complete(heard, verdicts);
            }
        }
    }

    /// The ids of the requests that were created here, oldest first by id.
    pub(super) fn created(&self) -> impl Iterator<Item = (&str, &Map<String, Value>)> {
        let known = self.requests.iter();
        known
            .filter(|(_, known)| known.is_created)
            .map(|(id, known)| (id.as_str(), &known.object))
    }

    fn judge_new(&mut self, printed: &Printed<'_>, before: Option<u64>, verdicts: &mut Verdicts) {
        let (id, number) = (printed.text(Member::Id), printed.text(Member::Number));
        let is_new = id.is_none_or(|id| !self.requests.contains_key(id))
            && number.is_none_or(|number| !self.by_number.contains_key(number));
        verdicts.judge("request.ids-unique", is_new, || {
            printed.at(
                "id",
                "an id and a number nobody has",
                "those of another request",
            )
        });
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
            self.by_number.insert(number.to_owned(), id.clone());
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

    /// A list without paging has everything that is known to match.
    fn judge_complete(&self, heard: &Heard, verdicts: &mut Verdicts) {
        let is_paged = ["number_of_results", "offset"]
            .iter()
            .any(|name| heard.parameters.contains_key(*name));
        let has_ids = heard.fields().is_none_or(|fields| fields.contains(&"id"));
        if is_paged || !has_ids {
            return;
        }
        let filter = |name: &str| heard.parameters.get(name).and_then(Value::as_str);
        let (member, wanted) = match (
            filter("type"),
            filter("life_cycle_state"),
            filter("reference_number"),
        ) {
            (Some(wanted), _, _) => ("type", wanted),
            (_, Some(wanted), _) => ("life_cycle_state", wanted),
            (_, _, Some(wanted)) => ("reference_number", wanted),
            (None, None, None) => return,
        };
        let items = heard.data().as_array();
        let listed: Vec<&str> = items
            .into_iter()
            .flatten()
            .filter_map(|item| item["id"].as_str())
            .collect();
        // A PENDING request may have ended since it was seen.
        let may_have_moved = wanted == "PENDING";
        let missing = self.requests.iter().find(|(id, known)| {
            let matches = known.object.get(member).and_then(Value::as_str) == Some(wanted);
            matches && !may_have_moved && !listed.contains(&id.as_str())
        });
        for id in ["list.complete", "request.none-lost"] {
            verdicts.judge(id, missing.is_none(), || {
                let (id, _) = missing.map_or(("", ""), |(id, _)| (id.as_str(), ""));
                Break::at(
                    heard.number,
                    "data",
                    format!("request {id}, which matches"),
                    "a list without it",
                )
            });
        }
    }
}

/// What never changes did not change.
fn same(known: &Known, printed: &Printed<'_>, verdicts: &mut Verdicts) {
    let changed = FOR_EVER.into_iter().find(|member| {
        let before = known.object.get(member.code());
        matches!((before, printed.get(*member)), (Some(before), Some(now)) if before != now)
    });
    let mut different = changed.map(Member::code);
    let log = |object: &Map<String, Value>, name: &str| {
        object
            .get("log_information")
            .and_then(|log| log.get(name))
            .cloned()
    };
    for name in ["created_date", "created_by_user", "created_by_unit"] {
        let pair = (log(&known.object, name), log(printed.object, name));
        if matches!(&pair, (Some(before), Some(now)) if before != now) {
            different = different.or(Some(name));
        }
    }
    let items = |object: &Map<String, Value>| {
        let items = object.get("parameters_set").and_then(Value::as_array)?;
        let mut texts: Vec<String> = items.iter().map(Value::to_string).collect();
        texts.sort_unstable();
        Some(texts)
    };
    // In a projection the items may be left out because nobody asked for them.
    if let (Some(before), Some(now)) = (items(&known.object), items(printed.object))
        && before != now
    {
        different = different.or(Some("parameters_set"));
    }
    verdicts.judge("request.same-everywhere", different.is_none(), || {
        let name = different.unwrap_or_default();
        let before = super::kinds::shown(name, known.object.get(name));
        printed.at(
            name,
            format!("{before}, as it was printed before"),
            super::kinds::shown(name, printed.object.get(name)),
        )
    });
}

fn is_final(state: Option<&str>) -> bool {
    matches!(state, Some("COMPLETED" | "REJECTED"))
}

/// States go forward, and what has ended does not change.
fn forward(known: &Known, printed: &Printed<'_>, verdicts: &mut Verdicts) {
    let Some(before) = known.state() else { return };
    let has_ended = is_final(Some(before));
    if let Some(now) = printed.text(Member::LifeCycleState) {
        verdicts.judge("law.c1", !has_ended || now == before, || {
            printed.at("life_cycle_state", format!("{before} for ever"), now)
        });
    }
    if !has_ended {
        return;
    }
    let changed = Member::ALL.into_iter().find(|member| {
        let before = known.ended.get(member.code());
        *member != Member::ParametersSet
            && matches!((before, printed.get(*member)), (Some(before), Some(now)) if before != now)
    });
    verdicts.judge("request.ends-once", changed.is_none(), || {
        let name = changed.map_or("", Member::code);
        printed.at(
            name,
            "what was printed when it had ended",
            super::kinds::shown(name, printed.object.get(name)),
        )
    });
}
