//! The JSON text of a provisioning request.
//!
//! Written straight into the answer: this is the one value that is printed with every call, and
//! the general serializer spends most of its time on looking for characters to escape in texts
//! that have none.

use super::date::DateText;
use super::fields::{FieldsSet, Member};
use super::text_view::TextView;
use super::view::{
    LogInformationView, ParameterValue, ParameterView, RequestView, UnitView, UserView,
};
use crate::crm::ParameterKey;

/// Appends a request with the members an answer prints.
pub(super) fn write_request(out: &mut Vec<u8>, view: &RequestView<'_>, members: FieldsSet) {
    let mut object = Object::begin(out);
    for member in members.members() {
        if member != Member::ParametersSet || !view.parameters_set.is_empty() {
            write_member(object.value_of(member.code()), view, member);
        }
    }
    object.end();
}

fn write_member(out: &mut Vec<u8>, view: &RequestView<'_>, member: Member) {
    match member {
        Member::ScheduledDate => write_date(out, view.scheduled_date),
        Member::Response => write_view(out, view.response),
        Member::ErrorCode => write_optional(out, view.error_code),
        Member::Priority => write_text(out, view.priority.code()),
        Member::ErrorDescription => write_optional(out, view.error_description),
        Member::SequenceNumber => write_number(out, view.sequence_number.map(i128::from)),
        Member::Number => write_view(out, view.number),
        Member::ProcessId => write_view(out, view.process_id),
        Member::Name => write_optional(out, view.name),
        Member::ParametersSet => write_parameters(out, &view.parameters_set),
        Member::ProcessImmediately => {
            write_number(out, view.process_immediately.map(i128::from));
        }
        Member::Request => write_view(out, view.request),
        Member::LogInformation => write_log_information(out, &view.log_information),
        Member::ProviderErrorCode => write_optional(out, view.provider_error_code),
        Member::LifeCycleState => write_text(out, view.life_cycle_state.code()),
        Member::ProviderErrorDescription => write_optional(out, view.provider_error_description),
        Member::Type => write_text(out, view.request_type.code()),
        Member::Id => write_view(out, Some(view.id)),
        Member::ProcessName => write_optional(out, view.process_name),
        Member::ReferenceNumber => write_view(out, view.reference_number),
        Member::ExecutedDate => match view.executed_date {
            Some(date) => write_date(out, date),
            None => write_null(out),
        },
    }
}

fn write_parameters(out: &mut Vec<u8>, parameters: &[ParameterView<'_>]) {
    out.push(b'[');
    for (index, parameter) in parameters.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_parameter(out, parameter);
    }
    out.push(b']');
}

fn write_parameter(out: &mut Vec<u8>, parameter: &ParameterView<'_>) {
    // Shown: the value of the PIN is null whatever was submitted.
    let value = parameter.value.filter(|_| parameter.key != ParameterKey::CaPin);
    let mut object = Object::begin(out);
    if parameter.key.prints_id_first() {
        write_view(object.value_of("id"), Some(parameter.id));
    }
    let out = object.value_of(parameter.key.code());
    match value {
        None => write_null(out),
        Some(ParameterValue::Text(text)) => write_view(out, Some(text)),
        Some(ParameterValue::Number(number)) => write_number(out, Some(number.into())),
        Some(ParameterValue::Date(date)) => write_date(out, date),
    }
    if !parameter.key.prints_id_first() {
        write_view(object.value_of("id"), Some(parameter.id));
    }
    object.end();
}

fn write_log_information(out: &mut Vec<u8>, log: &LogInformationView<'_>) {
    let mut object = Object::begin(out);
    write_date(object.value_of("updated_date"), log.updated_date);
    if let Some(unit) = &log.created_by_unit {
        write_unit(object.value_of("created_by_unit"), unit);
    }
    write_date(object.value_of("created_date"), log.created_date);
    if let Some(unit) = &log.updated_by_unit {
        write_unit(object.value_of("updated_by_unit"), unit);
    }
    write_user(object.value_of("created_by_user"), &log.created_by_user);
    write_user(object.value_of("updated_by_user"), &log.updated_by_user);
    object.end();
}

fn write_unit(out: &mut Vec<u8>, unit: &UnitView<'_>) {
    let mut object = Object::begin(out);
    if let Some(community) = unit.community_name {
        write_text(object.value_of("community_name"), community);
    }
    write_optional(object.value_of("group_name"), unit.group_name);
    write_text(object.value_of("name"), unit.name);
    write_view(object.value_of("id"), Some(unit.id));
    write_optional(object.value_of("description"), unit.description);
    write_optional(object.value_of("alternative_code"), unit.alternative_code);
    object.end();
}

fn write_user(out: &mut Vec<u8>, user: &UserView<'_>) {
    let mut object = Object::begin(out);
    write_text(object.value_of("person_name"), user.person_name);
    write_text(object.value_of("username"), user.username);
    write_view(object.value_of("id"), Some(user.id));
    write_optional(object.value_of("email"), user.email);
    object.end();
}

/// An object under way.
struct Object<'o> {
    out: &'o mut Vec<u8>,
    is_empty: bool,
}

impl<'o> Object<'o> {
    fn begin(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, is_empty: true }
    }

    /// Appends the name of a member, which needs no escaping; its value comes next.
    fn value_of(&mut self, name: &str) -> &mut Vec<u8> {
        self.out.extend_from_slice(if self.is_empty { b"\"" } else { b",\"" });
        self.is_empty = false;
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.out
    }

    fn end(self) {
        self.out.push(b'}');
    }
}

fn write_null(out: &mut Vec<u8>) {
    out.extend_from_slice(b"null");
}

fn write_number(out: &mut Vec<u8>, number: Option<i128>) {
    match number {
        Some(number) => out.extend_from_slice(number.to_string().as_bytes()),
        None => write_null(out),
    }
}

fn write_date(out: &mut Vec<u8>, date: DateText) {
    out.push(b'"');
    out.extend_from_slice(&date.bytes());
    out.push(b'"');
}

fn write_view(out: &mut Vec<u8>, text: Option<TextView<'_>>) {
    match text {
        Some(text) => text.with_text(|text| write_text(out, text)),
        None => write_null(out),
    }
}

fn write_optional(out: &mut Vec<u8>, text: Option<&str>) {
    match text {
        Some(text) => write_text(out, text),
        None => write_null(out),
    }
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    let must_escape = |byte: u8| (byte < 0x20) | (byte == b'"') | (byte == b'\\');
    // Without a way out of the loop it looks at many bytes at a time.
    if text.bytes().fold(false, |found, byte| found | must_escape(byte)) {
        serde_json::to_writer(out, text).expect("a vector takes every write");
        return;
    }
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::write_text;

    proptest! {
        #[test]
        fn text_is_written_as_the_general_serializer_writes_it(text in any::<String>()) {
            let mut written = Vec::new();
            write_text(&mut written, &text);
            prop_assert_eq!(written, serde_json::to_vec(&text)?);
        }
    }
}
