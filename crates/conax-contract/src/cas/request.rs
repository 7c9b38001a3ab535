//! What is asked of the head-end: the thirteen operations with their values, as sent.
//!
//! Values are not judged here; only what cannot be read at all is refused (`decode_request`).

use chrono::NaiveDateTime;

use crate::secret::SecretText;
use conax_model::command::CommandKind;

/// One request with its values. Times are local, without zone (Attested).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CasRequest {
    /// See [`CommandKind::AddSubscriptions`].
    AddSubscriptions {
        /// The card to entitle.
        card: String,
        /// The products.
        products: Vec<String>,
        /// When the entitlement starts; absent: now.
        start: Option<NaiveDateTime>,
        /// When it ends; absent: by the head-end's policy.
        end: Option<NaiveDateTime>,
    },
    /// See [`CommandKind::CancelSubscriptions`].
    CancelSubscriptions {
        /// The card.
        card: String,
        /// The products.
        products: Vec<String>,
    },
    /// See [`CommandKind::GetActiveSubscriptions`].
    GetActiveSubscriptions {
        /// The card asked about.
        card: String,
    },
    /// See [`CommandKind::CreatePairing`].
    CreatePairing {
        /// The cards of the pairing.
        cards: Vec<String>,
        /// The pairing modules of the pairing.
        modules: Vec<String>,
    },
    /// See [`CommandKind::AddToExistingPairing`].
    AddToExistingPairing {
        /// A card that names the pairing.
        existing_card: String,
        /// Cards to add.
        cards: Vec<String>,
        /// Pairing modules to add.
        modules: Vec<String>,
    },
    /// See [`CommandKind::GetPairingStatusForCard`].
    GetPairingStatusForCard {
        /// The card asked about.
        card: String,
    },
    /// See [`CommandKind::GetPairingStatusForPairingModule`].
    GetPairingStatusForPairingModule {
        /// The pairing module asked about.
        module: String,
    },
    /// See [`CommandKind::DisplayFingerprint`].
    DisplayFingerprint {
        /// The card whose box shows it; absent: every card.
        card: Option<String>,
        /// When it is shown; absent: at once.
        display_at: Option<NaiveDateTime>,
        /// Left edge in pixels.
        position_x: Option<i64>,
        /// Top edge in pixels.
        position_y: Option<i64>,
        /// Height of the text.
        height: Option<i64>,
        /// How long it is shown, in hundredths of a second.
        display_centiseconds: Option<i64>,
        /// The slot, one letter.
        slot: Option<String>,
    },
    /// See [`CommandKind::UpdateCaPinToDefaultValue`].
    UpdateCaPinToDefaultValue {
        /// The card.
        card: String,
    },
    /// See [`CommandKind::UpdateCaPinToGivenValue`].
    UpdateCaPinToGivenValue {
        /// The card.
        card: String,
        /// The submitted PIN.
        pin: SecretText<'static>,
    },
    /// See [`CommandKind::SendMailMessageToClient`].
    SendMailMessageToClient {
        /// The cards whose boxes get it.
        cards: Vec<String>,
        /// The text.
        text: String,
        /// When it is shown; absent: at once.
        start: Option<NaiveDateTime>,
        /// The sequence number.
        sequence_number: Option<i64>,
    },
    /// See [`CommandKind::SendBarkMessageToClient`].
    SendBarkMessageToClient {
        /// The cards whose boxes show it.
        cards: Vec<String>,
        /// The text.
        text: String,
        /// When it is shown; absent: at once.
        start: Option<NaiveDateTime>,
        /// The sequence number.
        sequence_number: Option<i64>,
        /// How long it stays on screen, in seconds.
        display_seconds: Option<i64>,
    },
    /// See [`CommandKind::SendRepeatingBarkMessageToClient`].
    SendRepeatingBarkMessageToClient {
        /// The cards whose boxes show it.
        cards: Vec<String>,
        /// The text.
        text: String,
        /// When it is shown first; absent: at once.
        start: Option<NaiveDateTime>,
        /// The sequence number.
        sequence_number: Option<i64>,
        /// How long it stays on screen each time, in seconds.
        display_seconds: Option<i64>,
        /// How many times it is shown.
        repetition_count: i64,
        /// Seconds from one showing to the next.
        repetition_interval_seconds: i64,
    },
}

impl CasRequest {
    /// Which of the thirteen this is.
    #[must_use]
    pub const fn operation(&self) -> CommandKind {
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
            Self::DisplayFingerprint { .. } => CommandKind::DisplayFingerprint,
            Self::UpdateCaPinToDefaultValue { .. } => CommandKind::UpdateCaPinToDefaultValue,
            Self::UpdateCaPinToGivenValue { .. } => CommandKind::UpdateCaPinToGivenValue,
            Self::SendMailMessageToClient { .. } => CommandKind::SendMailMessageToClient,
            Self::SendBarkMessageToClient { .. } => CommandKind::SendBarkMessageToClient,
            Self::SendRepeatingBarkMessageToClient { .. } => {
                CommandKind::SendRepeatingBarkMessageToClient
            }
        }
    }
}
