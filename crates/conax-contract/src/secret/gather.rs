//! Where secrets are known from: calls and answers, by the names they stand under.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::known::KnownSecrets;
use crate::percent::decode_query;
use crate::text::is_secret_name;

impl KnownSecrets {
    /// Whether what stands under this name, or at this path, is a secret.
    #[must_use]
    pub fn is_named(name: &str) -> bool {
        name.split(['.', '[', ']', '=', ':']).any(is_secret_name)
            || name.eq_ignore_ascii_case("authorization")
    }

    /// Adds what a call carries under secret names: in the query of its target and in its body.
    pub fn add_call(&mut self, target: &str, body: &[u8]) {
        self.add_text(target.split_once('?').map_or("", |(_, query)| query));
        self.add_body(body);
    }

    /// Adds what a body holds under secret names.
    pub fn add_body(&mut self, body: &[u8]) {
        match serde_json::from_slice::<Value>(body) {
            Ok(value) => self.add_value("", &value),
            Err(_) => self.add_text(&String::from_utf8_lossy(body)),
        }
    }

    /// Adds what an answer tells under secret names.
    pub fn add_reply(&mut self, body: &[u8]) {
        // Nobody but a login tells secrets, and most answers are long.
        let mut words = body.windows(5);
        let has_one = words.any(|word| word.eq_ignore_ascii_case(b"token"));
        if has_one && let Ok(value) = serde_json::from_slice::<Value>(body) {
            self.add_value("", &value);
        }
    }

    /// Adds what a header carries.
    pub fn add_header(&mut self, name: &str, value: &str) {
        if name.eq_ignore_ascii_case("authorization") {
            let (scheme, credentials) = value.split_once(' ').unwrap_or(("", value));
            self.add(credentials);
            if scheme.eq_ignore_ascii_case("basic") {
                let decoded = STANDARD.decode(credentials).unwrap_or_default();
                self.add_credentials(&String::from_utf8_lossy(&decoded));
            }
        } else if Self::is_named(name) {
            self.add(value);
        }
    }

    /// Adds `user:password`; a key is a user without a password (Attested).
    pub fn add_credentials(&mut self, pair: &str) {
        self.add(pair);
        match pair.split_once(':') {
            Some((key, "")) => self.add(key),
            Some((_, password)) => self.add(password),
            None => {}
        }
    }

    /// Adds the secrets in a value that stands under a name.
    pub fn add_value(&mut self, name: &str, value: &Value) {
        if Self::is_named(name) {
            return self.add_all(value);
        }
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    self.add_value(name, value);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.add_value("", item)),
            _ => {}
        }
    }

    /// Adds everything in a value.
    pub fn add_all(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.add(text),
            Value::Number(number) => self.add(&number.to_string()),
            Value::Array(items) => items.iter().for_each(|item| self.add_all(item)),
            Value::Object(members) => members.values().for_each(|value| self.add_all(value)),
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// Adds what stands in a text after a secret name: `pin=7391`, `<pin>7391<`, `"pin": "7391`.
    pub fn add_text(&mut self, text: &str) {
        let plain = decoded(text);
        self.add_after_names(text);
        if plain != text {
            self.add_after_names(&plain);
        }
    }

    fn add_after_names(&mut self, text: &str) {
        let is_name = |letter: char| letter.is_alphanumeric() || "_-%".contains(letter);
        let mut rest = text;
        while let Some(from) = rest.find(is_name) {
            let word = &rest[from..];
            let end = word.find(|letter| !is_name(letter)).unwrap_or(word.len());
            let (word, after) = word.split_at(end);
            let begin = after.find(is_name).unwrap_or(after.len());
            let (between, value) = after.split_at(begin);
            // Behind another tag stands something else.
            let leads_to_value = between.contains(['=', ':', '>']) && !between.contains('<');
            if leads_to_value && (Self::is_named(word) || ends_as_pin(word)) {
                let end = value.find(|letter| !is_name(letter)).unwrap_or(value.len());
                self.add(&value[..end]);
                self.add(&decoded(&value[..end]));
            }
            rest = after;
        }
    }
}

/// Elements of the Conax wire: `caPin`.
fn ends_as_pin(word: &str) -> bool {
    word.to_ascii_lowercase().ends_with("pin")
}

fn decoded(text: &str) -> String {
    decode_query(text).map_or_else(|| text.to_owned(), |text| text.into_owned())
}
