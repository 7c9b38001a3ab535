//! The state of a head-end taken apart, and put together again: for whoever keeps it outside this
//! process.

use std::sync::Arc;

use crate::id::{DomainName, ProductId, SmartcardId};
use crate::time::SimTime;

use super::card::{Card, CardState, Standing};
use super::fingerprint::{FingerprintJob, FingerprintKey};
use super::load::{ModuleSpec, ProductSpec};
use super::message::{Message, MessageKey, MessageKind, Repetition};
use super::pairing::{Pairing, Pairings};
use super::period::{Period, Periods};
use super::pin::Pin;
use super::schedule::Schedule;
use super::settings::CasSettings;
use super::state::CasState;
use super::transaction::{Transaction, TransactionLog};

/// What a head-end keeps besides its settings; everything else in it is derived.
#[derive(Clone, Debug)]
pub struct CasParts {
    /// The SMS domains.
    pub domains: Vec<DomainName>,
    /// The products.
    pub products: Vec<ProductSpec>,
    /// The pairing modules.
    pub modules: Vec<ModuleSpec>,
    /// The smartcards.
    pub cards: Vec<CardParts>,
    /// The pairings, the oldest first.
    pub pairings: Vec<Pairing>,
    /// The messages.
    pub messages: ScheduleParts<MessageParts>,
    /// The fingerprints.
    pub fingerprints: ScheduleParts<FingerprintParts>,
    /// The remembered transactions, the oldest first.
    pub transactions: Vec<Arc<Transaction>>,
    /// How many transactions there ever were.
    pub transaction_count: u64,
}

/// A smartcard with its entitlements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardParts {
    /// Its id.
    pub id: SmartcardId,
    /// The SMS domain that manages it.
    pub domain: DomainName,
    /// Its state; `InUse` means the same as `Stock`.
    pub state: CardState,
    /// Its PIN.
    pub pin: Pin,
    /// Its products with one or two periods each, in order of time.
    pub entitlements: Vec<(ProductId, Vec<Period>)>,
}

/// Things shown for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleParts<T> {
    /// The number of the next one.
    pub next_number: u64,
    /// Those that are remembered.
    pub shown: Vec<ShownParts<T>>,
    /// Numbers of those known to be over, the earliest first.
    pub finished: Vec<u64>,
}

/// One thing shown for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownParts<T> {
    /// Its number.
    pub number: u64,
    /// When it starts.
    pub start: SimTime,
    /// When it ends in its own time.
    pub end: SimTime,
    /// When a successor takes its place.
    pub replaced_at: Option<SimTime>,
    /// What is shown.
    pub item: T,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageParts {
    /// Whose box shows it.
    pub card: SmartcardId,
    /// What kind of message.
    pub kind: MessageKind,
    /// The sequence number modulo 256, if one was sent.
    pub sequence: Option<u8>,
    /// The text.
    pub text: Arc<str>,
    /// How long it stays on screen, in seconds.
    pub display_seconds: Option<u32>,
    /// How it is repeated.
    pub repetition: Option<Repetition>,
}

/// A fingerprint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FingerprintParts {
    /// The SMS domain that sent it.
    pub domain: DomainName,
    /// The slot.
    pub slot: char,
    /// Whose box shows it; nothing: all of the domain.
    pub card: Option<SmartcardId>,
    /// Left edge.
    pub position_x: Option<u16>,
    /// Top edge.
    pub position_y: Option<u16>,
    /// Height.
    pub height: Option<u8>,
    /// How long it is shown, in hundredths of a second.
    pub display_centiseconds: u16,
}

impl CasState {
    /// What the head-end keeps.
    #[must_use]
    pub fn parts(&self) -> CasParts {
        CasParts {
            domains: self.domains.iter().cloned().collect(),
            products: self.products.values().cloned().collect(),
            modules: self.modules().collect(),
            cards: self.cards.iter().map(card_parts).collect(),
            pairings: self.pairings.iter().cloned().collect(),
            messages: self.messages.parts(message_parts),
            fingerprints: self.fingerprints.parts(fingerprint_parts),
            transactions: self.transactions.all().map(Arc::clone).collect(),
            transaction_count: self.transactions.count,
        }
    }

    /// The head-end that keeps this. An entitlement without a period is left out.
    #[must_use]
    pub fn from_parts(settings: CasSettings, parts: CasParts) -> Self {
        let products = parts.products.into_iter();
        let modules = parts.modules.into_iter();
        Self {
            settings,
            domains: parts.domains.into_iter().collect(),
            products: products
                .map(|product| (product.id.clone(), product))
                .collect(),
            cards: parts.cards.into_iter().map(card).collect(),
            modules: modules.map(|module| (module.id, module.key)).collect(),
            pairings: Pairings::of(parts.pairings),
            messages: Schedule::from_parts(parts.messages, message),
            fingerprints: Schedule::from_parts(parts.fingerprints, fingerprint),
            transactions: TransactionLog::of(parts.transactions, parts.transaction_count),
        }
    }
}

fn card_parts((id, card): (&SmartcardId, &Card)) -> CardParts {
    let entitlements = card.entitlements.iter();
    CardParts {
        id: id.clone(),
        domain: card.domain.clone(),
        state: match card.standing {
            Standing::InService => CardState::Stock,
            Standing::Blocked => CardState::Blocked,
            Standing::Retired => CardState::Retired,
        },
        pin: card.pin,
        entitlements: entitlements
            .map(|(product, periods)| (product.clone(), periods.all().collect()))
            .collect(),
    }
}

fn card(parts: CardParts) -> (SmartcardId, Card) {
    let entitlements = parts.entitlements.into_iter();
    let card = Card {
        domain: parts.domain,
        standing: parts.state.into(),
        pin: parts.pin,
        entitlements: entitlements
            .filter_map(|(product, periods)| Some((product, Periods::of(&periods)?)))
            .collect(),
    };
    (parts.id, card)
}

fn message_parts(key: &MessageKey, message: &Message) -> MessageParts {
    MessageParts {
        card: key.card.clone(),
        kind: key.kind,
        sequence: key.sequence,
        text: Arc::clone(&message.text),
        display_seconds: message.display_seconds,
        repetition: message.repetition,
    }
}

fn message(parts: MessageParts) -> (MessageKey, Message) {
    let key = MessageKey {
        card: parts.card,
        kind: parts.kind,
        sequence: parts.sequence,
    };
    let message = Message {
        text: parts.text,
        display_seconds: parts.display_seconds,
        repetition: parts.repetition,
    };
    (key, message)
}

fn fingerprint_parts(key: &FingerprintKey, job: &FingerprintJob) -> FingerprintParts {
    FingerprintParts {
        domain: key.domain.clone(),
        slot: key.slot,
        card: key.card.clone(),
        position_x: job.position_x,
        position_y: job.position_y,
        height: job.height,
        display_centiseconds: job.display_centiseconds,
    }
}

fn fingerprint(parts: FingerprintParts) -> (FingerprintKey, FingerprintJob) {
    let key = FingerprintKey {
        domain: parts.domain,
        slot: parts.slot,
        card: parts.card,
    };
    let job = FingerprintJob {
        position_x: parts.position_x,
        position_y: parts.position_y,
        height: parts.height,
        display_centiseconds: parts.display_centiseconds,
    };
    (key, job)
}
