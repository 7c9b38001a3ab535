//! A book taken apart, and put together again: for whoever keeps it outside this process.

use std::cmp::Ordering;
use std::sync::Arc;

use super::{BookSettings, RequestBook};
use crate::crm::request::{ProvisioningRequest, RequestNumber, State};
use crate::time::SimTime;
use crate::trace::TraceContext;

/// What a book is made of; everything else in it is derived. Nothing is on its way in it.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct BookParts {
    /// The settings, with the number of the next request.
    pub settings: BookSettings,
    /// How many of the rows were there at the start.
    pub loaded_count: usize,
    /// Number of the first request that was created.
    pub first_created: RequestNumber,
    /// How many requests were settled.
    pub settled_count: u64,
    /// All requests, oldest first; stored apart, because they are many.
    #[cfg_attr(feature = "storage", serde(skip))]
    pub rows: Vec<Arc<ProvisioningRequest>>,
    /// Positions of the rows that wait for their date.
    pub scheduled: Vec<u32>,
}

/// What was changed in a book: the rows that were created or settled, as they are now.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct BookChange {
    next_number: RequestNumber,
    settled_count: u64,
    /// Each with its position, and with its trace, which is stored beside it.
    rows: Vec<(u32, Arc<ProvisioningRequest>, Option<Arc<TraceContext>>)>,
}

impl BookChange {
    /// Whether nothing was changed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl BookParts {
    /// Makes a change that was noted in the book these parts are of.
    ///
    /// # Errors
    /// If a row does not follow those that are there.
    pub fn apply(&mut self, change: BookChange) -> Result<(), PartsError> {
        if change.rows.is_empty() {
            return Ok(());
        }
        self.settings.next_number = change.next_number;
        self.settled_count = change.settled_count;
        for (slot, mut row, trace) in change.rows {
            if trace.is_some() {
                Arc::make_mut(&mut row).trace = trace;
            }
            let slot = slot as usize;
            match slot.cmp(&self.rows.len()) {
                Ordering::Less => self.rows[slot] = row,
                Ordering::Equal => self.rows.push(row),
                Ordering::Greater => return Err(PartsError),
            }
        }
        Ok(())
    }

    /// Finds out anew, by this clock, which rows wait for their date.
    pub fn schedule(&mut self, now: SimTime) {
        let waits = |row: &ProvisioningRequest| {
            row.state == State::Pending && !row.held && row.scheduled > now
        };
        let rows = self.rows.iter().zip(0..);
        self.scheduled = rows.filter(|(row, _)| waits(row)).map(|(_, slot)| slot).collect();
    }
}

/// The parts do not make a book: a position is beyond its rows, or no row waits there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the parts do not make a book of provisioning requests")]
pub struct PartsError;

impl RequestBook {
    /// The parts of a copy in which nothing is on its way; see [`Self::copy`].
    #[must_use]
    pub fn parts(&self) -> BookParts {
        BookParts {
            settings: self.settings,
            loaded_count: self.loaded_count,
            first_created: self.first_created,
            settled_count: self.settled_count,
            rows: self.rows.clone(),
            scheduled: self.queue.scheduled().collect(),
        }
    }

    /// What was changed since this was last asked; nothing if all of it is new. From now on changes
    /// are noted.
    pub fn changes(&mut self) -> Option<BookChange> {
        let slots = self.noted.take()?;
        let rows = slots.into_iter().map(|slot| {
            let row = &self.rows[slot as usize];
            (slot, Arc::clone(row), row.trace.clone())
        });
        Some(BookChange {
            next_number: self.settings.next_number,
            settled_count: self.settled_count,
            rows: rows.collect(),
        })
    }

    /// The book of these parts.
    ///
    /// # Errors
    /// If they do not make one.
    pub fn from_parts(parts: BookParts) -> Result<Self, PartsError> {
        check(&parts)?;
        let never = SimTime::from_millis(i64::MIN);
        let mut book = Self::open(parts.settings, Vec::new(), never);
        book.loaded_count = parts.loaded_count;
        book.first_created = parts.first_created;
        book.settled_count = parts.settled_count;
        book.rows.reserve(parts.rows.len());
        book.by_id.reserve(parts.rows.len());
        for (row, slot) in parts.rows.into_iter().zip(0..) {
            book.admit(slot, row);
        }
        book.refer_all();
        let mut scheduled = parts.scheduled.into_iter().peekable();
        let waiting: Vec<u32> = book.pending.iter_from(0).collect();
        for slot in waiting {
            if book.rows[slot as usize].held {
                book.held_count += 1;
                continue;
            }
            // Whether a row still waits for its date was found out before, by another clock.
            let now = match scheduled.next_if_eq(&slot) {
                Some(_) => never,
                None => SimTime::from_millis(i64::MAX),
            };
            book.queue.enter(slot, &book.rows, false, now);
        }
        Ok(book)
    }

    fn admit(&mut self, slot: u32, row: Arc<ProvisioningRequest>) {
        if let (true, Some(number)) = ((slot as usize) < self.loaded_count, row.number) {
            self.loaded_by_number.insert(number, slot);
        }
        match row.state {
            State::Pending => self.pending.insert(slot),
            State::Completed { .. } => self.completed.insert(slot),
            State::Rejected { .. } => self.rejected.insert(slot),
        }
        self.by_id.insert(row.id, slot);
        self.by_kind[row.kind as usize].insert(slot);
        self.rows.push(row);
    }

    fn refer_all(&mut self) {
        let completed: Vec<u32> = self.completed.iter_from(0).collect();
        self.by_reference.reserve(completed.len());
        for slot in completed {
            let reference = self.rows[slot as usize].reference().map(Arc::clone);
            if let Some(reference) = reference {
                self.refer(reference, slot);
            }
        }
    }
}

fn check(parts: &BookParts) -> Result<(), PartsError> {
    let waits = |slot: &u32| {
        let row = parts.rows.get(*slot as usize);
        row.is_some_and(|row| row.state == State::Pending && !row.held)
    };
    let ordered = parts.scheduled.is_sorted_by(|one, next| one < next);
    let fits = u32::try_from(parts.rows.len()).is_ok() && parts.loaded_count <= parts.rows.len();
    match ordered && fits && parts.scheduled.iter().all(waits) {
        true => Ok(()),
        false => Err(PartsError),
    }
}
