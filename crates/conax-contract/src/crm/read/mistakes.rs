//! Near misses: what was probably meant by an unknown name or word.

use crate::crm::found::word_list;
use crate::crm::operation::Operation;
use crate::crm::parameter::{IdentifierKind, SetKind, ValueKind};
use crate::crm::params::{Origin, Params};
use crate::crm::{CommandKind, LifeCycleState, Priority};
use crate::text::{near_miss, squash};

use super::reader::Reading;

/// More unknown parameters than these are not compared.
const MOST_UNKNOWN_NAMES: usize = 64;

/// The unknown parameter of the call that was probably meant to be `name`.
pub(super) fn meant_by<'p>(
    operation: Operation,
    params: &'p Params<'_>,
    name: &str,
) -> Option<&'p str> {
    let unknown = || {
        params
            .iter()
            .map(|(unknown, _)| unknown)
            .filter(|unknown| operation.parameter(unknown).is_none())
            .take(MOST_UNKNOWN_NAMES)
    };
    unknown()
        .find(|unknown| near_miss(unknown, [name]).is_some())
        .or_else(|| unknown().find(|unknown| shares_stem(unknown, name)))
        .or_else(|| unknown().find(|unknown| is_part_of(unknown, name)))
}

/// Whether `unknown` is a part of `name` that says enough: `state` of `life_cycle_state`.
fn is_part_of(unknown: &str, name: &str) -> bool {
    let unknown = squash(unknown);
    unknown.len() >= 5 && squash(name).contains(&unknown)
}

/// Whether `unknown` starts with what `name` is about: `subscription_id` and
/// `subscription_identifier`, `stbs` and `stb_set`.
fn shares_stem(unknown: &str, name: &str) -> bool {
    let stem = name.strip_suffix("_identifier").or_else(|| name.strip_suffix("_set"));
    stem.is_some_and(|stem| squash(unknown).starts_with(&squash(stem)))
}

/// What to give for a parameter, in words and by example.
pub(super) fn example_of(
    operation: Operation,
    name: &str,
    origin: Origin,
    reading: &Reading,
) -> String {
    let Some(entry) = operation.parameter(name) else {
        return "a value".to_owned();
    };
    match entry.value {
        ValueKind::Identifier(kind) => identifier_example(name, kind, origin, reading),
        ValueKind::Set(kind) => set_example(kind),
        ValueKind::Pin => "the new PIN as text of digits".to_owned(),
        ValueKind::Secret | ValueKind::Text => "non-empty text".to_owned(),
        kind => kind.text().to_owned(),
    }
}

/// How to write an identifier where it is written.
pub(super) fn identifier_example(
    name: &str,
    kind: IdentifierKind,
    origin: Origin,
    reading: &Reading,
) -> String {
    let fields = word_list(reading.sub_fields(kind));
    let or_alone = reading.if_ca_id(kind, ", or the CA id alone as text");
    let example = match kind {
        IdentifierKind::ProvisioningRequest => ("number", "4049"),
        IdentifierKind::Subscription => ("number", "S60058"),
        IdentifierKind::Service => ("code", "P1"),
        IdentifierKind::Smartcard | IdentifierKind::ExistingSmartcard => {
            ("serial_number", "S60058")
        }
    };
    let (field, value) = example;
    match origin {
        Origin::Body => {
            format!(
                "an object with exactly one of {fields}, such as {{\"{field}\": \"{value}\"}}{or_alone}"
            )
        }
        Origin::Query => {
            format!(
                "one sub-field of {fields} with its value, such as `{name}={field}={value}`{or_alone}"
            )
        }
    }
}

/// How to write a set.
pub(super) fn set_example(kind: SetKind) -> String {
    format!(
        "a list of at least one object, such as [{{\"{}\": \"0000-0000-0007\"}}]",
        kind.member()
    )
}

/// The priority that was probably meant.
pub(super) fn priority_meant(found: &str) -> Option<&'static str> {
    synonym(
        found,
        &[
            ("urgent", Priority::Express),
            ("high", Priority::Express),
            ("highest", Priority::Express),
            ("immediate", Priority::Express),
            ("fast", Priority::Express),
            ("normal", Priority::Regular),
            ("default", Priority::Regular),
            ("standard", Priority::Regular),
            ("low", Priority::Regular),
            ("medium", Priority::Regular),
        ],
    )
    .map(Priority::code)
    .or_else(|| near_miss(found, Priority::ALL.map(Priority::code)))
}

/// The state that was probably meant.
pub(super) fn state_meant(found: &str) -> Option<&'static str> {
    synonym(
        found,
        &[
            ("new", LifeCycleState::Pending),
            ("open", LifeCycleState::Pending),
            ("waiting", LifeCycleState::Pending),
            ("failed", LifeCycleState::Rejected),
            ("error", LifeCycleState::Rejected),
            ("refused", LifeCycleState::Rejected),
            ("ok", LifeCycleState::Completed),
            ("done", LifeCycleState::Completed),
            ("success", LifeCycleState::Completed),
            ("finished", LifeCycleState::Completed),
        ],
    )
    .map(LifeCycleState::code)
    .or_else(|| near_miss(found, LifeCycleState::ALL.map(LifeCycleState::code)))
}

/// The type that was probably meant. The name of an operation stands for what it creates, because
/// the two PIN operations are not called like their types.
pub(super) fn type_meant(found: &str) -> Option<&'static str> {
    let by_operation = Operation::ALL
        .into_iter()
        .find(|operation| squash(operation.name()) == squash(found))
        .and_then(Operation::creates);
    by_operation
        .map(CommandKind::code)
        .or_else(|| near_miss(found, CommandKind::ALL.map(CommandKind::code)))
}

fn synonym<T: Copy>(found: &str, synonyms: &[(&str, T)]) -> Option<T> {
    let squashed = squash(found);
    synonyms.iter().find(|(word, _)| *word == squashed).map(|(_, meant)| *meant)
}
