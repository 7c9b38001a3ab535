//! The fault plan of a world, with the rules as they were written.

use std::collections::BTreeMap;

use conax_contract::fault::{WrittenRule, magic_cards};
use conax_contract::world::WorldSpec;
use conax_model::entropy::Seed;
use conax_model::fault::{FaultPlan, FaultRule, RuleId};
use conax_model::time::SimTime;
use serde_json::Value;

use crate::settings::SimulatorSettings;

/// The plan with what belongs to it. Copies are independent of each other.
#[derive(Clone, Debug)]
pub struct FaultBook {
    /// The plan.
    pub plan: FaultPlan,
    /// The rules as they were written, by name.
    pub written: BTreeMap<RuleId, Value>,
    pub(crate) made_names: u64,
}

impl FaultBook {
    /// An empty plan; with magic smartcards, if the world has them.
    #[must_use]
    pub fn new(seed: Seed, has_magic: bool) -> Self {
        let mut book = Self { plan: FaultPlan::new(seed), written: BTreeMap::new(), made_names: 0 };
        book.set_magic(has_magic);
        book
    }

    /// The plan a simulator begins with in this world.
    #[must_use]
    pub fn of_instance(settings: &SimulatorSettings, world: &WorldSpec, now: SimTime) -> Self {
        let mut book = Self::new(settings.seed, world.magic_smartcards);
        for rule in &settings.faults {
            book.add(rule, None, now);
        }
        book
    }

    /// Adds a rule, at the end or at a place; its name.
    pub fn add(&mut self, written: &WrittenRule, place: Option<usize>, now: SimTime) -> RuleId {
        let rule = written.rule.clone().or_named(&self.made_name(&written.rule));
        let id = rule.id.clone();
        self.written.insert(id.clone(), written.written.clone());
        self.plan.add(rule, place, now);
        id
    }

    /// A name nobody has, for a rule that was given none.
    fn made_name(&mut self, rule: &FaultRule) -> String {
        loop {
            self.made_names += 1;
            let name = format!("rule-{}", self.made_names);
            if rule.is_named() || self.plan.find(&RuleId::new(name.as_str())).is_none() {
                return name;
            }
        }
    }

    /// Removes a rule; whether there was one.
    pub fn remove(&mut self, id: &RuleId) -> bool {
        self.written.remove(id);
        self.plan.remove(id)
    }

    /// Lets a rule rest, or act again, and writes down that it does; whether there is one.
    pub fn pause(&mut self, id: &RuleId, paused: bool) -> bool {
        if let Some(written) = self.written.get_mut(id).and_then(Value::as_object_mut) {
            match paused {
                true => written.insert("paused".to_owned(), true.into()),
                false => written.remove("paused"),
            };
        }
        self.plan.pause(id, paused)
    }

    /// Removes every rule.
    pub fn clear(&mut self) {
        self.written.clear();
        self.plan.clear();
    }

    /// Whether cards always meet the same from now on.
    pub(crate) fn set_magic(&mut self, has_magic: bool) {
        let cards = has_magic.then(magic_cards).unwrap_or_default().into_iter();
        let entries = cards.filter_map(|magic| Some((magic.card, magic.entry?)));
        self.plan.set_magic(entries.collect());
    }
}
