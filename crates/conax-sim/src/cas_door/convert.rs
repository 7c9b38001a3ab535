//! Between the wire's requests and replies and the head-end's commands and transactions.

use std::sync::Arc;

use conax_contract::cas::{ActiveSubscription, CasAnswer, CasReply, CasRequest, Profile};
use conax_model::cas::{ActiveEntitlement, Answer, Outcome, Transaction};
use conax_model::command::{Command, Fingerprint, RequestedPeriod, TextMessage};
use conax_model::id::{PairingModuleId, ProductId, SmartcardId};
use conax_model::secret::Secret;
use conax_model::time::SimTime;

/// The command a request carries.
pub(super) fn command(request: CasRequest) -> Command {
    match request {
        CasRequest::AddSubscriptions {
            card,
            products,
            start,
            end,
        } => Command::AddSubscriptions {
            card: SmartcardId::new(card),
            products: all(products, ProductId::new),
            period: RequestedPeriod {
                start: start.map(SimTime::from_calendar),
                end: end.map(SimTime::from_calendar),
            },
        },
        CasRequest::CancelSubscriptions { card, products } => Command::CancelSubscriptions {
            card: SmartcardId::new(card),
            products: all(products, ProductId::new),
        },
        CasRequest::GetActiveSubscriptions { card } => Command::GetActiveSubscriptions {
            card: SmartcardId::new(card),
        },
        CasRequest::CreatePairing { cards, modules } => Command::CreatePairing {
            cards: all(cards, SmartcardId::new),
            modules: all(modules, PairingModuleId::new),
        },
        CasRequest::AddToExistingPairing {
            existing_card,
            cards,
            modules,
        } => Command::AddToExistingPairing {
            existing_card: SmartcardId::new(existing_card),
            cards: all(cards, SmartcardId::new),
            modules: all(modules, PairingModuleId::new),
        },
        CasRequest::GetPairingStatusForCard { card } => Command::GetPairingStatusForCard {
            card: SmartcardId::new(card),
        },
        CasRequest::GetPairingStatusForPairingModule { module } => {
            Command::GetPairingStatusForPairingModule {
                module: PairingModuleId::new(module),
            }
        }
        CasRequest::DisplayFingerprint {
            card,
            display_at,
            position_x,
            position_y,
            height,
            display_centiseconds,
            slot,
        } => Command::DisplayFingerprint(Fingerprint {
            card: card.map(SmartcardId::new),
            display_at: display_at.map(SimTime::from_calendar),
            position_x,
            position_y,
            height,
            display_centiseconds,
            slot,
        }),
        CasRequest::UpdateCaPinToDefaultValue { card } => Command::UpdateCaPinToDefaultValue {
            card: SmartcardId::new(card),
        },
        CasRequest::UpdateCaPinToGivenValue { card, pin } => Command::UpdateCaPinToGivenValue {
            card: SmartcardId::new(card),
            pin: Secret::new(pin.expose()),
        },
        CasRequest::SendMailMessageToClient {
            cards,
            text,
            start,
            sequence_number,
        } => Command::SendMailMessageToClient(text_message(cards, text, start, sequence_number)),
        CasRequest::SendBarkMessageToClient {
            cards,
            text,
            start,
            sequence_number,
            display_seconds,
        } => Command::SendBarkMessageToClient {
            message: text_message(cards, text, start, sequence_number),
            display_seconds,
        },
        CasRequest::SendRepeatingBarkMessageToClient {
            cards,
            text,
            start,
            sequence_number,
            display_seconds,
            repetition_count,
            repetition_interval_seconds,
        } => Command::SendRepeatingBarkMessageToClient {
            message: text_message(cards, text, start, sequence_number),
            display_seconds,
            repetition_count,
            repetition_interval_seconds,
        },
    }
}

fn text_message(
    cards: Vec<String>,
    text: String,
    start: Option<chrono::NaiveDateTime>,
    sequence_number: Option<i64>,
) -> TextMessage {
    TextMessage {
        cards: all(cards, SmartcardId::new),
        text,
        start: start.map(SimTime::from_calendar),
        sequence_number,
    }
}

fn all<T>(texts: Vec<String>, id: fn(Arc<str>) -> T) -> Vec<T> {
    texts.into_iter().map(|text| id(text.into())).collect()
}

/// The reply that tells of a transaction.
pub(super) fn reply(profile: &Profile, transaction: &Transaction) -> CasReply {
    let transaction_id = Some(transaction.id.to_string());
    match &transaction.outcome {
        Outcome::Accepted(given) => CasReply {
            status_code: "OK".to_owned(),
            transaction_id,
            message: None,
            answer: answer(given),
        },
        Outcome::Rejected(rejection) => CasReply {
            status_code: profile.status_code(rejection.cause).to_owned(),
            transaction_id,
            message: Some(rejection.message.clone()),
            answer: CasAnswer::None,
        },
    }
}

fn answer(answer: &Answer) -> CasAnswer {
    match answer {
        Answer::None => CasAnswer::None,
        Answer::ActiveSubscriptions(active) => {
            CasAnswer::ActiveSubscriptions(active.iter().map(active_subscription).collect())
        }
        Answer::CardPairing {
            paired,
            cards,
            modules,
        }
        | Answer::ModulePairing {
            paired,
            cards,
            modules,
        } => CasAnswer::PairingStatus {
            paired: *paired,
            cards: cards.iter().map(ToString::to_string).collect(),
            modules: modules.iter().map(ToString::to_string).collect(),
        },
    }
}

fn active_subscription(entitlement: &ActiveEntitlement) -> ActiveSubscription {
    ActiveSubscription {
        product: entitlement.product.to_string(),
        start: Some(entitlement.start.calendar()),
        end: (entitlement.end < SimTime::MAX).then(|| entitlement.end.calendar()),
    }
}
