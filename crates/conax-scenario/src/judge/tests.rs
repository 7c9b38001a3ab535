//! Verdicts, from what a file expects and what a reply has.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Mismatch, judge};
use crate::document::{Action, Expected, Given, Library, Reader};

struct Nothing;

impl Library for Nothing {
    fn read(&self, _: &str) -> Result<String, String> {
        Err("there are no files".to_owned())
    }

    fn built_in_world(&self, _: &str) -> Option<String> {
        Some("world: demo\n".to_owned())
    }
}

/// What `expect` of a raw call expects, as a file has it.
fn expected(expect: &str) -> Vec<Expected> {
    let source = format!("scenario: x\nsteps:\n  - {{ raw: {{ path: / }}, expect: {expect} }}\n");
    let mut scenarios = Reader::new(&Nothing)
        .read("a", &source, &Given::seed(1))
        .unwrap_or_else(|files| panic!("{}", files[0].render()));
    match scenarios.remove(0).steps.remove(0).action {
        Action::Raw(call) => call.expect.members,
        other => panic!("{other:?}"),
    }
}

fn mismatches(expect: &str, found: &Value) -> Vec<Mismatch> {
    judge(found, &expected(expect), &BTreeMap::new())
}

#[track_caller]
fn fits(expect: &str, found: Value) {
    assert_eq!(mismatches(expect, &found), [], "{expect} of {found}");
}

/// Path, expected, found and note of the only mismatch.
#[track_caller]
fn told(expect: &str, found: Value) -> String {
    let found = mismatches(expect, &found);
    let [one] = found.as_slice() else {
        panic!("one mismatch: {found:?}");
    };
    let note = one.note.as_ref().map(|note| format!(" ({note})"));
    format!(
        "{}: expected {}, found {}{}",
        one.path,
        one.expected,
        one.found,
        note.unwrap_or_default()
    )
}

#[test]
fn a_value_is_expected_as_it_stands() {
    fits(
        "{ a: 1, b: x, c: null, d: true, e: 1.5 }",
        json!({ "a": 1, "b": "x", "c": null, "d": true, "e": 1.5 }),
    );
    assert_eq!(
        told("{ a: PENDING }", json!({ "a": "REJECTED" })),
        "a: expected PENDING, found REJECTED"
    );
}

#[test]
fn the_usual_slips_are_named() {
    assert_eq!(
        told("{ a: 4050 }", json!({ "a": "4050" })),
        "a: expected 4050, found \"4050\" (found is text: write \"4050\" with quotes)"
    );
    assert_eq!(
        told("{ a: \"4050\" }", json!({ "a": 4050 })),
        "a: expected \"4050\", found 4050 (found is a number: write 4050 without quotes)"
    );
    assert_eq!(
        told("{ a: pending }", json!({ "a": "PENDING" })),
        "a: expected pending, found PENDING (only upper and lower case differ)"
    );
    assert_eq!(
        told("{ numbre: 1 }", json!({ "number": 1 })),
        "numbre: expected 1, found nothing (absent) (there is a member `number`)"
    );
}

#[test]
fn absent_and_null_are_two_things() {
    fits("{ a: { is: absent }, b: { is: null }, c: null }", json!({ "b": null, "c": null }));
    assert_eq!(
        told("{ a: { is: absent } }", json!({ "a": null })),
        "a: expected nothing (absent), found null"
    );
    assert_eq!(told("{ a: { is: null } }", json!({})), "a: expected null, found nothing (absent)");
    fits("{ a: { not: null } }", json!({ "a": 1 }));
    assert_eq!(mismatches("{ a: { not: null } }", &json!({ "a": null })).len(), 1);
}

#[test]
fn an_object_is_expected_with_at_least_its_members() {
    fits("{ a: { b: 1 } }", json!({ "a": { "b": 1, "c": 2 } }));
    fits("{ a.b.0.c: 1 }", json!({ "a": { "b": [{ "c": 1 }] } }));
    assert_eq!(told("{ a: { b: 1 } }", json!({ "a": { "b": 2 } })), "a.b: expected 1, found 2");
}

#[test]
fn a_list_is_expected_in_its_order_or_in_any() {
    fits("{ a: [1, 2] }", json!({ "a": [1, 2] }));
    assert_eq!(mismatches("{ a: [1, 2] }", &json!({ "a": [2, 1] })).len(), 2);
    assert_eq!(told("{ a: [1, 2] }", json!({ "a": [1] })), "a: expected [1, 2], found [1]");
    fits("{ a: { any order: [2, 1] } }", json!({ "a": [1, 2] }));
    assert_eq!(
        told("{ a: { any order: [1, 2] } }", json!({ "a": [2, 3] })),
        "a: expected [1, 2] in any order, found [2, 3] (missing 1; not expected 3)"
    );
}

#[test]
fn items_in_any_order_are_matched_as_well_as_they_can_be() {
    // The first expectation fits both items, the second one only the first item.
    fits("{ a: { any order: [{ is: whole }, 1] } }", json!({ "a": [1, 2] }));
}

#[test]
fn words_say_more_than_a_value() {
    fits(
        "{ a: { starts with: COM., contains: CRM, matches: \"^[A-Z.]+$\" } }",
        json!({ "a": "COM.CRM" }),
    );
    fits("{ a: { at least: 1, at most: 3, one of: [2, 4] } }", json!({ "a": 2 }));
    fits("{ a: { length: 2, each: { is: text }, contains: two } }", json!({ "a": ["one", "two"] }));
    fits(
        "{ a: { is: id }, b: { is: date }, c: { is: empty } }",
        json!({
            "a": "04FFBB37FED475A778F122709CBAC1D5", "b": "2014-11-30T09:00:00", "c": []
        }),
    );
    assert_eq!(
        told("{ a: { length: { at least: 1 } } }", json!({ "a": [] })),
        "a: expected length at least 1, found []"
    );
}

/// A matcher and a value it fits.
fn fitting() -> impl Strategy<Value = (String, Value)> {
    let leaf = prop_oneof![
        any::<i32>().prop_map(|number| (number.to_string(), json!(number))),
        "[a-z]{3,8}".prop_map(|text| (format!("\"{text}\""), json!(text))),
        Just(("null".to_owned(), Value::Null)),
        any::<bool>().prop_map(|flag| (flag.to_string(), json!(flag))),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..4);
        let names = prop::collection::btree_map("k[k-z]{2,4}", inner, 0..4);
        prop_oneof![
            list.prop_map(|items| {
                let (text, values): (Vec<_>, Vec<_>) = items.into_iter().unzip();
                (format!("[{}]", text.join(", ")), Value::Array(values))
            }),
            names.prop_map(|members| {
                let text: Vec<_> =
                    members.iter().map(|(name, (text, _))| format!("{name}: {text}")).collect();
                let values = members.into_iter().map(|(name, (_, value))| (name, value));
                (format!("{{ {} }}", text.join(", ")), Value::Object(values.collect()))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn a_value_fits_its_own_description((text, value) in fitting()) {
        let found = json!({ "a": value });
        let expect = format!("{{ a: {text} }}");
        prop_assert_eq!(mismatches(&expect, &found), []);
        let expect = format!("{{ a: {{ equals: {text} }} }}");
        prop_assert_eq!(mismatches(&expect, &found), []);
    }

    #[test]
    fn whatever_fits_does_not_fit_its_contrary((text, value) in fitting(), other in fitting()) {
        let expect = format!("{{ a: {{ not: {text} }} }}");
        let found = |value: Value| json!({ "a": value });
        prop_assert_eq!(mismatches(&expect, &found(value)).len(), 1);
        let plain = format!("{{ a: {text} }}");
        let fits = mismatches(&plain, &found(other.1.clone())).is_empty();
        prop_assert_eq!(mismatches(&expect, &found(other.1)).is_empty(), !fits);
    }

    #[test]
    fn any_order_takes_every_order(items in prop::collection::vec(0..5_i32, 0..6), by in any::<prop::sample::Index>()) {
        let text: Vec<String> = items.iter().map(ToString::to_string).collect();
        let mut turned = items.clone();
        if !turned.is_empty() {
            let at = by.index(turned.len());
            turned.rotate_left(at);
        }
        let expect = format!("{{ a: {{ any order: [{}] }} }}", text.join(", "));
        prop_assert_eq!(mismatches(&expect, &json!({ "a": turned })), []);
    }
}
