//! From a command of the model to a request on the wire.

use conax_contract::cas::CasRequest;
use conax_contract::secret::SecretText;
use conax_model::command::{Command, Fingerprint, TextMessage};
use conax_model::id::{PairingModuleId, ProductId, SmartcardId};
use conax_model::time::SimTime;

/// The command as the wire carries it.
pub(super) fn cas_request(command: &Command) -> CasRequest {
    match command {
        Command::AddSubscriptions {
            card,
            products,
            period,
        } => CasRequest::AddSubscriptions {
            card: card.to_string(),
            products: product_ids(products),
            start: period.start.map(SimTime::calendar),
            end: period.end.map(SimTime::calendar),
        },
        Command::CancelSubscriptions { card, products } => CasRequest::CancelSubscriptions {
            card: card.to_string(),
            products: product_ids(products),
        },
        Command::GetActiveSubscriptions { card } => CasRequest::GetActiveSubscriptions {
            card: card.to_string(),
        },
        Command::CreatePairing { cards, modules } => CasRequest::CreatePairing {
            cards: card_ids(cards),
            modules: module_ids(modules),
        },
        Command::AddToExistingPairing {
            existing_card,
            cards,
            modules,
        } => CasRequest::AddToExistingPairing {
            existing_card: existing_card.to_string(),
            cards: card_ids(cards),
            modules: module_ids(modules),
        },
        Command::GetPairingStatusForCard { card } => CasRequest::GetPairingStatusForCard {
            card: card.to_string(),
        },
        Command::GetPairingStatusForPairingModule { module } => {
            CasRequest::GetPairingStatusForPairingModule {
                module: module.to_string(),
            }
        }
        Command::DisplayFingerprint(fingerprint) => display_fingerprint(fingerprint),
        Command::UpdateCaPinToDefaultValue { card } => CasRequest::UpdateCaPinToDefaultValue {
            card: card.to_string(),
        },
        Command::UpdateCaPinToGivenValue { card, pin } => CasRequest::UpdateCaPinToGivenValue {
            card: card.to_string(),
            pin: SecretText::new(pin.expose().to_owned()),
        },
        Command::SendMailMessageToClient(message) => mail(message),
        Command::SendBarkMessageToClient {
            message,
            display_seconds,
        } => bark(message, *display_seconds),
        Command::SendRepeatingBarkMessageToClient {
            message,
            display_seconds,
            repetition_count,
            repetition_interval_seconds,
        } => CasRequest::SendRepeatingBarkMessageToClient {
            cards: card_ids(&message.cards),
            text: message.text.clone(),
            start: message.start.map(SimTime::calendar),
            sequence_number: message.sequence_number,
            display_seconds: *display_seconds,
            repetition_count: *repetition_count,
            repetition_interval_seconds: *repetition_interval_seconds,
        },
    }
}

fn display_fingerprint(fingerprint: &Fingerprint) -> CasRequest {
    CasRequest::DisplayFingerprint {
        card: fingerprint.card.as_ref().map(ToString::to_string),
        display_at: fingerprint.display_at.map(SimTime::calendar),
        position_x: fingerprint.position_x,
        position_y: fingerprint.position_y,
        height: fingerprint.height,
        display_centiseconds: fingerprint.display_centiseconds,
        slot: fingerprint.slot.clone(),
    }
}

fn mail(message: &TextMessage) -> CasRequest {
    CasRequest::SendMailMessageToClient {
        cards: card_ids(&message.cards),
        text: message.text.clone(),
        start: message.start.map(SimTime::calendar),
        sequence_number: message.sequence_number,
    }
}

fn bark(message: &TextMessage, display_seconds: Option<i64>) -> CasRequest {
    CasRequest::SendBarkMessageToClient {
        cards: card_ids(&message.cards),
        text: message.text.clone(),
        start: message.start.map(SimTime::calendar),
        sequence_number: message.sequence_number,
        display_seconds,
    }
}

fn card_ids(cards: &[SmartcardId]) -> Vec<String> {
    cards.iter().map(ToString::to_string).collect()
}

fn module_ids(modules: &[PairingModuleId]) -> Vec<String> {
    modules.iter().map(ToString::to_string).collect()
}

fn product_ids(products: &[ProductId]) -> Vec<String> {
    products.iter().map(ToString::to_string).collect()
}
