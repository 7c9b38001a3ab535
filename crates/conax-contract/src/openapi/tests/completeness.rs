//! Nothing that the tables hold is missing in a document, and everything says how it is known.

use serde_json::Value;

use crate::cas::{CasService, CommandKind, Profile, RejectionCause};
use crate::control::ControlEntry;
use crate::crm::{
    HttpMode, LifeCycleState, Member, Operation, ParameterKey, Priority, ProcessName, RefusalCode,
};
use crate::openapi::{
    CasApi, ControlApi, CrmApi, SchemaName, cas_document, control_document, crm_document,
    json_schema, refusals_of,
};
use crate::source::Source;

/// Every object of a document.
pub(super) fn objects<'v>(value: &'v Value, found: &mut Vec<&'v Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| objects(item, found)),
        Value::Object(members) => {
            found.push(value);
            members.values().for_each(|member| objects(member, found));
        }
        _ => {}
    }
}

fn all(value: &Value) -> Vec<&Value> {
    let mut found = Vec::new();
    objects(value, &mut found);
    found
}

/// The value with what it refers to, in its place.
pub(super) fn resolved(value: &Value, document: &Value) -> Value {
    if let Some(path) = value.get("$ref").and_then(Value::as_str) {
        return resolved(document.pointer(&path[1..]).unwrap(), document);
    }
    match value {
        Value::Array(items) => items.iter().map(|item| resolved(item, document)).collect(),
        Value::Object(members) => {
            let members = members.iter();
            members.map(|(name, member)| (name.clone(), resolved(member, document))).collect()
        }
        other => other.clone(),
    }
}

fn operation_object(document: &Value, operation: Operation) -> &Value {
    let path = format!("/{}", operation.path());
    &document["paths"][path][operation.verb().to_lowercase()]
}

/// How a document says a member or parameter of an operation is known.
fn source_of(document: &Value, operation: Operation, name: &str) -> Option<Source> {
    let described = operation_object(document, operation);
    let body = &described["requestBody"]["content"]["application/json"]["schema"]["$ref"];
    let schema = body.as_str().and_then(|path| document.pointer(&path[1..]));
    let schema = schema.into_iter().chain([&described["parameters"]]);
    let objects: Vec<&Value> = schema.flat_map(all).collect();
    let source = objects.iter().find_map(|object| {
        let by_name = (object["name"] == name && object["in"] == "query").then_some(*object);
        let member = object.get("properties").and_then(|it| it.get(name));
        by_name.or(member)?["x-source"].as_str()
    });
    source.and_then(Source::from_code)
}

#[test]
fn every_operation_and_every_parameter_is_described_with_how_it_is_known() {
    let document = crm_document(&CrmApi::default());
    for operation in Operation::ALL {
        let described = operation_object(&document, operation);
        assert_eq!(described["x-source"], operation.source().code(), "{operation:?}");
        for entry in operation.parameters() {
            let source = source_of(&document, operation, entry.name);
            assert_eq!(source, Some(entry.known_as()), "{operation:?} {}", entry.name);
        }
    }
}

#[test]
fn every_parameter_is_in_the_schema_of_its_call() {
    for operation in Operation::ALL {
        let schema = json_schema(SchemaName::Call(operation));
        let objects = all(&schema);
        for entry in operation.parameters() {
            let found = objects.iter().any(|object| {
                let members = object.get("properties");
                members.is_some_and(|members| members.get(entry.name).is_some())
            });
            assert!(found, "{operation:?} {}", entry.name);
        }
    }
}

#[test]
fn every_member_is_described_with_how_it_is_known() {
    let schema = json_schema(SchemaName::ProvisioningRequest);
    for member in Member::ALL {
        let described = &schema["properties"][member.code()];
        assert_eq!(described["x-source"], member.source().code(), "{member:?}");
        let text = described["description"].as_str().unwrap();
        assert!(text.starts_with(member.text()), "{text}");
    }
}

#[test]
fn every_word_of_every_list_is_described_with_how_it_is_known() {
    let document = crm_document(&CrmApi::default());
    let types = CommandKind::ALL.map(|word| (word.code(), word.source()));
    let states = LifeCycleState::ALL.map(|word| (word.code(), word.source()));
    let priorities = Priority::ALL.map(|word| (word.code(), word.source()));
    let processes = ProcessName::ALL.map(|word| (word.code(), word.source()));
    let keys = ParameterKey::ALL.map(|word| (word.code(), word.source()));
    let codes = RefusalCode::ALL.map(|word| (word.code(), word.source()));
    let words = [&types[..], &states, &priorities, &processes, &keys, &codes].concat();
    let objects = all(&document);
    for (word, source) in words {
        let mut found = objects.iter().filter_map(|object| object["x-source-of"][word].as_str());
        let first = found.next();
        assert!(first.is_some(), "{word} is missing");
        assert!(first.into_iter().chain(found).any(|found| found == source.code()), "{word}");
    }
}

#[test]
fn every_refusal_an_operation_knows_stands_under_its_status() {
    for http_mode in [HttpMode::Business200, HttpMode::Mapped] {
        let api = CrmApi { http_mode, ..CrmApi::default() };
        let document = crm_document(&api);
        for operation in Operation::ALL {
            let responses = &operation_object(&document, operation)["responses"];
            for code in refusals_of(operation) {
                let status = code.http_status(http_mode).to_string();
                let text = resolved(&responses[&status], &document).to_string();
                assert!(text.contains(&format!("\"{}\"", code.code())), "{operation:?} {code}");
            }
            let done = resolved(&responses["200"], &document).to_string();
            let business = done.contains("COM.CRM.EXCEPTION");
            assert_eq!(business, http_mode == HttpMode::Business200, "{operation:?}");
            assert_eq!(responses.get("401").is_some(), http_mode == HttpMode::Mapped);
        }
    }
}

#[test]
fn every_entry_of_the_control_door_is_described_with_its_parameters() {
    let document = control_document(&ControlApi::default());
    for entry in ControlEntry::ALL {
        let described = &document["paths"][entry.path][entry.verb.to_lowercase()];
        assert_eq!(described["summary"], entry.summary);
        let parameters = described["parameters"].as_array().unwrap();
        for name in entry.path_names().chain(entry.query_names()) {
            assert!(parameters.iter().any(|it| it["name"] == name), "{} {name}", entry.path);
        }
    }
    let journal = ControlEntry::ALL.iter().find(|entry| entry.path == "/v1/journal").unwrap();
    let names: Vec<&str> = journal.query_names().collect();
    assert_eq!(names, ["since", "limit", "api", "card", "request", "format"]);
}

#[test]
fn no_two_operations_of_a_document_have_the_same_id() {
    let cas = CasApi { profile: Profile::public(), asks_who_calls: false, origin: String::new() };
    for document in [
        crm_document(&CrmApi::default()),
        control_document(&ControlApi::default()),
        cas_document(&cas),
    ] {
        let mut ids: Vec<&str> = all(&document["paths"])
            .into_iter()
            .filter(|object| object.get("responses").is_some())
            .map(|object| object["operationId"].as_str().unwrap())
            .collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}

#[test]
fn every_service_operation_and_status_of_every_profile_is_described() {
    for name in Profile::names() {
        let profile = Profile::shipped(name).unwrap();
        let document =
            cas_document(&CasApi { profile, asks_who_calls: true, origin: String::new() });
        for service in CasService::ALL {
            let path = &profile.service(service).path;
            let item = &document["paths"][&path.value];
            assert_eq!(item["x-source"], path.source.code(), "{name} {}", path.value);
        }
        let text = document["paths"].to_string();
        for operation in CommandKind::ALL {
            let entry = &profile.operation(operation).name;
            let source = format!("\"name\":\"{}\",\"x-source\":\"{}\"", entry.value, entry.source);
            assert!(text.contains(&source), "{name} {source}");
        }
        assert_eq!(document["x-status-codes"].as_array().unwrap().len(), RejectionCause::ALL.len());
    }
}
