//! What generators of clients make types of has a name of its own, so that nothing is left out.

use std::collections::BTreeMap;

use serde_json::Value;

use super::completeness::objects;
use crate::control::{ControlEntry, PROBLEM_TYPE};
use crate::crm::HttpMode;
use crate::openapi::{ControlApi, CrmApi, control_document, crm_document};

const JSON: &str = "application/json";

fn documents() -> Vec<Value> {
    let modes = [HttpMode::Business200, HttpMode::Mapped];
    let crm = modes.map(|http_mode| crm_document(&CrmApi { http_mode, ..CrmApi::default() }));
    crm.into_iter().chain([control_document(&ControlApi::default())]).collect()
}

/// The schemas of every answer and body in JSON.
fn schemas(document: &Value) -> Vec<&Value> {
    let mut found = Vec::new();
    objects(&document["paths"], &mut found);
    let contents = found.into_iter().filter_map(|object| object.get("content"));
    let kinds = contents.flat_map(|content| content.as_object().unwrap());
    let kinds = kinds.filter(|(kind, _)| [JSON, PROBLEM_TYPE].contains(&kind.as_str()));
    kinds.map(|(_, content)| &content["schema"]).collect()
}

#[test]
fn every_body_and_every_answer_in_json_is_of_a_named_schema() {
    for document in documents() {
        for schema in schemas(&document) {
            let branches = schema.get("oneOf").and_then(Value::as_array);
            let branches = branches.map_or(std::slice::from_ref(schema), Vec::as_slice);
            for branch in branches {
                let item = branch.get("items").unwrap_or(branch);
                let name = item["$ref"].as_str().unwrap_or_else(|| panic!("no name: {branch}"));
                assert!(document.pointer(&name[1..]).is_some(), "{name} is not there");
            }
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    for document in documents() {
        let mut found = Vec::new();
        objects(&document, &mut found);
        let names = found.iter().filter_map(|object| object.get("$ref")?.as_str());
        for name in names {
            assert!(document.pointer(&name[1..]).is_some(), "{name}");
        }
    }
}

#[test]
fn no_title_stands_at_two_different_schemas() {
    for document in documents() {
        let mut found = Vec::new();
        objects(&document["components"]["schemas"], &mut found);
        let mut titled: BTreeMap<&str, &Value> = BTreeMap::new();
        let titles = found.into_iter().filter_map(|it| Some((it.get("title")?.as_str()?, it)));
        // Items of parameters are named by their key, which is all that is in them.
        for (title, schema) in titles.filter(|(_, it)| it["properties"].get("token").is_some()) {
            let known = titled.insert(title, schema);
            assert!(known.is_none_or(|known| known == schema), "{title}");
        }
    }
}

#[test]
fn every_entry_of_the_control_api_that_speaks_json_says_what_it_reads_and_prints() {
    for entry in ControlEntry::ALL {
        let prints = entry.answers.contains(&JSON);
        assert_eq!(prints, entry.reply.is_some(), "{} {}", entry.verb, entry.path);
        assert!(entry.body.is_none() || entry.takes.contains(&JSON), "{}", entry.path);
    }
}
