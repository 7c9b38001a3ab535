//! The catalogue: ids, places, topics.

use std::collections::BTreeSet;

use super::*;
use crate::crm::{
    HttpMode, Member, Operation, Reading, Refusal, RefusalCode, parse_body, read_call,
};

#[test]
fn every_clause_has_an_id_of_its_own_and_is_found_by_it() {
    let ids: BTreeSet<&str> = Clause::all().iter().map(|clause| clause.id.as_str()).collect();
    assert_eq!(ids.len(), Clause::all().len());
    for clause in Clause::all() {
        assert_eq!(Clause::find(&clause.id), Some(clause));
        assert!(clause.id.contains('.'), "{}", clause.id);
        assert!(
            clause.statement.ends_with('.') || clause.statement.ends_with('…'),
            "{}",
            clause.id
        );
    }
}

#[test]
fn what_the_documents_say_or_show_names_its_place() {
    for clause in Clause::all().iter().filter(|clause| clause.is_firm()) {
        assert_ne!(clause.place, "", "{}", clause.id);
    }
}

#[test]
fn every_operation_parameter_and_member_is_a_clause() {
    for operation in Operation::ALL {
        for entry in operation.parameters() {
            let id = format!("{}.{}", operation.name(), entry.name);
            assert_eq!(Clause::find(&id).map(|clause| clause.source), Some(entry.source), "{id}");
        }
    }
    for member in Member::ALL {
        assert!(Clause::find(&format!("request.{}", member.code())).is_some());
    }
}

/// Every call that is refused says by which clause.
#[test]
fn every_refusal_of_a_call_has_a_clause_behind_it() {
    let cases = [
        (Operation::AddSubscriptions, "{}", "add_subscriptions.subscription_identifier"),
        (
            Operation::AddSubscriptions,
            r#"{"subscription_identifier":{"id":"1"},"service_identifier":{"id":"1"},"smartcard_identifier":{"id":"1","serial_number":"2"}}"#,
            "smartcard-identifier.exactly-one",
        ),
        (
            Operation::AddSubscriptions,
            r#"{"subscription_identifier":{"id":"1"},"service_identifier":7,"smartcard_identifier":{"id":"1"}}"#,
            "service-identifier.type",
        ),
        (
            Operation::AddSubscriptions,
            r#"{"subscription_identifier":{"id":"1"},"service_identifier":{"id":"1"},"smartcard_identifier":{"id":"1"},"priority":"URGENT"}"#,
            "priority.values",
        ),
        (
            Operation::AddSubscriptions,
            r#"{"subscription_identifier":{"id":"1"},"service_identifier":{"id":"1"},"smartcard_identifier":{"id":"1"},"start_date":"now"}"#,
            "start-date.form",
        ),
        (
            Operation::AddToExistingPairing,
            r#"{"smartcard_identifier":{"id":"1"}}"#,
            "add_to_existing_pairing.one-set",
        ),
        (
            Operation::CreatePairing,
            r#"{"smartcard_set":[],"stb_set":[{"stb_ca_id":"1"}]}"#,
            "create_pairing.sets-refused",
        ),
        (
            Operation::ResetPinToGivenValue,
            r#"{"subscription_identifier":{"id":"1"},"smartcard_identifier":{"id":"1"},"pin":"12a4"}"#,
            "reset_pin_to_given_value.pin-form",
        ),
    ];
    for (operation, body, expected) in cases {
        let params = parse_body(body.as_bytes()).unwrap();
        let refusal = read_call(operation, &params, &Reading::default()).unwrap_err();
        let behind = Clause::behind(Some(operation), &refusal).map(|clause| clause.id.as_str());
        assert_eq!(behind, Some(expected), "{refusal}");
    }
    for code in
        RefusalCode::ALL.into_iter().filter(|code| code.http_status(HttpMode::Business200) == 200)
    {
        let refusal = Refusal::new(code, "The parameter `priority` is wrong.");
        assert!(Clause::behind(Some(Operation::AddSubscriptions), &refusal).is_some(), "{code:?}");
    }
}

#[test]
fn clauses_of_one_topic_stand_together() {
    let mut seen: Vec<&str> = Vec::new();
    for clause in Clause::all() {
        if seen.last() != Some(&clause.topic()) {
            assert!(!seen.contains(&clause.topic()), "{}", clause.id);
            seen.push(clause.topic());
        }
    }
}

#[test]
fn a_misspelt_id_is_told_what_it_may_have_been() {
    assert_eq!(Clause::near("show.by-nmber"), Some("show.by-number"));
    assert_eq!(Clause::near("quite.something-else"), None);
}

#[test]
fn what_the_documents_elide_is_not_called_documented() {
    for operation in Operation::ALL {
        for entry in operation.parameters() {
            let clause = Clause::find(&format!("{}.{}", operation.name(), entry.name)).unwrap();
            let says = |text: &str| clause.statement.contains(text);
            let value = entry.value.source() > clause.source;
            assert_eq!(says(entry.value.text()), !value, "{}", clause.id);
            let meaning = entry.meaning > clause.source;
            assert_eq!(says(entry.text), !meaning, "{}", clause.id);
        }
    }
}

/// What the documents refuse is what their Restrictions and descriptions say; examples refuse
/// nothing.
#[test]
fn only_these_refusals_are_documented() {
    let refusals: Vec<&str> = Clause::all()
        .iter()
        .filter(|clause| clause.is_firm() && clause.statement.contains("refused"))
        .map(|clause| clause.id.as_str())
        .collect();
    assert_eq!(
        refusals,
        [
            "show.exactly-one-identifier",
            "list.one-filter",
            "add_to_existing_pairing.one-set",
            "add_to_existing_pairing.both-sets",
            "service-identifier.is-service",
            "smartcard-identifier.is-smartcard",
        ]
    );
}

#[test]
fn what_is_known_rests_on_clauses_there_are() {
    for known in crate::known::KNOWN {
        for id in known.clauses {
            assert!(Clause::find(id).is_some(), "{id}");
        }
    }
}
