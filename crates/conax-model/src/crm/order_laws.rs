//! The laws of who leaves when: over runs however often, with answers that take their time, and of
//! what was turned round.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;

use super::laws::{History, Rank, START, after, events, share, turn};
use crate::command::CommandKind;
use crate::crm::{Common, Matter, ProvisioningRequest, State, Ticket};
use crate::time::SimTime;

/// From this second on a run begins every second, until everything has ended.
const LAST_SECOND: u64 = 60;

/// When an order is made, with what, and how it is answered.
#[derive(Clone, Debug)]
struct Order {
    second: u64,
    due_in: i64,
    cards: BTreeSet<u8>,
    express: bool,
    at_once: bool,
    answer_takes: u64,
    accepted: bool,
}

fn orders() -> impl Strategy<Value = Vec<Order>> {
    let order = (
        0..LAST_SECOND / 2,
        -20_i64..30,
        prop::collection::btree_set(0_u8..3, 1..3),
        any::<bool>(),
        prop::bool::weighted(0.2),
        0_u64..12,
        any::<bool>(),
    );
    let order =
        order.prop_map(|(second, due_in, cards, express, at_once, answer_takes, accepted)| Order {
            second,
            due_in,
            cards,
            express,
            at_once,
            answer_takes,
            accepted,
        });
    let orders = prop::collection::vec(order, 2..20);
    orders.prop_map(|mut orders| {
        orders.sort_by_key(|order| order.second);
        orders
    })
}

fn run_times() -> impl Strategy<Value = BTreeSet<u64>> {
    prop::collection::btree_set(0..LAST_SECOND, 0..20)
}

/// What happened while orders were sent by runs.
#[derive(Default)]
struct Sent {
    /// The numbers of what left, by card and rank, in order.
    left: BTreeMap<(Arc<str>, Rank), Vec<u64>>,
    /// When the answers come of what is on its way.
    answers: BTreeMap<u64, u64>,
    /// How many runs began while something was on its way, and how many orders were rejected.
    overlapping: usize,
    rejected: usize,
}

/// Sends these orders by runs that begin in these seconds, with so many workers; what is sent stays
/// on its way for as long as its answer takes, whatever runs begin meanwhile.
fn sent_by_runs(orders: &[Order], runs: &BTreeSet<u64>, together: usize) -> Sent {
    let mut history = History::new();
    let mut sent = Sent::default();
    for second in 0.. {
        history.now = SimTime::from_millis(
            START.millis() + i64::try_from(second * 1000).expect("seconds of a test"),
        );
        history.end_answered(orders, second, &mut sent);
        for order in orders.iter().filter(|order| order.second == second) {
            let cards: Vec<u8> = order.cards.iter().copied().collect();
            let kind = CommandKind::CreatePairing;
            history.create(kind, &cards, order.express, order.due_in, order.at_once);
            history.send_at_once(orders, second, &mut sent);
        }
        history.send_at_once(orders, second, &mut sent);
        if runs.contains(&second) || second >= LAST_SECOND {
            history.run(orders, second, together, &mut sent);
        }
        let has_all = history.book.all().count() == orders.len();
        if has_all && history.book.all().all(|row| row.state != State::Pending) {
            break;
        }
        assert!(second < 1000, "not everything leaves");
    }
    sent
}

impl History {
    fn end_answered(&mut self, orders: &[Order], second: u64, sent: &mut Sent) {
        let is_answered =
            |ticket: &Ticket| sent.answers[&ticket.number.expect("its number")] <= second;
        while let Some(which) = self.tickets.iter().position(is_answered) {
            let order = &orders[place(self.tickets[which].number)];
            sent.rejected += usize::from(!order.accepted);
            self.settle(which, order.accepted);
        }
    }

    /// The calls of those that are sent at once look whether they may.
    fn send_at_once(&mut self, orders: &[Order], second: u64, sent: &mut Sent) {
        for which in (0..self.waiting(Rank::AtOnce).count()).rev() {
            let before = self.tickets.len();
            self.take_at_once(which);
            self.note_left(before, orders, second, sent);
        }
    }

    /// A run, as far as there are workers.
    fn run(&mut self, orders: &[Order], second: u64, together: usize, sent: &mut Sent) {
        sent.overlapping += usize::from(!self.tickets.is_empty());
        while self.tickets.len() < together && self.take_next() {
            self.note_left(self.tickets.len() - 1, orders, second, sent);
        }
    }

    /// What was taken last has left.
    fn note_left(&self, before: usize, orders: &[Order], second: u64, sent: &mut Sent) {
        for ticket in &self.tickets[before..] {
            let row = self.book.by_id(ticket.id).expect("it was created");
            let number = row.number.expect("created rows have numbers");
            let answer = second + orders[place(row.number)].answer_takes;
            sent.answers.insert(number, answer);
            for lane in row.lanes() {
                let of = (Arc::clone(lane), Self::rank(row));
                sent.left.entry(of).or_default().push(number);
            }
        }
    }

    /// Whoever waits for a run, has free smartcards, and before whom nobody of its rank and nobody
    /// who can go out at once stands.
    fn could_leave(&self) -> Vec<Arc<ProvisioningRequest>> {
        let goes = |row: &Arc<ProvisioningRequest>| self.may_leave(row, Rank::AtOnce);
        let at_once: Vec<_> = self.waiting(Rank::AtOnce).filter(goes).collect();
        let busy: Vec<_> = self.book.in_flight().map(Arc::clone).collect();
        let mut found = Vec::new();
        for rank in [Rank::Express, Rank::Regular] {
            let waiting: Vec<_> = self.waiting(rank).collect();
            let could = waiting.iter().filter(|row| {
                let mut before = waiting.iter().filter(|other| turn(other) < turn(row));
                let mut others = busy.iter().chain(&at_once);
                !before.any(|other| share(row, other)) && !others.any(|other| share(row, other))
            });
            found.extend(could.map(Arc::clone));
        }
        found
    }
}

/// The place of an order among the orders.
fn place(number: Option<u64>) -> usize {
    let number = number.expect("created rows have numbers");
    usize::try_from(number - 1).expect("they are few")
}

/// What a naive reading of the book says of orders that were turned round.
fn turned_round(history: &History) -> BTreeSet<(Common, Option<u64>, Option<u64>)> {
    let left = |row: &ProvisioningRequest| match (&row.state, row.settled_order) {
        (State::Completed { .. }, Some(order)) => Some((0, order, turn(row))),
        (State::Pending, _) if history.book.is_in_flight(row) => Some((1, 0, turn(row))),
        (State::Pending, _) => Some((2, 0, turn(row))),
        _ => None,
    };
    let rows: Vec<_> = history.book.all().filter(|row| left(row).is_some()).collect();
    let mut found = BTreeSet::new();
    for row in &rows {
        let last_about = |matters: &[Matter<'_>]| {
            let others = rows.iter().filter(|other| {
                let same = other.matters().iter().any(|matter| matters.contains(matter));
                let is_product = row.kind != CommandKind::CreatePairing;
                let contrary = !is_product || other.kind != row.kind;
                let before = left(other) < left(row) && left(other) < Some((2, 0, turn(other)));
                same && contrary && before && turn(other) > turn(row)
            });
            others.max_by_key(|other| left(other))
        };
        let cards: BTreeSet<&Arc<str>> = row.lanes().collect();
        let mut told = BTreeSet::new();
        for card in cards {
            let of_card: Vec<_> = row
                .matters()
                .into_iter()
                .filter(|matter| match matter {
                    Matter::Entitlement { card: one, .. }
                    | Matter::PairedCard(one)
                    | Matter::Pin(one) => *one == &**card,
                    Matter::PairedModule(_) => false,
                })
                .collect();
            if let Some(by) = last_about(&of_card) {
                told.insert(by.number);
                found.insert((Common::Smartcard(Arc::clone(card)), row.number, by.number));
            }
        }
        for matter in row.matters() {
            if let Matter::PairedModule(module) = matter
                && let Some(by) = last_about(&[matter])
                && !told.contains(&by.number)
            {
                found.insert((Common::PairingModule(module.into()), row.number, by.number));
            }
        }
    }
    found
}

proptest! {
    /// Whatever runs there are, one card's orders of one priority leave in the order in which they
    /// became due, then in that of their creation: with one worker or several, while answers are
    /// awaited over many runs, among orders that are sent at once, and whether they are accepted or
    /// rejected.
    #[test]
    fn how_often_runs_are_made_never_changes_the_order_of_one_cards_orders_of_one_priority(
        orders in orders(), seldom in run_times(), often in run_times(), together in 1_usize..4,
    ) {
        let every_second: BTreeSet<u64> = (0..=LAST_SECOND).collect();
        let answered_at_once: Vec<Order> = orders
            .iter()
            .map(|order| Order { answer_takes: 0, ..order.clone() })
            .collect();
        let expected = sent_by_runs(&answered_at_once, &every_second, 1).left;
        for runs in [seldom, often, every_second] {
            prop_assert_eq!(&sent_by_runs(&orders, &runs, together).left, &expected);
        }
    }

    /// Whoever else waits, and for whatever: every one of them, not only some. An EXPRESS one may
    /// take the smartcards of a REGULAR one.
    #[test]
    fn an_order_whose_cards_are_free_leaves(events in events()) {
        let mut history = after(&events);
        let could = history.could_leave();
        while let Some(ticket) = history.book.take_due(history.now) {
            history.note(ticket);
        }
        let is_express = |row: &ProvisioningRequest| History::rank(row) == Rank::Express;
        for row in &could {
            let left = row.number.is_some_and(|number| history.on_their_way.contains(&number));
            let mut express = could.iter().filter(|other| is_express(other));
            let gave_way = !is_express(row) && express.any(|other| share(row, other));
            prop_assert!(left != gave_way, "request {:?}: left {left}", row.number);
        }
        prop_assert!(history.could_leave().is_empty(), "an order was kept though its cards are free");
    }

    #[test]
    fn what_is_told_to_be_turned_round_is_what_a_comparison_of_all_pairs_finds(events in events()) {
        let history = after(&events);
        let told = history.book.overtaken();
        let told = told.into_iter().map(|one| (one.common, one.request.number, one.by.number));
        prop_assert_eq!(told.collect::<BTreeSet<_>>(), turned_round(&history));
    }
}

/// The generators reach what the laws are about; without this they could hold emptily.
#[test]
fn the_runs_hold_what_their_law_speaks_of() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let mut new = |strategy: BoxedStrategy<(Vec<Order>, BTreeSet<u64>)>| {
        let tree = strategy.new_tree(&mut runner);
        tree.expect("the strategy has no filters").current()
    };
    let (mut overlapping, mut rejected, mut at_once, mut could, mut several) = (0, 0, 0, 0, 0);
    let mut turned = 0;
    for _ in 0..100 {
        let (orders, runs) = new((orders(), run_times()).boxed());
        let sent = sent_by_runs(&orders, &runs, 3);
        overlapping += sent.overlapping;
        rejected += sent.rejected;
        at_once += orders.iter().filter(|order| order.at_once).count();
    }
    for _ in 0..100 {
        let tree = events().new_tree(&mut runner);
        let tree = tree.expect("the strategy has no filters");
        let history = after(&tree.current());
        let count = history.could_leave().len();
        turned += history.book.overtaken().len();
        could += count;
        several += usize::from(count > 1);
    }
    for (what, count) in [
        ("runs overlapped", overlapping),
        ("orders were rejected", rejected),
        ("orders went out at once", at_once),
        ("orders could leave", could),
        ("times several could", several),
        ("orders were turned round", turned),
    ] {
        assert!(count > 20, "only {count} {what}");
    }
}
