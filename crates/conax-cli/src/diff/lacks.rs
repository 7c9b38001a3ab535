//! Which records of the scenarios' worlds a side seems not to have, as far as its answers tell: what
//! the other side takes and this one refuses, and what it took in no call at all. Pure.

use std::collections::BTreeSet;

use conax_contract::crm::Operation;
use conax_contract::world::WorldSpec;
use conax_scenario::record::{CaseRecord, ExchangeRecord};
use serde_json::Value;

use crate::record::operation_at;

/// A record by what it is and what it is called.
type Name = (&'static str, String);

/// Why nothing can be compared where a token is refused that the other side takes.
const NO_TOKEN: &str = "it refuses the token; --secrets-file names one that it takes: a line \
                        `token=…`, or `username=…`, `password=…` and `organisation=…`";

/// What a side lacks of each scenario, in a sentence; scenarios and worlds are in the same order.
pub(super) fn lacks(
    here: &[CaseRecord],
    other: &[CaseRecord],
    worlds: &[&WorldSpec],
) -> Vec<Option<String>> {
    let cases = || here.iter().zip(other).zip(worlds);
    let mut taken: BTreeSet<Name> = BTreeSet::new();
    let takes_a_token = here.iter().flat_map(calls).any(|one| code(one) == "OK");
    for ((case, _), world) in cases() {
        let took = calls(case).filter(|one| is_ok(one));
        taken.extend(took.flat_map(|one| names(one, world)));
    }
    let of_case = cases().map(|((here, other), world)| {
        let pairs = calls(here).zip(calls(other));
        let mut refused = pairs.clone().filter(|_| !takes_a_token);
        if refused.any(|(here, other)| refuses_token(here) && !refuses_token(other)) {
            return Some(NO_TOKEN.to_owned());
        }
        let mut refused = pairs.filter(|(here, other)| !is_ok(here) && is_ok(other));
        refused.find_map(|(here, _)| {
            let lacking = names(here, world).into_iter();
            let lacking: Vec<String> = lacking
                .filter(|name| !taken.contains(name))
                .map(|(what, name)| format!("{what} {name}"))
                .collect();
            let what = lacking.join(" or ");
            (!what.is_empty())
                .then(|| format!("it refuses every call with {what}, as if it had none"))
        })
    });
    of_case.collect()
}

fn calls(case: &CaseRecord) -> impl Iterator<Item = &ExchangeRecord> + Clone {
    case.exchanges.iter().filter(|one| one.api == "crm")
}

fn code(exchange: &ExchangeRecord) -> String {
    let reply: Value = serde_json::from_str(&exchange.reply).unwrap_or_default();
    reply["status"]["code"].as_str().unwrap_or_default().to_owned()
}

fn refuses_token(exchange: &ExchangeRecord) -> bool {
    code(exchange).to_ascii_uppercase().contains("TOKEN")
}

fn is_ok(exchange: &ExchangeRecord) -> bool {
    code(exchange) == "OK"
}

/// The records of the world that a call names.
fn names(exchange: &ExchangeRecord, world: &WorldSpec) -> Vec<Name> {
    let (path, query) = exchange.target.split_once('?').unwrap_or((&exchange.target, ""));
    let body: Value = serde_json::from_str(&exchange.call).unwrap_or_default();
    match operation_at(&exchange.verb, path) {
        Some(Operation::IssueToken) => {
            let username = body["username"].as_str().unwrap_or_default();
            let mut users = world.users.iter();
            let user = users.find(|user| user.user.username.eq_ignore_ascii_case(username));
            user.map(|user| ("user", user.user.username.to_string())).into_iter().collect()
        }
        Some(Operation::Show) => {
            let query = query.replace("%3D", "=");
            let values: Vec<&str> = query.split(['&', '=']).collect();
            let known = world.provisioning_requests.iter().filter(|one| {
                values.contains(&one.id.as_str())
                    || one.number.as_deref().is_some_and(|number| values.contains(&number))
            });
            let name = |one: &conax_contract::world::ProvisioningRequestSpec| {
                one.number.clone().unwrap_or_else(|| one.id.clone())
            };
            known.map(|one| ("provisioning request", name(one))).collect()
        }
        Some(operation) if operation.creates().is_some() => in_order(&body, world),
        _ => Vec::new(),
    }
}

fn in_order(body: &Value, world: &WorldSpec) -> Vec<Name> {
    let mut values = Vec::new();
    for (name, value) in body.as_object().into_iter().flatten() {
        if name.ends_with("_identifier") {
            values.push(value);
        } else if name.ends_with("_set") {
            values.extend(value.as_array().into_iter().flatten());
        }
    }
    let members = values.into_iter().filter_map(Value::as_object);
    let values: Vec<&str> =
        members.flat_map(|members| members.values()).filter_map(Value::as_str).collect();
    let is_named = |keys: &[Option<&str>]| keys.iter().flatten().any(|key| values.contains(key));
    let subscriptions = world.subscriptions.iter();
    let subscriptions = subscriptions
        .filter(|one| is_named(&[Some(&one.id), Some(&one.number)]))
        .map(|one| ("subscription", one.number.clone()));
    let services = world.services.iter();
    let services = services
        .filter(|one| is_named(&[Some(&one.id), Some(&one.code), one.alternative_code.as_deref()]))
        .map(|one| ("service", one.code.to_string()));
    let items = world.installed_items.iter();
    let items = items
        .filter(|one| {
            let more = [one.alternative_code.as_deref(), one.ca_id.as_deref()];
            is_named(&[Some(&one.id), Some(&one.serial_number), more[0], more[1]])
        })
        .map(|one| ("installed item", one.serial_number.to_string()));
    subscriptions.chain(services).chain(items).collect()
}
