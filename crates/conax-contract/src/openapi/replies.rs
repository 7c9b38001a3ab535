//! What a call is answered with: the status block, the data, and which refusals an operation knows.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::examples::{reply_example, reply_source};
use super::request::of_type;
use super::served::CrmApi;
use super::sourced::{SOURCE, camel_case, closed, described, reference};
use super::words::refusal_codes;
use crate::control::PROVISIONING_REQUEST;
use crate::crm::{IdentifierKind, Need, Operation, RefusalCode, SuccessTexts, ValueKind};
use crate::source::Source;

/// The media type answers are described under; they carry their charset beside it.
pub(super) const JSON: &str = "application/json";

/// Why a call of the operation may be refused, in the order of the table.
#[must_use]
pub fn refusals_of(operation: Operation) -> Vec<RefusalCode> {
    let codes = RefusalCode::ALL.into_iter();
    codes.filter(|code| may_refuse(operation, *code)).collect()
}

fn may_refuse(operation: Operation, code: RefusalCode) -> bool {
    let entries = operation.parameters();
    let names = |wanted: &[IdentifierKind]| {
        let kinds = entries.iter().filter_map(|entry| match entry.value {
            ValueKind::Identifier(kind) => Some(kind),
            _ => None,
        });
        kinds.into_iter().any(|kind| wanted.contains(&kind))
    };
    let has_set = entries.iter().any(|entry| matches!(entry.value, ValueKind::Set(_)));
    let cards = [IdentifierKind::Smartcard, IdentifierKind::ExistingSmartcard];
    let has_identifier = names(&IdentifierKind::ALL);
    match code {
        RefusalCode::InvalidToken => entries.iter().any(|entry| entry.name == "token"),
        RefusalCode::InvalidCredentials => entries.iter().all(|entry| entry.name != "token"),
        RefusalCode::MandatoryParameterMissing => {
            // A token that is missing is no valid token.
            let needed = entries.iter().filter(|entry| entry.name != "token");
            needed.into_iter().any(|entry| entry.need != Need::Optional)
        }
        RefusalCode::SemiOptionalParameters => {
            let marked = entries.iter().any(|entry| entry.need == Need::SemiOptional);
            has_identifier || marked
        }
        RefusalCode::ProvisioningRequestNotFound => names(&[IdentifierKind::ProvisioningRequest]),
        RefusalCode::SubscriptionNotFound => names(&[IdentifierKind::Subscription]),
        RefusalCode::ProductNotFound => names(&[IdentifierKind::Service]),
        RefusalCode::InstalledItemNotFound => names(&cards) || has_set,
        RefusalCode::InvalidClassification => {
            names(&cards) || names(&[IdentifierKind::Service]) || has_set
        }
        RefusalCode::NotRelatedToSubscription => names(&[IdentifierKind::Subscription]),
        // The path and verb of a described operation are right.
        RefusalCode::UnknownMethod | RefusalCode::WrongVerb => false,
        RefusalCode::UnsupportedContentCoding => operation.verb() == "POST",
        RefusalCode::InvalidParameterValue
        | RefusalCode::MalformedHttp
        | RefusalCode::RequestTimedOut
        | RefusalCode::BodyTooLarge
        | RefusalCode::UriTooLong
        | RefusalCode::HeadersTooLarge
        | RefusalCode::UnsupportedTransferCoding
        | RefusalCode::TooManyConnections
        | RefusalCode::Unavailable
        | RefusalCode::UnexpectedFault => true,
    }
}

/// Every answer of an operation, by its HTTP status.
pub(super) fn responses(api: &CrmApi, operation: Operation) -> Value {
    let responses = codes_by_status(api, operation).into_iter().map(|(status, codes)| {
        let response = match status {
            200 => success_response(api, operation, &codes),
            _ => refused_response(api, operation, status, &codes),
        };
        (status.to_string(), response)
    });
    Value::Object(responses.collect::<Map<String, Value>>())
}

fn codes_by_status(api: &CrmApi, operation: Operation) -> BTreeMap<u16, Vec<RefusalCode>> {
    let mut by_status: BTreeMap<u16, Vec<RefusalCode>> = BTreeMap::new();
    by_status.entry(200).or_default();
    for code in refusals_of(operation) {
        let status = code.http_status(api.http_mode);
        by_status.entry(status).or_default().push(code);
    }
    by_status
}

/// The schemas of answers, each by its name.
///
/// Every answer has one of its own: what has no name is named by a client's generator after what
/// stands around it, and two that get the same name are one too many.
pub(super) fn schemas(api: &CrmApi) -> Map<String, Value> {
    let mut schemas = Map::new();
    for operation in Operation::ALL {
        schemas.insert(reply_name(operation), success(api, operation));
        for (status, codes) in codes_by_status(api, operation) {
            if !codes.is_empty() {
                let name = refusal_name(api, operation, status, &codes);
                let code = format!("{name}Code");
                schemas.insert(name, refusal(&code));
                schemas.insert(code, refusal_codes(&codes));
            }
        }
    }
    schemas
}

/// The name of the answer of a call that succeeds.
fn reply_name(operation: Operation) -> String {
    format!("{}Reply", camel_case(operation.name()))
}

/// The name of a refusal: of the status alone, where every operation refuses alike.
fn refusal_name(api: &CrmApi, operation: Operation, status: u16, codes: &[RefusalCode]) -> String {
    let alike = Operation::ALL
        .into_iter()
        .all(|other| codes_by_status(api, other).get(&status).is_none_or(|others| others == codes));
    match (status, alike) {
        (_, true) => format!("Refusal{status}"),
        (200, false) => format!("{}Refusal", camel_case(operation.name())),
        (_, false) => format!("{}Refusal{status}", camel_case(operation.name())),
    }
}

fn success_response(api: &CrmApi, operation: Operation, codes: &[RefusalCode]) -> Value {
    let success = reference(&reply_name(operation));
    let refusal = || reference(&refusal_name(api, operation, 200, codes));
    let (schema, text) = match codes {
        [] => (success, "The call succeeded."),
        _ => (
            json!({ "oneOf": [success, refusal()] }),
            "The call succeeded, if `status.code` is `OK`; else it was refused by the business \
             rules.",
        ),
    };
    let mut response = response(text, schema, operation.source());
    let mut examples = Map::new();
    if let Some(example) = reply_example(api, operation) {
        examples.insert("documented".to_owned(), example);
    }
    examples.extend(codes.iter().map(|code| refusal_example(*code)));
    if !examples.is_empty() {
        response["content"][JSON]["examples"] = Value::Object(examples);
    }
    if let Some(links) = links(operation) {
        response["links"] = links;
    }
    response[SOURCE] = reply_source(operation).code().into();
    response
}

fn refused_response(
    api: &CrmApi,
    operation: Operation,
    status: u16,
    codes: &[RefusalCode],
) -> Value {
    let texts: Vec<&str> = codes.iter().map(|code| code.text()).collect();
    let schema = reference(&refusal_name(api, operation, status, codes));
    let mut response = response(&texts.join(" "), schema, Source::Ours);
    let examples = codes.iter().map(|code| refusal_example(*code));
    response["content"][JSON]["examples"] = Value::Object(examples.collect());
    response
}

fn response(text: &str, schema: Value, source: Source) -> Value {
    let mut response = json!({
        "description": text,
        "headers": {
            "conax-sim-exchange": {
                "description": "The exchange of the journal that the answer belongs to. [ours]",
                "schema": { "type": "integer", "minimum": 0 },
            },
        },
        "content": { (JSON): { "schema": schema } },
    });
    response[SOURCE] = source.code().into();
    response
}

fn refusal_example(code: RefusalCode) -> (String, Value) {
    let status = json!({ "code": code.code(), "message": code.text(), "description": null });
    let example = json!({ "summary": code.text(), "value": { "status": status } });
    (code.code().to_owned(), example)
}

/// Where the members of an answer are good for another call.
fn links(operation: Operation) -> Option<Value> {
    if operation.creates().is_some() {
        return Some(json!({
            "show": {
                "operationId": Operation::Show.name(),
                "description": "How the request fares.",
                "parameters": {
                    "query.token": "$request.body#/token",
                    "query.provisioning_request_identifier": "id={$response.body#/data/id}",
                },
            },
        }));
    }
    let logs_in = [Operation::IssueToken, Operation::IssueTokenForWebApiKey];
    logs_in.contains(&operation).then(|| {
        json!({
            "release": {
                "operationId": Operation::ReleaseToken.name(),
                "description": "Ends the token.",
                "requestBody": { "token": "$response.body#/data/token" },
            },
        })
    })
}

/// The whole answer of a call that succeeds.
fn success(api: &CrmApi, operation: Operation) -> Value {
    let members = api.writing.shape.members();
    let data = match operation {
        Operation::Show => reference(PROVISIONING_REQUEST),
        Operation::List => json!({ "type": "array", "items": reference(PROVISIONING_REQUEST) }),
        Operation::IssueToken | Operation::IssueTokenForWebApiKey => token(),
        Operation::ReleaseToken => closed(Map::new(), &[]),
        _ => match operation.creates() {
            Some(created) => of_type(members, created),
            None => closed(Map::new(), &[]),
        },
    };
    let texts = match api.writing.success_texts {
        SuccessTexts::Null => json!({ "type": "null" }),
        SuccessTexts::Empty => json!({ "const": "" }),
    };
    let status = status(json!({ "const": "OK" }), texts.clone(), texts);
    let properties = Map::from_iter([
        ("status".to_owned(), status),
        ("data".to_owned(), described(data, "The result.", reply_source(operation))),
    ]);
    closed(properties, &["status", "data"])
}

fn token() -> Value {
    let token = json!({ "type": "string", "minLength": 1 });
    let token = described(token, "The token for other calls.", Source::Attested);
    closed(Map::from_iter([("token".to_owned(), token)]), &["token"])
}

/// The whole answer of a call that is refused, with the name of the list of its codes.
fn refusal(codes: &str) -> Value {
    let status = refused_status(reference(codes));
    closed(Map::from_iter([("status".to_owned(), status)]), &["status"])
}

fn refused_status(code: Value) -> Value {
    let message = json!({ "type": "string", "minLength": 1 });
    status(code, message, json!({ "type": ["string", "null"] }))
}

fn status(code: Value, message: Value, description: Value) -> Value {
    let member = |name: &str, schema: Value, text: &str| {
        let schema = match schema.get(SOURCE) {
            Some(_) => schema,
            None => described(schema, text, Source::Documented),
        };
        (name.to_owned(), schema)
    };
    let properties = Map::from_iter([
        member("code", code, "`OK`, or why the call is refused."),
        member("message", message, "A sentence for a person."),
        member("description", description, "What else there is to say."),
    ]);
    let schema = closed(properties, &["code", "message", "description"]);
    described(schema, "The status block of every answer.", Source::Documented)
}

/// Any answer of the API, by any operation, in any of the shapes.
pub(super) fn any_envelope() -> Value {
    let text = json!({ "type": ["string", "null"] });
    let succeeded = status(json!({ "const": "OK" }), text.clone(), text);
    let list = json!({ "type": "array", "items": reference(PROVISIONING_REQUEST) });
    let data = json!({
        "anyOf": [reference(PROVISIONING_REQUEST), list, token(), closed(Map::new(), &[])],
    });
    let success = closed(
        Map::from_iter([("status".to_owned(), succeeded), ("data".to_owned(), data)]),
        &["status", "data"],
    );
    let refused = refused_status(reference("RefusalCode"));
    let refusal = closed(Map::from_iter([("status".to_owned(), refused)]), &["status"]);
    json!({ "oneOf": [success, refusal] })
}
