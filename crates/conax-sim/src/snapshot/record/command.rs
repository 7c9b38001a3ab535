//! Commands that were told: those that are held back, and those of the past.

use conax_model::command::{Command, Fingerprint, RequestedPeriod, TextMessage};
use conax_model::id::{PairingModuleId, SmartcardId};
use conax_model::secret::Secret;
use conax_model::time::SimTime;
use serde::{Deserialize, Serialize};

use super::transaction::{Texts, cards, cards_of, modules, modules_of, products, products_of};

/// A command with its values; the file is sealed because it may hold a PIN.
#[derive(Serialize, Deserialize)]
pub(in crate::snapshot) enum CommandRecord<'a> {
    AddSubscriptions {
        card: &'a str,
        #[serde(borrow)]
        products: Texts<'a>,
        start: Option<i64>,
        end: Option<i64>,
    },
    CancelSubscriptions(&'a str, #[serde(borrow)] Texts<'a>),
    GetActiveSubscriptions(&'a str),
    CreatePairing(#[serde(borrow)] Texts<'a>, #[serde(borrow)] Texts<'a>),
    AddToExistingPairing(
        &'a str,
        #[serde(borrow)] Texts<'a>,
        #[serde(borrow)] Texts<'a>,
    ),
    GetPairingStatusForCard(&'a str),
    GetPairingStatusForPairingModule(&'a str),
    DisplayFingerprint(#[serde(borrow)] FingerprintOrder<'a>),
    UpdateCaPinToDefaultValue(&'a str),
    UpdateCaPinToGivenValue(&'a str, &'a str),
    SendMailMessageToClient(#[serde(borrow)] MessageOrder<'a>),
    SendBarkMessageToClient(#[serde(borrow)] MessageOrder<'a>, Option<i64>),
    SendRepeatingBarkMessageToClient {
        #[serde(borrow)]
        message: MessageOrder<'a>,
        display_seconds: Option<i64>,
        repetition_count: i64,
        repetition_interval_seconds: i64,
    },
}

#[derive(Serialize, Deserialize)]
pub(in crate::snapshot) struct FingerprintOrder<'a> {
    card: Option<&'a str>,
    display_at: Option<i64>,
    position_x: Option<i64>,
    position_y: Option<i64>,
    height: Option<i64>,
    display_centiseconds: Option<i64>,
    slot: Option<&'a str>,
}

#[derive(Serialize, Deserialize)]
pub(in crate::snapshot) struct MessageOrder<'a> {
    #[serde(borrow)]
    cards: Texts<'a>,
    text: &'a str,
    start: Option<i64>,
    sequence_number: Option<i64>,
}

impl<'a> From<&'a Command> for CommandRecord<'a> {
    fn from(command: &'a Command) -> Self {
        match command {
            Command::AddSubscriptions {
                card,
                products,
                period,
            } => Self::AddSubscriptions {
                card: card.as_str(),
                products: products_of(products),
                start: period.start.map(SimTime::millis),
                end: period.end.map(SimTime::millis),
            },
            Command::CancelSubscriptions { card, products } => {
                Self::CancelSubscriptions(card.as_str(), products_of(products))
            }
            Command::GetActiveSubscriptions { card } => Self::GetActiveSubscriptions(card.as_str()),
            Command::CreatePairing { cards, modules } => {
                Self::CreatePairing(cards_of(cards), modules_of(modules))
            }
            Command::AddToExistingPairing {
                existing_card,
                cards,
                modules,
            } => Self::AddToExistingPairing(
                existing_card.as_str(),
                cards_of(cards),
                modules_of(modules),
            ),
            Command::GetPairingStatusForCard { card } => {
                Self::GetPairingStatusForCard(card.as_str())
            }
            Command::GetPairingStatusForPairingModule { module } => {
                Self::GetPairingStatusForPairingModule(module.as_str())
            }
            Command::DisplayFingerprint(fingerprint) => {
                Self::DisplayFingerprint(fingerprint.into())
            }
            Command::UpdateCaPinToDefaultValue { card } => {
                Self::UpdateCaPinToDefaultValue(card.as_str())
            }
            Command::UpdateCaPinToGivenValue { card, pin } => {
                Self::UpdateCaPinToGivenValue(card.as_str(), pin.expose())
            }
            Command::SendMailMessageToClient(message) => {
                Self::SendMailMessageToClient(message.into())
            }
            Command::SendBarkMessageToClient {
                message,
                display_seconds,
            } => Self::SendBarkMessageToClient(message.into(), *display_seconds),
            Command::SendRepeatingBarkMessageToClient {
                message,
                display_seconds,
                repetition_count,
                repetition_interval_seconds,
            } => Self::SendRepeatingBarkMessageToClient {
                message: message.into(),
                display_seconds: *display_seconds,
                repetition_count: *repetition_count,
                repetition_interval_seconds: *repetition_interval_seconds,
            },
        }
    }
}

fn requested(start: Option<i64>, end: Option<i64>) -> RequestedPeriod {
    RequestedPeriod {
        start: start.map(SimTime::from_millis),
        end: end.map(SimTime::from_millis),
    }
}

impl From<CommandRecord<'_>> for Command {
    fn from(record: CommandRecord<'_>) -> Self {
        let card = |text: &str| SmartcardId::new(text);
        match record {
            CommandRecord::AddSubscriptions {
                card: whose,
                products: some,
                start,
                end,
            } => Self::AddSubscriptions {
                card: card(whose),
                products: products(some),
                period: requested(start, end),
            },
            CommandRecord::CancelSubscriptions(whose, some) => Self::CancelSubscriptions {
                card: card(whose),
                products: products(some),
            },
            CommandRecord::GetActiveSubscriptions(whose) => {
                Self::GetActiveSubscriptions { card: card(whose) }
            }
            CommandRecord::CreatePairing(some, others) => Self::CreatePairing {
                cards: cards(some),
                modules: modules(others),
            },
            CommandRecord::AddToExistingPairing(existing, some, others) => {
                Self::AddToExistingPairing {
                    existing_card: card(existing),
                    cards: cards(some),
                    modules: modules(others),
                }
            }
            CommandRecord::GetPairingStatusForCard(whose) => {
                Self::GetPairingStatusForCard { card: card(whose) }
            }
            CommandRecord::GetPairingStatusForPairingModule(whose) => {
                Self::GetPairingStatusForPairingModule {
                    module: PairingModuleId::new(whose),
                }
            }
            CommandRecord::DisplayFingerprint(order) => Self::DisplayFingerprint(order.into()),
            CommandRecord::UpdateCaPinToDefaultValue(whose) => {
                Self::UpdateCaPinToDefaultValue { card: card(whose) }
            }
            CommandRecord::UpdateCaPinToGivenValue(whose, pin) => Self::UpdateCaPinToGivenValue {
                card: card(whose),
                pin: Secret::new(pin),
            },
            CommandRecord::SendMailMessageToClient(order) => {
                Self::SendMailMessageToClient(order.into())
            }
            CommandRecord::SendBarkMessageToClient(order, display_seconds) => {
                Self::SendBarkMessageToClient {
                    message: order.into(),
                    display_seconds,
                }
            }
            CommandRecord::SendRepeatingBarkMessageToClient {
                message,
                display_seconds,
                repetition_count,
                repetition_interval_seconds,
            } => Self::SendRepeatingBarkMessageToClient {
                message: message.into(),
                display_seconds,
                repetition_count,
                repetition_interval_seconds,
            },
        }
    }
}

impl<'a> From<&'a Fingerprint> for FingerprintOrder<'a> {
    fn from(fingerprint: &'a Fingerprint) -> Self {
        Self {
            card: fingerprint.card.as_ref().map(SmartcardId::as_str),
            display_at: fingerprint.display_at.map(SimTime::millis),
            position_x: fingerprint.position_x,
            position_y: fingerprint.position_y,
            height: fingerprint.height,
            display_centiseconds: fingerprint.display_centiseconds,
            slot: fingerprint.slot.as_deref(),
        }
    }
}

impl From<FingerprintOrder<'_>> for Fingerprint {
    fn from(order: FingerprintOrder<'_>) -> Self {
        Self {
            card: order.card.map(SmartcardId::new),
            display_at: order.display_at.map(SimTime::from_millis),
            position_x: order.position_x,
            position_y: order.position_y,
            height: order.height,
            display_centiseconds: order.display_centiseconds,
            slot: order.slot.map(str::to_owned),
        }
    }
}

impl<'a> From<&'a TextMessage> for MessageOrder<'a> {
    fn from(message: &'a TextMessage) -> Self {
        Self {
            cards: cards_of(&message.cards),
            text: &message.text,
            start: message.start.map(SimTime::millis),
            sequence_number: message.sequence_number,
        }
    }
}

impl From<MessageOrder<'_>> for TextMessage {
    fn from(order: MessageOrder<'_>) -> Self {
        Self {
            cards: cards(order.cards),
            text: order.text.to_owned(),
            start: order.start.map(SimTime::from_millis),
            sequence_number: order.sequence_number,
        }
    }
}

#[cfg(test)]
mod tests {
    //! Every kind of command comes back as it was.

    use super::{Command, CommandRecord};
    use conax_model::command::{CommandKind, Fingerprint, RequestedPeriod, TextMessage};
    use conax_model::id::{PairingModuleId, ProductId, SmartcardId};
    use conax_model::secret::Secret;
    use conax_model::time::SimTime;

    fn message() -> TextMessage {
        TextMessage {
            cards: vec![SmartcardId::new("1"), SmartcardId::new("2")],
            text: "hello".to_owned(),
            start: Some(SimTime::from_millis(-5)),
            sequence_number: Some(-1),
        }
    }

    fn orders() -> Vec<Command> {
        let card = SmartcardId::new("1");
        let module = PairingModuleId::new("3");
        let (cards, modules) = (vec![card.clone()], vec![module.clone()]);
        vec![
            Command::AddSubscriptions {
                card: card.clone(),
                products: vec![ProductId::new("a"), ProductId::new("b")],
                period: RequestedPeriod {
                    start: None,
                    end: Some(SimTime::MAX),
                },
            },
            Command::CancelSubscriptions {
                card: card.clone(),
                products: Vec::new(),
            },
            Command::GetActiveSubscriptions { card: card.clone() },
            Command::CreatePairing {
                cards: cards.clone(),
                modules: modules.clone(),
            },
            Command::AddToExistingPairing {
                existing_card: card.clone(),
                cards,
                modules,
            },
            Command::GetPairingStatusForCard { card: card.clone() },
            Command::GetPairingStatusForPairingModule { module },
            Command::DisplayFingerprint(Fingerprint {
                card: Some(card.clone()),
                position_x: Some(7),
                slot: Some("B".to_owned()),
                ..Fingerprint::default()
            }),
            Command::UpdateCaPinToDefaultValue { card: card.clone() },
            Command::UpdateCaPinToGivenValue {
                card,
                pin: Secret::new("8352"),
            },
            Command::SendMailMessageToClient(message()),
            Command::SendBarkMessageToClient {
                message: message(),
                display_seconds: Some(9),
            },
            Command::SendRepeatingBarkMessageToClient {
                message: message(),
                display_seconds: None,
                repetition_count: 3,
                repetition_interval_seconds: 20,
            },
        ]
    }

    #[test]
    fn every_kind_of_command_comes_back_as_it_was() {
        let orders = orders();
        let kinds: Vec<CommandKind> = orders.iter().map(Command::kind).collect();
        assert_eq!(kinds, CommandKind::ALL);
        for command in orders {
            let bytes = postcard::to_allocvec(&CommandRecord::from(&command))
                .expect("a record that can be written");
            let record: CommandRecord<'_> =
                postcard::from_bytes(&bytes).expect("a record that can be read");
            assert_eq!(Command::from(record), command);
        }
    }
}
