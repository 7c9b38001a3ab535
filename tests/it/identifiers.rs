//! The forms in which a record can be named.

use conax_contract::crm::{
    IdentifierField, IdentifierKind, Operation, Reading, RefusalCode, ValueKind,
};
use conax_tests::bodies::{creating, valid, with};
use conax_tests::{Call, Harness, HarnessBuilder};
use serde_json::{Value, json};

const RECORD: &str = "FA2BA704F393A8BE1A6CF108A4C8B214";

/// By which value this sub-field names what the valid bodies name.
fn value_of(kind: IdentifierKind, field: IdentifierField) -> &'static str {
    match (kind, field) {
        (IdentifierKind::Subscription, IdentifierField::Id) => "DE300000000000000000000000000202",
        (IdentifierKind::Subscription, _) => "S60600",
        (IdentifierKind::Service, IdentifierField::Id) => "DE300000000000000000000000000102",
        (IdentifierKind::Service, IdentifierField::Code) => "SPORT",
        (IdentifierKind::Service, _) => "SP",
        (IdentifierKind::ProvisioningRequest, IdentifierField::Id) => RECORD,
        (IdentifierKind::ProvisioningRequest, _) => "4049",
        (_, IdentifierField::Id) => "DE300000000000000000000000000406",
        (_, IdentifierField::AlternativeCode) => "living-room",
        (_, _) => "01900080208",
    }
}

/// The identifiers an operation takes.
fn identifiers(operation: Operation) -> Vec<(&'static str, IdentifierKind)> {
    let entries = operation.parameters().iter();
    entries
        .filter_map(|entry| match entry.value {
            ValueKind::Identifier(kind) => Some((entry.name, kind)),
            _ => None,
        })
        .collect()
}

async fn created_with(harness: &Harness, operation: Operation, name: &str, value: Value) -> String {
    let body = with(valid(operation), name, value);
    harness.post(operation.name(), body).await.parameters()
}

#[tokio::test(start_paused = true)]
async fn each_sub_field_of_each_identifier_names_the_same_record() {
    let harness = HarnessBuilder::demo().open();
    let mut tried = 0;
    for operation in creating() {
        let expected = harness.post(operation.name(), valid(operation)).await.parameters();
        for (name, kind) in identifiers(operation) {
            for field in kind.fields() {
                let value = json!({ field.code(): value_of(kind, *field) });
                let found = created_with(&harness, operation, name, value).await;
                assert_eq!(found, expected, "{} {name} {}", operation.name(), field.code());
                tried += 1;
            }
        }
    }
    assert_eq!(tried, 33, "two operations take three identifiers, four take one or two");
}

#[tokio::test(start_paused = true)]
async fn a_sub_field_that_is_null_or_unknown_counts_as_left_out() {
    let harness = HarnessBuilder::demo().open();
    let value = json!({ "id": null, "number": "S60600", "name": "Lannister" });
    let operation = Operation::AddSubscriptions;
    let found = created_with(&harness, operation, "subscription_identifier", value).await;
    assert!(found.contains("service_ca_id=1002"), "{found}");
}

#[tokio::test(start_paused = true)]
async fn an_identifier_needs_exactly_one_sub_field() {
    let harness = HarnessBuilder::demo().open();
    for operation in creating() {
        for (name, kind) in identifiers(operation) {
            let fields = kind.fields();
            let all = fields.iter().map(|field| (field.code(), value_of(kind, *field)));
            let all: serde_json::Map<String, Value> =
                all.map(|(field, value)| (field.to_owned(), json!(value))).collect();
            let two = json!({
                fields[0].code(): value_of(kind, fields[0]),
                fields[1].code(): value_of(kind, fields[1]),
            });
            for wrong in [json!({}), two, Value::Object(all), json!({ "id": null })] {
                let body = with(valid(operation), name, wrong);
                let reply = harness.post(operation.name(), body).await;
                let message = reply.refused(RefusalCode::SemiOptionalParameters);
                assert!(message.contains(&format!("`{name}`")), "{message}");
            }
        }
    }
    assert_eq!(harness.numbers("life_cycle_state=PENDING").await, "3702 3704 3921");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_found_by_a_value_of_another_sub_field() {
    let harness = HarnessBuilder::demo().open();
    // A serial number is no id, an id no code, a CA id no serial number, and case matters.
    for (name, wrong) in [
        ("subscription_identifier", json!({ "id": "S60600" })),
        ("subscription_identifier", json!({ "number": "s60600" })),
        ("service_identifier", json!({ "code": "SP" })),
        ("service_identifier", json!({ "code": "1002" })),
        ("smartcard_identifier", json!({ "id": "01900080208" })),
        ("smartcard_identifier", json!({ "serial_number": "living-room" })),
        ("smartcard_identifier", json!({ "serial_number": "0000-0000-0008" })),
    ] {
        let operation = Operation::AddSubscriptions;
        let reply = harness.post(operation.name(), with(valid(operation), name, wrong)).await;
        assert!(reply.code().ends_with("NOTFOUNDEXCEPTION"), "{}", reply.text);
    }
}

#[tokio::test(start_paused = true)]
async fn the_operations_on_an_existing_card_take_its_ca_id_and_the_others_do_not() {
    let harness = HarnessBuilder::demo().open();
    for operation in creating() {
        for value in [json!("01900080208"), json!({ "smartcard_ca_id": "01900080208" })] {
            let existing = ("smartcard_identifier", IdentifierKind::ExistingSmartcard);
            let takes_cards =
                identifiers(operation).iter().any(|(name, _)| *name == "smartcard_identifier");
            if !takes_cards {
                continue;
            }
            let body = with(valid(operation), "smartcard_identifier", value);
            let reply = harness.post(operation.name(), body).await;
            let expected = identifiers(operation).contains(&existing);
            assert_eq!(reply.code() == "OK", expected, "{}", reply.text);
        }
    }
}

/// Spellings of a GET identifier: the documented ones first, then those for people who only know
/// the form of a body.
const DOCUMENTED_FORMS: [&str; 3] = [
    "provisioning_request_identifier=number=4049",
    "provisioning_request_identifier=id=FA2BA704F393A8BE1A6CF108A4C8B214",
    "provisioning_request_identifier=id%3DFA2BA704F393A8BE1A6CF108A4C8B214",
];
const LENIENT_FORMS: [&str; 9] = [
    "provisioning_request_identifier=%7B%22number%22:%224049%22%7D",
    "provisioning_request_identifier=%7B%22id%22%3A%20%22FA2BA704F393A8BE1A6CF108A4C8B214%22%7D",
    "provisioning_request_identifier.number=4049",
    "provisioning_request_identifier.id=FA2BA704F393A8BE1A6CF108A4C8B214",
    "provisioning_request_identifier%5Bnumber%5D=4049",
    "provisioning_request_identifier[id]=FA2BA704F393A8BE1A6CF108A4C8B214",
    "number=4049",
    "id=FA2BA704F393A8BE1A6CF108A4C8B214",
    "provisioning_request_identifier=&number=4049",
];

#[tokio::test(start_paused = true)]
async fn a_request_is_shown_by_every_spelling_of_its_identifier() {
    let harness = HarnessBuilder::demo().open();
    for form in DOCUMENTED_FORMS.iter().chain(&LENIENT_FORMS) {
        assert_eq!(harness.get("show", form).await.member("number"), "4049", "{form}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_strict_instance_takes_the_documented_spelling_only() {
    let strict = Reading { strict_identifiers: true, ..Reading::default() };
    let harness = HarnessBuilder::demo().with(|settings| settings.crm.reading = strict).open();
    for form in DOCUMENTED_FORMS {
        assert_eq!(harness.get("show", form).await.member("number"), "4049", "{form}");
    }
    for form in LENIENT_FORMS {
        let reply = harness.get("show", form).await;
        let message = reply.refused(RefusalCode::InvalidParameterValue);
        assert!(message.contains("provisioning_request_identifier=number=4049"), "{message}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_get_identifier_is_counted_over_all_its_spellings() {
    let harness = HarnessBuilder::demo().open();
    for query in [
        "number=4049&id=FA2BA704F393A8BE1A6CF108A4C8B214",
        "provisioning_request_identifier=number=4049&number=4049",
        "provisioning_request_identifier.id=1&provisioning_request_identifier[number]=4049",
        "provisioning_request_identifier=%7B%22number%22:%224049%22,%22id%22:%221%22%7D",
        "provisioning_request_identifier=name=4049",
    ] {
        let _ = harness.get("show", query).await.refused(RefusalCode::SemiOptionalParameters);
    }
    let missing = harness.get("show", "fields_set=id").await;
    let message = missing.refused(RefusalCode::MandatoryParameterMissing);
    assert!(message.contains("`provisioning_request_identifier`"), "{message}");
}

#[tokio::test(start_paused = true)]
async fn a_number_is_written_as_it_is_printed() {
    let harness = HarnessBuilder::demo().open();
    for number in ["04049", "+4049", "4049.0", "4049%20", "-1", "99999999999999999999", "4050"] {
        let query = format!("provisioning_request_identifier=number={number}");
        let _ = harness.get("show", &query).await.refused(RefusalCode::ProvisioningRequestNotFound);
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_may_stand_anywhere_in_a_query_and_unknown_parameters_do_not_matter() {
    let harness = HarnessBuilder::demo().open();
    let query = format!("colour=red&number=4049&token={}&&utm=1&flag", harness.token);
    let reply = harness.send(Call::operation(Operation::Show, &query)).await;
    assert_eq!(reply.member("number"), "4049");
}
