//! What is known of an exchange when it is judged.

use std::sync::Arc;

use crate::command::{Command, CommandKind};
use crate::crm::{Priority, RequestNumber};
use crate::id::SmartcardId;
use crate::time::SimTime;

/// Which of its two stages an exchange has reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// A connection is to be made. Only our own CRM is judged here: of others the head-end knows
    /// nothing yet.
    Connect,
    /// The command is there; whether a connection comes about was judged before.
    Connected,
    /// The command is there and nothing was judged before.
    Arrived,
}

/// Where a command comes from, if our own CRM sent it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Number of the provisioning request.
    pub request: Option<RequestNumber>,
    /// Its priority.
    pub priority: Option<Priority>,
    /// Number of its subscription.
    pub subscription: Option<Arc<str>>,
}

/// What is known of an exchange.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The command, if it could be read.
    pub command: Option<&'a Command>,
    /// Where it comes from, if that is known.
    pub origin: Option<&'a Origin>,
    /// How many exchanges are at the head-end, this one included.
    pub concurrency: usize,
    /// How many exchanges came on the same connection, this one included; 1 if that is not known.
    pub on_connection: usize,
    /// When.
    pub now: SimTime,
}

impl Facts<'_> {
    pub(super) fn kind(&self) -> Option<CommandKind> {
        self.command.map(Command::kind)
    }

    pub(super) fn priority(&self) -> Option<Priority> {
        self.origin.and_then(|origin| origin.priority)
    }

    pub(super) fn request(&self) -> Option<RequestNumber> {
        self.origin.and_then(|origin| origin.request)
    }

    pub(super) fn subscription(&self) -> Option<&str> {
        self.origin.and_then(|origin| origin.subscription.as_deref())
    }

    /// The smartcard of a command that is always about one.
    pub(super) fn only_card(&self) -> Option<&SmartcardId> {
        match self.command? {
            Command::AddSubscriptions { card, .. }
            | Command::CancelSubscriptions { card, .. }
            | Command::GetActiveSubscriptions { card }
            | Command::GetPairingStatusForCard { card }
            | Command::UpdateCaPinToDefaultValue { card }
            | Command::UpdateCaPinToGivenValue { card, .. } => Some(card),
            _ => None,
        }
    }

    /// Whether one of the command's smartcards is like this; without making a list of them, as a
    /// rule.
    pub(super) fn any_card(&self, fits: impl Fn(&str) -> bool) -> bool {
        match (self.only_card(), self.command) {
            (Some(card), _) => fits(card.as_str()),
            (None, Some(command)) => command.cards().iter().any(|card| fits(card.as_str())),
            (None, None) => false,
        }
    }

    /// The smartcards the command names.
    pub(super) fn cards(&self) -> Vec<&str> {
        let cards = self.command.map(Command::cards).unwrap_or_default();
        cards.into_iter().map(|card| card.as_str()).collect()
    }

    /// The products the command names.
    pub(super) fn products(&self) -> Vec<&str> {
        let products = match self.command {
            Some(
                Command::AddSubscriptions { products, .. }
                | Command::CancelSubscriptions { products, .. },
            ) => products.as_slice(),
            _ => &[],
        };
        products.iter().map(|product| product.as_str()).collect()
    }

    /// The pairing modules the command names.
    pub(super) fn modules(&self) -> Vec<&str> {
        let modules = match self.command {
            Some(
                Command::CreatePairing { modules, .. }
                | Command::AddToExistingPairing { modules, .. },
            ) => modules.as_slice(),
            Some(Command::GetPairingStatusForPairingModule { module }) => {
                std::slice::from_ref(module)
            }
            _ => &[],
        };
        modules.iter().map(|module| module.as_str()).collect()
    }
}
