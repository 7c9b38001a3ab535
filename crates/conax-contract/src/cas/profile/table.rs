//! Reading TOML tables with the key path at hand and problems collected.

use toml::{Table, Value};

use super::entry::Entry;
use super::error::ProfileProblem;
use crate::source::Source;
use crate::text::near_miss;

/// What is wrong so far.
#[derive(Default)]
pub(super) struct Problems(pub Vec<ProfileProblem>);

impl Problems {
    pub fn report(&mut self, key: &str, found: impl Into<String>, expected: impl Into<String>) {
        self.0.push(ProfileProblem {
            key: key.to_owned(),
            found: found.into(),
            expected: expected.into(),
            near_miss: None,
        });
    }

    fn report_near(&mut self, key: &str, found: String, expected: String, near: Option<&str>) {
        self.0.push(ProfileProblem {
            key: key.to_owned(),
            found,
            expected,
            near_miss: near.map(str::to_owned),
        });
    }
}

/// A table of the file, or an empty one where the file has none.
pub(super) struct Section<'a> {
    path: String,
    table: Option<&'a Table>,
}

impl<'a> Section<'a> {
    pub const fn root(table: &'a Table) -> Self {
        Self { path: String::new(), table: Some(table) }
    }

    pub fn get(&self, key: &str) -> Option<&'a Value> {
        self.table.and_then(|table| table.get(key))
    }

    /// The path of a key in this section.
    pub fn key(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// The table under `key`; a missing one reads as empty.
    pub fn section(&self, key: &str, problems: &mut Problems) -> Self {
        let path = self.key(key);
        let table = match self.get(key) {
            None => None,
            Some(Value::Table(table)) => Some(table),
            Some(other) => {
                problems.report(&path, found(other), "a table");
                None
            }
        };
        Self { path, table }
    }

    /// Reports every key that is not one of `allowed`.
    pub fn only(&self, allowed: &[&str], problems: &mut Problems) {
        for key in self.table.into_iter().flat_map(Table::keys) {
            if !allowed.contains(&key.as_str()) {
                problems.report_near(
                    &self.key(key),
                    "is not a key here".to_owned(),
                    one_of(allowed),
                    near_miss(key, allowed.iter().copied()),
                );
            }
        }
    }

    /// The entry under `key`, which must be there.
    pub fn entry(&self, key: &str, problems: &mut Problems) -> Entry {
        if self.get(key).is_none() {
            let expected = "`{ value = \"…\", source = \"…\" }`";
            problems.report(&self.key(key), "is missing", expected);
        }
        // The placeholder is never seen: a profile with problems is not returned.
        self.optional_entry(key, problems)
            .unwrap_or(Entry { value: String::new(), source: Source::Ours })
    }

    /// The entry under `key`, if there is one.
    pub fn optional_entry(&self, key: &str, problems: &mut Problems) -> Option<Entry> {
        self.get(key)?;
        let section = self.section(key, problems);
        section.table?;
        section.only(&["value", "source"], problems);
        let value = section.text("value", problems);
        let source = section.choice("source", &Source::ALL, Source::code, problems);
        Some(Entry { value: value?, source: source? })
    }

    /// The non-empty text under `key`, which must be there.
    pub fn text(&self, key: &str, problems: &mut Problems) -> Option<String> {
        match self.get(key) {
            Some(Value::String(text)) if !text.is_empty() => return Some(text.clone()),
            Some(other) => problems.report(&self.key(key), found(other), "a non-empty string"),
            None => problems.report(&self.key(key), "is missing", "a non-empty string"),
        }
        None
    }

    /// The member of `all` that is named under `key`.
    pub fn choice<T: Copy>(
        &self,
        key: &str,
        all: &[T],
        name: fn(T) -> &'static str,
        problems: &mut Problems,
    ) -> Option<T> {
        let text = self.text(key, problems)?;
        let choice = all.iter().copied().find(|&member| name(member) == text);
        if choice.is_none() {
            let names: Vec<_> = all.iter().map(|&member| name(member)).collect();
            let near = near_miss(&text, names.iter().copied());
            problems.report_near(&self.key(key), format!("is `{text}`"), one_of(&names), near);
        }
        choice
    }

    /// The list of texts under `key`; none if there is no such key.
    pub fn texts(&self, key: &str, problems: &mut Problems) -> Vec<String> {
        let expected = "a list of non-empty strings";
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        let Value::Array(items) = value else {
            problems.report(&self.key(key), found(value), expected);
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in items {
            match item {
                Value::String(text) if !text.is_empty() => texts.push(text.clone()),
                other => problems.report(&self.key(key), found(other), expected),
            }
        }
        texts
    }
}

/// `one of `a`, `b``.
fn one_of(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [only] => only.clone(),
        _ => format!("one of {}", quoted.join(", ")),
    }
}

fn found(value: &Value) -> String {
    match value {
        Value::String(text) => format!("is `{text}`"),
        other => format!("is {}", other.type_str()),
    }
}
