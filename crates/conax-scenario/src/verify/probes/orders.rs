//! The orders a verification gives: valid parameters of each operation in this world.

use conax_contract::crm::Operation;
use serde_json::{Value, json};

use crate::verify::world::TargetWorld;

/// The six operations that create a request.
pub(super) fn creating() -> impl Iterator<Item = Operation> {
    Operation::ALL.into_iter().filter(|operation| operation.creates().is_some())
}

/// Valid parameters of an operation, as few as may be, for this smartcard of the world (they go
/// round). None if the world lacks what it needs.
pub(super) fn order(operation: Operation, world: &TargetWorld, card: usize) -> Option<Value> {
    let count = world.smartcards.len();
    let smartcard = world.smartcards.get(card.checked_rem(count)?)?;
    let subscription = || Some(world.subscription.as_ref()?.identifier());
    let stb = || world.stbs.first();
    let card_ca_id = || smartcard.ca_id.clone();
    Some(match operation {
        Operation::AddSubscriptions | Operation::CancelSubscriptions => json!({
            "subscription_identifier": subscription()?,
            "service_identifier": world.service.as_ref()?.identifier(),
            "smartcard_identifier": smartcard.identifier(),
        }),
        Operation::CreatePairing => json!({
            "smartcard_set": [{ "smartcard_ca_id": card_ca_id()? }],
            "stb_set": [{ "stb_ca_id": stb()? }],
        }),
        Operation::AddToExistingPairing => json!({
            "smartcard_identifier": smartcard.identifier(),
            "stb_set": [{ "stb_ca_id": stb()? }],
        }),
        Operation::ResetPinToDefaultValue => json!({
            "subscription_identifier": subscription()?,
            "smartcard_identifier": smartcard.identifier(),
        }),
        Operation::ResetPinToGivenValue => json!({
            "subscription_identifier": subscription()?,
            "smartcard_identifier": smartcard.identifier(),
            "pin": pin(world),
        }),
        Operation::Show
        | Operation::List
        | Operation::IssueToken
        | Operation::ReleaseToken
        | Operation::IssueTokenForWebApiKey => return None,
    })
}

/// The PIN that is set: nobody's, and nothing of this world is called so.
pub(super) fn pin(world: &TargetWorld) -> &'static str {
    const PINS: [&str; 4] = ["7391", "8264", "9157", "6482"];
    let is_name = |pin: &str| world.texts().any(|text| text.contains(pin));
    PINS.into_iter().find(|pin| !is_name(pin)).unwrap_or(PINS[0])
}

/// The same order with one parameter more, or another one.
pub(super) fn with(order: &Value, name: &str, value: Value) -> Value {
    let mut order = order.clone();
    order[name] = value;
    order
}

/// The same order without a parameter.
pub(super) fn without(order: &Value, name: &str) -> Value {
    let mut order = order.clone();
    if let Some(members) = order.as_object_mut() {
        members.remove(name);
    }
    order
}

/// A date that is far away, so that nothing is sent.
pub(super) const FAR: &str = "2037-03-01T09:00:00";
