//! Orders that were turned round: what became due, or was created, later left first.
//!
//! That is by design where the later one is EXPRESS or sent at once (Inferred, see `queue`), and
//! decides which state the smartcard ends in: a REGULAR addition that an EXPRESS cancellation has
//! overtaken leaves the product active. Orders of different smartcards stand in no order at all;
//! that is told where both pair one pairing module, which is in one pairing at most.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::command::CommandKind;
use crate::crm::book::RequestBook;
use crate::crm::matter::Matter;
use crate::crm::passed::Passed;
use crate::crm::request::{ProvisioningRequest, State};
use crate::time::SimTime;

/// Two orders about the same thing that were turned round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overtaken {
    /// What both name.
    pub common: Common,
    /// The request that stood first; it left later, or has not left.
    pub request: Arc<ProvisioningRequest>,
    /// The request that stood behind it and left first, or ended first: the last of them.
    pub by: Arc<ProvisioningRequest>,
}

/// What two orders have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Common {
    /// A smartcard, whose orders are sent one after the other.
    Smartcard(Arc<str>),
    /// A pairing module, and no smartcard.
    PairingModule(Arc<str>),
}

/// When a request left; the last is for those that have not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Left {
    AndEnded(u64),
    NoAnswer,
    Waits,
}

/// Where a request stood.
type Turn = (SimTime, usize);

/// One of the requests.
struct Order<'a> {
    left: Left,
    turn: Turn,
    row: &'a Arc<ProvisioningRequest>,
}

/// Orders of one matter leave something else behind in the other order, but for those that say the
/// same of a product.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Says {
    Gives,
    Takes,
    Sets,
}

impl Says {
    const fn of(kind: CommandKind) -> Self {
        match kind {
            CommandKind::AddSubscriptions => Self::Gives,
            CommandKind::CancelSubscriptions => Self::Takes,
            _ => Self::Sets,
        }
    }

    const fn contrary(self) -> Self {
        match self {
            Self::Gives => Self::Takes,
            Self::Takes => Self::Gives,
            Self::Sets => Self::Sets,
        }
    }
}

/// Those that have left, by their place among all of them.
type HaveLeft<'a> = BTreeMap<(Matter<'a>, Says), Passed<Turn, usize>>;

impl RequestBook {
    /// Every order that a later one has overtaken, where it matters: both are about the same thing,
    /// and none was rejected. By smartcard, then by pairing module, and as they left.
    #[must_use]
    pub fn overtaken(&self) -> Vec<Overtaken> {
        let orders = self.all().enumerate().filter_map(|(place, row)| {
            let turn = (row.turn(), place);
            self.left(row).map(|left| Order { left, turn, row })
        });
        let mut orders: Vec<Order<'_>> = orders.collect();
        orders.sort_unstable_by_key(|order| (order.left, order.turn));
        let mut have_left = HaveLeft::new();
        let mut found: BTreeMap<Common, Vec<Overtaken>> = BTreeMap::new();
        for (place, order) in orders.iter().enumerate() {
            for (common, by) in overtakers(order, &have_left) {
                let (request, by) = (Arc::clone(order.row), Arc::clone(orders[by].row));
                found.entry(common.clone()).or_default().push(Overtaken { common, request, by });
            }
            if order.left < Left::Waits {
                let says = Says::of(order.row.kind);
                for matter in order.row.matters() {
                    let passed = have_left.entry((matter, says)).or_default();
                    passed.push(order.turn, place);
                }
            }
        }
        found.into_values().flatten().collect()
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

/// By whom an order was overtaken: for each of its smartcards the last, and for a pairing module
/// whoever has no smartcard in common with it.
fn overtakers(order: &Order<'_>, have_left: &HaveLeft<'_>) -> BTreeMap<Common, usize> {
    let mut found: BTreeMap<Common, usize> = BTreeMap::new();
    let says = Says::of(order.row.kind).contrary();
    for matter in order.row.matters() {
        let passed = have_left.get(&(matter, says));
        let Some(by) = passed.and_then(|passed| passed.last_behind(&order.turn)) else {
            continue;
        };
        let common = Common::of(matter);
        let is_told =
            matches!(common, Common::PairingModule(_)) && found.values().any(|it| *it == by);
        if !is_told {
            let last = found.entry(common).or_insert(by);
            *last = by.max(*last);
        }
    }
    found
}

impl Common {
    fn of(matter: Matter<'_>) -> Self {
        match matter {
            Matter::Entitlement { card, .. } | Matter::PairedCard(card) | Matter::Pin(card) => {
                Self::Smartcard(card.into())
            }
            Matter::PairedModule(module) => Self::PairingModule(module.into()),
        }
    }
}
