//! Clauses that the tables of the provisioning API already hold: operations, parameters, members,
//! words.

use crate::crm::{
    CommandKind, IdentifierField, IdentifierKind, LifeCycleState, Member, Need, Operation,
    ParameterEntry, ParameterKey, Priority, ProcessName,
};
use crate::source::Source;

use super::{Clause, Seen, Strictness};

/// All of them, operation by operation.
pub(super) fn clauses() -> impl Iterator<Item = Clause> {
    let operations = Operation::ALL.into_iter().flat_map(of_operation);
    let members = Member::ALL.into_iter().map(of_member);
    let items = CommandKind::ALL.into_iter().map(of_items);
    operations
        .chain(members)
        .chain(items)
        .chain(words())
        .chain(IdentifierKind::ALL.into_iter().map(of_identifier))
}

fn clause(id: String, statement: String, source: Source, place: &'static str) -> Clause {
    Clause {
        id,
        statement,
        source,
        place,
        strictness: Strictness::of(source),
        seen: Seen::Api,
        choice: None,
    }
}

fn of_operation(operation: Operation) -> Vec<Clause> {
    let name = operation.name();
    let mut clauses = vec![clause(
        format!("{name}.method"),
        format!("It is called with `{} {}`.", operation.verb(), operation.path()),
        operation.source(),
        "its heading",
    )];
    if let Some(made) = operation.creates() {
        clauses.push(clause(
            format!("{name}.creates"),
            format!(
                "It creates one request of type {}, PENDING, and answers with the whole of it.",
                made.code()
            ),
            operation.source(),
            "its first sentence; its example",
        ));
    }
    if operation.example_reply().is_some() {
        clauses.push(clause(
            format!("{name}.example"),
            "Its answers have the members and the kinds of values of the printed example."
                .to_owned(),
            Source::Shown,
            "its example",
        ));
    }
    let parameters = operation.parameters().iter();
    clauses.extend(parameters.map(|entry| of_parameter(operation, entry)));
    clauses
}

fn of_parameter(operation: Operation, entry: &ParameterEntry) -> Clause {
    let need = match entry.need {
        Need::Mandatory => "It must be there",
        Need::Optional => "It may be left out",
        Need::SemiOptional => "It, or one of the others so marked, must be there",
    };
    // Only what is known as well as the name; the rest has clauses of its own.
    let meaning = match entry.meaning > entry.source {
        true => format!("The parameter `{}` is known.", entry.name),
        false => entry.text.to_owned(),
    };
    let value = match entry.value.source() > entry.source {
        true => String::new(),
        false => format!("; it is {}", entry.value.text()),
    };
    clause(
        format!("{}.{}", operation.name(), entry.name),
        format!("{meaning} {need}{value}."),
        entry.source,
        "Parameters",
    )
}

/// What the value of a member can be; as the examples show.
fn kind_of(member: Member) -> &'static str {
    match member {
        Member::Id => "non-empty text",
        Member::Number => "digits as text",
        Member::Type => "one of the thirteen types",
        Member::SequenceNumber => "a whole number or null",
        Member::ScheduledDate => "a date",
        Member::ExecutedDate => "a date or null",
        Member::ProcessImmediately => "1, 0 or null, and no true or false",
        Member::Priority => "REGULAR or EXPRESS",
        Member::LifeCycleState => "PENDING, REJECTED or COMPLETED",
        Member::LogInformation => "an object",
        Member::ParametersSet => "a list, left out when it would be empty",
        Member::Response
        | Member::ErrorCode
        | Member::ErrorDescription
        | Member::ProcessId
        | Member::Name
        | Member::Request
        | Member::ProviderErrorCode
        | Member::ProviderErrorDescription
        | Member::ProcessName
        | Member::ReferenceNumber => "text or null",
    }
}

fn of_member(member: Member) -> Clause {
    clause(
        format!("request.{}", member.code()),
        format!("The member `{}` is {}.", member.code(), kind_of(member)),
        member.source(),
        "the examples",
    )
}

fn of_items(request_type: CommandKind) -> Clause {
    let keys = request_type.parameter_keys();
    let known = |(key, source): &(ParameterKey, Source)| key.source().max(*source);
    // Firm enough to judge by as soon as an example shows a part of it; what is not shown says so.
    let best = keys.iter().map(known).min().unwrap_or(Source::Ours);
    let named = keys.iter().map(|entry| match known(entry) {
        source if source > best => format!("{} ({source})", entry.0.code()),
        _ => entry.0.code().to_owned(),
    });
    clause(
        format!("items.{}", request_type.code()),
        format!(
            "The `parameters_set` of {} has items called {}, and no others.",
            request_type.code(),
            named.collect::<Vec<_>>().join(", ")
        ),
        best,
        "the examples",
    )
}

fn words() -> impl Iterator<Item = Clause> {
    let list = |id: &str, what: &str, codes: &[&str], source| {
        clause(
            id.to_owned(),
            format!("{what} is one of {}.", codes.join(", ")),
            source,
            "Parameters of list; the examples",
        )
    };
    [
        list("words.type", "A type", &CommandKind::ALL.map(CommandKind::code), Source::Documented),
        list(
            "words.life_cycle_state",
            "A state",
            &LifeCycleState::ALL.map(LifeCycleState::code),
            Source::Documented,
        ),
        list(
            "words.priority",
            "A priority",
            &Priority::ALL.map(Priority::code),
            Source::Documented,
        ),
        list(
            "words.process_name",
            "A process name",
            &ProcessName::ALL.map(ProcessName::code),
            Source::Attested,
        ),
    ]
    .into_iter()
}

fn of_identifier(kind: IdentifierKind) -> Clause {
    let fields: Vec<&str> = kind.fields().iter().copied().map(IdentifierField::code).collect();
    let what = match kind {
        IdentifierKind::ProvisioningRequest => "provisioning request",
        IdentifierKind::Subscription => "subscription",
        IdentifierKind::Service => "service",
        IdentifierKind::Smartcard => "smartcard",
        IdentifierKind::ExistingSmartcard => "existing smartcard",
    };
    clause(
        format!("{}-identifier.keys", what.replace(' ', "-")),
        format!("A {what} can be named by {}.", fields.join(", ")),
        // The sub-fields of the text are lost; sister pages and the examples have them.
        Source::Attested,
        "pages 523375, 489617, 490922; the examples",
    )
}
