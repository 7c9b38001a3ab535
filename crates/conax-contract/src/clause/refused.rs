//! Which clause stands behind a refusal.

use super::Clause;
use crate::crm::{IdentifierKind, Operation, Refusal, RefusalCode, SetKind, ValueKind};

impl Clause {
    /// The clause behind a refusal of a call of `operation`; none if the refusal is about the
    /// surroundings, such as a size limit.
    #[must_use]
    pub fn behind(operation: Option<Operation>, refusal: &Refusal) -> Option<&'static Self> {
        Self::find(&id_behind(operation, refusal)?)
    }
}

fn id_behind(operation: Option<Operation>, refusal: &Refusal) -> Option<String> {
    let parameter = operation.and_then(|operation| named_in(operation, &refusal.message));
    let id = match refusal.code {
        RefusalCode::InvalidToken if refusal.message.contains("`token` is missing") => {
            "token.mandatory"
        }
        RefusalCode::InvalidToken => "token.unknown",
        RefusalCode::InvalidCredentials => match operation {
            Some(Operation::IssueTokenForWebApiKey) => "web-api-key.unknown",
            _ => "token.login-mandatory",
        },
        RefusalCode::MandatoryParameterMissing => return of_parameter(operation, parameter),
        RefusalCode::SemiOptionalParameters => return semi_optional(operation, parameter),
        RefusalCode::InvalidParameterValue => return value(operation, parameter, &refusal.message),
        RefusalCode::ProvisioningRequestNotFound => "show.found",
        RefusalCode::SubscriptionNotFound => "subscription-identifier.found",
        RefusalCode::ProductNotFound => "service-identifier.found",
        RefusalCode::InstalledItemNotFound => "smartcard-identifier.found",
        RefusalCode::InvalidClassification => match parameter {
            Some("service_identifier") => "service-identifier.is-service",
            _ => "smartcard-identifier.is-smartcard",
        },
        RefusalCode::NotRelatedToSubscription => match parameter {
            Some("service_identifier") => "service-identifier.on-subscription",
            _ => "smartcard-identifier.on-subscription",
        },
        RefusalCode::UnknownMethod => "methods.path",
        RefusalCode::WrongVerb => "methods.verb",
        RefusalCode::MalformedHttp
        | RefusalCode::RequestTimedOut
        | RefusalCode::BodyTooLarge
        | RefusalCode::UriTooLong
        | RefusalCode::UnsupportedContentCoding
        | RefusalCode::HeadersTooLarge
        | RefusalCode::UnsupportedTransferCoding
        | RefusalCode::TooManyConnections
        | RefusalCode::Unavailable
        | RefusalCode::UnexpectedFault => return None,
    };
    Some(id.to_owned())
}

/// The first parameter of the operation that stands between backticks in a message: every refusal
/// names what it is about.
fn named_in(operation: Operation, message: &str) -> Option<&'static str> {
    let quoted = message.split('`').skip(1).step_by(2);
    let mut known = quoted.filter_map(|name| operation.parameter(name));
    known.next().map(|entry| entry.name)
}

fn of_parameter(operation: Option<Operation>, parameter: Option<&str>) -> Option<String> {
    Some(format!("{}.{}", operation?.name(), parameter?))
}

fn semi_optional(operation: Option<Operation>, parameter: Option<&str>) -> Option<String> {
    let operation = operation?;
    let id = match (operation, parameter) {
        (Operation::List, _) => "list.one-filter",
        (Operation::Show, _) => "show.exactly-one-identifier",
        (Operation::AddToExistingPairing, Some("smartcard_set" | "stb_set") | None) => {
            "add_to_existing_pairing.one-set"
        }
        (_, Some("subscription_identifier")) => "subscription-identifier.exactly-one",
        (_, Some("service_identifier")) => "service-identifier.exactly-one",
        (_, Some("smartcard_identifier")) => "smartcard-identifier.exactly-one",
        _ => "identifier.exactly-one",
    };
    Some(id.to_owned())
}

fn value(operation: Option<Operation>, parameter: Option<&str>, message: &str) -> Option<String> {
    let operation = operation?;
    let Some(entry) = parameter.and_then(|name| operation.parameter(name)) else {
        let id = match message.contains("more than once") {
            true => "body.each-parameter-once",
            false => "body.nothing-else",
        };
        return Some(id.to_owned());
    };
    let id = match entry.value {
        ValueKind::Boolean => "process-immediately.values",
        ValueKind::Priority => "priority.values",
        ValueKind::RequestType => "list.type-values",
        ValueKind::LifeCycleState => "list.state-values",
        ValueKind::Count => "list.paging-values",
        ValueKind::FieldNames => "fields-set.unknown-names",
        ValueKind::Pin => "reset_pin_to_given_value.pin-form",
        ValueKind::Date if entry.name == "start_date" => "start-date.form",
        ValueKind::Date => "scheduled-date.form",
        ValueKind::Identifier(IdentifierKind::Subscription) => "subscription-identifier.type",
        ValueKind::Identifier(IdentifierKind::Service) => "service-identifier.type",
        ValueKind::Identifier(IdentifierKind::Smartcard | IdentifierKind::ExistingSmartcard) => {
            "smartcard-identifier.type"
        }
        ValueKind::Set(SetKind::Smartcards | SetKind::Stbs)
            if operation == Operation::CreatePairing =>
        {
            "create_pairing.sets-refused"
        }
        ValueKind::Identifier(IdentifierKind::ProvisioningRequest)
        | ValueKind::Set(_)
        | ValueKind::Text
        | ValueKind::Secret => return of_parameter(Some(operation), parameter),
    };
    Some(id.to_owned())
}
