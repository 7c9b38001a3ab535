//! The schema and the reader know the same keys: whatever the reader says it knows at a place is
//! what the schema offers there, and the other way round.

use std::collections::BTreeSet;

use conax_contract::crm::Operation;
use serde_json::Value;

use super::super::scenario_schema;
use super::super::steps::ACTIONS;
use super::told;

/// The keys the reader lists when it meets one it does not know.
#[track_caller]
fn known_keys(source: &str) -> BTreeSet<String> {
    let told = told(source);
    let told: String = told.split_whitespace().collect::<Vec<_>>().join(" ");
    let at = told
        .find("unknown key `zzzzzzz`")
        .unwrap_or_else(|| panic!("the key is not refused: {told}"));
    let from = told[at..].find("known here: ").expect("the known keys are listed");
    let list = &told[at + from + "known here: ".len()..];
    let mut keys = BTreeSet::new();
    let mut rest = list;
    while let Some(after) = rest.strip_prefix('`') {
        let (key, after) = after.split_once('`').expect("an end of the key");
        keys.insert(key.to_owned());
        match after.strip_prefix(", ") {
            Some(after) => rest = after,
            None => break,
        }
    }
    keys
}

fn properties(schema: &Value) -> BTreeSet<String> {
    let members = schema["properties"].as_object().expect("an object");
    members.keys().cloned().collect()
}

fn definition(name: &str) -> Value {
    scenario_schema()["$defs"][name].clone()
}

/// The form of the step that has this key, or is an operation of this name.
fn step(key: &str) -> Value {
    let kinds = definition("step")["anyOf"].as_array().expect("a list").clone();
    let is_meant = |kind: &&Value| {
        kind["properties"]["call"]["const"] == key
            || (key != "call" && kind["properties"].get(key).is_some())
    };
    kinds.iter().find(is_meant).expect("a step of this kind").clone()
}

fn scenario_with(key_and_value: &str) -> String {
    format!("scenario: x\n{key_and_value}\nsteps: [process]\n")
}

fn with_step(step: &str) -> String {
    format!("scenario: x\nsteps:\n  - {step}\n")
}

#[test]
fn the_head_of_a_scenario() {
    let keys = known_keys(&scenario_with("zzzzzzz: 1"));
    assert_eq!(keys, properties(&definition("scenario")));
}

#[test]
fn a_call() {
    let keys = known_keys(&with_step("{ call: show, zzzzzzz: 1 }"));
    assert_eq!(keys, properties(&step("show")));
}

#[test]
fn the_parameters_of_every_operation() {
    for operation in Operation::ALL {
        let schema = step(operation.name());
        let offered = properties(&schema["properties"]["with"]["anyOf"][0]);
        for name in &offered {
            let source =
                with_step(&format!("{{ call: {}, with: {{ {name}: x }} }}", operation.name()));
            assert_eq!(super::read(&source).len(), 1, "{name}");
        }
        let taken = operation.parameters().iter().filter(|one| one.name != "token");
        for parameter in taken {
            assert!(offered.contains(parameter.name), "{}", parameter.name);
        }
    }
}

#[test]
fn every_other_step() {
    for (key, source) in [
        ("process", "{ process: , zzzzzzz: 1 }"),
        ("wait", "{ wait: { request: \"1\", until: COMPLETED, within: 1s }, zzzzzzz: 1 }"),
        ("advance", "{ advance: 1s, zzzzzzz: 1 }"),
        ("settle", "{ settle: 1s, zzzzzzz: 1 }"),
        ("expect conax", "{ expect conax: { card: \"1\", entitled: none }, zzzzzzz: 1 }"),
        ("expect ledger", "{ expect ledger: { unknown: 0 }, zzzzzzz: 1 }"),
        ("expect drift", "{ expect drift: none, zzzzzzz: 1 }"),
        ("expect exchanges", "{ expect exchanges: { count: 1 }, zzzzzzz: 1 }"),
        ("fault", "{ fault: f05, zzzzzzz: 1 }"),
        ("calm", "{ calm: mine, zzzzzzz: 1 }"),
        ("heal", "{ heal: , zzzzzzz: 1 }"),
        ("repeat", "{ repeat: { times: 1, steps: [process] }, zzzzzzz: 1 }"),
        ("parallel", "{ parallel: [{ call: list }], zzzzzzz: 1 }"),
        ("utility", "{ utility: { type: X }, zzzzzzz: 1 }"),
        ("raw", "{ raw: { path: / }, zzzzzzz: 1 }"),
    ] {
        assert!(ACTIONS.contains(&key));
        assert_eq!(known_keys(&with_step(source)), properties(&step(key)), "{key}");
    }
}

#[test]
fn what_is_inside_of_steps() {
    for (path, source) in [
        ("wait", "{ wait: { zzzzzzz: 1 } }"),
        ("expect ledger", "{ expect ledger: { zzzzzzz: 1 } }"),
        ("expect exchanges", "{ expect exchanges: { zzzzzzz: 1 } }"),
        ("repeat", "{ repeat: { zzzzzzz: 1 } }"),
        ("raw", "{ raw: { zzzzzzz: 1 } }"),
    ] {
        let schema = step(path);
        let inner = properties(&schema["properties"][path]);
        assert_eq!(known_keys(&with_step(source)), inner, "{path}");
    }
    let drift = known_keys(&with_step("{ expect drift: [{ zzzzzzz: 1 }] }"));
    let schema = step("expect drift");
    let offered = &schema["properties"]["expect drift"]["anyOf"][0]["anyOf"][1]["items"];
    assert_eq!(drift, properties(offered));
}

#[test]
fn the_words_of_expectations() {
    let source = with_step("{ call: list, expect: { data: { is: list, zzzzzzz: 1 } } }");
    let offered = definition("expectation")["anyOf"][2].clone();
    assert_eq!(known_keys(&source), properties(&offered));
}

#[test]
fn a_crowd_and_a_file_of_several_scenarios() {
    let crowd = known_keys(&scenario_with("world: { crowd: { zzzzzzz: 1 } }"));
    let offered = definition("world")["oneOf"][1]["properties"]["crowd"].clone();
    assert_eq!(crowd, properties(&offered));
    let several = known_keys("scenarios: []\nzzzzzzz: 1\n");
    assert_eq!(several, properties(&scenario_schema()["oneOf"][1]));
}

#[test]
fn every_kind_of_step_has_a_title_of_its_own_by_which_editors_offer_it() {
    let step = definition("step");
    let kinds = step["anyOf"].as_array().unwrap();
    // What is a word alone needs none, and stands first.
    assert!(kinds[0].get("enum").is_some());
    let titles: Vec<&str> = kinds[1..].iter().map(|it| it["title"].as_str().unwrap()).collect();
    let mut different = titles.clone();
    different.sort_unstable();
    different.dedup();
    assert_eq!(different.len(), titles.len(), "{titles:?}");
    for title in ["call: show", "call", "wait", "expect ledger", "fault"] {
        assert!(titles.contains(&title), "{title}");
    }
}
