//! How dates, types and commands are written; the words themselves are defined elsewhere.

use conax_model::ledger::{Fate, Standing};
use serde::{Deserialize, Deserializer};

crate::text::words_of_lists!(Fate, Standing);

/// A text that `parse` understands.
fn parsed<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    expected: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text)
        .ok_or_else(|| serde::de::Error::custom(format!("found `{text}`, expected {expected}")))
}

/// Dates in the documented form.
pub(super) mod date {
    use chrono::NaiveDateTime;
    use serde::{Deserializer, Serialize, Serializer};

    use crate::crm::DateText;
    use crate::text::parse_moment;

    pub(in super::super) fn serialize<S: Serializer>(
        date: &NaiveDateTime,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        DateText::from(*date).serialize(serializer)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<NaiveDateTime, D::Error> {
        super::parsed(deserializer, "a date like `2014-11-30T09:00:00`", parse_moment)
    }
}

/// The documented types of provisioning requests.
pub(super) mod request_type {
    use serde::{Deserializer, Serializer};

    use crate::crm::CommandKind;

    pub(in super::super) fn serialize<S: Serializer>(
        request_type: &CommandKind,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(request_type.code())
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<CommandKind, D::Error> {
        super::parsed(deserializer, "a type like `ADD_SUBSCRIPTIONS`", CommandKind::from_code)
    }
}

/// Whether a request ended completed, as the standing it has then.
pub(super) mod completed {
    use conax_model::ledger::Standing;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    const ENDS: [&str; 2] = [Standing::Completed.code(), Standing::Rejected.code()];

    pub(in super::super) fn serialize<S: Serializer>(
        completed: &bool,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        ENDS[usize::from(!completed)].serialize(serializer)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<bool, D::Error> {
        let text = String::deserialize(deserializer)?;
        let place = ENDS.iter().position(|end| *end == text);
        let place = place.ok_or_else(|| D::Error::unknown_variant(&text, &ENDS))?;
        Ok(place == 0)
    }
}

/// The commands of the head-end, by their keys.
pub(super) mod command {
    use serde::{Deserializer, Serializer};

    use crate::cas::{CommandKind, operation_key, operation_of_key};

    pub(in super::super) fn serialize<S: Serializer>(
        command: &CommandKind,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(operation_key(*command))
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<CommandKind, D::Error> {
        super::parsed(deserializer, "a command like `add_subscriptions`", operation_of_key)
    }
}
