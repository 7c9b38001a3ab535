//! Smartcards as the head-end knows them, and who may command which.

use std::collections::BTreeMap;

use crate::id::{DomainName, ProductId, SmartcardId};
use crate::secret::Secret;
use crate::time::SimTime;

use super::decision::{Change, Decision, Verdict};
use super::period::Periods;
use super::pin::Pin;
use super::state::CasState;
use super::transaction::{Effect, Rejection, RejectionCause};
use super::wording::quoted;
use crate::word_list;
use crate::word_list::first_word_is_default;

word_list! {
    /// The state of a smartcard (Inferred; a sibling's cards have the same states).
    pub enum CardState {
        /// Known, and nothing is on it.
        Stock = "stock", Inferred;
        /// It has an entitlement that has not ended, or a pairing. Derived, never set.
        InUse = "in_use", Inferred;
        /// It may lose entitlements and be asked about, and gains nothing.
        Blocked = "blocked", Inferred;
        /// Gone for good: commands do not find it.
        Retired = "retired", Inferred;
    }
}

first_word_is_default!(CardState);

/// A smartcard to load. `InUse` means the same as `Stock`: which of them holds is derived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardSpec {
    /// Its id.
    pub id: SmartcardId,
    /// The SMS domain that manages it.
    pub domain: DomainName,
    /// Its state.
    pub state: CardState,
    /// Its PIN; absent: the operator's default.
    pub pin: Option<Pin>,
}

/// A smartcard as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardView {
    /// Its id.
    pub id: SmartcardId,
    /// The SMS domain that manages it.
    pub domain: DomainName,
    /// Its state.
    pub state: CardState,
    /// Its PIN.
    pub pin: Pin,
}

/// The stored part of a card's state; whether one in service is in use depends on the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub(super) enum Standing {
    InService,
    Blocked,
    Retired,
}

impl From<CardState> for Standing {
    fn from(state: CardState) -> Self {
        match state {
            CardState::Stock | CardState::InUse => Self::InService,
            CardState::Blocked => Self::Blocked,
            CardState::Retired => Self::Retired,
        }
    }
}

/// What is stored of a smartcard.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Card {
    pub(super) domain: DomainName,
    pub(super) standing: Standing,
    pub(super) pin: Pin,
    pub(super) entitlements: BTreeMap<ProductId, Periods>,
}

impl Card {
    /// The products with a period that has not ended by `now`, in order.
    pub(super) fn living_entitlements(
        &self,
        now: SimTime,
    ) -> impl Iterator<Item = (&ProductId, &Periods)> {
        self.entitlements.iter().filter(move |(_, periods)| !periods.are_over(now))
    }
}

impl CasState {
    /// The card of this id, if it is there and the domain may command it.
    pub(super) fn managed_card(
        &self,
        domain: &DomainName,
        id: &SmartcardId,
    ) -> Result<&Card, Rejection> {
        let found = self.cards.get(id);
        let Some(card) = found.filter(|card| card.standing != Standing::Retired) else {
            return Err(Rejection::new(
                RejectionCause::ClientNotFound,
                format!("smartcard {} is not known to this head-end", quoted(id)),
            ));
        };
        if card.domain == *domain {
            return Ok(card);
        }
        // The managing domain is not named: a domain learns nothing about another (law I17).
        let message =
            format!("smartcard {} is not managed by SMS domain {}", quoted(id), quoted(domain));
        Err(Rejection::new(RejectionCause::ClientNotManagedBySms, message))
    }

    /// The card of this id, if the domain may command it and it may gain something.
    pub(super) fn usable_card(
        &self,
        domain: &DomainName,
        id: &SmartcardId,
    ) -> Result<&Card, Rejection> {
        let card = self.managed_card(domain, id)?;
        if card.standing != Standing::Blocked {
            return Ok(card);
        }
        let message = format!(
            "smartcard {} is blocked: it can only be asked about, cancelled and messaged",
            quoted(id)
        );
        Err(Rejection::new(RejectionCause::ClientBlocked, message))
    }

    /// Sets the PIN to the operator's default.
    pub(super) fn decide_default_pin(&self, domain: &DomainName, card: &SmartcardId) -> Verdict {
        self.decide_pin(domain, card, self.settings.default_pin)
    }

    /// Sets the PIN to the submitted one, of which a rejection tells the length and kind only.
    pub(super) fn decide_given_pin(
        &self,
        domain: &DomainName,
        card: &SmartcardId,
        submitted: &Secret,
    ) -> Verdict {
        let submitted = submitted.expose();
        let pin =
            Pin::parse(submitted).ok_or_else(|| Rejection::invalid(Pin::mistake(submitted)))?;
        self.decide_pin(domain, card, pin)
    }

    fn decide_pin(&self, domain: &DomainName, card: &SmartcardId, pin: Pin) -> Verdict {
        let card = self.settings.card_format.read(card)?;
        self.usable_card(domain, &card)?;
        let effect = Effect::PinSet { card: card.clone() };
        Ok(Decision::change(Change::SetPin { card, pin }, effect))
    }

    pub(super) fn card_view(&self, id: &SmartcardId, card: &Card, now: SimTime) -> CardView {
        CardView {
            id: id.clone(),
            domain: card.domain.clone(),
            state: self.card_state(id, card, now),
            pin: card.pin,
        }
    }

    fn card_state(&self, id: &SmartcardId, card: &Card, now: SimTime) -> CardState {
        let in_use = || {
            card.living_entitlements(now).next().is_some() || self.pairings.of_card(id).is_some()
        };
        match card.standing {
            Standing::Retired => CardState::Retired,
            Standing::Blocked => CardState::Blocked,
            Standing::InService if in_use() => CardState::InUse,
            Standing::InService => CardState::Stock,
        }
    }
}
