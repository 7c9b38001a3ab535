//! The closed lists agree with themselves and with the code that reads by them.

use std::collections::BTreeSet;

use crate::crm::{
    CommandKind, HttpMode, IdentifierField, LifeCycleState, Member, Need, Operation,
    ParameterEntry, ParameterKey, Priority, ProcessName, Reading, Refusal, RefusalCode, Shape,
    ValueKind, honesty, parse_body, parse_query, read_call,
};
use crate::source::Source;

#[test]
fn every_word_is_found_by_its_spelling() {
    macro_rules! found_by_spelling {
        ($($list:ty),+) => {
            $(for word in <$list>::ALL {
                assert_eq!(<$list>::from_code(word.code()), Some(word));
            })+
        };
    }
    found_by_spelling!(
        CommandKind,
        LifeCycleState,
        Priority,
        ProcessName,
        IdentifierField,
        ParameterKey,
        Member,
        RefusalCode,
        Shape,
        Source
    );
    for operation in Operation::ALL {
        assert_eq!(Operation::from_name(operation.name()), Some(operation));
    }
}

#[test]
fn no_row_of_the_honesty_table_stands_twice() {
    let mut seen = BTreeSet::new();
    for row in honesty() {
        let again = (row.subject, row.name.clone());
        assert!(seen.insert(again), "{row:?} stands twice");
    }
}

#[test]
fn the_honesty_table_says_what_is_chosen() {
    let ours: Vec<String> = honesty()
        .filter(|row| row.source == Source::Ours)
        .map(|row| format!("{}: {}", row.subject.code(), row.name))
        .collect();
    insta::assert_snapshot!(ours.join("\n"));
}

#[test]
fn refusal_codes_map_to_http() {
    let table: Vec<String> = RefusalCode::ALL
        .into_iter()
        .map(|code| {
            format!(
                "{} {} {} {}",
                code.http_status(HttpMode::Business200),
                code.http_status(HttpMode::Mapped),
                code,
                code.text()
            )
        })
        .collect();
    insta::assert_snapshot!(table.join("\n"));
}

/// A value that a parameter of this kind cannot have, as JSON.
fn wrong_value(entry: &ParameterEntry) -> &'static str {
    match entry.value {
        ValueKind::Set(_) => "\"text\"",
        _ => "[[]]",
    }
}

/// Reads a call with only `parameters`, which are members of a JSON object.
fn refusal_of(operation: Operation, parameters: &str) -> Refusal {
    let body = format!("{{{parameters}}}");
    let params = parse_body(body.as_bytes()).unwrap();
    read_call(operation, &params, &Reading::default()).unwrap_err()
}

fn all_sentences(refusal: &Refusal) -> String {
    format!("{} {}", refusal.message, refusal.description.as_deref().unwrap_or_default())
}

#[test]
fn every_parameter_of_the_table_is_read() {
    for operation in Operation::ALL {
        let read = |entry: &&ParameterEntry| entry.name != "token" || !operation.needs_token();
        for entry in operation.parameters().iter().filter(read) {
            let parameters = format!("\"{}\":{}", entry.name, wrong_value(entry));
            let sentences = all_sentences(&refusal_of(operation, &parameters));
            let named = format!("`{}` must be", entry.name);
            assert!(sentences.contains(&named), "{operation:?} {}: {sentences}", entry.name);
        }
    }
}

#[test]
fn exactly_the_parameters_that_are_needed_are_missed() {
    for operation in Operation::ALL {
        let needed: Vec<&ParameterEntry> = operation
            .parameters()
            .iter()
            .filter(|entry| entry.need != Need::Optional)
            .filter(|entry| entry.name != "token" || !operation.needs_token())
            .collect();
        if needed.is_empty() {
            continue;
        }
        let sentences = all_sentences(&refusal_of(operation, ""));
        for entry in operation.parameters() {
            let missed = sentences.contains(&format!("`{}`", entry.name));
            assert_eq!(missed, needed.contains(&entry), "{operation:?} {}", entry.name);
        }
    }
}

#[test]
fn parameters_that_no_operation_knows_are_ignored() {
    let params =
        parse_query("token=T&type=ADD_SUBSCRIPTIONS&piority=EXPRESS&x=%5B&start_date=never")
            .unwrap();
    assert!(read_call(Operation::List, &params, &Reading::default()).is_ok());
    let body = br#"{"subscription_identifier":{"id":"1","colour":"red"},
        "smartcard_identifier":{"id":"2","number":null,"serial_number":null},
        "start_date":"not read here","pin_number":5,"priority":null}"#;
    let params = parse_body(body).unwrap();
    let call = read_call(Operation::ResetPinToDefaultValue, &params, &Reading::default());
    assert!(call.is_ok(), "{call:?}");
}

#[test]
fn an_operation_creates_the_type_that_is_documented() {
    let pairs: Vec<String> = Operation::ALL
        .into_iter()
        .filter_map(|operation| {
            let created = operation.creates()?;
            Some(format!("{} {}", operation.name(), created.code()))
        })
        .collect();
    insta::assert_snapshot!(pairs.join("\n"), @"
    add_subscriptions ADD_SUBSCRIPTIONS
    cancel_subscriptions CANCEL_SUBSCRIPTIONS
    create_pairing CREATE_PAIRING
    add_to_existing_pairing ADD_TO_EXISTING_PAIRING
    reset_pin_to_default_value UPDATE_CA_PIN_TO_DEFAULT_VALUE
    reset_pin_to_given_value UPDATE_CA_PIN_TO_GIVEN_VALUE
    ");
}
