//! The JSON text of a provisioning request.
//!
//! Written straight into the answer: this is the one value that is printed with every call, and
//! the general serializer spends most of its time on looking for characters to escape in texts
//! that have none.

use conax_model::crm::{
    Author, Parameter, ParameterId, ParameterKey, ParameterValue, ProvisioningRequest, State, Unit,
};
use conax_model::time::SimTime;
use serde::Serialize;

use super::codes::LifeCycleState;
use super::date::DateText;
use super::fields::{FieldsSet, Member};

/// Appends a request with the members an answer prints.
pub(super) fn write_request(out: &mut Vec<u8>, row: &ProvisioningRequest, members: FieldsSet) {
    let mut object = Object::begin(out);
    for member in members.members() {
        // Shown: without parameters the member is left out.
        if member != Member::ParametersSet || !row.parameters.is_empty() {
            write_member(object.value_of(member.code()), row, member);
        }
    }
    object.end();
}

fn write_member(out: &mut Vec<u8>, row: &ProvisioningRequest, member: Member) {
    let (error, provider_error) = match &row.state {
        State::Rejected { error, provider_error } => (Some(error), provider_error.as_ref()),
        State::Pending | State::Completed { .. } => (None, None),
    };
    match member {
        Member::ScheduledDate => write_date(out, row.scheduled),
        Member::Response => write_optional(out, row.response.as_deref()),
        Member::ErrorCode => write_optional(out, error.map(|error| &*error.code)),
        Member::Priority => write_text(out, row.priority.code()),
        Member::ErrorDescription => write_optional(out, error.map(|error| &*error.description)),
        // Shown: an integer.
        Member::SequenceNumber => write_json(out, &row.sequence_number.filter(|it| *it >= 0)),
        Member::Number => match row.number {
            Some(number) => between(out, b'"', |out| write_json(out, &number)),
            None => write_json(out, &()),
        },
        Member::ProcessId => write_optional(out, row.process_id.as_deref()),
        Member::Name => write_optional(out, row.name.as_deref()),
        Member::ParametersSet => write_parameters(out, &row.parameters),
        // Shown: 1 or 0.
        Member::ProcessImmediately => write_json(out, &row.process_immediately.map(u8::from)),
        Member::Request => write_optional(out, row.request.as_deref()),
        Member::LogInformation => write_log_information(out, row),
        Member::ProviderErrorCode => write_optional(out, provider_error.map(|error| &*error.code)),
        Member::LifeCycleState => write_text(out, life_cycle_state(&row.state).code()),
        Member::ProviderErrorDescription => {
            let description = provider_error.map(|error| &*error.description);
            write_optional(out, description.filter(|description| !description.is_empty()));
        }
        Member::Type => write_text(out, row.kind.code()),
        Member::Id => write_hex(out, row.id.0),
        Member::ProcessName => write_optional(out, row.process_name.as_deref()),
        Member::ReferenceNumber => {
            write_optional(out, row.reference().map(|reference| &**reference))
        }
        Member::ExecutedDate => match row.executed {
            Some(date) => write_date(out, date),
            None => write_json(out, &()),
        },
    }
}

/// The documented state of a request; on its way it is still pending.
const fn life_cycle_state(state: &State) -> LifeCycleState {
    match state {
        State::Pending => LifeCycleState::Pending,
        State::Completed { .. } => LifeCycleState::Completed,
        State::Rejected { .. } => LifeCycleState::Rejected,
    }
}

fn write_parameters(out: &mut Vec<u8>, parameters: &[Parameter]) {
    out.push(b'[');
    for (index, parameter) in parameters.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_parameter(out, parameter);
    }
    out.push(b']');
}

fn write_parameter(out: &mut Vec<u8>, parameter: &Parameter) {
    let Parameter { id, name, value } = parameter;
    let write_id = |out: &mut Vec<u8>| match id {
        ParameterId::Generated(id) => write_hex(out, id.0),
        ParameterId::Given(id) => write_text(out, id),
    };
    let mut object = Object::begin(out);
    if name.prints_id_first() {
        write_id(object.value_of("id"));
    }
    let out = object.value_of(name.code());
    // Shown: the value of the PIN is null whatever was submitted.
    match value.as_ref().filter(|_| *name != ParameterKey::CaPin) {
        None => write_json(out, &()),
        Some(ParameterValue::Text(text)) => write_text(out, text),
        Some(ParameterValue::Number(number)) => write_json(out, number),
        Some(ParameterValue::Date(date)) => write_date(out, *date),
    }
    if !name.prints_id_first() {
        write_id(object.value_of("id"));
    }
    object.end();
}

fn write_log_information(out: &mut Vec<u8>, row: &ProvisioningRequest) {
    let mut object = Object::begin(out);
    write_date(object.value_of("updated_date"), row.updated);
    // Shown: a unit nobody knows is left out.
    if let Some(unit) = &row.created_by.unit {
        write_unit(object.value_of("created_by_unit"), unit);
    }
    write_date(object.value_of("created_date"), row.created);
    if let Some(unit) = &row.updated_by.unit {
        write_unit(object.value_of("updated_by_unit"), unit);
    }
    write_user(object.value_of("created_by_user"), &row.created_by);
    write_user(object.value_of("updated_by_user"), &row.updated_by);
    object.end();
}

fn write_unit(out: &mut Vec<u8>, unit: &Unit) {
    let mut object = Object::begin(out);
    // Shown: a community nobody knows is left out, a group is null.
    if let Some(community) = &unit.community_name {
        write_text(object.value_of("community_name"), community);
    }
    write_optional(object.value_of("group_name"), unit.group_name.as_deref());
    write_text(object.value_of("name"), unit.name.as_deref().unwrap_or_default());
    write_text(object.value_of("id"), &unit.id);
    write_optional(object.value_of("description"), unit.description.as_deref());
    write_optional(object.value_of("alternative_code"), unit.alternative_code.as_deref());
    object.end();
}

fn write_user(out: &mut Vec<u8>, Author { user, .. }: &Author) {
    let mut object = Object::begin(out);
    let person = user.person_name.as_ref().unwrap_or(&user.username);
    write_text(object.value_of("person_name"), person);
    write_text(object.value_of("username"), &user.username);
    write_text(object.value_of("id"), &user.id);
    write_optional(object.value_of("email"), user.email.as_deref());
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

/// Appends what has nothing to escape: a number, or null.
fn write_json(out: &mut Vec<u8>, value: &impl Serialize) {
    serde_json::to_writer(out, value).expect("a vector takes every write");
}

fn between(out: &mut Vec<u8>, mark: u8, write: impl FnOnce(&mut Vec<u8>)) {
    out.push(mark);
    write(out);
    out.push(mark);
}

fn write_date(out: &mut Vec<u8>, date: SimTime) {
    between(out, b'"', |out| out.extend_from_slice(&DateText::from(date).bytes()));
}

/// Appends an id: 32 upper-case hexadecimal digits (Shown).
fn write_hex(out: &mut Vec<u8>, bits: u128) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |half: u8| DIGITS[usize::from(half)];
    let digits = bits.to_be_bytes().map(|byte| [digit(byte >> 4), digit(byte & 0xf)]);
    between(out, b'"', |out| out.extend_from_slice(digits.as_flattened()));
}

fn write_optional(out: &mut Vec<u8>, text: Option<&str>) {
    match text {
        Some(text) => write_text(out, text),
        None => write_json(out, &()),
    }
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    let must_escape = |byte: u8| (byte < 0x20) | (byte == b'"') | (byte == b'\\');
    // Without a way out of the loop it looks at many bytes at a time.
    if text.bytes().fold(false, |found, byte| found | must_escape(byte)) {
        serde_json::to_writer(out, text).expect("a vector takes every write");
        return;
    }
    between(out, b'"', |out| out.extend_from_slice(text.as_bytes()));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{write_hex, write_text};

    proptest! {
        #[test]
        fn text_is_written_as_the_general_serializer_writes_it(text in any::<String>()) {
            let mut written = Vec::new();
            write_text(&mut written, &text);
            prop_assert_eq!(written, serde_json::to_vec(&text)?);
        }

        #[test]
        fn ids_are_written_as_the_standard_library_writes_them(bits in any::<u128>()) {
            let mut written = Vec::new();
            write_hex(&mut written, bits);
            prop_assert_eq!(String::from_utf8(written)?, format!("\"{bits:032X}\""));
        }
    }
}
