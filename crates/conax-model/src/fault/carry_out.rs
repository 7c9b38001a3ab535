//! What the head-end does when a command comes in under orders: the effects of faults.
//!
//! [`HeadEndMemory`] is what it remembers for that: commands it holds back, its past, and which
//! cards hear late. Every change of the state is recorded as a [`StateChange`]; from the changes the ledger is
//! made.

use std::collections::BTreeMap;
use std::time::Duration;

use super::past::Past;
use super::verdict::Orders;
use super::what::{CommandFault, Effect};
use crate::cas::{CasSettings, CasState, Outcome, Rejection, RejectionCause, Transaction};
use crate::command::Command;
use crate::entropy::Ids;
use crate::id::{DomainName, ProductId, SmartcardId, TransactionId};
use crate::noted::Noted;
use crate::time::SimTime;

/// How long a command that waits for the next one of its card waits at most (Ours).
const SWAP_PATIENCE: Duration = Duration::from_secs(600);

/// A command, who gives it and in which exchange.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    /// Number of the exchange, as the head-end counts them.
    pub exchange: u64,
    /// Who gives it.
    pub domain: &'a DomainName,
    /// What is to be done.
    pub command: &'a Command,
}

/// Something the head-end did, or did not do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub enum StateChange {
    /// It carried out what this exchange asked.
    Executed {
        /// The exchange.
        exchange: u64,
        /// The record.
        transaction: TransactionId,
        /// Whether anything is different now.
        changed: bool,
        /// Whether it was done later than it was answered.
        late: bool,
        /// Whether it was a part only of what was asked.
        is_part: bool,
    },
    /// It refused what this exchange asked.
    Refused {
        /// The exchange.
        exchange: u64,
        /// The record.
        transaction: TransactionId,
        /// Why.
        cause: RejectionCause,
        /// Whether it had been answered by OK before.
        late: bool,
    },
    /// It will answer OK and did nothing.
    Pretended {
        /// The exchange.
        exchange: u64,
        /// The id it answers with; nothing is recorded under it.
        transaction: TransactionId,
    },
    /// It will answer OK and does it later.
    Held {
        /// The exchange.
        exchange: u64,
        /// The id it answers with.
        transaction: TransactionId,
    },
    /// It forgot what it had done.
    Undone {
        /// What.
        transactions: Vec<TransactionId>,
    },
    /// Somebody at its console did it.
    Console {
        /// The record.
        transaction: TransactionId,
        /// What was done.
        command: Command,
    },
}

impl StateChange {
    /// The exchange it is about, if it is about one.
    #[must_use]
    pub const fn exchange(&self) -> Option<u64> {
        match self {
            Self::Executed { exchange, .. }
            | Self::Refused { exchange, .. }
            | Self::Pretended { exchange, .. }
            | Self::Held { exchange, .. } => Some(*exchange),
            Self::Undone { .. } | Self::Console { .. } => None,
        }
    }
}

/// What came of a command.
#[derive(Clone, Debug)]
pub struct CarriedOut {
    /// What is answered.
    pub answer: Transaction,
    /// What was done, in order.
    pub changes: Vec<StateChange>,
}

/// A command that was answered and is not carried out yet.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct Held {
    /// The exchange that asked for it.
    pub exchange: u64,
    /// Who asked for it.
    pub domain: DomainName,
    /// What was asked.
    pub command: Command,
    /// When it is carried out at the latest.
    pub due: SimTime,
    /// The card whose next command it waits for.
    pub behind: Option<SmartcardId>,
    /// The transaction it was answered as.
    pub transaction: TransactionId,
}

/// What a head-end under faults remembers besides its state.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct HeadEndMemory {
    /// Its past.
    pub past: Past,
    /// What it holds back, the longest held first.
    pub held: Vec<Held>,
    /// From when on a card has heard of everything.
    pub on_air_from: BTreeMap<SmartcardId, SimTime>,
    /// The transaction of its last answer.
    pub last_answered: Option<TransactionId>,
    /// What it was made to remember or to forget.
    #[cfg_attr(feature = "storage", serde(skip))]
    noted: Noted<MemoryChange>,
}

/// What the memory was made to remember or to forget, in order.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct MemoryChange(Vec<MemoryStep>);

impl MemoryChange {
    /// Whether nothing was changed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[derive(Clone, Debug)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
enum MemoryStep {
    Held(Held),
    Released(usize),
    OnAirFrom(SmartcardId, SimTime),
    Answered(TransactionId),
    Done(Command, Transaction, SimTime),
    KeptPast(Duration),
}

/// The state with everything a command needs besides.
struct Hands<'a> {
    state: &'a mut CasState,
    ids: &'a mut Ids,
    /// What the head-end's clock shows.
    now: SimTime,
    /// What time it is.
    real: SimTime,
    changes: Vec<StateChange>,
}

impl HeadEndMemory {
    /// Remembers the past for this long from now on: the most any rule may ask for.
    pub fn keep_past(&mut self, span: Duration, state: &CasState) {
        if self.past.keep(span, state) {
            self.noted.note(|steps| steps.0.push(MemoryStep::KeptPast(span)));
        }
    }

    /// The same memory under these settings; one that was stored has none of its own.
    #[must_use]
    pub fn with_settings(mut self, settings: &CasSettings) -> Self {
        let base = self.past.base.take();
        self.past.base = base.map(|base| base.with_settings(settings.clone()));
        self
    }

    /// When the next command that is held back is due.
    #[must_use]
    pub fn next_due(&self) -> Option<SimTime> {
        self.held.iter().map(|held| held.due).min()
    }

    /// From when on a card has heard of everything, if it has not yet.
    #[must_use]
    pub fn on_air_from(&self, card: &SmartcardId, now: SimTime) -> Option<SimTime> {
        self.on_air_from.get(card).copied().filter(|from| *from > now)
    }

    /// The transaction id of the answer before, and the one that is answered now.
    pub fn answered(&mut self, id: TransactionId) -> Option<TransactionId> {
        self.noted.note(|steps| steps.0.push(MemoryStep::Answered(id)));
        self.last_answered.replace(id)
    }

    /// Carries out what was held back and is due.
    pub fn catch_up(
        &mut self,
        state: &mut CasState,
        ids: &mut Ids,
        now: SimTime,
    ) -> Vec<StateChange> {
        let mut hands = Hands { state, ids, now, real: now, changes: Vec::new() };
        while let Some(place) = self.first_due(now) {
            let held = self.release(place);
            (hands.now, hands.real) = (held.due, held.due);
            self.carry_out_held(&mut hands, &held);
        }
        hands.changes
    }

    fn release(&mut self, place: usize) -> Held {
        self.noted.note(|steps| steps.0.push(MemoryStep::Released(place)));
        self.held.remove(place)
    }

    fn remember(&mut self, command: &Command, transaction: &Transaction, at: SimTime) {
        if self.past.base.is_some() {
            self.noted.note(|steps| {
                steps.0.push(MemoryStep::Done(command.clone(), transaction.clone(), at));
            });
        }
        self.past.note(command, transaction, at);
    }

    /// What was changed since this was last asked; nothing if all of it is new. From now on changes
    /// are noted.
    pub fn changes(&mut self) -> Option<MemoryChange> {
        self.noted.take()
    }

    /// Makes a change that was noted in a memory like this; the head-end keeps this state by now.
    pub fn apply(&mut self, change: MemoryChange, state: &CasState) {
        for step in change.0 {
            match step {
                MemoryStep::Held(held) => self.held.push(held),
                MemoryStep::Released(place) if place < self.held.len() => {
                    self.held.remove(place);
                }
                MemoryStep::Released(_) => {}
                MemoryStep::OnAirFrom(card, from) => {
                    self.on_air_from.insert(card, from);
                }
                MemoryStep::Answered(id) => self.last_answered = Some(id),
                MemoryStep::Done(command, transaction, at) => {
                    self.past.note(&command, &transaction, at);
                }
                MemoryStep::KeptPast(span) => {
                    self.past.keep(span, state);
                }
            }
        }
    }

    fn first_due(&self, now: SimTime) -> Option<usize> {
        let due = self.held.iter().enumerate().filter(|(_, held)| held.due <= now);
        due.min_by_key(|(place, held)| (held.due, *place)).map(|(place, _)| place)
    }

    /// Does what it is asked, as far as its orders let it.
    pub fn carry_out(
        &mut self,
        state: &mut CasState,
        ids: &mut Ids,
        received: Received<'_>,
        orders: &Orders,
        now: SimTime,
    ) -> CarriedOut {
        let mut hands =
            Hands { now: skewed(now, orders), real: now, state, ids, changes: Vec::new() };
        let answer = match orders.effect {
            None => self.execute(&mut hands, received),
            Some(effect) => self.execute_otherwise(&mut hands, received, effect),
        };
        self.let_go(&mut hands, received.command, received.exchange);
        for besides in &orders.besides {
            self.suffer(&mut hands, received, *besides);
        }
        CarriedOut { answer, changes: hands.changes }
    }

    fn execute(&mut self, hands: &mut Hands<'_>, received: Received<'_>) -> Transaction {
        let transaction =
            hands.state.apply(received.domain, received.command, hands.now, hands.ids);
        self.remember(received.command, &transaction, hands.real);
        hands.changes.push(change(received.exchange, &transaction, false));
        transaction
    }

    fn execute_otherwise(
        &mut self,
        hands: &mut Hands<'_>,
        received: Received<'_>,
        effect: Effect,
    ) -> Transaction {
        match effect {
            Effect::FalseOk => pretend(hands, received, |exchange, transaction| {
                StateChange::Pretended { exchange, transaction }
            }),
            Effect::Twice => {
                let first = self.execute(hands, received);
                self.execute(hands, received);
                first
            }
            Effect::Swap => {
                let card = received.command.cards().first().map(|card| (*card).clone());
                self.hold(hands, received, SWAP_PATIENCE, card)
            }
            Effect::Late(delay) => self.hold(hands, received, delay, None),
            Effect::Stale(age) if received.command.kind().is_query() => {
                let old = self.past.at(hands.real - age);
                let old = old.as_ref().unwrap_or(hands.state);
                let transaction =
                    old.pretend(received.domain, received.command, hands.now, hands.ids);
                hands.state.record_pretended(transaction.clone());
                self.remember(received.command, &transaction, hands.real);
                hands.changes.push(change(received.exchange, &transaction, false));
                transaction
            }
            Effect::Stale(_) => self.execute(hands, received),
            Effect::Partial(count) => self.execute_part(hands, received, count),
        }
    }

    /// Carries out a part of the command and answers as if it were all of it.
    fn execute_part(
        &mut self,
        hands: &mut Hands<'_>,
        received: Received<'_>,
        count: usize,
    ) -> Transaction {
        let Some(command) = &received.command.first_part(count) else {
            return self.execute_otherwise(hands, received, Effect::FalseOk);
        };
        let transaction = self.execute(hands, Received { command, ..received });
        if let Some(StateChange::Executed { is_part, .. }) = hands.changes.last_mut() {
            *is_part = command != received.command;
        }
        transaction
    }

    fn hold(
        &mut self,
        hands: &mut Hands<'_>,
        received: Received<'_>,
        delay: Duration,
        behind: Option<SmartcardId>,
    ) -> Transaction {
        let answer = pretend(hands, received, |exchange, transaction| StateChange::Held {
            exchange,
            transaction,
        });
        if answer.outcome.is_accepted() {
            let held = Held {
                exchange: received.exchange,
                domain: received.domain.clone(),
                command: received.command.clone(),
                due: hands.real + delay,
                behind,
                transaction: answer.id,
            };
            self.noted.note(|steps| steps.0.push(MemoryStep::Held(held.clone())));
            self.held.push(held);
        }
        answer
    }

    /// Carries out what waited for a command of this card.
    fn let_go(&mut self, hands: &mut Hands<'_>, command: &Command, exchange: u64) {
        if self.held.is_empty() {
            return;
        }
        let cards: Vec<SmartcardId> = command.cards().into_iter().cloned().collect();
        let waits = |held: &Held| {
            held.exchange != exchange
                && held.behind.as_ref().is_some_and(|card| cards.contains(card))
        };
        while let Some(place) = self.held.iter().position(waits) {
            let held = self.release(place);
            self.carry_out_held(hands, &held);
        }
    }

    fn carry_out_held(&mut self, hands: &mut Hands<'_>, held: &Held) {
        let transaction =
            hands.state.apply_as(held.transaction, &held.domain, &held.command, hands.now);
        self.remember(&held.command, &transaction, hands.real);
        hands.changes.push(change(held.exchange, &transaction, true));
    }

    fn suffer(&mut self, hands: &mut Hands<'_>, received: Received<'_>, fault: CommandFault) {
        match fault {
            CommandFault::Lose(time) => {
                // What was done at this very moment is lost as well.
                let back = hands.real - time.max(Duration::from_millis(1));
                if let Some((state, transactions)) = self.past.rewind(back) {
                    *hands.state = state;
                    self.noted.forget();
                    if !transactions.is_empty() {
                        hands.changes.push(StateChange::Undone { transactions });
                    }
                }
            }
            CommandFault::EmmLag(lag) => {
                for card in received.command.cards() {
                    let from = hands.real + lag;
                    self.noted
                        .note(|steps| steps.0.push(MemoryStep::OnAirFrom(card.clone(), from)));
                    self.on_air_from.insert(card.clone(), from);
                }
            }
            // It was taken into account from the beginning.
            CommandFault::ClockSkew(_) => {}
            CommandFault::ConsoleCancel => self.cancel_at_console(hands, received),
        }
    }

    fn cancel_at_console(&mut self, hands: &mut Hands<'_>, received: Received<'_>) {
        for card in received.command.cards() {
            let held = hands.state.entitlements(card, hands.now);
            let mut products: Vec<_> = held.into_iter().map(|one| one.product).collect();
            products.dedup();
            if products.is_empty() {
                continue;
            }
            let command = Command::CancelSubscriptions { card: card.clone(), products };
            let transaction = hands.state.apply(received.domain, &command, hands.now, hands.ids);
            self.remember(&command, &transaction, hands.real);
            hands.changes.push(StateChange::Console { transaction: transaction.id, command });
        }
    }
}

/// The answer of a command that is not carried out now. One that would be refused is refused.
fn pretend(
    hands: &mut Hands<'_>,
    received: Received<'_>,
    as_change: impl FnOnce(u64, TransactionId) -> StateChange,
) -> Transaction {
    let transaction = hands.state.pretend(received.domain, received.command, hands.now, hands.ids);
    if transaction.outcome.is_accepted() {
        hands.changes.push(as_change(received.exchange, transaction.id));
    } else {
        hands.state.record_pretended(transaction.clone());
        hands.changes.push(change(received.exchange, &transaction, false));
    }
    transaction
}

fn change(exchange: u64, transaction: &Transaction, late: bool) -> StateChange {
    match transaction.outcome {
        Outcome::Accepted(_) => StateChange::Executed {
            exchange,
            transaction: transaction.id,
            changed: transaction.effect != crate::cas::Effect::Nothing,
            late,
            is_part: false,
        },
        Outcome::Rejected(Rejection { cause, .. }) => {
            StateChange::Refused { exchange, transaction: transaction.id, cause, late }
        }
    }
}

fn skewed(now: SimTime, orders: &Orders) -> SimTime {
    let skew = orders.besides.iter().find_map(|fault| match fault {
        CommandFault::ClockSkew(millis) => Some(*millis),
        _ => None,
    });
    SimTime::from_millis(now.millis().saturating_add(skew.unwrap_or(0)))
}

impl Command {
    /// The command for the first so many members of each of its lists (smartcards and pairing
    /// modules; products, if it names one card only), half of them for 0; none if nothing of it
    /// would be left. Half of a list of one is that one, if another list is halved.
    fn first_part(&self, count: usize) -> Option<Self> {
        let mut part = self.clone();
        match &mut part {
            Self::AddSubscriptions { products, .. }
            | Self::CancelSubscriptions { products, .. } => {
                cut(products, &mut Vec::<ProductId>::new(), count)
            }
            Self::CreatePairing { cards, modules, .. }
            | Self::AddToExistingPairing { cards, modules, .. } => cut(cards, modules, count),
            Self::SendMailMessageToClient(message)
            | Self::SendBarkMessageToClient { message, .. }
            | Self::SendRepeatingBarkMessageToClient { message, .. } => {
                cut(&mut message.cards, &mut Vec::<SmartcardId>::new(), count)
            }
            _ => count > 0,
        }
        .then_some(part)
    }
}

/// Keeps the first so many of each list, half of them for 0; whether something is left.
fn cut<A, B>(first: &mut Vec<A>, second: &mut Vec<B>, count: usize) -> bool {
    if count == 0 && first.len().max(second.len()) < 2 {
        return false;
    }
    let kept = |len: usize| match count {
        0 => (len / 2).max(len.min(1)),
        count => count,
    };
    first.truncate(kept(first.len()));
    second.truncate(kept(second.len()));
    true
}
