//! The values of a command in words, for the record of transactions.
//!
//! Must not know a submitted PIN: it is shown as a mask of fixed length (law I13).

use crate::command::{Command, Fingerprint, RequestedPeriod, TextMessage};
use crate::time::SimTime;

use super::wording::{listed, quoted};

/// The values of the command, shortened, PIN masked.
pub(super) fn in_words(command: &Command) -> String {
    match command {
        Command::AddSubscriptions { card, products, period } => {
            let (card, products) = (quoted(card), listed(products));
            format!("card {card}, products {products}{}", period_in_words(period))
        }
        Command::CancelSubscriptions { card, products } => {
            format!("card {}, products {}", quoted(card), listed(products))
        }
        Command::GetActiveSubscriptions { card }
        | Command::GetPairingStatusForCard { card }
        | Command::UpdateCaPinToDefaultValue { card } => format!("card {}", quoted(card)),
        Command::UpdateCaPinToGivenValue { card, pin: _ } => {
            format!("card {}, pin ****", quoted(card))
        }
        Command::CreatePairing { cards, modules } => {
            format!("cards {}, modules {}", listed(cards), listed(modules))
        }
        Command::AddToExistingPairing { existing_card, cards, modules } => {
            let (cards, modules) = (listed(cards), listed(modules));
            let existing_card = quoted(existing_card);
            format!("existing card {existing_card}, cards {cards}, modules {modules}")
        }
        Command::GetPairingStatusForPairingModule { module } => {
            format!("module {}", quoted(module))
        }
        Command::DisplayFingerprint(fingerprint) => fingerprint_in_words(fingerprint),
        Command::SendMailMessageToClient(message) => message_in_words(message),
        Command::SendBarkMessageToClient { message, display_seconds } => {
            let display = number_in_words("display seconds", *display_seconds);
            format!("{}{display}", message_in_words(message))
        }
        Command::SendRepeatingBarkMessageToClient {
            message,
            display_seconds,
            repetition_count,
            repetition_interval_seconds,
        } => {
            let display = number_in_words("display seconds", *display_seconds);
            let message = message_in_words(message);
            format!(
                "{message}{display}, {repetition_count} times every \
                 {repetition_interval_seconds} seconds"
            )
        }
    }
}

fn period_in_words(period: &RequestedPeriod) -> String {
    let start = time_in_words("from", period.start);
    format!("{start}{}", time_in_words("until", period.end))
}

fn message_in_words(message: &TextMessage) -> String {
    let sequence = number_in_words("sequence", message.sequence_number);
    let start = time_in_words("start", message.start);
    let (cards, text) = (listed(&message.cards), quoted(&message.text));
    format!("cards {cards}, text {text}{start}{sequence}")
}

fn fingerprint_in_words(fingerprint: &Fingerprint) -> String {
    let card = match &fingerprint.card {
        Some(card) => format!("card {}", quoted(card)),
        None => "all cards".to_owned(),
    };
    let slot = fingerprint.slot.as_deref();
    let slot = slot.map_or_else(String::new, |slot| format!(", slot {}", quoted(slot)));
    [
        card,
        time_in_words("start", fingerprint.display_at),
        number_in_words("x", fingerprint.position_x),
        number_in_words("y", fingerprint.position_y),
        number_in_words("height", fingerprint.height),
        number_in_words("display centiseconds", fingerprint.display_centiseconds),
        slot,
    ]
    .concat()
}

fn time_in_words(name: &str, time: Option<SimTime>) -> String {
    time.map_or_else(String::new, |time| format!(", {name} {time:?}"))
}

fn number_in_words(name: &str, number: Option<i64>) -> String {
    number.map_or_else(String::new, |number| format!(", {name} {number}"))
}
