//! The drift report: each difference with its cause and its cure.

use std::sync::Arc;

use conax_model::cas::{CasState, Period};
use conax_model::command::{Command, CommandKind};
use conax_model::crm::{ParameterName, RequestBook, RequestNumber};
use conax_model::drift::{BelievedPairing, Drift, compare, compare_pins, healing};
use conax_model::id::SmartcardId;
use conax_model::ledger::{Fate, Reckoning, Row, Standing};
use conax_model::time::SimTime;

use super::cure::Trial;
use super::order::Sequence;
use super::story::{self, date};
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
    /// The commands that would heal it; an addition that has a start is to be given then.
    pub heals: Vec<Command>,
    /// Why nothing heals it, or not whole.
    pub cannot_heal: Option<String>,
    /// Requests about one of the cards that have not ended: it may heal by itself.
    pub open: Vec<OpenOrder>,
}

/// A request that has not ended, or that the head-end has not carried out yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OpenOrder {
    /// The request.
    pub request: RequestNumber,
    /// Whether the head-end holds it back.
    pub is_held: bool,
}

impl DriftEntry {
    /// Whether a request about one of the cards has not ended: it may heal by itself.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.open.is_empty()
    }
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
    for entry in &mut entries {
        entry.open = sides.open(&entry.cards);
    }
    if !entries.is_empty() {
        keep_what_conax_would_take(&mut entries, Trial::on(sides.cas, shared, sides.now));
    }
    entries
}

/// What would be rejected heals nothing, however often it is ordered.
fn keep_what_conax_would_take(entries: &mut [DriftEntry], mut trial: Trial) {
    for entry in entries {
        if let Some(refusal) = trial.refusal(&entry.heals) {
            entry.heals.clear();
            entry.cannot_heal = Some(refusal);
        }
    }
}

impl Sides {
    /// Requests of these cards that wait, are on their way, or that the head-end holds back.
    fn open(&self, cards: &[String]) -> Vec<OpenOrder> {
        let rows = self.reckoning.rows.values();
        let open = rows.filter(|row| {
            row.is_held || matches!(row.standing, Standing::Pending | Standing::InFlight)
        });
        let about = open.filter(|row| row.cards.iter().any(|one| cards.contains(&one.to_string())));
        about
            .map(|row| OpenOrder {
                request: row.request,
                is_held: row.is_held,
            })
            .collect()
    }

    fn entries(&self, shared: &Shared, differences: Vec<Drift>) -> Vec<DriftEntry> {
        let tell = |drift: Drift| match &drift {
            Drift::Entitlement { .. } => self.entitlement(shared, &drift),
            Drift::PairingMissing(pairing) => {
                Some(self.pairing(shared, pairing, "paired", "not paired so", &drift))
            }
            Drift::PairingSurplus(pairing) => {
                Some(self.pairing(shared, pairing, "not paired", "paired", &drift))
            }
            Drift::PinDiffers {
                card,
                believed,
                carried_out,
            } => Some(self.pin(shared, card, (*believed, *carried_out), &drift)),
        };
        differences.into_iter().filter_map(tell).collect()
    }

    fn entitlement(&self, shared: &Shared, drift: &Drift) -> Option<DriftEntry> {
        let Drift::Entitlement {
            card,
            product,
            believed,
            held,
        } = drift
        else {
            return None;
        };
        let touches = |row: &Row| {
            let kinds = [
                CommandKind::AddSubscriptions,
                CommandKind::CancelSubscriptions,
            ];
            kinds.contains(&row.kind)
                && row.cards.iter().any(|one| **one == *card.as_str())
                && self.names(row, ParameterName::Product, product.as_str())
        };
        let console = || {
            let rows = self.reckoning.rows.values();
            story::of_console(shared, (card, product.as_str()), rows)
        };
        let (request, because) = self.cause(shared, touches, console);
        let [crm, conax] = told(believed, held, self.now);
        let heals = healing(std::slice::from_ref(drift), &self.cas, self.now);
        Some(DriftEntry {
            kind: "entitlement",
            cards: vec![card.to_string()],
            items: vec![product.to_string()],
            crm,
            conax,
            request,
            because,
            open: Vec::new(),
            cannot_heal: gives_up(believed, held, &heals),
            heals,
        })
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
        let (request, because) = self.cause(shared, touches, || None);
        DriftEntry {
            kind: "pairing",
            cards: cards.iter().map(ToString::to_string).collect(),
            items: pairing.modules.iter().map(ToString::to_string).collect(),
            crm: crm.to_owned(),
            conax: conax.to_owned(),
            request,
            because,
            open: Vec::new(),
            cannot_heal: None,
            heals: healing(std::slice::from_ref(drift), &self.cas, self.now),
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
        let (request, because) = self.cause(shared, touches, || None);
        DriftEntry {
            kind: "pin",
            cards: vec![card.to_string()],
            items: Vec::new(),
            crm: set_by(believed),
            conax: set_by(carried_out),
            request,
            because,
            open: Vec::new(),
            cannot_heal: None,
            heals: healing(std::slice::from_ref(drift), &self.cas, self.now),
        }
    }

    fn names(&self, row: &Row, name: ParameterName, text: &str) -> bool {
        let found = self.book.by_number(row.request);
        found.is_some_and(|row| row.texts(name).any(|one| &**one == text))
    }

    /// The request that made the difference, as far as one did: the last of which the CRM thinks
    /// wrongly, unless a later one has made up for it; one that was carried out behind a later one,
    /// as the last; else the console, else the last request that touched it at all.
    fn cause(
        &self,
        shared: &Shared,
        touches: impl Fn(&Row) -> bool,
        console: impl FnOnce() -> Option<(Option<RequestNumber>, String)>,
    ) -> (Option<RequestNumber>, String) {
        let sequence = Sequence::of(&self.book, &self.reckoning);
        let rows = self.reckoning.rows.values();
        let mut rows: Vec<&Row> = rows.filter(|row| touches(row)).collect();
        rows.sort_by_key(|row| sequence.ended(row));
        let is_wrong = |row: &&&Row| !row.known_to_crm() || row.is_held;
        let told = |row: &Row| (Some(row.request), story::of_row(shared, row));
        let stands = |row: &&&Row| row.is_held || !is_made_up_for(row, &rows, &sequence);
        if let Some(row) = rows.iter().rev().filter(is_wrong).find(stands) {
            return told(row);
        }
        let last_done = rows.iter().max_by_key(|row| sequence.done(row));
        if let Some(row) = last_done
            && let Some(before) = sequence.carried_out_after(row, &rows)
        {
            let (request, story) = told(row);
            let story = format!(
                "{story}; Conax carried it out after request {}, which was sent later",
                before.request
            );
            return (request, story);
        }
        if let Some(done) = console() {
            return done;
        }
        match rows.iter().rev().find(is_wrong).or(rows.last()) {
            Some(row) => told(row),
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

/// Whether a later request, of which both sides think the same, has settled the matter.
fn is_made_up_for(row: &Row, rows: &[&Row], sequence: &Sequence<'_>) -> bool {
    let settles = |other: &&&Row| {
        other.standing == Standing::Completed
            && other.fate == Fate::Once
            && other.kind != CommandKind::AddToExistingPairing
    };
    let later = |other: &Row| {
        sequence.ended(other) > sequence.ended(row) && sequence.done(other) > sequence.done(row)
    };
    rows.iter().filter(settles).any(|other| later(other))
}

/// That a product is not ordered again for as long as the CRM believed.
fn gives_up(believed: &[Period], held: &[Period], heals: &[Command]) -> Option<String> {
    let is_short = believed != held
        && believed.iter().map(|one| one.end()).max() > held.iter().map(|one| one.end()).max();
    let cancels = heals
        .iter()
        .any(|one| one.kind() == CommandKind::CancelSubscriptions);
    (is_short && cancels && heals.len() > 1).then(|| {
        "a request has no period: what is ordered again ends when Conax's `period_policy` says, \
         and the CRM gives up what it believed beyond that"
            .to_owned()
    })
}

/// What each side holds, in a word; with dates where the word would be the same.
fn told(believed: &[Period], held: &[Period], now: SimTime) -> [String; 2] {
    let words = [believed, held].map(|periods| word(periods, now).to_owned());
    if words[0] == words[1] {
        return [believed, held].map(|periods| with_dates(periods, now));
    }
    words
}

fn word(periods: &[Period], now: SimTime) -> &'static str {
    match periods.first() {
        None => "none",
        Some(first) if first.contains(now) => "active",
        Some(_) => "future",
    }
}

fn with_dates(periods: &[Period], now: SimTime) -> String {
    let mut text = word(periods, now).to_owned();
    for (place, period) in periods.iter().enumerate() {
        if place > 0 {
            text.push_str(" and");
        }
        if !period.contains(now) {
            text.push_str(&format!(" from {}", date(period.start())));
        }
        match period.end() == Period::OPEN_END {
            true => text.push_str(" without end"),
            false => text.push_str(&format!(" until {}", date(period.end()))),
        }
    }
    text
}
