//! What is known of a request, and what of it is the same wherever and whenever it is printed.

use conax_contract::crm::{Member, Operation};
use serde_json::{Map, Value};

use super::kinds::shown;
use super::object::Printed;
use super::verdicts::Verdicts;

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

#[derive(Clone, Debug)]
pub(super) struct Known {
    /// Everything that was printed of it, as it was printed last.
    pub(super) object: Map<String, Value>,
    /// What was printed of it since it ended, by where it was printed.
    pub(super) ended: [Map<String, Value>; PLACES],
    /// Whether a creation told of it.
    pub(super) is_created: bool,
    /// Whether anything but a creation did.
    pub(super) is_printed: bool,
    /// The token that created it, as a number.
    pub(super) token: Option<u64>,
    /// The records it was asked for.
    pub(super) asked: Map<String, Value>,
}

/// Places where requests are printed: creations, `show`, lists.
pub(super) const PLACES: usize = 3;

pub(super) fn place(printed: &Printed<'_>) -> usize {
    match printed.exchange.operation {
        Operation::Show => 1,
        Operation::List => 2,
        _ => 0,
    }
}

impl Known {
    pub(super) fn state(&self) -> Option<&str> {
        self.object.get("life_cycle_state")?.as_str()
    }
}

/// What never changes did not change; and whatever is printed as a whole has all its members.
pub(super) fn same(known: &Known, printed: &Printed<'_>, verdicts: &mut Verdicts) {
    let different = FOR_EVER
        .into_iter()
        .map(Member::code)
        .find(|name| differs(known.object.get(*name), printed.object.get(*name)))
        .or_else(|| log_differs(known, printed))
        .or_else(|| items_differ(known, printed))
        .or_else(|| left_out(known, printed));
    let break_at = |path: &str, before: &Map<String, Value>| {
        let name = path.rsplit('.').next().unwrap_or_default();
        let expected = format!("{}, as it was printed before", shown(name, inner(before, path)));
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
    if printed.exchange.fields().is_some() {
        return None;
    }
    let mut members = Member::ALL.into_iter().map(Member::code);
    members.find(|name| known.object.contains_key(*name) && !printed.object.contains_key(*name))
}

pub(super) fn is_final(state: Option<&str>) -> bool {
    matches!(state, Some("COMPLETED" | "REJECTED"))
}

/// States go forward, and what has ended does not change.
pub(super) fn forward(known: &Known, printed: &Printed<'_>, verdicts: &mut Verdicts) {
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
