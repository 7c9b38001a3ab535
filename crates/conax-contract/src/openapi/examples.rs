//! The documented examples, as the described API would send and print them.

use serde_json::{Value, json};

use super::served::CrmApi;
use crate::crm::{FieldsSet, Member, Operation};
use crate::source::Source;

/// The documented call.
pub(super) fn call_example(operation: Operation) -> Option<Value> {
    let text = operation.example_call()?;
    let value: Value = serde_json::from_str(text).ok()?;
    Some(json!({ "summary": "The documented example.", "value": value }))
}

/// The documented reply, with the members of the API's shape.
pub(super) fn reply_example(api: &CrmApi, operation: Operation) -> Option<Value> {
    let text = operation.example_reply()?;
    let documented: Value = serde_json::from_str(text).ok()?;
    let mut printed = documented.clone();
    let members = api.writing.shape.members();
    match &mut printed["data"] {
        Value::Array(items) => items.iter_mut().for_each(|item| reshape(item, members)),
        data => reshape(data, members),
    }
    if api.writing.success_texts == crate::crm::SuccessTexts::Empty {
        printed["status"]["message"] = "".into();
        printed["status"]["description"] = "".into();
    }
    let summary = match printed == documented {
        true => "The documented example.",
        false => {
            "The documented example, with the members and texts this API prints; those it lacks \
             are null."
        }
    };
    Some(json!({ "summary": summary, "value": printed }))
}

/// How a reply of the operation is known: an example shows it, or a page of another module does.
pub(super) fn reply_source(operation: Operation) -> Source {
    match operation.example_reply() {
        Some(_) => Source::Shown,
        None => operation.source(),
    }
}

/// Members that are not of the shape go; those it has besides come, as null.
fn reshape(request: &mut Value, members: FieldsSet) {
    let Some(object) = request.as_object_mut() else {
        return;
    };
    for member in Member::ALL {
        match members.contains(member) {
            false => drop(object.remove(member.code())),
            true if member == Member::ParametersSet => {}
            true => drop(object.entry(member.code()).or_insert(Value::Null)),
        }
    }
}
