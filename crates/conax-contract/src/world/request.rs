//! Provisioning requests that exist from the start, with every documented member.

use std::sync::Arc;

use chrono::NaiveDateTime;
use conax_model::crm::{Author, Unit, User};

use super::mask::Secrets;
use super::names::Kind;
use super::reading::Reading;
use super::table::{Record, Written, optional, or, or_usual, parts, record, required};
use crate::crm::{CommandKind, LifeCycleState, ParameterKey, Priority};
use crate::secret::SecretText;
use crate::text::{
    Entry, Fields, Finding, Findings, Marked, Meaning, Outline, Placed, TextFault, fields, flag,
    mismatch, moment, near_miss, placed, shown, text, whole, word,
};

/// `next_request_number` goes up to 2^63-1 and lies above every record.
const HIGHEST_NUMBER: u64 = (u64::MAX >> 1) - 1;

record! {
    /// A provisioning request as the documented object prints it, and whether it is held.
    pub struct ProvisioningRequestSpec {
        /// Its id, 32 hexadecimal digits.
        id: String = read_id;
        /// Its number, digits; absent in records of early builds.
        number: Option<String> = read_number;
        /// Its type (key `type`).
        request_type ("type"): CommandKind = required(word);
        /// The order of sending; shown on two early records only.
        sequence_number: Option<i64> = optional(whole);
        /// When it is to be sent.
        scheduled_date: NaiveDateTime = required(moment);
        /// When it was sent.
        executed_date: Option<NaiveDateTime> = optional(moment);
        /// Whether the creating call sent it; null in early records.
        process_immediately: Option<bool> = optional(zero_or_one), one_or_zero;
        /// Its priority; absent in the file: regular.
        priority: Priority = or(Priority::Regular, word);
        /// Its state.
        life_cycle_state: LifeCycleState = required(word);
        /// The text that was sent.
        request: Option<String> = optional(text);
        /// The text that came back.
        response: Option<String> = optional(text);
        /// The reference Conax gave.
        reference_number: Option<String> = optional(text);
        /// Why it was rejected: the code.
        error_code: Option<String> = optional(text);
        /// Why it was rejected: the text.
        error_description: Option<String> = optional(text);
        /// The code of the provider.
        provider_error_code: Option<String> = optional(text);
        /// The text of the provider.
        provider_error_description: Option<String> = optional(text);
        /// The process that submitted it.
        process_name: Option<String> = optional(text);
        /// The id of that process.
        process_id: Option<String> = optional(text);
        /// Always null in the examples.
        name: Option<String> = optional(text);
        /// Who made it and when.
        log_information: LogInformationSpec = log_information;
        /// Its parameters, in order; none: the member is not printed.
        parameters_set: Vec<ParameterSpec> = parts("a parameter");
        /// Ours: processing runs leave it alone, so that it stays as documented.
        held: bool = or_usual(flag), if_set;
    }
}

/// Shown: 32 upper-case hexadecimal digits.
fn read_id(
    record: &mut Fields<'_, '_>,
    key: &'static str,
    reading: &mut Reading,
) -> Option<String> {
    let id = record.required(key, placed(text))?;
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
fn read_number(
    record: &mut Fields<'_, '_>,
    key: &'static str,
    reading: &mut Reading,
) -> Option<Option<String>> {
    let Some(number) = record.optional(key, placed(text)) else {
        return Some(None);
    };
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
    Some(Some(number.value))
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

fn one_or_zero(flag: &Option<bool>, _: Secrets) -> Outline {
    flag.map_or(Outline::Null, |flag| Outline::Whole(i64::from(flag)))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as every other way of writing")]
fn if_set(flag: &bool, _: Secrets) -> Outline {
    if *flag { Outline::Flag(true) } else { Outline::Null }
}

/// Who made and last changed a record, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogInformationSpec {
    /// When it was made.
    pub created_date: NaiveDateTime,
    /// When it was last changed; absent in the file: when it was made.
    pub updated_date: NaiveDateTime,
    /// Who made it, and in which unit; neither need be of this world.
    pub created_by: Arc<Author>,
    /// Who last changed it; absent in the file: who made it.
    pub updated_by: Arc<Author>,
}

fn log_information(
    record: &mut Fields<'_, '_>,
    key: &'static str,
    reading: &mut Reading,
) -> Option<LogInformationSpec> {
    record.required(key, |marked, findings| {
        fields(marked, findings, "log information", |log| LogInformationSpec::read(log, reading))
    })
}

impl Record for LogInformationSpec {
    fn read(log: &mut Fields<'_, '_>, reading: &mut Reading) -> Option<Self> {
        let mut user = |marked: &Marked, findings: &mut Findings| {
            fields(marked, findings, "a user", |user| User::read(user, reading)).map(Arc::new)
        };
        let created_date = log.required("created_date", placed(moment));
        let updated_date = log.optional("updated_date", placed(moment));
        let created_by_user = log.required("created_by_user", &mut user);
        let updated_by_user = log.optional("updated_by_user", &mut user);
        let mut unit = |marked: &Marked, findings: &mut Findings| {
            fields(marked, findings, "a unit", |unit| Unit::read(unit, reading)).map(Arc::new)
        };
        let created_by_unit = log.optional("created_by_unit", &mut unit);
        let updated_by_unit = log.optional("updated_by_unit", &mut unit);
        let created_date = created_date?;
        if let Some(updated) = updated_date.as_ref().filter(|it| it.value < created_date.value) {
            let message = "`updated_date` lies before `created_date`";
            log.findings.add(Finding::new(updated.span, message));
        }
        let created_by_user = created_by_user?;
        Some(Self {
            created_date: created_date.value,
            updated_date: updated_date.map_or(created_date.value, |date| date.value),
            updated_by: Arc::new(Author {
                user: updated_by_user.unwrap_or_else(|| Arc::clone(&created_by_user)),
                unit: updated_by_unit.or_else(|| created_by_unit.clone()),
            }),
            created_by: Arc::new(Author { user: created_by_user, unit: created_by_unit }),
        })
    }
}

impl Written for LogInformationSpec {
    fn outline(&self, secrets: Secrets) -> Outline {
        let unit =
            |by: &Author| by.unit.as_ref().map_or(Outline::Null, |unit| unit.outline(secrets));
        Outline::map([
            ("created_date", self.created_date.outline(secrets)),
            ("updated_date", self.updated_date.outline(secrets)),
            ("created_by_user", self.created_by.user.outline(secrets)),
            ("updated_by_user", self.updated_by.user.outline(secrets)),
            ("created_by_unit", unit(&self.created_by)),
            ("updated_by_unit", unit(&self.updated_by)),
        ])
    }
}

/// One item of a record's parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterSpec {
    /// The id of the item.
    pub id: String,
    /// The parameter's name.
    pub key: ParameterKey,
    /// The parameter's value.
    pub value: ParameterValue,
}

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParameterValue {
    /// Printed as null.
    Null,
    /// Ordinary text.
    Text(String),
    /// A PIN to be sent: the value of `ca_pin`, which no answer prints.
    Pin(SecretText<'static>),
}

impl Record for ParameterSpec {
    /// A parameter is written as it is printed: its name is the key.
    fn read(parameter: &mut Fields<'_, '_>, reading: &mut Reading) -> Option<Self> {
        let id = parameter.required("id", text);
        let rest = parameter.rest();
        let [entry] = rest.as_slice() else {
            let message =
                format!("a parameter has one key beside `id`, this one has {}", rest.len());
            parameter.refuse(message, "write { smartcard_ca_id: \"01900080207\", id: \"…\" }");
            return None;
        };
        let key = read_parameter_key(entry, parameter.findings);
        let value = read_value(key, &entry.value, reading, parameter.findings);
        Some(Self { id: id?, key: key?, value: value? })
    }
}

impl Written for ParameterSpec {
    /// Not [`Outline::map`]: a parameter without a value still has its key.
    fn outline(&self, secrets: Secrets) -> Outline {
        let value = match &self.value {
            ParameterValue::Null => Outline::Null,
            ParameterValue::Text(text) => Outline::text(text),
            ParameterValue::Pin(pin) => pin.outline(secrets),
        };
        let id = Outline::text(&self.id);
        Outline::Map(vec![(self.key.code().to_owned(), value), ("id".to_owned(), id)])
    }
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
    let text = text(marked, findings)?;
    if let Some(fault) = TextFault::of(&text) {
        let finding = Finding::new(marked.span, format!("this text {fault}"));
        findings.add(finding.with_hint("write another one"));
        return None;
    }
    Some(ParameterValue::Text(text))
}
