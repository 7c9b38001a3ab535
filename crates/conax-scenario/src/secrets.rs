//! What must not be read in anything that is told of a run: one list of its secrets, and one way of
//! taking them out of a text.
//!
//! A secret is whatever stands under the name of one, in the scenario, in its world, in a call or
//! in an answer, wherever it came from: a variable, a row of a table, made-up data. It is found
//! again plain, in base64, percent-encoded and as XML, also where a text was cut in its middle.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use conax_contract::crm::{encode, is_secret_name};
use conax_contract::world::{ParameterValue, WorldSpec};
use serde_json::Value;

use crate::document::{Action, Body, Expected, Scenario, Step, Template, Token, written};
use crate::judge::Matcher;
use crate::target::{HttpCall, HttpReply};

#[cfg(test)]
mod tests;

/// What stands for a secret.
const MASK: &str = "***";

/// Shorter values would hide half of everything.
const SHORTEST: usize = 3;

/// Shorter values are no part of a longer word.
const WORD: usize = 8;

/// The PIN every new card has: it is known to everybody, and its digits stand in many numbers.
const USUAL_PIN: &str = "0000";

/// Secrets of a run, in all their forms.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    forms: BTreeSet<String>,
}

impl Secrets {
    /// What is known before anything is played.
    #[must_use]
    pub fn of(scenario: &Scenario) -> Self {
        let mut secrets = Self::of_steps(&scenario.steps, &scenario.cleanup);
        secrets.add_world(&scenario.world.spec);
        secrets
    }

    /// The secrets that stand in steps.
    #[must_use]
    pub fn of_steps(steps: &[Step], cleanup: &[Step]) -> Self {
        let mut secrets = Self::default();
        secrets.add_steps(steps, cleanup);
        secrets
    }

    /// Adds the secrets that stand in steps.
    pub fn add_steps(&mut self, steps: &[Step], cleanup: &[Step]) {
        for step in steps.iter().chain(cleanup) {
            self.add_step(step);
        }
    }

    /// Adds a value.
    pub fn add(&mut self, value: &str) {
        let is_word = matches!(value, "none" | "null" | "true" | "false" | "token");
        if value.len() < SHORTEST || is_word || self.forms.contains(value) {
            return;
        }
        let hex = |lead: &str, end: &str, upper: bool| {
            value.bytes().fold(String::new(), |mut out, byte| {
                let _ = match upper {
                    true => write!(out, "{lead}{byte:02X}{end}"),
                    false => write!(out, "{lead}{byte:02x}{end}"),
                };
                out
            })
        };
        let decimal = value.chars().fold(String::new(), |mut out, letter| {
            let _ = write!(out, "&#{};", u32::from(letter));
            out
        });
        let entities = value
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;");
        let json = Value::from(value).to_string();
        let forms = [
            value.to_owned(),
            STANDARD.encode(value),
            STANDARD_NO_PAD.encode(value),
            URL_SAFE_NO_PAD.encode(value),
            encode(value),
            encode(value).replace("%20", "+"),
            hex("%", "", true),
            hex("%", "", false),
            hex("&#x", ";", true),
            hex("&#x", ";", false),
            decimal,
            entities.replace('\'', "&apos;"),
            entities,
            json.trim_matches('"').to_owned(),
        ];
        self.forms.extend(forms);
    }

    fn add_world(&mut self, world: &WorldSpec) {
        let users = world.users.iter().filter_map(|user| user.password.as_ref());
        let domains = world.cas.domains.iter();
        let domains = domains.filter_map(|domain| domain.password.as_ref());
        let tokens = world.tokens.iter().map(|token| &token.token);
        let keys = world.web_api_keys.iter().map(|key| &key.key);
        let cards = world.cas.smartcards.iter();
        let pins = cards.filter_map(|card| card.pin.as_ref());
        let usual = world.cas.settings.default_pin.as_ref();
        let requests = world.provisioning_requests.iter();
        let sent = requests.flat_map(|request| &request.parameters_set);
        let sent = sent.filter_map(|parameter| match &parameter.value {
            ParameterValue::Pin(pin) => Some(pin),
            _ => None,
        });
        let all = users.chain(domains).chain(tokens).chain(keys);
        for secret in all.chain(pins).chain(usual).chain(sent) {
            if secret.expose() != USUAL_PIN {
                self.add(secret.expose());
            }
        }
    }

    fn add_step(&mut self, step: &Step) {
        match &step.action {
            Action::Call(call) => {
                for (name, value) in call.parameters.iter().chain(&call.headers) {
                    self.add_named(name, value);
                }
                if let Token::Given(token) = &call.token {
                    self.add_template(token);
                }
                if let Some(basic) = call.basic.as_ref().and_then(Template::plain) {
                    self.add_credentials(&written(&basic));
                }
                self.add_expected(&call.expect.members);
            }
            Action::Raw(call) => {
                for (name, value) in &call.headers {
                    self.add_named(name, value);
                }
                if let Some(path) = call.path.plain() {
                    let path = written(&path);
                    self.add_text(path.split_once('?').map_or("", |(_, query)| query));
                }
                match &call.body {
                    Body::Empty => {}
                    Body::Text(text) => {
                        let text = text.plain().map(|text| written(&text));
                        self.add_text(&text.unwrap_or_default());
                    }
                    Body::Json(value) => self.add_named("", value),
                    Body::Bytes(bytes) => self.add_body(bytes),
                }
                self.add_expected(&call.expect.members);
            }
            Action::Utility(utility) => {
                for (name, value) in &utility.members {
                    self.add_named(name, value);
                }
            }
            Action::ExpectConax(wanted) => self.add_expected(&wanted.members),
            Action::Wait(wait) => self.add_expected(&wait.expect),
            Action::Repeat(repeat) => repeat.steps.iter().for_each(|step| self.add_step(step)),
            Action::Parallel(steps) => steps.iter().for_each(|step| self.add_step(step)),
            Action::Use(included) => {
                for (name, value) in &included.with {
                    self.add_named(name, value);
                }
                included.steps.iter().for_each(|step| self.add_step(step));
            }
            _ => {}
        }
    }

    fn add_expected(&mut self, members: &[Expected]) {
        for member in members {
            let last = member.path.parts.last().map_or("", String::as_str);
            match &member.matcher {
                Matcher::Equals(value) => self.add_named(last, value),
                Matcher::Members(inner) => self.add_expected(inner),
                _ => {}
            }
        }
    }

    fn add_named(&mut self, name: &str, value: &Template) {
        if is_secret(name) {
            return self.add_template(value);
        }
        match value {
            Template::Map(members) => {
                for (name, value) in members {
                    self.add_named(name, value);
                }
            }
            Template::List(items) => items.iter().for_each(|item| self.add_named("", item)),
            Template::Plain(value) => self.add_value(name, value),
            Template::Text(_) => {}
        }
    }

    fn add_template(&mut self, value: &Template) {
        match value {
            Template::Plain(value) => self.add_all(value),
            Template::List(items) => items.iter().for_each(|item| self.add_template(item)),
            Template::Map(members) => members
                .iter()
                .for_each(|(_, value)| self.add_template(value)),
            Template::Text(_) => {}
        }
    }

    /// Adds what a call carries under secret names: in its headers, its query and its body.
    pub fn add_call(&mut self, call: &HttpCall) {
        let query = call.target.split_once('?').map_or("", |(_, query)| query);
        self.add_text(query);
        for (name, value) in &call.headers {
            self.add_header(name, value);
        }
        self.add_body(&call.body);
    }

    /// Adds what an answer tells under secret names.
    pub fn add_reply(&mut self, reply: &HttpReply) {
        // Nobody but a login tells secrets, and most answers are long.
        let has_one = reply
            .body
            .windows(5)
            .any(|word| word.eq_ignore_ascii_case(b"token"));
        if has_one && let Ok(value) = serde_json::from_slice::<Value>(&reply.body) {
            self.add_value("", &value);
        }
    }

    fn add_header(&mut self, name: &str, value: &str) {
        if name.eq_ignore_ascii_case("authorization") {
            let (scheme, credentials) = value.split_once(' ').unwrap_or(("", value));
            self.add(credentials);
            if scheme.eq_ignore_ascii_case("basic") {
                let decoded = STANDARD.decode(credentials).unwrap_or_default();
                self.add_credentials(&String::from_utf8_lossy(&decoded));
            }
        } else if is_secret(name) {
            self.add(value);
        }
    }

    /// Adds `user:password`; a key is a user without a password (Attested).
    fn add_credentials(&mut self, pair: &str) {
        self.add(pair);
        match pair.split_once(':') {
            Some((key, "")) => self.add(key),
            Some((_, password)) => self.add(password),
            None => self.add(pair),
        }
    }

    fn add_body(&mut self, body: &[u8]) {
        match serde_json::from_slice::<Value>(body) {
            Ok(value) => self.add_value("", &value),
            Err(_) => self.add_text(&String::from_utf8_lossy(body)),
        }
    }

    fn add_value(&mut self, name: &str, value: &Value) {
        if is_secret(name) {
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

    fn add_all(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.add(text),
            Value::Number(number) => self.add(&number.to_string()),
            Value::Array(items) => items.iter().for_each(|item| self.add_all(item)),
            Value::Object(members) => members.values().for_each(|value| self.add_all(value)),
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// Adds what stands in a text after a secret name: `pin=7391`, `<pin>7391<`, `"pin": "7391`.
    fn add_text(&mut self, text: &str) {
        let is_name = |letter: char| letter.is_alphanumeric() || "_-%".contains(letter);
        let plain = decoded(text);
        for text in [text, &plain] {
            let mut rest = text;
            while let Some(from) = rest.find(is_name) {
                let word = &rest[from..];
                let end = word.find(|letter| !is_name(letter)).unwrap_or(word.len());
                let (word, after) = word.split_at(end);
                let begin = after.find(is_name).unwrap_or(after.len());
                let (between, value) = after.split_at(begin);
                if between.contains(['=', ':', '>']) && (is_secret(word) || ends_as_pin(word)) {
                    let end = value.find(|letter| !is_name(letter)).unwrap_or(value.len());
                    self.add(&value[..end]);
                    self.add(&decoded(&value[..end]));
                }
                rest = after;
            }
        }
    }

    /// Takes the secrets out of texts.
    #[must_use]
    pub fn eraser(&self) -> Eraser<'_> {
        let mut by_start: BTreeMap<[u8; 2], Vec<&str>> = BTreeMap::new();
        for form in &self.forms {
            if let Some(start) = form.as_bytes().first_chunk() {
                by_start.entry(*start).or_default().push(form);
            }
        }
        for forms in by_start.values_mut() {
            // Of two of which one begins with the other, the longer one is meant.
            forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        }
        let mut starts = vec![false; 1 << 16].into_boxed_slice();
        for start in by_start.keys() {
            starts[usize::from(u16::from_be_bytes(*start))] = true;
        }
        Eraser { by_start, starts }
    }
}

fn is_secret(name: &str) -> bool {
    name.split(['.', '[', ']', '=', ':']).any(is_secret_name)
        || name.eq_ignore_ascii_case("authorization")
}

/// Elements of the Conax wire: `caPin`.
fn ends_as_pin(word: &str) -> bool {
    word.to_ascii_lowercase().ends_with("pin")
}

fn decoded(text: &str) -> String {
    conax_contract::crm::decode_query(text)
        .map_or_else(|| text.to_owned(), |text| text.into_owned())
}

/// The secrets of a run by the bytes they begin with.
#[derive(Debug)]
pub struct Eraser<'s> {
    by_start: BTreeMap<[u8; 2], Vec<&'s str>>,
    /// The same as a table: most texts are long and hold none.
    starts: Box<[bool]>,
}

impl Eraser<'_> {
    /// The text with a mask for each secret in it.
    #[must_use]
    pub fn masked(&self, text: &str) -> String {
        self.replaced(text, |_| MASK.to_owned())
    }

    /// Masks them where the text stands.
    pub fn mask(&self, text: &mut String) {
        if !self.by_start.is_empty() {
            *text = self.masked(text);
        }
    }

    /// The text with as many stars as each secret has letters: marks below it stay in their place.
    #[must_use]
    pub fn starred(&self, text: &str) -> String {
        self.replaced(text, |secret| "*".repeat(secret.chars().count()))
    }

    fn replaced(&self, text: &str, by: impl Fn(&str) -> String) -> String {
        let bytes = text.as_bytes();
        let mut out = String::new();
        let (mut kept, mut at) = (0, 0);
        while at + 1 < bytes.len() {
            let start = [bytes[at], bytes[at + 1]];
            let may_be = self.starts[usize::from(u16::from_be_bytes(start))];
            let found = may_be.then(|| self.secret_at(&text[..at], &text[at..]));
            match found.flatten() {
                Some(length) => {
                    out.push_str(&text[kept..at]);
                    out.push_str(&by(&text[at..at + length]));
                    at += length;
                    kept = at;
                }
                None => at += 1,
            }
        }
        out + &text[kept..]
    }

    /// The length of the secret a text begins with.
    fn secret_at(&self, before: &str, text: &str) -> Option<usize> {
        let start = text.as_bytes().first_chunk::<2>()?;
        let forms = self.by_start.get(start)?;
        let whole = forms.iter().find(|form| {
            text.starts_with(**form)
                && (form.len() >= WORD || !is_part(before, &text[form.len()..]))
        });
        whole
            .map(|form| form.len())
            .or_else(|| cut_secret(forms, text))
    }
}

/// The length of what a cut text has left of a secret.
fn cut_secret(forms: &[&str], text: &str) -> Option<usize> {
    const LEAST: usize = 4;
    let end = text.find('…').filter(|end| *end >= LEAST)?;
    let rest = &text[..end];
    let is_cut = forms
        .iter()
        .any(|form| form.len() > end && form.starts_with(rest));
    is_cut.then_some(end)
}

/// Whether what stands between these is a part of a longer word or number.
fn is_part(before: &str, after: &str) -> bool {
    let is_word = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    let joins = |first: Option<char>, second: Option<char>| {
        first.is_some_and(|first| "-.:".contains(first))
            && second.is_some_and(|second| second.is_ascii_digit())
    };
    let (mut back, mut on) = (before.chars().rev(), after.chars());
    let (last, next) = (back.next(), on.next());
    is_word(last) || is_word(next) || joins(last, back.next()) || joins(next, on.next())
}
