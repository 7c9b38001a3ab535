//! Starting states and the operator's own hand: what exists before any command, and what no
//! command can do (blocking, retiring, withdrawing).

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use crate::id::{DomainName, PairingModuleId, ProductId, SmartcardId};
use crate::time::SimTime;

use super::card::{Card, CardSpec, Standing};
use super::period::{Period, Periods};
use super::state::CasState;
use crate::word_list;
use crate::word_list::first_word_is_default;

/// A product to load.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct ProductSpec {
    /// Its id.
    pub id: ProductId,
    /// Its name for people.
    pub label: String,
    /// What sort of product.
    pub kind: ProductKind,
    /// Whether it is offered.
    pub state: ProductState,
}

word_list! {
    /// The sorts of product (Inferred). No command of the thirteen treats them differently.
    #[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
    pub enum ProductKind {
        /// Watched for as long as it is paid.
        Subscription = "subscription", Inferred;
        /// One event.
        PayPerView = "ppv", Inferred;
        /// Paid from a purse on the card.
        Token = "token", Inferred;
    }
}

word_list! {
    /// Whether a product is offered (Inferred).
    #[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
    pub enum ProductState {
        /// It is.
        Defined = "defined", Inferred;
        /// No longer: it can be cancelled and not added.
        Withdrawn = "withdrawn", Inferred;
    }
}

/// A pairing module to load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleSpec {
    /// Its id.
    pub id: PairingModuleId,
    /// Whether its key may be used.
    pub key: KeyState,
}

word_list! {
    /// Whether the pairing key of a module may be used (Inferred).
    #[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
    pub enum KeyState {
        /// It may.
        Loaded = "loaded", Inferred;
        /// No longer. Pairings made before stay.
        Withdrawn = "withdrawn", Inferred;
    }
}

first_word_is_default!(ProductKind, ProductState, KeyState);

/// Why something cannot be loaded or changed by hand.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LoadError {
    /// The smartcard was not loaded before.
    #[error("smartcard `{0}` is not loaded")]
    UnknownCard(SmartcardId),
    /// The pairing module was not loaded before.
    #[error("pairing module `{0}` is not loaded")]
    UnknownModule(PairingModuleId),
    /// The product was not loaded before.
    #[error("product `{0}` is not loaded")]
    UnknownProduct(ProductId),
    /// The smartcard is gone for good.
    #[error("smartcard `{0}` is retired")]
    CardRetired(SmartcardId),
    /// A pairing needs smartcards and modules.
    #[error("a pairing needs at least one smartcard and one pairing module")]
    EmptyPairing,
    /// A pairing belongs to one SMS domain.
    #[error("smartcard `{0}` belongs to another SMS domain than the first of the pairing")]
    ForeignCard(SmartcardId),
    /// The smartcard is in a pairing.
    #[error("smartcard `{0}` is paired already")]
    CardPaired(SmartcardId),
    /// The pairing module is in a pairing.
    #[error("pairing module `{0}` is paired already")]
    ModulePaired(PairingModuleId),
    /// The smartcard has two other periods of the product.
    #[error("smartcard `{card}` has two other periods of product `{product}`")]
    NoThirdPeriod {
        /// The smartcard.
        card: SmartcardId,
        /// The product.
        product: ProductId,
    },
}

impl CasState {
    /// Makes an SMS domain known. Commands of others are rejected.
    pub fn add_domain(&mut self, name: DomainName) {
        self.noted.forget();
        self.domains.insert(name);
    }

    /// Makes a product known, or changes the one of this id.
    pub fn load_product(&mut self, product: ProductSpec) {
        self.noted.forget();
        self.products.insert(product.id.clone(), product);
    }

    /// Makes a smartcard and its domain known. A card loaded again starts afresh: without
    /// entitlements, pairing and PIN of its own.
    ///
    /// The id is kept in the form the card format gives it. One the format refuses is kept as it
    /// is; no command can name it.
    pub fn load_card(&mut self, card: CardSpec) {
        self.noted.forget();
        let id = self.normal_card_id(&card.id);
        self.pairings.release_card(&id);
        self.domains.insert(card.domain.clone());
        let loaded = Card {
            domain: card.domain,
            standing: card.state.into(),
            pin: card.pin.unwrap_or(self.settings.default_pin),
            entitlements: BTreeMap::new(),
        };
        self.cards.insert(id, loaded);
    }

    /// Makes a pairing module known, or changes the key state of the one of this id.
    pub fn load_module(&mut self, module: ModuleSpec) {
        self.noted.forget();
        self.modules.insert(module.id, module.key);
    }

    /// Pairs smartcards and modules that are in no pairing.
    ///
    /// # Errors
    ///
    /// A member is unknown, retired, paired already or of another domain, or a set is empty.
    pub fn load_pairing(
        &mut self,
        cards: impl IntoIterator<Item = SmartcardId>,
        modules: impl IntoIterator<Item = PairingModuleId>,
        now: SimTime,
    ) -> Result<(), LoadError> {
        let cards = cards.into_iter().map(|id| self.normal_card_id(&id));
        let cards: BTreeSet<SmartcardId> = cards.collect();
        let modules: BTreeSet<PairingModuleId> = modules.into_iter().collect();
        if cards.is_empty() || modules.is_empty() {
            return Err(LoadError::EmptyPairing);
        }
        self.check_loaded_cards(&cards)?;
        for module in &modules {
            if !self.modules.contains_key(module) {
                return Err(LoadError::UnknownModule(module.clone()));
            }
            if self.pairings.of_module(module).is_some() {
                return Err(LoadError::ModulePaired(module.clone()));
            }
        }
        self.noted.forget();
        self.pairings.form(cards, modules, now);
        Ok(())
    }

    /// Gives a smartcard a product for a period, as an addition would; neither the slots of the
    /// card nor the state of card and product are checked.
    ///
    /// # Errors
    ///
    /// The card or product is unknown, the card retired, or the period a third one.
    pub fn load_entitlement(
        &mut self,
        card: &SmartcardId,
        product: &ProductId,
        period: Period,
    ) -> Result<(), LoadError> {
        if !self.products.contains_key(product) {
            return Err(LoadError::UnknownProduct(product.clone()));
        }
        let entitlements = &mut self.living_card(card)?.entitlements;
        // Before all time nothing has ended, so nothing loaded before is forgotten.
        let before_all_time = SimTime::from_millis(i64::MIN);
        let periods = Periods::with_added(entitlements.get(product), period, before_all_time);
        let periods = periods.ok_or_else(|| LoadError::NoThirdPeriod {
            card: card.clone(),
            product: product.clone(),
        })?;
        entitlements.insert(product.clone(), periods);
        Ok(())
    }

    /// Blocks a smartcard: it gains nothing until it is unblocked.
    ///
    /// # Errors
    ///
    /// The card is unknown or retired.
    pub fn block_card(&mut self, card: &SmartcardId) -> Result<(), LoadError> {
        self.living_card(card)?.standing = Standing::Blocked;
        Ok(())
    }

    /// Puts a blocked smartcard back into the state it had.
    ///
    /// # Errors
    ///
    /// The card is unknown or retired.
    pub fn unblock_card(&mut self, card: &SmartcardId) -> Result<(), LoadError> {
        self.living_card(card)?.standing = Standing::InService;
        Ok(())
    }

    /// Retires a smartcard for good: its entitlements end and it leaves its pairing.
    ///
    /// # Errors
    ///
    /// The card is unknown or retired.
    pub fn retire_card(&mut self, card: &SmartcardId) -> Result<(), LoadError> {
        let retired = self.living_card(card)?;
        retired.standing = Standing::Retired;
        retired.entitlements.clear();
        let id = self.normal_card_id(card);
        self.pairings.release_card(&id);
        Ok(())
    }

    fn check_loaded_cards(&mut self, cards: &BTreeSet<SmartcardId>) -> Result<(), LoadError> {
        let mut owner = None;
        for id in cards {
            let domain = self.living_card(id)?.domain.clone();
            if *owner.get_or_insert_with(|| domain.clone()) != domain {
                return Err(LoadError::ForeignCard(id.clone()));
            }
            if self.pairings.of_card(id).is_some() {
                return Err(LoadError::CardPaired(id.clone()));
            }
        }
        Ok(())
    }

    fn living_card(&mut self, card: &SmartcardId) -> Result<&mut Card, LoadError> {
        self.noted.forget();
        let id = self.normal_card_id(card);
        match self.cards.get_mut(&id) {
            Some(card) if card.standing != Standing::Retired => Ok(card),
            Some(_) => Err(LoadError::CardRetired(id)),
            None => Err(LoadError::UnknownCard(id)),
        }
    }
}
