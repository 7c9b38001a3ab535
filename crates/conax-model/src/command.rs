//! What the head-end can be told: the thirteen kinds of command, with their values.
//!
//! Values are what was sent, not what is valid: the head-end judges them (`cas`).

use crate::id::{PairingModuleId, ProductId, SmartcardId};
use crate::secret::Secret;
use crate::time::SimTime;
use crate::word_list;

word_list! {
    /// What a provisioning request asks of Conax, its documented `type`.
    #[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
    pub enum CommandKind {
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

impl CommandKind {
    /// Whether the command only asks and changes nothing (law I15).
    #[must_use]
    pub const fn is_query(self) -> bool {
        matches!(
            self,
            Self::GetActiveSubscriptions
                | Self::GetPairingStatusForCard
                | Self::GetPairingStatusForPairingModule
        )
    }
}

/// A command with its values, as one exchange carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub enum Command {
    /// See [`CommandKind::AddSubscriptions`].
    AddSubscriptions {
        /// The smartcard to entitle.
        card: SmartcardId,
        /// The products to activate; one from CRM.COM, more from other clients.
        products: Vec<ProductId>,
        /// The period asked for; absent ends follow the head-end's period policy.
        period: RequestedPeriod,
    },
    /// See [`CommandKind::CancelSubscriptions`].
    CancelSubscriptions {
        /// The smartcard.
        card: SmartcardId,
        /// The products to deactivate.
        products: Vec<ProductId>,
    },
    /// See [`CommandKind::GetActiveSubscriptions`].
    GetActiveSubscriptions {
        /// The smartcard asked about.
        card: SmartcardId,
    },
    /// See [`CommandKind::CreatePairing`].
    CreatePairing {
        /// The smartcards of the group.
        cards: Vec<SmartcardId>,
        /// The pairing modules of the group.
        modules: Vec<PairingModuleId>,
    },
    /// See [`CommandKind::AddToExistingPairing`].
    AddToExistingPairing {
        /// A card that names the pairing.
        existing_card: SmartcardId,
        /// Smartcards to add.
        cards: Vec<SmartcardId>,
        /// Pairing modules to add.
        modules: Vec<PairingModuleId>,
    },
    /// See [`CommandKind::GetPairingStatusForCard`].
    GetPairingStatusForCard {
        /// The smartcard asked about.
        card: SmartcardId,
    },
    /// See [`CommandKind::GetPairingStatusForPairingModule`].
    GetPairingStatusForPairingModule {
        /// The pairing module asked about.
        module: PairingModuleId,
    },
    /// See [`CommandKind::DisplayFingerprint`].
    DisplayFingerprint(Fingerprint),
    /// See [`CommandKind::UpdateCaPinToDefaultValue`].
    UpdateCaPinToDefaultValue {
        /// The smartcard.
        card: SmartcardId,
    },
    /// See [`CommandKind::UpdateCaPinToGivenValue`].
    UpdateCaPinToGivenValue {
        /// The smartcard.
        card: SmartcardId,
        /// The submitted PIN, whatever it is; the head-end takes four digits.
        pin: Secret,
    },
    /// See [`CommandKind::SendMailMessageToClient`].
    SendMailMessageToClient(TextMessage),
    /// See [`CommandKind::SendBarkMessageToClient`].
    SendBarkMessageToClient {
        /// The message.
        message: TextMessage,
        /// How long it stays on screen, in seconds; absent: the head-end's default.
        display_seconds: Option<i64>,
    },
    /// See [`CommandKind::SendRepeatingBarkMessageToClient`].
    SendRepeatingBarkMessageToClient {
        /// The message.
        message: TextMessage,
        /// How long it stays on screen each time, in seconds.
        display_seconds: Option<i64>,
        /// How many times it is shown.
        repetition_count: i64,
        /// Seconds from one showing to the next.
        repetition_interval_seconds: i64,
    },
}

/// The period an entitlement is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct RequestedPeriod {
    /// When it starts; absent: now.
    pub start: Option<SimTime>,
    /// When it ends (not included); absent: by the head-end's period policy.
    pub end: Option<SimTime>,
}

/// A fingerprint to show (limits as a set-top box knows them, Attested by public STB headers).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct Fingerprint {
    /// The card whose box shows it; absent: every card (Inferred from a shown null).
    pub card: Option<SmartcardId>,
    /// When it is shown; absent: at once.
    pub display_at: Option<SimTime>,
    /// Left edge in pixels.
    pub position_x: Option<i64>,
    /// Top edge in pixels.
    pub position_y: Option<i64>,
    /// Height of the text.
    pub height: Option<i64>,
    /// How long it is shown, in hundredths of a second.
    pub display_centiseconds: Option<i64>,
    /// The slot, one letter.
    pub slot: Option<String>,
}

/// A text for one or more cards.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct TextMessage {
    /// The cards whose boxes show it.
    pub cards: Vec<SmartcardId>,
    /// The text.
    pub text: String,
    /// When showing starts; absent: at once.
    pub start: Option<SimTime>,
    /// The sequence number: an equal one (modulo 256) replaces the earlier message of this kind.
    pub sequence_number: Option<i64>,
}

impl Command {
    /// Which of the thirteen this is.
    #[must_use]
    pub const fn kind(&self) -> CommandKind {
        match self {
            Self::AddSubscriptions { .. } => CommandKind::AddSubscriptions,
            Self::CancelSubscriptions { .. } => CommandKind::CancelSubscriptions,
            Self::GetActiveSubscriptions { .. } => CommandKind::GetActiveSubscriptions,
            Self::CreatePairing { .. } => CommandKind::CreatePairing,
            Self::AddToExistingPairing { .. } => CommandKind::AddToExistingPairing,
            Self::GetPairingStatusForCard { .. } => CommandKind::GetPairingStatusForCard,
            Self::GetPairingStatusForPairingModule { .. } => {
                CommandKind::GetPairingStatusForPairingModule
            }
            Self::DisplayFingerprint(_) => CommandKind::DisplayFingerprint,
            Self::UpdateCaPinToDefaultValue { .. } => CommandKind::UpdateCaPinToDefaultValue,
            Self::UpdateCaPinToGivenValue { .. } => CommandKind::UpdateCaPinToGivenValue,
            Self::SendMailMessageToClient(_) => CommandKind::SendMailMessageToClient,
            Self::SendBarkMessageToClient { .. } => CommandKind::SendBarkMessageToClient,
            Self::SendRepeatingBarkMessageToClient { .. } => {
                CommandKind::SendRepeatingBarkMessageToClient
            }
        }
    }

    /// The smartcards the command names, in the order it names them.
    #[must_use]
    pub fn cards(&self) -> Vec<&SmartcardId> {
        match self {
            Self::AddSubscriptions { card, .. }
            | Self::CancelSubscriptions { card, .. }
            | Self::GetActiveSubscriptions { card }
            | Self::GetPairingStatusForCard { card }
            | Self::UpdateCaPinToDefaultValue { card }
            | Self::UpdateCaPinToGivenValue { card, .. } => vec![card],
            Self::CreatePairing { cards, .. } => cards.iter().collect(),
            Self::AddToExistingPairing { existing_card, cards, .. } => {
                std::iter::once(existing_card).chain(cards).collect()
            }
            Self::GetPairingStatusForPairingModule { .. } => Vec::new(),
            Self::DisplayFingerprint(fingerprint) => fingerprint.card.iter().collect(),
            Self::SendMailMessageToClient(message)
            | Self::SendBarkMessageToClient { message, .. }
            | Self::SendRepeatingBarkMessageToClient { message, .. } => {
                message.cards.iter().collect()
            }
        }
    }
}
