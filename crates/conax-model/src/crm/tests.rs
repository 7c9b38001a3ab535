//! The book in single sentences.

use std::sync::Arc;
use std::time::Duration;

use crate::command::{Command, CommandKind};
use crate::crm::{
    Author, BookSettings, Common, ErrorText, Filter, ImmediateTake, LoadedRequest, NewRequest,
    Page, ParameterKey, ParameterValue, Priority, ProvisioningRequest, RequestBook, Sessions,
    Settled, Settlement, State, TokenPolicy, User,
};
use crate::entropy::{Ids, Seed};
use crate::secret::Secret;
use crate::time::SimTime;

const NOW: SimTime = SimTime::from_millis(1_417_338_000_000);

fn author() -> Arc<Author> {
    let user = User { id: "1".into(), username: "u".into(), person_name: None, email: None };
    Arc::new(Author { user: Arc::new(user), unit: None })
}

fn book(provider_effective: bool) -> (RequestBook, Ids) {
    let settings = BookSettings { next_number: 4050, provider_effective, generation: 1 };
    (RequestBook::open(settings, Vec::new(), NOW), Ids::new(Seed(7), "test"))
}

fn add(card: &str) -> NewRequest {
    let text = |text: &str| Some(ParameterValue::Text(text.into()));
    NewRequest {
        kind: CommandKind::AddSubscriptions,
        scheduled: NOW,
        process_immediately: false,
        priority: Priority::Regular,
        process_name: None,
        author: author(),
        parameters: vec![
            (ParameterKey::SmartcardCaId, text(card)),
            (ParameterKey::ServiceCaId, text("P1")),
        ],
        pin: None,
        trace: None,
    }
}

fn completed(reference: &str) -> Settlement {
    Settlement {
        executed: NOW,
        request: None,
        response: None,
        end: State::Completed { reference: Some(reference.into()) },
    }
}

fn take_and_settle(book: &mut RequestBook, settlement: Settlement) -> Arc<ProvisioningRequest> {
    let ticket = book.take_due(NOW).expect("something is due");
    match book.settle(ticket, settlement) {
        Settled::Done(row) => row,
        Settled::BookReplaced => panic!("the book is the same"),
    }
}

#[test]
fn the_first_number_is_the_one_the_book_was_opened_with() {
    let (mut book, mut ids) = book(true);
    let first = book.create(add("1"), NOW, &mut ids);
    let second = book.create(add("1"), NOW, &mut ids);
    assert_eq!((first.number, second.number), (Some(4050), Some(4051)));
    assert_eq!(book.by_number(4051), Some(&second));
    assert_eq!(book.by_number(4049), None);
}

#[test]
fn a_provider_that_is_not_effective_sends_nothing() {
    let (mut book, mut ids) = book(false);
    book.create(add("1"), NOW, &mut ids);
    let at_once = book.create(NewRequest { process_immediately: true, ..add("2") }, NOW, &mut ids);
    assert!(book.take_due(NOW).is_none());
    assert!(matches!(book.take_at_once(at_once.id), ImmediateTake::NotWaiting));
    assert_eq!(book.list(Filter::Pending, Page::ALL).len(), 2);
}

#[test]
fn a_held_record_is_listed_and_never_sent() {
    let settings = BookSettings { next_number: 1, provider_effective: true, generation: 0 };
    let id = Ids::new(Seed(1), "records").hex_id();
    let mut record = LoadedRequest::new(id, CommandKind::AddSubscriptions, NOW, author());
    record.0.held = true;
    let mut book = RequestBook::open(settings, vec![record], NOW);
    assert_eq!(book.list(Filter::Pending, Page::ALL).len(), 1);
    assert!(book.take_due(NOW).is_none());
    assert_eq!(book.queue_length().held, 1);
}

#[test]
fn a_record_without_its_items_cannot_be_sent_and_says_what_is_missing() {
    let settings = BookSettings { next_number: 1, provider_effective: true, generation: 0 };
    let id = Ids::new(Seed(1), "records").hex_id();
    let record = LoadedRequest::new(id, CommandKind::AddSubscriptions, NOW, author());
    let mut book = RequestBook::open(settings, vec![record], NOW);
    let ticket = book.take_due(NOW).expect("the record is due");
    assert_eq!(ticket.sending.map_err(|reason| reason.missing), Err(ParameterKey::SmartcardCaId));
}

#[test]
fn a_pin_is_sent_and_then_forgotten() {
    let (mut book, mut ids) = book(true);
    let card = ParameterValue::Text("1".into());
    let new = NewRequest {
        kind: CommandKind::UpdateCaPinToGivenValue,
        parameters: vec![(ParameterKey::SmartcardCaId, Some(card)), (ParameterKey::CaPin, None)],
        pin: Some(Secret::new("4711")),
        ..add("1")
    };
    book.create(new, NOW, &mut ids);
    let ticket = book.take_due(NOW).expect("it is due");
    let Ok(Command::UpdateCaPinToGivenValue { pin, .. }) = &ticket.sending else {
        panic!("a PIN command");
    };
    assert_eq!(pin.expose(), "4711");
    assert!(!format!("{ticket:?} {book:?}").contains("4711"));
    let Settled::Done(row) = book.settle(ticket, completed("r")) else { panic!("settled") };
    assert!(row.command().is_err(), "the PIN is gone");
}

#[test]
fn one_reference_may_belong_to_several_requests() {
    let (mut book, mut ids) = book(true);
    for card in ["1", "2", "3"] {
        book.create(add(card), NOW, &mut ids);
    }
    take_and_settle(&mut book, completed("same"));
    take_and_settle(&mut book, completed("same"));
    take_and_settle(&mut book, completed("other"));
    let listed = book.list(Filter::Reference("same"), Page::ALL);
    assert_eq!(listed.iter().map(|row| row.number).collect::<Vec<_>>(), [Some(4050), Some(4051)]);
}

#[test]
fn the_requests_of_one_reference_are_listed_oldest_first_whichever_ended_first() {
    let (mut book, mut ids) = book(true);
    for card in ["1", "2", "3"] {
        book.create(add(card), NOW, &mut ids);
    }
    let tickets: Vec<_> = std::iter::from_fn(|| book.take_due(NOW)).collect();
    for ticket in tickets.into_iter().rev() {
        let settled = book.settle(ticket, completed("same"));
        assert!(matches!(settled, Settled::Done(_)));
    }
    let numbers = |book: &RequestBook| {
        let listed = book.list(Filter::Reference("same"), Page::ALL);
        listed.iter().map(|row| row.number).collect::<Vec<_>>()
    };
    assert_eq!(numbers(&book), [Some(4050), Some(4051), Some(4052)]);
    let again = RequestBook::from_parts(book.parts()).expect("its own parts");
    assert_eq!(numbers(&again), numbers(&book));
}

#[test]
fn a_late_run_sends_the_orders_of_a_card_by_their_dates() {
    let (mut book, mut ids) = book(true);
    let at = |minute: u64| NOW + Duration::from_mins(minute);
    let on = |minute: u64| NewRequest { scheduled: at(minute), ..add("1") };
    book.create(on(5), NOW, &mut ids);
    book.create(on(1), NOW, &mut ids);
    let first = book.take_due(at(6)).expect("both are due");
    assert_eq!(first.number, Some(4051));
}

#[test]
fn what_is_made_after_a_run_has_begun_does_not_overtake_what_became_due_meanwhile() {
    let (mut book, mut ids) = book(true);
    let at = |second: u64| NOW + Duration::from_secs(second);
    let scheduled = NewRequest { scheduled: at(10), ..add("1") };
    book.create(scheduled, NOW, &mut ids);
    book.create(add("1"), at(20), &mut ids);
    let first = book.take_due(NOW).expect("a run that began at the start");
    assert_eq!(first.number, Some(4050));
}

#[test]
fn an_express_that_waits_for_its_card_holds_back_nobody_else() {
    let (mut book, mut ids) = book(true);
    book.create(add("1"), NOW, &mut ids);
    let _silent = book.take_due(NOW).expect("it is due");
    let express = NewRequest { priority: Priority::Express, ..add("1") };
    book.create(express, NOW, &mut ids);
    book.create(add("2"), NOW, &mut ids);
    let next = book.take_due(NOW).expect("card 2 is free");
    assert_eq!(next.number, Some(4052));
}

#[test]
fn an_express_cancellation_that_overtakes_a_regular_addition_of_its_product_is_told() {
    let (mut book, mut ids) = book(true);
    let express = |new: NewRequest| NewRequest { priority: Priority::Express, ..new };
    let cancel = |card| NewRequest { kind: CommandKind::CancelSubscriptions, ..add(card) };
    book.create(add("1"), NOW, &mut ids);
    book.create(express(cancel("1")), NOW, &mut ids);
    // An addition twice, and a cancellation of another card, leave nothing else behind.
    book.create(add("2"), NOW, &mut ids);
    book.create(express(add("2")), NOW, &mut ids);
    book.create(express(cancel("3")), NOW, &mut ids);
    let told = |book: &RequestBook| {
        let overtaken = book.overtaken().into_iter();
        let told = overtaken.map(|one| (one.request.number, one.by.number));
        told.collect::<Vec<_>>()
    };
    assert_eq!(told(&book), [], "nothing has left");
    take_and_settle(&mut book, completed("1"));
    assert_eq!(told(&book), [(Some(4050), Some(4051))]);
    for reference in ["2", "3", "4", "5"] {
        take_and_settle(&mut book, completed(reference));
    }
    assert_eq!(told(&book), [(Some(4050), Some(4051))]);
}

/// A pairing module is in one pairing at most, so the one that is carried out last decides, though
/// the two name different smartcards.
#[test]
fn an_express_pairing_of_another_card_that_overtakes_one_with_the_same_box_is_told() {
    let (mut book, mut ids) = book(true);
    let express = |new| NewRequest { priority: Priority::Express, ..new };
    let pairing = |card: &str, module: &str| NewRequest {
        kind: CommandKind::CreatePairing,
        parameters: vec![
            (ParameterKey::SmartcardCaId, Some(ParameterValue::Text(card.into()))),
            (ParameterKey::StbCaId, Some(ParameterValue::Text(module.into()))),
        ],
        ..add(card)
    };
    book.create(pairing("1", "X"), NOW, &mut ids);
    book.create(express(pairing("2", "X")), NOW, &mut ids);
    book.create(express(pairing("3", "Y")), NOW, &mut ids);
    for reference in ["1", "2", "3"] {
        take_and_settle(&mut book, completed(reference));
    }
    let told = book.overtaken();
    let told = told.iter().map(|one| (&one.common, one.request.number, one.by.number));
    let module = Common::PairingModule("X".into());
    assert_eq!(told.collect::<Vec<_>>(), [(&module, Some(4050), Some(4051))]);
}

#[test]
fn a_ticket_of_a_replaced_book_settles_nothing() {
    let (mut old, mut ids) = book(true);
    old.create(add("1"), NOW, &mut ids);
    let ticket = old.take_due(NOW).expect("it is due");
    let settings = BookSettings { next_number: 4050, provider_effective: true, generation: 2 };
    let mut new = RequestBook::open(settings, Vec::new(), NOW);
    new.create(add("1"), NOW, &mut ids);
    assert_eq!(new.settle(ticket, completed("r")), Settled::BookReplaced);
    assert_eq!(new.list(Filter::Pending, Page::ALL).len(), 1);
}

#[test]
fn a_rejection_keeps_both_pairs_of_error_texts() {
    let (mut book, mut ids) = book(true);
    book.create(add("1"), NOW, &mut ids);
    let error = ErrorText { code: "CLIENT_NOT_FOUND".into(), description: "no such card".into() };
    let end = State::Rejected { error: error.clone(), provider_error: Some(error) };
    let row = take_and_settle(&mut book, Settlement { end: end.clone(), ..completed("r") });
    assert_eq!(row.state, end);
    assert_eq!(book.list(Filter::Rejected, Page::ALL), [row]);
}

#[test]
fn an_idle_token_lives_an_hour_from_its_last_use() {
    let (mut sessions, mut ids) = (Sessions::default(), Ids::new(Seed(1), "tokens"));
    let token = sessions.issue(author(), TokenPolicy::default(), NOW, &mut ids);
    let minutes = |minutes: u64| NOW + Duration::from_secs(minutes * 60);
    assert!(sessions.check(&token, minutes(59)).is_some());
    assert!(sessions.check(&token, minutes(118)).is_some());
    assert!(sessions.check(&token, minutes(178)).is_none());
}

#[test]
fn a_fixed_token_dies_however_often_it_is_used() {
    let (mut sessions, mut ids) = (Sessions::default(), Ids::new(Seed(1), "tokens"));
    let policy = TokenPolicy::Fixed(Duration::from_secs(7200));
    let token = sessions.issue(author(), policy, NOW, &mut ids);
    assert!(sessions.check(&token, NOW + Duration::from_secs(7199)).is_some());
    assert!(sessions.check(&token, NOW + Duration::from_secs(7200)).is_none());
}

#[test]
fn a_released_token_is_not_valid_any_more() {
    let (mut sessions, mut ids) = (Sessions::default(), Ids::new(Seed(1), "tokens"));
    let token = sessions.issue(author(), TokenPolicy::default(), NOW, &mut ids);
    assert!(sessions.release(&token, NOW));
    assert!(sessions.check(&token, NOW).is_none());
    assert!(!sessions.release(&token, NOW), "it cannot be released twice");
}

#[test]
fn requests_for_very_many_smartcards_enter_leave_and_follow_each_other() {
    let (mut book, mut ids) = book(true);
    let cards = |number: u32| {
        let text = ParameterValue::Text(format!("card {number}").into());
        (ParameterKey::SmartcardCaId, Some(text))
    };
    for _ in 0..3 {
        let new = NewRequest { parameters: (0..20_000).map(cards).collect(), ..add("1") };
        book.create(new, NOW, &mut ids);
    }
    for reference in ["first", "second", "third"] {
        let ticket = book.take_due(NOW).expect("the next one may leave");
        assert!(book.take_due(NOW).is_none(), "its smartcards are busy");
        assert!(matches!(book.settle(ticket, completed(reference)), Settled::Done(_)));
    }
}

#[test]
fn what_waits_behind_an_order_of_its_card_is_due_and_no_run_can_send_it() {
    let (mut book, mut ids) = book(true);
    assert!(!book.may_send(NOW));
    book.create(add("1"), NOW, &mut ids);
    book.create(add("1"), NOW, &mut ids);
    assert!(book.may_send(NOW));
    let silent = book.take_due(NOW).expect("it is due");
    assert_eq!((book.due_count(NOW), book.may_send(NOW)), (1, false));
    book.settle(silent, completed("r"));
    assert!(book.may_send(NOW));
}
