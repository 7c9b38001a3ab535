//! Calls of the provisioning API: what is read and written again reads the same.

use conax_contract::crm::{
    Number, Operation, Params, Reading, Refusal, Value, encode, parse_body, parse_body_or_empty,
    parse_query, read_call, refused,
};

const READINGS: [Reading; 2] = [
    Reading {
        strict_identifiers: false,
        lenient_pairing_sets: true,
        smartcard_by_ca_id: true,
        pin_digit_count: None,
        ignores_unknown_fields: true,
    },
    Reading {
        strict_identifiers: true,
        lenient_pairing_sets: false,
        smartcard_by_ca_id: false,
        pin_digit_count: Some(4),
        ignores_unknown_fields: false,
    },
];

pub(super) fn json_body(input: &[u8]) {
    if let Err(refusal) = parse_body_or_empty(input) {
        says_it_well(&refusal);
    }
    let Ok(params) = parse_body(input) else {
        return;
    };
    is_read_or_refused(&params);
    let members = params.iter().map(|(name, value)| (name, json(value)));
    let written = object(members);
    let again = parse_body(written.as_bytes());
    assert!(again.as_ref() == Ok(&params), "it reads as something else: {written}");
}

pub(super) fn query(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let params = match parse_query(&text) {
        Ok(params) => params,
        Err(refusal) => return says_it_well(&refusal),
    };
    is_read_or_refused(&params);
    let pairs = params.iter().map(|(name, value)| match value {
        Value::Text(value) => format!("{}={}", encode(name), encode(value)),
        _ => panic!("a value of a query is text"),
    });
    let written = pairs.collect::<Vec<_>>().join("&");
    let again = parse_query(&written);
    assert!(again.as_ref() == Ok(&params), "it reads as something else: {written}");
}

fn is_read_or_refused(params: &Params<'_>) {
    for operation in Operation::ALL {
        for reading in &READINGS {
            if let Err(refusal) = read_call(operation, params, reading) {
                says_it_well(&refusal);
            }
        }
    }
}

fn says_it_well(refusal: &Refusal) {
    for sentence in [Some(&refusal.message), refusal.description.as_ref()].into_iter().flatten() {
        assert!(sentence.ends_with(['.', '?']), "{refusal:?}");
        assert!(!sentence.contains(char::is_control), "{refusal:?}");
        assert!(sentence.chars().count() < 4_000, "{refusal:?}");
    }
    let answer: serde_json::Value = serde_json::from_slice(&refused(refusal)).expect("JSON");
    assert_eq!(answer["status"]["code"], refusal.code.code());
}

fn object<N: AsRef<str>>(members: impl Iterator<Item = (N, String)>) -> String {
    let members = members.map(|(name, value)| format!("{}:{value}", quoted(name.as_ref())));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn json(value: &Value<'_>) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(Number::Unsigned(number)) => number.to_string(),
        Value::Number(Number::Negative(number)) => number.to_string(),
        Value::Number(Number::Fraction(number)) => serde_json::Value::from(*number).to_string(),
        Value::Text(text) => quoted(text),
        Value::Array(values) => {
            format!("[{}]", values.iter().map(json).collect::<Vec<_>>().join(","))
        }
        Value::Object(members) => object(members.iter().map(|(name, value)| (name, json(value)))),
    }
}
