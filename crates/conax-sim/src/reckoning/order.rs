//! In which order orders left, were carried out, and should have been: what was turned round.

use std::collections::BTreeMap;

use conax_model::crm::{Overtaken, Priority, ProvisioningRequest, RequestBook, RequestNumber};
use conax_model::ledger::{Reckoning, Row};

use super::story::named;
use crate::crm_door::request_type;
use crate::shared::Shared;

/// Two orders of a smartcard that left in another order than they became due in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnedRound {
    /// The smartcard.
    pub card: String,
    /// The request that stood first.
    pub request: Option<RequestNumber>,
    /// The request that left before it.
    pub by: Option<RequestNumber>,
    /// How that came, in a sentence.
    pub because: String,
}

/// Every order that a later one of its smartcard has overtaken, where it matters.
#[must_use]
pub fn turned_round(shared: &Shared) -> Vec<TurnedRound> {
    let book = shared.crm().book.clone();
    book.overtaken().iter().map(told).collect()
}

fn told(one: &Overtaken) -> TurnedRound {
    let (first, by) = (&one.request, &one.by);
    let kind = |row: &ProvisioningRequest| request_type(row.kind).code();
    let rank = match (by.process_immediately, by.priority) {
        (Some(true), _) => "sent at once",
        (_, Priority::Express) => "EXPRESS",
        (_, Priority::Regular) => "REGULAR",
    };
    let later = match by.turn() > first.turn() && by.created < first.turn() {
        true => "became due after",
        false => "was created after",
    };
    TurnedRound {
        card: one.card.to_string(),
        request: first.number,
        by: by.number,
        because: format!(
            "the order was turned round: {} ({}, {rank}) of smartcard {} {later} {} ({}), and left \
             before it",
            named(by.number),
            kind(by),
            one.card,
            named(first.number),
            kind(first)
        ),
    }
}

/// In which order the head-end carried requests out, against the order in which they ended.
pub(super) struct Sequence<'a> {
    book: &'a RequestBook,
    /// When each was carried out last.
    done: BTreeMap<RequestNumber, usize>,
}

impl<'a> Sequence<'a> {
    pub(super) fn of(book: &'a RequestBook, reckoning: &Reckoning) -> Self {
        let done = reckoning.carried_out.iter();
        Self {
            book,
            done: done
                .zip(0..)
                .map(|(request, place)| (*request, place))
                .collect(),
        }
    }

    /// When a request ended, counted; those that have not ended come last.
    pub(super) fn ended(&self, row: &Row) -> u64 {
        let found = self.book.by_number(row.request);
        found.and_then(|row| row.settled_order).unwrap_or(u64::MAX)
    }

    /// When a request was carried out last, counted.
    pub(super) fn done(&self, row: &Row) -> Option<usize> {
        self.done.get(&row.request).copied()
    }

    /// One of these requests that ended after this one and was carried out before it.
    pub(super) fn carried_out_after<'r>(&self, row: &Row, rows: &[&'r Row]) -> Option<&'r Row> {
        let later = rows
            .iter()
            .filter(|other| self.ended(other) > self.ended(row));
        let mut turned = later.filter(|other| {
            let done = self.done(other);
            done.is_some() && done < self.done(row)
        });
        turned.next().copied()
    }
}
