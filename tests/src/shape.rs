//! The documented form of a provisioning request, as findings about a JSON value.
//!
//! An opinion of its own: it shares the lists of words with the contract, not its code.

use conax_contract::crm::{CommandKind, LifeCycleState, Member, ParameterKey, Priority, Shape};
use serde_json::{Map, Value};

/// What is wrong with a printed request.
pub(crate) struct Findings<'a> {
    shape: Shape,
    partial: bool,
    at: &'a str,
    list: Vec<String>,
}

/// Everything that is wrong with a printed request; `partial` if fields were chosen.
pub(crate) fn request_findings(
    at: &str,
    value: &Value,
    shape: Shape,
    partial: bool,
) -> Vec<String> {
    let mut findings = Findings { shape, partial, at, list: Vec::new() };
    match value.as_object() {
        None => findings.say("is no object"),
        Some(members) => findings.request(members),
    }
    findings.list
}

impl Findings<'_> {
    fn say(&mut self, sentence: impl AsRef<str>) {
        self.list.push(format!("{} {}", self.at, sentence.as_ref()));
    }

    fn require(&mut self, holds: bool, sentence: impl FnOnce() -> String) {
        if !holds {
            self.say(sentence());
        }
    }

    fn request(&mut self, members: &Map<String, Value>) {
        let documented: Vec<&str> = self.shape.members().members().map(Member::code).collect();
        for name in members.keys() {
            self.require(documented.contains(&name.as_str()), || {
                format!("has the member `{name}`, which is not documented")
            });
        }
        for name in documented {
            // Shown: only this member is left out when it is empty.
            let needed = !self.partial && name != "parameters_set";
            self.require(!needed || members.contains_key(name), || {
                format!("has no member `{name}`")
            });
        }
        for (name, value) in members {
            self.member(name, value);
        }
        if !self.partial {
            self.state(members);
        }
    }

    fn member(&mut self, name: &str, value: &Value) {
        let fits = match name {
            "id" => is_text(value),
            "scheduled_date" => is_date(value),
            "executed_date" => value.is_null() || is_date(value),
            "sequence_number" => value.is_null() || value.is_u64(),
            "process_immediately" => value.is_null() || matches!(value.as_u64(), Some(0 | 1)),
            "number" => value.is_null() || value.as_str().is_some_and(is_digits),
            "priority" => is_word(value, |code| Priority::from_code(code).is_some()),
            "type" => is_word(value, |code| CommandKind::from_code(code).is_some()),
            "life_cycle_state" => is_word(value, |code| LifeCycleState::from_code(code).is_some()),
            "log_information" => return self.log_information(value),
            "parameters_set" => return self.parameters_set(value),
            _ => value.is_null() || value.is_string(),
        };
        self.require(fits, || format!("has `{name}` as {value}"));
    }

    /// What each state means for the other members.
    fn state(&mut self, members: &Map<String, Value>) {
        let given = |name: &str| members.get(name).is_some_and(|value| !value.is_null());
        let has = |names: &[&str], expected: bool| -> Vec<String> {
            let wrong =
                names.iter().filter(|name| members.contains_key(**name) && given(name) != expected);
            wrong.map(|name| (*name).to_owned()).collect()
        };
        let errors = ["error_code", "error_description"];
        let provider = ["provider_error_code", "provider_error_description"];
        let wrong = match members.get("life_cycle_state").and_then(Value::as_str) {
            Some("PENDING") => [
                has(&["executed_date", "request", "response", "reference_number"], false),
                has(&errors, false),
                has(&provider, false),
            ],
            // Law C2. An answer that was OK and gave no reference leaves none to store.
            Some("COMPLETED") if members.get("response") == Some(&Value::from("OK")) => [
                has(&["reference_number"], false),
                has(&["executed_date", "request"], true),
                has(&errors, false),
            ],
            Some("COMPLETED") => [
                has(&["executed_date", "request", "response", "reference_number"], true),
                has(&errors, false),
                has(&provider, false),
            ],
            _ => [
                has(&["executed_date"], true),
                has(&errors, true),
                has(&["reference_number"], false),
            ],
        };
        for name in wrong.concat() {
            let (state, value) = (&members["life_cycle_state"], &members[&name]);
            self.say(format!("is {state} and has `{name}` as {value}"));
        }
    }

    fn log_information(&mut self, value: &Value) {
        let dates = ["created_date", "updated_date"];
        let users = ["created_by_user", "updated_by_user"];
        let units = ["created_by_unit", "updated_by_unit"];
        self.exactly("log_information", value, &[&dates[..], &users].concat(), &units);
        for name in dates {
            self.require(is_date(&value[name]), || format!("has `{name}` as {}", value[name]));
        }
        for name in users {
            let user = &value[name];
            self.exactly(name, user, &["person_name", "username", "id", "email"], &[]);
        }
        for name in units {
            if let Some(unit) = value.get(name) {
                let needed = ["group_name", "name", "id", "description", "alternative_code"];
                self.exactly(name, unit, &needed, &["community_name"]);
            }
        }
    }

    fn parameters_set(&mut self, value: &Value) {
        let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
        self.require(!items.is_empty(), || format!("has `parameters_set` as {value}"));
        for item in items {
            let members = item.as_object().into_iter().flatten();
            let keys: Vec<&String> =
                members.map(|(key, _)| key).filter(|key| *key != "id").collect();
            let known = match keys.as_slice() {
                [key] => ParameterKey::from_code(key).is_some(),
                _ => false,
            };
            self.require(known && is_text(&item["id"]), || format!("has the parameter {item}"));
            let pin = item.get("ca_pin");
            self.require(pin.is_none_or(Value::is_null), || "prints a PIN".to_owned());
        }
    }

    /// An object with all of `needed`, and nothing else but `optional`.
    fn exactly(&mut self, name: &str, value: &Value, needed: &[&str], optional: &[&str]) {
        let Some(members) = value.as_object() else {
            return self.say(format!("has `{name}` as {value}"));
        };
        for needed in needed {
            self.require(members.contains_key(*needed), || {
                format!("has no `{needed}` in `{name}`")
            });
        }
        for found in members.keys().map(String::as_str) {
            let known = needed.contains(&found) || optional.contains(&found);
            self.require(known, || format!("has `{found}` in `{name}`"));
        }
    }
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}

fn is_word(value: &Value, known: impl Fn(&str) -> bool) -> bool {
    value.as_str().is_some_and(known)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A date of the documented form: no zone, no fraction.
fn is_date(value: &Value) -> bool {
    let form = "dddd-dd-ddTdd:dd:dd";
    value.as_str().is_some_and(|text| {
        text.len() == form.len()
            && text.bytes().zip(form.bytes()).all(|(found, form)| match form {
                b'd' => found.is_ascii_digit(),
                separator => found == separator,
            })
    })
}
