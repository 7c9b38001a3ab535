//! Every defect, each a way in which a real implementation could be wrong.

use conax_contract::crm::Operation;
use serde_json::{Value, json};

use super::answer::Answer;
use super::mutant::{Memory, Mutation, refusal};
use crate::document::Api;
use crate::target::HttpCall;

/// A way to be wrong.
pub struct Defect {
    /// Its name.
    pub name: &'static str,
    /// What is wrong, in a sentence.
    pub about: &'static str,
    /// Changes a call before it arrives.
    pub(super) call: fn(&mut Mutation, &mut Memory),
    /// Changes an answer before it is heard.
    pub(super) reply: fn(&Mutation, &mut Answer, &mut Memory),
    /// Changes a call that is none of the API's.
    pub(super) raw: fn(HttpCall) -> HttpCall,
    /// Fault rules that are in place from the start.
    pub(super) rules: Option<&'static str>,
    /// Whether one of several calls made at the same time gets lost.
    pub(super) loses_parallel: bool,
}

impl std::fmt::Debug for Defect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Defect {
    const fn named(name: &'static str, about: &'static str) -> Self {
        Self {
            name,
            about,
            call: |_, _| {},
            reply: |_, _, _| {},
            raw: |call| call,
            rules: None,
            loses_parallel: false,
        }
    }

    const fn reply(
        name: &'static str,
        about: &'static str,
        reply: fn(&Mutation, &mut Answer, &mut Memory),
    ) -> Self {
        Self { reply, ..Self::named(name, about) }
    }

    const fn call(
        name: &'static str,
        about: &'static str,
        call: fn(&mut Mutation, &mut Memory),
    ) -> Self {
        Self { call, ..Self::named(name, about) }
    }

    const fn rules(name: &'static str, about: &'static str, rules: &'static str) -> Self {
        Self { rules: Some(rules), ..Self::named(name, about) }
    }

    /// Changes what is said as well.
    const fn and_reply(self, reply: fn(&Mutation, &mut Answer, &mut Memory)) -> Self {
        Self { reply, ..self }
    }

    /// The defect with this name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        defects().iter().find(|defect| defect.name == name)
    }
}

/// Dates of a request, inner ones too.
fn change_dates(answer: &mut Answer, change: impl Fn(&str) -> String) {
    for request in answer.requests() {
        for (name, value) in request.iter_mut() {
            match value {
                Value::String(text) if name.ends_with("_date") => *text = change(text),
                Value::Object(inner) => {
                    for (name, value) in inner.iter_mut() {
                        if let (true, Value::String(text)) = (name.ends_with("_date"), value) {
                            *text = change(text);
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// The first member of an identifier that has several.
fn keep_first(call: &mut Mutation, name: &str) {
    if let Some(Value::Object(fields)) = call.parameters.get_mut(name)
        && fields.len() > 1
        && let Some(key) = fields.keys().next().cloned()
    {
        fields.retain(|field, _| *field == key);
    }
}

fn drop_unless(call: &mut Mutation, name: &str, is_fine: fn(&Value) -> bool) {
    if call.parameters.get(name).is_some_and(|value| !is_fine(value)) {
        call.parameters.remove(name);
    }
}

/// Adds to a number of the query.
fn add_to(call: &mut Mutation, name: &str, more: u64) {
    if let Ok(number) = call.text(name).parse::<u64>() {
        call.parameters.insert(name.to_owned(), (number + more).to_string().into());
    }
}

/// Remembers a value of a call, and puts it where a later call lacks it.
fn fill_in(call: &mut Mutation, memory: &mut Memory, name: &str) {
    if call.operation.parameter(name).is_none() {
        return;
    }
    match call.parameters.get(name) {
        Some(value) if !value.is_null() => {
            memory.kept.entry(name.to_owned()).or_insert_with(|| value.clone());
        }
        _ => {
            if let Some(value) = memory.kept.get(name) {
                call.parameters.insert(name.to_owned(), value.clone());
            }
        }
    }
}

/// Remembers a token that opened something.
fn remember_token(call: &Mutation, answer: &mut Answer, memory: &mut Memory) {
    if answer.is_ok() && call.operation.needs_token() && call.has("token") {
        memory.kept.insert("token".to_owned(), call.parameters["token"].clone());
    }
}

/// A list of what is PENDING, with the query the call had.
fn as_list(call: &HttpCall) -> HttpCall {
    let query = call.target.split_once('?').map_or("", |(_, query)| query);
    let target = format!("/{}?{query}&life_cycle_state=PENDING", Operation::List.path());
    HttpCall::get(Api::Crm, target)
}

fn is_api(call: &HttpCall) -> bool {
    call.api == Api::Crm
}

fn is_known_path(call: &HttpCall) -> bool {
    let path = call.target.split('?').next().unwrap_or_default().trim_matches('/');
    Operation::ALL.iter().any(|operation| path == operation.path())
}

/// Every defect.
#[must_use]
pub const fn defects() -> &'static [Defect] {
    DEFECTS
}

const DEFECTS: &[Defect] = &[
    // ---------------------------------------------------------------------- wrong in members --
    Defect::reply("reference-lost", "a COMPLETED request has no reference", |_, answer, _| {
        answer.change("reference_number", |value| *value = Value::Null)
    }),
    Defect::reply("member-lost", "`executed_date` is left out", |_, answer, _| {
        for request in answer.requests() {
            request.remove("executed_date");
        }
    }),
    Defect::reply("member-null", "`priority` is null", |_, answer, _| {
        answer.change("priority", |value| *value = Value::Null)
    }),
    Defect::reply("member-unknown", "a member nobody documented", |call, answer, _| {
        if call.creates() || call.is(Operation::Show) {
            for request in answer.requests() {
                request.insert("internal_key".to_owned(), json!(7));
            }
        }
    }),
    Defect::reply("flag-as-boolean", "`process_immediately` is true or false", |_, answer, _| {
        answer.change("process_immediately", |value| *value = json!(*value == json!(1)));
    }),
    Defect::reply(
        "sequence-as-text",
        "`sequence_number` is text, as the table says",
        |_, answer, _| answer.change("sequence_number", |value| *value = json!("")),
    ),
    Defect::reply("number-as-number", "`number` is a number", |_, answer, _| {
        answer.change("number", |value| {
            *value = json!(value.as_str().and_then(|text| text.parse::<u64>().ok()))
        });
    }),
    Defect::reply("date-with-zone", "dates end with Z", |_, answer, _| {
        change_dates(answer, |date| format!("{date}Z"))
    }),
    Defect::reply("date-with-blank", "dates have a blank for the T", |_, answer, _| {
        change_dates(answer, |date| date.replace('T', " "))
    }),
    Defect::reply("state-in-lower-case", "states are in lower case", |_, answer, _| {
        answer.change("life_cycle_state", |value| {
            *value = json!(value.as_str().map(str::to_lowercase))
        });
    }),
    Defect::reply(
        "type-by-operation",
        "the type of a PIN request is called as its operation",
        |_, answer, _| {
            answer.change("type", |value| {
                if *value == "UPDATE_CA_PIN_TO_GIVEN_VALUE" {
                    *value = json!("RESET_PIN_TO_GIVEN_VALUE");
                }
            });
        },
    ),
    Defect::call("pin-echoed", "the PIN comes back", |call, memory| {
        if let Some(pin) = call.parameters.get("pin") {
            memory.kept.insert("pin".to_owned(), pin.clone());
        }
    })
    .and_reply(|_, answer, memory| {
        let pin = memory.kept.get("pin").cloned().unwrap_or_default();
        answer.change_items(|items| {
            for item in items {
                if let Some(value) = item.get_mut("ca_pin") {
                    *value = pin.clone();
                }
            }
        });
    }),
    Defect::call("pin-in-text-sent", "`request` has the PIN that was sent", |call, memory| {
        if let Some(pin) = call.parameters.get("pin").and_then(Value::as_str) {
            memory.kept.insert("pin".to_owned(), json!(pin));
        }
    })
    .and_reply(|_, answer, memory| {
        let pin = memory.kept.get("pin").and_then(Value::as_str);
        let pin = pin.unwrap_or_default().to_owned();
        answer.change_in("COMPLETED", |request| {
            if request.get("type") == Some(&json!("UPDATE_CA_PIN_TO_GIVEN_VALUE")) {
                let sent = request.get("request").and_then(Value::as_str);
                let sent = format!("{} {pin}", sent.unwrap_or_default());
                request.insert("request".to_owned(), json!(sent));
            }
        });
    }),
    Defect::reply("item-ids-alike", "every item has the id 1", |_, answer, _| {
        answer.change_items(|items| {
            for item in items.iter_mut().filter_map(Value::as_object_mut) {
                item.insert("id".to_owned(), json!("1"));
            }
        });
    }),
    Defect::reply("items-lost", "`parameters_set` is empty", |call, answer, _| {
        if call.creates() {
            answer.change("parameters_set", |value| *value = json!([]));
        }
    }),
    Defect::reply("items-merged", "one item has everything", |_, answer, _| {
        answer.change_items(|items| {
            let all = items.iter().filter_map(Value::as_object).flatten();
            let merged: serde_json::Map<String, Value> =
                all.map(|(name, value)| (name.clone(), value.clone())).collect();
            *items = vec![Value::Object(merged)];
        });
    }),
    Defect::reply("item-misspelt", "`smartcard_ca_id` is called `smartcard_id`", |_, answer, _| {
        answer.change_items(|items| {
            for item in items.iter_mut().filter_map(Value::as_object_mut) {
                if let Some(value) = item.remove("smartcard_ca_id") {
                    item.insert("smartcard_id".to_owned(), value);
                }
            }
        });
    }),
    Defect::reply(
        "unit-lost",
        "the unit that created a request is left out, that which updated it is not",
        |_, answer, _| {
            answer.change("log_information", |log| {
                log.as_object_mut().map(|log| log.remove("created_by_unit"));
            });
        },
    ),
    Defect::reply("user-cut", "a user has no `email`", |_, answer, _| {
        answer.change("log_information", |log| {
            if let Some(user) = log.get_mut("created_by_user").and_then(Value::as_object_mut) {
                user.remove("email");
            }
        });
    }),
    Defect::reply(
        "creator-of-another",
        "a request was created by another user than the one who called",
        |_, answer, _| {
            answer.change("log_information", |log| {
                if let Some(name) = log.pointer_mut("/created_by_user/username") {
                    *name = json!("WEBSERVICE");
                }
            });
        },
    ),
    Defect::reply("response-without-ok", "`response` is the reference alone", |_, answer, _| {
        answer.change("response", |value| {
            let bare = value.as_str().map(|text| text.trim_start_matches("OK").to_owned());
            *value = json!(bare);
        });
    }),
    Defect::reply(
        "update-not-dated",
        "`updated_date` stays that of the creation",
        |_, answer, _| {
            answer.change("log_information", |log| {
                let created = log["created_date"].clone();
                log["updated_date"] = created;
            });
            answer.change_in("COMPLETED", |request| {
                request.insert("executed_date".to_owned(), json!("2099-01-01T00:00:00"));
            });
        },
    ),
    Defect::reply(
        "looking-updates",
        "whoever shows a COMPLETED request moves its `updated_date`",
        |call, answer, memory| {
            if !call.is(Operation::Show) {
                return;
            }
            let count = memory.kept.get("count").and_then(Value::as_i64);
            let count = count.unwrap_or(0) + 1;
            memory.kept.insert("count".to_owned(), json!(count));
            answer.change_in("COMPLETED", |request| {
                let log = request.get_mut("log_information");
                let updated = log.and_then(|log| log.get_mut("updated_date"));
                let Some(updated) = updated else { return };
                let date = updated.as_str().and_then(conax_contract::text::parse_moment);
                if let Some(date) = date {
                    let date = date + chrono::TimeDelta::seconds(count);
                    *updated = json!(conax_contract::text::render_moment(date));
                }
            });
        },
    ),
    Defect::reply("error-lost", "a REJECTED request has no error", |_, answer, _| {
        answer.change_in("REJECTED", |request| {
            request.insert("error_code".to_owned(), Value::Null);
        });
    }),
    Defect::reply("error-kept", "a COMPLETED request has an error", |_, answer, _| {
        answer.change_in("COMPLETED", |request| {
            request.insert("error_code".to_owned(), json!("NONE"));
        });
    }),
    Defect::reply(
        "provider-error-as-number",
        "the two `provider_error_` members are 0",
        |_, answer, _| {
            for name in ["provider_error_code", "provider_error_description"] {
                answer.change(name, |value| *value = json!(0));
            }
        },
    ),
    Defect::reply("reference-as-object", "`reference_number` is an object", |_, answer, _| {
        answer.change("reference_number", |value| *value = json!({ "id": value.clone() }));
    }),
    Defect::reply(
        "executed-before-created",
        "`executed_date` lies before the creation",
        |_, answer, _| {
            answer.change_in("COMPLETED", |request| {
                request.insert("executed_date".to_owned(), json!("1999-01-01T00:00:00"));
            });
        },
    ),
    Defect::reply("priority-word", "REGULAR is called NORMAL", |_, answer, _| {
        answer.change("priority", |value| {
            if *value == "REGULAR" {
                *value = json!("NORMAL");
            }
        });
    }),
    Defect::reply("process-word", "MANUAL is called BY_HAND", |_, answer, _| {
        answer.change("process_name", |value| {
            if *value == "MANUAL" {
                *value = json!("BY_HAND");
            }
        });
    }),
    Defect::reply(
        "date-made-up",
        "without a date a request is scheduled for another year",
        |call, answer, _| {
            if call.creates() && !call.has("start_date") && !call.has("scheduled_date") {
                answer.change("scheduled_date", |value| *value = json!("2036-01-01T00:00:00"));
            }
        },
    ),
    Defect::reply("unit-cut", "a unit has no `alternative_code`", |_, answer, _| {
        answer.change("log_information", |log| {
            if let Some(unit) = log.get_mut("created_by_unit").and_then(Value::as_object_mut) {
                unit.remove("alternative_code");
            }
        });
    }),
    Defect::reply(
        "updated-before-created",
        "`updated_date` lies before `created_date`",
        |_, answer, _| {
            answer.change("log_information", |log| {
                log["updated_date"] = json!("1999-01-01T00:00:00")
            });
        },
    ),
    // ----------------------------------------------------------------------- wrong in states --
    Defect::reply("completed-at-once", "a creation answers COMPLETED", |call, answer, _| {
        if call.creates() {
            answer.change("life_cycle_state", |value| *value = json!("COMPLETED"));
        }
    }),
    Defect::reply("rejected-as-completed", "REJECTED is told as COMPLETED", |_, answer, _| {
        answer.change("life_cycle_state", |value| {
            if *value == "REJECTED" {
                *value = json!("COMPLETED");
            }
        });
    }),
    Defect::reply("stale-list", "lists show every request as PENDING", |call, answer, _| {
        if call.is(Operation::List) {
            answer.change("life_cycle_state", |value| *value = json!("PENDING"));
        }
    }),
    Defect::reply(
        "ended-reopens",
        "a request that has ended is PENDING when it is shown again",
        |call, answer, memory| {
            if !call.is(Operation::Show) {
                return;
            }
            for request in answer.requests() {
                if request.get("life_cycle_state").is_some_and(|state| state == "COMPLETED") {
                    let id = request.get("id").map(Value::to_string).unwrap_or_default();
                    if memory.kept.insert(id, Value::Null).is_some() {
                        request.insert("life_cycle_state".to_owned(), json!("PENDING"));
                    }
                }
            }
        },
    ),
    Defect::call("immediate-ignored", "`process_immediately` is ignored", |call, _| {
        call.parameters.remove("process_immediately");
    }),
    Defect::call(
        "immediate-waits-for-a-run",
        "`process_immediately` is kept, and the call sends nothing",
        |call, memory| {
            let flag = call.parameters.get("process_immediately");
            let is_on =
                flag.is_some_and(|flag| matches!(flag.to_string().trim_matches('"'), "true" | "1"));
            memory.kept.insert("flag".to_owned(), json!(is_on));
            if call.creates() && is_on {
                call.parameters.insert("process_immediately".to_owned(), json!(false));
            }
        },
    )
    .and_reply(|call, answer, memory| {
        if call.creates() && answer.is_ok() && memory.kept["flag"] == true {
            let id = answer.body["data"]["id"].to_string();
            memory.kept.insert(id, json!(true));
        }
        for request in answer.requests() {
            let id = request.get("id").map(Value::to_string).unwrap_or_default();
            if memory.kept.contains_key(&id)
                && let Some(flag) = request.get_mut("process_immediately")
            {
                *flag = json!(1);
            }
        }
    }),
    Defect::call("immediate-always", "every request is sent by its call", |call, _| {
        if call.creates() {
            call.parameters.insert("process_immediately".to_owned(), json!(true));
        }
    }),
    Defect::call("start-date-wins", "of two dates the start date is kept", |call, _| {
        if call.has("start_date") && call.operation.parameter("start_date").is_some() {
            call.parameters.remove("scheduled_date");
        }
    }),
    Defect::call("date-ignored", "`start_date` and `scheduled_date` are ignored", |call, _| {
        call.parameters.remove("start_date");
        call.parameters.remove("scheduled_date");
    }),
    Defect::call("express-ignored", "EXPRESS is ignored", |call, _| {
        call.parameters.remove("priority");
    }),
    Defect::reply(
        "priority-by-default-express",
        "a request without a priority is EXPRESS",
        |call, answer, _| {
            if call.creates() && !call.has("priority") {
                answer.change("priority", |value| *value = json!("EXPRESS"));
            }
        },
    ),
    // -------------------------------------------------------------------- wrong in the status --
    Defect::reply("status-cut", "the status block has no `description`", |_, answer, _| {
        if let Some(status) = answer.body.get_mut("status").and_then(Value::as_object_mut) {
            status.remove("description");
        }
    }),
    Defect::reply("status-ok-in-lower-case", "the code of success is `ok`", |_, answer, _| {
        if answer.is_ok() {
            answer.body["status"]["code"] = json!("ok");
        }
    }),
    Defect::reply("success-with-text", "success has the message `Success`", |_, answer, _| {
        if answer.is_ok() {
            answer.body["status"]["message"] = json!("Success");
        }
    }),
    Defect::reply("refused-with-500", "refusals have HTTP 500", |_, answer, _| {
        if !answer.is_ok() {
            answer.http_status = 500;
        }
    }),
    Defect::reply("refused-without-text", "refusals have no message", |_, answer, _| {
        if !answer.is_ok() {
            answer.body["status"]["message"] = Value::Null;
        }
    }),
    Defect::reply("refused-as-html", "refusals are HTML", |_, answer, _| {
        if !answer.is_ok() {
            answer.raw = Some("<html><body>Bad request</body></html>");
        }
    }),
    Defect::reply("refused-with-ok", "refusals say OK, with empty data", |_, answer, _| {
        if !answer.is_ok() {
            answer.body = json!({ "status": { "code": "OK", "message": null, "description": null }, "data": {} });
        }
    }),
    // -------------------------------------------------------------------- wrong in what it takes --
    Defect::call("two-filters-taken", "of two filters of list one is ignored", |call, _| {
        if call.is(Operation::List) && call.has("type") {
            call.parameters.remove("life_cycle_state");
            call.parameters.remove("reference_number");
        } else if call.is(Operation::List) && call.has("life_cycle_state") {
            call.parameters.remove("reference_number");
        }
    }),
    Defect::call("no-filter-taken", "list without a filter lists what is PENDING", |call, _| {
        let filters = ["type", "life_cycle_state", "reference_number"];
        if call.is(Operation::List) && !filters.iter().any(|name| call.has(name)) {
            call.parameters.insert("life_cycle_state".to_owned(), json!("PENDING"));
        }
    }),
    Defect::call("both-sets-taken", "of two sets the smartcards are ignored", |call, _| {
        if call.is(Operation::AddToExistingPairing) && call.has("stb_set") {
            call.parameters.remove("smartcard_set");
        }
    }),
    Defect::call(
        "two-keys-taken",
        "of two keys of an identifier the second is ignored",
        |call, _| {
            for name in ["subscription_identifier", "service_identifier", "smartcard_identifier"] {
                keep_first(call, name);
            }
        },
    ),
    Defect::call("service-optional", "the service may be left out", |call, memory| {
        fill_in(call, memory, "service_identifier")
    }),
    Defect::call("subscription-optional", "the subscription may be left out", |call, memory| {
        if !matches!(call.operation, Operation::CreatePairing | Operation::AddToExistingPairing) {
            fill_in(call, memory, "subscription_identifier");
        }
    }),
    Defect::call("pin-optional", "the PIN may be left out", |call, memory| {
        fill_in(call, memory, "pin")
    }),
    Defect::call("any-pin-taken", "a PIN of letters is taken", |call, _| {
        if call.text("pin").bytes().any(|byte| !byte.is_ascii_digit()) {
            call.parameters.insert("pin".to_owned(), json!("0000"));
        }
    }),
    Defect::call("any-priority-taken", "an unknown priority is ignored", |call, _| {
        drop_unless(call, "priority", |value| *value == "REGULAR" || *value == "EXPRESS");
    }),
    Defect::call("any-date-taken", "a date that is none is ignored", |call, _| {
        for name in ["start_date", "scheduled_date"] {
            drop_unless(call, name, |value| {
                value.as_str().is_some_and(crate::conformance::is_date)
            });
        }
    }),
    Defect::call("any-flag-taken", "a flag that is none is ignored", |call, _| {
        drop_unless(call, "process_immediately", |value| {
            matches!(value.to_string().trim_matches('"'), "true" | "false" | "1" | "0")
        });
    }),
    Defect::call("any-state-taken", "an unknown state lists what is PENDING", |call, _| {
        if call.is(Operation::List)
            && call.has("life_cycle_state")
            && !["PENDING", "COMPLETED", "REJECTED"].contains(&call.text("life_cycle_state"))
        {
            call.parameters.insert("life_cycle_state".to_owned(), json!("PENDING"));
        }
    }),
    Defect::call("no-token-taken", "a token may be left out", |call, memory| {
        if let (true, false, Some(token)) =
            (call.operation.needs_token(), call.has("token"), memory.kept.get("token"))
        {
            call.parameters.insert("token".to_owned(), token.clone());
        }
    })
    .and_reply(remember_token),
    Defect::call("any-token-taken", "any token is taken", |call, memory| {
        if let (true, true, Some(token)) =
            (call.operation.needs_token(), call.has("token"), memory.kept.get("token"))
        {
            call.parameters.insert("token".to_owned(), token.clone());
        }
    })
    .and_reply(remember_token),
    Defect::call("extra-refused", "a parameter nobody knows is refused", |call, _| {
        let unknown = call.parameters.keys().any(|name| call.operation.parameter(name).is_none());
        if unknown {
            call.answer = Some(refusal(
                "COM.CRM.EXCEPTION.WEBAPI.UNKNOWNPARAMETEREXCEPTION",
                "There is no such parameter.",
            ));
        }
    }),
    Defect {
        raw: |call| match is_api(&call) && !is_known_path(&call) {
            true => as_list(&call),
            false => call,
        },
        ..Defect::named("any-path-taken", "a method nobody documented lists what is PENDING")
    },
    Defect {
        raw: |call| match is_api(&call) && is_known_path(&call) && call.body.is_empty() {
            true => as_list(&call),
            false => call,
        },
        ..Defect::named("any-verb-taken", "a wrong verb lists what is PENDING")
    },
    Defect {
        raw: |call| match serde_json::from_slice::<Value>(&call.body) {
            // The last of two wins where they are read into a map.
            Ok(body) if is_api(&call) && body.is_object() => {
                HttpCall { body: body.to_string().into_bytes(), ..call }
            }
            _ => call,
        },
        ..Defect::named("last-of-two-taken", "of a parameter given twice the last is taken")
    },
    // ------------------------------------------------------------------- wrong in what it lists --
    Defect::call("page-one-more", "a page has one request more than asked for", |call, _| {
        add_to(call, "number_of_results", 1)
    }),
    Defect::call("page-skips-one", "a page skips one request too many", |call, _| {
        add_to(call, "offset", 1)
    }),
    Defect::call("page-not-skipped", "`offset` is ignored", |call, _| {
        call.parameters.remove("offset");
    }),
    Defect::call("page-not-limited", "`number_of_results` is ignored", |call, _| {
        call.parameters.remove("number_of_results");
    }),
    Defect::call("projection-ignored", "`fields_set` is ignored", |call, _| {
        call.parameters.remove("fields_set");
    }),
    Defect::call("projection-with-id", "`fields_set` always adds `id`", |call, _| {
        if call.has("fields_set")
            && !call.text("fields_set").split(',').any(|name| name.trim() == "id")
        {
            let more = format!("{},id", call.text("fields_set"));
            call.parameters.insert("fields_set".to_owned(), json!(more));
        }
    }),
    Defect::reply(
        "projection-changes",
        "a projection tells another priority",
        |call, answer, _| {
            if call.has("fields_set") {
                answer.change("priority", |value| {
                    *value = json!(if *value == "EXPRESS" { "REGULAR" } else { "EXPRESS" });
                });
            }
        },
    ),
    Defect::reply("list-loses-last", "a list loses its last request", |call, answer, _| {
        if let (true, Some(list)) = (call.is(Operation::List), answer.list()) {
            list.pop();
        }
    }),
    Defect::reply("list-doubles-first", "a list has its first request twice", |call, answer, _| {
        if let (true, Some(list)) = (call.is(Operation::List), answer.list())
            && let Some(first) = list.first().cloned()
        {
            list.insert(0, first);
        }
    }),
    Defect::reply("list-backwards", "a list has the youngest request first", |call, answer, _| {
        if let (true, Some(list)) = (call.is(Operation::List), answer.list()) {
            list.reverse();
        }
    }),
    Defect::reply(
        "list-of-one-as-object",
        "a list of one request is that request",
        |call, answer, _| {
            if let (true, Some([one])) =
                (call.is(Operation::List), answer.list().map(|list| list.as_slice()))
            {
                answer.body["data"] = one.clone();
            }
        },
    ),
    Defect::reply("list-of-none-as-null", "an empty list is null", |call, answer, _| {
        if let (true, Some([])) =
            (call.is(Operation::List), answer.list().map(|list| list.as_slice()))
        {
            answer.body["data"] = Value::Null;
        }
    }),
    Defect::call("type-filter-ignored", "list by type lists what is PENDING", |call, _| {
        if call.is(Operation::List)
            && call.has("type")
            && !call.has("life_cycle_state")
            && !call.has("reference_number")
        {
            call.parameters.remove("type");
            call.parameters.insert("life_cycle_state".to_owned(), json!("PENDING"));
        }
    }),
    Defect::reply("show-in-list", "show answers a list of one", |call, answer, _| {
        if call.is(Operation::Show) && answer.is_ok() {
            let shown = answer.body["data"].take();
            answer.body["data"] = json!([shown]);
        }
    }),
    Defect::reply(
        "show-previous",
        "show answers what it answered before",
        |call, answer, memory| {
            if call.is(Operation::Show) && answer.is_ok() && !call.has("fields_set") {
                let now = answer.body["data"].clone();
                if let Some(before) = memory.kept.insert("shown".to_owned(), now) {
                    answer.body["data"] = before;
                }
            }
        },
    ),
    Defect::reply(
        "lists-shuffled",
        "every second list is in another order",
        |call, answer, memory| {
            if !call.is(Operation::List) {
                return;
            }
            let odd = memory.kept.get("odd") == Some(&json!(true));
            memory.kept.insert("odd".to_owned(), json!(!odd));
            if let (true, Some(list)) = (odd, answer.list()) {
                list.reverse();
            }
        },
    ),
    Defect::call("projection-of-one", "of `fields_set` only the first name counts", |call, _| {
        if call.has("fields_set") {
            let first = call.text("fields_set").split(',').next().unwrap_or_default().to_owned();
            call.parameters.insert("fields_set".to_owned(), json!(first));
        }
    }),
    Defect::reply(
        "number-shows-less",
        "named by number, a request is shown without its items",
        |call, answer, _| {
            let named = call.parameters.get("provisioning_request_identifier");
            if named.is_some_and(|named| named.get("number").is_some()) {
                for request in answer.requests() {
                    request.remove("parameters_set");
                }
            }
        },
    ),
    Defect::call(
        "order-matters",
        "a query that does not begin with `fields_set` loses it",
        |call, _| {
            let query = call.target.split_once('?').map_or("", |(_, query)| query);
            if call.is(Operation::Show) && !query.starts_with("fields_set") {
                call.parameters.remove("fields_set");
            }
        },
    ),
    Defect::reply("refusals-vary", "every second refusal has another code", |_, answer, memory| {
        if answer.is_ok() {
            return;
        }
        let odd = memory.kept.get("odd") == Some(&json!(true));
        memory.kept.insert("odd".to_owned(), json!(!odd));
        if odd {
            answer.body["status"]["code"] = json!("COM.CRM.EXCEPTION.WEBAPI.OTHEREXCEPTION");
        }
    }),
    Defect::call(
        "tokens-see-less",
        "all tokens that are issued but the first see empty lists",
        |call, memory| {
            let token = call.text("token").to_owned();
            let is_later = memory.kept.contains_key(&format!("later {token}"));
            if call.is(Operation::List) && is_later {
                call.parameters.retain(|name, _| name == "token");
                call.parameters.insert("reference_number".to_owned(), json!("none"));
            }
        },
    )
    .and_reply(|call, answer, memory| {
        if call.is(Operation::IssueToken) && answer.is_ok() {
            let token = answer.body["data"]["token"].as_str().unwrap_or_default();
            let name = match memory.kept.contains_key("first") {
                true => format!("later {token}"),
                false => "first".to_owned(),
            };
            memory.kept.insert(name, Value::Null);
        }
    }),
    Defect::call(
        "one-token-a-user",
        "a login ends the token of the login before",
        |call, memory| {
            let token = call.text("token").to_owned();
            if memory.kept.contains_key(&format!("dead {token}")) {
                call.parameters.insert("token".to_owned(), json!("none"));
            }
        },
    )
    .and_reply(|call, answer, memory| {
        if call.is(Operation::IssueToken) && answer.is_ok() {
            let token = answer.body["data"]["token"].clone();
            if let Some(before) = memory.kept.insert("issued".to_owned(), token) {
                let before = before.as_str().unwrap_or_default();
                memory.kept.insert(format!("dead {before}"), Value::Null);
            }
        }
    }),
    Defect::call("release-refused", "a token cannot be released", |call, _| {
        if call.is(Operation::ReleaseToken) {
            call.answer = Some(refusal(
                "COM.CRM.EXCEPTION.WEBAPI.DEPRECATEDEXCEPTION",
                "Tokens end by themselves.",
            ));
        }
    }),
    // ----------------------------------------------------------------- wrong in what it remembers --
    Defect::reply(
        "ids-repeat",
        "every second creation answers the id of the one before",
        |call, answer, memory| {
            if !call.creates() || !answer.is_ok() {
                return;
            }
            let id = answer.body["data"]["id"].clone();
            match memory.kept.remove("last") {
                Some(last) => answer.body["data"]["id"] = last,
                None => {
                    memory.kept.insert("last".to_owned(), id);
                }
            }
        },
    ),
    Defect::reply(
        "one-reference-for-all",
        "every COMPLETED request has the reference of the first one",
        |_, answer, memory| {
            let first = |memory: &mut Memory, name: &str, found: &Value| {
                let kept = memory.kept.entry(name.to_owned());
                kept.or_insert_with(|| found.clone()).clone()
            };
            for request in answer.requests() {
                let is_completed =
                    request.get("life_cycle_state").is_some_and(|state| state == "COMPLETED");
                for name in ["reference_number", "response"] {
                    if let (true, Some(value)) = (is_completed, request.get_mut(name)) {
                        *value = first(memory, name, value);
                    }
                }
            }
        },
    ),
    Defect::reply(
        "another-id-answered",
        "a creation answers an id that no request has",
        |call, answer, memory| {
            if call.creates() && answer.is_ok() {
                answer.body["data"]["id"] = json!(format!("{:032X}", memory.created));
            }
        },
    ),
    Defect::reply("numbers-fall", "numbers fall", |call, answer, memory| {
        if call.creates() && answer.is_ok() {
            let number = 900_000 - memory.created;
            answer.change("number", |value| *value = json!(number.to_string()));
        }
    }),
    Defect::call("sent-twice", "every order is recorded twice", |call, _| {
        if call.creates() {
            call.times = 2;
        }
    }),
    Defect::reply(
        "request-lost",
        "lists have nothing that was created in the last call",
        |call, answer, memory| {
            if call.creates() && answer.is_ok() {
                memory.kept.insert("lost".to_owned(), answer.body["data"]["id"].clone());
            } else if call.is(Operation::List) {
                let lost = memory.kept.get("lost").cloned();
                if let Some(list) = answer.list() {
                    list.retain(|item| Some(&item["id"]) != lost.as_ref());
                }
            }
        },
    ),
    Defect::reply(
        "third-is-lost",
        "the third request that is created is never seen again",
        |call, answer, memory| {
            if call.creates() && answer.is_ok() && memory.created == 3 {
                for name in ["id", "number"] {
                    let lost = answer.body["data"][name].clone();
                    memory.kept.insert(name.to_owned(), lost);
                }
                return;
            }
            let lost = (memory.kept.get("id"), memory.kept.get("number"));
            let is_lost = |id: Option<&Value>, number: Option<&Value>| {
                (id.is_some() && id == lost.0) || (number.is_some() && number == lost.1)
            };
            if call.is(Operation::Show) && !call.creates() {
                let named = call.parameters.get("provisioning_request_identifier");
                let named = |name: &str| named.and_then(|named| named.get(name));
                if is_lost(named("id"), named("number")) {
                    answer.body = refusal(
                        "COM.CRM.EXCEPTION.CONAXWEBSERVICES.PROVISIONINGREQUESTNOTFOUNDEXCEPTION",
                        "There is no such request.",
                    );
                }
            } else if let (true, Some(list)) = (call.is(Operation::List), answer.list()) {
                list.retain(|item| !is_lost(item.get("id"), item.get("number")));
            }
        },
    ),
    Defect::reply(
        "card-by-serial-number",
        "the items name the smartcard by what it was named by",
        |call, answer, _| {
            let named = call.parameters.get("smartcard_identifier");
            let named = named.and_then(|named| named.get("serial_number")).cloned();
            if let (true, Some(named)) = (call.creates(), named) {
                answer.change_items(|items| {
                    for item in items {
                        for name in ["smartcard_ca_id", "existing_smartcard_ca_id"] {
                            if let Some(value) = item.get_mut(name) {
                                *value = named.clone();
                            }
                        }
                    }
                });
            }
        },
    ),
    Defect::reply(
        "service-by-code",
        "the items name the service by what it was named by",
        |call, answer, _| {
            let named = call.parameters.get("service_identifier");
            let named = named.and_then(|named| named.get("code")).cloned();
            if let (true, Some(named)) = (call.creates(), named) {
                answer.change_items(|items| {
                    for value in items.iter_mut().filter_map(|item| item.get_mut("service_ca_id")) {
                        *value = named.clone();
                    }
                });
            }
        },
    ),
    Defect::reply("list-without-items", "a list leaves `parameters_set` out", |call, answer, _| {
        if call.is(Operation::List) {
            for request in answer.requests() {
                request.remove("parameters_set");
            }
        }
    }),
    Defect::reply(
        "executed-by-another-clock",
        "`executed_date` and `updated_date` are three hours ahead",
        |_, answer, _| {
            answer.change_in("COMPLETED", |request| {
                let ahead = |value: &mut Value| {
                    let date = value.as_str().and_then(conax_contract::text::parse_moment);
                    if let Some(date) = date {
                        let date = date + chrono::TimeDelta::hours(3);
                        *value = json!(conax_contract::text::render_moment(date));
                    }
                };
                request.get_mut("executed_date").map(ahead);
                let log = request.get_mut("log_information");
                log.and_then(|log| log.get_mut("updated_date")).map(ahead);
            });
        },
    ),
    Defect::call("unit-ignored", "the unit of a login is ignored", |call, _| {
        if call.is(Operation::IssueToken) {
            call.parameters.remove("unit");
        }
    }),
    Defect::call(
        "cancellation-blocks",
        "an activation is refused while an equal cancellation waits",
        |call, memory| {
            let equal = Value::Object(call.parameters.clone());
            if call.is(Operation::CancelSubscriptions) && call.has("start_date") {
                memory.kept.insert("waits".to_owned(), equal);
            } else if call.is(Operation::AddSubscriptions)
                && memory.kept.get("waits") == Some(&equal)
            {
                let code = "COM.CRM.EXCEPTION.CONAXWEBSERVICES.PENDINGEXCEPTION";
                call.answer = Some(refusal(code, "a cancellation still waits"));
            }
        },
    ),
    Defect::call(
        "equal-order-ignored",
        "an equal order is answered with the earlier request",
        |call, memory| {
            if call.creates() {
                let key =
                    format!("{} {}", call.operation.name(), Value::Object(call.parameters.clone()));
                match memory.kept.get(&key) {
                    Some(answer) => call.answer = Some(answer.clone()),
                    None => {
                        memory.kept.insert("key".to_owned(), json!(key));
                    }
                }
            }
        },
    )
    .and_reply(|call, answer, memory| {
        if let (true, Some(key)) =
            (call.creates() && answer.is_ok(), memory.kept.get("key").cloned())
        {
            memory.kept.insert(key.as_str().unwrap_or_default().to_owned(), answer.body.clone());
        }
    }),
    Defect::call("cancel-adds", "cancel_subscriptions creates an activation", |call, _| {
        if call.is(Operation::CancelSubscriptions) {
            call.operation = Operation::AddSubscriptions;
        }
    }),
    Defect::call(
        "refused-is-recorded",
        "a refused order creates a request all the same",
        |call, memory| {
            if !call.creates() {
                return;
            }
            let is_wrong =
                call.has("priority") && !["REGULAR", "EXPRESS"].contains(&call.text("priority"));
            memory.kept.insert("wrong".to_owned(), json!(is_wrong));
            if is_wrong {
                call.parameters.remove("priority");
            }
        },
    )
    .and_reply(|call, answer, memory| {
        if call.creates() && memory.kept.get("wrong") == Some(&json!(true)) && answer.is_ok() {
            answer.body = refusal(
                "COM.CRM.EXCEPTION.WEBAPI.INVALIDPARAMETERVALUEEXCEPTION",
                "The parameter `priority` is wrong.",
            );
        }
    }),
    Defect {
        loses_parallel: true,
        ..Defect::named(
            "parallel-lost",
            "of several orders at the same time the last is answered with the first",
        )
    },
    Defect::call("all-refused", "everything is refused", |call, _| {
        call.answer =
            Some(refusal("COM.CRM.EXCEPTION.WEBAPI.MAINTENANCEEXCEPTION", "Come back later."));
    }),
    // ---------------------------------------------------------------------- wrong in its logins --
    Defect::call("any-password-taken", "any password lets in", |call, memory| {
        if call.is(Operation::IssueToken) && call.has("password") {
            let first = memory
                .kept
                .entry("password".to_owned())
                .or_insert_with(|| call.parameters["password"].clone());
            call.parameters.insert("password".to_owned(), first.clone());
        }
    }),
    Defect::reply("any-key-taken", "any Web API key lets in", |call, answer, memory| {
        if !call.is(Operation::IssueTokenForWebApiKey) {
            return;
        }
        if answer.is_ok() {
            memory.kept.insert("by key".to_owned(), answer.body.clone());
        } else if let Some(taken) = memory.kept.get("by key") {
            answer.body = taken.clone();
        }
    }),
    Defect::call("release-ends-all", "a release ends every token of the user", |call, memory| {
        let token = call.text("token").to_owned();
        if memory.kept.contains_key(&format!("ended {token}")) {
            call.parameters.insert("token".to_owned(), json!("none"));
        }
    })
    .and_reply(|call, answer, memory| {
        if call.is(Operation::IssueToken) && answer.is_ok() {
            let token = answer.body["data"]["token"].as_str().unwrap_or_default();
            memory.kept.insert(format!("lives {token}"), Value::Null);
        } else if call.is(Operation::ReleaseToken) && answer.is_ok() {
            let names = memory.kept.keys().cloned().collect::<Vec<_>>();
            for name in names {
                if let Some(token) = name.strip_prefix("lives ") {
                    memory.kept.insert(format!("ended {token}"), Value::Null);
                    memory.kept.remove(&name);
                }
            }
        }
    }),
    Defect::call("release-ignored", "a released token lives on", |call, _| {
        if call.is(Operation::ReleaseToken) && call.has("token") {
            call.answer = Some(
                json!({ "status": { "code": "OK", "message": null, "description": null }, "data": {} }),
            );
        }
    }),
    // ----------------------------------------------------------------------- wrong behind the API --
    Defect::rules(
        "executed-twice",
        "every order reaches Conax twice",
        "{ name: hidden, preset: f37 }",
    ),
    Defect::rules(
        "false-completion",
        "orders are told COMPLETED that Conax never saw",
        "{ name: hidden, preset: f35 }",
    ),
    Defect::rules(
        "foreign-reference",
        "a request gets the reference of another one",
        "{ name: hidden, preset: f24 }",
    ),
    Defect::rules(
        "false-rejection",
        "orders that Conax carried out are told REJECTED",
        "{ name: hidden, preset: f05 }",
    ),
];
