//! The provisioning book: every request, its life, and the look-ups the interface needs.
//!
//! A request is created pending, taken once, settled once; there is no other way to change it
//! (law C1). Time and ids are arguments. What each look-up costs does not depend on how many
//! requests are stored, only on what it returns.

mod parts;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use foldhash::fast::FixedState;

use crate::command::CommandKind;
use crate::crm::queue::{ImmediateTake, Queue, Ticket, WaitsFor};
use crate::crm::request::{
    LoadedRequest, NewRequest, Parameter, ParameterId, ProvisioningRequest, RequestNumber, State,
};
use crate::crm::settlement::Settlement;
use crate::crm::slots::SlotSet;
use crate::entropy::Ids;
use crate::id::HexId;
use crate::noted::Noted;
use crate::time::SimTime;

pub use parts::{BookChange, BookParts, PartsError};

/// What a book is opened with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct BookSettings {
    /// Number of the first request that will be created.
    pub next_number: RequestNumber,
    /// Whether the provider is effective; requests of one that is not stay pending
    /// (Inferred: `provider.stays-pending`).
    pub provider_effective: bool,
    /// Tells apart tickets of this book from those of one it replaced.
    #[cfg_attr(feature = "storage", serde(skip))]
    pub generation: u64,
}

/// The one filter of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter<'a> {
    /// All requests of this kind.
    Kind(CommandKind),
    /// All pending requests.
    Pending,
    /// All completed requests.
    Completed,
    /// All rejected requests.
    Rejected,
    /// The requests with this reference of the head-end.
    Reference(&'a str),
}

/// The part of a list that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many entries to skip.
    pub offset: usize,
    /// How many entries to return at most.
    pub limit: usize,
}

impl Page {
    /// The whole list.
    pub const ALL: Self = Self { offset: 0, limit: usize::MAX };
}

/// How many requests stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueLength {
    /// Pending, due later.
    pub scheduled: usize,
    /// Pending, due, not sent.
    pub due: usize,
    /// Sent, no answer yet.
    pub in_flight: usize,
    /// Pending and left alone by processing runs.
    pub held: usize,
    /// Accepted.
    pub completed: usize,
    /// Refused.
    pub rejected: usize,
}

impl QueueLength {
    /// How many requests there are.
    #[must_use]
    pub const fn all(&self) -> usize {
        self.scheduled + self.due + self.in_flight + self.held + self.completed + self.rejected
    }
}

/// What became of a settlement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The request ended like this.
    Done(Arc<ProvisioningRequest>),
    /// The book was replaced while the command was on its way: nothing to settle here.
    BookReplaced,
}

/// Positions of the requests with one reference, oldest first; nearly always one.
#[derive(Clone, Debug)]
enum Referenced {
    One(u32),
    Many(Vec<u32>),
}

/// Every provisioning request there is.
#[derive(Clone, Debug)]
pub struct RequestBook {
    settings: BookSettings,
    rows: Vec<Arc<ProvisioningRequest>>,
    loaded_count: usize,
    first_created: RequestNumber,
    loaded_by_number: BTreeMap<RequestNumber, u32>,
    by_id: HashMap<HexId, u32, FixedState>,
    by_reference: HashMap<Arc<str>, Referenced, FixedState>,
    by_kind: [SlotSet; 13],
    pending: SlotSet,
    completed: SlotSet,
    rejected: SlotSet,
    held_count: usize,
    settled_count: u64,
    queue: Queue,
    /// Positions of rows that were created or settled.
    noted: Noted<Vec<u32>>,
}

impl RequestBook {
    /// A book with the records that exist at the start, oldest first.
    #[must_use]
    pub fn open(settings: BookSettings, loaded: Vec<LoadedRequest>, now: SimTime) -> Self {
        let mut book = Self {
            settings,
            rows: Vec::with_capacity(loaded.len()),
            loaded_count: loaded.len(),
            first_created: settings.next_number,
            loaded_by_number: BTreeMap::new(),
            by_id: HashMap::default(),
            by_reference: HashMap::default(),
            by_kind: std::array::from_fn(|_| SlotSet::default()),
            pending: SlotSet::default(),
            completed: SlotSet::default(),
            rejected: SlotSet::default(),
            held_count: 0,
            settled_count: 0,
            queue: Queue::default(),
            noted: Noted::default(),
        };
        for LoadedRequest(row) in loaded {
            book.load(row, now);
        }
        book
    }

    fn load(&mut self, row: ProvisioningRequest, now: SimTime) {
        let slot = self.next_slot();
        if let Some(number) = row.number {
            self.loaded_by_number.insert(number, slot);
        }
        if let Some(reference) = row.reference() {
            self.refer(Arc::clone(reference), slot);
        }
        match row.state {
            State::Pending => self.pending.insert(slot),
            State::Completed { .. } => self.completed.insert(slot),
            State::Rejected { .. } => self.rejected.insert(slot),
        }
        let waits = matches!(row.state, State::Pending) && !row.held;
        self.held_count += usize::from(matches!(row.state, State::Pending) && row.held);
        self.store(slot, row);
        if waits {
            self.queue.enter(slot, &self.rows, false, now);
        }
    }

    /// Records a new request, pending; with its parameters' ids and its number.
    ///
    /// One that is to be sent at once waits for [`Self::take_at_once`]; if the provider is not
    /// effective it waits like any other.
    pub fn create(
        &mut self,
        new: NewRequest,
        now: SimTime,
        ids: &mut Ids,
    ) -> Arc<ProvisioningRequest> {
        let slot = self.next_slot();
        let number = self.settings.next_number;
        self.settings.next_number += 1;
        let at_once = new.process_immediately && self.settings.provider_effective;
        self.pending.insert(slot);
        self.store(slot, created(new, number, now, ids));
        self.noted.note(|slots| slots.push(slot));
        // What became due before stands before it.
        self.queue.promote(&self.rows, now);
        self.queue.enter(slot, &self.rows, at_once, now);
        Arc::clone(&self.rows[slot as usize])
    }

    /// The number of the next request that is created.
    #[must_use]
    pub const fn next_number(&self) -> RequestNumber {
        self.settings.next_number
    }

    /// The request with this id.
    #[must_use]
    pub fn by_id(&self, id: HexId) -> Option<&Arc<ProvisioningRequest>> {
        self.by_id.get(&id).map(|&slot| &self.rows[slot as usize])
    }

    /// The request with this number.
    #[must_use]
    pub fn by_number(&self, number: RequestNumber) -> Option<&Arc<ProvisioningRequest>> {
        let slot = match number.checked_sub(self.first_created) {
            Some(place) => usize::try_from(place).ok()?.checked_add(self.loaded_count)?,
            None => *self.loaded_by_number.get(&number)? as usize,
        };
        self.rows.get(slot)
    }

    /// A page of the requests a filter lets through, oldest first (Ours; Shown in one example).
    #[must_use]
    pub fn list(&self, filter: Filter<'_>, page: Page) -> Vec<Arc<ProvisioningRequest>> {
        let set = match filter {
            Filter::Kind(kind) => &self.by_kind[kind as usize],
            Filter::Pending => &self.pending,
            Filter::Completed => &self.completed,
            Filter::Rejected => &self.rejected,
            Filter::Reference(reference) => return self.list_reference(reference, page),
        };
        let rows = set.iter_from(page.offset).take(page.limit);
        rows.map(|slot| Arc::clone(&self.rows[slot as usize])).collect()
    }

    fn list_reference(&self, reference: &str, page: Page) -> Vec<Arc<ProvisioningRequest>> {
        let slots = match self.by_reference.get(reference) {
            None => &[],
            Some(Referenced::One(slot)) => std::slice::from_ref(slot),
            Some(Referenced::Many(slots)) => slots.as_slice(),
        };
        let slots = slots.iter().skip(page.offset).take(page.limit);
        slots.map(|&slot| Arc::clone(&self.rows[slot as usize])).collect()
    }

    /// Takes the next request that is due for sending, or none if nothing may leave now.
    pub fn take_due(&mut self, now: SimTime) -> Option<Ticket> {
        if !self.settings.provider_effective {
            return None;
        }
        let slot = self.queue.take_due(&self.rows, now)?;
        Some(self.ticket(slot))
    }

    /// Takes a request that was created to be sent at once.
    pub fn take_at_once(&mut self, id: HexId) -> ImmediateTake {
        let Some(&slot) = self.by_id.get(&id) else {
            return ImmediateTake::NotWaiting;
        };
        match self.queue.take_at_once(slot, &self.rows) {
            None => ImmediateTake::NotWaiting,
            Some(false) => ImmediateTake::CardBusy,
            Some(true) => ImmediateTake::Taken(Box::new(self.ticket(slot))),
        }
    }

    /// Takes a request that waits, whatever it waits for: it was sent before, by a simulator that has
    /// ended.
    pub fn take_sent_before(&mut self, number: RequestNumber) -> Option<Ticket> {
        let id = self.by_number(number)?.id;
        let slot = *self.by_id.get(&id)?;
        let is_waiting = self.rows[slot as usize].state == State::Pending;
        if !is_waiting || self.queue.is_in_flight(slot) {
            return None;
        }
        self.queue.take(slot, &self.rows);
        Some(self.ticket(slot))
    }

    /// Ends a request. The ticket is the proof that nobody else does.
    pub fn settle(&mut self, ticket: Ticket, settlement: Settlement) -> Settled {
        if ticket.generation != self.settings.generation {
            return Settled::BookReplaced;
        }
        let slot = ticket.slot;
        self.pending.remove(slot);
        match &settlement.end {
            State::Completed { reference } => {
                self.completed.insert(slot);
                if let Some(reference) = reference {
                    self.refer(Arc::clone(reference), slot);
                }
            }
            State::Rejected { .. } => self.rejected.insert(slot),
            State::Pending => unreachable!("a settlement is an end"),
        }
        let row = Arc::make_mut(&mut self.rows[slot as usize]);
        row.updated = settlement.executed;
        row.executed = Some(settlement.executed);
        row.request = settlement.request;
        row.response = settlement.response;
        row.state = settlement.end;
        row.pin = None;
        row.settled_order = Some(self.settled_count);
        self.settled_count += 1;
        self.queue.release(slot, &self.rows);
        self.noted.note(|slots| slots.push(slot));
        Settled::Done(Arc::clone(&self.rows[slot as usize]))
    }

    /// A copy in which nothing is on its way: what was sent and has no answer, and what was to be
    /// sent at once, waits for a processing run. Tickets of this book settle nothing in a copy of
    /// another generation.
    #[must_use]
    pub fn copy(&self, generation: u64) -> Self {
        let mut copy = self.clone();
        copy.settings.generation = generation;
        copy.queue.recall(&copy.rows);
        copy
    }

    /// How many requests stand where.
    #[must_use]
    pub fn queue_length(&self) -> QueueLength {
        QueueLength {
            scheduled: self.queue.scheduled_count(),
            due: self.queue.ready_count(),
            in_flight: self.queue.in_flight_count(),
            held: self.held_count,
            completed: self.completed.len(),
            rejected: self.rejected.len(),
        }
    }

    /// How many requests are due for sending by a processing run.
    pub fn due_count(&mut self, now: SimTime) -> usize {
        self.queue.promote(&self.rows, now);
        if self.settings.provider_effective { self.queue.ready_for_run_count() } else { 0 }
    }

    /// Whether a processing run would find a request that may leave.
    pub fn may_send(&mut self, now: SimTime) -> bool {
        self.queue.promote(&self.rows, now);
        self.settings.provider_effective && self.queue.next_eligible().is_some()
    }

    /// What a request waits for; nothing if it is settled or there is none of this number.
    pub fn waits_for(&mut self, number: RequestNumber, now: SimTime) -> Vec<WaitsFor> {
        self.queue.promote(&self.rows, now);
        let Some(slot) = self.by_number(number).and_then(|row| self.by_id.get(&row.id)) else {
            return Vec::new();
        };
        let row = &self.rows[*slot as usize];
        match row.state {
            State::Pending if row.held => vec![WaitsFor::Held],
            State::Pending => {
                let waits = self.queue.waits_for(*slot, &self.rows, now);
                match self.settings.provider_effective {
                    true => waits,
                    false if waits == [WaitsFor::Answer] => waits,
                    false => vec![WaitsFor::Provider],
                }
            }
            State::Completed { .. } | State::Rejected { .. } => Vec::new(),
        }
    }

    /// The requests that were sent and have no answer yet.
    pub fn in_flight(&self) -> impl Iterator<Item = &Arc<ProvisioningRequest>> {
        self.queue.in_flight().map(|slot| &self.rows[slot as usize])
    }

    /// Whether a request was sent and has no answer yet.
    #[must_use]
    pub fn is_in_flight(&self, row: &ProvisioningRequest) -> bool {
        let slot = self.by_id.get(&row.id);
        slot.is_some_and(|slot| self.queue.is_in_flight(*slot))
    }

    /// All requests, oldest first.
    pub fn all(&self) -> impl Iterator<Item = &Arc<ProvisioningRequest>> {
        self.rows.iter()
    }

    /// When the request that has been due for the longest time became due.
    pub fn oldest_due(&self, now: SimTime) -> Option<SimTime> {
        let ready = self.queue.oldest_ready();
        let scheduled = self.queue.next_scheduled().filter(|due| *due <= now);
        ready.into_iter().chain(scheduled).min()
    }

    /// When the next request that waits for its date becomes due.
    #[must_use]
    pub fn next_scheduled(&self) -> Option<SimTime> {
        self.queue.next_scheduled()
    }

    fn next_slot(&self) -> u32 {
        u32::try_from(self.rows.len()).expect("a book in memory holds fewer than 2^32 requests")
    }

    fn store(&mut self, slot: u32, row: ProvisioningRequest) {
        self.by_id.insert(row.id, slot);
        self.by_kind[row.kind as usize].insert(slot);
        self.rows.push(Arc::new(row));
    }

    fn refer(&mut self, reference: Arc<str>, slot: u32) {
        self.by_reference
            .entry(reference)
            .and_modify(|entry| match entry {
                Referenced::One(other) => {
                    *entry = Referenced::Many(vec![slot.min(*other), slot.max(*other)]);
                }
                Referenced::Many(slots) => {
                    let place = slots.partition_point(|other| *other < slot);
                    slots.insert(place, slot);
                }
            })
            .or_insert(Referenced::One(slot));
    }

    fn ticket(&self, slot: u32) -> Ticket {
        let row = &self.rows[slot as usize];
        Ticket {
            slot,
            generation: self.settings.generation,
            id: row.id,
            number: row.number,
            kind: row.kind,
            priority: row.priority,
            turn: row.turn(),
            trace: row.trace.clone(),
            sending: row.command(),
        }
    }
}

fn created(
    new: NewRequest,
    number: RequestNumber,
    now: SimTime,
    ids: &mut Ids,
) -> ProvisioningRequest {
    let id = ids.hex_id();
    let parameters = new.parameters.into_iter().map(|(name, value)| Parameter {
        id: ParameterId::Generated(ids.hex_id()),
        name,
        value,
    });
    ProvisioningRequest {
        id,
        number: Some(number),
        kind: new.kind,
        sequence_number: None,
        scheduled: new.scheduled,
        executed: None,
        process_immediately: Some(new.process_immediately),
        priority: new.priority,
        state: State::Pending,
        request: None,
        response: None,
        process_name: new.process_name,
        process_id: None,
        name: None,
        created: now,
        updated: now,
        created_by: Arc::clone(&new.author),
        updated_by: new.author,
        parameters: parameters.collect(),
        settled_order: None,
        held: false,
        trace: new.trace,
        pin: new.pin,
    }
}
