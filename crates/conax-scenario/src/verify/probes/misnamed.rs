//! Names that are almost those of a record: they name nobody.

use conax_contract::crm::Operation;
use serde_json::{Value, json};

use super::orders::{self, FAR, with};
use crate::conformance::Exchange;
use crate::verify::session::Session;
use crate::verify::world::Named;

/// Shorter names are too easily those of another record.
const SHORTEST: usize = 4;

/// Texts that a loose comparison takes for this one: its beginning, its end, one sign more, and for
/// numbers a zero before.
fn near(text: &str) -> Vec<String> {
    let count = text.chars().count();
    if count < SHORTEST {
        return Vec::new();
    }
    let mut near = vec![
        text.chars().take(count - 1).collect(),
        text.chars().skip(1).collect(),
        format!("{text}x"),
    ];
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        near.push(format!("0{text}"));
    }
    near
}

/// The text in the other case, if it has letters.
pub(super) fn other_case(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let other = match lower == text {
        true => text.to_uppercase(),
        false => lower,
    };
    (other != text).then_some(other)
}

/// Subscriptions, services and smartcards by such names.
pub(super) fn records(session: &mut Session<'_>) {
    let world = session.world;
    let records = [
        (
            "subscription_identifier",
            "subscription-identifier.found",
            world.subscription.as_ref(),
            "",
        ),
        ("service_identifier", "service-identifier.found", world.service.as_ref(), "service_ca_id"),
        (
            "smartcard_identifier",
            "smartcard-identifier.found",
            world.smartcards.first(),
            "smartcard_ca_id",
        ),
    ];
    let operation = Operation::AddSubscriptions;
    let Some(order) = orders::order(operation, world, 0) else {
        return;
    };
    let order = with(&order, "start_date", FAR.into());
    for (parameter, clause, named, item) in records {
        let Some(named) = named else { continue };
        for (key, text) in named.pairs() {
            let near = near(text).into_iter().map(|name| (name, clause));
            let other = other_case(text).map(|name| (name, "identifier.case"));
            for (name, clause) in near.chain(other) {
                let misnamed = with(&order, parameter, json!({ key: name }));
                let Some(exchange) = session.call(operation, misnamed) else {
                    continue;
                };
                // Who knows, another record may be called so.
                if is_another(&exchange, item, named) {
                    continue;
                }
                session.judge_refused(
                    &[clause],
                    &exchange,
                    &format!("{key} {name}, as {text} is meant"),
                );
            }
        }
    }
}

/// Whether the request that was made tells that it is for another record than this.
fn is_another(exchange: &Exchange, item: &str, named: &Named) -> bool {
    let items = exchange.data()["parameters_set"].as_array();
    let found = items.into_iter().flatten().find_map(|found| found.get(item)?.as_str());
    exchange.is_ok() && found.is_some() && found != named.ca_id.as_deref()
}

/// A request by such an id or number, and by such a reference.
pub(super) fn request(session: &mut Session<'_>, request: &Value) {
    for key in ["id", "number"] {
        for name in near(request[key].as_str().unwrap_or_default()) {
            let identifier = json!({ "provisioning_request_identifier": { key: name } });
            let Some(exchange) = session.call(Operation::Show, identifier) else {
                continue;
            };
            // Another request may be called so; it has to be shown under that name then.
            if exchange.is_ok() && exchange.data()[key] == name.as_str() {
                continue;
            }
            let what = format!("{key} {name}, as only {} is there", request[key]);
            session.judge_refused(&["show.found"], &exchange, &what);
        }
    }
}

/// A list by a reference that is almost that of a request.
pub(super) fn reference(session: &mut Session<'_>, request: &Value) {
    for name in near(request["reference_number"].as_str().unwrap_or_default()) {
        let list = json!({ "reference_number": name });
        let Some(exchange) = session.call(Operation::List, list) else {
            continue;
        };
        let items = exchange.data().as_array();
        let has_it =
            items.is_some_and(|items| items.iter().any(|item| item["id"] == request["id"]));
        session.judge(
            &["list.by-reference-number"],
            &exchange,
            !has_it,
            &format!("no request with the reference {}", request["reference_number"]),
            "that request",
        );
    }
}
