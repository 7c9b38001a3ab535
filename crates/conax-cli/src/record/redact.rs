//! From what was heard to what may stand in a file: secrets out, everything else as it was. Pure.
//!
//! A secret is first learnt where its name tells what it is, and then taken out wherever it
//! stands: an implementation under examination may well repeat a PIN in an error message.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use conax_contract::cas::{ANSWER_NOT_KEPT, Profile, decode_request, mask_secrets, repeats_secret};
use conax_contract::crm::is_secret_name;
use conax_contract::text::{parse_moment, squash};
use conax_model::command::Command;
use conax_scenario::document::Api;
use serde_json::Value;

use super::form::{Call, Coding, Content, Exchange, Heard, Reply};
use super::names::{Kind, Names};

/// What stands in place of a secret.
pub(crate) const MASK: &str = "***";
/// A shorter value is looked for nowhere but under its name: it would hide half of everything.
const SHORTEST: usize = 3;

/// Exchanges without secrets, in their order; findings are added by whoever knows them.
pub(crate) fn redact(heard: &[Heard]) -> Vec<Exchange> {
    let mut secrets = Secrets::default();
    heard.iter().for_each(|one| secrets.learn(one));
    let numbered = heard.iter().enumerate();
    numbered.map(|(index, one)| secrets.redact(index + 1, one)).collect()
}

/// The secrets that were heard, and what stands for each.
#[derive(Default)]
pub(crate) struct Secrets {
    known: BTreeMap<String, String>,
    /// How many bytes those have that are looked for everywhere.
    lengths: BTreeSet<usize>,
    tokens: Names,
    /// Those learnt since somebody asked last.
    fresh: Vec<String>,
}

impl Secrets {
    /// Learns what is secret in an exchange.
    pub(crate) fn learn(&mut self, heard: &Heard) {
        for (name, value) in parameters(heard.call.query()) {
            self.learn_parameter(&name, &value);
        }
        if let Some(header) = &heard.call.authorization {
            self.learn_authorization(header);
        }
        let reply = heard.reply.as_ref().map_or(&[][..], |reply| &reply.body);
        match heard.api {
            Api::Cas => self.learn_soap(&heard.call.body),
            Api::Crm | Api::Control => {
                for body in [&heard.call.body[..], reply] {
                    if let Some(value) = json(body) {
                        self.learn_members(&value);
                    }
                }
            }
        }
    }

    fn add(&mut self, name: &str, value: &str) {
        // What somebody has masked before is no secret any more.
        if value.is_empty() || value == MASK || self.known.contains_key(value) {
            return;
        }
        let shown = match is_token(name) {
            true => self.tokens.name(Kind::Token, value),
            false => MASK.to_owned(),
        };
        self.known.insert(value.to_owned(), shown);
        self.fresh.push(value.to_owned());
        if value.len() >= SHORTEST {
            self.lengths.insert(value.len());
        }
    }

    fn learn_parameter(&mut self, name: &str, value: &str) {
        let mut parts = name.split(['.', '[', ']', '=', ':', ' ']);
        if parts.any(is_secret_name) {
            self.add(name, value);
        } else if let Some(value) = json(value.as_bytes()) {
            self.learn_members(&value);
        } else if let Some((field, value)) = value.split_once('=')
            && is_secret_name(field)
        {
            self.add(field, value);
        }
    }

    fn learn_members(&mut self, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    match value {
                        Value::String(text) if is_secret_name(name) => self.add(name, text),
                        Value::Number(number) if is_secret_name(name) => {
                            self.add(name, &number.to_string());
                        }
                        value => self.learn_members(value),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.learn_members(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// A key is a user without a password (Attested), so such a user is a secret.
    fn learn_authorization(&mut self, header: &str) {
        let (scheme, credentials) = header.split_once(' ').unwrap_or(("", header));
        let credentials = credentials.trim();
        self.add("authorization", credentials);
        if !scheme.eq_ignore_ascii_case("basic") {
            return;
        }
        let decoded = STANDARD.decode(credentials).unwrap_or_default();
        let pair = String::from_utf8(decoded).unwrap_or_default();
        self.add("authorization", &pair);
        match pair.split_once(':') {
            Some((key, "")) => self.add("key", key),
            Some((_, password)) => self.add("password", password),
            None => self.add("key", &pair),
        }
    }

    fn learn_soap(&mut self, body: &[u8]) {
        let request = decode_request(Profile::public(), None, body);
        if let Ok(Command::UpdateCaPinToGivenValue { pin, .. }) = request {
            self.add("pin", pin.expose());
        }
    }

    /// What was learnt since this was asked last.
    pub(super) fn take_fresh(&mut self) -> Vec<String> {
        std::mem::take(&mut self.fresh)
    }

    /// An exchange without the secrets that are known.
    pub(super) fn redact(&self, number: usize, heard: &Heard) -> Exchange {
        let call = &heard.call;
        let millis = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(0);
        let scheme = call.authorization.as_ref().map(|header| {
            let scheme = header.split_once(' ').map_or("", |(scheme, _)| scheme);
            self.text(scheme)
        });
        let body = |bytes: &[u8]| match heard.api {
            Api::Cas => self.soap(&heard.call.body, bytes),
            Api::Crm | Api::Control => self.content(bytes),
        };
        Exchange {
            number,
            api: heard.api.name().to_owned(),
            at_ms: millis(heard.at),
            took_ms: millis(heard.took),
            call: Call {
                verb: call.verb.clone(),
                path: self.text(call.path()),
                parameters: self.parameters(call.query()),
                authorization: scheme,
                accept_encoding: call.accept_encoding.as_deref().map(|text| self.text(text)),
                coding: self.coding(call.coding.as_ref()),
                body: body(&call.body),
            },
            reply: match &heard.reply {
                Ok(reply) => Reply {
                    status: Some(reply.status),
                    problem: None,
                    coding: self.coding(reply.coding.as_ref()),
                    body: body(&reply.body),
                },
                Err(problem) => Reply { problem: Some(self.text(problem)), ..Reply::default() },
            },
            findings: Vec::new(),
        }
    }

    fn coding(&self, coding: Option<&Coding>) -> Option<Coding> {
        coding.map(|coding| Coding { name: self.text(&coding.name), ..coding.clone() })
    }

    fn parameters(&self, query: &str) -> Vec<(String, String)> {
        let redact = |(name, value): (String, String)| {
            let mut parts = name.split(['.', '[', ']', '=', ':', ' ']);
            let shown = match parts.any(is_secret_name) {
                true => self.secret(&value),
                false => match (json(value.as_bytes()), value.split_once('=')) {
                    (Some(json), _) => self.value("", json).to_string(),
                    (None, Some((field, inner))) if is_secret_name(field) => {
                        format!("{field}={}", self.secret(inner))
                    }
                    _ => self.text(&value),
                },
            };
            (self.text(&name), shown)
        };
        parameters(query).into_iter().map(redact).collect()
    }

    /// What stands for a value under a secret name.
    fn secret(&self, value: &str) -> String {
        match (value, self.known.get(value)) {
            ("", _) => String::new(),
            (_, Some(shown)) => shown.clone(),
            (_, None) => MASK.to_owned(),
        }
    }

    fn content(&self, bytes: &[u8]) -> Content {
        if bytes.is_empty() {
            return Content::Empty;
        }
        match json(bytes) {
            Some(value) => Content::Json(self.value("", value)),
            None => Content::NotKept(format!("{} bytes that are no JSON object", bytes.len())),
        }
    }

    fn value(&self, name: &str, value: Value) -> Value {
        let is_secret = is_secret_name(name);
        match value {
            Value::Null => Value::Null,
            Value::String(text) if is_secret => Value::String(self.secret(&text)),
            Value::String(text) => Value::String(self.text(&text)),
            _ if is_secret => Value::String(MASK.to_owned()),
            Value::Number(number) => match self.known.get(&number.to_string()) {
                Some(shown) if number.to_string().len() >= SHORTEST => Value::String(shown.clone()),
                _ => Value::Number(number),
            },
            Value::Array(items) => {
                let items = items.into_iter();
                Value::Array(items.map(|item| self.value("", item)).collect())
            }
            Value::Object(members) => {
                let members = members.into_iter().map(|(name, value)| {
                    let value = self.value(&name, value);
                    (self.text(&name), value)
                });
                Value::Object(members.collect())
            }
            other @ Value::Bool(_) => other,
        }
    }

    fn soap(&self, call: &[u8], bytes: &[u8]) -> Content {
        if bytes.is_empty() {
            return Content::Empty;
        }
        let text = self.text(&mask_secrets(bytes));
        if !text.trim_start().starts_with('<') {
            return Content::NotKept(text);
        }
        // The PIN of the call may be spelt with entities or markup in it. Whoever reads it would
        // find it.
        let request = decode_request(Profile::public(), None, call);
        let is_shown = request.is_ok_and(|request| match &request {
            Command::UpdateCaPinToGivenValue { pin, .. } => {
                let operation = request.kind();
                repeats_secret(Profile::public(), operation, text.as_bytes(), pin.expose())
            }
            _ => false,
        });
        match is_shown {
            true => Content::NotKept(ANSWER_NOT_KEPT.to_owned()),
            false => Content::Xml(text),
        }
    }

    /// A text without the secrets in it. Dates are no secrets, whatever a PIN looks like.
    pub(crate) fn text(&self, text: &str) -> String {
        if let Some(shown) = self.known.get(text).filter(|_| text.len() >= SHORTEST) {
            return shown.clone();
        }
        if parse_moment(text).is_some() {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let (shown, after) = match self.secret_at(&out, rest) {
                Some(found) => found,
                None => rest.split_at(first.len_utf8()),
            };
            out.push_str(shown);
            rest = after;
        }
        out
    }

    /// What stands for the secret a text begins with, and what comes after it. Of two of which one
    /// begins with the other, the longer one is meant. Digits are no part of a longer number;
    /// anything else is found within words, too.
    fn secret_at<'s>(&'s self, before: &str, text: &'s str) -> Option<(&'s str, &'s str)> {
        let is_digit = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_digit());
        self.lengths.iter().rev().find_map(|&length| {
            let secret = text.get(..length)?;
            let shown = self.known.get(secret)?;
            let after = &text[length..];
            let is_number = secret.bytes().all(|byte| byte.is_ascii_digit());
            let is_part = is_digit(before.chars().next_back()) || is_digit(after.chars().next());
            (!is_number || !is_part).then_some((shown.as_str(), after))
        })
    }
}

fn is_token(name: &str) -> bool {
    let name = name.rsplit(['.', '[', ']']).find(|part| !part.is_empty());
    name.is_some_and(|name| squash(name).ends_with("token"))
}

/// A JSON object or list.
pub(crate) fn json(bytes: &[u8]) -> Option<Value> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let value: Value = serde_json::from_slice(bytes).ok()?;
    (value.is_object() || value.is_array()).then_some(value)
}

/// The parameters of a query, decoded as far as they can be.
fn parameters(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        })
        .collect()
}

/// A part of a query as it is meant: percent signs decoded, a plus sign is a blank.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        let byte = hex.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match (first, byte) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
                continue;
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(first),
        }
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    //! What is taken out and what stays.

    use std::time::Duration;

    use conax_scenario::document::Api;
    use serde_json::json;

    use super::super::form::{Content, Heard, HeardCall, HeardReply};
    use super::{decoded, redact};

    fn heard(target: &str, authorization: Option<&str>, body: &str, reply: &str) -> Heard {
        Heard {
            api: Api::Crm,
            at: Duration::ZERO,
            took: Duration::ZERO,
            call: HeardCall {
                verb: "POST".to_owned(),
                target: target.to_owned(),
                authorization: authorization.map(str::to_owned),
                body: body.as_bytes().to_vec(),
                ..HeardCall::default()
            },
            reply: Ok(HeardReply { status: 200, body: reply.as_bytes().to_vec(), coding: None }),
        }
    }

    #[test]
    fn a_secret_is_taken_out_wherever_it_is_repeated() {
        let rendered = redact(&[
            heard(
                "/x?token=CANARYTOKEN&number=4050",
                // The key CANARYKEY, which is a user without a password.
                Some("Basic Q0FOQVJZS0VZOg=="),
                r#"{"password": "CANARYWORD", "pin": 4711, "date": "4711-01-01T00:00:00"}"#,
                r#"{"data": {"token": "CANARYMADE", "x": ["PIN4711 of 47110, CANARYWORD", 4711],
                    "ca_pin": null}}"#,
            ),
            heard("/CANARYTOKEN?a=pin=4711&b=x+y", None, "no json", "CANARYKEY"),
        ]);
        assert_eq!(
            rendered[0].call.parameters,
            [("token", "token-1"), ("number", "4050")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        assert_eq!(rendered[0].call.authorization.as_deref(), Some("Basic"));
        assert_eq!(
            rendered[0].call.body,
            Content::Json(json!({
                "password": "***", "pin": "***", "date": "4711-01-01T00:00:00"
            }))
        );
        assert_eq!(
            rendered[0].reply.body,
            Content::Json(json!({ "data": {
                "token": "token-2", "x": ["PIN*** of 47110, ***", "***"], "ca_pin": null
            }}))
        );
        assert_eq!(rendered[1].call.path, "/token-1");
        assert_eq!(rendered[1].call.parameters[0].1, "pin=***");
        assert_eq!(rendered[1].call.parameters[1].1, "x y");
        let text = serde_json::to_string(&rendered).expect("a recording is JSON");
        assert!(!text.contains("CANARY"), "{text}");
    }

    #[test]
    fn a_pin_that_went_to_conax_is_found_in_what_it_answers() {
        let envelope = |inner: &str| {
            format!(
                "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body>\
                 <x:whatever xmlns:x=\"urn:x\">{inner}</x:whatever></e:Body></e:Envelope>"
            )
        };
        let mut pin = heard("/x", None, r#"{"pin": "82649"}"#, "");
        pin.api = Api::Crm;
        let mut cas = heard("/cas", None, &envelope("<x:caPin>82649</x:caPin>"), "");
        cas.api = Api::Cas;
        cas.reply = Ok(HeardReply {
            status: 200,
            body: envelope("<x:message>PIN 82649 was set</x:message>").into_bytes(),
            coding: None,
        });
        let rendered = redact(&[pin, cas]);
        let text = serde_json::to_string(&rendered).expect("a recording is JSON");
        assert!(!text.contains("82649"), "{text}");
        assert!(text.contains("PIN *** was set"), "{text}");
    }

    #[test]
    fn a_query_is_read_as_it_is_meant() {
        assert_eq!(decoded("number%3D4050+%C3%A9"), "number=4050 é");
        assert_eq!(decoded("100%"), "100%");
        assert_eq!(decoded("%zz%4"), "%zz%4");
    }
}
