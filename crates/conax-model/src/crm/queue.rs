//! Who is sent next.
//!
//! The order is total and keeps three promises at once (Inferred, see `book`):
//! - per smartcard, requests of one priority leave in order of creation, one at a time (law C7);
//! - EXPRESS leaves first, and a REGULAR that was due no earlier never overtakes it, not even
//!   while it waits for its smartcard (law C8);
//! - among the rest, the earlier due date leaves first, then the earlier creation.
//!
//! A request that must go out at once stands before both priorities of its smartcards, but it too
//! waits while one of them is busy. A step costs O(log n) for each smartcard of its row.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use foldhash::fast::FixedState;

use crate::command::{Command, CommandKind};
use crate::crm::request::{Priority, ProvisioningRequest, RequestNumber};
use crate::crm::sending::Unsendable;
use crate::id::HexId;
use crate::time::SimTime;

/// The right to send one request and to settle it, once.
///
/// It cannot be copied, and settling consumes it.
#[derive(Debug)]
#[must_use = "a ticket that is dropped leaves its request in flight for ever"]
pub struct Ticket {
    pub(super) slot: u32,
    /// The book it is of.
    pub generation: u64,
    /// Id of the request.
    pub id: HexId,
    /// Number of the request.
    pub number: Option<RequestNumber>,
    /// What kind of command it is.
    pub kind: CommandKind,
    /// How urgent it is.
    pub priority: Priority,
    /// The command to send, or why none can be made of the request.
    pub sending: Result<Command, Unsendable>,
}

/// What became of the wish to send one request at once.
#[derive(Debug)]
pub enum ImmediateTake {
    /// It may be sent now.
    Taken(Box<Ticket>),
    /// One of its smartcards is busy: ask again after the next settlement.
    CardBusy,
    /// It is not waiting to be sent at once: it was settled, or the provider is not effective.
    NotWaiting,
}

/// What a pending request waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WaitsFor {
    /// Nothing lets it go: processing runs leave it alone.
    Held,
    /// The provider is not effective: nothing is sent (Documented).
    Provider,
    /// Its date.
    Date(SimTime),
    /// The head-end's answer: it is on its way.
    Answer,
    /// Its smartcard, which another request on its way keeps busy.
    Card {
        /// The smartcard.
        card: Arc<str>,
        /// The other request.
        with: Option<RequestNumber>,
    },
    /// An earlier request of its smartcard and priority (law C7).
    Earlier {
        /// The smartcard.
        card: Arc<str>,
        /// The earlier request.
        request: Option<RequestNumber>,
    },
    /// An EXPRESS request that was due no later (law C8).
    Express {
        /// That request.
        request: Option<RequestNumber>,
    },
    /// A processing run, which takes this many others first.
    Run {
        /// How many.
        before: usize,
    },
}

/// In which rank of its lanes a request stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rank {
    Immediate,
    Express,
    Regular,
}

impl Rank {
    pub(super) fn of(request: &ProvisioningRequest, at_once: bool) -> Self {
        match (at_once, request.priority) {
            (true, _) => Self::Immediate,
            (false, Priority::Express) => Self::Express,
            (false, Priority::Regular) => Self::Regular,
        }
    }
}

/// The order of one smartcard.
#[derive(Clone, Debug, Default)]
struct Lane {
    busy: bool,
    waiting: [BTreeSet<u32>; 3],
}

impl Lane {
    fn head(&self, rank: Rank) -> Option<u32> {
        self.waiting[rank as usize].first().copied()
    }

    /// Whether `slot` may leave through this lane now.
    fn lets_go(&self, slot: u32, rank: Rank) -> bool {
        let overtaken = rank != Rank::Immediate && self.head(Rank::Immediate).is_some();
        !self.busy && !overtaken && self.head(rank) == Some(slot)
    }

    fn is_empty(&self) -> bool {
        !self.busy && self.waiting.iter().all(BTreeSet::is_empty)
    }
}

type DueOrder = BTreeSet<(SimTime, u32)>;

/// Requests on their way out. Rows are found by their position, which is their order of creation.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    scheduled: DueOrder,
    ready: [DueOrder; 3],
    eligible: [DueOrder; 3],
    lanes: HashMap<Arc<str>, Lane, FixedState>,
    in_flight: BTreeSet<u32>,
    at_once: BTreeSet<u32>,
}

type Rows = [Arc<ProvisioningRequest>];

impl Queue {
    pub(super) fn scheduled_count(&self) -> usize {
        self.scheduled.len()
    }

    pub(super) fn ready_count(&self) -> usize {
        self.ready.iter().map(BTreeSet::len).sum()
    }

    /// How many of the ready rows wait for a run; the others are sent by the calls that made them.
    pub(super) fn ready_for_run_count(&self) -> usize {
        self.ready_count() - self.ready[Rank::Immediate as usize].len()
    }

    pub(super) fn in_flight(&self) -> impl Iterator<Item = u32> + '_ {
        self.in_flight.iter().copied()
    }

    pub(super) fn in_flight_count(&self) -> usize {
        self.in_flight.len()
    }

    pub(super) fn oldest_ready(&self) -> Option<SimTime> {
        let firsts = self.ready.iter().filter_map(|ready| ready.first());
        firsts.map(|&(due, _)| due).min()
    }

    /// The rows that wait for their date, in order of creation.
    pub(super) fn scheduled(&self) -> impl Iterator<Item = u32> + use<> {
        let slots = self.scheduled.iter().map(|&(_, slot)| slot);
        slots.collect::<BTreeSet<u32>>().into_iter()
    }

    pub(super) fn next_scheduled(&self) -> Option<SimTime> {
        self.scheduled.first().map(|&(due, _)| due)
    }

    /// Enters a new row: to be sent at once, due, or scheduled for later.
    pub(super) fn enter(&mut self, slot: u32, rows: &Rows, at_once: bool, now: SimTime) {
        let row = &rows[slot as usize];
        if at_once {
            self.at_once.insert(slot);
            self.make_ready(slot, rows);
        } else if row.scheduled > now {
            self.scheduled.insert((row.scheduled, slot));
        } else {
            self.make_ready(slot, rows);
        }
    }

    /// Takes the next row that is due, or none if nothing may leave now.
    pub(super) fn take_due(&mut self, rows: &Rows, now: SimTime) -> Option<u32> {
        self.promote(rows, now);
        let slot = self.next_eligible()?;
        self.mark_taken(slot, rows);
        Some(slot)
    }

    /// Takes one row that waits to be sent at once, if its smartcards are free.
    pub(super) fn take_at_once(&mut self, slot: u32, rows: &Rows) -> Option<bool> {
        if !self.at_once.contains(&slot) || self.in_flight.contains(&slot) {
            return None;
        }
        let free = self.is_eligible(slot, &rows[slot as usize]);
        if free {
            self.mark_taken(slot, rows);
        }
        Some(free)
    }

    /// Lets the smartcards of a settled row go.
    pub(super) fn release(&mut self, slot: u32, rows: &Rows) {
        self.in_flight.remove(&slot);
        self.at_once.remove(&slot);
        for name in rows[slot as usize].lanes() {
            let Some(lane) = self.lanes.get_mut(name) else {
                continue;
            };
            lane.busy = false;
            if lane.is_empty() {
                self.lanes.remove(name);
            }
        }
        self.refresh_lanes_of(slot, rows);
    }

    /// Makes what is on its way, and what was to be sent at once, wait for a run like the rest.
    pub(super) fn recall(&mut self, rows: &Rows) {
        if self.in_flight.is_empty() && self.at_once.is_empty() {
            return;
        }
        let ready = self.ready.iter().flatten().map(|&(_, slot)| slot);
        let waiting: BTreeSet<u32> = ready.chain(self.in_flight()).collect();
        let scheduled = std::mem::take(&mut self.scheduled);
        *self = Self {
            scheduled,
            ..Self::default()
        };
        for slot in waiting {
            self.make_ready(slot, rows);
        }
    }

    /// Makes ready what has become due.
    pub(super) fn promote(&mut self, rows: &Rows, now: SimTime) {
        while let Some(&(due, slot)) = self.scheduled.first() {
            if due > now {
                break;
            }
            self.scheduled.pop_first();
            self.make_ready(slot, rows);
        }
    }

    /// What keeps a row that is not settled from leaving, the most immediate reason first.
    pub(super) fn waits_for(&self, slot: u32, rows: &Rows, now: SimTime) -> Vec<WaitsFor> {
        let row = &rows[slot as usize];
        let number = |slot: u32| rows[slot as usize].number;
        if self.in_flight.contains(&slot) {
            return vec![WaitsFor::Answer];
        }
        if row.scheduled > now && !self.at_once.contains(&slot) {
            return vec![WaitsFor::Date(row.scheduled)];
        }
        let rank = self.rank_of(slot, row);
        let mut waits = Vec::new();
        for (name, lane) in row
            .lanes()
            .filter_map(|name| self.lanes.get_key_value(name))
        {
            let card = || Arc::clone(name);
            if lane.busy {
                let mut others = self.in_flight.iter().copied();
                let with =
                    others.find(|other| rows[*other as usize].lanes().any(|one| one == name));
                waits.push(WaitsFor::Card {
                    card: card(),
                    with: with.and_then(number),
                });
            } else if let Some(head) = lane.head(rank).filter(|head| *head != slot) {
                waits.push(WaitsFor::Earlier {
                    card: card(),
                    request: number(head),
                });
            }
        }
        if rank == Rank::Regular
            && let Some(&(_, express)) = self.ready[Rank::Express as usize]
                .first()
                .filter(|(due, _)| *due <= row.scheduled)
        {
            waits.push(WaitsFor::Express {
                request: number(express),
            });
        }
        if waits.is_empty() {
            let before = |rank: Rank| self.eligible[rank as usize].len();
            let own = self.eligible[rank as usize].iter();
            let position = own.take_while(|(_, other)| *other != slot).count();
            let express = match rank {
                Rank::Regular => before(Rank::Express),
                Rank::Immediate | Rank::Express => 0,
            };
            waits.push(WaitsFor::Run {
                before: position + express,
            });
        }
        waits
    }

    fn rank_of(&self, slot: u32, row: &ProvisioningRequest) -> Rank {
        Rank::of(row, self.at_once.contains(&slot))
    }

    fn make_ready(&mut self, slot: u32, rows: &Rows) {
        let row = &rows[slot as usize];
        let rank = self.rank_of(slot, row);
        self.ready[rank as usize].insert((row.scheduled, slot));
        for name in row.lanes() {
            self.lanes.entry(Arc::clone(name)).or_default().waiting[rank as usize].insert(slot);
        }
        self.refresh_lanes_of(slot, rows);
        self.refresh(slot, rows);
    }

    fn mark_taken(&mut self, slot: u32, rows: &Rows) {
        let row = &rows[slot as usize];
        let rank = self.rank_of(slot, row);
        self.ready[rank as usize].remove(&(row.scheduled, slot));
        self.eligible[rank as usize].remove(&(row.scheduled, slot));
        self.in_flight.insert(slot);
        for name in row.lanes() {
            let lane = self.lanes.entry(Arc::clone(name)).or_default();
            lane.waiting[rank as usize].remove(&slot);
            lane.busy = true;
        }
        self.refresh_lanes_of(slot, rows);
    }

    /// Looks again at the first two of each rank in every lane of a row: one of them may have
    /// become, or ceased to be, the one that may leave. Each is looked at once, however many lanes
    /// it shares with the row.
    fn refresh_lanes_of(&mut self, slot: u32, rows: &Rows) {
        let mut heads = BTreeSet::new();
        for lane in rows[slot as usize]
            .lanes()
            .filter_map(|name| self.lanes.get(name))
        {
            heads.extend(
                lane.waiting
                    .iter()
                    .flat_map(|waiting| waiting.iter().take(2)),
            );
        }
        for head in heads {
            self.refresh(head, rows);
        }
    }

    fn refresh(&mut self, slot: u32, rows: &Rows) {
        let row = &rows[slot as usize];
        let key = (row.scheduled, slot);
        let rank = self.rank_of(slot, row) as usize;
        if self.is_eligible(slot, row) {
            self.eligible[rank].insert(key);
        } else {
            self.eligible[rank].remove(&key);
        }
    }

    fn is_eligible(&self, slot: u32, row: &ProvisioningRequest) -> bool {
        let rank = self.rank_of(slot, row);
        row.lanes().all(|name| {
            self.lanes
                .get(name)
                .is_some_and(|lane| lane.lets_go(slot, rank))
        })
    }

    fn next_eligible(&self) -> Option<u32> {
        if let Some(&(_, slot)) = self.eligible[Rank::Express as usize].first() {
            return Some(slot);
        }
        let &(due, slot) = self.eligible[Rank::Regular as usize].first()?;
        let express = self.ready[Rank::Express as usize].first();
        express
            .is_none_or(|&(express_due, _)| express_due > due)
            .then_some(slot)
    }
}
