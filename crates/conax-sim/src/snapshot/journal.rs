//! What the ledger says of a request is mostly what the request says itself: its smartcards, and
//! the reference, in three events. They are left out of a file, which would be a quarter longer,
//! and are one text with those of the request again. So is the date of each event: what is written
//! is the time since the event before it.

use std::collections::HashMap;
use std::sync::Arc;

use conax_model::crm::{ProvisioningRequest, RequestBook};
use conax_model::ledger::{At, CasEvent, CrmEvent, RowPart};
use conax_model::time::SimTime;
use foldhash::fast::FixedState;
use serde::{Deserialize, Serialize};

use super::file::unfit;
use crate::seal::FileRefusal;

type Row = Arc<ProvisioningRequest>;

/// Something the ledger says of a request, without what the request says itself.
#[derive(Serialize, Deserialize)]
pub(super) struct Short<T> {
    is_shorter: bool,
    pub(super) what: T,
}

/// What of it a request may say itself.
pub(super) enum Said<'a> {
    Nothing,
    Cards(&'a mut Vec<Arc<str>>),
    Reference(&'a mut Option<Arc<str>>),
}

/// What can be said shorter.
pub(super) trait Shorten {
    /// What of it the request may say itself.
    fn said(&mut self) -> Said<'_>;
}

impl<T: Shorten> Short<T> {
    /// Leaves out what the request says itself.
    pub(super) fn of(row: Option<&Row>, mut what: T) -> Self {
        let is_shorter = row.is_some_and(|row| match what.said() {
            Said::Cards(cards) if row.lanes().eq(&*cards) => {
                cards.clear();
                true
            }
            Said::Reference(reference @ Some(_)) if reference.as_ref() == row.reference() => {
                *reference = None;
                true
            }
            _ => false,
        });
        Self { is_shorter, what }
    }

    /// Takes what was left out from the request.
    pub(super) fn whole(self, row: Option<&Row>) -> Result<T, FileRefusal> {
        let mut what = self.what;
        if self.is_shorter {
            let row = row.ok_or_else(|| unfit("its ledger knows a request that is not there"))?;
            match what.said() {
                Said::Nothing => {}
                Said::Cards(cards) => *cards = row.lanes().map(Arc::clone).collect(),
                Said::Reference(reference) => *reference = row.reference().map(Arc::clone),
            }
        }
        Ok(what)
    }
}

impl Shorten for RowPart {
    fn said(&mut self) -> Said<'_> {
        Said::Cards(&mut self.cards)
    }
}

impl Shorten for CrmEvent {
    fn said(&mut self) -> Said<'_> {
        match self {
            Self::Acknowledged { cards, .. } => Said::Cards(cards),
            Self::Answered { reference, .. } | Self::Ended { reference, .. } => {
                Said::Reference(reference)
            }
            Self::Sent { .. } | Self::Failed { .. } | Self::Recalled { .. } => Said::Nothing,
        }
    }
}

impl Shorten for CasEvent {
    fn said(&mut self) -> Said<'_> {
        match self {
            Self::Answered { reference, .. } => Said::Reference(reference),
            Self::Received { .. } | Self::Did(_) | Self::NotAnswered { .. } => Said::Nothing,
        }
    }
}

/// An event of one of both journals.
pub(super) trait Event: Shorten + Clone {
    /// The request it is about.
    fn row<'a>(&self, course: &mut Course<'a>) -> Option<&'a Row>;
}

impl Event for CrmEvent {
    fn row<'a>(&self, course: &mut Course<'a>) -> Option<&'a Row> {
        course.book.by_number(self.request())
    }
}

impl Event for CasEvent {
    fn row<'a>(&self, course: &mut Course<'a>) -> Option<&'a Row> {
        let request = match self {
            Self::Received { exchange, request, .. } => {
                let begun = request.map(|request| course.under_way.insert(*exchange, request));
                return begun.and(None);
            }
            Self::Answered { exchange, .. } | Self::NotAnswered { exchange, .. } => {
                course.under_way.remove(exchange)
            }
            Self::Did(_) => None,
        };
        course.book.by_number(request?)
    }
}

/// A journal on its way out or in: what writer and reader both know of the events so far.
pub(super) struct Course<'a> {
    book: &'a RequestBook,
    last: SimTime,
    /// The requests of exchanges that came in and were not left yet.
    under_way: HashMap<u64, u64, FixedState>,
}

impl<'a> Course<'a> {
    /// The beginning of a journal about the requests of a book.
    pub(super) fn new(book: &'a RequestBook) -> Self {
        Self { book, last: SimTime::from_millis(0), under_way: HashMap::default() }
    }

    /// The next event as it is written: the milliseconds since the one before it, and it.
    pub(super) fn shorten<E: Event>(&mut self, one: &At<E>) -> (i64, Short<E>) {
        let before = std::mem::replace(&mut self.last, one.at);
        let passed = one.at.millis().wrapping_sub(before.millis());
        let row = one.event.row(self);
        (passed, Short::of(row, one.event.clone()))
    }

    /// The next event.
    pub(super) fn whole<E: Event>(
        &mut self,
        (passed, short): (i64, Short<E>),
    ) -> Result<At<E>, FileRefusal> {
        self.last = SimTime::from_millis(self.last.millis().wrapping_add(passed));
        let row = short.what.row(self);
        let event = short.whole(row)?;
        Ok(At { at: self.last, event })
    }
}
