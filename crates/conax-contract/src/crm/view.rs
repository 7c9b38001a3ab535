//! A provisioning request as answers print it, borrowed from whoever has the record.
//!
//! What is null and what is left out is decided by whoever fills the view; how it is spelled and
//! in which order is decided here. Read on in `envelope`.

use super::date::DateText;
use super::text_view::TextView;
use crate::crm::{CommandKind, LifeCycleState, ParameterKey, Priority};

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
    pub request_type: CommandKind,
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
#[derive(Clone, Copy, Debug, PartialEq)]
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
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnitView<'a> {
    /// Its community; left out when unknown (Shown).
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
#[derive(Clone, Copy, Debug, PartialEq)]
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
