//! Reads the parameters that are one value: texts, words, dates, booleans, counts, secrets.

use std::borrow::Cow;

use chrono::NaiveDateTime;

use crate::crm::date::{DateFault, parse_date};
use crate::crm::fields::{FieldsSet, Member};
use crate::crm::found::{described, kind_of, quoted, text_hint, word_list};
use crate::crm::params::Origin;
use crate::crm::refusal::Refusal;
use crate::crm::value::{Number, Value};
use crate::crm::{CommandKind, LifeCycleState, Priority};
use crate::secret::SecretText;
use crate::text::{TextFault, near_miss};

use super::mistakes::{priority_meant, state_meant, type_meant};
use super::reader::Reader;

impl<'a> Reader<'a, '_> {
    /// A mandatory non-empty text.
    pub(super) fn mandatory_text(&mut self, name: &'static str) -> Option<Cow<'a, str>> {
        let value = self.mandatory(name)?;
        self.text(name, value)
    }

    /// An optional text; `Some(None)` when it is not given.
    pub(super) fn optional_text(&mut self, name: &'static str) -> Option<Option<Cow<'a, str>>> {
        match self.params.given(name) {
            None => Some(None),
            Some(value) => self.text(name, value).map(Some),
        }
    }

    /// A mandatory secret text.
    pub(super) fn mandatory_secret(&mut self, name: &'static str) -> Option<SecretText<'a>> {
        match self.mandatory(name)? {
            Value::Text(text) if !text.is_empty() => Some(SecretText::new(text.as_ref())),
            other => self.invalid(format!(
                "The parameter `{name}` must be non-empty text; found {}. Its value is not shown.",
                kind_of(other)
            )),
        }
    }

    /// The token the call is about. Without one it is refused as any call without a token is.
    pub(super) fn token(&mut self) -> Option<SecretText<'a>> {
        match self.params.token() {
            Some(token) => Some(SecretText::new(token)),
            None => {
                let refusal = Refusal::missing_token(self.params);
                self.refuse(refusal.code, refusal.message)
            }
        }
    }

    pub(super) fn text(
        &mut self,
        name: &'static str,
        value: &'a Value<'a>,
    ) -> Option<Cow<'a, str>> {
        match value {
            Value::Text(text) if !is_blank(text) => {
                self.carried(text, || format!("The parameter `{name}`"))?;
                Some(Cow::Borrowed(text.as_ref()))
            }
            other => self.invalid(format!(
                "The parameter `{name}` must be non-empty text; found {}.{}",
                text_found(other),
                text_hint(other)
            )),
        }
    }

    /// Refuses a text of a body that is not kept, or could not be sent to Conax as it is. Those of a
    /// query are only compared.
    pub(super) fn carried(&mut self, text: &str, what: impl FnOnce() -> String) -> Option<()> {
        match TextFault::of(text).filter(|_| self.params.origin() == Origin::Body) {
            None => Some(()),
            Some(fault) => self.invalid(format!("{} {fault}.", what())),
        }
    }

    /// The mandatory new PIN: digits as text, or a whole number.
    pub(super) fn pin(&mut self) -> Option<SecretText<'a>> {
        let digits = match self.mandatory("pin")? {
            Value::Text(text) if is_digits(text) => Cow::Borrowed(text.as_ref()),
            Value::Number(Number::Unsigned(number)) => Cow::Owned(number.to_string()),
            Value::Text(text) if !text.is_empty() => {
                return self.invalid_pin("text that is not all digits");
            }
            Value::Number(_) => {
                return self.invalid_pin("a number that is negative, a fraction or too large");
            }
            other => return self.invalid_pin(kind_of(other)),
        };
        match self.reading.pin_digit_count {
            Some(count) if digits.len() != count => self.invalid(format!(
                "The parameter `pin` must have {count} digits; found {}. Its value is not shown.",
                digits.len()
            )),
            _ => {
                self.carried(&digits, || "The parameter `pin`".to_owned())?;
                Some(SecretText::new(digits))
            }
        }
    }

    fn invalid_pin<T>(&mut self, found: &str) -> Option<T> {
        self.invalid(format!(
            "The parameter `pin` must be text of digits or a whole number; found {found}. Its \
             value is not shown."
        ))
    }

    /// The priority; `REGULAR` when it is not given (Documented).
    pub(super) fn priority(&mut self) -> Option<Priority> {
        match self.params.given("priority") {
            None => Some(Priority::Regular),
            Some(value) => self.word("priority", value, &PRIORITIES),
        }
    }

    /// A type to list.
    pub(super) fn request_type(&mut self, value: &'a Value<'a>) -> Option<CommandKind> {
        self.word("type", value, &TYPES)
    }

    /// A state to list.
    pub(super) fn life_cycle_state(&mut self, value: &'a Value<'a>) -> Option<LifeCycleState> {
        self.word("life_cycle_state", value, &STATES)
    }

    fn word<T>(&mut self, name: &'static str, value: &'a Value<'a>, words: &Words<T>) -> Option<T> {
        if let Value::Text(text) = value
            && let Some(word) = (words.from_code)(text)
        {
            return Some(word);
        }
        let meant = match value {
            Value::Text(text) => (words.meant)(text),
            _ => None,
        };
        self.invalid(format!(
            "The parameter `{name}` must be one of {}; found {}.{}",
            word_list((words.codes)()),
            described(value),
            did_you_mean(meant)
        ))
    }

    /// An optional boolean; false when it is not given.
    // Documented as a boolean, but no example sends one and answers print 1 and 0 (Shown), so
    // both forms are taken, and both as text (Ours).
    pub(super) fn boolean(&mut self, name: &'static str) -> Option<bool> {
        match self.params.given(name) {
            None => Some(false),
            Some(Value::Bool(truth)) => Some(*truth),
            Some(Value::Number(Number::Unsigned(1))) => Some(true),
            Some(Value::Number(Number::Unsigned(0))) => Some(false),
            Some(Value::Text(text)) if matches!(text.as_ref(), "true" | "1") => Some(true),
            Some(Value::Text(text)) if matches!(text.as_ref(), "false" | "0") => Some(false),
            Some(other) => self.invalid(format!(
                "The parameter `{name}` must be true, false, 1 or 0; found {}.{}",
                described(other),
                did_you_mean(boolean_meant(other))
            )),
        }
    }

    /// An optional date; `Some(None)` when it is not given.
    pub(super) fn date(&mut self, name: &'static str) -> Option<Option<NaiveDateTime>> {
        let Some(value) = self.params.given(name) else {
            return Some(None);
        };
        let Value::Text(text) = value else {
            return self.invalid(format!(
                "The parameter `{name}` must be text holding a date like `2014-11-30T09:00:00`; \
                 found {}.",
                described(value)
            ));
        };
        match parse_date(text) {
            Ok(date) => Some(Some(date)),
            Err(DateFault::Calendar) => self.invalid(format!(
                "The parameter `{name}` is {}, but there is no such date and time between the \
                 years 0001 and 9999.",
                quoted(text)
            )),
            Err(DateFault::Form { hint }) => self.invalid(format!(
                "The parameter `{name}` must be a date like `2014-11-30T09:00:00`; found {}.{hint}",
                described(value)
            )),
        }
    }

    /// An optional count; `Some(None)` when it is not given.
    pub(super) fn count(&mut self, name: &'static str) -> Option<Option<usize>> {
        match self.params.given(name) {
            None => Some(None),
            Some(Value::Text(text)) if is_digits(text) => Some(Some(clamped_count(text))),
            Some(Value::Number(Number::Unsigned(number))) => {
                Some(Some(usize::try_from(*number).unwrap_or(usize::MAX)))
            }
            Some(other) => self.invalid(format!(
                "The parameter `{name}` must be a whole number, 0 or more; found {}.",
                described(other)
            )),
        }
    }

    /// The members asked for; all of them when the parameter is not given.
    pub(super) fn fields_set(&mut self) -> Option<FieldsSet> {
        match self.params.given("fields_set") {
            None => Some(FieldsSet::ALL),
            Some(Value::Text(names)) => self.known_fields(names),
            Some(other) => self.invalid(format!(
                "The parameter `fields_set` must be text: field names separated by commas; found \
                 {}.",
                described(other)
            )),
        }
    }

    /// The members named; a name that none has is a typo, unless those are ignored.
    fn known_fields(&mut self, names: &str) -> Option<FieldsSet> {
        let unknown = FieldsSet::unknown_in(names);
        if self.reading.ignores_unknown_fields || unknown.is_empty() {
            return Some(FieldsSet::parse(names));
        }
        let codes = || Member::ALL.into_iter().map(Member::code);
        let meant = unknown
            .iter()
            .find_map(|name| near_miss(&name.to_lowercase(), codes()))
            .map_or_else(String::new, |near| format!(" Was `{near}` meant?"));
        let nested = match unknown.iter().any(|name| name.contains('.')) {
            true => " What is inside a field cannot be asked for alone.",
            false => "",
        };
        let found: Vec<String> = unknown.into_iter().map(quoted).collect();
        self.invalid(format!(
            "The parameter `fields_set` names {}, which no provisioning request has.{meant}{nested} \
             There are {}.",
            found.join(", "),
            word_list(codes())
        ))
    }
}

/// A closed list of words, as the reader of one word needs it.
struct Words<T> {
    from_code: fn(&str) -> Option<T>,
    codes: fn() -> Vec<&'static str>,
    meant: fn(&str) -> Option<&'static str>,
}

const PRIORITIES: Words<Priority> = Words {
    from_code: Priority::from_code,
    codes: || Priority::ALL.map(Priority::code).to_vec(),
    meant: priority_meant,
};

const TYPES: Words<CommandKind> = Words {
    from_code: CommandKind::from_code,
    codes: || CommandKind::ALL.map(CommandKind::code).to_vec(),
    meant: type_meant,
};

const STATES: Words<LifeCycleState> = Words {
    from_code: LifeCycleState::from_code,
    codes: || LifeCycleState::ALL.map(LifeCycleState::code).to_vec(),
    meant: state_meant,
};

/// The number these digits write; more than the machine can count is as many as it can, because
/// no simulator has so many requests (Ours).
fn clamped_count(digits: &str) -> usize {
    digits.parse().unwrap_or(usize::MAX)
}

fn boolean_meant(found: &Value<'_>) -> Option<&'static str> {
    let Value::Text(text) = found else {
        return None;
    };
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" | "on" | "t" => Some("true"),
        "false" | "no" | "n" | "off" | "f" => Some("false"),
        _ => None,
    }
}

fn did_you_mean(meant: Option<&str>) -> String {
    meant.map_or_else(String::new, |meant| format!(" Did you mean `{meant}`?"))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What was found where text is needed; blanks alone would be hard to see.
pub(super) fn text_found(value: &Value<'_>) -> String {
    match value {
        Value::Text(text) if !text.is_empty() && is_blank(text) => "blank text".to_owned(),
        other => described(other),
    }
}

/// Blank text names nothing.
pub(super) fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}
