//! What an accepted command answers.

use crate::id::{PairingModuleId, ProductId, SmartcardId};
use crate::time::SimTime;

/// What an accepted command answers besides "accepted".
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub enum Answer {
    /// Nothing: the command told something and asked nothing.
    None,
    /// What is active on the smartcard at the head-end, by product id.
    ActiveSubscriptions(Vec<ActiveEntitlement>),
    /// What a smartcard is paired with; both lists are empty if it is not paired.
    CardPairing {
        /// Whether it is paired.
        paired: bool,
        /// All smartcards of its pairing, itself included.
        cards: Vec<SmartcardId>,
        /// All modules of its pairing.
        modules: Vec<PairingModuleId>,
    },
    /// What a pairing module is paired with. Both lists are empty if it is not paired, or paired
    /// with smartcards the asking domain may not see (law I17).
    ModulePairing {
        /// Whether it is paired.
        paired: bool,
        /// All smartcards of its pairing.
        cards: Vec<SmartcardId>,
        /// All modules of its pairing, itself included.
        modules: Vec<PairingModuleId>,
    },
}

/// A product that is active on a smartcard.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct ActiveEntitlement {
    /// The product.
    pub product: ProductId,
    /// Since when.
    pub start: SimTime,
    /// Until when (not included); [`Period::OPEN_END`](super::Period::OPEN_END) if for ever.
    pub end: SimTime,
}
