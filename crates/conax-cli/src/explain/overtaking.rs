//! Which calls of a plan overtake which: an order that is EXPRESS, or sent at once, leaves before a
//! REGULAR one of its smartcard that still waits, and what is left is what the REGULAR one says. So
//! do two that pair one box, which is in one pairing at most, with different smartcards.

use std::collections::BTreeSet;

use conax_contract::crm::Operation;
use conax_scenario::document::{Action, Call, Runs, Template};

use super::shown;

/// Orders of the plan that wait to be sent.
pub(super) struct Waiting {
    runs: Runs,
    orders: Vec<Order>,
}

/// An order, and what it is about.
struct Order {
    line: usize,
    operation: Operation,
    cards: BTreeSet<String>,
    boxes: BTreeSet<String>,
    services: BTreeSet<String>,
}

impl Waiting {
    pub(super) const fn new(runs: Runs) -> Self {
        Self { runs, orders: Vec::new() }
    }

    /// Takes in the next step; what it overtakes, in a sentence.
    pub(super) fn meet(&mut self, line: usize, action: &Action) -> Option<String> {
        match action {
            Action::Call(call) => return self.call(line, call),
            Action::Process(_) | Action::Heal => self.orders.clear(),
            Action::Advance(_) | Action::Settle(_) | Action::Wait(_)
                if matches!(self.runs, Runs::WhenDue) =>
            {
                self.orders.clear();
            }
            _ => {}
        }
        None
    }

    fn call(&mut self, line: usize, call: &Call) -> Option<String> {
        let value = |name: &str| parameter(call, name).map(shown).unwrap_or_default();
        let order = Order {
            line,
            operation: call.operation,
            cards: leaves(call, |name| name.contains("smartcard")),
            boxes: leaves(call, |name| name.contains("stb")),
            services: leaves(call, |name| name == "service_identifier"),
        };
        let at_once = value("process_immediately") == "true";
        let express = value("priority") == "EXPRESS";
        let dated = ["start_date", "scheduled_date"].map(|name| parameter(call, name).is_some());
        if at_once || (express && dated == [false; 2]) {
            let overtaken = self.orders.iter().rev();
            let mut overtaken = overtaken.filter(|other| other.contradicts(&order));
            let first = overtaken.next()?;
            let rank = if at_once { "sent at once" } else { "EXPRESS" };
            let same = match first.cards.is_disjoint(&order.cards) {
                true => "set-top box",
                false => "smartcard",
            };
            return Some(format!(
                "turns the order round: {rank}, it leaves before the REGULAR call of line {}, for \
                 the same {same}, which still waits",
                first.line
            ));
        }
        // One with a date may not be due when the other comes.
        if dated == [false; 2] && !express {
            self.orders.push(order);
        }
        None
    }
}

impl Order {
    /// Whether two orders leave something else behind in the other order.
    fn contradicts(&self, other: &Self) -> bool {
        use Operation::{
            AddSubscriptions, AddToExistingPairing, CancelSubscriptions, CreatePairing,
            ResetPinToDefaultValue, ResetPinToGivenValue,
        };
        let same_card = !self.cards.is_disjoint(&other.cards);
        match (self.operation, other.operation) {
            (AddSubscriptions, CancelSubscriptions) | (CancelSubscriptions, AddSubscriptions) => {
                same_card && !self.services.is_disjoint(&other.services)
            }
            (CreatePairing | AddToExistingPairing, CreatePairing | AddToExistingPairing) => {
                same_card || !self.boxes.is_disjoint(&other.boxes)
            }
            (
                ResetPinToDefaultValue | ResetPinToGivenValue,
                ResetPinToDefaultValue | ResetPinToGivenValue,
            ) => same_card,
            _ => false,
        }
    }
}

fn parameter<'c>(call: &'c Call, name: &str) -> Option<&'c Template> {
    let found = call.parameters.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value)
}

/// The texts in the values of some parameters.
fn leaves(call: &Call, is_wanted: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let wanted = call.parameters.iter().filter(|(name, _)| is_wanted(name));
    let mut open: Vec<&Template> = wanted.map(|(_, value)| value).collect();
    while let Some(value) = open.pop() {
        match value {
            Template::List(items) => open.extend(items),
            Template::Map(members) => open.extend(members.iter().map(|(_, value)| value)),
            Template::Plain(_) | Template::Text(_) => {
                found.insert(shown(value));
            }
        }
    }
    found
}
