//! What happened to a request, in sentences: from its row and from the rules that acted.

use conax_contract::cas::{CameBack, came_back};
use conax_model::command::Command;
use conax_model::crm::{RequestNumber, State};
use conax_model::fault::Acted;
use conax_model::id::SmartcardId;
use conax_model::ledger::{Fate, Row, Standing};
use conax_model::time::SimTime;

use super::met::Met;
use crate::crm_door::request_type;
use crate::shared::Shared;

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
        Standing::Rejected if row.left_unanswered => rejected(shared, row.request),
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
    let rules = rules(shared, row);
    format!("request {} {ended}, {did}{exchange}{rules}", row.request)
}

/// How a request was rejected to which no answer with a status code was read: by what the CRM
/// stored of it.
fn rejected(shared: &Shared, request: RequestNumber) -> &'static str {
    let side = shared.crm();
    let row = side.book.by_number(request);
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
fn rules(shared: &Shared, row: &Row) -> String {
    let met = Met::of(shared, Some(row));
    let rules = met.acted().map(|one| format!("; {}", acted(one)));
    rules.collect()
}

/// What was done at the console to a product of a card, last; and the request during which that
/// was, as far as it is known.
pub(super) fn of_console<'a>(
    shared: &Shared,
    (card, product): (&SmartcardId, &str),
    mut rows: impl Iterator<Item = &'a Row>,
) -> Option<(Option<RequestNumber>, String)> {
    let ledger = shared.ledger().clone();
    let cards = std::slice::from_ref(card);
    let is_about = |command: &Command| {
        command.cards().contains(&card)
            && matches!(command, Command::CancelSubscriptions { products, .. }
                if products.iter().any(|one| one.as_str() == product))
    };
    let told = ledger.console_edits();
    let (at, command, exchange) =
        told.filter(|(_, command, _)| is_about(command))
            .last()
            .or(ledger
                .console(cards)
                .filter(|(_, command)| is_about(command))
                .map(|(at, command)| (at, command, None)))?;
    let sentence = console(at, command);
    let row = exchange.and_then(|exchange| rows.find(|row| row.exchanges.contains(&exchange)));
    let Some(row) = row else {
        return Some((None, sentence));
    };
    let during = format!(
        "{sentence}, while request {} was carried out{}",
        row.request,
        rules(shared, row)
    );
    Some((Some(row.request), during))
}

/// What was done at the console.
pub(super) fn console(at: SimTime, command: &Command) -> String {
    format!(
        "somebody at the head-end's console did it at {}: {}",
        date(at),
        request_type(command.kind()).code()
    )
}
