//! What the control API prints of the head-end.

use conax_model::cas::{ModuleSpec, Pairing, ProductSpec, ShowState, Transaction};
use schemars::JsonSchema;
use serde::Serialize;

use super::view::view;
use crate::cas::{CasReply, Profile};
use crate::crm::DateText;

/// A smartcard.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SmartcardView {
    /// CA id.
    pub id: String,
    /// The SMS domain that manages it.
    pub domain: String,
    /// stock, in_use, blocked or retired.
    pub state: &'static str,
    /// Its entitlements.
    pub entitlements: Vec<EntitlementView>,
    /// What it is paired with.
    pub pairing: Option<PairingView>,
}

view! {
    /// An entitlement.
    pub struct EntitlementView of entitlement: conax_model::cas::EntitlementView {
        /// The product.
        product: String = entitlement.product.to_string();
        /// future or active.
        state: &'static str = entitlement.state.code();
        /// When it starts.
        start: DateText = entitlement.period.start().into();
        /// When it ends; null: never.
        end: Option<DateText> = (!entitlement.period.is_open_ended()).then(|| entitlement.period.end().into());
    }
}

view! {
    /// A pairing.
    pub struct PairingView of pairing: Pairing {
        /// Since when.
        since: DateText = pairing.since.into();
        /// Its smartcards.
        smartcards: Vec<String> = texts(&pairing.cards);
        /// Its pairing modules.
        pairing_modules: Vec<String> = texts(&pairing.modules);
    }
}

/// Everything about one smartcard.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SmartcardDetailsView {
    /// The smartcard.
    #[serde(flatten)]
    pub card: SmartcardView,
    /// Its messages.
    pub messages: Vec<MessageView>,
    /// What it was named in, newest last.
    pub transactions: Vec<TransactionView>,
}

view! {
    /// A product.
    pub struct ProductView of product: ProductSpec {
        /// Its id.
        id: String = product.id.to_string();
        /// Its name for people.
        label: String = product.label.clone();
        /// subscription, ppv or token.
        kind: &'static str = product.kind.code();
        /// defined or withdrawn.
        state: &'static str = product.state.code();
    }
}

view! {
    /// A pairing module.
    pub struct PairingModuleView of module: ModuleSpec {
        /// Its id.
        id: String = module.id.to_string();
        /// Whether its key may be used: loaded or withdrawn.
        key: &'static str = module.key.code();
    }
}

view! {
    /// A message.
    pub struct MessageView of message: conax_model::cas::MessageView {
        /// Its number.
        number: u64 = message.number;
        /// The smartcard.
        card: String = message.card.to_string();
        /// mail, bark or repeating_bark.
        kind: &'static str = message.kind.code();
        /// queued, on_air, done or replaced.
        state: &'static str = message.state.code();
        /// The text.
        text: String = message.text.to_string();
        /// Its sequence number, modulo 256.
        sequence_number: Option<u8> = message.sequence;
        /// How long it is shown each time, in seconds.
        display_seconds: Option<u32> = message.display_seconds;
        /// How many times it is shown.
        repetition_count: Option<u8> = message.repetition.map(|one| one.count);
        /// Seconds from one showing to the next.
        repetition_interval_seconds: Option<u16> = message.repetition.map(|one| one.interval_seconds);
        /// When it is first shown.
        start: DateText = message.start.into();
        /// When it is over.
        end: DateText = message.end.into();
    }
}

view! {
    /// A fingerprint.
    pub struct FingerprintView of fingerprint: conax_model::cas::FingerprintView {
        /// Its number.
        number: u64 = fingerprint.number;
        /// The smartcard; null: every one of the domain.
        card: Option<String> = fingerprint.card.as_ref().map(ToString::to_string);
        /// scheduled, on_air, done or replaced.
        state: &'static str = match fingerprint.state {
                ShowState::Queued => "scheduled",
                state => state.code(),
            };
        /// Its slot.
        slot: char = fingerprint.slot;
        /// Left edge in pixels.
        position_x: Option<u16> = fingerprint.position_x;
        /// Top edge in pixels.
        position_y: Option<u16> = fingerprint.position_y;
        /// Height.
        height: Option<u8> = fingerprint.height;
        /// How long it is shown, in hundredths of a second.
        display_centiseconds: u16 = fingerprint.display_centiseconds;
        /// When it is shown.
        start: DateText = fingerprint.start.into();
        /// When it is over.
        end: DateText = fingerprint.end.into();
    }
}

/// What the head-end did with one command.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TransactionView {
    /// Its id, the CRM's reference number.
    pub id: String,
    /// When.
    pub at: DateText,
    /// The SMS domain that gave the command.
    pub domain: String,
    /// The kind of command, spelled like the documented type.
    pub command: &'static str,
    /// The smartcards it named.
    pub smartcards: Vec<String>,
    /// Its values, secrets masked.
    pub inputs: String,
    /// OK, or the status code of the rejection.
    pub status_code: String,
    /// Why it was rejected.
    pub message: Option<String>,
    /// What it changed.
    pub effect: String,
}

impl TransactionView {
    /// The view of a transaction, in the words of a profile.
    #[must_use]
    pub fn of(profile: &Profile, transaction: &Transaction) -> Self {
        let CasReply { status_code, message, .. } = CasReply::of(profile, transaction);
        Self {
            id: transaction.id.to_string(),
            at: transaction.at.into(),
            domain: transaction.domain.to_string(),
            command: transaction.kind.code(),
            smartcards: texts(&transaction.cards),
            inputs: transaction.inputs.clone(),
            status_code,
            message,
            effect: transaction.effect.to_string(),
        }
    }
}

fn texts(ids: impl IntoIterator<Item: ToString>) -> Vec<String> {
    ids.into_iter().map(|id| id.to_string()).collect()
}
