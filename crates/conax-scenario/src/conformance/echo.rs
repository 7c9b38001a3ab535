//! What an answer owes to its call: a creation repeats what was asked for, a list holds what
//! matches, `show` shows what was named.

use std::collections::BTreeSet;

use conax_contract::crm::{CommandKind, LifeCycleState, Member, Operation, ParameterKey, Priority};
use conax_contract::text::parse_moment;
use serde_json::Value;

use super::exchange::Exchange;
use super::kinds::{is_date, shown};
use super::object::Printed;
use super::records::{Kind, Records};
use super::verdicts::{Break, Verdicts};

/// Judges an answer that went well against its call.
pub(super) fn judge(exchange: &Exchange, records: &Records, verdicts: &mut Verdicts) {
    let printed = Printed::all(exchange);
    match exchange.operation {
        Operation::Show => shown_is_named(exchange, &printed, verdicts),
        Operation::List => listed_matches(exchange, &printed, verdicts),
        Operation::IssueToken | Operation::IssueTokenForWebApiKey => token(exchange, verdicts),
        Operation::ReleaseToken => {}
        _ => {
            if let [printed] = printed.as_slice() {
                created(exchange, printed, records, verdicts);
            }
        }
    }
}

fn token(exchange: &Exchange, verdicts: &mut Verdicts) {
    let token = exchange.data().get("token").and_then(Value::as_str);
    verdicts.judge("token.form", token.is_some_and(|token| !token.is_empty()), || {
        Break::at(exchange.number, "data.token", "non-empty text", "none")
    });
}

fn shown_is_named(exchange: &Exchange, printed: &[Printed<'_>], verdicts: &mut Verdicts) {
    let Some(Value::Object(named)) = exchange.parameters.get("provisioning_request_identifier")
    else {
        return;
    };
    let [printed] = printed else { return };
    for (field, value) in named {
        let (id, member) = match field.as_str() {
            "id" => ("show.by-id", Member::Id),
            "number" => ("show.by-number", Member::Number),
            _ => continue,
        };
        let Some(found) = printed.get(member) else {
            continue;
        };
        for clause in [id, "show.one-record"] {
            verdicts.judge(clause, found == value, || {
                printed.at(
                    member.code(),
                    shown(member.code(), Some(value)),
                    shown(member.code(), Some(found)),
                )
            });
        }
    }
}

/// A filter of lists: its parameter, its clause, its member, and whether a text is one of its values.
type Filter = (&'static str, &'static str, Member, fn(&str) -> bool);

fn listed_matches(exchange: &Exchange, printed: &[Printed<'_>], verdicts: &mut Verdicts) {
    let filters: [Filter; 3] = [
        ("type", "list.by-type", Member::Type, |text| CommandKind::from_code(text).is_some()),
        ("life_cycle_state", "list.by-state", Member::LifeCycleState, |text| {
            LifeCycleState::from_code(text).is_some()
        }),
        ("reference_number", "list.by-reference-number", Member::ReferenceNumber, |_| true),
    ];
    let given =
        filters.map(|(parameter, ..)| usize::from(exchange.parameters.contains_key(parameter)));
    if given.iter().sum::<usize>() != 1 {
        // Nothing says what belongs into such a list: it should have been refused.
        return;
    }
    for (parameter, id, member, is_word) in filters {
        // What becomes of a word that is none is told by its own clause.
        let wanted = exchange.parameters.get(parameter);
        let Some(wanted) = wanted.filter(|wanted| wanted.as_str().is_none_or(is_word)) else {
            continue;
        };
        for printed in printed {
            if let Some(found) = printed.get(member) {
                verdicts.judge(id, found == wanted, || {
                    printed.at(member.code(), shown("", Some(wanted)), shown("", Some(found)))
                });
            }
        }
    }
    in_order(printed, verdicts);
}

fn in_order(printed: &[Printed<'_>], verdicts: &mut Verdicts) {
    let created = |printed: &Printed<'_>| {
        let log = printed.get(Member::LogInformation)?;
        log["created_date"].as_str().map(str::to_owned)
    };
    for pair in printed.windows(2) {
        if let (Some(first), Some(second)) = (created(&pair[0]), created(&pair[1])) {
            verdicts.judge("list.order", first <= second, || {
                pair[1].at("log_information.created_date", format!("{first} or later"), second)
            });
        }
    }
}

fn created(exchange: &Exchange, printed: &Printed<'_>, records: &Records, verdicts: &mut Verdicts) {
    let at_once = flag(exchange.parameters.get("process_immediately"));
    let Some(at_once) = at_once else { return };
    its_type_and_state(exchange, printed, at_once, verdicts);
    its_priority(exchange, printed, verdicts);
    its_date(exchange, printed, verdicts);
    its_items(exchange, printed, verdicts);
    its_card(exchange, printed, records, verdicts);
    its_service(exchange, printed, records, verdicts);
    if exchange.operation == Operation::AddToExistingPairing {
        let name = printed.text(Member::ProcessName);
        verdicts.judge("add_to_existing_pairing.process-name", name == Some("MANUAL"), || {
            printed.at("process_name", "MANUAL", shown("", printed.get(Member::ProcessName)))
        });
    }
}

/// What a boolean parameter says; false if it is not there.
fn flag(value: Option<&Value>) -> Option<bool> {
    match value {
        None | Some(Value::Null) => Some(false),
        Some(Value::Bool(flag)) => Some(*flag),
        Some(Value::Number(number)) => match number.as_u64() {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        },
        Some(Value::String(text)) => match text.as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        Some(_) => None,
    }
}

fn its_type_and_state(
    exchange: &Exchange,
    printed: &Printed<'_>,
    at_once: bool,
    verdicts: &mut Verdicts,
) {
    let operation = exchange.operation;
    let wanted = operation.creates().map_or("", |made| made.code());
    let found = printed.text(Member::Type).unwrap_or_default();
    let state = printed.text(Member::LifeCycleState).unwrap_or_default();
    let echo = printed.get(Member::ProcessImmediately);
    let flag = Value::from(u8::from(at_once));
    verdicts.judge("process-immediately.echo", echo == Some(&flag), || {
        printed.at("process_immediately", flag.to_string(), shown("", echo))
    });
    // A flag that was read otherwise is told; what follows from it is not told again.
    let is_misread = echo == Some(&Value::from(u8::from(!at_once)));
    let has_ended = state != "PENDING";
    let creates = format!("{}.creates", operation.name());
    verdicts.judge(&creates, found == wanted, || {
        let expected = format!("a {wanted} that is PENDING");
        printed.at("type", expected, format!("{found} that is {state}"))
    });
    if is_misread {
        return;
    }
    let ended = |wanted: &str| printed.at("life_cycle_state", wanted, state);
    if at_once && has_date(exchange) && !has_ended {
        // Which of the two counts is told by `process-immediately.with-date`.
        return;
    }
    if at_once {
        let wanted = "COMPLETED or REJECTED";
        verdicts.judge("process-immediately.synchronous", has_ended, || ended(wanted));
        return;
    }
    if has_ended {
        let clauses = [creates.as_str(), "process-immediately.default", "request.states"];
        let breaks = clauses.map(|clause| (clause.to_owned(), ended("PENDING at first")));
        verdicts.ended_early(breaks.into());
        return;
    }
    verdicts.waits();
    for clause in ["process-immediately.default", "request.states"] {
        verdicts.held(clause);
    }
}

fn has_date(exchange: &Exchange) -> bool {
    let names = ["scheduled_date", "start_date"];
    let mut dates = names.into_iter().map(|name| exchange.parameters.get(name));
    dates.any(|date| date.is_some_and(|date| !date.is_null()))
}

fn its_priority(exchange: &Exchange, printed: &Printed<'_>, verdicts: &mut Verdicts) {
    let found = printed.text(Member::Priority).unwrap_or_default();
    let (id, wanted) = match exchange.parameters.get("priority").and_then(Value::as_str) {
        // What becomes of another word is told by `priority.values`.
        Some(given) if Priority::from_code(given).is_none() => return,
        Some(given) => ("priority.echo", given),
        None => ("priority.default", "REGULAR"),
    };
    // REGULAR comes back from whoever ignores priorities.
    let tells = id == "priority.default" || wanted != "REGULAR";
    let why = "no order was given another priority than the usual one";
    verdicts
        .judge_telling(id, found == wanted, (tells, why), || printed.at("priority", wanted, found));
}

fn its_date(exchange: &Exchange, printed: &Printed<'_>, verdicts: &mut Verdicts) {
    let found = printed.text(Member::ScheduledDate).unwrap_or_default();
    let given = |name: &str| exchange.parameters.get(name).and_then(Value::as_str);
    let starts = exchange.operation.parameter("start_date").is_some();
    let start_date = given("start_date").filter(|_| starts);
    let (id, wanted) = match (given("scheduled_date"), start_date) {
        // Of both dates one is there; any other is told as if it stood alone.
        (Some(date), Some(start)) if date != start && [date, start].contains(&found) => {
            ("scheduled-date.wins".to_owned(), date)
        }
        (Some(date), _) => ("scheduled-date.kept".to_owned(), date),
        (None, Some(date)) => (format!("{}.start-date-kept", exchange.operation.name()), date),
        (None, None) => {
            let log = printed.get(Member::LogInformation);
            let created = log.and_then(|log| log["created_date"].as_str());
            let Some(created) = created else { return };
            ("scheduled-date.default".to_owned(), created)
        }
    };
    // What becomes of a date that no calendar has is told by the clauses on its form.
    if is_date(wanted) && parse_moment(wanted).is_none() {
        return;
    }
    verdicts.judge(&id, found == wanted, || printed.at("scheduled_date", wanted, found));
    if wanted.get(..4).is_some_and(|year| year < "2000") && is_date(wanted) {
        verdicts.held("scheduled-date.past");
    }
}

/// The values of the items with this key.
fn values<'p>(printed: &Printed<'p>, key: ParameterKey) -> Vec<&'p str> {
    let items = printed.get(Member::ParametersSet).and_then(Value::as_array);
    let items = items.into_iter().flatten();
    items.filter_map(|item| item.get(key.code())?.as_str()).collect()
}

fn its_items(exchange: &Exchange, printed: &Printed<'_>, verdicts: &mut Verdicts) {
    let sets = [
        ("smartcard_set", "smartcard_ca_id", ParameterKey::SmartcardCaId),
        ("stb_set", "stb_ca_id", ParameterKey::StbCaId),
    ];
    for (set, member, key) in sets {
        let Some(wanted) = exchange.parameters.get(set).and_then(Value::as_array) else {
            continue;
        };
        let texts = wanted.iter().filter_map(|wanted| wanted[member].as_str());
        let texts: Vec<&str> = texts.filter(|text| !text.is_empty()).collect();
        if texts.is_empty() || texts.len() < wanted.len() {
            // Such a set should have been refused.
            continue;
        }
        let wanted: BTreeSet<&str> = texts.into_iter().collect();
        let found: BTreeSet<&str> = values(printed, key).into_iter().collect();
        verdicts.judge("create_pairing.each-member", found == wanted, || {
            let list = |all: &BTreeSet<&str>| all.iter().copied().collect::<Vec<_>>().join(", ");
            let expected = format!("an item {member} for each of {}", list(&wanted));
            let found = match found.is_empty() {
                true => "none".to_owned(),
                false => format!("items for {}", list(&found)),
            };
            printed.at("parameters_set", expected, found)
        });
    }
    distributor(exchange, printed, verdicts);
}

/// The items name the smartcard by its CA id, and by nothing else.
fn its_card(
    exchange: &Exchange,
    printed: &Printed<'_>,
    records: &Records,
    verdicts: &mut Verdicts,
) {
    let key = match exchange.operation {
        // The call itself says the CA ids.
        Operation::CreatePairing => return,
        Operation::AddToExistingPairing => ParameterKey::ExistingSmartcardCaId,
        _ => ParameterKey::SmartcardCaId,
    };
    let identifier = exchange.parameters.get("smartcard_identifier");
    let what = (Kind::Smartcard, key, "smartcard");
    by_ca_id("items.card", what, (printed, identifier), records, verdicts);
}

/// The items name the service by its CA id, and by nothing else.
fn its_service(
    exchange: &Exchange,
    printed: &Printed<'_>,
    records: &Records,
    verdicts: &mut Verdicts,
) {
    if exchange.operation.parameter("service_identifier").is_none() {
        return;
    }
    let identifier = exchange.parameters.get("service_identifier");
    let what = (Kind::Service, ParameterKey::ServiceCaId, "service");
    by_ca_id("items.service", what, (printed, identifier), records, verdicts);
}

fn by_ca_id(
    id: &str,
    (kind, key, what): (Kind, ParameterKey, &str),
    (printed, identifier): (&Printed<'_>, Option<&Value>),
    records: &Records,
    verdicts: &mut Verdicts,
) {
    let found = values(printed, key);
    let broken = |expected: String| {
        let found = match found.is_empty() {
            true => "no such item".to_owned(),
            false => found.join(", "),
        };
        printed.at("parameters_set", expected, found)
    };
    let known = identifier.and_then(|identifier| records.ca_id(kind, identifier));
    let Some(known) = known else {
        match found.is_empty() {
            true => verdicts.broken(id, broken(format!("an item `{}`", key.code()))),
            false => {
                let why = format!("nothing says what the CA id of the {what} is");
                verdicts.untestable(id, why);
            }
        }
        return;
    };
    let why = format!("a key of the {what} is its CA id as well, so nobody can tell which it is");
    verdicts.judge_telling(id, found == [known.text.as_str()], (known.is_distinct, &why), || {
        broken(format!("one item `{}`: {}", key.code(), known.text))
    });
}

/// The links to a distributor come with the subscription.
fn distributor(exchange: &Exchange, printed: &Printed<'_>, verdicts: &mut Verdicts) {
    // What E6 shows: added to a pairing without a subscription, and without a link.
    if exchange.operation == Operation::AddToExistingPairing {
        return;
    }
    let named =
        exchange.parameters.get("subscription_identifier").is_some_and(|value| !value.is_null());
    let is_link =
        |name: &String| name.contains("_distribution_id") || name.contains("_distributor_id");
    let items = printed.get(Member::ParametersSet).and_then(Value::as_array);
    let has_link = items
        .into_iter()
        .flatten()
        .any(|item| item.as_object().is_some_and(|members| members.keys().any(is_link)));
    verdicts.judge("distributor.with-subscription", named == has_link, || {
        let words = |is: bool| {
            if is { "a link to a distributor" } else { "no link to a distributor" }
        };
        printed.at("parameters_set", words(named), words(has_link))
    });
}
