//! What deciding yields: the answer, what to do, and how to tell about it.
//!
//! Deciding borrows the state read-only, so a rejected command cannot have changed anything
//! (law I1): there is no half-done change to undo.

use std::collections::BTreeSet;

use crate::id::{PairingModuleId, ProductId, SmartcardId};

use super::answer::Answer;
use super::fingerprint::{FingerprintJob, FingerprintKey};
use super::message::{Message, MessageKey};
use super::period::Periods;
use super::pin::Pin;
use super::schedule::Planned;
use super::transaction::{Effect, Rejection, Transaction};
use crate::time::SimTime;

/// How a decision ends inside the machine. Outside, a rejection is a value.
pub(super) type Verdict = Result<Decision, Rejection>;

/// An accepted command, before anything is done.
#[derive(Debug)]
pub(super) struct Decision {
    pub(super) answer: Answer,
    pub(super) effect: Effect,
    pub(super) change: Change,
}

impl Decision {
    /// The answer to a question.
    pub(super) fn answer(answer: Answer) -> Self {
        Self { answer, effect: Effect::Nothing, change: Change::Nothing }
    }

    /// What was told holds already.
    pub(super) fn nothing_to_do() -> Self {
        Self::answer(Answer::None)
    }

    /// A change, and how to tell about it.
    pub(super) fn change(change: Change, effect: Effect) -> Self {
        Self { answer: Answer::None, effect, change }
    }
}

/// What to do. Everything was checked: carrying it out cannot fail.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub(super) enum Change {
    Nothing,
    /// Stores the periods of products of a card; no periods: the product goes.
    SetEntitlements {
        card: SmartcardId,
        products: Vec<(ProductId, Option<Periods>)>,
    },
    FormPairing {
        cards: BTreeSet<SmartcardId>,
        modules: BTreeSet<PairingModuleId>,
    },
    GrowPairing {
        existing_card: SmartcardId,
        cards: BTreeSet<SmartcardId>,
        modules: BTreeSet<PairingModuleId>,
    },
    SetPin {
        card: SmartcardId,
        pin: Pin,
    },
    QueueMessages {
        replaced: Vec<u64>,
        messages: Vec<Planned<MessageKey, Message>>,
    },
    ScheduleFingerprint {
        replaced: Vec<u64>,
        job: Planned<FingerprintKey, FingerprintJob>,
    },
}

/// What was carried out and recorded in the state of a head-end, in order.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct CasChange(pub(super) Vec<Step>);

impl CasChange {
    /// Whether nothing was.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[derive(Clone, Debug)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub(super) enum Step {
    CarriedOut(Change, SimTime),
    Recorded(Transaction),
}
