//! Who is sent next.
//!
//! The order is total and keeps three promises at once (Inferred, see `book`):
//! - per smartcard, requests of one priority leave in order of the time they became due, then of
//!   their creation, one at a time (law C7). One that was scheduled before it was created became
//!   due when it was created, so that no run, however late, changes the order;
//! - a request whose smartcards are free leaves, whoever waits for another one;
//! - EXPRESS leaves first among those that can leave (law C8), then the earlier date, then the
//!   earlier creation.
//!
//! A request that must go out at once stands before both priorities of its smartcards as soon as
//! all of them are free; it too waits while one of them is busy. A step costs O(log n) for each
//! smartcard of its row.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use foldhash::fast::FixedState;

use crate::command::{Command, CommandKind};
use crate::crm::request::{Priority, ProvisioningRequest, RequestNumber};
use crate::crm::sending::Unsendable;
use crate::id::HexId;
use crate::time::SimTime;
use crate::trace::TraceContext;

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
    /// From when on it could leave.
    pub turn: SimTime,
    /// The trace it belongs to.
    pub trace: Option<Arc<TraceContext>>,
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
    /// The provider is not effective: nothing is sent (Attested: `provider.not-effective`).
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
    /// A request of its smartcard that is to be sent at once.
    AtOnce {
        /// The smartcard.
        card: Arc<str>,
        /// That request.
        request: Option<RequestNumber>,
    },
    /// An earlier request of its smartcard and priority (law C7).
    Earlier {
        /// The smartcard.
        card: Arc<str>,
        /// The earlier request.
        request: Option<RequestNumber>,
    },
    /// An EXPRESS request of its smartcard (law C8).
    Express {
        /// The smartcard.
        card: Arc<str>,
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
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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

/// When a row became due, and its position: the order in which rows of one smartcard and rank
/// leave.
type Turn = (SimTime, u32);

/// The order of one smartcard.
#[derive(Clone, Debug, Default)]
struct Lane {
    busy: bool,
    waiting: [BTreeSet<Turn>; 3],
}

impl Lane {
    fn head(&self, rank: Rank) -> Option<u32> {
        self.waiting[rank as usize].first().map(|(_, slot)| *slot)
    }

    fn is_empty(&self) -> bool {
        !self.busy && self.waiting.iter().all(BTreeSet::is_empty)
    }
}

/// The date of a row and its position: the order in which rows of different smartcards leave.
type DateOrder = BTreeSet<(SimTime, u32)>;

/// Requests on their way out. Rows are found by their position, which is their order of creation.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    scheduled: DateOrder,
    ready: [DateOrder; 3],
    eligible: [DateOrder; 3],
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

    pub(super) fn is_in_flight(&self, slot: u32) -> bool {
        self.in_flight.contains(&slot)
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
        let free = self.is_eligible(slot, rows);
        if free {
            self.mark_taken(slot, rows);
        }
        Some(free)
    }

    /// Takes one row that waits, whatever it waits for.
    pub(super) fn take(&mut self, slot: u32, rows: &Rows) {
        if self.scheduled.remove(&(rows[slot as usize].scheduled, slot)) {
            self.make_ready(slot, rows);
        }
        self.mark_taken(slot, rows);
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
        *self = Self { scheduled, ..Self::default() };
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
        if self.in_flight.contains(&slot) {
            return vec![WaitsFor::Answer];
        }
        if row.scheduled > now && !self.at_once.contains(&slot) {
            return vec![WaitsFor::Date(row.scheduled)];
        }
        let lanes = row.lanes().filter_map(|name| self.lanes.get_key_value(name));
        let mut waits: Vec<_> =
            lanes.flat_map(|(name, lane)| self.waits_in(slot, rows, name, lane)).collect();
        if waits.is_empty() {
            let before = self.before(slot, rows);
            waits.push(WaitsFor::Run { before });
        }
        waits
    }

    /// What keeps a row from leaving in the lane of one of its smartcards.
    fn waits_in(&self, slot: u32, rows: &Rows, name: &Arc<str>, lane: &Lane) -> Vec<WaitsFor> {
        let rank = self.rank_of(slot, &rows[slot as usize]);
        let number = |slot: u32| rows[slot as usize].number;
        let card = || Arc::clone(name);
        let mut waits = Vec::new();
        if lane.busy {
            let mut others = self.in_flight.iter().copied();
            let with = others.find(|other| rows[*other as usize].lanes().any(|one| one == name));
            waits.push(WaitsFor::Card { card: card(), with: with.and_then(number) });
        }
        // Whoever waits for another smartcard as well stands in nobody's way, unless this one is
        // busy: nobody knows then which is free first.
        let stands_before = |before: Rank| {
            let head = lane.head(before).filter(|_| before < rank)?;
            (lane.busy || self.can_leave(head, before, rows)).then(|| number(head))
        };
        if let Some(request) = stands_before(Rank::Immediate) {
            waits.push(WaitsFor::AtOnce { card: card(), request });
        }
        if let Some(request) = stands_before(Rank::Express) {
            waits.push(WaitsFor::Express { card: card(), request });
        }
        if let Some(earlier) = lane.head(rank).filter(|head| *head != slot) {
            waits.push(WaitsFor::Earlier { card: card(), request: number(earlier) });
        }
        waits
    }

    /// How many others a run takes before a row that may leave.
    fn before(&self, slot: u32, rows: &Rows) -> usize {
        let row = &rows[slot as usize];
        let rank = self.rank_of(slot, row);
        let own = self.eligible[rank as usize].range(..(row.scheduled, slot));
        match rank {
            Rank::Regular => own.count() + self.eligible[Rank::Express as usize].len(),
            Rank::Immediate | Rank::Express => own.count(),
        }
    }

    fn rank_of(&self, slot: u32, row: &ProvisioningRequest) -> Rank {
        Rank::of(row, self.at_once.contains(&slot))
    }

    /// What goes out at once is due when it is created.
    fn turn(&self, slot: u32, row: &ProvisioningRequest) -> Turn {
        match self.at_once.contains(&slot) {
            true => (row.created, slot),
            false => (row.became_due(), slot),
        }
    }

    fn make_ready(&mut self, slot: u32, rows: &Rows) {
        let row = &rows[slot as usize];
        let (rank, turn) = (self.rank_of(slot, row), self.turn(slot, row));
        self.ready[rank as usize].insert((row.scheduled, slot));
        for name in row.lanes() {
            let lane = self.lanes.entry(Arc::clone(name)).or_default();
            lane.waiting[rank as usize].insert(turn);
        }
        self.refresh_lanes_of(slot, rows);
        self.refresh(slot, rows);
    }

    fn mark_taken(&mut self, slot: u32, rows: &Rows) {
        let row = &rows[slot as usize];
        let (rank, turn) = (self.rank_of(slot, row), self.turn(slot, row));
        self.ready[rank as usize].remove(&(row.scheduled, slot));
        self.eligible[rank as usize].remove(&(row.scheduled, slot));
        self.in_flight.insert(slot);
        for name in row.lanes() {
            let lane = self.lanes.entry(Arc::clone(name)).or_default();
            lane.waiting[rank as usize].remove(&turn);
            lane.busy = true;
        }
        self.refresh_lanes_of(slot, rows);
    }

    /// Looks again at whoever may have become, or ceased to be, able to leave because of a row.
    /// Each is looked at once, however many lanes it shares with the row, and those that go out at
    /// once first: where such a one has changed its mind, whoever stands behind it may as well.
    fn refresh_lanes_of(&mut self, slot: u32, rows: &Rows) {
        let mut at_once = BTreeSet::new();
        let mut others = BTreeSet::new();
        self.note_heads(&rows[slot as usize], &mut at_once, &mut others);
        for slot in at_once {
            if self.refresh(slot, rows) {
                self.note_heads(&rows[slot as usize], &mut BTreeSet::new(), &mut others);
            }
        }
        for slot in others {
            self.refresh(slot, rows);
        }
    }

    /// The first two of each rank in every lane of a row.
    fn note_heads(
        &self,
        row: &ProvisioningRequest,
        at_once: &mut BTreeSet<u32>,
        others: &mut BTreeSet<u32>,
    ) {
        for lane in row.lanes().filter_map(|name| self.lanes.get(name)) {
            let [immediate, express, regular] = &lane.waiting;
            at_once.extend(immediate.iter().take(2).map(|(_, slot)| slot));
            others.extend(express.iter().take(2).map(|(_, slot)| slot));
            others.extend(regular.iter().take(2).map(|(_, slot)| slot));
        }
    }

    /// Finds out again whether a row may leave; whether that has changed.
    fn refresh(&mut self, slot: u32, rows: &Rows) -> bool {
        let row = &rows[slot as usize];
        let key = (row.scheduled, slot);
        let eligible = self.is_eligible(slot, rows);
        let known = &mut self.eligible[self.rank_of(slot, row) as usize];
        match eligible {
            true => known.insert(key),
            false => known.remove(&key),
        }
    }

    fn is_eligible(&self, slot: u32, rows: &Rows) -> bool {
        let row = &rows[slot as usize];
        let rank = self.rank_of(slot, row);
        let mut lanes = row.lanes().map(|name| self.lanes.get(name));
        lanes.all(|lane| lane.is_some_and(|lane| self.lets_go(lane, slot, rank, rows)))
    }

    /// Whether a row may leave through this lane now.
    fn lets_go(&self, lane: &Lane, slot: u32, rank: Rank, rows: &Rows) -> bool {
        let goes_at_once = |head| self.can_leave(head, Rank::Immediate, rows);
        let is_overtaken =
            rank != Rank::Immediate && lane.head(Rank::Immediate).is_some_and(goes_at_once);
        !lane.busy && !is_overtaken && lane.head(rank) == Some(slot)
    }

    /// Whether a row is known to be able to leave.
    fn can_leave(&self, slot: u32, rank: Rank, rows: &Rows) -> bool {
        let key = (rows[slot as usize].scheduled, slot);
        self.eligible[rank as usize].contains(&key)
    }

    /// The row that leaves next, if one may.
    pub(super) fn next_eligible(&self) -> Option<u32> {
        let first = |rank: Rank| self.eligible[rank as usize].first();
        let (_, slot) = first(Rank::Express).or_else(|| first(Rank::Regular))?;
        Some(*slot)
    }
}
