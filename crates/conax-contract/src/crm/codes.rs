//! The words that values are made of: types, states, priorities, process names.
//!
//! What a word makes the simulated CRM do is not known here. Read on in `call`, where the words
//! come in, and in `view`, where they go out.

use super::code_list::code_list;
use crate::source::Source;

code_list! {
    /// What a provisioning request asks of Conax.
    pub enum RequestType {
        /// Activates a service on a smartcard.
        AddSubscriptions = "ADD_SUBSCRIPTIONS", Documented;
        /// Deactivates a service on a smartcard.
        CancelSubscriptions = "CANCEL_SUBSCRIPTIONS", Documented;
        /// Asks which services are active on a smartcard.
        GetActiveSubscriptions = "GET_ACTIVE_SUBSCRIPTIONS", Documented;
        /// Pairs smartcards with set-top boxes.
        CreatePairing = "CREATE_PAIRING", Documented;
        /// Adds smartcards or set-top boxes to a pairing.
        AddToExistingPairing = "ADD_TO_EXISTING_PAIRING", Documented;
        /// Asks what a smartcard is paired with.
        GetPairingStatusForCard = "GET_PAIRING_STATUS_FOR_CARD", Documented;
        /// Asks what a pairing module is paired with.
        GetPairingStatusForPairingModule = "GET_PAIRING_STATUS_FOR_PAIRING_MODULE", Documented;
        /// Shows a fingerprint on screen.
        DisplayFingerprint = "DISPLAY_FINGERPRINT", Documented;
        /// Sets the PIN of a smartcard to the operator's default.
        UpdateCaPinToDefaultValue = "UPDATE_CA_PIN_TO_DEFAULT_VALUE", Documented;
        /// Sets the PIN of a smartcard to a given value.
        UpdateCaPinToGivenValue = "UPDATE_CA_PIN_TO_GIVEN_VALUE", Documented;
        /// Puts a mail into the set-top box's mailbox.
        SendMailMessageToClient = "SEND_MAIL_MESSAGE_TO_CLIENT", Documented;
        /// Shows a message on screen once.
        SendBarkMessageToClient = "SEND_BARK_MESSAGE_TO_CLIENT", Documented;
        /// Shows a message on screen again and again.
        SendRepeatingBarkMessageToClient = "SEND_REPEATING_BARK_MESSAGE_TO_CLIENT", Documented;
    }
}

code_list! {
    /// Where a provisioning request is in its life.
    pub enum LifeCycleState {
        /// Created and not yet sent.
        Pending = "PENDING", Documented;
        /// Refused by the CRM's provider side or by Conax. Final.
        Rejected = "REJECTED", Documented;
        /// Carried out by Conax. Final.
        Completed = "COMPLETED", Documented;
    }
}

code_list! {
    /// How urgent a provisioning request is.
    pub enum Priority {
        /// The default.
        Regular = "REGULAR", Documented;
        /// Before the regular ones.
        Express = "EXPRESS", Documented;
    }
}

code_list! {
    /// The process that submitted a provisioning request.
    pub enum ProcessName {
        /// A provisioning request processing run.
        ProvisioningRequestProcessing = "PROVISIONING_REQUEST_PROCESSING", Attested;
        /// The mail and bark message utility.
        MailBarkMessageUtility = "MAIL_BARK_MESSAGE_UTILITY", Attested;
        /// The pairing utility.
        PairingUtility = "PAIRING_UTILITY", Attested;
        /// The fingerprinting utility, with the double I the documentation prints.
        FingerprintingUtility = "FIINGERPRINTING_UTILITY", Attested;
        /// Resetting a PIN, as the documentation lists it.
        ResetPin = "RESET_PIN", Attested;
        /// Resetting a PIN, as the example prints it.
        ResetPinUtility = "RESET_PIN_UTILITY", Shown;
        /// By hand.
        Manual = "MANUAL", Shown;
    }
}

code_list! {
    /// The sub-fields by which an identifier can name its record.
    pub enum IdentifierField {
        /// The id of the record.
        Id = "id", Shown;
        /// Its business number.
        Number = "number", Shown;
        /// Its code.
        Code = "code", Attested;
        /// Its serial number.
        SerialNumber = "serial_number", Shown;
        /// Its alternative code.
        AlternativeCode = "alternative_code", Attested;
        /// Its CA id, which the three methods on an existing smartcard take as well.
        SmartcardCaId = "smartcard_ca_id", Ours;
    }
}

code_list! {
    /// The name of an item of `parameters_set`.
    pub enum ParameterKey {
        /// The subscription's link to its provisioning distributor.
        SubProvisioningDistributionId = "sub_provisioning_distribution_id", Shown;
        /// The CA id of the service.
        ServiceCaId = "service_ca_id", Shown;
        /// The CA id of a smartcard.
        SmartcardCaId = "smartcard_ca_id", Shown;
        /// The CA id of a set-top box.
        StbCaId = "stb_ca_id", Shown;
        /// The smartcard's link to its provisioning distributor.
        SmartcardSubProvisioningDistributionId = "smartcard_sub_provisioning_distribution_id", Shown;
        /// The set-top box's link, with the "distributor" the example prints.
        StbSubProvisioningDistributorId = "stb_sub_provisioning_distributor_id", Shown;
        /// The CA id of the smartcard that names the pairing.
        ExistingSmartcardCaId = "existing_smartcard_ca_id", Shown;
        /// The submitted PIN; its value is never printed.
        CaPin = "ca_pin", Shown;
        /// When the fingerprint is to be shown.
        DisplayDateTime = "display_date_time", Shown;
        /// Where the fingerprint is shown, from the top.
        PositionY = "position_y", Shown;
        /// Where the fingerprint is shown, from the left.
        PositionX = "position_x", Shown;
        /// How high the fingerprint is.
        Height = "height", Shown;
        /// How long it is shown.
        DisplayDuration = "display_duration", Shown;
        /// Which fingerprint slot is used.
        FingerprintSlot = "fingerprint_slot", Shown;
        /// The text of a mail or bark message.
        MessageText = "message_text", Ours;
        /// The number by which a later message replaces an earlier one.
        MessageSequenceNumber = "message_sequence_number", Ours;
        /// How often a bark message is shown.
        RepetitionCount = "repetition_count", Ours;
        /// The pause between two showings.
        RepetitionInterval = "repetition_interval", Ours;
    }
}

impl ParameterKey {
    /// Whether the item prints its `id` before its value.
    // Shown: only the `stb_ca_id` items do, in both examples that have one.
    #[must_use]
    pub const fn prints_id_first(self) -> bool {
        matches!(self, Self::StbCaId)
    }

    /// Whether its value is a number where it comes from our own control door.
    // Ours: the one example that has such items prints them as null.
    #[must_use]
    pub const fn holds_number(self) -> bool {
        matches!(
            self,
            Self::PositionY
                | Self::PositionX
                | Self::Height
                | Self::DisplayDuration
                | Self::MessageSequenceNumber
                | Self::RepetitionCount
                | Self::RepetitionInterval
        )
    }
}

impl RequestType {
    /// The items a request of this type can carry, each with how that use is known.
    #[must_use]
    pub const fn parameter_keys(self) -> &'static [(ParameterKey, Source)] {
        use ParameterKey as Key;
        match self {
            Self::AddSubscriptions | Self::CancelSubscriptions => &[
                (Key::SubProvisioningDistributionId, Source::Shown),
                (Key::ServiceCaId, Source::Shown),
                (Key::SmartcardCaId, Source::Shown),
            ],
            Self::CreatePairing => &[
                (Key::StbCaId, Source::Shown),
                (Key::SmartcardCaId, Source::Shown),
                (Key::StbSubProvisioningDistributorId, Source::Shown),
                (Key::SmartcardSubProvisioningDistributionId, Source::Shown),
            ],
            Self::AddToExistingPairing => &[
                (Key::ExistingSmartcardCaId, Source::Shown),
                (Key::StbCaId, Source::Shown),
                (Key::SmartcardCaId, Source::Inferred),
            ],
            Self::UpdateCaPinToDefaultValue => &[
                (Key::SmartcardSubProvisioningDistributionId, Source::Shown),
                (Key::SmartcardCaId, Source::Shown),
            ],
            Self::UpdateCaPinToGivenValue => &[
                (Key::SmartcardSubProvisioningDistributionId, Source::Shown),
                (Key::SmartcardCaId, Source::Shown),
                (Key::CaPin, Source::Shown),
            ],
            Self::DisplayFingerprint => &[
                (Key::DisplayDateTime, Source::Shown),
                (Key::PositionY, Source::Shown),
                (Key::PositionX, Source::Shown),
                (Key::SmartcardCaId, Source::Shown),
                (Key::Height, Source::Shown),
                (Key::DisplayDuration, Source::Shown),
                (Key::FingerprintSlot, Source::Shown),
            ],
            Self::GetActiveSubscriptions | Self::GetPairingStatusForCard => {
                &[(Key::SmartcardCaId, Source::Ours)]
            }
            Self::GetPairingStatusForPairingModule => &[(Key::StbCaId, Source::Ours)],
            Self::SendMailMessageToClient => &[
                (Key::SmartcardCaId, Source::Ours),
                (Key::MessageText, Source::Ours),
                (Key::DisplayDateTime, Source::Ours),
                (Key::MessageSequenceNumber, Source::Ours),
            ],
            Self::SendBarkMessageToClient => &[
                (Key::SmartcardCaId, Source::Ours),
                (Key::MessageText, Source::Ours),
                (Key::DisplayDateTime, Source::Ours),
                (Key::MessageSequenceNumber, Source::Ours),
                (Key::DisplayDuration, Source::Ours),
            ],
            Self::SendRepeatingBarkMessageToClient => &[
                (Key::SmartcardCaId, Source::Ours),
                (Key::MessageText, Source::Ours),
                (Key::DisplayDateTime, Source::Ours),
                (Key::MessageSequenceNumber, Source::Ours),
                (Key::DisplayDuration, Source::Ours),
                (Key::RepetitionCount, Source::Ours),
                (Key::RepetitionInterval, Source::Ours),
            ],
        }
    }
}
