//! The laws of the life cycle, C1 to C8, over random histories of one book, with a naive second
//! opinion on who may leave next and on what every list holds. C9 is beside `drift`; C4 is about
//! what was read from the wire and stands beside the settlement table of the simulator.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use crate::command::CommandKind;
use crate::crm::{
    Author, BookSettings, ErrorText, Filter, ImmediateTake, NewRequest, Page, ParameterKey,
    ParameterValue, Priority, ProvisioningRequest, RequestBook, Settled, Settlement, State, Ticket,
    User,
};
use crate::entropy::{Ids, Seed};
use crate::time::SimTime;

pub(super) const START: SimTime = SimTime::from_millis(1_000_000);

/// One thing that happens to a book.
#[derive(Clone, Debug)]
pub(super) enum Event {
    Create { kind: CommandKind, cards: Vec<u8>, express: bool, due_in: i64, at_once: bool },
    Wait(u64),
    Take,
    TakeAtOnce(usize),
    Settle { which: usize, accepted: bool },
}

pub(super) fn events() -> impl Strategy<Value = Vec<Event>> {
    let kind = prop::sample::select(vec![
        CommandKind::AddSubscriptions,
        CommandKind::CancelSubscriptions,
        CommandKind::CreatePairing,
    ]);
    let cards = prop::collection::vec(0_u8..4, 0..3);
    let create = (kind, cards, any::<bool>(), -5_i64..40, prop::bool::weighted(0.15)).prop_map(
        |(kind, cards, express, due_in, at_once)| Event::Create {
            kind,
            cards,
            express,
            due_in,
            at_once,
        },
    );
    let event = prop_oneof![
        6 => create,
        3 => (1_u64..20).prop_map(Event::Wait),
        5 => Just(Event::Take),
        2 => (0_usize..8).prop_map(Event::TakeAtOnce),
        4 => (0_usize..8, any::<bool>())
            .prop_map(|(which, accepted)| Event::Settle { which, accepted }),
    ];
    prop::collection::vec(event, 1..80)
}

/// What an order names besides its smartcards: one of two products, or of two boxes.
fn items(kind: CommandKind, cards: &[u8]) -> Option<(ParameterKey, Option<ParameterValue>)> {
    let name = match kind {
        CommandKind::CreatePairing => ParameterKey::StbCaId,
        _ => ParameterKey::ServiceCaId,
    };
    let item = format!("item {}", cards.iter().sum::<u8>() % 2);
    Some((name, Some(ParameterValue::Text(item.into()))))
}

/// A book, and what a naive observer remembers of it.
pub(super) struct History {
    pub(super) book: RequestBook,
    ids: Ids,
    pub(super) now: SimTime,
    pub(super) tickets: Vec<Ticket>,
    pub(super) on_their_way: BTreeSet<u64>,
    author: Arc<Author>,
    references: u64,
}

impl History {
    pub(super) fn new() -> Self {
        let settings = BookSettings { next_number: 1, provider_effective: true, generation: 0 };
        let user =
            User { id: "1".into(), username: "tester".into(), person_name: None, email: None };
        Self {
            book: RequestBook::open(settings, Vec::new(), START),
            ids: Ids::new(Seed(1), "laws"),
            now: START,
            tickets: Vec::new(),
            on_their_way: BTreeSet::new(),
            author: Arc::new(Author { user: Arc::new(user), unit: None }),
            references: 0,
        }
    }

    fn happen(&mut self, event: &Event) {
        match event {
            Event::Create { kind, cards, express, due_in, at_once } => {
                self.create(*kind, cards, *express, *due_in, *at_once);
            }
            Event::Wait(seconds) => self.now = self.now + Duration::from_secs(*seconds),
            Event::Take => {
                self.take_next();
            }
            Event::TakeAtOnce(which) => self.take_at_once(*which),
            Event::Settle { which, accepted } => self.settle(*which, *accepted),
        }
    }

    pub(super) fn create(
        &mut self,
        kind: CommandKind,
        cards: &[u8],
        express: bool,
        due_in: i64,
        at_once: bool,
    ) {
        let card = |card: &u8| {
            let text = ParameterValue::Text(format!("card {card}").into());
            (ParameterKey::SmartcardCaId, Some(text))
        };
        let new = NewRequest {
            kind,
            scheduled: SimTime::from_millis(self.now.millis() + due_in * 1000),
            process_immediately: at_once,
            priority: if express { Priority::Express } else { Priority::Regular },
            process_name: None,
            author: Arc::clone(&self.author),
            parameters: cards.iter().map(card).chain(items(kind, cards)).collect(),
            pin: None,
            trace: None,
        };
        let before = self.book.all().last().map(|row| row.number);
        let row = self.book.create(new, self.now, &mut self.ids);
        assert!(before < Some(row.number), "C6: numbers strictly increase");
        assert_eq!(row.id.to_string().len(), 32, "C6: an id is 32 digits");
        assert_eq!(row.state, State::Pending, "C1: everything begins pending");
    }

    /// Takes what the book gives, and compares it with what the rules say.
    pub(super) fn take_next(&mut self) -> bool {
        let expected = self.next_by_the_rules();
        let taken = self.book.take_due(self.now);
        assert_eq!(taken.as_ref().map(|ticket| ticket.number), expected, "who leaves next");
        let took = taken.is_some();
        if let Some(ticket) = taken {
            self.note(ticket);
        }
        took
    }

    pub(super) fn take_at_once(&mut self, which: usize) {
        let waiting: Vec<_> = self.waiting(Rank::AtOnce).collect();
        let Some(row) = waiting.get(which % waiting.len().max(1)).map(Arc::clone) else {
            return;
        };
        let may_leave = self.may_leave(&row, Rank::AtOnce);
        match self.book.take_at_once(row.id) {
            ImmediateTake::Taken(ticket) => {
                assert!(may_leave, "sent at once although a smartcard was not free");
                self.note(*ticket);
            }
            ImmediateTake::CardBusy => assert!(!may_leave, "kept although its cards are free"),
            ImmediateTake::NotWaiting => panic!("it was created to be sent at once"),
        }
    }

    pub(super) fn note(&mut self, ticket: Ticket) {
        let fresh = self.on_their_way.insert(ticket.number.expect("created rows have numbers"));
        assert!(fresh, "taken twice");
        self.tickets.push(ticket);
    }

    pub(super) fn settle(&mut self, which: usize, accepted: bool) {
        if self.tickets.is_empty() {
            return;
        }
        let ticket = self.tickets.remove(which % self.tickets.len());
        let number = ticket.number.expect("created rows have numbers");
        self.references += 1;
        let end = if accepted {
            State::Completed { reference: Some(format!("ref {}", self.references).into()) }
        } else {
            let error = ErrorText { code: "NO".into(), description: "not now".into() };
            State::Rejected { error, provider_error: None }
        };
        let settlement = Settlement { executed: self.now, request: None, response: None, end };
        let Settled::Done(row) = self.book.settle(ticket, settlement) else {
            panic!("the book was not replaced");
        };
        assert_eq!(row.number, Some(number));
        self.on_their_way.remove(&number);
    }

    pub(super) fn rank(row: &ProvisioningRequest) -> Rank {
        match (row.process_immediately, row.priority) {
            (Some(true), _) => Rank::AtOnce,
            (_, Priority::Express) => Rank::Express,
            (_, Priority::Regular) => Rank::Regular,
        }
    }

    fn is_waiting(&self, row: &ProvisioningRequest) -> bool {
        let taken = row.number.is_some_and(|number| self.on_their_way.contains(&number));
        let due = row.scheduled <= self.now || Self::rank(row) == Rank::AtOnce;
        row.state == State::Pending && !taken && due
    }

    pub(super) fn waiting(
        &self,
        rank: Rank,
    ) -> impl Iterator<Item = Arc<ProvisioningRequest>> + '_ {
        let rows = self.book.all().filter(move |row| Self::rank(row) == rank);
        rows.filter(|row| self.is_waiting(row)).map(Arc::clone)
    }

    /// By definition: its cards are free, nobody of its rank stands before it, and nobody who
    /// goes out at once, and can, names one of its cards.
    pub(super) fn may_leave(&self, row: &ProvisioningRequest, rank: Rank) -> bool {
        let busy = self.book.in_flight().any(|other| share(row, other));
        let before = self.waiting(rank).any(|other| share(row, &other) && turn(&other) < turn(row));
        let mut at_once = self.waiting(Rank::AtOnce);
        let urgent = rank != Rank::AtOnce
            && at_once.any(|other| share(row, &other) && self.may_leave(&other, Rank::AtOnce));
        !busy && !before && !urgent
    }

    fn next_by_the_rules(&self) -> Option<Option<u64>> {
        let first = |rank: Rank| {
            let free = self.waiting(rank).filter(move |row| self.may_leave(row, rank));
            free.min_by_key(|row| (row.scheduled, row.number))
        };
        let next = first(Rank::Express).or_else(|| first(Rank::Regular))?;
        Some(next.number)
    }
}

pub(super) fn share(one: &ProvisioningRequest, other: &ProvisioningRequest) -> bool {
    other.lanes().any(|lane| one.lanes().any(|own| own == lane))
}

/// When it became due, then when it was created.
pub(super) fn turn(row: &ProvisioningRequest) -> (SimTime, Option<u64>) {
    let due = match row.process_immediately {
        Some(true) => row.created,
        _ => row.scheduled.max(row.created),
    };
    (due, row.number)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    AtOnce,
    Express,
    Regular,
}

pub(super) fn after(events: &[Event]) -> History {
    let mut history = History::new();
    for event in events {
        history.happen(event);
    }
    history
}

proptest! {
    #[test]
    fn c1_a_request_ends_once_and_never_changes_again(events in events()) {
        let mut history = History::new();
        for event in &events {
            let before: Vec<_> = history.book.all().map(Arc::clone).collect();
            history.happen(event);
            for (old, new) in before.iter().zip(history.book.all()) {
                prop_assert!(old.state == State::Pending || old == new);
            }
        }
    }

    #[test]
    fn c2_completed_means_executed_with_a_reference_and_without_an_error(events in events()) {
        for row in after(&events).book.all() {
            let completed = matches!(row.state, State::Completed { .. });
            prop_assert_eq!(completed, row.reference().is_some());
            prop_assert_eq!(row.state != State::Pending, row.executed.is_some());
        }
    }

    #[test]
    fn c3_rejected_means_a_code_and_a_description(events in events()) {
        for row in after(&events).book.all() {
            if let State::Rejected { error, .. } = &row.state {
                prop_assert!(!error.code.is_empty() && !error.description.is_empty());
            }
        }
    }

    #[test]
    fn c5_nothing_is_executed_before_it_is_due(events in events()) {
        for row in after(&events).book.all() {
            let at_once = row.process_immediately == Some(true);
            prop_assert!(at_once || row.executed.is_none_or(|executed| executed >= row.scheduled));
        }
    }

    /// C6, C7 and C8 are asserted at every step: each creation checks the number, each taking is
    /// compared with a naive reading of the rules.
    #[test]
    fn c6_c7_c8_numbers_increase_and_who_leaves_next_is_who_the_rules_name(events in events()) {
        after(&events);
    }

    #[test]
    fn everything_due_leaves_in_the_end(events in events()) {
        let mut history = after(&events);
        history.now = history.now + Duration::from_secs(100);
        for _ in 0..1000 {
            history.take_at_once(0);
            let moved = history.take_next() || !history.tickets.is_empty();
            history.settle(0, true);
            if !moved {
                break;
            }
        }
        let length = history.book.queue_length();
        prop_assert_eq!((length.due, length.scheduled, length.in_flight), (0, 0, 0));
        prop_assert!(history.book.all().all(|row| row.state != State::Pending));
    }

    #[test]
    fn every_list_holds_what_a_walk_over_all_rows_finds(
        events in events(), offset in 0_usize..12, limit in 0_usize..12,
    ) {
        let history = after(&events);
        let is = |filter: Filter<'_>, row: &ProvisioningRequest| match filter {
            Filter::Kind(kind) => row.kind == kind,
            Filter::Pending => row.state == State::Pending,
            Filter::Completed => matches!(row.state, State::Completed { .. }),
            Filter::Rejected => matches!(row.state, State::Rejected { .. }),
            Filter::Reference(reference) => row.reference().is_some_and(|own| **own == *reference),
        };
        let filters = [
            Filter::Pending, Filter::Completed, Filter::Rejected, Filter::Reference("ref 1"),
            Filter::Kind(CommandKind::AddSubscriptions), Filter::Kind(CommandKind::CreatePairing),
            Filter::Kind(CommandKind::GetActiveSubscriptions),
        ];
        for filter in filters {
            let all = history.book.all().filter(|row| is(filter, row));
            let expected: Vec<_> = all.skip(offset).take(limit).map(Arc::clone).collect();
            prop_assert_eq!(history.book.list(filter, Page { offset, limit }), expected);
        }
    }

    #[test]
    fn every_request_is_found_by_id_and_by_number(events in events()) {
        let history = after(&events);
        for row in history.book.all() {
            prop_assert_eq!(history.book.by_id(row.id), Some(row));
            prop_assert_eq!(row.number.and_then(|number| history.book.by_number(number)), Some(row));
        }
        let beyond = history.book.all().count() as u64 + 1;
        prop_assert!(history.book.by_number(0).is_none());
        prop_assert!(history.book.by_number(beyond).is_none());
    }
}

/// The generator reaches what the laws are about; without this they could hold emptily.
#[test]
fn the_histories_hold_what_the_laws_speak_of() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let (mut completed, mut rejected, mut at_once, mut in_flight) = (0, 0, 0, 0);
    for _ in 0..100 {
        let tree = events().new_tree(&mut runner).expect("the strategy has no filters");
        let history = after(&tree.current());
        in_flight += history.tickets.len();
        for row in history.book.all() {
            completed += usize::from(matches!(row.state, State::Completed { .. }));
            rejected += usize::from(matches!(row.state, State::Rejected { .. }));
            let sent = row.executed.is_some() && row.process_immediately == Some(true);
            at_once += usize::from(sent);
        }
    }
    for (what, count) in [
        ("completed", completed),
        ("rejected", rejected),
        ("sent at once", at_once),
        ("in flight", in_flight),
    ] {
        assert!(count > 20, "only {count} requests {what}");
    }
}
