//! What must not be read in a report: secrets, tokens, passwords and PINs of the scenario.

use conax_contract::crm::is_secret_name;
use serde_json::Value;

use crate::record::CaseRecord;
use crate::target::HttpCall;

/// What stands for a secret.
const MASK: &str = "***";

/// Shorter values would hide half of everything.
const SHORTEST: usize = 4;

/// Values that are masked wherever they stand.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    values: Vec<String>,
}

impl Hidden {
    /// Hides a value from here on, and in what was noted before.
    pub(super) fn add(&mut self, value: &str) {
        let is_new = !self.values.iter().any(|known| known == value);
        if value.len() >= SHORTEST && is_new {
            self.values.push(value.to_owned());
            // Of two values of which one contains the other, the longer one goes first.
            self.values
                .sort_by_key(|value| std::cmp::Reverse(value.len()));
        }
    }

    /// Hides what a call carries under secret names, in its query and in its body.
    pub(super) fn add_call(&mut self, call: &HttpCall) {
        let query = call.target.split_once('?').map_or("", |(_, query)| query);
        for pair in query.split('&') {
            match pair.split_once('=') {
                Some((name, value)) if is_secret_name(name) => self.add(value),
                _ => {}
            }
        }
        if let Ok(body) = serde_json::from_slice::<Value>(&call.body) {
            self.add_members(&body);
        }
    }

    fn add_members(&mut self, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    match value {
                        Value::String(text) if is_secret_name(name) => self.add(text),
                        Value::Number(number) if is_secret_name(name) => {
                            self.add(&number.to_string());
                        }
                        value => self.add_members(value),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.add_members(item)),
            _ => {}
        }
    }

    /// The text without the values.
    pub(super) fn mask(&self, text: &mut String) {
        for value in &self.values {
            if text.contains(value.as_str()) {
                *text = masked(text, value);
            }
        }
    }

    /// A line of a file without the values, nor those of keys that are secret by their name; as
    /// long as it was, so that marks below it stay where they belong.
    fn masked_line(&self, line: &str) -> String {
        let mut line = without_secrets(line);
        for value in &self.values {
            line = line.replace(value.as_str(), &"*".repeat(value.chars().count()));
        }
        line
    }

    /// The record without the values.
    pub(super) fn mask_record(&self, record: &mut CaseRecord) {
        record.reason.iter_mut().for_each(|text| self.mask(text));
        self.mask(&mut record.name);
        record.row.iter_mut().for_each(|text| self.mask(text));
        for step in &mut record.steps {
            self.mask(&mut step.title);
            for finding in &mut step.findings {
                self.mask(&mut finding.message);
                self.mask(&mut finding.expected);
                self.mask(&mut finding.found);
                finding.source = self.masked_line(&finding.source);
                finding.note.iter_mut().for_each(|text| self.mask(text));
            }
        }
        for exchange in &mut record.exchanges {
            self.mask(&mut exchange.target);
            self.mask(&mut exchange.call);
            self.mask(&mut exchange.reply);
        }
    }
}

/// A PIN of four digits is no part of a longer number.
fn masked(text: &str, value: &str) -> String {
    let is_word = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric());
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(value) {
        let (before, from) = rest.split_at(at);
        let after = &from[value.len()..];
        out.push_str(before);
        let last = out.chars().next_back();
        let is_part = is_word(last) || is_word(after.chars().next());
        out.push_str(if is_part && value.len() < 8 {
            value
        } else {
            MASK
        });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The line with the values of secret keys starred.
fn without_secrets(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(':') {
        let (before, after) = (&rest[..=at], &rest[at + 1..]);
        out.push_str(before);
        let name = before[..at].rsplit(|letter: char| !letter.is_alphanumeric() && letter != '_');
        let end = match name.into_iter().next().is_some_and(is_secret_name) {
            true => after.find([',', '}', '#']).unwrap_or(after.len()),
            false => 0,
        };
        out.push_str(&starred(&after[..end]));
        rest = &after[end..];
    }
    out.push_str(rest);
    out
}

/// A value in stars. A variable, what is expected in words, and where something is kept are no
/// secrets.
fn starred(value: &str) -> String {
    let bare = value.trim();
    if bare.starts_with(['$', '{', '[']) || matches!(bare, "none" | "token" | "null") {
        return value.to_owned();
    }
    let stars = value
        .chars()
        .map(|letter| if letter == ' ' { ' ' } else { '*' });
    stars.collect()
}
