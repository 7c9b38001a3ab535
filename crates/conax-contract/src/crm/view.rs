//! A provisioning request as answers print it, borrowed from whoever has the record.
//!
//! What is null and what is left out is decided by whoever fills the view; how it is spelled and
//! in which order is decided here. Read on in `envelope`.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::codes::{LifeCycleState, ParameterKey, Priority, RequestType};
use super::date::DateText;
use super::fields::{FieldsSet, Member};
use super::text_view::TextView;

/// A provisioning request.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestView<'a> {
    /// When it is to be sent.
    pub scheduled_date: DateText,
    /// What came back from Conax.
    pub response: Option<TextView<'a>>,
    /// The code of the failure, from the CRM or from Conax.
    pub error_code: Option<&'a str>,
    /// How urgent it is.
    pub priority: Priority,
    /// The text of the failure.
    pub error_description: Option<&'a str>,
    /// Its place in the order of sending, printed as an integer (Shown).
    pub sequence_number: Option<u64>,
    /// Its business number.
    pub number: Option<TextView<'a>>,
    /// The id of the process that submitted it.
    pub process_id: Option<TextView<'a>>,
    /// Always null in the examples.
    pub name: Option<&'a str>,
    /// What is sent with it; the member is left out when empty (Shown).
    pub parameters_set: Vec<ParameterView<'a>>,
    /// Whether the call itself sent it, printed as 1 or 0 (Shown).
    pub process_immediately: Option<bool>,
    /// What was sent to Conax.
    pub request: Option<TextView<'a>>,
    /// Who created and updated it, and when.
    pub log_information: LogInformationView<'a>,
    /// The provider's own code of the failure.
    pub provider_error_code: Option<&'a str>,
    /// Where it is in its life.
    pub life_cycle_state: LifeCycleState,
    /// The provider's own text of the failure.
    pub provider_error_description: Option<&'a str>,
    /// What it asks of Conax; the member is called `type`.
    pub request_type: RequestType,
    /// Its id.
    pub id: TextView<'a>,
    /// The process that submitted it.
    pub process_name: Option<&'a str>,
    /// The reference Conax gave it.
    pub reference_number: Option<TextView<'a>>,
    /// When it was really sent.
    pub executed_date: Option<DateText>,
}

/// Who created and updated a record, and when.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogInformationView<'a> {
    /// When it was last updated.
    pub updated_date: DateText,
    /// The unit that created it; left out when unknown (Shown).
    pub created_by_unit: Option<UnitView<'a>>,
    /// When it was created.
    pub created_date: DateText,
    /// The unit that last updated it; left out when unknown (Shown).
    pub updated_by_unit: Option<UnitView<'a>>,
    /// The user who created it.
    pub created_by_user: UserView<'a>,
    /// The user who last updated it.
    pub updated_by_user: UserView<'a>,
}

/// A user.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct UserView<'a> {
    /// The name of the person.
    pub person_name: &'a str,
    /// The login name.
    pub username: &'a str,
    /// The id of the user; `1` in every example.
    pub id: TextView<'a>,
    /// The mail address; null in every example.
    pub email: Option<&'a str>,
}

/// A unit of the organisation.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct UnitView<'a> {
    /// Its community; left out when unknown (Shown).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub community_name: Option<&'a str>,
    /// Its group; null when unknown (Shown).
    pub group_name: Option<&'a str>,
    /// Its name.
    pub name: &'a str,
    /// Its id.
    pub id: TextView<'a>,
    /// Its description.
    pub description: Option<&'a str>,
    /// Its alternative code.
    pub alternative_code: Option<&'a str>,
}

/// One item of `parameters_set`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParameterView<'a> {
    /// Its name.
    pub key: ParameterKey,
    /// Its value; that of `ca_pin` is printed as null whatever it is (Shown).
    pub value: Option<ParameterValue<'a>>,
    /// The id of the item.
    pub id: TextView<'a>,
}

/// The value of an item of `parameters_set`.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
#[serde(untagged)]
pub enum ParameterValue<'a> {
    /// Text.
    Text(TextView<'a>),
    /// A number.
    Number(i64),
    /// A date.
    Date(DateText),
}

impl<'a> From<&'a str> for ParameterValue<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(TextView::Text(text))
    }
}

/// A view with the members an answer prints.
pub(super) struct Selected<'v, 'a> {
    pub(super) view: &'v RequestView<'a>,
    pub(super) members: FieldsSet,
}

impl Serialize for Selected<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for member in self.members.members() {
            serialize_member(self.view, member, &mut map)?;
        }
        map.end()
    }
}

/// Writes the member under its name, unless it is one that is left out when empty.
fn serialize_member<M: SerializeMap>(
    view: &RequestView<'_>,
    member: Member,
    map: &mut M,
) -> Result<(), M::Error> {
    let name = member.code();
    match member {
        Member::ScheduledDate => map.serialize_entry(name, &view.scheduled_date),
        Member::Response => map.serialize_entry(name, &view.response),
        Member::ErrorCode => map.serialize_entry(name, &view.error_code),
        Member::Priority => map.serialize_entry(name, &view.priority),
        Member::ErrorDescription => map.serialize_entry(name, &view.error_description),
        Member::SequenceNumber => map.serialize_entry(name, &view.sequence_number),
        Member::Number => map.serialize_entry(name, &view.number),
        Member::ProcessId => map.serialize_entry(name, &view.process_id),
        Member::Name => map.serialize_entry(name, &view.name),
        Member::ParametersSet if view.parameters_set.is_empty() => Ok(()),
        Member::ParametersSet => map.serialize_entry(name, &ParametersSet(&view.parameters_set)),
        Member::ProcessImmediately => {
            map.serialize_entry(name, &view.process_immediately.map(u8::from))
        }
        Member::Request => map.serialize_entry(name, &view.request),
        Member::LogInformation => map.serialize_entry(name, &view.log_information),
        Member::ProviderErrorCode => map.serialize_entry(name, &view.provider_error_code),
        Member::LifeCycleState => map.serialize_entry(name, &view.life_cycle_state),
        Member::ProviderErrorDescription => {
            map.serialize_entry(name, &view.provider_error_description)
        }
        Member::Type => map.serialize_entry(name, &view.request_type),
        Member::Id => map.serialize_entry(name, &view.id),
        Member::ProcessName => map.serialize_entry(name, &view.process_name),
        Member::ReferenceNumber => map.serialize_entry(name, &view.reference_number),
        Member::ExecutedDate => map.serialize_entry(name, &view.executed_date),
    }
}

struct ParametersSet<'v, 'a>(&'v [ParameterView<'a>]);

impl Serialize for ParametersSet<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for parameter in self.0 {
            list.serialize_element(parameter)?;
        }
        list.end()
    }
}

impl Serialize for ParameterView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = match self.key {
            ParameterKey::CaPin => None,
            _ => self.value,
        };
        let mut map = serializer.serialize_map(Some(2))?;
        if self.key.prints_id_first() {
            map.serialize_entry("id", &self.id)?;
            map.serialize_entry(self.key.code(), &value)?;
        } else {
            map.serialize_entry(self.key.code(), &value)?;
            map.serialize_entry("id", &self.id)?;
        }
        map.end()
    }
}

impl Serialize for LogInformationView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("updated_date", &self.updated_date)?;
        if let Some(unit) = &self.created_by_unit {
            map.serialize_entry("created_by_unit", unit)?;
        }
        map.serialize_entry("created_date", &self.created_date)?;
        if let Some(unit) = &self.updated_by_unit {
            map.serialize_entry("updated_by_unit", unit)?;
        }
        map.serialize_entry("created_by_user", &self.created_by_user)?;
        map.serialize_entry("updated_by_user", &self.updated_by_user)?;
        map.end()
    }
}
