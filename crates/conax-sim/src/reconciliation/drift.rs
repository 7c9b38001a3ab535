//! The drift report: each difference with its cause and its cure.

use std::collections::BTreeSet;
use std::sync::Arc;

use conax_model::cas::Period;
use conax_model::command::{Command, CommandKind};
use conax_model::crm::{Matter, ProvisioningRequest, RequestBook, RequestNumber, State};
use conax_model::drift::{BelievedPairing, Blame, Drift, blame, compare, compare_pins, healing};
use conax_model::id::SmartcardId;
use conax_model::ledger::{Row, Standing};
use conax_model::time::SimTime;

use super::cure::{Trial, start};
use super::cut::{ByMatter, Cut, steps};
use super::story::{self, Telling, date};
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
    /// Requests about the same thing that have not ended: it may heal by itself.
    pub open: Vec<OpenOrder>,
    /// Requests about the same thing that become due only after the orders that heal.
    later: Vec<RequestNumber>,
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
    /// Whether nothing about it has been ordered, or has become due, since the cut it was found in.
    pub(super) fn is_as_it_was(
        &self,
        cut: &Cut,
        book: &RequestBook,
        healed: &[RequestNumber],
        now: SimTime,
    ) -> bool {
        let is_strange = |row: &&Arc<ProvisioningRequest>| {
            row.number.is_none_or(|number| !healed.contains(&number))
        };
        let since = book.all().skip(cut.book.all().count());
        let since = since.filter(is_strange).flat_map(|row| row.matters());
        let mut since = since.map(|matter| matter.of_card(|card| cut.cas.kept_form(card)));
        let waits = |request: &RequestNumber| {
            let row = book.by_number(*request);
            let is_pending = row.is_some_and(|row| matches!(row.state, State::Pending));
            is_pending && !is_due(row, now)
        };
        let stays = self.later.iter().all(waits);
        stays && !since.any(|matter| self.is_about(matter))
    }

    fn is_about(&self, matter: Matter<'_>) -> bool {
        let has = |of: &[String], one: &str| of.iter().any(|other| other == one);
        match (self.kind, matter) {
            ("entitlement", Matter::Entitlement { card, product }) => {
                has(&self.cards, card) && has(&self.items, product)
            }
            ("pairing", Matter::PairedCard(card)) => has(&self.cards, card),
            ("pairing", Matter::PairedModule(module)) => has(&self.items, module),
            ("pin", Matter::Pin(card)) => has(&self.cards, card),
            _ => false,
        }
    }

    /// Whether a request about the same thing has not ended: it may heal by itself.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.open.is_empty()
    }
}

/// Why nothing can be compared: the head-end is not ours.
pub const NOT_OURS: &str =
    "the head-end is another one (`conax-url`): what it holds is not known here";

/// Every difference, with its cause; whether there are orders about it that have not ended.
#[must_use]
pub fn drift(shared: &Shared) -> Vec<DriftEntry> {
    drift_in(shared, &Cut::of(shared))
}

/// Every difference there is in a cut.
pub(super) fn drift_in(shared: &Shared, cut: &Cut) -> Vec<DriftEntry> {
    let belief = (*cut.start).clone().after(&cut.book, &cut.cas);
    let mut differences = compare(&belief, &cut.cas, cut.now);
    differences.extend(compare_pins(&cut.book, &cut.cas, &cut.reconciliation.carried_out));
    if differences.is_empty() {
        return Vec::new();
    }
    let report = Report { cut, rows: ByMatter::of(cut), telling: Telling::of(shared, cut) };
    let mut entries = report.entries(differences);
    keep_what_conax_would_take(&mut entries, Trial::on(cut.cas.clone(), shared, cut.now));
    entries
}

/// What would be rejected heals nothing, however often it is ordered.
fn keep_what_conax_would_take(entries: &mut [DriftEntry], mut try_call: Trial) {
    for entry in entries {
        if let Some(refusal) = try_call.refusal(&entry.heals) {
            entry.heals.clear();
            entry.cannot_heal = Some(refusal);
        }
    }
}

/// A cut, and what a report of it looks up.
struct Report<'c> {
    cut: &'c Cut,
    rows: ByMatter<'c>,
    telling: Telling<'c>,
}

impl<'c> Report<'c> {
    fn entries(&self, differences: Vec<Drift>) -> Vec<DriftEntry> {
        let tell = |drift: Drift| match &drift {
            Drift::Entitlement { .. } => self.entitlement(&drift),
            Drift::PairingMissing(pairing) => {
                Some(self.pairing(pairing, "paired", "not paired so", &drift))
            }
            Drift::PairingSurplus(pairing) => {
                Some(self.pairing(pairing, "not paired", "paired", &drift))
            }
            Drift::PinDiffers { card, believed, carried_out } => {
                Some(self.pin(card, (*believed, *carried_out), &drift))
            }
        };
        differences.into_iter().filter_map(tell).collect()
    }

    fn entitlement(&self, drift: &Drift) -> Option<DriftEntry> {
        let Drift::Entitlement { card, product, believed, held } = drift else {
            return None;
        };
        let rows = self
            .rows
            .about(&[Matter::Entitlement { card: card.as_str(), product: product.as_str() }]);
        let console = || self.telling.of_console(card, product.as_str());
        let (request, because) = self.cause(&rows, console);
        let [crm, conax] = told(believed, held, self.cut.now);
        let heals = self.heals(drift);
        Some(DriftEntry {
            kind: "entitlement",
            cards: vec![card.to_string()],
            items: vec![product.to_string()],
            crm,
            conax,
            request,
            because,
            open: open(self.cut, &rows, &heals),
            later: later(self.cut, &rows),
            cannot_heal: gives_up(believed, held, &heals),
            heals,
        })
    }

    /// A card is in one pairing at most, and so is a module: whoever names one of them may have
    /// made the difference.
    fn pairing(
        &self,
        pairing: &BelievedPairing,
        crm: &str,
        conax: &str,
        drift: &Drift,
    ) -> DriftEntry {
        let cards = pairing.cards.iter().map(|card| card.as_str());
        let modules = pairing.modules.iter().map(|module| module.as_str());
        let cards = cards.map(Matter::PairedCard);
        let matters: Vec<Matter<'_>> = cards.chain(modules.map(Matter::PairedModule)).collect();
        let rows = self.rows.about(&matters);
        let (request, because) = self.cause(&rows, || None);
        let heals = self.heals(drift);
        DriftEntry {
            kind: "pairing",
            cards: pairing.cards.iter().map(ToString::to_string).collect(),
            items: pairing.modules.iter().map(ToString::to_string).collect(),
            crm: crm.to_owned(),
            conax: conax.to_owned(),
            request,
            because,
            open: open(self.cut, &rows, &heals),
            later: later(self.cut, &rows),
            cannot_heal: None,
            heals,
        }
    }

    fn pin(
        &self,
        card: &SmartcardId,
        (believed, carried_out): (Option<RequestNumber>, Option<RequestNumber>),
        drift: &Drift,
    ) -> DriftEntry {
        let set_by = |request: Option<RequestNumber>| match request {
            Some(request) => format!("as request {request} set it"),
            None => "as it was at the start".to_owned(),
        };
        let rows = self.rows.about(&[Matter::Pin(card.as_str())]);
        // Whichever of the two is not what the CRM thinks of it.
        let both = [believed, carried_out].into_iter().flatten();
        let both: BTreeSet<RequestNumber> = both.collect();
        let both = both.iter().filter_map(|one| self.cut.reconciliation.rows.get(one));
        let (request, because) = self.cause(&both.collect::<Vec<_>>(), || None);
        let heals = self.heals(drift);
        DriftEntry {
            kind: "pin",
            cards: vec![card.to_string()],
            items: Vec::new(),
            crm: set_by(believed),
            conax: set_by(carried_out),
            request,
            because,
            open: open(self.cut, &rows, &heals),
            later: later(self.cut, &rows),
            cannot_heal: None,
            heals,
        }
    }

    fn heals(&self, drift: &Drift) -> Vec<Command> {
        healing(std::slice::from_ref(drift), &self.cut.cas, self.cut.now)
    }

    /// The request that made the difference, as far as one did: the last of which the CRM thinks
    /// wrongly, unless a later one has made up for it; one that was carried out behind a later one,
    /// as the last; else the console, else the last request that touched it at all.
    fn cause(
        &self,
        rows: &[&Row],
        console: impl FnOnce() -> Option<(Option<RequestNumber>, String)>,
    ) -> (Option<RequestNumber>, String) {
        let told = |row: &Row| (Some(row.request), self.telling.of_row(row));
        let last = match blame(steps(self.cut, rows)) {
            Blame::Wrong(row) => return told(row),
            Blame::TurnedRound { late, before } => {
                let (request, story) = told(late);
                let after = story::carried_out_after(late, before);
                return (request, format!("{story}; {after}"));
            }
            Blame::Nobody(last) => last,
        };
        if let Some(done) = console() {
            return done;
        }
        match last {
            Some(row) => told(row),
            None if self.cut.reconciliation.has_strangers() => (
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

/// Requests about the same thing that may change it before it is healed, or that the head-end holds
/// back. What becomes due only after the orders that heal does not concern them.
fn open(cut: &Cut, rows: &[&Row], heals: &[Command]) -> Vec<OpenOrder> {
    let healed = heals.iter().filter_map(start).fold(cut.now, SimTime::max);
    let is_open = |row: &&&Row| match row.standing {
        _ if row.is_held => true,
        Standing::InFlight => true,
        Standing::Pending => is_due(cut.book.by_number(row.request), healed),
        Standing::Completed | Standing::Rejected => false,
    };
    let open = rows
        .iter()
        .filter(is_open)
        .map(|row| OpenOrder { request: row.request, is_held: row.is_held });
    open.collect()
}

/// The pending ones of these; of those that are open nothing is healed.
fn later(cut: &Cut, rows: &[&Row]) -> Vec<RequestNumber> {
    let pending = rows.iter().filter(|row| row.standing == Standing::Pending);
    let waits = |request: &RequestNumber| {
        let row = cut.book.by_number(*request);
        row.is_some_and(|row| !row.held)
    };
    pending.map(|row| row.request).filter(waits).collect()
}

/// Whether a pending request is one that leaves by then.
pub(super) fn is_due(request: Option<&Arc<ProvisioningRequest>>, by: SimTime) -> bool {
    request.is_some_and(|request| !request.held && request.turn() <= by)
}

/// That a product is not ordered again for as long as the CRM believed.
fn gives_up(believed: &[Period], held: &[Period], heals: &[Command]) -> Option<String> {
    let is_short = believed != held
        && believed.iter().map(|one| one.end()).max() > held.iter().map(|one| one.end()).max();
    let cancels = heals.iter().any(|one| one.kind() == CommandKind::CancelSubscriptions);
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
