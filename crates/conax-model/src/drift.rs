//! Where the CRM's belief and the head-end's state differ, and what would heal it.
//!
//! The CRM believes what the head-end held at the start, changed by every request that ended
//! completed, in the order they ended (Inferred: CRM.COM's *Reset Subscription* runs compare the
//! two sides and create the requests that make the head-end equal). The CRM forgets PINs; of these
//! only the commands that set them are compared ([`compare_pins`]).
//!
//! What the CRM believes of an entitlement is when it holds. That one ends by itself, or starts by
//! itself, is no drift; what differs is when it holds from the time of the comparison on. A renewal
//! that was not carried out differs at once, long before the card goes dark. What was is past.

mod blame;
mod healing;
mod pairings;

use std::collections::{BTreeMap, BTreeSet};

use crate::cas::{CasState, Period, PeriodPolicy};
use crate::command::{Command, CommandKind, RequestedPeriod};
use crate::crm::{ParameterKey, ProvisioningRequest, RequestBook, RequestNumber, State};
use crate::id::{PairingModuleId, ProductId, SmartcardId};
use crate::time::SimTime;
use pairings::Pairings;

pub use blame::{Blame, Step, blame, ended_after_and_done_before, ended_before_and_done_after};
pub use healing::healing;

/// A pairing as the CRM thinks of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct BelievedPairing {
    /// Its smartcards.
    pub cards: BTreeSet<SmartcardId>,
    /// Its pairing modules.
    pub modules: BTreeSet<PairingModuleId>,
}

/// Whose entitlement it is, and to what.
type Key = (SmartcardId, ProductId);

/// What the CRM believes of the head-end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct Belief {
    entitlements: BTreeMap<Key, Spans>,
    pairings: Pairings,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drift {
    /// A product holds at other times than the CRM believes.
    Entitlement {
        /// The smartcard.
        card: SmartcardId,
        /// The product.
        product: ProductId,
        /// When the CRM believes that it holds, from the time of the comparison on.
        believed: Vec<Period>,
        /// When it holds at the head-end, from that time on.
        held: Vec<Period>,
    },
    /// The CRM believes in this pairing; at the head-end it is not, or not like this.
    PairingMissing(BelievedPairing),
    /// The head-end holds a pairing of which the CRM believes no member paired. None of the thirteen
    /// commands ends a pairing; what heals is that the CRM makes it too, and so believes in it.
    PairingSurplus(BelievedPairing),
    /// The last PIN command the CRM believes in is not the last one the head-end carried out. The
    /// CRM forgets PINs, so that nothing more can be told.
    PinDiffers {
        /// The smartcard.
        card: SmartcardId,
        /// The request the CRM believes in; absent: none.
        believed: Option<RequestNumber>,
        /// The request the head-end carried out; absent: none, or none of the CRM's.
        carried_out: Option<RequestNumber>,
    },
}

impl Belief {
    /// What the CRM believes when both sides start from one world.
    #[must_use]
    pub fn at_start(cas: &CasState, now: SimTime) -> Self {
        Self { entitlements: held_entitlements(cas, now), pairings: held_pairings(cas).collect() }
    }

    /// The belief after every completed request of a book; of the head-end the CRM knows only how
    /// it is set up.
    #[must_use]
    pub fn after(mut self, book: &RequestBook, cas: &CasState) -> Self {
        let completed = book.all().filter(|row| matches!(row.state, State::Completed { .. }));
        let mut in_order: Vec<_> = completed.filter(|row| row.settled_order.is_some()).collect();
        in_order.sort_by_key(|row| row.settled_order);
        let times = times_of_execution(cas);
        for row in in_order {
            if let Ok(command) = row.command() {
                self.learn(&command, cas, executed(row, &times));
            }
        }
        self
    }

    /// Takes in a command the head-end accepted at `at`; of the head-end, how it is set up.
    pub fn learn(&mut self, command: &Command, cas: &CasState, at: SimTime) {
        match command {
            Command::AddSubscriptions { card, products, period } => {
                let card = kept_id(cas, card, at);
                let Some(period) = believed_period(*period, cas, at) else {
                    return;
                };
                for product in products {
                    let key = (card.clone(), product.clone());
                    self.entitlements.entry(key).or_default().add(period);
                }
            }
            Command::CancelSubscriptions { card, products } => {
                let card = kept_id(cas, card, at);
                for product in products {
                    self.entitlements.remove(&(card.clone(), product.clone()));
                }
            }
            Command::CreatePairing { cards, modules } => {
                let cards = kept_ids(cas, cards, at);
                self.pairings.leave(&cards, modules);
                self.pairings.push(BelievedPairing {
                    cards: cards.into_iter().collect(),
                    modules: modules.iter().cloned().collect(),
                });
            }
            Command::AddToExistingPairing { existing_card, cards, modules } => {
                let existing = kept_id(cas, existing_card, at);
                self.join_pairing(&existing, &kept_ids(cas, cards, at), modules);
            }
            _ => {}
        }
    }

    fn join_pairing(
        &mut self,
        existing: &SmartcardId,
        cards: &[SmartcardId],
        modules: &[PairingModuleId],
    ) {
        let Some(mut grown) = self.pairings.take(existing) else {
            return;
        };
        self.pairings.leave(cards, modules);
        grown.cards.extend(cards.iter().cloned());
        grown.modules.extend(modules.iter().cloned());
        self.pairings.push(grown);
    }
}

/// Every difference between a belief and the head-end.
#[must_use]
pub fn compare(belief: &Belief, cas: &CasState, now: SimTime) -> Vec<Drift> {
    let mut drift = compare_entitlements(belief, &held_entitlements(cas, now), now);
    let held: BTreeSet<BelievedPairing> = held_pairings(cas).collect();
    let lost = belief.pairings.iter().filter(|pairing| !held.contains(pairing));
    drift.extend(lost.cloned().map(Drift::PairingMissing));
    let strange = held_pairings(cas).filter(|pairing| !belief.pairings.knows_of(pairing));
    drift.extend(strange.map(Drift::PairingSurplus));
    drift
}

/// Where the PINs may differ: the last PIN command of each card that the CRM believes in against the
/// last one of those that were carried out, which are given in order.
#[must_use]
pub fn compare_pins(
    book: &RequestBook,
    cas: &CasState,
    carried_out: &[RequestNumber],
) -> Vec<Drift> {
    let mut completed: Vec<_> = book
        .all()
        .filter(|row| matches!(row.state, State::Completed { .. }) && row.settled_order.is_some())
        .collect();
    completed.sort_by_key(|row| row.settled_order);
    let mut last: BTreeMap<SmartcardId, [Option<RequestNumber>; 2]> = BTreeMap::new();
    for row in completed {
        if let (Some(card), Some(number)) = (pin_card(row, cas), row.number) {
            last.entry(card).or_default()[0] = Some(number);
        }
    }
    for number in carried_out {
        let row = book.by_number(*number);
        if let Some(card) = row.and_then(|row| pin_card(row, cas)) {
            last.entry(card).or_default()[1] = Some(*number);
        }
    }
    last.into_iter()
        .filter(|(_, [believed, carried_out])| believed != carried_out)
        .map(|(card, [believed, carried_out])| Drift::PinDiffers { card, believed, carried_out })
        .collect()
}

/// The card whose PIN a request sets, as the head-end keeps it.
fn pin_card(row: &ProvisioningRequest, cas: &CasState) -> Option<SmartcardId> {
    let sets = matches!(
        row.kind,
        CommandKind::UpdateCaPinToDefaultValue | CommandKind::UpdateCaPinToGivenValue
    );
    let card = row.texts(ParameterKey::SmartcardCaId).next();
    card.filter(|_| sets).map(|card| SmartcardId::new(cas.kept_form(card)))
}

fn compare_entitlements(belief: &Belief, held: &BTreeMap<Key, Spans>, now: SimTime) -> Vec<Drift> {
    let keys: BTreeSet<&Key> = belief.entitlements.keys().chain(held.keys()).collect();
    let from_now = |of: &BTreeMap<Key, Spans>, key| {
        of.get(key).map(|spans| spans.from(now)).unwrap_or_default()
    };
    let mut drift = Vec::new();
    for key in keys {
        let believed = from_now(&belief.entitlements, key);
        let held = from_now(held, key);
        if believed != held {
            let (card, product) = key.clone();
            drift.push(Drift::Entitlement { card, product, believed, held });
        }
    }
    drift
}

/// When something holds: periods in order of time that neither overlap nor touch.
///
/// The head-end keeps periods that touch as two; when they hold is the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "storage",
    derive(serde::Serialize, serde::Deserialize),
    serde(from = "Vec<Period>")
)]
struct Spans(Vec<Period>);

impl Spans {
    fn add(&mut self, added: Period) {
        let (mut start, mut end) = (added.start(), added.end());
        self.0.retain(|period| {
            let apart = period.end() < start || end < period.start();
            if !apart {
                (start, end) = (start.min(period.start()), end.max(period.end()));
            }
            apart
        });
        let place = self.0.partition_point(|period| period.start() < start);
        self.0.splice(place..place, Period::new(start, end));
    }

    /// When it holds from now on.
    fn from(&self, now: SimTime) -> Vec<Period> {
        let from_now = |period: &Period| Period::new(period.start().max(now), period.end());
        self.0.iter().filter_map(from_now).collect()
    }

    /// Whether it holds all the time of this period.
    fn covers(&self, period: &Period) -> bool {
        let mut spans = self.0.iter();
        spans.any(|span| span.start() <= period.start() && period.end() <= span.end())
    }
}

/// Whatever is read, spans are in order and apart.
#[cfg(feature = "storage")]
impl From<Vec<Period>> for Spans {
    fn from(periods: Vec<Period>) -> Self {
        periods.into_iter().collect()
    }
}

impl FromIterator<Period> for Spans {
    fn from_iter<I: IntoIterator<Item = Period>>(periods: I) -> Self {
        let mut spans = Self::default();
        periods.into_iter().for_each(|period| spans.add(period));
        spans
    }
}

/// When the head-end carried out each of its transactions; nothing where that changes no period.
fn times_of_execution(cas: &CasState) -> BTreeMap<String, SimTime> {
    match cas.settings().period_policy {
        PeriodPolicy::ToMonthEnd { .. } => cas
            .transactions()
            .map(|transaction| (transaction.id.to_string(), transaction.at))
            .collect(),
        PeriodPolicy::OpenEnded | PeriodPolicy::Explicit => BTreeMap::new(),
    }
}

/// When the CRM may believe that a request was carried out: when the transaction was that it was
/// told, if that was while the request was under way, so that a slow answer turns no month. What is
/// carried out later than it was answered, the CRM believes done when it was answered.
fn executed(row: &ProvisioningRequest, times: &BTreeMap<String, SimTime>) -> SimTime {
    let settled = row.executed.unwrap_or(row.updated);
    let answered = row.reference().and_then(|reference| times.get(&**reference));
    let under_way = row.created..=settled;
    answered.copied().filter(|at| under_way.contains(at)).unwrap_or(settled)
}

/// The period the head-end makes of a requested one; nothing if it could not have accepted it.
fn believed_period(requested: RequestedPeriod, cas: &CasState, at: SimTime) -> Option<Period> {
    let start = requested.start.unwrap_or(at);
    let end = match (requested.end, cas.settings().period_policy) {
        (Some(end), _) => end,
        (None, PeriodPolicy::OpenEnded) => Period::OPEN_END,
        (None, PeriodPolicy::ToMonthEnd { additional_months }) => {
            start.max(at).month_start_after(additional_months.saturating_add(1))
        }
        (None, PeriodPolicy::Explicit) => return None,
    };
    Period::new(start, end)
}

/// The id under which the head-end keeps a smartcard: of a printed one it drops the check digit.
fn kept_id(cas: &CasState, card: &SmartcardId, at: SimTime) -> SmartcardId {
    cas.card(card, at).map_or_else(|| card.clone(), |kept| kept.id)
}

fn kept_ids(cas: &CasState, cards: &[SmartcardId], at: SimTime) -> Vec<SmartcardId> {
    cards.iter().map(|card| kept_id(cas, card, at)).collect()
}

fn held_entitlements(cas: &CasState, now: SimTime) -> BTreeMap<Key, Spans> {
    let mut held: BTreeMap<Key, Spans> = BTreeMap::new();
    for card in cas.cards(now) {
        for entitlement in cas.entitlements(&card.id, now) {
            let key = (card.id.clone(), entitlement.product);
            held.entry(key).or_default().add(entitlement.period);
        }
    }
    held
}

fn held_pairings(cas: &CasState) -> impl Iterator<Item = BelievedPairing> {
    let pairing = |pairing: &crate::cas::Pairing| BelievedPairing {
        cards: pairing.cards.clone(),
        modules: pairing.modules.clone(),
    };
    cas.pairings().map(pairing)
}

#[cfg(test)]
mod tests;
