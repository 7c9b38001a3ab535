//! What an order is about: of two orders about the same thing, the one carried out last decides.

use crate::command::CommandKind;
use crate::crm::request::{ParameterKey, ProvisioningRequest};

/// One thing at the head-end that an order sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matter<'a> {
    /// Whether, and when, a smartcard has a product.
    Entitlement {
        /// The smartcard.
        card: &'a str,
        /// The product.
        product: &'a str,
    },
    /// Which pairing a smartcard is in: one at most.
    PairedCard(&'a str),
    /// Which pairing a pairing module is in: one at most, whichever smartcards are.
    PairedModule(&'a str),
    /// The PIN of a smartcard.
    Pin(&'a str),
}

impl<'a> Matter<'a> {
    /// The same of a smartcard in another form.
    #[must_use]
    pub fn of_card(self, form: impl FnOnce(&'a str) -> &'a str) -> Self {
        match self {
            Self::Entitlement { card, product } => Self::Entitlement { card: form(card), product },
            Self::PairedCard(card) => Self::PairedCard(form(card)),
            Self::Pin(card) => Self::Pin(form(card)),
            Self::PairedModule(_) => self,
        }
    }
}

impl ProvisioningRequest {
    /// Everything this order sets at the head-end and that can be compared afterwards.
    pub fn matters(&self) -> Vec<Matter<'_>> {
        let cards = || self.lanes().map(|card| &**card);
        match self.kind {
            CommandKind::AddSubscriptions | CommandKind::CancelSubscriptions => {
                let products = |card| {
                    let products = self.texts(ParameterKey::ServiceCaId);
                    products.map(move |product| Matter::Entitlement { card, product })
                };
                cards().flat_map(products).collect()
            }
            CommandKind::CreatePairing | CommandKind::AddToExistingPairing => {
                let modules = self.texts(ParameterKey::StbCaId);
                let modules = modules.map(|module| Matter::PairedModule(module));
                cards().map(Matter::PairedCard).chain(modules).collect()
            }
            CommandKind::UpdateCaPinToDefaultValue | CommandKind::UpdateCaPinToGivenValue => {
                cards().map(Matter::Pin).collect()
            }
            CommandKind::GetActiveSubscriptions
            | CommandKind::GetPairingStatusForCard
            | CommandKind::GetPairingStatusForPairingModule
            | CommandKind::DisplayFingerprint
            | CommandKind::SendMailMessageToClient
            | CommandKind::SendBarkMessageToClient
            | CommandKind::SendRepeatingBarkMessageToClient => Vec::new(),
        }
    }
}
