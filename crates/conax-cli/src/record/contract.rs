//! Where an exchange of the provisioning API is not by the contract. Pure; quotes no secret.
//!
//! What is checked: the envelope (Documented), members, their types and their words (Documented or
//! Shown), that a request is COMPLETED just when it has a reference (Documented), and that no
//! submitted PIN comes back (Shown).

use conax_contract::crm::{
    LifeCycleState, Member, Operation, Priority, ProcessName, RequestType, is_secret_name,
};
use conax_contract::text::{near_miss, parse_moment};
use conax_scenario::document::Door;
use serde_json::Value;

use super::conceal::json;
use super::form::Heard;
use super::names::operation_at;

/// Everything that is not by the contract, a sentence each.
pub(crate) fn findings_of(exchange: &Heard) -> Vec<String> {
    let operation = operation_at(&exchange.call.verb, exchange.call.path());
    let (Door::Crm, Some(operation), Ok(reply)) = (exchange.door, operation, &exchange.reply)
    else {
        return Vec::new();
    };
    let Some(body) = json(&reply.body).filter(Value::is_object) else {
        return vec!["the reply is no JSON object".to_owned()];
    };
    let mut findings = Vec::new();
    check_status(&body["status"], &mut findings);
    if body["status"]["code"] == "OK" {
        check_data(operation, &body["data"], &mut findings);
    }
    if let Some(pin) = json(&exchange.call.body).and_then(|call| pin_of(&call))
        && echoes(&body, &pin)
    {
        findings.push("the submitted PIN comes back in the reply".to_owned());
    }
    findings
}

fn check_status(status: &Value, findings: &mut Vec<String>) {
    let Some(members) = status.as_object() else {
        findings.push("the reply has no status block".to_owned());
        return;
    };
    if !status["code"].is_string() {
        findings.push("status.code is no text".to_owned());
    }
    for name in ["message", "description"] {
        match members.get(name) {
            Some(Value::Null | Value::String(_)) => {}
            Some(_) => findings.push(format!("status.{name} is neither text nor null")),
            None => findings.push(format!("status.{name} is missing")),
        }
    }
}

fn check_data(operation: Operation, data: &Value, findings: &mut Vec<String>) {
    match operation {
        Operation::ReleaseToken => {}
        Operation::IssueToken | Operation::IssueTokenForWebApiKey => {
            if !data["token"].is_string() {
                findings.push("data.token is no text".to_owned());
            }
        }
        Operation::List => match data.as_array() {
            Some(items) => {
                let numbered = items.iter().enumerate();
                numbered.for_each(|(index, item)| {
                    check_record(&format!("data.{index}"), item, findings)
                });
            }
            None => findings.push("data is no list".to_owned()),
        },
        _ => check_record("data", data, findings),
    }
}

fn check_record(place: &str, record: &Value, findings: &mut Vec<String>) {
    let Some(members) = record.as_object() else {
        findings.push(format!("{place} is no object"));
        return;
    };
    for (name, value) in members {
        let found = match Member::from_code(name) {
            Some(member) => wrong_kind(member, value),
            None => {
                let near = near_miss(name, Member::ALL.iter().map(|member| member.code()));
                let hint = near.map_or(String::new(), |near| format!("; is it `{near}`?"));
                Some(format!("is no member of a provisioning request{hint}"))
            }
        };
        findings.extend(found.map(|found| format!("{place}.{name} {found}")));
    }
    let state = record["life_cycle_state"].as_str();
    if let (Some(state), Some(reference)) = (state, members.get("reference_number"))
        && (state == LifeCycleState::Completed.code()) == reference.is_null()
    {
        let found = match reference {
            Value::Null => "no reference_number",
            _ => "a reference_number",
        };
        findings.push(format!("{place} is {state} and has {found}"));
    }
}

/// What is wrong with the value of a member, if anything.
fn wrong_kind(member: Member, value: &Value) -> Option<String> {
    let word = |known: Option<()>, all: &str| {
        let is_known = known.is_some();
        (!is_known).then(|| format!("is {}, expected {all}", short(value)))
    };
    let text = value.as_str();
    let kind = |fits: bool, expected: &str| (!fits).then(|| format!("is not {expected}"));
    match member {
        Member::Type => {
            let known = text.and_then(RequestType::from_code);
            word(known.map(|_| ()), "one of the thirteen types")
        }
        Member::LifeCycleState => {
            let known = text.and_then(LifeCycleState::from_code);
            word(known.map(|_| ()), "PENDING, REJECTED or COMPLETED")
        }
        Member::Priority => {
            let known = text.and_then(Priority::from_code);
            word(known.map(|_| ()), "REGULAR or EXPRESS")
        }
        Member::ProcessName => {
            let known = value.is_null() || text.and_then(ProcessName::from_code).is_some();
            word(known.then_some(()), "null or a documented process")
        }
        Member::ScheduledDate => kind(is_date(value), "a date YYYY-MM-DDThh:mm:ss"),
        Member::ExecutedDate => kind(value.is_null() || is_date(value), "a date or null"),
        Member::SequenceNumber => kind(value.is_null() || value.is_u64(), "a whole number or null"),
        Member::ProcessImmediately => {
            let fits = value.is_null() || *value == 0 || *value == 1;
            kind(fits, "1, 0 or null")
        }
        Member::ParametersSet => kind(is_objects(value), "a list of objects"),
        Member::LogInformation => kind(value.is_object(), "an object"),
        Member::Id => kind(text.is_some_and(|text| !text.is_empty()), "a text"),
        _ => kind(value.is_null() || value.is_string(), "text or null"),
    }
}

fn is_date(value: &Value) -> bool {
    value.as_str().and_then(parse_moment).is_some()
}

fn is_objects(value: &Value) -> bool {
    let items = value.as_array();
    items.is_some_and(|items| items.iter().all(Value::is_object))
}

/// A value as a sentence can bear it.
fn short(value: &Value) -> String {
    let text: String = value.to_string().chars().take(40).collect();
    format!("`{text}`")
}

/// The PIN of a call, as it is written.
fn pin_of(call: &Value) -> Option<String> {
    let members = call.as_object()?.iter();
    let mut pins = members.filter(|(name, _)| *name == "pin" && is_secret_name(name));
    let (_, pin) = pins.next()?;
    match pin {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Whether a PIN long enough to be told from anything else stands as a value in a reply.
fn echoes(value: &Value, pin: &str) -> bool {
    match value {
        Value::String(text) => pin.len() >= 4 && text == pin,
        Value::Number(number) => pin.len() >= 4 && number.to_string() == pin,
        Value::Array(items) => items.iter().any(|item| echoes(item, pin)),
        Value::Object(members) => members.values().any(|member| echoes(member, pin)),
        Value::Null | Value::Bool(_) => false,
    }
}

#[cfg(test)]
mod tests {
    //! What is told of replies that are not by the contract.

    use std::time::Duration;

    use conax_contract::crm::Operation;
    use conax_scenario::document::Door;
    use serde_json::{Value, json};

    use super::super::form::{Heard, HeardCall, HeardReply};
    use super::findings_of;

    fn told(operation: Operation, call: &Value, reply: &Value) -> Vec<String> {
        findings_of(&Heard {
            door: Door::Crm,
            at: Duration::ZERO,
            took: Duration::ZERO,
            call: HeardCall {
                verb: operation.verb().to_owned(),
                target: format!("/{}", operation.path()),
                authorization: None,
                body: call.to_string().into_bytes(),
            },
            reply: Ok(HeardReply {
                status: 200,
                body: reply.to_string().into_bytes(),
            }),
        })
    }

    #[test]
    fn the_documented_examples_are_by_the_contract() {
        for operation in Operation::ALL {
            let Some(example) = operation.example_reply() else {
                continue;
            };
            let reply = serde_json::from_str(example).expect("an example is JSON");
            let findings = told(operation, &json!({}), &reply);
            assert!(findings.is_empty(), "{}: {findings:?}", operation.name());
        }
    }

    #[test]
    fn everything_that_is_wrong_is_told() {
        let ok = json!({ "code": "OK", "message": null, "description": null });
        let findings = told(
            Operation::ResetPinToGivenValue,
            &json!({ "pin": 82649 }),
            &json!({ "status": ok, "data": {
                "life_cycle_state": "DONE", "type": null, "numbr": "1", "executed_date": "today",
                "process_immediately": true, "parameters_set": {}, "response": "82649",
                "scheduled_date": null,
            }}),
        );
        let expected = [
            "data.executed_date is not a date or null",
            "data.life_cycle_state is `\"DONE\"`, expected PENDING, REJECTED or COMPLETED",
            "data.numbr is no member of a provisioning request; is it `number`?",
            "data.parameters_set is not a list of objects",
            "data.process_immediately is not 1, 0 or null",
            "data.scheduled_date is not a date YYYY-MM-DDThh:mm:ss",
            "data.type is `null`, expected one of the thirteen types",
            "the submitted PIN comes back in the reply",
        ];
        assert_eq!(findings, expected);
        let half = json!({ "status": { "code": 1, "message": 2 }, "data": {} });
        assert_eq!(told(Operation::Show, &Value::Null, &half).len(), 3);
    }

    #[test]
    fn a_request_is_completed_just_when_it_has_a_reference() {
        let ok = json!({ "code": "OK", "message": null, "description": null });
        for (state, reference, finding_count) in [
            ("COMPLETED", json!("r"), 0),
            ("COMPLETED", json!(null), 1),
            ("PENDING", json!(null), 0),
            ("REJECTED", json!("r"), 1),
        ] {
            let item = json!({ "life_cycle_state": state, "reference_number": reference });
            let reply = json!({ "status": ok, "data": [item] });
            let findings = told(Operation::List, &Value::Null, &reply);
            assert_eq!(findings.len(), finding_count, "{state}: {findings:?}");
        }
    }
}
