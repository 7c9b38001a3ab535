//! Bodies of documented calls that succeed in the demo world.

use conax_contract::crm::Operation;
use serde_json::{Value, json};

/// A body that adds or cancels a service.
#[must_use]
pub fn service_on_card(subscription: &str, service: &str, card: &str) -> Value {
    json!({
        "subscription_identifier": { "number": subscription },
        "service_identifier": { "code": service },
        "smartcard_identifier": { "serial_number": card },
    })
}

/// A body about the service SPORT on a smartcard of the subscription where everything works.
#[must_use]
pub fn sport_on(card: &str) -> Value {
    service_on_card("S60600", "SPORT", card)
}

/// A body that pairs smartcards with set-top boxes.
#[must_use]
pub fn pairing(cards: &[&str], stbs: &[&str]) -> Value {
    let cards: Vec<Value> = cards.iter().map(|card| json!({ "smartcard_ca_id": card })).collect();
    json!({ "smartcard_set": cards, "stb_set": stb_set(stbs) })
}

/// A body that adds set-top boxes to the pairing of a smartcard.
#[must_use]
pub fn addition(card: &str, stbs: &[&str]) -> Value {
    json!({ "smartcard_identifier": { "serial_number": card }, "stb_set": stb_set(stbs) })
}

/// A body that sets the PIN of a smartcard to the default.
#[must_use]
pub fn pin_reset(subscription: &str, card: &str) -> Value {
    json!({
        "subscription_identifier": { "number": subscription },
        "smartcard_identifier": { "serial_number": card },
    })
}

/// A body that sets the PIN of a smartcard to a value.
#[must_use]
pub fn given_pin(subscription: &str, card: &str, pin: &str) -> Value {
    with(pin_reset(subscription, card), "pin", json!(pin))
}

/// The same body with one member more, or with another value.
///
/// # Panics
/// If the body is no object.
#[must_use]
pub fn with(mut body: Value, name: &str, value: Value) -> Value {
    let members = body.as_object_mut().expect("a body is an object");
    members.insert(name.to_owned(), value);
    body
}

/// The same body without one member.
///
/// # Panics
/// If the body is no object.
#[must_use]
pub fn without(mut body: Value, name: &str) -> Value {
    let members = body.as_object_mut().expect("a body is an object");
    members.remove(name);
    body
}

/// The same body, to be sent by the call itself.
#[must_use]
pub fn at_once(body: Value) -> Value {
    with(body, "process_immediately", json!(true))
}

/// A body of an operation that creates a request, about the smartcard 01900080208.
///
/// # Panics
/// If the operation creates nothing.
#[must_use]
pub fn valid(operation: Operation) -> Value {
    let card = "01900080208";
    match operation {
        Operation::AddSubscriptions | Operation::CancelSubscriptions => sport_on(card),
        Operation::CreatePairing => with(
            pairing(&[card], &["3012345601"]),
            "subscription_identifier",
            json!({ "number": "S60600" }),
        ),
        Operation::AddToExistingPairing => with(
            addition(card, &["3012345601"]),
            "subscription_identifier",
            json!({ "number": "S60600" }),
        ),
        Operation::ResetPinToDefaultValue => pin_reset("S60600", card),
        Operation::ResetPinToGivenValue => given_pin("S60600", card, "1234"),
        other => panic!("`{}` creates nothing", other.name()),
    }
}

/// The operations that create a request.
#[must_use]
pub fn creating() -> Vec<Operation> {
    let all = Operation::ALL.into_iter();
    all.filter(|operation| operation.creates().is_some()).collect()
}

fn stb_set(stbs: &[&str]) -> Vec<Value> {
    stbs.iter().map(|stb| json!({ "stb_ca_id": stb })).collect()
}
