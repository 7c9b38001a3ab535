//! What is known of a target's records: their CA ids, by the keys that calls name them with.

use std::collections::BTreeMap;

use serde_json::Value;

/// Smartcards and services of a target, as far as somebody said what their CA ids are.
#[derive(Clone, Debug, Default)]
pub struct Records {
    by_key: BTreeMap<(Kind, String, String), CaId>,
}

/// The kinds of records whose CA ids a request prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Smartcards.
    Smartcard,
    /// Services.
    Service,
}

/// The CA id of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CaId {
    pub(super) text: String,
    /// Whether none of the record's keys is the same text: else nobody can tell which was printed.
    pub(super) is_distinct: bool,
}

impl Records {
    /// Adds a record by its keys, such as its serial number.
    pub fn add<'k>(
        &mut self,
        kind: Kind,
        ca_id: &str,
        keys: impl Iterator<Item = (&'k str, &'k str)>,
    ) {
        let keys: Vec<_> = keys.collect();
        let is_distinct = keys.iter().all(|(_, value)| *value != ca_id);
        for (key, value) in keys {
            let ca_id = CaId { text: ca_id.to_owned(), is_distinct };
            self.by_key.insert((kind, key.to_owned(), value.to_owned()), ca_id);
        }
    }

    /// The CA id of the record an identifier names; none if nobody said it.
    pub(super) fn ca_id(&self, kind: Kind, identifier: &Value) -> Option<CaId> {
        let members = match identifier {
            // The Type column calls the identifier of a smartcard its CA id.
            Value::String(text) if kind == Kind::Smartcard => {
                return Some(CaId { text: text.clone(), is_distinct: true });
            }
            Value::Object(members) => members,
            _ => return None,
        };
        let mut members = members.iter();
        members.find_map(|(key, value)| {
            let place = (kind, key.clone(), value.as_str()?.to_owned());
            self.by_key.get(&place).cloned()
        })
    }
}
