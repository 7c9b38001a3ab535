//! What heals: the commands of requests that make both sides equal.

use super::{Drift, Spans, believed_period};
use crate::cas::{CancelMissing, CasState, Period};
use crate::command::{Command, RequestedPeriod};
use crate::id::{ProductId, SmartcardId};
use crate::time::SimTime;

/// The commands that make the head-end equal to the CRM's belief, as far as requests can, to be
/// given `now`; of the head-end, how it is set up.
///
/// A request has no period, so none of these commands has an end; the start of one that is to be
/// given later stands in it. Where the period that the head-end makes is not what the CRM believes,
/// the CRM gives up its belief by a cancellation first, so that both sides are equal at least. What
/// is surplus goes first: it may stand in the way of what is missing.
#[must_use]
pub fn healing(drift: &[Drift], cas: &CasState, now: SimTime) -> Vec<Command> {
    let (mut cancelled, mut then) = (Vec::new(), Vec::new());
    for one in drift {
        match one {
            Drift::Entitlement { card, product, believed, held } => {
                let orders = Orders::of(believed, held, cas, now);
                if orders.cancels {
                    cancelled.push(Command::CancelSubscriptions {
                        card: card.clone(),
                        products: vec![product.clone()],
                    });
                }
                then.extend(orders.commands(card, product));
            }
            Drift::PairingMissing(pairing) | Drift::PairingSurplus(pairing) => {
                then.push(Command::CreatePairing {
                    cards: pairing.cards.iter().cloned().collect(),
                    modules: pairing.modules.iter().cloned().collect(),
                });
            }
            // The CRM has forgotten the PIN; only the default one can be set again (Ours).
            Drift::PinDiffers { card, .. } => {
                then.push(Command::UpdateCaPinToDefaultValue { card: card.clone() });
            }
        }
    }
    cancelled.append(&mut then);
    cancelled
}

/// What is ordered of one product of one smartcard.
struct Orders {
    cancels: bool,
    /// From when on; absent: from now on.
    starts: Vec<Option<SimTime>>,
}

impl Orders {
    fn of(believed: &[Period], held: &[Period], cas: &CasState, now: SimTime) -> Self {
        let wanted: Spans = believed.iter().copied().collect();
        let has_surplus = !held.iter().all(|period| wanted.covers(period));
        if !has_surplus {
            let added = Added::of(believed, held, cas, now);
            if added.is_enough(believed) || !added.is_possible {
                return Self { cancels: false, starts: added.starts };
            }
        }
        let added = Added::of(believed, &[], cas, now);
        let may_cancel = !held.is_empty() || cas.settings().cancel_missing == CancelMissing::Accept;
        Self { cancels: may_cancel && added.is_possible, starts: added.starts }
    }

    fn commands(self, card: &SmartcardId, product: &ProductId) -> impl Iterator<Item = Command> {
        self.starts.into_iter().map(|start| Command::AddSubscriptions {
            card: card.clone(),
            products: vec![product.clone()],
            period: RequestedPeriod { start, end: None },
        })
    }
}

/// What there is once the CRM has ordered what is missing.
struct Added {
    starts: Vec<Option<SimTime>>,
    holds: Spans,
    /// Whether the head-end takes orders without an end.
    is_possible: bool,
}

impl Added {
    fn of(believed: &[Period], held: &[Period], cas: &CasState, now: SimTime) -> Self {
        let mut added =
            Self { starts: Vec::new(), holds: held.iter().copied().collect(), is_possible: true };
        for period in believed {
            if added.holds.covers(period) {
                continue;
            }
            let start = (period.start() > now).then_some(period.start());
            added.starts.push(start);
            match believed_period(RequestedPeriod { start, end: None }, cas, now) {
                Some(ordered) => added.holds.add(ordered),
                None => added.is_possible = false,
            }
        }
        added
    }

    fn is_enough(&self, believed: &[Period]) -> bool {
        believed.iter().all(|period| self.holds.covers(period))
    }
}
