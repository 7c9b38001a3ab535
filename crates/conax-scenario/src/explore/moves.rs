//! The moves of an exploration: small, so that they shrink; numbers choose among what there is.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};

/// One move. Numbers are taken modulo what there is to choose from, so every sequence means
/// something, whatever is left out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Move {
    /// Creates a request.
    Order(Order),
    /// Creates nothing: the order has a mistake.
    WrongOrder(Order, u8),
    /// Creates so many requests at the same time.
    Together(u8),
    /// Shows a request that was created.
    Show {
        /// Which one, counted from the youngest.
        which: u8,
        /// Named by number, and not by id.
        by_number: bool,
        /// Which `fields_set`; none for the first.
        fields: u8,
    },
    /// Asks for a request in a way that must be refused.
    WrongShow(u8),
    /// Calls in a form of its own: a wrong verb or path, a parameter twice, another order.
    Odd(u8),
    /// Lists requests.
    List {
        /// By which filter.
        filter: u8,
        /// Which `fields_set`; none for the first.
        fields: u8,
        /// Which page; all for the first.
        page: u8,
    },
    /// Lists in a way that must be refused.
    WrongList(u8),
    /// Logs in, or tries to.
    Login(u8),
    /// Lets time pass, in minutes.
    Pass(u8),
    /// The next command for a smartcard fails.
    Fault {
        /// How.
        preset: u8,
        /// Whose.
        card: u8,
    },
    /// Looks at a smartcard at the head-end.
    Conax(u8),
    /// Looks at the ledger.
    Ledger,
    /// Looks at the differences of both sides.
    Drift,
}

/// An order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// Which of the six operations.
    pub operation: u8,
    /// For which smartcard.
    pub card: u8,
    /// For which service.
    pub service: u8,
    /// How urgent: not said, REGULAR, EXPRESS.
    pub priority: u8,
    /// When: not said, or in so many minutes.
    pub minutes: u8,
    /// Whether the date is a `scheduled_date`, and not a `start_date`.
    pub scheduled: bool,
    /// Whether the call sends it: not said, or a form of yes or no.
    pub at_once: u8,
    /// By which of its keys each record is named.
    pub key: u8,
    /// Which variant: a parameter nobody knows, another set, another PIN.
    pub variant: u8,
}

fn order() -> impl Strategy<Value = Order> {
    let first = (0_u8..6, 0_u8..3, 0_u8..2, 0_u8..3);
    let dates = (prop_oneof![3 => Just(0_u8), 1 => 1_u8..60], any::<bool>());
    let rest = (prop_oneof![3 => Just(0_u8), 1 => 1_u8..7], 0_u8..3, 0_u8..4);
    (first, dates, rest).prop_map(
        |((operation, card, service, priority), (minutes, scheduled), (at_once, key, variant))| {
            Order { operation, card, service, priority, minutes, scheduled, at_once, key, variant }
        },
    )
}

fn one() -> impl Strategy<Value = Move> {
    prop_oneof![
        8 => order().prop_map(Move::Order),
        4 => (order(), 0_u8..16).prop_map(|(order, mistake)| Move::WrongOrder(order, mistake)),
        1 => (2_u8..5).prop_map(Move::Together),
        4 => (0_u8..4, any::<bool>(), 0_u8..5).prop_map(|(which, by_number, fields)| Move::Show { which, by_number, fields }),
        1 => (0_u8..4).prop_map(Move::WrongShow),
        2 => (0_u8..6).prop_map(Move::Odd),
        5 => (0_u8..12, 0_u8..5, 0_u8..8).prop_map(|(filter, fields, page)| Move::List { filter, fields, page }),
        2 => (0_u8..10).prop_map(Move::WrongList),
        1 => (0_u8..6).prop_map(Move::Login),
        4 => (1_u8..90).prop_map(Move::Pass),
        2 => (0_u8..5, 0_u8..3).prop_map(|(preset, card)| Move::Fault { preset, card }),
        2 => (0_u8..3).prop_map(Move::Conax),
        1 => Just(Move::Ledger),
        1 => Just(Move::Drift),
    ]
}

/// Sequences of at most so many moves.
pub fn sequences(most: usize) -> impl Strategy<Value = Vec<Move>> {
    vec(one(), 1..=most.max(1))
}
