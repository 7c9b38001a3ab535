//! What has to be refused, and changes nothing.

use std::collections::BTreeSet;

use conax_contract::crm::{IdentifierKind, Need, Operation, ParameterEntry, ValueKind};
use serde_json::{Value, json};

use super::misnamed;
use super::orders::{self, with, without};
use crate::verify::session::Session;
use crate::verify::world::Named;

pub(super) fn run(session: &mut Session<'_>) {
    let before = all_ids(session);
    let taken = session.created().len();
    for operation in orders::creating() {
        let Some(order) = orders::order(operation, session.world, 0) else {
            continue;
        };
        for entry in operation.parameters().iter().filter(|entry| entry.name != "token") {
            missing(session, operation, entry, &order);
            malformed(session, operation, entry, &order);
        }
        elsewhere(session, operation, &order);
    }
    misnamed::records(session);
    sets(session);
    twice(session);
    let Some((mut before, after)) = before.zip(all_ids(session)) else {
        session.untestable(&["refusal.changes-nothing"], "its lists tell no ids");
        return;
    };
    // What was taken instead of refused is told already.
    before.extend(session.created()[taken..].iter().cloned());
    let exchange = session
        .call(Operation::List, json!({ "life_cycle_state": "REJECTED", "fields_set": "id" }));
    if let Some(exchange) = exchange {
        let more = after.difference(&before).count();
        session.judge(
            &["refusal.changes-nothing"],
            &exchange,
            more == 0,
            "no request that no call was told of",
            &format!("{more} requests more"),
        );
    }
}

/// The ids of everything that any list of a type has; none if a list does not tell them.
fn all_ids(session: &mut Session<'_>) -> Option<BTreeSet<String>> {
    let mut ids = BTreeSet::new();
    for operation in orders::creating() {
        let made = operation.creates().map_or("", |made| made.code());
        let exchange =
            session.call(Operation::List, json!({ "type": made, "fields_set": "id" }))?;
        for item in exchange.data().as_array()? {
            ids.insert(item["id"].as_str()?.to_owned());
        }
    }
    Some(ids)
}

fn missing(session: &mut Session<'_>, operation: Operation, entry: &ParameterEntry, order: &Value) {
    let own = format!("{}.{}", operation.name(), entry.name);
    if entry.need == Need::Mandatory {
        session.refused(&[&own], operation, without(order, entry.name));
        session.refused(&[&own], operation, with(order, entry.name, Value::Null));
    }
}

fn malformed(
    session: &mut Session<'_>,
    operation: Operation,
    entry: &ParameterEntry,
    order: &Value,
) {
    let own = format!("{}.{}", operation.name(), entry.name);
    let (clause, values): (&str, Vec<Value>) = match entry.value {
        ValueKind::Priority => (
            "priority.values",
            vec![json!("URGENT"), json!(5), json!("express "), json!("express")],
        ),
        ValueKind::Boolean => {
            ("process-immediately.values", vec![json!("perhaps"), json!(2), json!([])])
        }
        ValueKind::Date => (
            if entry.name == "start_date" { "start-date.form" } else { "scheduled-date.form" },
            vec![
                json!("tomorrow"),
                json!("2014-13-01T09:00:00"),
                json!("2014-02-30T09:00:00"),
                json!(20_141_130),
            ],
        ),
        ValueKind::Pin => (
            "reset_pin_to_given_value.pin-form",
            vec![json!("12a4"), json!(""), json!(12.5), json!(["1234"])],
        ),
        ValueKind::Identifier(kind) => {
            identifier(session, operation, (entry.name, kind), order);
            return;
        }
        ValueKind::Set(kind) => {
            if operation != Operation::CreatePairing {
                return;
            }
            let member = kind.member();
            (
                "create_pairing.sets-refused",
                vec![
                    json!([]),
                    json!("text"),
                    json!([{}]),
                    json!([{ member: "" }]),
                    json!(["text"]),
                    json!({ member: "1" }),
                ],
            )
        }
        _ => return,
    };
    for value in values {
        session.refused(&[clause, &own], operation, with(order, entry.name, value));
    }
}

fn identifier(
    session: &mut Session<'_>,
    operation: Operation,
    (name, kind): (&str, IdentifierKind),
    order: &Value,
) {
    if order.get(name).is_none() {
        return;
    }
    let own = format!("{}.{name}", operation.name());
    let record = match kind {
        IdentifierKind::Subscription => session.world.subscription.as_ref(),
        IdentifierKind::Service => session.world.service.as_ref(),
        _ => session.world.smartcards.first(),
    };
    let what = match kind {
        IdentifierKind::Subscription => "subscription-identifier",
        IdentifierKind::Service => "service-identifier",
        _ => "smartcard-identifier",
    };
    let exactly = format!("{what}.exactly-one");
    let first = kind.fields()[0].code();
    let second = kind.fields()[1].code();
    let good = order[name].as_object().cloned().unwrap_or_default();
    let mut both = Value::Object(good.clone());
    for field in kind.fields() {
        if !good.contains_key(field.code()) {
            both[field.code()] = "1".into();
        }
    }
    // Two keys of the same record, where only their number is wrong.
    let mut true_keys = json!({});
    let keys = record.into_iter().flat_map(|named| named.keys().map(|key| named.by(key)));
    for key in keys.flatten() {
        for (name, value) in key.as_object().into_iter().flatten() {
            true_keys[name.as_str()] = value.clone();
        }
    }
    if true_keys.as_object().is_some_and(|keys| keys.len() > 1) {
        let clauses = [exactly.as_str(), "identifier.exactly-one", &own];
        session.refused(&clauses, operation, with(order, name, true_keys));
    }
    for wrong in [json!({}), both, json!({ first: "1", second: "1" }), json!({ "colour": "blue" })]
    {
        session.refused(
            &[&exactly, "identifier.exactly-one", &own],
            operation,
            with(order, name, wrong),
        );
    }
    let kinds = format!("{what}.type");
    for wrong in [json!(7), json!([{ first: "1" }]), json!({ first: { "id": "1" } })] {
        session.refused(&[&kinds, &own], operation, with(order, name, wrong));
    }
    let found = format!("{what}.found");
    let nobody = json!({ first: "00000000000000000000000000000000" });
    session.refused(&[&found, &own], operation, with(order, name, nobody));
}

/// Records that exist and do not belong.
fn elsewhere(session: &mut Session<'_>, operation: Operation, order: &Value) {
    let world = session.world;
    let mut refuse = |parameter: &str, named: Option<&Named>, clause: &str, why: &str| {
        // Only what the documents say of add and cancel.
        if operation.parameter("service_identifier").is_none() {
            return;
        }
        match named {
            Some(named) => {
                session.refused(&[clause], operation, with(order, parameter, named.identifier()));
            }
            None => session.untestable(&[clause], why),
        }
    };
    refuse(
        "service_identifier",
        world.no_service.as_ref(),
        "service-identifier.is-service",
        "the world file names no product that is no service",
    );
    refuse(
        "service_identifier",
        world.service_elsewhere.as_ref(),
        "service-identifier.on-subscription",
        "the world file names no service of elsewhere",
    );
    refuse(
        "smartcard_identifier",
        world.no_smartcard.as_ref(),
        "smartcard-identifier.is-smartcard",
        "the world file names no item that is no smartcard",
    );
    refuse(
        "smartcard_identifier",
        world.smartcard_elsewhere.as_ref(),
        "smartcard-identifier.on-subscription",
        "the world file names no smartcard of elsewhere",
    );
}

/// Neither of the sets, and both.
fn sets(session: &mut Session<'_>) {
    let operation = Operation::AddToExistingPairing;
    let Some(order) = orders::order(operation, session.world, 0) else {
        session.untestable(
            &["add_to_existing_pairing.one-set", "add_to_existing_pairing.both-sets"],
            "the world file names no set-top box",
        );
        return;
    };
    let none = without(&order, "stb_set");
    let clauses = [
        "add_to_existing_pairing.one-set",
        "add_to_existing_pairing.stb_set",
        "add_to_existing_pairing.smartcard_set",
    ];
    session.refused(&clauses, operation, none);
    let both = with(&order, "smartcard_set", json!([{ "smartcard_ca_id": "1" }]));
    session.refused(&["add_to_existing_pairing.both-sets"], operation, both);
    session.refused(
        &["add_to_existing_pairing.one-set"],
        operation,
        with(&order, "stb_set", json!([])),
    );
}

/// The same refused call twice; and one with two mistakes.
fn twice(session: &mut Session<'_>) {
    let operation = Operation::AddSubscriptions;
    let Some(order) = orders::order(operation, session.world, 0) else {
        return;
    };
    let wrong = with(&with(&order, "priority", "URGENT".into()), "start_date", "tomorrow".into());
    let first = session.refused(&["priority.values"], operation, wrong.clone());
    let again = session.refused(&["priority.values"], operation, wrong);
    if let (Some(first), Some(again)) = (first, again) {
        let same = first.reply == again.reply && first.http_status == again.http_status;
        session.judge(&["same.refused-twice"], &again, same, "the same refusal", "another one");
        let text = first.status().to_string();
        let names = text.contains("priority") && text.contains("start_date");
        session.judge(
            &["refusal.all-findings"],
            &first,
            names,
            "both parameters that are wrong",
            "not both",
        );
    }
}
