//! One full request for each operation, as the messages under `sent` spell it.

use chrono::NaiveDateTime;

use crate::cas::{CasRequest, CommandKind};
use crate::secret::SecretText;

pub(super) const CARD: &str = "01900080207";

pub(super) fn at(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S").unwrap()
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

pub(super) fn sample(operation: CommandKind) -> CasRequest {
    let card = CARD.to_owned();
    let module = "30000000001".to_owned();
    match operation {
        CommandKind::AddSubscriptions => CasRequest::AddSubscriptions {
            card,
            products: texts(&["101", "102"]),
            start: Some(at("2014-11-30T09:00:00")),
            end: Some(at("2014-12-31T00:00:00")),
        },
        CommandKind::CancelSubscriptions => CasRequest::CancelSubscriptions {
            card,
            products: texts(&["101"]),
        },
        CommandKind::GetActiveSubscriptions => CasRequest::GetActiveSubscriptions { card },
        CommandKind::CreatePairing => CasRequest::CreatePairing {
            cards: texts(&[CARD]),
            modules: texts(&["30000000001", "30000000002"]),
        },
        CommandKind::AddToExistingPairing => CasRequest::AddToExistingPairing {
            existing_card: card,
            cards: Vec::new(),
            modules: texts(&["30000000003"]),
        },
        CommandKind::GetPairingStatusForCard => CasRequest::GetPairingStatusForCard { card },
        CommandKind::GetPairingStatusForPairingModule => {
            CasRequest::GetPairingStatusForPairingModule { module }
        }
        CommandKind::DisplayFingerprint => CasRequest::DisplayFingerprint {
            card: Some(card),
            display_at: Some(at("2014-11-28T20:15:00")),
            position_x: Some(10),
            position_y: Some(20),
            height: Some(30),
            display_centiseconds: Some(500),
            slot: Some("A".to_owned()),
        },
        CommandKind::UpdateCaPinToDefaultValue => CasRequest::UpdateCaPinToDefaultValue { card },
        CommandKind::UpdateCaPinToGivenValue => CasRequest::UpdateCaPinToGivenValue {
            card,
            pin: SecretText::new("4821"),
        },
        CommandKind::SendMailMessageToClient
        | CommandKind::SendBarkMessageToClient
        | CommandKind::SendRepeatingBarkMessageToClient => message(operation),
    }
}

fn message(operation: CommandKind) -> CasRequest {
    let start = Some(at("2014-11-28T20:15:00"));
    let sequence_number = Some(11);
    let display_seconds = Some(20);
    let text = "Your bill is due".to_owned();
    match operation {
        CommandKind::SendMailMessageToClient => CasRequest::SendMailMessageToClient {
            cards: texts(&[CARD]),
            text: "Tom & Jerry <tonight> \"live\"".to_owned(),
            start,
            sequence_number,
        },
        CommandKind::SendBarkMessageToClient => CasRequest::SendBarkMessageToClient {
            cards: texts(&[CARD, "01900080208"]),
            text,
            start,
            sequence_number,
            display_seconds,
        },
        _ => CasRequest::SendRepeatingBarkMessageToClient {
            cards: texts(&[CARD]),
            text,
            start,
            sequence_number,
            display_seconds,
            repetition_count: 3,
            repetition_interval_seconds: 60,
        },
    }
}
