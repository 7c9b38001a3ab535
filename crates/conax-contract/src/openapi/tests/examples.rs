//! The documented examples fit the schemas, as they are printed.

use serde_json::Value;

use super::completeness::objects;
use super::fits::fits;
use crate::crm::{HttpMode, Operation, Reading, Shape, SuccessTexts, Writing};
use crate::openapi::{CrmApi, SchemaName, crm_document, json_schema};

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn every_documented_call_fits_its_schema() {
    let calls = Operation::ALL.into_iter().filter_map(|it| Some((it, it.example_call()?)));
    let calls: Vec<_> = calls.collect();
    assert_eq!(calls.len(), 6);
    for (operation, text) in calls {
        let schema = json_schema(SchemaName::Call(operation));
        assert!(fits(&schema, &parsed(text), &schema), "{operation:?}");
    }
}

#[test]
fn every_documented_reply_fits_the_schema_of_answers_and_its_requests_theirs() {
    let envelope = json_schema(SchemaName::Envelope);
    let request = json_schema(SchemaName::ProvisioningRequest);
    let replies = Operation::ALL.into_iter().filter_map(Operation::example_reply);
    let replies: Vec<Value> = replies.map(parsed).collect();
    assert_eq!(replies.len(), 8);
    for reply in replies {
        assert!(fits(&envelope, &reply, &envelope), "{reply}");
        let data = &reply["data"];
        let requests = data.as_array().map_or(std::slice::from_ref(data), Vec::as_slice);
        for found in requests {
            assert!(fits(&request, found, &request), "{found}");
        }
    }
}

#[test]
fn what_differs_from_a_documented_reply_in_one_place_does_not_fit() {
    let schema = json_schema(SchemaName::Envelope);
    let reply = parsed(Operation::Show.example_reply().unwrap());
    for (path, value) in [
        ("/status/code", Value::from("FINE")),
        ("/status/message", Value::from(7)),
        ("/data/process_immediately", Value::from(true)),
        ("/data/scheduled_date", Value::from("2014-02-29T00:00:00")),
        ("/data/executed_date", Value::from("2014-10-07T24:00:00")),
        ("/data/life_cycle_state", Value::from("DONE")),
        ("/data/sequence_number", Value::from(-1)),
        ("/data/parameters_set", Value::Array(Vec::new())),
        ("/data/log_information/created_by_user", Value::Null),
    ] {
        let mut changed = reply.clone();
        *changed.pointer_mut(path).unwrap() = value;
        assert!(!fits(&schema, &changed, &schema), "{path}");
    }
    let mut more = reply.clone();
    more["data"]["colour"] = "red".into();
    assert!(!fits(&schema, &more, &schema));
}

#[test]
fn every_example_of_every_door_fits_the_schema_beside_it() {
    let mut count = 0;
    for shape in Shape::ALL {
        for http_mode in [HttpMode::Business200, HttpMode::Mapped] {
            for success_texts in [SuccessTexts::Null, SuccessTexts::Empty] {
                let document = crm_document(&CrmApi {
                    http_mode,
                    writing: Writing { shape, success_texts },
                    reading: Reading::default(),
                    ..CrmApi::default()
                });
                count += examples_that_fit(&document);
            }
        }
    }
    assert!(count > 12 * 14, "{count} examples");
}

fn examples_that_fit(document: &Value) -> usize {
    let mut found = Vec::new();
    objects(&document["paths"], &mut found);
    let contents = found.into_iter().filter(|it| it.get("schema").is_some());
    let mut count = 0;
    for content in contents {
        let examples = content.get("examples").and_then(Value::as_object);
        for (name, example) in examples.into_iter().flatten() {
            let value = &example["value"];
            assert!(fits(&content["schema"], value, document), "{name}: {value}");
            count += 1;
        }
    }
    count
}

#[test]
fn one_operation_as_it_is_described() {
    let document = crm_document(&CrmApi { http_mode: HttpMode::Mapped, ..CrmApi::default() });
    let operation = Operation::ReleaseToken;
    let described = &document["paths"][format!("/{}", operation.path())];
    let call = &document["components"]["schemas"]["ReleaseTokenCall"];
    let text = serde_json::to_string_pretty(&serde_json::json!([described, call])).unwrap();
    insta::assert_snapshot!(text);
}
