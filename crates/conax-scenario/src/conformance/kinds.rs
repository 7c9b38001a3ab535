//! Kinds of values, and how they are told.

use conax_contract::crm::{Member, is_secret_name};
use conax_contract::text::shortened;
use serde_json::Value;

/// Characters of a value that are repeated in a message.
const LONGEST: usize = 80;

/// Whether a text is a date of the documented form, `YYYY-MM-DDThh:mm:ss`.
#[must_use]
pub fn is_date(text: &str) -> bool {
    const FORM: &[u8] = b"dddd-dd-ddTdd:dd:dd";
    text.len() == FORM.len()
        && text.bytes().zip(FORM).all(|(found, form)| match form {
            b'd' => found.is_ascii_digit(),
            sign => found == *sign,
        })
}

/// Whether a value is of the kind the member has.
pub(super) fn fits(member: Member, value: &Value) -> bool {
    match member {
        Member::Id | Member::Type | Member::Priority | Member::LifeCycleState => {
            value.as_str().is_some_and(|text| !text.is_empty())
        }
        Member::Number => value
            .as_str()
            .is_some_and(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())),
        Member::SequenceNumber => value.is_null() || value.is_u64(),
        // The form of a date has a clause of its own.
        Member::ScheduledDate => value.is_string(),
        Member::ExecutedDate => value.is_null() || value.is_string(),
        Member::ProcessImmediately => value.is_null() || matches!(value.as_u64(), Some(0 | 1)),
        Member::LogInformation => value.is_object(),
        Member::ParametersSet => value.as_array().is_some_and(|items| !items.is_empty()),
        Member::Response
        | Member::ErrorCode
        | Member::ErrorDescription
        | Member::ProcessId
        | Member::Name
        | Member::Request
        | Member::ProviderErrorCode
        | Member::ProviderErrorDescription
        | Member::ProcessName
        | Member::ReferenceNumber => value.is_null() || value.is_string(),
    }
}

/// A value in a message: cut when long, and hidden under a secret name.
#[must_use]
pub fn shown(name: &str, value: Option<&Value>) -> String {
    match value {
        None => "nothing".to_owned(),
        Some(Value::Null) => "null".to_owned(),
        Some(_) if is_secret_name(name) => "a secret, which is not repeated".to_owned(),
        Some(Value::Array(items)) => format!("a list of {}", items.len()),
        Some(Value::Object(members)) => {
            let names: Vec<&str> = members.keys().map(String::as_str).collect();
            shortened(&format!("an object with {}", names.join(", ")), LONGEST)
        }
        Some(value) => shortened(&value.to_string(), LONGEST),
    }
}
