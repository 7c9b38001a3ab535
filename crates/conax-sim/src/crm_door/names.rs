//! Which documented word stands for which thing of the model.

use conax_contract::crm::{ParameterKey, Priority as WirePriority, RequestType};
use conax_model::command::CommandKind;
use conax_model::crm::{ParameterName, Priority};

/// The kind of command a documented type stands for.
pub fn command_kind(request_type: RequestType) -> CommandKind {
    match request_type {
        RequestType::AddSubscriptions => CommandKind::AddSubscriptions,
        RequestType::CancelSubscriptions => CommandKind::CancelSubscriptions,
        RequestType::GetActiveSubscriptions => CommandKind::GetActiveSubscriptions,
        RequestType::CreatePairing => CommandKind::CreatePairing,
        RequestType::AddToExistingPairing => CommandKind::AddToExistingPairing,
        RequestType::GetPairingStatusForCard => CommandKind::GetPairingStatusForCard,
        RequestType::GetPairingStatusForPairingModule => {
            CommandKind::GetPairingStatusForPairingModule
        }
        RequestType::DisplayFingerprint => CommandKind::DisplayFingerprint,
        RequestType::UpdateCaPinToDefaultValue => CommandKind::UpdateCaPinToDefaultValue,
        RequestType::UpdateCaPinToGivenValue => CommandKind::UpdateCaPinToGivenValue,
        RequestType::SendMailMessageToClient => CommandKind::SendMailMessageToClient,
        RequestType::SendBarkMessageToClient => CommandKind::SendBarkMessageToClient,
        RequestType::SendRepeatingBarkMessageToClient => {
            CommandKind::SendRepeatingBarkMessageToClient
        }
    }
}

/// The documented type of a kind of command.
pub fn request_type(kind: CommandKind) -> RequestType {
    match kind {
        CommandKind::AddSubscriptions => RequestType::AddSubscriptions,
        CommandKind::CancelSubscriptions => RequestType::CancelSubscriptions,
        CommandKind::GetActiveSubscriptions => RequestType::GetActiveSubscriptions,
        CommandKind::CreatePairing => RequestType::CreatePairing,
        CommandKind::AddToExistingPairing => RequestType::AddToExistingPairing,
        CommandKind::GetPairingStatusForCard => RequestType::GetPairingStatusForCard,
        CommandKind::GetPairingStatusForPairingModule => {
            RequestType::GetPairingStatusForPairingModule
        }
        CommandKind::DisplayFingerprint => RequestType::DisplayFingerprint,
        CommandKind::UpdateCaPinToDefaultValue => RequestType::UpdateCaPinToDefaultValue,
        CommandKind::UpdateCaPinToGivenValue => RequestType::UpdateCaPinToGivenValue,
        CommandKind::SendMailMessageToClient => RequestType::SendMailMessageToClient,
        CommandKind::SendBarkMessageToClient => RequestType::SendBarkMessageToClient,
        CommandKind::SendRepeatingBarkMessageToClient => {
            RequestType::SendRepeatingBarkMessageToClient
        }
    }
}

/// The documented key of a parameter.
pub fn parameter_key(name: ParameterName) -> ParameterKey {
    match name {
        ParameterName::Distribution => ParameterKey::SubProvisioningDistributionId,
        ParameterName::SmartcardDistribution => {
            ParameterKey::SmartcardSubProvisioningDistributionId
        }
        ParameterName::StbDistributor => ParameterKey::StbSubProvisioningDistributorId,
        ParameterName::Product => ParameterKey::ServiceCaId,
        ParameterName::Smartcard => ParameterKey::SmartcardCaId,
        ParameterName::ExistingSmartcard => ParameterKey::ExistingSmartcardCaId,
        ParameterName::SetTopBox => ParameterKey::StbCaId,
        ParameterName::Pin => ParameterKey::CaPin,
        ParameterName::DisplayAt => ParameterKey::DisplayDateTime,
        ParameterName::PositionX => ParameterKey::PositionX,
        ParameterName::PositionY => ParameterKey::PositionY,
        ParameterName::Height => ParameterKey::Height,
        ParameterName::DisplayDuration => ParameterKey::DisplayDuration,
        ParameterName::FingerprintSlot => ParameterKey::FingerprintSlot,
        ParameterName::MessageText => ParameterKey::MessageText,
        ParameterName::MessageSequence => ParameterKey::MessageSequenceNumber,
        ParameterName::RepetitionCount => ParameterKey::RepetitionCount,
        ParameterName::RepetitionInterval => ParameterKey::RepetitionInterval,
    }
}

/// The parameter a documented key stands for.
pub fn parameter_name(key: ParameterKey) -> ParameterName {
    match key {
        ParameterKey::SubProvisioningDistributionId => ParameterName::Distribution,
        ParameterKey::SmartcardSubProvisioningDistributionId => {
            ParameterName::SmartcardDistribution
        }
        ParameterKey::StbSubProvisioningDistributorId => ParameterName::StbDistributor,
        ParameterKey::ServiceCaId => ParameterName::Product,
        ParameterKey::SmartcardCaId => ParameterName::Smartcard,
        ParameterKey::ExistingSmartcardCaId => ParameterName::ExistingSmartcard,
        ParameterKey::StbCaId => ParameterName::SetTopBox,
        ParameterKey::CaPin => ParameterName::Pin,
        ParameterKey::DisplayDateTime => ParameterName::DisplayAt,
        ParameterKey::PositionX => ParameterName::PositionX,
        ParameterKey::PositionY => ParameterName::PositionY,
        ParameterKey::Height => ParameterName::Height,
        ParameterKey::DisplayDuration => ParameterName::DisplayDuration,
        ParameterKey::FingerprintSlot => ParameterName::FingerprintSlot,
        ParameterKey::MessageText => ParameterName::MessageText,
        ParameterKey::MessageSequenceNumber => ParameterName::MessageSequence,
        ParameterKey::RepetitionCount => ParameterName::RepetitionCount,
        ParameterKey::RepetitionInterval => ParameterName::RepetitionInterval,
    }
}

/// The priority a documented word stands for.
pub fn priority(word: WirePriority) -> Priority {
    match word {
        WirePriority::Regular => Priority::Regular,
        WirePriority::Express => Priority::Express,
    }
}
