//! The fold of two journals, request by request.

use std::collections::BTreeSet;

use super::{CasEvent, Fate, Ledger, Standing, events};
use crate::entropy::{Ids, Seed};
use crate::fault::StateChange;
use crate::id::TransactionId;
use crate::time::SimTime;

struct Book {
    ledger: Ledger,
    ids: Ids,
}

const NOW: SimTime = SimTime::from_millis(0);

impl Book {
    fn new() -> Self {
        Self { ledger: Ledger::new(1000), ids: Ids::new(Seed(1), "test") }
    }

    fn sent(&mut self, request: u64) {
        let acknowledged = events::acknowledged(request, vec!["1".into()]);
        self.ledger.crm(NOW, acknowledged);
        self.ledger.crm(NOW, events::sent(request, request, true));
        self.ledger.cas(NOW, events::received(request, Some(request)));
    }

    fn recalled(&mut self, request: u64) {
        self.ledger.recall(NOW, &BTreeSet::from([request, 77]));
    }

    fn executed(&mut self, exchange: u64) -> TransactionId {
        let transaction = self.ids.transaction_id();
        let executed = events::executed(exchange, transaction, false, false);
        self.ledger.cas(NOW, executed);
        transaction
    }

    fn answered(&mut self, request: u64) {
        self.ledger.crm(NOW, events::read(request, request, None));
        self.ended(request, true);
    }

    fn ended(&mut self, request: u64, completed: bool) {
        self.ledger.crm(NOW, events::ended(request, completed));
    }
}

#[test]
fn each_request_has_its_fate_and_the_totals_add_up() {
    let mut book = Book::new();
    // Once; twice; silence after it was done; false OK; forgotten; pending.
    for request in 1..=5 {
        book.sent(request);
    }
    book.executed(1);
    book.answered(1);
    book.executed(2);
    book.executed(2);
    book.answered(2);
    book.executed(3);
    book.ended(3, false);
    book.answered(4);
    let lost = book.executed(5);
    book.answered(5);
    let undone = StateChange::Undone { transactions: vec![lost] };
    book.ledger.cas(NOW, CasEvent::Did(undone));
    book.ledger.crm(NOW, events::acknowledged(6, Vec::new()));

    let reconciliation = book.ledger.reconcile();
    let rows = &reconciliation.rows;
    let told: Vec<(Standing, Fate, bool)> =
        rows.values().map(|row| (row.standing, row.fate, row.known_to_crm())).collect();
    assert_eq!(
        told,
        [
            (Standing::Completed, Fate::Once, true),
            (Standing::Completed, Fate::Twice, false),
            (Standing::Rejected, Fate::Once, false),
            (Standing::Completed, Fate::Never, false),
            (Standing::Completed, Fate::Never, false),
            (Standing::Pending, Fate::Never, true),
        ]
    );
    let totals = reconciliation.totals;
    assert!(totals.add_up(), "{totals:?}");
    assert_eq!((totals.false_completions, totals.unknown_to_crm), (3, 4));
    assert_eq!(reconciliation.carried_out, [1, 2, 2, 3]);
}

#[test]
fn what_is_let_go_is_counted_for_each_request() {
    let mut book = Book::new();
    book.ledger = Ledger::new(1);
    book.sent(1);
    book.sent(2);
    book.executed(1);
    book.answered(1);
    assert_eq!(book.ledger.let_go(), (5, 2));
    let reconciliation = book.ledger.reconcile();
    let told: Vec<_> = reconciliation
        .rows
        .values()
        .map(|row| (row.standing, row.fate, row.crm_let_go, row.cas_let_go))
        .collect();
    assert_eq!(
        told,
        [(Standing::Completed, Fate::Once, 3, 1), (Standing::InFlight, Fate::Never, 2, 1),]
    );
}

#[test]
fn a_recalled_request_is_pending_and_known_only_until_it_is_rejected() {
    let mut book = Book::new();
    book.sent(1);
    book.sent(2);
    book.executed(1);
    book.recalled(1);
    let standing = |book: &Book| book.ledger.reconcile().rows[&1].standing;
    assert_eq!(standing(&book), Standing::Pending);
    let len = book.ledger.lens().0;
    book.recalled(1);
    assert_eq!(book.ledger.lens().0, len, "nothing is under way");
    book.ended(1, false);
    let row = &book.ledger.reconcile().rows[&1];
    assert_eq!((row.fate, row.known_to_crm()), (Fate::Once, false));
    assert_eq!(book.ledger.reconcile().rows[&2].standing, Standing::InFlight);
}
