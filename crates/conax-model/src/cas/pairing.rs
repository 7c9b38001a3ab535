//! Pairings: groups of smartcards and pairing modules.
//!
//! A smartcard and a module are each in at most one group (law I11). A group without smartcards
//! or without modules pairs nothing, so it vanishes. Modules have no SMS domain, groups do: a
//! module paired by one domain cannot be taken by another, or a domain would change a card of
//! another (law I17).

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{DomainName, PairingModuleId, SmartcardId};
use crate::time::SimTime;

use super::decision::{Change, Decision, Verdict};
use super::load::KeyState;
use super::settings::{AddedSets, RepairPolicy};
use super::state::CasState;
use super::transaction::{Effect, Rejection, RejectionCause};
use super::wording::quoted;

/// A group of smartcards and modules (Inferred: both documented parameters are sets).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct Pairing {
    /// Since when the group exists.
    pub since: SimTime,
    /// Its smartcards, at least one.
    pub cards: BTreeSet<SmartcardId>,
    /// Its modules, at least one.
    pub modules: BTreeSet<PairingModuleId>,
}

/// All groups, with a way to them from each member.
#[derive(Clone, Debug, Default)]
#[cfg_attr(
    feature = "storage",
    derive(serde::Serialize, serde::Deserialize),
    serde(from = "Vec<Pairing>", into = "Vec<Pairing>")
)]
pub(super) struct Pairings {
    next_key: u64,
    groups: BTreeMap<u64, Pairing>,
    by_card: BTreeMap<SmartcardId, u64>,
    by_module: BTreeMap<PairingModuleId, u64>,
}

/// These groups, the oldest first.
impl From<Vec<Pairing>> for Pairings {
    fn from(groups: Vec<Pairing>) -> Self {
        let mut pairings = Self::default();
        for group in groups {
            pairings.form(group.cards, group.modules, group.since);
        }
        pairings
    }
}

impl From<Pairings> for Vec<Pairing> {
    fn from(pairings: Pairings) -> Self {
        pairings.groups.into_values().collect()
    }
}

impl Pairings {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Pairing> {
        self.groups.values()
    }

    pub(super) fn of_card(&self, card: &SmartcardId) -> Option<&Pairing> {
        self.groups.get(self.by_card.get(card)?)
    }

    pub(super) fn of_module(&self, module: &PairingModuleId) -> Option<&Pairing> {
        self.groups.get(self.by_module.get(module)?)
    }

    /// Makes a group of these members, which leave any other.
    pub(super) fn form(
        &mut self,
        cards: BTreeSet<SmartcardId>,
        modules: BTreeSet<PairingModuleId>,
        now: SimTime,
    ) {
        let key = self.next_key;
        self.next_key += 1;
        self.admit(key, &cards, &modules);
        let pairing = Pairing { since: now, cards, modules };
        self.groups.insert(key, pairing);
    }

    /// Adds these members, which leave any other group, to the group of a card.
    pub(super) fn grow(
        &mut self,
        existing_card: &SmartcardId,
        cards: BTreeSet<SmartcardId>,
        modules: BTreeSet<PairingModuleId>,
    ) {
        let Some(&key) = self.by_card.get(existing_card) else {
            return;
        };
        self.admit(key, &cards, &modules);
        if let Some(group) = self.groups.get_mut(&key) {
            group.cards.extend(cards);
            group.modules.extend(modules);
        }
    }

    /// Takes a card out of its group.
    pub(super) fn release_card(&mut self, card: &SmartcardId) {
        let Some(key) = self.by_card.remove(card) else {
            return;
        };
        if let Some(group) = self.groups.get_mut(&key) {
            group.cards.remove(card);
        }
        self.dissolve_if_pointless(key);
    }

    fn release_module(&mut self, module: &PairingModuleId) {
        let Some(key) = self.by_module.remove(module) else {
            return;
        };
        if let Some(group) = self.groups.get_mut(&key) {
            group.modules.remove(module);
        }
        self.dissolve_if_pointless(key);
    }

    /// Points the members to the group `key`; those of another group leave it first.
    fn admit(
        &mut self,
        key: u64,
        cards: &BTreeSet<SmartcardId>,
        modules: &BTreeSet<PairingModuleId>,
    ) {
        for card in cards {
            if self.by_card.get(card) != Some(&key) {
                self.release_card(card);
                self.by_card.insert(card.clone(), key);
            }
        }
        for module in modules {
            if self.by_module.get(module) != Some(&key) {
                self.release_module(module);
                self.by_module.insert(module.clone(), key);
            }
        }
    }

    fn dissolve_if_pointless(&mut self, key: u64) {
        let pointless = |group: &Pairing| group.cards.is_empty() || group.modules.is_empty();
        if !self.groups.get(&key).is_some_and(pointless) {
            return;
        }
        if let Some(group) = self.groups.remove(&key) {
            for card in &group.cards {
                self.by_card.remove(card);
            }
            for module in &group.modules {
                self.by_module.remove(module);
            }
        }
    }
}

/// The members a command names, checked for themselves.
struct Members {
    cards: BTreeSet<SmartcardId>,
    modules: BTreeSet<PairingModuleId>,
}

impl CasState {
    /// Inferred: the same sets again change nothing; other sets supersede or are rejected.
    pub(super) fn decide_create_pairing(
        &self,
        domain: &DomainName,
        cards: &[SmartcardId],
        modules: &[PairingModuleId],
    ) -> Verdict {
        if cards.is_empty() || modules.is_empty() {
            return Err(Rejection::invalid(format!(
                "a pairing needs smartcards and pairing modules; {} and {} were named",
                cards.len(),
                modules.len()
            )));
        }
        let members = self.read_members(cards, modules)?;
        self.check_members(domain, &members)?;
        let same =
            |group: &&Pairing| group.cards == members.cards && group.modules == members.modules;
        let named = members.cards.first().and_then(|card| self.pairings.of_card(card));
        if named.filter(same).is_some() {
            return Ok(Decision::nothing_to_do());
        }
        self.check_free(domain, &members, None)?;
        self.check_group_size(members.cards.len(), members.modules.len())?;
        let effect = Effect::PairingCreated {
            cards: members.cards.iter().cloned().collect(),
            modules: members.modules.iter().cloned().collect(),
        };
        let Members { cards, modules } = members;
        let change = Change::FormPairing { cards, modules };
        Ok(Decision::change(change, effect))
    }

    /// Inferred: the union of the named card's group and the new members.
    pub(super) fn decide_add_to_pairing(
        &self,
        domain: &DomainName,
        existing_card: &SmartcardId,
        cards: &[SmartcardId],
        modules: &[PairingModuleId],
    ) -> Verdict {
        let existing_card = self.settings.card_format.read(existing_card)?;
        self.check_added_sets(cards, modules)?;
        let mut members = self.read_members(cards, modules)?;
        self.usable_card(domain, &existing_card)?;
        self.check_members(domain, &members)?;
        let Some(group) = self.pairings.of_card(&existing_card) else {
            let message = format!("smartcard {} is not paired", quoted(&existing_card));
            return Err(Rejection::new(RejectionCause::PairingNotFound, message));
        };
        members.cards.retain(|card| !group.cards.contains(card));
        members.modules.retain(|module| !group.modules.contains(module));
        if members.cards.is_empty() && members.modules.is_empty() {
            return Ok(Decision::nothing_to_do());
        }
        self.check_free(domain, &members, Some(group))?;
        self.check_group_size(
            group.cards.len() + members.cards.len(),
            group.modules.len() + members.modules.len(),
        )?;
        let Members { cards, modules } = members;
        let effect = Effect::PairingGrown {
            existing_card: existing_card.clone(),
            cards: cards.iter().cloned().collect(),
            modules: modules.iter().cloned().collect(),
        };
        let change = Change::GrowPairing { existing_card, cards, modules };
        Ok(Decision::change(change, effect))
    }

    /// Whether the module is known; withdrawn ones are.
    pub(super) fn known_module(&self, module: &PairingModuleId) -> Result<KeyState, Rejection> {
        self.modules.get(module).copied().ok_or_else(|| {
            Rejection::new(
                RejectionCause::PairingModuleNotFound,
                format!(
                    "pairing module {} is not known; its key is not loaded yet",
                    quoted(module)
                ),
            )
        })
    }

    /// Whether the group of cards belongs to another domain.
    pub(super) fn is_foreign(&self, domain: &DomainName, pairing: &Pairing) -> bool {
        let owner = |card| self.cards.get(card).map(|card| &card.domain);
        pairing.cards.iter().any(|card| owner(card) != Some(domain))
    }

    fn check_added_sets(
        &self,
        cards: &[SmartcardId],
        modules: &[PairingModuleId],
    ) -> Result<(), Rejection> {
        let message = match (cards.is_empty(), modules.is_empty()) {
            (true, true) => "neither smartcards nor pairing modules to add were named",
            (false, false) if self.settings.added_sets == AddedSets::One => {
                "smartcards and pairing modules were named; add one set at a time"
            }
            _ => return Ok(()),
        };
        Err(Rejection::invalid(message))
    }

    fn read_members(
        &self,
        cards: &[SmartcardId],
        modules: &[PairingModuleId],
    ) -> Result<Members, Rejection> {
        let mut members = Members { cards: BTreeSet::new(), modules: BTreeSet::new() };
        for card in cards {
            let id = self.settings.card_format.read(card)?;
            if !members.cards.insert(id) {
                let message = format!("smartcard {} is named twice", quoted(card));
                return Err(Rejection::invalid(message));
            }
        }
        for module in modules {
            self.settings.module_format.check(module)?;
            if !members.modules.insert(module.clone()) {
                let message = format!("pairing module {} is named twice", quoted(module));
                return Err(Rejection::invalid(message));
            }
        }
        Ok(members)
    }

    fn check_members(&self, domain: &DomainName, members: &Members) -> Result<(), Rejection> {
        for card in &members.cards {
            self.usable_card(domain, card)?;
        }
        for module in &members.modules {
            if self.known_module(module)? == KeyState::Withdrawn {
                let message = format!("the key of pairing module {} is withdrawn", quoted(module));
                return Err(Rejection::new(RejectionCause::PairingModuleNotFound, message));
            }
        }
        Ok(())
    }

    /// Checks that the members are free, or may leave the groups they are in: those of a new
    /// group may, those that join `target` may not.
    fn check_free(
        &self,
        domain: &DomainName,
        members: &Members,
        target: Option<&Pairing>,
    ) -> Result<(), Rejection> {
        let conflict = |message| Err(Rejection::new(RejectionCause::PairingConflict, message));
        for module in &members.modules {
            let group = self.pairings.of_module(module);
            if group.is_some_and(|group| self.is_foreign(domain, group)) {
                let module = quoted(module);
                return conflict(format!(
                    "pairing module {module} is paired under another SMS domain"
                ));
            }
        }
        // Inferred: creating anew supersedes, since no command ends a pairing; adding never takes a
        // member away from another group.
        if target.is_none() && self.settings.repair_policy == RepairPolicy::Replace {
            return Ok(());
        }
        let elsewhere = |group: Option<&Pairing>| group.is_some() && group != target;
        let card = members.cards.iter();
        if let Some(card) = card.into_iter().find(|id| elsewhere(self.pairings.of_card(id))) {
            return conflict(format!("smartcard {} is paired already", quoted(card)));
        }
        let mut modules = members.modules.iter();
        match modules.find(|id| elsewhere(self.pairings.of_module(id))) {
            Some(id) => conflict(format!("pairing module {} is paired already", quoted(id))),
            None => Ok(()),
        }
    }

    fn check_group_size(&self, cards: usize, modules: usize) -> Result<(), Rejection> {
        let limit = self.settings.pairing_group_limit;
        if cards <= limit && modules <= limit {
            return Ok(());
        }
        let message = format!(
            "the pairing would have {cards} smartcards and {modules} pairing modules; \
             it may have {limit} of each"
        );
        Err(Rejection::new(RejectionCause::CapacityExceeded, message))
    }
}
