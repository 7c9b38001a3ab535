//! The head-end's own record of what it was told and what it decided.
//!
//! A submitted PIN never gets here: inputs are rendered with a mask (`inputs`), and neither a
//! rejection nor an effect knows it.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use crate::command::CommandKind;
use crate::id::{DomainName, PairingModuleId, ProductId, SmartcardId, TransactionId};
use crate::time::SimTime;
use crate::word_list;

use super::answer::Answer;
use super::message::MessageKind;
use super::period::Period;
use super::wording::{listed, quoted};

/// One command as the head-end remembers it. Every command, accepted or not, makes exactly one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct Transaction {
    /// The id, fresh for every command (Attested: rejections have one too).
    pub id: TransactionId,
    /// When the head-end decided.
    pub at: SimTime,
    /// Who told it.
    pub domain: DomainName,
    /// What kind of command.
    pub kind: CommandKind,
    /// The smartcards named, as the head-end keeps them; at most a batch of them.
    pub cards: Vec<SmartcardId>,
    /// The values in words, PIN masked; empty if they could not be read.
    pub inputs: String,
    /// What was decided.
    pub outcome: Outcome,
    /// What changed.
    pub effect: Effect,
}

/// What the head-end decided.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub enum Outcome {
    /// The command was taken; the answer to it.
    Accepted(Answer),
    /// The command was not taken and changed nothing.
    Rejected(Rejection),
}

impl Outcome {
    /// Whether the command was taken.
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted(_))
    }
}

/// Why a command was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct Rejection {
    /// The kind of reason.
    pub cause: RejectionCause,
    /// What was found and what is allowed, for a person.
    pub message: String,
}

impl Rejection {
    /// A rejection with this cause and message.
    #[must_use]
    pub fn new(cause: RejectionCause, message: impl Into<String>) -> Self {
        Self { cause, message: message.into() }
    }

    /// A rejection because of a value that is malformed or out of range.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(RejectionCause::InputValidation, message)
    }
}

word_list! {
    /// Why the head-end refuses a command; a wire profile says which status code carries each.
    #[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
    pub enum RejectionCause {
        /// A value is malformed or out of range.
        InputValidation = "input_validation", Attested;
        /// The smartcard is not known.
        ClientNotFound = "client_not_found", Attested;
        /// The smartcard belongs to another SMS domain.
        ClientNotManagedBySms = "client_not_managed_by_sms", Attested;
        /// The command is not available here.
        FeatureNotAvailable = "feature_not_available", Attested;
        /// The head-end failed. Never decided here: it comes from faults.
        SystemError = "system_error", Attested;
        /// The product is not known or withdrawn.
        ProductNotFound = "product_not_found", Ours;
        /// There is nothing to cancel.
        SubscriptionNotFound = "subscription_not_found", Ours;
        /// The pairing module is not known or its key withdrawn.
        PairingModuleNotFound = "pairing_module_not_found", Ours;
        /// The smartcard that should name a pairing is in none.
        PairingNotFound = "pairing_not_found", Ours;
        /// A member is in another pairing.
        PairingConflict = "pairing_conflict", Ours;
        /// The smartcard is blocked.
        ClientBlocked = "client_blocked", Ours;
        /// A card, a pairing or a queue is full.
        CapacityExceeded = "capacity_exceeded", Ours;
        /// Too many commands at once. Never decided here: it comes from faults.
        TooManyRequests = "too_many_requests", Ours;
    }
}

/// What a command changed. `Display` tells it in words.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub enum Effect {
    /// Nothing: a question, a rejection, or what was told already held.
    Nothing,
    /// Products became active for a period; those that were so before are not listed.
    EntitlementsAdded {
        /// The smartcard.
        card: SmartcardId,
        /// The products.
        products: Vec<ProductId>,
        /// The period asked for, with its end filled in.
        period: Period,
    },
    /// Products ended; those that were not there are not listed.
    EntitlementsCancelled {
        /// The smartcard.
        card: SmartcardId,
        /// The products.
        products: Vec<ProductId>,
    },
    /// A pairing was made of these members; they left any other.
    PairingCreated {
        /// The smartcards.
        cards: Vec<SmartcardId>,
        /// The modules.
        modules: Vec<PairingModuleId>,
    },
    /// These members joined the pairing of a smartcard; they left any other.
    PairingGrown {
        /// The smartcard that named the pairing.
        existing_card: SmartcardId,
        /// The smartcards that joined.
        cards: Vec<SmartcardId>,
        /// The modules that joined.
        modules: Vec<PairingModuleId>,
    },
    /// A PIN was set, perhaps to what it was.
    PinSet {
        /// The smartcard.
        card: SmartcardId,
    },
    /// A message was queued for each of these smartcards.
    MessageQueued {
        /// What kind of message.
        kind: MessageKind,
        /// Who gets it.
        cards: Vec<SmartcardId>,
        /// How many earlier messages it replaced.
        replaced_count: usize,
        /// Who was left out of the batch, and why.
        left_out: Vec<Rejection>,
    },
    /// A fingerprint was scheduled.
    FingerprintScheduled {
        /// Its number.
        number: u64,
        /// How many earlier fingerprints it replaced.
        replaced_count: usize,
    },
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::EntitlementsAdded { card, products, period } => {
                let (products, card) = (listed(products), quoted(card));
                write!(f, "added {products} to {card} from {:?}", period.start())?;
                if period.is_open_ended() {
                    return Ok(());
                }
                write!(f, " until {:?}", period.end())
            }
            Self::EntitlementsCancelled { card, products } => {
                write!(f, "cancelled {} on {}", listed(products), quoted(card))
            }
            Self::PairingCreated { cards, modules } => {
                write!(f, "paired {} with {}", listed(cards), listed(modules))
            }
            Self::PairingGrown { existing_card, cards, modules } => {
                let joined = cards.iter().map(SmartcardId::as_str);
                let joined = joined.chain(modules.iter().map(PairingModuleId::as_str));
                let existing_card = quoted(existing_card);
                write!(f, "added {} to the pairing of {existing_card}", listed(joined))
            }
            Self::PinSet { card } => write!(f, "set the PIN of {}", quoted(card)),
            Self::MessageQueued { kind, cards, replaced_count, left_out } => {
                write!(f, "queued {kind} for {}", listed(cards))?;
                write!(f, ", {replaced_count} replaced, {} left out", left_out.len())
            }
            Self::FingerprintScheduled { number, replaced_count } => {
                write!(f, "scheduled fingerprint {number}, {replaced_count} replaced")
            }
        }
    }
}

/// The latest transactions, oldest first, and how many there ever were. Copies share them.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct TransactionLog {
    latest: VecDeque<Arc<Transaction>>,
    pub(super) count: u64,
}

impl TransactionLog {
    /// Appends a transaction and forgets the oldest ones beyond the limit.
    pub(super) fn append(&mut self, transaction: Transaction, limit: usize) {
        self.count += 1;
        self.latest.push_back(Arc::new(transaction));
        while self.latest.len() > limit {
            self.latest.pop_front();
        }
    }

    /// The remembered transactions, oldest first.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Transaction> {
        self.latest.iter().map(|transaction| &**transaction)
    }
}
