//! What is known of every request, whatever is kept of the journals: a few bytes each, changed by
//! every event.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use super::brief::{Brief, CardList, Cards, Marks, Outcome, OutcomePart, Owner, Stranger};
use super::chunks::Chunks;
use super::row::{Standing, Totals, is_known_to_crm};
use super::{CasEvent, CrmEvent, ExchangeNumber};
use crate::command::{Command, CommandKind};
use crate::crm::RequestNumber;
use crate::fault::StateChange;
use crate::id::{SmartcardId, TransactionId};
use crate::time::SimTime;

/// An exchange of which more may be heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct OpenExchange {
    /// For whom it is.
    pub owner: Owner,
    /// Whether the head-end has not left it.
    pub is_there: bool,
    /// Whether the head-end holds its command back.
    pub is_held: bool,
}

/// What is known of every request, of every other client's exchange, and of the console.
#[derive(Clone, Debug, Default)]
pub(super) struct Account {
    pub(super) briefs: Chunks<Brief>,
    pub(super) strangers: Chunks<Stranger>,
    pub(super) outcomes: Chunks<Outcome>,
    pub(super) open: BTreeMap<ExchangeNumber, OpenExchange>,
    /// Smartcards of requests that do not name exactly one, one request's after the other's.
    named: Chunks<Arc<str>>,
    /// The exchanges before the last one, of requests that were sent again.
    pub(super) earlier: BTreeMap<RequestNumber, Vec<ExchangeNumber>>,
    /// What was done at the console last, for each smartcard.
    pub(super) console: BTreeMap<SmartcardId, (SimTime, Arc<Command>)>,
}

impl Account {
    /// Takes in what the CRM's side did.
    pub(super) fn crm(&mut self, event: &CrmEvent) {
        if let CrmEvent::Acknowledged { request, kind, cards } = event {
            let brief = self.new_brief(*request, *kind, cards);
            return self.briefs.insert(brief);
        }
        let Some(brief) = self.briefs.get_mut(event.request()) else {
            return;
        };
        brief.crm_count += 1;
        match event {
            CrmEvent::Acknowledged { .. } | CrmEvent::Failed { .. } => {}
            CrmEvent::Sent { exchange, left, .. } => {
                brief.standing = Standing::InFlight;
                let before = std::mem::replace(&mut brief.exchange, *exchange);
                if brief.marks.has(Marks::SENT) {
                    self.earlier.entry(brief.request).or_default().push(before);
                }
                let marks = &mut brief.marks;
                marks.set(Marks::SENT, true);
                marks.set(Marks::LEFT, marks.has(Marks::LEFT) || *left);
                marks.set(Marks::UNANSWERED, *left);
            }
            CrmEvent::Answered { status, .. } => {
                brief.marks.set(Marks::UNANSWERED, status.is_none());
            }
            CrmEvent::Recalled { .. } => {
                brief.standing = Standing::Pending;
                if brief.marks.has(Marks::UNANSWERED) {
                    brief.marks.set(Marks::RECALLED, true);
                }
            }
            CrmEvent::Ended { completed, .. } => {
                brief.standing = match completed {
                    true => Standing::Completed,
                    false => Standing::Rejected,
                };
            }
        }
    }

    pub(super) fn new_brief(
        &mut self,
        request: RequestNumber,
        kind: CommandKind,
        cards: &[Arc<str>],
    ) -> Brief {
        let cards = match cards {
            [card] => Cards::One(Arc::clone(card)),
            cards => {
                let list = CardList::new(self.named.appended(), cards.len());
                cards.iter().for_each(|card| self.named.push(Arc::clone(card)));
                Cards::Other(list)
            }
        };
        Brief {
            request,
            exchange: 0,
            cards,
            crm_count: 1,
            cas_count: 0,
            executions: 0,
            undone: 0,
            parts: 0,
            kind,
            standing: Standing::Pending,
            marks: Marks::default(),
        }
    }

    /// The smartcards of a request.
    pub(super) fn cards(&self, brief: &Brief) -> Vec<Arc<str>> {
        match &brief.cards {
            Cards::One(card) => vec![Arc::clone(card)],
            Cards::Other(list) => {
                let named = list.places().filter_map(|place| self.named.at(place));
                named.map(Arc::clone).collect()
            }
        }
    }

    /// The exchanges of a request, in order.
    pub(super) fn exchanges(&self, brief: &Brief) -> impl Iterator<Item = ExchangeNumber> {
        let earlier = self.earlier.get(&brief.request).into_iter().flatten();
        earlier.copied().chain(brief.marks.has(Marks::SENT).then_some(brief.exchange))
    }

    /// The exchange of a request that is on its way.
    pub(super) fn under_way(&self, request: RequestNumber) -> Option<ExchangeNumber> {
        let brief = self.briefs.get(request)?;
        (brief.standing == Standing::InFlight).then_some(brief.exchange)
    }

    /// Takes in what the head-end's side did.
    pub(super) fn cas(&mut self, at: SimTime, event: &CasEvent) {
        match event {
            CasEvent::Received { exchange, request, .. } => {
                let known = request.filter(|request| self.briefs.get(*request).is_some());
                let owner = known.map_or(Owner::Stranger(*exchange), Owner::Request);
                let begun = OpenExchange { owner, is_there: true, is_held: false };
                self.open.insert(*exchange, begun);
                self.count_event(owner);
            }
            CasEvent::Did(change) => self.change(at, change),
            CasEvent::Answered { exchange, .. } | CasEvent::NotAnswered { exchange, .. } => {
                if let Some(owner) = self.owner_of(*exchange) {
                    self.count_event(owner);
                }
                self.change_open(*exchange, |open| open.is_there = false);
            }
        }
    }

    /// For whom an exchange is, or was: of one that is over it is looked for.
    fn owner_of(&self, exchange: ExchangeNumber) -> Option<Owner> {
        if let Some(open) = self.open.get(&exchange) {
            return Some(open.owner);
        }
        if self.strangers.get(exchange).is_some() {
            return Some(Owner::Stranger(exchange));
        }
        let earlier = self.earlier.iter();
        let mut earlier = earlier.filter(|(_, exchanges)| exchanges.contains(&exchange));
        let mut briefs = self.briefs.iter().rev();
        briefs
            .find(|brief| brief.marks.has(Marks::SENT) && brief.exchange == exchange)
            .map(|brief| brief.request)
            .or_else(|| earlier.next().map(|(request, _)| *request))
            .map(Owner::Request)
    }

    fn change_open(&mut self, exchange: ExchangeNumber, change: impl FnOnce(&mut OpenExchange)) {
        if let Some(open) = self.open.get_mut(&exchange) {
            change(open);
            if !open.is_there && !open.is_held {
                self.open.remove(&exchange);
            }
        }
    }

    fn count_event(&mut self, owner: Owner) {
        match owner {
            Owner::Request(request) => {
                if let Some(brief) = self.briefs.get_mut(request) {
                    brief.cas_count += 1;
                }
            }
            Owner::Stranger(exchange) => self.stranger(exchange, |one| one.cas_count += 1),
            Owner::Console => {}
        }
    }

    fn stranger(&mut self, exchange: ExchangeNumber, change: impl FnOnce(&mut Stranger)) {
        if self.strangers.get(exchange).is_none() {
            self.strangers.insert(Stranger { exchange, cas_count: 0, executions: 0, undone: 0 });
        }
        if let Some(stranger) = self.strangers.get_mut(exchange) {
            change(stranger);
        }
    }

    fn change(&mut self, at: SimTime, change: &StateChange) {
        match change {
            StateChange::Executed { exchange, transaction, is_part, .. } => {
                self.outcome(*exchange, *transaction, Some(*is_part))
            }
            StateChange::Refused { exchange, transaction, .. }
            | StateChange::Pretended { exchange, transaction } => {
                self.outcome(*exchange, *transaction, None)
            }
            StateChange::Held { exchange, .. } => {
                if let Some(owner) = self.owner_of(*exchange) {
                    self.count_event(owner);
                }
                self.change_open(*exchange, |open| open.is_held = true);
            }
            StateChange::Undone { transactions } => self.forget(transactions),
            StateChange::Console { transaction, command } => {
                let command = Arc::new(command.clone());
                for card in command.cards() {
                    self.console.insert(card.clone(), (at, Arc::clone(&command)));
                }
                self.add(&OutcomePart {
                    transaction: *transaction,
                    owner: Owner::Console,
                    is_executed: true,
                    is_part: false,
                    is_undone: false,
                });
            }
        }
    }

    /// What came of an exchange; whether a part only, if it was carried out.
    fn outcome(
        &mut self,
        exchange: ExchangeNumber,
        transaction: TransactionId,
        executed: Option<bool>,
    ) {
        let Some(owner) = self.owner_of(exchange) else {
            return;
        };
        self.count_event(owner);
        self.change_open(exchange, |open| open.is_held = false);
        self.add(&OutcomePart {
            transaction,
            owner,
            is_executed: executed.is_some(),
            is_part: executed == Some(true),
            is_undone: false,
        });
    }

    /// Takes in a transaction.
    pub(super) fn add(&mut self, part: &OutcomePart) {
        self.outcomes.push(Outcome::of(part));
        if !part.is_executed {
            return;
        }
        self.tally(part.owner, part.is_part, 1);
        if part.is_undone {
            self.tally(part.owner, part.is_part, -1);
        }
    }

    /// Counts an execution, or that one was forgotten.
    fn tally(&mut self, owner: Owner, is_part: bool, step: i8) {
        match owner {
            Owner::Request(request) => {
                if let Some(brief) = self.briefs.get_mut(request) {
                    match step {
                        1 => brief.executions += 1,
                        _ => brief.undone += 1,
                    }
                    if is_part {
                        brief.parts = brief.parts.saturating_add_signed(step.into());
                    }
                }
            }
            Owner::Stranger(exchange) => self.stranger(exchange, |one| match step {
                1 => one.executions += 1,
                _ => one.undone += 1,
            }),
            Owner::Console => {}
        }
    }

    /// One event is about everybody whose transaction it names, once for each. What is forgotten was
    /// done a short time ago.
    fn forget(&mut self, transactions: &[TransactionId]) {
        let mut lost: BTreeSet<TransactionId> = transactions.iter().copied().collect();
        let mut found = Vec::new();
        self.outcomes.change_from_back(
            &mut lost,
            |lost, one| {
                one.marks.has(Marks::EXECUTED)
                    && !one.marks.has(Marks::UNDONE)
                    && lost.contains(&one.transaction())
            },
            |lost, one| {
                one.marks.set(Marks::UNDONE, true);
                found.push((one.owner(), one.marks.has(Marks::PART)));
                lost.remove(&one.transaction());
                match lost.is_empty() {
                    true => ControlFlow::Break(()),
                    false => ControlFlow::Continue(()),
                }
            },
        );
        for (owner, is_part) in &found {
            self.tally(*owner, *is_part, -1);
        }
        let touched: BTreeSet<Owner> = found.into_iter().map(|(owner, _)| owner).collect();
        touched.into_iter().for_each(|owner| self.count_event(owner));
    }

    /// Every exchange that the head-end may have told of, and for whom it was.
    pub(super) fn each_exchange(&self, mut visit: impl FnMut(ExchangeNumber, Owner)) {
        for brief in self.briefs.iter().filter(|brief| brief.marks.has(Marks::SENT)) {
            visit(brief.exchange, Owner::Request(brief.request));
        }
        for (request, exchanges) in &self.earlier {
            for exchange in exchanges {
                visit(*exchange, Owner::Request(*request));
            }
        }
        for stranger in self.strangers.iter() {
            visit(stranger.exchange, Owner::Stranger(stranger.exchange));
        }
    }

    /// Everything, counted.
    pub(super) fn totals(&self, is_foreign: bool) -> Totals {
        let mut totals = Totals::default();
        for brief in self.briefs.iter() {
            let fate = brief.fate(is_foreign);
            let unheard = brief.marks.has(Marks::UNANSWERED) || brief.marks.has(Marks::RECALLED);
            let is_known = is_known_to_crm(brief.standing, fate, unheard);
            totals.count(brief.standing, fate, is_known);
        }
        let strangers = self.strangers.iter().map(|one| u64::from(one.executions));
        let console = self.outcomes.iter();
        let console = console.filter(|one| one.owner() == Owner::Console);
        totals.foreign_executions = strangers.sum::<u64>() + console.count() as u64;
        totals
    }

    /// What was done at the console to one of these smartcards, last.
    pub(super) fn console(&self, cards: &[SmartcardId]) -> Option<(SimTime, &Command)> {
        let found = cards.iter().filter_map(|card| self.console.get(card));
        let last = found.max_by_key(|(at, _)| *at);
        last.map(|(at, command)| (*at, &**command))
    }
}
