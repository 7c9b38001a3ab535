//! The honesty table: everything this API says, each with how it is known.

use super::fields::Member;
use super::operation::Operation;
use super::refusal_code::RefusalCode;
use crate::crm::{
    CommandKind, IdentifierField, LifeCycleState, ParameterKey, Priority, ProcessName,
};
use crate::source::Source;

/// What a row of the honesty table is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An operation.
    Operation,
    /// A parameter of an operation.
    Parameter,
    /// A sub-field of identifiers.
    IdentifierField,
    /// A type of provisioning request.
    RequestType,
    /// A life cycle state.
    LifeCycleState,
    /// A priority.
    Priority,
    /// A process name.
    ProcessName,
    /// A member of the provisioning request.
    Member,
    /// An item of `parameters_set` of one type.
    ParameterKey,
    /// A `status.code`.
    RefusalCode,
}

impl Subject {
    /// The subject as the table writes it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Operation => "operation",
            Self::Parameter => "parameter",
            Self::IdentifierField => "identifier field",
            Self::RequestType => "type",
            Self::LifeCycleState => "state",
            Self::Priority => "priority",
            Self::ProcessName => "process name",
            Self::Member => "member",
            Self::ParameterKey => "item",
            Self::RefusalCode => "refusal",
        }
    }
}

/// One row of the honesty table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HonestyRow {
    /// What it is about.
    pub subject: Subject,
    /// Its name; parameters and items with the operation or type they belong to.
    pub name: String,
    /// How it is known.
    pub source: Source,
}

/// Every row, in documented order.
pub fn honesty() -> impl Iterator<Item = HonestyRow> {
    operations()
        .chain(parameters())
        .chain(words(Subject::IdentifierField, IdentifierField::ALL, |word| {
            (word.code(), word.source())
        }))
        .chain(words(Subject::RequestType, CommandKind::ALL, |word| (word.code(), word.source())))
        .chain(words(Subject::LifeCycleState, LifeCycleState::ALL, |word| {
            (word.code(), word.source())
        }))
        .chain(words(Subject::Priority, Priority::ALL, |word| (word.code(), word.source())))
        .chain(words(Subject::ProcessName, ProcessName::ALL, |word| (word.code(), word.source())))
        .chain(words(Subject::Member, Member::ALL, |word| (word.code(), word.source())))
        .chain(items())
        .chain(words(Subject::RefusalCode, RefusalCode::ALL, |word| (word.code(), word.source())))
}

fn words<T, const N: usize>(
    subject: Subject,
    list: [T; N],
    row: fn(T) -> (&'static str, Source),
) -> impl Iterator<Item = HonestyRow> {
    list.into_iter().map(move |word| {
        let (name, source) = row(word);
        HonestyRow { subject, name: name.to_owned(), source }
    })
}

fn operations() -> impl Iterator<Item = HonestyRow> {
    Operation::ALL.into_iter().map(|operation| HonestyRow {
        subject: Subject::Operation,
        name: format!("{} {}", operation.verb(), operation.path()),
        source: operation.source(),
    })
}

fn parameters() -> impl Iterator<Item = HonestyRow> {
    Operation::ALL.into_iter().flat_map(|operation| {
        operation.parameters().iter().map(move |entry| HonestyRow {
            subject: Subject::Parameter,
            name: format!("{} {}", operation.name(), entry.name),
            source: entry.known_as(),
        })
    })
}

/// An item is only as well known as its name and its use with the type are.
fn items() -> impl Iterator<Item = HonestyRow> {
    CommandKind::ALL.into_iter().flat_map(|request_type| {
        let keys = request_type.parameter_keys().iter();
        keys.map(move |(key, source): &(ParameterKey, Source)| HonestyRow {
            subject: Subject::ParameterKey,
            name: format!("{} {}", request_type.code(), key.code()),
            source: key.source().max(*source),
        })
    })
}
