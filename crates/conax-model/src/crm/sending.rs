//! From a stored request to the command that is sent.

use std::sync::Arc;

use crate::command::{Command, CommandKind, Fingerprint, RequestedPeriod, TextMessage};
use crate::crm::request::{ParameterName, ParameterValue, ProvisioningRequest};
use crate::id::{PairingModuleId, ProductId, SmartcardId};
use crate::time::SimTime;

/// Why no command can be made of a stored request: a parameter it needs is not there.
///
/// Only loaded records can be like that; calls create complete requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsendable {
    /// The parameter that is missing.
    pub missing: ParameterName,
}

impl ProvisioningRequest {
    /// The command this request asks for.
    ///
    /// # Errors
    /// If a parameter the command cannot do without is missing.
    pub fn command(&self) -> Result<Command, Unsendable> {
        Ok(match self.kind {
            CommandKind::AddSubscriptions => Command::AddSubscriptions {
                card: self.card()?,
                products: self.products()?,
                period: RequestedPeriod::default(),
            },
            CommandKind::CancelSubscriptions => Command::CancelSubscriptions {
                card: self.card()?,
                products: self.products()?,
            },
            CommandKind::GetActiveSubscriptions => {
                Command::GetActiveSubscriptions { card: self.card()? }
            }
            CommandKind::CreatePairing => Command::CreatePairing {
                cards: self.cards(),
                modules: self.modules(),
            },
            CommandKind::AddToExistingPairing => self.add_to_existing_pairing()?,
            CommandKind::GetPairingStatusForCard => {
                Command::GetPairingStatusForCard { card: self.card()? }
            }
            CommandKind::GetPairingStatusForPairingModule => {
                Command::GetPairingStatusForPairingModule {
                    module: PairingModuleId::new(self.text(ParameterName::SetTopBox)?),
                }
            }
            CommandKind::DisplayFingerprint => Command::DisplayFingerprint(self.fingerprint()),
            CommandKind::UpdateCaPinToDefaultValue => {
                Command::UpdateCaPinToDefaultValue { card: self.card()? }
            }
            CommandKind::UpdateCaPinToGivenValue => self.given_pin()?,
            CommandKind::SendMailMessageToClient => {
                Command::SendMailMessageToClient(self.message()?)
            }
            CommandKind::SendBarkMessageToClient => Command::SendBarkMessageToClient {
                message: self.message()?,
                display_seconds: self.number(ParameterName::DisplayDuration),
            },
            CommandKind::SendRepeatingBarkMessageToClient => self.repeating_bark()?,
        })
    }

    fn add_to_existing_pairing(&self) -> Result<Command, Unsendable> {
        Ok(Command::AddToExistingPairing {
            existing_card: SmartcardId::new(self.text(ParameterName::ExistingSmartcard)?),
            cards: self.cards(),
            modules: self.modules(),
        })
    }

    fn given_pin(&self) -> Result<Command, Unsendable> {
        let pin = self.pin.clone().ok_or(Unsendable {
            missing: ParameterName::Pin,
        })?;
        Ok(Command::UpdateCaPinToGivenValue {
            card: self.card()?,
            pin,
        })
    }

    fn repeating_bark(&self) -> Result<Command, Unsendable> {
        let needed = |name| self.number(name).ok_or(Unsendable { missing: name });
        Ok(Command::SendRepeatingBarkMessageToClient {
            message: self.message()?,
            display_seconds: self.number(ParameterName::DisplayDuration),
            repetition_count: needed(ParameterName::RepetitionCount)?,
            repetition_interval_seconds: needed(ParameterName::RepetitionInterval)?,
        })
    }

    fn fingerprint(&self) -> Fingerprint {
        Fingerprint {
            card: self.cards().into_iter().next(),
            display_at: self.date(ParameterName::DisplayAt),
            position_x: self.number(ParameterName::PositionX),
            position_y: self.number(ParameterName::PositionY),
            height: self.number(ParameterName::Height),
            display_centiseconds: self.number(ParameterName::DisplayDuration),
            slot: self
                .texts(ParameterName::FingerprintSlot)
                .next()
                .map(ToString::to_string),
        }
    }

    fn message(&self) -> Result<TextMessage, Unsendable> {
        Ok(TextMessage {
            cards: self.cards(),
            text: self.text(ParameterName::MessageText)?.to_string(),
            start: self.date(ParameterName::DisplayAt),
            sequence_number: self.number(ParameterName::MessageSequence),
        })
    }

    fn card(&self) -> Result<SmartcardId, Unsendable> {
        self.text(ParameterName::Smartcard).map(SmartcardId::new)
    }

    fn cards(&self) -> Vec<SmartcardId> {
        self.texts(ParameterName::Smartcard)
            .cloned()
            .map(SmartcardId::new)
            .collect()
    }

    fn modules(&self) -> Vec<PairingModuleId> {
        self.texts(ParameterName::SetTopBox)
            .cloned()
            .map(PairingModuleId::new)
            .collect()
    }

    fn products(&self) -> Result<Vec<ProductId>, Unsendable> {
        self.text(ParameterName::Product)
            .map(|product| vec![ProductId::new(product)])
    }

    fn text(&self, name: ParameterName) -> Result<Arc<str>, Unsendable> {
        self.texts(name)
            .next()
            .cloned()
            .ok_or(Unsendable { missing: name })
    }

    fn value(&self, name: ParameterName) -> Option<&ParameterValue> {
        let parameter = self
            .parameters
            .iter()
            .find(|parameter| parameter.name == name)?;
        parameter.value.as_ref()
    }

    fn number(&self, name: ParameterName) -> Option<i64> {
        match self.value(name)? {
            ParameterValue::Number(number) => Some(*number),
            ParameterValue::Text(_) | ParameterValue::Date(_) => None,
        }
    }

    fn date(&self, name: ParameterName) -> Option<SimTime> {
        match self.value(name)? {
            ParameterValue::Date(date) => Some(*date),
            ParameterValue::Text(_) | ParameterValue::Number(_) => None,
        }
    }
}
