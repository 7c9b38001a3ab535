//! What the head-end keeps, and how to look at it.
//!
//! Views that depend on the clock take `now`; none of them changes anything.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{DomainName, PairingModuleId, ProductId, SmartcardId};
use crate::noted::Noted;
use crate::time::SimTime;

use super::answer::ActiveEntitlement;
use super::card::{Card, CardView};
use super::decision::CasChange;
use super::entitlement::EntitlementView;
use super::fingerprint::{FingerprintJob, FingerprintKey, FingerprintView};
use super::format::CardFormat;
use super::load::{KeyState, ModuleSpec, ProductSpec};
use super::message::{Message, MessageKey, MessageView};
use super::pairing::{Pairing, Pairings};
use super::schedule::Schedule;
use super::settings::CasSettings;
use super::transaction::{Transaction, TransactionLog};

/// The conditional-access state of a head-end: everything it knows and remembers.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct CasState {
    #[cfg_attr(feature = "storage", serde(skip))]
    pub(super) settings: CasSettings,
    pub(super) domains: BTreeSet<DomainName>,
    pub(super) products: BTreeMap<ProductId, ProductSpec>,
    pub(super) cards: BTreeMap<SmartcardId, Card>,
    pub(super) modules: BTreeMap<PairingModuleId, KeyState>,
    pub(super) pairings: Pairings,
    pub(super) messages: Schedule<MessageKey, Message>,
    pub(super) fingerprints: Schedule<FingerprintKey, FingerprintJob>,
    pub(super) transactions: TransactionLog,
    /// What was carried out and recorded.
    #[cfg_attr(feature = "storage", serde(skip))]
    pub(super) noted: Noted<CasChange>,
}

impl CasState {
    /// A head-end that knows nothing yet.
    #[must_use]
    pub fn new(settings: CasSettings) -> Self {
        Self {
            settings,
            domains: BTreeSet::new(),
            products: BTreeMap::new(),
            cards: BTreeMap::new(),
            modules: BTreeMap::new(),
            pairings: Pairings::default(),
            messages: Schedule::default(),
            fingerprints: Schedule::default(),
            transactions: TransactionLog::default(),
            noted: Noted::default(),
        }
    }

    /// The same head-end under other settings; one that was stored has none of its own.
    #[must_use]
    pub fn with_settings(self, settings: CasSettings) -> Self {
        Self { settings, ..self }
    }

    /// The settings.
    #[must_use]
    pub const fn settings(&self) -> &CasSettings {
        &self.settings
    }

    /// The SMS domains, by name.
    pub fn domains(&self) -> impl Iterator<Item = &DomainName> {
        self.domains.iter()
    }

    /// The products, by id.
    pub fn products(&self) -> impl Iterator<Item = &ProductSpec> {
        self.products.values()
    }

    /// The pairing modules, by id.
    pub fn modules(&self) -> impl Iterator<Item = ModuleSpec> {
        self.modules.iter().map(|(id, key)| ModuleSpec { id: id.clone(), key: *key })
    }

    /// The smartcards as they are now, by id; retired ones too.
    pub fn cards(&self, now: SimTime) -> impl Iterator<Item = CardView> {
        let cards = self.cards.iter();
        cards.map(move |(id, card)| self.card_view(id, card, now))
    }

    /// How many smartcards there are; retired ones count.
    #[must_use]
    pub fn card_count(&self) -> usize {
        self.cards.len()
    }

    /// A smartcard as it is now.
    #[must_use]
    pub fn card(&self, id: &SmartcardId, now: SimTime) -> Option<CardView> {
        let (id, card) = self.cards.get_key_value(&self.normal_card_id(id))?;
        Some(self.card_view(id, card, now))
    }

    /// The products active on a smartcard now, by id.
    #[must_use]
    pub fn active_products(&self, card: &SmartcardId, now: SimTime) -> Vec<ProductId> {
        let active = self.active_entitlements(card, now);
        active.into_iter().map(|active| active.product).collect()
    }

    /// The products active on a smartcard now and their periods, by product id.
    #[must_use]
    pub fn active_entitlements(&self, card: &SmartcardId, now: SimTime) -> Vec<ActiveEntitlement> {
        let card = self.cards.get(&self.normal_card_id(card));
        let stored = card.into_iter().flat_map(|card| &card.entitlements);
        let active = stored.filter_map(|(product, periods)| {
            let period = periods.active(now)?;
            Some(ActiveEntitlement {
                product: product.clone(),
                start: period.start(),
                end: period.end(),
            })
        });
        active.collect()
    }

    /// What a smartcard may watch now or later, by product id and time.
    #[must_use]
    pub fn entitlements(&self, card: &SmartcardId, now: SimTime) -> Vec<EntitlementView> {
        let card = self.cards.get(&self.normal_card_id(card));
        let stored = card.into_iter().flat_map(|card| &card.entitlements);
        let views = stored.flat_map(|(product, periods)| {
            let living = periods.living(now);
            living.map(move |period| EntitlementView::new(product, period, now))
        });
        views.collect()
    }

    /// The pairing a smartcard is in.
    #[must_use]
    pub fn pairing_of_card(&self, card: &SmartcardId) -> Option<&Pairing> {
        self.pairings.of_card(&self.normal_card_id(card))
    }

    /// The pairing a module is in.
    #[must_use]
    pub fn pairing_of_module(&self, module: &PairingModuleId) -> Option<&Pairing> {
        self.pairings.of_module(module)
    }

    /// The pairings, the oldest first.
    pub fn pairings(&self) -> impl Iterator<Item = &Pairing> {
        self.pairings.iter()
    }

    /// The messages as they are now, by number.
    pub fn messages(&self, now: SimTime) -> impl Iterator<Item = MessageView> {
        let messages = self.messages.iter();
        messages.map(move |(number, shown)| MessageView::new(number, shown, now))
    }

    /// The fingerprint jobs as they are now, by number.
    pub fn fingerprints(&self, now: SimTime) -> impl Iterator<Item = FingerprintView> {
        let jobs = self.fingerprints.iter();
        jobs.map(move |(number, shown)| FingerprintView::new(number, shown, now))
    }

    /// The remembered transactions, the oldest first.
    pub fn transactions(&self) -> impl DoubleEndedIterator<Item = &Transaction> {
        self.transactions.iter()
    }

    /// How many transactions there ever were.
    #[must_use]
    pub const fn transaction_count(&self) -> u64 {
        self.transactions.count
    }

    /// The form under which a smartcard is kept here, if it is; else as it is.
    #[must_use]
    pub fn kept_form<'a>(&'a self, card: &'a str) -> &'a str {
        match self.settings.card_format {
            CardFormat::Lenient | CardFormat::Strict => card,
            CardFormat::StrictOrPrinted => {
                let id = self.normal_card_id(&SmartcardId::new(card));
                let kept = self.cards.get_key_value(&id);
                kept.map_or(card, |(kept, _)| kept.as_str())
            }
        }
    }

    /// The id in the form it is kept under; as it is if the format refuses it.
    pub(super) fn normal_card_id(&self, id: &SmartcardId) -> SmartcardId {
        let read = self.settings.card_format.read(id);
        read.unwrap_or_else(|_| id.clone())
    }
}
