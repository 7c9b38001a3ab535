//! Provisioning requests that exist from the start.

use std::sync::Arc;

use super::crm::{read_unit_with, read_user_with};
use super::names::Kind;
use super::reading::Reading;
use crate::crm::ParameterKey;
use crate::text::{
    Entry, Fields, Finding, Findings, Marked, Meaning, Placed, fields, flag, mismatch, moment,
    near_miss, placed, shown, text, whole, word,
};
use crate::world::spec::{
    Author, CommandKind, LifeCycleState, LogInformationSpec, ParameterSpec, ParameterValue,
    Priority, ProvisioningRequestSpec, Unit, User,
};

/// `next_request_number` goes up to 2^63-1 and lies above every record.
const HIGHEST_NUMBER: u64 = (u64::MAX >> 1) - 1;

pub(super) fn read_records(
    fields: &mut Fields<'_, '_>,
    reading: &mut Reading,
) -> Vec<ProvisioningRequestSpec> {
    fields.maps("provisioning_requests", "a provisioning request", |record| {
        read_record(record, reading)
    })
}

fn read_record(
    record: &mut Fields<'_, '_>,
    reading: &mut Reading,
) -> Option<ProvisioningRequestSpec> {
    let id = read_id(record, reading);
    let number = read_number(record, reading);
    let request_type = record.required("type", word::<CommandKind>);
    let sequence_number = record.optional("sequence_number", whole);
    let scheduled_date = record.required("scheduled_date", moment);
    let executed_date = record.optional("executed_date", moment);
    let process_immediately = record.optional("process_immediately", zero_or_one);
    let priority = record.optional("priority", word::<Priority>);
    let life_cycle_state = record.required("life_cycle_state", word::<LifeCycleState>);
    let texts = RecordTexts::read(record);
    let log_information = record.required("log_information", read_log_information);
    let parameters_set = record
        .maps("parameters_set", "a parameter", |parameter| read_parameter(parameter, reading));
    let held = record.optional("held", flag).unwrap_or(false);
    Some(ProvisioningRequestSpec {
        id: id?,
        number,
        request_type: request_type?,
        sequence_number,
        scheduled_date: scheduled_date?,
        executed_date,
        process_immediately,
        priority: priority.unwrap_or(Priority::Regular),
        life_cycle_state: life_cycle_state?,
        request: texts.request,
        response: texts.response,
        reference_number: texts.reference_number,
        error_code: texts.error_code,
        error_description: texts.error_description,
        provider_error_code: texts.provider_error_code,
        provider_error_description: texts.provider_error_description,
        process_name: texts.process_name,
        process_id: texts.process_id,
        name: texts.name,
        log_information: log_information?,
        parameters_set,
        held,
    })
}

/// The members of a record that are text and nothing else.
struct RecordTexts {
    request: Option<String>,
    response: Option<String>,
    reference_number: Option<String>,
    error_code: Option<String>,
    error_description: Option<String>,
    provider_error_code: Option<String>,
    provider_error_description: Option<String>,
    process_name: Option<String>,
    process_id: Option<String>,
    name: Option<String>,
}

impl RecordTexts {
    fn read(record: &mut Fields<'_, '_>) -> Self {
        Self {
            request: record.optional("request", text),
            response: record.optional("response", text),
            reference_number: record.optional("reference_number", text),
            error_code: record.optional("error_code", text),
            error_description: record.optional("error_description", text),
            provider_error_code: record.optional("provider_error_code", text),
            provider_error_description: record.optional("provider_error_description", text),
            process_name: record.optional("process_name", text),
            process_id: record.optional("process_id", text),
            name: record.optional("name", text),
        }
    }
}

/// Shown: 32 upper-case hexadecimal digits.
fn read_id(record: &mut Fields<'_, '_>, reading: &mut Reading) -> Option<String> {
    let id = record.required("id", placed(text))?;
    let digits = |byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F');
    let fits = id.value.len() == 32 && id.value.bytes().all(digits);
    if !fits {
        let message = format!("{} is not the id of a provisioning request", shown(&id.value));
        let hint = "write 32 upper-case hexadecimal digits between quotes";
        record.findings.add(Finding::new(id.span, message).with_hint(hint));
    }
    reading.names.give(Kind::RequestId, &id, record.findings);
    Some(id.value)
}

/// Shown: digits. They are printed as they are counted, so leading zeros would get lost.
fn read_number(record: &mut Fields<'_, '_>, reading: &mut Reading) -> Option<String> {
    let number = record.optional("number", placed(text))?;
    reading.names.give(Kind::RequestNumber, &number, record.findings);
    let plain = number.value.bytes().all(|byte| byte.is_ascii_digit())
        && !number.value.starts_with('0')
        && !number.value.is_empty();
    let value = number.value.parse().ok();
    let value = value.filter(|value| *value <= HIGHEST_NUMBER);
    match value.filter(|_| plain) {
        Some(value) => reading.request_numbers.push(Placed { value, span: number.span }),
        None => {
            let shown = shown(&number.value);
            let (message, hint) = if plain {
                (
                    format!("{shown} is out of range"),
                    format!("the highest number is \"{HIGHEST_NUMBER}\""),
                )
            } else {
                (
                    format!("{shown} is not the number of a provisioning request"),
                    "write digits between quotes, such as \"4049\"".to_owned(),
                )
            };
            record.findings.add(Finding::new(number.span, message).with_hint(hint));
        }
    }
    Some(number.value)
}

/// Shown: 1, 0 or null, never true or false; people may write either.
fn zero_or_one(marked: &Marked, findings: &mut Findings) -> Option<bool> {
    match marked.meaning() {
        Some(Meaning::Whole(0) | Meaning::Flag(false)) => Some(false),
        Some(Meaning::Whole(1) | Meaning::Flag(true)) => Some(true),
        _ => {
            let finding = mismatch(marked, "1, 0 or null");
            findings.add(finding.with_hint("write `1`, `0` or `null`, without quotes"));
            None
        }
    }
}

fn read_log_information(marked: &Marked, findings: &mut Findings) -> Option<LogInformationSpec> {
    fields(marked, findings, "log information", |log| {
        let created_date = log.required("created_date", placed(moment));
        let updated_date = log.optional("updated_date", placed(moment));
        let created_by_user = log.required("created_by_user", read_user);
        let updated_by_user = log.optional("updated_by_user", read_user);
        let created_by_unit = log.optional("created_by_unit", read_unit);
        let updated_by_unit = log.optional("updated_by_unit", read_unit);
        let created_date = created_date?;
        if let Some(updated) = updated_date.as_ref().filter(|it| it.value < created_date.value) {
            let message = "`updated_date` lies before `created_date`";
            log.findings.add(Finding::new(updated.span, message));
        }
        let created_by_user = Arc::new(created_by_user?);
        let created_by_unit = created_by_unit.map(Arc::new);
        let updated_by_user = updated_by_user.map(Arc::new);
        let updated_by_unit = updated_by_unit.map(Arc::new);
        Some(LogInformationSpec {
            created_date: created_date.value,
            updated_date: updated_date.map_or(created_date.value, |date| date.value),
            updated_by: Arc::new(Author {
                user: updated_by_user.unwrap_or_else(|| Arc::clone(&created_by_user)),
                unit: updated_by_unit.or_else(|| created_by_unit.clone()),
            }),
            created_by: Arc::new(Author { user: created_by_user, unit: created_by_unit }),
        })
    })
}

fn read_user(marked: &Marked, findings: &mut Findings) -> Option<User> {
    fields(marked, findings, "a user", |user| {
        let id = user.required("id", text);
        let username = user.required("username", text);
        read_user_with(id, username, user)
    })
}

fn read_unit(marked: &Marked, findings: &mut Findings) -> Option<Unit> {
    fields(marked, findings, "a unit", |unit| {
        let id = unit.required("id", text);
        read_unit_with(id, unit)
    })
}

/// A parameter is written as it is printed: its name is the key.
fn read_parameter(parameter: &mut Fields<'_, '_>, reading: &Reading) -> Option<ParameterSpec> {
    let id = parameter.required("id", text);
    let rest = parameter.rest();
    let [entry] = rest.as_slice() else {
        let message = format!("a parameter has one key beside `id`, this one has {}", rest.len());
        parameter.refuse(message, "write { smartcard_ca_id: \"01900080207\", id: \"…\" }");
        return None;
    };
    let key = read_parameter_key(entry, parameter.findings);
    let value = read_value(key, &entry.value, reading, parameter.findings);
    Some(ParameterSpec { id: id?, key: key?, value: value? })
}

fn read_parameter_key(entry: &Entry, findings: &mut Findings) -> Option<ParameterKey> {
    let key = ParameterKey::from_code(&entry.key);
    if key.is_none() {
        let codes = || ParameterKey::ALL.into_iter().map(ParameterKey::code);
        let hint = match near_miss(&entry.key, codes()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                let known: Vec<String> = codes().map(|code| format!("`{code}`")).collect();
                format!("known: {}", known.join(", "))
            }
        };
        let message = format!("unknown parameter {}", shown(&entry.key));
        findings.add(Finding::new(entry.key_span, message).with_hint(hint));
    }
    key
}

fn read_value(
    key: Option<ParameterKey>,
    marked: &Marked,
    reading: &Reading,
    findings: &mut Findings,
) -> Option<ParameterValue> {
    if marked.is_null() {
        return Some(ParameterValue::Null);
    }
    if key == Some(ParameterKey::CaPin) {
        return reading.secret("a PIN", marked, findings).map(ParameterValue::Pin);
    }
    text(marked, findings).map(ParameterValue::Text)
}
