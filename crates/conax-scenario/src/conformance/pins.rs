//! PINs that were sent, which no answer may repeat.
//!
//! A PIN of four digits is soon a number of something else, so it is looked for as a word of its
//! own, and not where answers print keys and numbers; a PIN that is such a word of the target
//! itself says nothing.

use std::collections::BTreeSet;
use std::fmt;

use conax_contract::crm::{Member, Operation, ParameterKey};
use serde_json::Value;

use super::exchange::Exchange;
use super::verdicts::{Break, Verdicts};

const CLAUSE: &str = "pin.never-answered";

/// Digits of a PIN that is looked for: fewer stand everywhere.
const SHORTEST: usize = 4;

/// Members that are keys and numbers of their own.
const KEYS: [&str; 4] = [
    Member::Id.code(),
    Member::Number.code(),
    Member::SequenceNumber.code(),
    Member::ReferenceNumber.code(),
];

/// The PINs that were sent, and the numbers that answers had before.
#[derive(Clone, Default)]
pub(super) struct Pins {
    sent: BTreeSet<String>,
    /// Words of digits the target said, or was told in another place, before they were PINs.
    others: BTreeSet<String>,
}

/// Only how many there are: a PIN is never printed.
impl fmt::Debug for Pins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pins").field("sent", &self.sent.len()).finish_non_exhaustive()
    }
}

impl Pins {
    /// Notes the PIN of a call.
    pub(super) fn note(&mut self, exchange: &Exchange) {
        if exchange.operation != Operation::ResetPinToGivenValue {
            return;
        }
        let Some(pin) = exchange.parameters.get("pin").and_then(text_of) else {
            return;
        };
        let is_said = self.others.contains(&pin) || has_elsewhere(exchange, &pin);
        if is_pin(&pin) && !is_said {
            self.sent.insert(pin);
        }
    }

    /// Stars out the PINs that are looked for, where they are words.
    pub(super) fn hide(&self, text: &mut String) {
        let is_pin = |word: &str| self.sent.contains(word);
        if words(text).any(is_pin) {
            let parts = text.split_inclusive(is_sign).map(|part| {
                let word = part.trim_end_matches(is_sign);
                match is_pin(word) {
                    true => part.replace(word, "***"),
                    false => part.to_owned(),
                }
            });
            *text = parts.collect();
        }
    }

    /// Judges whether an answer repeats a PIN; of requests only those that were created here.
    pub(super) fn judge(
        &mut self,
        exchange: &Exchange,
        is_created: impl Fn(&str) -> bool,
        verdicts: &mut Verdicts,
    ) {
        let Some(Value::Object(reply)) = &exchange.reply else {
            return;
        };
        let is_own = |request: &Value| request["id"].as_str().is_some_and(&is_created);
        let mut found = None;
        for (name, value) in reply {
            let hit = match value {
                Value::Array(items) if name == "data" => {
                    let own = items.iter().enumerate().filter(|(_, item)| is_own(item));
                    own.filter_map(|(at, item)| within(at, self.look(exchange, "", item))).next()
                }
                Value::Object(data)
                    if name == "data" && data.contains_key("id") && !is_own(value) =>
                {
                    None
                }
                value => self.look(exchange, name, value),
            };
            found = found.or(within(name, hit));
        }
        if self.sent.is_empty() {
            return;
        }
        verdicts.judge(CLAUSE, found.is_none(), || {
            let path = found.unwrap_or_default();
            let rendered = "a text with a PIN in it, which is not repeated";
            Break::at(exchange.number, path, "no PIN that was sent", rendered)
        });
    }

    /// Looks through a value, under this name: where in it a PIN stands.
    fn look(&mut self, exchange: &Exchange, name: &str, value: &Value) -> Option<String> {
        match value {
            Value::Object(members) => members
                .iter()
                .find_map(|(name, value)| within(name, self.look(exchange, name, value))),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .find_map(|(at, item)| within(at, self.look(exchange, name, item))),
            // That item has a judge of its own, and keys are what they are.
            _ if name == ParameterKey::CaPin.code() || KEYS.contains(&name) => None,
            Value::String(text) => self.look_at(exchange, text),
            Value::Number(number) => self.look_at(exchange, &number.to_string()),
            Value::Null | Value::Bool(_) => None,
        }
    }

    fn look_at(&mut self, exchange: &Exchange, text: &str) -> Option<String> {
        for word in words(text).filter(|word| is_pin(word)) {
            if !self.sent.contains(word) {
                self.others.insert(word.to_owned());
            } else if !has_elsewhere(exchange, word) {
                return Some(String::new());
            }
        }
        None
    }
}

/// The place in this member or element, if there is one.
fn within(name: impl fmt::Display, inner: Option<String>) -> Option<String> {
    inner.map(|inner| match inner.as_str() {
        "" => name.to_string(),
        inner => format!("{name}.{inner}"),
    })
}

/// Whether a call has this word in another parameter than its PIN.
fn has_elsewhere(exchange: &Exchange, pin: &str) -> bool {
    let others = exchange.parameters.iter().filter(|(name, _)| *name != "pin");
    let mut others = others.map(|(_, value)| value.to_string());
    others.any(|text| words(&text).any(|word| word == pin))
}

fn is_pin(word: &str) -> bool {
    word.len() >= SHORTEST && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// The words of a text: what stands between signs, where a hyphen belongs to a word, as in a UUID,
/// a date and a CA id.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_sign).filter(|word| !word.is_empty())
}

fn is_sign(sign: char) -> bool {
    !sign.is_alphanumeric() && sign != '-' && sign != '_'
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use conax_contract::crm::BasePath;
    use serde_json::json;

    use super::*;
    use crate::conformance::{Standing, Witness};

    /// An order for a PIN, answered with a request that has these members besides.
    fn order(call: &Value, more: &Value) -> Exchange {
        let mut data = json!({ "id": "A1", "number": "7391", "life_cycle_state": "PENDING" });
        for (name, value) in more.as_object().into_iter().flatten() {
            data[name.as_str()] = value.clone();
        }
        let status = json!({ "code": "OK", "message": null, "description": null });
        answered(call, &json!({ "status": status, "data": data }))
    }

    fn answered(call: &Value, reply: &Value) -> Exchange {
        let operation = Operation::ResetPinToGivenValue;
        let (target, body) = (format!("/{}", operation.path()), call.to_string());
        let call = (operation.verb(), target.as_str(), body.as_bytes());
        let reply = reply.to_string();
        Exchange::read(0, &BasePath::default(), call, (200, reply.as_bytes()))
            .expect("it is a call")
    }

    fn breaks(exchange: &[Exchange]) -> Vec<String> {
        let mut witness = Witness::default();
        for one in exchange {
            witness.observe(one);
        }
        let verdict = witness.verdicts.of(CLAUSE).expect("a clause");
        verdict.breaks.iter().map(|one| one.path.clone()).collect()
    }

    #[test]
    fn a_pin_is_found_as_a_word_wherever_an_answer_has_it() {
        let call = json!({ "token": "t", "pin": "7391" });
        for (more, place) in [
            (json!({ "request": "0170 7391" }), "data.request"),
            (json!({ "name": 7391 }), "data.name"),
            (
                json!({ "parameters_set": [{ "id": "1", "smartcard_ca_id": "0170,7391" }] }),
                "data.parameters_set.0.smartcard_ca_id",
            ),
        ] {
            assert_eq!(breaks(&[order(&call, &more)]), [place]);
        }
        let refusal = json!({ "status": { "code": "E", "message": "not 7391." } });
        assert_eq!(breaks(&[answered(&call, &refusal)]), ["status.message"]);
    }

    #[test]
    fn what_only_looks_like_a_pin_is_none() {
        let call = json!({ "token": "t", "pin": "7391" });
        for more in [
            json!({ "request": "01707391" }),
            json!({ "reference_number": "7391", "sequence_number": 7391 }),
            json!({ "response": "OK38a4254b-7391-4cb5-9764-e2a292264515" }),
            // The item of the PIN has a judge of its own.
            json!({ "process_id": null }),
        ] {
            assert_eq!(breaks(&[order(&call, &more)]), [""; 0], "{more}");
        }
        // It stood there before anybody sent it, or the call says it in another place.
        let other = json!({ "token": "t", "pin": "8264" });
        let said = json!({ "request": "7391" });
        assert_eq!(breaks(&[order(&other, &said), order(&call, &said)]), [""; 0]);
        let identifier = json!({ "serial_number": "7391" });
        let both = json!({ "token": "t", "pin": "7391", "smartcard_identifier": identifier });
        assert_eq!(breaks(&[order(&both, &said)]), [""; 0]);
        // Two digits stand everywhere.
        let short = json!({ "token": "t", "pin": "12" });
        assert_eq!(breaks(&[order(&short, &json!({ "request": "12" }))]), [""; 0]);
    }

    #[test]
    fn nothing_follows_where_no_pin_was_sent_and_one_that_was_is_starred() {
        let mut witness = Witness::default();
        witness.observe(&order(&json!({ "token": "t" }), &json!({})));
        let standing = |witness: &Witness| witness.verdicts.of(CLAUSE).map(|one| one.standing());
        assert_eq!(standing(&witness), Some(Standing::NotTestable));
        witness.observe(&order(&json!({ "token": "t", "pin": 8264 }), &json!({})));
        assert_eq!(standing(&witness), Some(Standing::Held));
        let mut text = r#"{"request":"01708264 8264","name":"x-8264"}"#.to_owned();
        witness.hide_pins(&mut text);
        assert_eq!(text, r#"{"request":"01708264 ***","name":"x-8264"}"#);
    }
}
