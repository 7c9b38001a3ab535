//! From a stored request to the command that is sent.

use std::sync::Arc;

use crate::command::{Command, CommandKind, Fingerprint, RequestedPeriod, TextMessage};
use crate::crm::request::{ParameterKey, ParameterValue, ProvisioningRequest};
use crate::id::{PairingModuleId, ProductId, SmartcardId};
use crate::time::SimTime;

/// Why no command can be made of a stored request: a parameter it needs is not there.
///
/// Only loaded records can be like that; calls create complete requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsendable {
    /// The parameter that is missing.
    pub missing: ParameterKey,
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
            CommandKind::CancelSubscriptions => {
                Command::CancelSubscriptions { card: self.card()?, products: self.products()? }
            }
            CommandKind::GetActiveSubscriptions => {
                Command::GetActiveSubscriptions { card: self.card()? }
            }
            CommandKind::CreatePairing => {
                Command::CreatePairing { cards: self.cards(), modules: self.modules() }
            }
            CommandKind::AddToExistingPairing => self.add_to_existing_pairing()?,
            CommandKind::GetPairingStatusForCard => {
                Command::GetPairingStatusForCard { card: self.card()? }
            }
            CommandKind::GetPairingStatusForPairingModule => {
                Command::GetPairingStatusForPairingModule {
                    module: PairingModuleId::new(self.text(ParameterKey::StbCaId)?),
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
                display_seconds: self.number(ParameterKey::DisplayDuration),
            },
            CommandKind::SendRepeatingBarkMessageToClient => self.repeating_bark()?,
        })
    }

    fn add_to_existing_pairing(&self) -> Result<Command, Unsendable> {
        Ok(Command::AddToExistingPairing {
            existing_card: SmartcardId::new(self.text(ParameterKey::ExistingSmartcardCaId)?),
            cards: self.cards(),
            modules: self.modules(),
        })
    }

    fn given_pin(&self) -> Result<Command, Unsendable> {
        let pin = self.pin.clone().ok_or(Unsendable { missing: ParameterKey::CaPin })?;
        Ok(Command::UpdateCaPinToGivenValue { card: self.card()?, pin })
    }

    fn repeating_bark(&self) -> Result<Command, Unsendable> {
        let needed = |name| self.number(name).ok_or(Unsendable { missing: name });
        Ok(Command::SendRepeatingBarkMessageToClient {
            message: self.message()?,
            display_seconds: self.number(ParameterKey::DisplayDuration),
            repetition_count: needed(ParameterKey::RepetitionCount)?,
            repetition_interval_seconds: needed(ParameterKey::RepetitionInterval)?,
        })
    }

    fn fingerprint(&self) -> Fingerprint {
        Fingerprint {
            card: self.cards().into_iter().next(),
            display_at: self.date(ParameterKey::DisplayDateTime),
            position_x: self.number(ParameterKey::PositionX),
            position_y: self.number(ParameterKey::PositionY),
            height: self.number(ParameterKey::Height),
            display_centiseconds: self.number(ParameterKey::DisplayDuration),
            slot: self.texts(ParameterKey::FingerprintSlot).next().map(ToString::to_string),
        }
    }

    fn message(&self) -> Result<TextMessage, Unsendable> {
        Ok(TextMessage {
            cards: self.cards(),
            text: self.text(ParameterKey::MessageText)?.to_string(),
            start: self.date(ParameterKey::DisplayDateTime),
            sequence_number: self.number(ParameterKey::MessageSequenceNumber),
        })
    }

    fn card(&self) -> Result<SmartcardId, Unsendable> {
        self.text(ParameterKey::SmartcardCaId).map(SmartcardId::new)
    }

    fn cards(&self) -> Vec<SmartcardId> {
        self.texts(ParameterKey::SmartcardCaId).cloned().map(SmartcardId::new).collect()
    }

    fn modules(&self) -> Vec<PairingModuleId> {
        self.texts(ParameterKey::StbCaId).cloned().map(PairingModuleId::new).collect()
    }

    fn products(&self) -> Result<Vec<ProductId>, Unsendable> {
        self.text(ParameterKey::ServiceCaId).map(|product| vec![ProductId::new(product)])
    }

    fn text(&self, name: ParameterKey) -> Result<Arc<str>, Unsendable> {
        self.texts(name).next().cloned().ok_or(Unsendable { missing: name })
    }

    fn value(&self, name: ParameterKey) -> Option<&ParameterValue> {
        let parameter = self.parameters.iter().find(|parameter| parameter.name == name)?;
        parameter.value.as_ref()
    }

    fn number(&self, name: ParameterKey) -> Option<i64> {
        match self.value(name)? {
            ParameterValue::Number(number) => Some(*number),
            ParameterValue::Text(_) | ParameterValue::Date(_) => None,
        }
    }

    fn date(&self, name: ParameterKey) -> Option<SimTime> {
        match self.value(name)? {
            ParameterValue::Date(date) => Some(*date),
            ParameterValue::Text(_) | ParameterValue::Number(_) => None,
        }
    }
}
