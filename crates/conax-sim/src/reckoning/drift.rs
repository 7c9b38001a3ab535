//! The drift report: each difference with its cause and its cure.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use conax_model::cas::{CasState, EntitlementState};
use conax_model::command::{Command, CommandKind};
use conax_model::crm::{ParameterName, RequestBook, RequestNumber};
use conax_model::drift::{BelievedPairing, Drift, compare, compare_pins, healing};
use conax_model::id::{ProductId, SmartcardId};
use conax_model::ledger::{Reckoning, Row, Standing};
use conax_model::time::SimTime;

use super::story;
use crate::shared::Shared;

/// One difference between what the CRM believes and what the head-end holds.
#[derive(Clone, Debug)]
pub struct DriftEntry {
    /// What differs: `entitlement`, `pairing` or `pin`.
    pub kind: &'static str,
    /// The smartcards concerned.
    pub cards: Vec<String>,
    /// The products or pairing modules concerned.
    pub items: Vec<String>,
    /// What the CRM believes.
    pub crm: String,
    /// What the head-end holds.
    pub conax: String,
    /// The request that caused it, as far as one did.
    pub request: Option<RequestNumber>,
    /// Why they differ, in a sentence.
    pub because: String,
    /// The commands that would heal it.
    pub heals: Vec<Command>,
    /// Whether a request about one of the cards has not ended: it may heal by itself.
    pub is_open: bool,
}

/// Why nothing can be compared: the head-end is not ours.
pub const NOT_OURS: &str =
    "the head-end is another one (`conax-url`): what it holds is not known here";

/// Everything both sides are compared by, at one time.
struct Sides {
    now: SimTime,
    book: RequestBook,
    cas: CasState,
    reckoning: Reckoning,
}

/// Every difference, with its cause; whether its cards have orders that have not ended.
#[must_use]
pub fn drift(shared: &Shared) -> Vec<DriftEntry> {
    shared.catch_up();
    let (book, start) = {
        let side = shared.crm();
        (side.book.clone(), Arc::clone(&side.start_belief))
    };
    let ledger = shared.ledger().clone();
    let cas = shared.cas().state.clone();
    let sides = Sides {
        now: shared.clock.now(),
        cas,
        reckoning: ledger.reckon(),
        book,
    };
    let belief = (*start).clone().after(&sides.book, &sides.cas);
    let mut differences = compare(&belief, &sides.cas, sides.now);
    differences.extend(compare_pins(&sides.book, &sides.reckoning.carried_out));
    let mut entries = sides.entries(shared, differences);
    let open = sides.open_cards();
    for entry in &mut entries {
        entry.is_open = entry.cards.iter().any(|card| open.contains(card.as_str()));
    }
    entries
}

impl Sides {
    /// Cards with a request that waits, is on its way, or that the head-end holds back.
    fn open_cards(&self) -> BTreeSet<&str> {
        let rows = self.reckoning.rows.values();
        let open = rows.filter(|row| {
            row.is_held || matches!(row.standing, Standing::Pending | Standing::InFlight)
        });
        open.flat_map(|row| row.cards.iter().map(|card| &**card))
            .collect()
    }

    /// A difference of an entitlement may be told in two parts: missing so, surplus otherwise.
    fn entries(&self, shared: &Shared, differences: Vec<Drift>) -> Vec<DriftEntry> {
        let mut entitlements: BTreeMap<(SmartcardId, ProductId), Vec<Drift>> = BTreeMap::new();
        let mut entries = Vec::new();
        for drift in differences {
            match &drift {
                Drift::EntitlementMissing { card, product, .. }
                | Drift::EntitlementSurplus { card, product } => {
                    let key = (card.clone(), product.clone());
                    entitlements.entry(key).or_default().push(drift);
                }
                Drift::PairingMissing(pairing) => {
                    entries.push(self.pairing(shared, pairing, "paired", "not paired so", &drift));
                }
                Drift::PairingSurplus(pairing) => {
                    entries.push(self.pairing(shared, pairing, "not paired", "paired", &drift));
                }
                Drift::PinDiffers {
                    card,
                    believed,
                    carried_out,
                } => entries.push(self.pin(shared, card, (*believed, *carried_out), &drift)),
            }
        }
        let found = entitlements
            .into_iter()
            .map(|((card, product), parts)| self.entitlement(shared, &card, &product, &parts));
        found.chain(entries).collect()
    }

    fn entitlement(
        &self,
        shared: &Shared,
        card: &SmartcardId,
        product: &ProductId,
        parts: &[Drift],
    ) -> DriftEntry {
        let crm = parts.iter().find_map(|part| match part {
            Drift::EntitlementMissing { periods, .. } => Some(
                match periods.iter().any(|period| period.contains(self.now)) {
                    true => "active",
                    false => "future",
                },
            ),
            _ => None,
        });
        let held = self.cas.entitlements(card, self.now);
        let states = held.iter().filter(|one| one.product == *product);
        let conax = states
            .map(|one| one.state)
            .max_by_key(|state| *state == EntitlementState::Active);
        let touches = |row: &Row| {
            let kinds = [
                CommandKind::AddSubscriptions,
                CommandKind::CancelSubscriptions,
            ];
            kinds.contains(&row.kind)
                && row.cards.iter().any(|one| **one == *card.as_str())
                && self.names(row, ParameterName::Product, product.as_str())
        };
        let (request, because) = self.cause(shared, touches, std::slice::from_ref(card));
        DriftEntry {
            kind: "entitlement",
            cards: vec![card.to_string()],
            items: vec![product.to_string()],
            crm: crm.unwrap_or("none").to_owned(),
            conax: match conax {
                Some(EntitlementState::Active) => "active",
                Some(EntitlementState::Future) => "future",
                None => "none",
            }
            .to_owned(),
            request,
            because,
            is_open: false,
            heals: healing(parts, self.now),
        }
    }

    fn pairing(
        &self,
        shared: &Shared,
        pairing: &BelievedPairing,
        crm: &str,
        conax: &str,
        drift: &Drift,
    ) -> DriftEntry {
        let cards: Vec<SmartcardId> = pairing.cards.iter().cloned().collect();
        let touches = |row: &Row| {
            let kinds = [
                CommandKind::CreatePairing,
                CommandKind::AddToExistingPairing,
            ];
            kinds.contains(&row.kind)
                && row
                    .cards
                    .iter()
                    .any(|one| cards.iter().any(|card| card.as_str() == &**one))
        };
        let (request, because) = self.cause(shared, touches, &cards);
        DriftEntry {
            kind: "pairing",
            cards: cards.iter().map(ToString::to_string).collect(),
            items: pairing.modules.iter().map(ToString::to_string).collect(),
            crm: crm.to_owned(),
            conax: conax.to_owned(),
            request,
            because,
            is_open: false,
            heals: healing(std::slice::from_ref(drift), self.now),
        }
    }

    fn pin(
        &self,
        shared: &Shared,
        card: &SmartcardId,
        (believed, carried_out): (Option<RequestNumber>, Option<RequestNumber>),
        drift: &Drift,
    ) -> DriftEntry {
        let set_by = |request: Option<RequestNumber>| match request {
            Some(request) => format!("as request {request} set it"),
            None => "as it was at the start".to_owned(),
        };
        // Whichever of the two is not what the CRM thinks of it.
        let touches = |row: &Row| [believed, carried_out].contains(&Some(row.request));
        let (request, because) = self.cause(shared, touches, std::slice::from_ref(card));
        DriftEntry {
            kind: "pin",
            cards: vec![card.to_string()],
            items: Vec::new(),
            crm: set_by(believed),
            conax: set_by(carried_out),
            request,
            because,
            is_open: false,
            heals: healing(std::slice::from_ref(drift), self.now),
        }
    }

    fn names(&self, row: &Row, name: ParameterName, text: &str) -> bool {
        let found = self.book.by_number(row.request);
        found.is_some_and(|row| row.texts(name).any(|one| &**one == text))
    }

    /// The last request of which the CRM thinks wrongly; else the console, else the last request
    /// that touched it at all.
    fn cause(
        &self,
        shared: &Shared,
        touches: impl Fn(&Row) -> bool,
        cards: &[SmartcardId],
    ) -> (Option<RequestNumber>, String) {
        let rows: Vec<&Row> = self
            .reckoning
            .rows
            .values()
            .filter(|row| touches(row))
            .collect();
        let wrong = rows
            .iter()
            .rev()
            .find(|row| !row.known_to_crm() || row.is_held);
        if let Some(row) = wrong {
            return (Some(row.request), story::of_row(shared, row));
        }
        if let Some(sentence) = story::of_console(shared, cards) {
            return (None, sentence);
        }
        match rows.last() {
            Some(row) => (Some(row.request), story::of_row(shared, row)),
            None if self.reckoning.has_strangers() => (
                None,
                "no request of the CRM touched it: another client of the head-end did".to_owned(),
            ),
            None => (
                None,
                "no request of the CRM touched it, nor anybody else since the ledger begins: what \
                 did is not known here"
                    .to_owned(),
            ),
        }
    }
}
