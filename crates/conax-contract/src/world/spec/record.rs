//! Provisioning requests that exist from the start, with every documented member.

use std::sync::Arc;

use chrono::NaiveDateTime;

use super::Author;
use crate::crm::{CommandKind, LifeCycleState, ParameterKey, Priority};
use crate::secret::SecretText;

/// A provisioning request as the documented object prints it, and whether it is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvisioningRequestSpec {
    /// Its id, 32 hexadecimal digits.
    pub id: String,
    /// Its number, digits; absent in records of early builds.
    pub number: Option<String>,
    /// Its type (key `type`).
    pub request_type: CommandKind,
    /// The order of sending; shown on two early records only.
    pub sequence_number: Option<i64>,
    /// When it is to be sent.
    pub scheduled_date: NaiveDateTime,
    /// When it was sent.
    pub executed_date: Option<NaiveDateTime>,
    /// Whether the creating call sent it; null in early records.
    pub process_immediately: Option<bool>,
    /// Its priority; absent in the file: regular.
    pub priority: Priority,
    /// Its state.
    pub life_cycle_state: LifeCycleState,
    /// The text that was sent.
    pub request: Option<String>,
    /// The text that came back.
    pub response: Option<String>,
    /// The reference Conax gave.
    pub reference_number: Option<String>,
    /// Why it was rejected: the code.
    pub error_code: Option<String>,
    /// Why it was rejected: the text.
    pub error_description: Option<String>,
    /// The code of the provider.
    pub provider_error_code: Option<String>,
    /// The text of the provider.
    pub provider_error_description: Option<String>,
    /// The process that submitted it.
    pub process_name: Option<String>,
    /// The id of that process.
    pub process_id: Option<String>,
    /// Always null in the examples.
    pub name: Option<String>,
    /// Who made it and when.
    pub log_information: LogInformationSpec,
    /// Its parameters, in order; none: the member is not printed.
    pub parameters_set: Vec<ParameterSpec>,
    /// Ours: processing runs leave it alone, so that it stays as documented.
    pub held: bool,
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
