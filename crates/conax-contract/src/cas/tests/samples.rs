//! One full request for each operation, as the messages under `sent` spell it.

use chrono::NaiveDateTime;

use conax_model::command::{Command, CommandKind, Fingerprint, RequestedPeriod, TextMessage};
use conax_model::id::{PairingModuleId, ProductId, SmartcardId};
use conax_model::secret::Secret;
use conax_model::time::SimTime;

pub(super) const CARD: &str = "01900080207";

pub(super) fn at(text: &str) -> SimTime {
    let read = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S");
    SimTime::from_calendar(read.unwrap())
}

fn ids<T>(id: fn(&'static str) -> T, texts: &[&'static str]) -> Vec<T> {
    texts.iter().map(|text| id(text)).collect()
}

pub(super) fn sample(operation: CommandKind) -> Command {
    let card = SmartcardId::new(CARD);
    match operation {
        CommandKind::AddSubscriptions => Command::AddSubscriptions {
            card,
            products: ids(ProductId::new, &["101", "102"]),
            period: RequestedPeriod {
                start: Some(at("2014-11-30T09:00:00")),
                end: Some(at("2014-12-31T00:00:00")),
            },
        },
        CommandKind::CancelSubscriptions => {
            Command::CancelSubscriptions { card, products: ids(ProductId::new, &["101"]) }
        }
        CommandKind::GetActiveSubscriptions => Command::GetActiveSubscriptions { card },
        CommandKind::CreatePairing => Command::CreatePairing {
            cards: vec![card],
            modules: ids(PairingModuleId::new, &["30000000001", "30000000002"]),
        },
        CommandKind::AddToExistingPairing => Command::AddToExistingPairing {
            existing_card: card,
            cards: Vec::new(),
            modules: ids(PairingModuleId::new, &["30000000003"]),
        },
        CommandKind::GetPairingStatusForCard => Command::GetPairingStatusForCard { card },
        CommandKind::GetPairingStatusForPairingModule => {
            Command::GetPairingStatusForPairingModule {
                module: PairingModuleId::new("30000000001"),
            }
        }
        CommandKind::DisplayFingerprint => Command::DisplayFingerprint(Fingerprint {
            card: Some(card),
            display_at: Some(at("2014-11-28T20:15:00")),
            position_x: Some(10),
            position_y: Some(20),
            height: Some(30),
            display_centiseconds: Some(500),
            slot: Some("A".to_owned()),
        }),
        CommandKind::UpdateCaPinToDefaultValue => Command::UpdateCaPinToDefaultValue { card },
        CommandKind::UpdateCaPinToGivenValue => {
            Command::UpdateCaPinToGivenValue { card, pin: Secret::new("4821") }
        }
        CommandKind::SendMailMessageToClient => {
            Command::SendMailMessageToClient(message(&[CARD], "Tom & Jerry <tonight> \"live\""))
        }
        CommandKind::SendBarkMessageToClient => Command::SendBarkMessageToClient {
            message: message(&[CARD, "01900080208"], "Your bill is due"),
            display_seconds: Some(20),
        },
        CommandKind::SendRepeatingBarkMessageToClient => {
            Command::SendRepeatingBarkMessageToClient {
                message: message(&[CARD], "Your bill is due"),
                display_seconds: Some(20),
                repetition_count: 3,
                repetition_interval_seconds: 60,
            }
        }
    }
}

fn message(cards: &[&'static str], text: &str) -> TextMessage {
    TextMessage {
        cards: ids(SmartcardId::new, cards),
        text: text.to_owned(),
        start: Some(at("2014-11-28T20:15:00")),
        sequence_number: Some(11),
    }
}
