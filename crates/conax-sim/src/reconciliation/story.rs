//! What happened to a request, in sentences: from its row and from the rules that acted.

use std::collections::BTreeMap;

use conax_contract::cas::{CameBack, came_back};
use conax_model::command::Command;
use conax_model::crm::{RequestNumber, State};
use conax_model::fault::Acted;
use conax_model::id::SmartcardId;
use conax_model::ledger::{ExchangeNumber, Fate, Row, Standing};
use conax_model::time::SimTime;

use super::cut::Cut;
use super::met::Kept;
use crate::shared::Shared;

/// A date, to the second.
pub(super) fn date(at: SimTime) -> String {
    at.calendar().format("%Y-%m-%dT%H:%M:%S").to_string()
}

/// A request, by its number.
pub(super) fn named(request: Option<RequestNumber>) -> String {
    request.map_or("a request without a number".to_owned(), |number| format!("request {number}"))
}

/// A rule that acted, with its counts.
pub(super) fn acted(acted: &Acted) -> String {
    let of = acted.of.map_or(String::new(), |of| format!(" of {of}"));
    format!("rule {} acted (hit {}{of}): {}", acted.rule, acted.hit, acted.title)
}

/// A command at the head-end's console: when, what, and in which exchange as far as it is known.
type Edit<'c> = (SimTime, &'c Command, Option<ExchangeNumber>);

/// Tells of the requests of a cut; everything it looks up it has looked through once.
pub(super) struct Telling<'c> {
    cut: &'c Cut,
    kept: Kept,
    /// The last that was done at the console to each product of each smartcard.
    edits: BTreeMap<(&'c str, &'c str), Edit<'c>>,
    of_exchange: BTreeMap<ExchangeNumber, &'c Row>,
}

impl<'c> Telling<'c> {
    pub(super) fn of(shared: &Shared, cut: &'c Cut) -> Self {
        let mut edits = BTreeMap::new();
        for edit in cut.ledger.console_edits() {
            let Command::CancelSubscriptions { card, products } = edit.1 else {
                continue;
            };
            for product in products {
                edits.insert((cut.cas.kept_form(card.as_str()), product.as_str()), edit);
            }
        }
        let rows = cut.reconciliation.rows.values();
        let exchanges = rows.flat_map(|row| row.exchanges.iter().map(move |one| (*one, row)));
        Self { cut, kept: Kept::all(shared), edits, of_exchange: exchanges.collect() }
    }

    /// What the head-end really did, against what the CRM thinks.
    pub(super) fn of_row(&self, row: &Row) -> String {
        let ended = match row.standing {
            Standing::Pending => "is PENDING",
            Standing::InFlight => "is on its way",
            Standing::Completed => "ended COMPLETED",
            Standing::Rejected if row.left_unanswered => self.rejected(row.request),
            Standing::Rejected => "ended REJECTED",
        };
        let did = match (row.fate, row.undone) {
            (Fate::Once, _) => "Conax carried it out once",
            (Fate::Twice, _) => "Conax carried it out more than once",
            (Fate::Partly, _) => "Conax carried out a part of it",
            (Fate::Never, 0) if row.is_held => "Conax has not carried it out yet",
            (Fate::Never, 0) => "Conax did not carry it out",
            (Fate::Never, _) => "Conax carried it out and has lost it since",
            (Fate::Unknown, _) => "what Conax did is not known here",
        };
        let exchange = row
            .exchanges
            .last()
            .map_or(String::new(), |exchange| format!(" in exchange {exchange}"));
        let rules = self.rules(row);
        format!("request {} {ended}, {did}{exchange}{rules}", row.request)
    }

    /// How a request was rejected to which no answer with a status code was read: by what the CRM
    /// stored of it.
    fn rejected(&self, request: RequestNumber) -> &'static str {
        let row = self.cut.book.by_number(request);
        let came = row.and_then(|row| match (&row.state, &row.response) {
            (_, Some(_)) => Some(CameBack::NoStatusCode),
            (State::Rejected { error, .. }, None) => Some(came_back(&error.description)),
            (State::Pending | State::Completed { .. }, None) => None,
        });
        match came {
            Some(CameBack::Nothing) => "ended REJECTED without an answer",
            Some(CameBack::Unreadable) => "ended REJECTED because what came back could not be read",
            Some(CameBack::NoStatusCode) => "ended REJECTED by an answer without a status code",
            None => "ended REJECTED",
        }
    }

    /// The rules that acted on a request, as far as they are known.
    fn rules(&self, row: &Row) -> String {
        let met = self.kept.met(row);
        let rules = met.acted().map(|one| format!("; {}", acted(one)));
        rules.collect()
    }

    /// What was done at the console to a product of a card, last; and the request during which that
    /// was, as far as it is known.
    pub(super) fn of_console(
        &self,
        card: &SmartcardId,
        product: &str,
    ) -> Option<(Option<RequestNumber>, String)> {
        let is_about = |command: &Command| {
            command.cards().contains(&card)
                && matches!(command, Command::CancelSubscriptions { products, .. }
                    if products.iter().any(|one| one.as_str() == product))
        };
        let told = self.edits.get(&(card.as_str(), product)).copied();
        let (at, command, exchange) = told.or_else(|| {
            let last = self.cut.ledger.console(std::slice::from_ref(card));
            let last = last.filter(|(_, command)| is_about(command));
            last.map(|(at, command)| (at, command, None))
        })?;
        let sentence = console(at, command);
        let row = exchange.and_then(|exchange| self.of_exchange.get(&exchange));
        let Some(row) = row else {
            return Some((None, sentence));
        };
        let during =
            format!("{sentence}, while request {} was carried out{}", row.request, self.rules(row));
        Some((Some(row.request), during))
    }
}

/// That a request was carried out behind one which was sent, or at least ended, later.
pub(super) fn carried_out_after(row: &Row, before: &Row) -> String {
    let later = match before.exchanges.last() > row.exchanges.last() {
        true => "was sent later",
        false => "ended later",
    };
    let before = before.request;
    format!("Conax carried it out after request {before}, which {later}")
}

/// The same of the one before which it was carried out.
pub(super) fn carried_out_before(row: &Row, after: &Row) -> String {
    let before = match row.exchanges.last() > after.exchanges.last() {
        true => "was sent before it",
        false => "ended before it",
    };
    let after = after.request;
    format!("Conax carried out request {after}, which {before}, after it")
}

/// What was done at the console.
pub(super) fn console(at: SimTime, command: &Command) -> String {
    format!("somebody at the head-end's console did it at {}: {}", date(at), command.kind().code())
}
