//! Orders of one smartcard that were turned round: what became due, or was created, later left
//! first.
//!
//! That is by design where the later one is EXPRESS or sent at once (Inferred, see `queue`), and
//! decides which state the smartcard ends in: a REGULAR addition that an EXPRESS cancellation has
//! overtaken leaves the product active.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::command::CommandKind;
use crate::crm::book::RequestBook;
use crate::crm::request::{ParameterName, ProvisioningRequest, State};
use crate::time::SimTime;

/// Two orders of one smartcard, about the same thing, that were turned round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overtaken {
    /// The smartcard.
    pub card: Arc<str>,
    /// The request that stood first; it left later, or has not left.
    pub request: Arc<ProvisioningRequest>,
    /// The request that stood behind it and left first: the last of them.
    pub by: Arc<ProvisioningRequest>,
}

/// When a request left; the last is for those that have not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Left {
    AndEnded(u64),
    NoAnswer,
    Waits,
}

/// One of the requests of a smartcard.
struct Order<'a> {
    left: Left,
    turn: (SimTime, usize),
    row: &'a Arc<ProvisioningRequest>,
}

impl RequestBook {
    /// Every order that a later one of its smartcard has overtaken, where it matters: both are
    /// about the same thing, and none was rejected. By smartcard, and as they left.
    #[must_use]
    pub fn overtaken(&self) -> Vec<Overtaken> {
        let mut cards: BTreeMap<&Arc<str>, Vec<Order<'_>>> = BTreeMap::new();
        for (place, row) in self.all().enumerate() {
            let Some(left) = self.left(row) else { continue };
            let turn = (row.turn(), place);
            for card in row.lanes() {
                let order = Order { left, turn, row };
                cards.entry(card).or_default().push(order);
            }
        }
        let of_card = |(card, mut orders): (&Arc<str>, Vec<Order<'_>>)| {
            orders.sort_by_key(|order| (order.left, order.turn));
            turned_round(card, &orders)
        };
        cards.into_iter().flat_map(of_card).collect()
    }

    /// When it left; nothing of a request that was rejected, that nothing lets go, or that was
    /// there from the start and has ended.
    fn left(&self, row: &ProvisioningRequest) -> Option<Left> {
        match (&row.state, row.settled_order) {
            (State::Completed { .. }, Some(order)) => Some(Left::AndEnded(order)),
            (State::Pending, _) if row.held => None,
            (State::Pending, _) if self.is_in_flight(row) => Some(Left::NoAnswer),
            (State::Pending, _) => Some(Left::Waits),
            (State::Completed { .. }, None) | (State::Rejected { .. }, _) => None,
        }
    }
}

/// The orders of one smartcard, as they left, that a later one has overtaken.
fn turned_round(card: &Arc<str>, orders: &[Order<'_>]) -> Vec<Overtaken> {
    let mut last_turn = None;
    let mut found = Vec::new();
    for (place, order) in orders.iter().enumerate() {
        // Hardly ever: then it is worth looking by whom.
        if last_turn > Some(order.turn) {
            let before = orders[..place].iter().rev();
            let by = before
                .filter(|other| other.left < Left::Waits && other.turn > order.turn)
                .find(|other| contradict(other.row, order.row));
            found.extend(by.map(|by| Overtaken {
                card: Arc::clone(card),
                request: Arc::clone(order.row),
                by: Arc::clone(by.row),
            }));
        }
        last_turn = last_turn.max(Some(order.turn));
    }
    found
}

/// Whether two requests of one smartcard leave something else behind in the other order.
fn contradict(one: &ProvisioningRequest, other: &ProvisioningRequest) -> bool {
    use CommandKind::{
        AddSubscriptions, AddToExistingPairing, CancelSubscriptions, CreatePairing,
        UpdateCaPinToDefaultValue, UpdateCaPinToGivenValue,
    };
    let mut products = one.texts(ParameterName::Product);
    match (one.kind, other.kind) {
        (AddSubscriptions, CancelSubscriptions) | (CancelSubscriptions, AddSubscriptions) => {
            products.any(|one| {
                other
                    .texts(ParameterName::Product)
                    .any(|other| one == other)
            })
        }
        (CreatePairing | AddToExistingPairing, CreatePairing | AddToExistingPairing) => true,
        (
            UpdateCaPinToDefaultValue | UpdateCaPinToGivenValue,
            UpdateCaPinToDefaultValue | UpdateCaPinToGivenValue,
        ) => true,
        _ => false,
    }
}
