//! In which order orders left, and should have: what was turned round.

use conax_model::crm::{
    Common, Overtaken, Priority, ProvisioningRequest, RequestBook, RequestNumber, State,
};

use super::story::named;
use crate::shared::Shared;

/// Two orders of a smartcard, or of a pairing module, that left in another order than they became
/// due in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnedRound {
    /// The smartcard; where they have only a pairing module in common, the first of the request that
    /// stood first.
    pub card: String,
    /// The pairing module, where they have no smartcard in common.
    pub module: Option<String>,
    /// The request that stood first.
    pub request: Option<RequestNumber>,
    /// The request that left before it.
    pub by: Option<RequestNumber>,
    /// How that came, in a sentence.
    pub because: String,
}

/// Every order that a later one has overtaken, where it matters.
#[must_use]
pub fn turned_round(shared: &Shared) -> Vec<TurnedRound> {
    let book = shared.crm().book.clone();
    turned_round_in(&book)
}

pub(super) fn turned_round_in(book: &RequestBook) -> Vec<TurnedRound> {
    book.overtaken().iter().map(told).collect()
}

fn told(one: &Overtaken) -> TurnedRound {
    let (first, by) = (&one.request, &one.by);
    let kind = |row: &ProvisioningRequest| row.kind.code();
    let rank = match (by.process_immediately, by.priority) {
        (Some(true), _) => "sent at once",
        (_, Priority::Express) => "EXPRESS",
        (_, Priority::Regular) => "REGULAR",
    };
    let later = match by.turn() > first.turn() && by.created < first.turn() {
        true => "became due after",
        false => "was created after",
    };
    let (card, module, what) = match &one.common {
        Common::Smartcard(card) => (Some(card), None, format!("smartcard {card}")),
        Common::PairingModule(module) => {
            (first.lanes().next(), Some(module), format!("pairing module {module}"))
        }
    };
    // Orders of different smartcards may be on their way together: then the one is answered first.
    let before = match (module, &by.state) {
        (Some(_), State::Completed { .. }) => "ended before it",
        _ => "left before it",
    };
    TurnedRound {
        card: card.map(ToString::to_string).unwrap_or_default(),
        module: module.map(ToString::to_string),
        request: first.number,
        by: by.number,
        because: format!(
            "the order was turned round: {} ({}, {rank}) of {what} {later} {} ({}), and {before}",
            named(by.number),
            kind(by),
            named(first.number),
            kind(first)
        ),
    }
}
