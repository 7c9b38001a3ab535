//! What the documented examples, and changed ones, break.

use conax_contract::crm::{BasePath, Operation};
use serde_json::{Value, json};

use super::*;

fn example(operation: Operation) -> Heard {
    let reply = operation.example_reply().unwrap_or_default();
    let call = operation.example_call().unwrap_or("{}");
    let target = format!("/{}", operation.path());
    let (target, body) = match operation {
        Operation::Show => (
            format!("{target}?token=t&provisioning_request_identifier=number=4049"),
            "",
        ),
        Operation::List => (format!("{target}?token=t&life_cycle_state=PENDING"), ""),
        _ => (target, call),
    };
    Heard::read(
        0,
        &BasePath::default(),
        (operation.verb(), &target, body.as_bytes()),
        (200, reply.as_bytes()),
    )
    .expect("the documented call is one")
}

fn broken(witness: &Witness) -> Vec<String> {
    let breaks = witness.verdicts.breaks();
    breaks
        .map(|(clause, breaks)| format!("{} {}: {}", clause.id, breaks[0].path, breaks[0].found))
        .collect()
}

#[test]
fn the_documented_examples_break_only_what_they_contradict_among_themselves() {
    let mut seen = Vec::new();
    for operation in Operation::ALL
        .into_iter()
        .filter(|operation| operation.example_reply().is_some())
    {
        let mut witness = Witness::default();
        witness.hear(&example(operation));
        let lines = broken(&witness).into_iter();
        seen.extend(lines.map(|line| format!("{}: {line}", operation.name())));
    }
    // Both print a date weeks ahead that no printed call asked for.
    insta::assert_snapshot!(seen.join("\n"), @r"
    create_pairing: scheduled-date.default data.scheduled_date: 2014-10-30T09:00:00
    reset_pin_to_default_value: scheduled-date.default data.scheduled_date: 2014-10-29T09:00:00
    ");
}

/// The printed `show`, changed, breaks these clauses.
fn check(change: impl FnOnce(&mut Value), expected: &[&str]) {
    let mut heard = example(Operation::Show);
    change(heard.reply.as_mut().expect("the example is JSON"));
    let mut witness = Witness::default();
    witness.hear(&heard);
    let ids: Vec<String> = witness
        .verdicts
        .breaks()
        .map(|(clause, _)| clause.id.clone())
        .collect();
    assert_eq!(ids, expected);
}

#[test]
fn a_flag_printed_as_true_is_told() {
    check(
        |reply| reply["data"]["process_immediately"] = json!(true),
        &["show.example", "request.process_immediately"],
    );
}

#[test]
fn a_completed_request_without_its_reference_is_told() {
    check(
        |reply| reply["data"]["reference_number"] = Value::Null,
        &[
            "request.reference-number",
            "request.response-text",
            "law.c2",
        ],
    );
}

#[test]
fn another_request_than_the_one_named_is_told() {
    check(
        |reply| reply["data"]["number"] = json!("4050"),
        &["show.one-record", "show.by-number"],
    );
}

#[test]
fn a_status_block_with_a_member_more_is_told() {
    check(
        |reply| reply["status"]["detail"] = json!("x"),
        &["status.block"],
    );
}

#[test]
fn a_request_that_changes_after_its_end_is_told() {
    let mut witness = Witness::default();
    let mut heard = example(Operation::Show);
    witness.hear(&heard);
    let reply = heard.reply.as_mut().expect("the example is JSON");
    reply["data"]["life_cycle_state"] = json!("PENDING");
    witness.hear(&heard);
    let ids: Vec<&str> = witness
        .verdicts
        .breaks()
        .map(|(clause, _)| clause.id.as_str())
        .collect();
    assert_eq!(
        ids,
        [
            "request.pending-members",
            "request.ends-once",
            "law.c1",
            "law.c2"
        ]
    );
}

#[test]
fn a_pin_that_comes_back_is_told_and_not_repeated() {
    let mut heard = example(Operation::ResetPinToGivenValue);
    let reply = heard.reply.as_mut().expect("the example is JSON");
    let items = reply["data"]["parameters_set"]
        .as_array_mut()
        .expect("it has items");
    for item in items {
        if let Some(pin) = item.get_mut("ca_pin") {
            *pin = json!("1234");
        }
    }
    let mut witness = Witness::default();
    witness.hear(&heard);
    let found = broken(&witness).join("\n");
    assert!(found.contains("pin.never-answered"), "{found}");
    assert!(!found.contains("1234"), "{found}");
}

#[test]
fn a_date_is_the_documented_form_only() {
    assert!(is_date("2014-11-28T15:05:20"));
    for text in [
        "2014-11-28 15:05:20",
        "2014-11-28T15:05:20Z",
        "2014-11-28",
        "",
    ] {
        assert!(!is_date(text), "{text}");
    }
}
