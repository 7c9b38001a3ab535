//! The records of the shipped worlds are the documented ones, member for member.

use serde_json::{Map, Value, json};

use super::shipped::shipped;
use crate::crm::ParameterKey;
use crate::text::render_moment;
use crate::world::{
    LogInformationSpec, ParameterSpec, ParameterValue, ProvisioningRequestSpec, Unit, User,
};

/// The record with every member of either documented shape; absent ones null.
fn printed(record: &ProvisioningRequestSpec) -> Value {
    json!({
        "id": record.id,
        "number": record.number,
        "type": record.request_type.code(),
        "sequence_number": record.sequence_number,
        "scheduled_date": render_moment(record.scheduled_date),
        "executed_date": record.executed_date.map(render_moment),
        "process_immediately": record.process_immediately.map(i64::from),
        "priority": record.priority.code(),
        "life_cycle_state": record.life_cycle_state.code(),
        "request": record.request,
        "response": record.response,
        "reference_number": record.reference_number,
        "error_code": record.error_code,
        "error_description": record.error_description,
        "provider_error_code": record.provider_error_code,
        "provider_error_description": record.provider_error_description,
        "process_name": record.process_name,
        "process_id": record.process_id,
        "name": record.name,
        "log_information": printed_log(&record.log_information),
        "parameters_set": record.parameters_set.iter().map(printed_parameter).collect::<Vec<_>>(),
    })
}

fn printed_log(log: &LogInformationSpec) -> Value {
    let mut printed = json!({
        "created_date": render_moment(log.created_date),
        "updated_date": render_moment(log.updated_date),
        "created_by_user": printed_user(&log.created_by.user),
        "updated_by_user": printed_user(&log.updated_by.user),
    });
    if let (Some(created), Some(updated)) = (&log.created_by.unit, &log.updated_by.unit) {
        printed["created_by_unit"] = printed_unit(created);
        printed["updated_by_unit"] = printed_unit(updated);
    }
    printed
}

fn printed_user(user: &User) -> Value {
    let User { id, username, person_name, email } = user;
    let (person_name, email) = (person_name.as_deref(), email.as_deref());
    json!({ "id": **id, "username": **username, "person_name": person_name, "email": email })
}

fn printed_unit(unit: &Unit) -> Value {
    json!({
        "id": *unit.id,
        "name": unit.name.as_deref(),
        "description": unit.description.as_deref(),
        "alternative_code": unit.alternative_code.as_deref(),
        "group_name": unit.group_name.as_deref(),
    })
}

fn printed_parameter(parameter: &ParameterSpec) -> Value {
    let value = match &parameter.value {
        ParameterValue::Text(text) => json!(text),
        ParameterValue::Null | ParameterValue::Pin(_) => Value::Null,
    };
    json!({ parameter.key.code(): value, "id": parameter.id })
}

/// The documented record with the members its shape leaves out as null; but for the number, which
/// the world has to choose.
fn widened(documented: &Value) -> Value {
    let mut members: Map<String, Value> = documented.as_object().unwrap().clone();
    for absent in ["reference_number", "provider_error_code", "provider_error_description"] {
        members.entry(absent).or_insert(Value::Null);
    }
    members.entry("parameters_set").or_insert(json!([]));
    Value::Object(members)
}

fn documented_records() -> Vec<Value> {
    let show = include_str!("../../../../../fixtures/contract/show.response.json");
    let list = include_str!("../../../../../fixtures/contract/list.response.json");
    let show: Value = serde_json::from_str(show).unwrap();
    let list: Value = serde_json::from_str(list).unwrap();
    let records = std::iter::once(&show["data"]).chain(list["data"].as_array().unwrap());
    records.map(widened).collect()
}

/// Equal to what is documented; a number that is not is there all the same.
fn assert_documented<'w>(records: impl Iterator<Item = &'w ProvisioningRequestSpec>) {
    let records: Vec<_> = records.collect();
    let documented = documented_records();
    assert_eq!(records.len(), documented.len());
    for (record, documented) in records.into_iter().zip(documented) {
        let mut printed = printed(record);
        if documented.get("number").is_none() {
            let number = printed.as_object_mut().unwrap().remove("number");
            assert!(number.is_some_and(|number| number.is_string()));
        }
        assert_eq!(printed, documented);
    }
}

#[test]
fn the_records_of_the_demo_world_are_the_documented_ones() {
    let world = shipped("demo");
    assert_documented(world.provisioning_requests.iter());
}

#[test]
fn the_worlds_of_show_and_list_hold_their_records() {
    let show = shipped("documented/show").provisioning_requests;
    let list = shipped("documented/list").provisioning_requests;
    assert_documented(show.iter().chain(&list));
}

#[test]
fn parameters_that_name_a_smartcard_name_one_conax_knows() {
    let world = shipped("demo");
    let known = |id: &str| world.cas.smartcards.iter().any(|card| card.id == id);
    for record in &world.provisioning_requests {
        for parameter in &record.parameters_set {
            if let (ParameterValue::Text(id), ParameterKey::SmartcardCaId) =
                (&parameter.value, parameter.key)
            {
                assert!(known(id), "{id}");
            }
        }
    }
}
