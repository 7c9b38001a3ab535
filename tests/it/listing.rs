//! `list`: its filters, pages and chosen fields; `show` with chosen fields.

use conax_contract::crm::{CommandKind, Member, Operation, RefusalCode, Shape};
use conax_tests::bodies::{at_once, creating, service_on_card, sport_on, valid};
use conax_tests::{Harness, HarnessBuilder};
use serde_json::{Value, json};

use crate::utilities;

/// A simulator with at least one request of each of the thirteen types.
async fn instance_with_every_type() -> Harness {
    let harness = HarnessBuilder::demo().open();
    for operation in creating() {
        let _ = harness.post(operation.name(), valid(operation)).await.ok();
    }
    for body in utilities::bodies() {
        utilities::create(&harness, body).await;
    }
    harness
}

#[tokio::test(start_paused = true)]
async fn each_of_the_thirteen_types_lists_the_requests_of_that_type() {
    let harness = instance_with_every_type().await;
    let mut listed_count = 0;
    for request_type in CommandKind::ALL {
        let listed = harness.list(&format!("type={}", request_type.code())).await;
        assert!(!listed.is_empty(), "{}", request_type.code());
        assert!(listed.iter().all(|one| one["type"] == request_type.code()));
        listed_count += listed.len();
    }
    assert_eq!(listed_count, harness.request_count());
}

#[tokio::test(start_paused = true)]
async fn each_of_the_three_states_lists_the_requests_in_that_state() {
    let harness = HarnessBuilder::demo().open();
    let states = ["PENDING", "COMPLETED", "REJECTED"];
    let good = harness.post("add_subscriptions", sport_on("01900080208")).await.number();
    let bad = service_on_card("S60666", "P1test", "01900080291");
    let bad = harness.post("add_subscriptions", bad).await.number();
    let mut story = Vec::new();
    for run in 0..2 {
        for state in states {
            let numbers = harness.numbers(&format!("life_cycle_state={state}")).await;
            story.push(format!("{run} {state}: {numbers}"));
        }
        harness.run().await;
    }
    assert_eq!((good.as_str(), bad.as_str()), ("4050", "4051"));
    insta::assert_snapshot!(story.join("\n"), @r"
    0 PENDING: 3702 3704 3921 4050 4051
    0 COMPLETED: 4049
    0 REJECTED: 
    1 PENDING: 3702 3704 3921
    1 COMPLETED: 4049 4050
    1 REJECTED: 4051
    ");
}

#[tokio::test(start_paused = true)]
async fn a_reference_number_lists_the_request_conax_gave_it_to() {
    let harness = HarnessBuilder::demo().open();
    let sent = harness.post("add_subscriptions", at_once(sport_on("01900080208"))).await;
    let query = format!("reference_number={}", sent.member("reference_number"));
    assert_eq!(harness.list(&query).await, [sent.ok().clone()]);
    let documented = "reference_number=38a4254b-6663-4cb5-9764-e2a292264515";
    assert_eq!(harness.numbers(documented).await, "4049");
    for nobodys in ["38A4254B-6663-4CB5-9764-E2A292264515", "38a4254b", "null", "%20"] {
        let reply = harness.get("list", &format!("reference_number={nobodys}")).await;
        let listed = reply.json["data"].as_array().map_or(0, Vec::len);
        assert_eq!(listed, 0, "{nobodys}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_without_a_match_is_empty() {
    let harness = HarnessBuilder::demo().open();
    assert_eq!(harness.list("type=CREATE_PAIRING").await, Vec::<Value>::new());
}

#[tokio::test(start_paused = true)]
async fn exactly_one_filter_must_be_given() {
    let harness = HarnessBuilder::demo().open();
    for query in [
        "",
        "fields_set=id",
        "type=",
        "type=CREATE_PAIRING&life_cycle_state=PENDING",
        "type=CREATE_PAIRING&reference_number=1",
        "life_cycle_state=PENDING&reference_number=1",
        "type=CREATE_PAIRING&life_cycle_state=PENDING&reference_number=1",
    ] {
        let reply = harness.get("list", query).await;
        let message = reply.refused(RefusalCode::SemiOptionalParameters);
        let names = "`type`, `life_cycle_state`, `reference_number`";
        assert!(message.contains(names), "{message}");
    }
    // A filter that is left empty counts as not given.
    let one = harness.get("list", "type=&life_cycle_state=COMPLETED&reference_number=").await;
    assert_eq!(one.ok().as_array().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_filter_takes_the_documented_words_only() {
    let harness = HarnessBuilder::demo().open();
    for (query, hint) in [
        ("type=reset_pin_to_default_value", "Did you mean `UPDATE_CA_PIN_TO_DEFAULT_VALUE`?"),
        ("type=ADD_SUBSCRIPTION", "Did you mean `ADD_SUBSCRIPTIONS`?"),
        ("type=add_subscriptions", "Did you mean `ADD_SUBSCRIPTIONS`?"),
        ("type=EVERYTHING", "found `EVERYTHING`"),
        ("life_cycle_state=pending", "Did you mean `PENDING`?"),
        ("life_cycle_state=FAILED", "Did you mean `REJECTED`?"),
        ("life_cycle_state=IN_PROGRESS", "found `IN_PROGRESS`"),
    ] {
        let reply = harness.get("list", query).await;
        let message = reply.refused(RefusalCode::InvalidParameterValue);
        assert!(message.contains(hint), "{message}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_is_cut_into_pages_oldest_first() {
    let harness = HarnessBuilder::demo().open();
    for _ in 0..5 {
        let _ = harness.post("add_subscriptions", sport_on("01900080208")).await;
    }
    let huge = "99999999999999999999999";
    for (page, expected) in [
        ("", "3702 3704 4050 4051 4052 4053 4054"),
        ("number_of_results=2", "3702 3704"),
        ("number_of_results=2&offset=2", "4050 4051"),
        ("offset=5", "4053 4054"),
        ("offset=0", "3702 3704 4050 4051 4052 4053 4054"),
        ("offset=7", ""),
        ("number_of_results=0", ""),
        ("number_of_results=", "3702 3704 4050 4051 4052 4053 4054"),
        (&format!("offset={huge}"), ""),
        (&format!("offset=6&number_of_results={huge}"), "4054"),
    ] {
        let numbers = harness.numbers(&format!("type=ADD_SUBSCRIPTIONS&{page}")).await;
        assert_eq!(numbers, expected, "{page}");
    }
    for wrong in ["offset=-1", "number_of_results=1.5", "offset=two", "number_of_results=%2B1"] {
        let reply = harness.get("list", &format!("type=ADD_SUBSCRIPTIONS&{wrong}")).await;
        let message = reply.refused(RefusalCode::InvalidParameterValue);
        let name = wrong.split('=').next().unwrap();
        assert!(message.contains(&format!("`{name}`")), "{message}");
    }
}

fn names(data: &Value) -> Vec<&str> {
    data.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test(start_paused = true)]
async fn chosen_fields_are_printed_and_no_others() {
    let harness = HarnessBuilder::demo().open();
    for (fields, expected) in [
        ("id", vec!["id"]),
        ("number,id", vec!["id", "number"]),
        ("%20number%20,%20id%20", vec!["id", "number"]),
        ("number,number", vec!["number"]),
        ("log_information,parameters_set", vec!["log_information", "parameters_set"]),
        (",id,,", vec!["id"]),
    ] {
        let query = format!("number=4049&fields_set={fields}");
        assert_eq!(names(harness.get("show", &query).await.ok()), expected, "{fields}");
        let query = format!("life_cycle_state=COMPLETED&fields_set={fields}");
        let listed = harness.list(&query).await;
        assert_eq!(names(&listed[0]), expected, "{fields}");
    }
    for typo in ["colour", "id,colour", "ID", "log_information.created_date"] {
        let query = format!("number=4049&fields_set={typo}");
        let refused = harness.get("show", &query).await;
        let message = refused.refused(RefusalCode::InvalidParameterValue);
        assert!(message.contains("`fields_set`"), "{message}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_of_the_members_can_be_chosen_alone() {
    let harness = HarnessBuilder::demo().open();
    let whole = harness.show("4049").await;
    for member in Member::ALL.map(Member::code) {
        let chosen = harness.get("show", &format!("number=4049&fields_set={member}")).await;
        assert_eq!(chosen.ok(), &json!({ member: whole.ok()[member] }));
    }
    // Left empty it chooses nothing, which means everything.
    let empty = harness.get("show", "number=4049&fields_set=").await;
    assert_eq!(empty.ok(), whole.ok());
}

#[tokio::test(start_paused = true)]
async fn a_field_the_shape_does_not_have_cannot_be_chosen() {
    for (shape, absent) in [
        (Shape::R4Early, "number,reference_number"),
        (Shape::R4Late, "provider_error_code,provider_error_description"),
    ] {
        let harness = HarnessBuilder::demo().shape(shape).open();
        let query = format!("number=4049&fields_set=id,{absent}");
        assert_eq!(names(harness.get("show", &query).await.ok()), ["id"]);
        assert_eq!(harness.show("4049").await.ok().as_object().unwrap().len(), 19);
    }
}

#[tokio::test(start_paused = true)]
async fn creating_operations_print_every_field_whatever_is_chosen() {
    let harness = HarnessBuilder::demo().open();
    for operation in creating() {
        let body = conax_tests::bodies::with(valid(operation), "fields_set", json!("id"));
        let reply = harness.post(operation.name(), body).await;
        assert_eq!(reply.ok().as_object().unwrap().len(), 21, "{}", operation.name());
    }
}

#[tokio::test(start_paused = true)]
async fn looking_changes_nothing() {
    let harness = HarnessBuilder::demo().open();
    let before = harness.list("life_cycle_state=PENDING").await;
    for _ in 0..3 {
        let _ = harness.show("4049").await;
        let _ = harness.list("type=ADD_SUBSCRIPTIONS").await;
    }
    assert_eq!(harness.list("life_cycle_state=PENDING").await, before);
    assert_eq!(Operation::from_name("show"), Some(Operation::Show));
    assert_eq!(harness.transactions(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_long_list_holds_what_its_pages_hold() {
    let harness = HarnessBuilder::demo().open();
    for _ in 0..600 {
        let _ = harness.post("add_subscriptions", sport_on("01900080208")).await;
    }
    for fields in ["", "&fields_set=number,scheduled_date", "&fields_set=name"] {
        let whole = harness.list(&format!("type=ADD_SUBSCRIPTIONS{fields}")).await;
        assert_eq!(whole.len(), 602);
        for (page, expected) in whole.chunks(100).enumerate() {
            let offset = page * 100;
            let query =
                format!("type=ADD_SUBSCRIPTIONS&number_of_results=100&offset={offset}{fields}");
            assert_eq!(harness.list(&query).await, expected, "{offset} {fields}");
        }
    }
}
