//! The law of the schemas: what fits is read, and what is read fits.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::fits::fits;
use crate::crm::{Operation, Reading, ValueKind, parse_body, read_call};
use crate::openapi::{CrmApi, crm_document};

/// Values good and bad, of which some fit any parameter.
fn any_value() -> impl Strategy<Value = Value> {
    let texts = [
        "",
        " ",
        "\u{85}\u{3000}",
        "\u{1c}",
        "\u{feff}",
        "x",
        "EXPRESS",
        "express",
        "1",
        "0",
        "12",
        "true",
        "false",
        "١",
        "2014-11-30T09:00:00",
        "2014-02-29T00:00:00",
        "2012-02-29T23:59:59",
        "2014-11-30T09:00:00\n",
        "0000-01-01T00:00:00",
        "2014-11-31T00:00:00",
        "12\n",
    ];
    let texts = prop::sample::select(texts.to_vec()).prop_map(Value::from);
    let plain = prop_oneof![
        4 => texts,
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        2 => prop::sample::select(vec![json!(0), json!(1), json!(2), json!(-1), json!(1.0),
            json!(0.5), json!(u64::MAX), json!(1e19), json!(1e20), json!(7)]),
    ];
    let names = prop::sample::select(vec![
        "id",
        "number",
        "code",
        "serial_number",
        "alternative_code",
        "smartcard_ca_id",
        "stb_ca_id",
        "colour",
    ]);
    let object = prop::collection::btree_map(names, plain.clone(), 0..3).prop_map(|members| {
        let members = members.into_iter().map(|(name, value)| (name.to_owned(), value));
        Value::Object(members.collect::<Map<String, Value>>())
    });
    let list = prop::collection::vec(prop_oneof![5 => object.clone(), 1 => plain.clone()], 0..3);
    prop_oneof![3 => plain, 3 => object, 2 => list.prop_map(Value::from)]
}

/// A value that is probably right for this kind.
fn likely(kind: ValueKind) -> Value {
    match kind {
        ValueKind::Text | ValueKind::Secret => json!("x"),
        ValueKind::Pin => json!("0012"),
        ValueKind::Boolean => json!(true),
        ValueKind::Date => json!("2014-11-30T09:00:00"),
        ValueKind::Priority => json!("EXPRESS"),
        ValueKind::RequestType => json!("CREATE_PAIRING"),
        ValueKind::LifeCycleState => json!("PENDING"),
        ValueKind::Count => json!(7),
        ValueKind::FieldNames => json!("id"),
        ValueKind::Identifier(_) => json!({ "id": "1" }),
        ValueKind::Set(kind) => json!([{ (kind.member()): "1" }]),
    }
}

/// A body for an operation: each parameter left out, likely, or anything.
fn any_body(operation: Operation) -> impl Strategy<Value = Value> {
    let members: Vec<_> = operation
        .parameters()
        .iter()
        .map(|entry| {
            let likely = likely(entry.value);
            let value = prop_oneof![
                1 => Just(None),
                6 => Just(Some(likely)),
                2 => any_value().prop_map(Some),
            ];
            value.prop_map(move |value| (entry.name.to_owned(), value))
        })
        .collect();
    members.prop_map(|members| {
        let given = members.into_iter().filter_map(|(name, value)| Some((name, value?)));
        Value::Object(given.collect())
    })
}

/// Every way of reading, with the document of an API that reads so; made once, they are large.
static DOCUMENTS: LazyLock<Vec<(Reading, Value)>> = LazyLock::new(|| {
    let mut documents = Vec::new();
    for pin_digit_count in [None, Some(1), Some(2), Some(4)] {
        for (both, by_ca_id) in [(false, false), (false, true), (true, false), (true, true)] {
            let reading = Reading {
                strict_identifiers: false,
                lenient_pairing_sets: both,
                smartcard_by_ca_id: by_ca_id,
                pin_digit_count,
                ignores_unknown_fields: false,
            };
            let api = CrmApi { reading, ..CrmApi::default() };
            documents.push((reading, crm_document(&api)));
        }
    }
    documents
});

fn posted() -> Vec<Operation> {
    let all = Operation::ALL.into_iter();
    all.filter(|operation| operation.verb() == "POST").collect()
}

/// A call, and the place of the way it is read.
fn any_call() -> impl Strategy<Value = (Operation, Value, usize)> {
    let operation = prop::sample::select(posted());
    operation.prop_flat_map(|it| (Just(it), any_body(it), 0..DOCUMENTS.len()))
}

/// Whether the API reads the call, its token included, which `read_call` does not look at.
fn is_read(operation: Operation, body: &Value, reading: &Reading) -> bool {
    let text = body.to_string();
    let params = parse_body(text.as_bytes()).unwrap();
    let has_token = !operation.needs_token() || params.token().is_some();
    has_token && read_call(operation, &params, reading).is_ok()
}

proptest! {
    #[test]
    fn a_body_fits_its_schema_exactly_if_it_is_read((operation, body, place) in any_call()) {
        let (reading, document) = &DOCUMENTS[place];
        let path = format!("/{}", operation.path());
        let schema = &document["paths"][path]["post"]["requestBody"]["content"]
            ["application/json"]["schema"];
        let (fits, read) = (fits(schema, &body, document), is_read(operation, &body, reading));
        prop_assert_eq!(fits, read, "{:?} {}", operation, body);
    }
}

#[test]
fn the_law_does_not_hold_emptily() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut counts = [0, 0];
    for _ in 0..500 {
        let tree = any_call().new_tree(&mut runner).unwrap();
        let (operation, body, place) = tree.current();
        counts[usize::from(is_read(operation, &body, &DOCUMENTS[place].0))] += 1;
    }
    assert!(counts.iter().all(|count| *count > 50), "{counts:?}");
}
