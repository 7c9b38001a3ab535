//! What happened to a request, in sentences: from its row and from the rules that acted.

use std::sync::Arc;

use conax_model::crm::RequestNumber;
use conax_model::fault::Acted;
use conax_model::id::SmartcardId;
use conax_model::ledger::{Fate, Row, Standing};
use conax_model::time::SimTime;

use crate::fault::FaultNote;
use crate::journal::Exchange;
use crate::shared::Shared;

/// The exchanges with the head-end about a request, as the journal still has them; those of a world
/// that was here before do not count, though its requests had the same numbers.
pub(super) fn exchanges(shared: &Shared, request: RequestNumber) -> Vec<Arc<Exchange>> {
    let since = shared.first_of_world();
    let about = |exchange: &Exchange| {
        exchange.subject.request_number == Some(request) && exchange.subject.exchange.is_some()
    };
    shared.journal.excerpt(since, usize::MAX, about).exchanges
}

/// What rules did, and nearly did, in the exchanges of a request.
pub(super) fn notes(shared: &Shared, request: RequestNumber) -> Vec<Arc<FaultNote>> {
    let exchanges = exchanges(shared, request);
    let notes = exchanges
        .iter()
        .filter_map(|one| one.subject.faults.clone());
    notes.collect()
}

/// A date, to the second.
pub(super) fn date(at: SimTime) -> String {
    at.calendar().format("%Y-%m-%dT%H:%M:%S").to_string()
}

/// A request, by its number.
pub(super) fn named(request: Option<RequestNumber>) -> String {
    request.map_or("a request without a number".to_owned(), |number| {
        format!("request {number}")
    })
}

/// A rule that acted, with its counts.
pub(super) fn acted(acted: &Acted) -> String {
    let of = acted.of.map_or(String::new(), |of| format!(" of {of}"));
    format!(
        "rule {} acted (hit {}{of}): {}",
        acted.rule, acted.hit, acted.title
    )
}

/// What the head-end really did, against what the CRM thinks.
pub(super) fn of_row(shared: &Shared, row: &Row) -> String {
    let ended = match row.standing {
        Standing::Pending => "is PENDING",
        Standing::InFlight => "is on its way",
        Standing::Completed => "ended COMPLETED",
        Standing::Rejected if row.left_unanswered => "ended REJECTED without an answer",
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
    let rules: Vec<String> = notes(shared, row.request)
        .iter()
        .flat_map(|note| note.acted.iter().map(acted))
        .collect();
    let rules = match rules.is_empty() {
        true => String::new(),
        false => format!("; {}", rules.join("; ")),
    };
    format!("request {} {ended}, {did}{exchange}{rules}", row.request)
}

/// What was done at the console to one of these cards, last.
pub(super) fn of_console(shared: &Shared, cards: &[SmartcardId]) -> Option<String> {
    let ledger = shared.ledger();
    let (at, command) = ledger.console(cards)?;
    Some(format!(
        "somebody at the head-end's console did it at {}: {:?}",
        at.calendar(),
        command.kind()
    ))
}
