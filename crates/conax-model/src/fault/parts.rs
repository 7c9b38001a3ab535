//! A fault plan, and what a head-end remembers for its sake, taken apart and put together again: for
//! whoever keeps them outside this process.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::carry_out::{HeadEndMemory, Held};
use super::past::{Done, Past};
use super::plan::FaultPlan;
use super::rule::{Entry, FaultRule};
use super::state::RuleAtWork;
use crate::cas::{CasParts, CasSettings, CasState};
use crate::entropy::{Dice, POSITION_LEN, Seed};
use crate::id::{SmartcardId, TransactionId};
use crate::time::SimTime;

/// What a fault plan is made of.
#[derive(Clone, Debug)]
pub struct PlanParts {
    /// The seed of the dice of rules to come.
    pub seed: Seed,
    /// The rules, in order.
    pub rules: Vec<RuleParts>,
    /// The smartcards that always meet the same.
    pub magic: Arc<BTreeMap<String, Entry>>,
    /// How often one of them was met.
    pub magic_hits: u64,
}

/// A rule with what it remembers.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleParts {
    /// The rule.
    pub rule: FaultRule,
    /// Since when it stands in the plan.
    pub installed: SimTime,
    /// When it acted for the first time.
    pub first_hit: Option<SimTime>,
    /// How often it acted.
    pub hits: u64,
    /// How many exchanges it let pass.
    pub missed: u64,
    /// How many exchanges met everything that is no matter of counting or chance.
    pub met: u64,
    /// The latest takers of an entry that others may share, each with its place in the script.
    pub shared: Vec<(u64, u64)>,
    /// Tokens of a throttle, and when they were counted.
    pub bucket: Option<(f64, SimTime)>,
    /// Where its dice are.
    pub dice: [u8; POSITION_LEN],
}

/// What a head-end under faults remembers besides its state.
#[derive(Clone, Debug, Default)]
pub struct MemoryParts {
    /// Its past, if a rule may ask for it.
    pub past: Option<PastParts>,
    /// What it holds back, the longest held first.
    pub held: Vec<Held>,
    /// From when on a card has heard of everything.
    pub on_air_from: BTreeMap<SmartcardId, SimTime>,
    /// The transaction of its last answer.
    pub last_answered: Option<TransactionId>,
}

/// The past of a head-end.
#[derive(Clone, Debug)]
pub struct PastParts {
    /// How far back it goes.
    pub span: Duration,
    /// What the head-end kept then.
    pub base: CasParts,
    /// What was done since, in order.
    pub since: Vec<Done>,
}

impl FaultPlan {
    /// What the plan is made of.
    #[must_use]
    pub fn parts(&self) -> PlanParts {
        PlanParts {
            seed: self.seed,
            rules: self.rules.iter().map(RuleAtWork::parts).collect(),
            magic: Arc::clone(&self.magic),
            magic_hits: self.magic_hits,
        }
    }

    /// The plan of these parts.
    #[must_use]
    pub fn from_parts(parts: PlanParts) -> Self {
        let rules = parts.rules.into_iter();
        Self {
            seed: parts.seed,
            rules: rules.map(RuleAtWork::from_parts).collect(),
            magic: parts.magic,
            magic_hits: parts.magic_hits,
        }
    }
}

impl RuleAtWork {
    fn parts(&self) -> RuleParts {
        RuleParts {
            rule: FaultRule::clone(&self.rule),
            installed: self.installed,
            first_hit: self.first_hit,
            hits: self.hits,
            missed: self.missed,
            met: self.met,
            shared: self.shared.iter().copied().collect(),
            bucket: self.bucket,
            dice: self.dice.position(),
        }
    }

    fn from_parts(parts: RuleParts) -> Self {
        Self {
            rule: Arc::new(parts.rule),
            installed: parts.installed,
            first_hit: parts.first_hit,
            hits: parts.hits,
            missed: parts.missed,
            met: parts.met,
            shared: parts.shared.into(),
            bucket: parts.bucket,
            dice: Dice::at(&parts.dice),
        }
    }
}

impl HeadEndMemory {
    /// What it is made of.
    #[must_use]
    pub fn parts(&self) -> MemoryParts {
        MemoryParts {
            past: self.past.parts(),
            held: self.held.clone(),
            on_air_from: self.on_air_from.clone(),
            last_answered: self.last_answered,
        }
    }

    /// The memory of these parts, for a head-end with these settings.
    #[must_use]
    pub fn from_parts(settings: &CasSettings, parts: MemoryParts) -> Self {
        Self {
            past: parts.past.map_or_else(Past::default, |past| Past {
                span: past.span,
                base: Some(CasState::from_parts(settings.clone(), past.base)),
                since: past.since.into(),
            }),
            held: parts.held,
            on_air_from: parts.on_air_from,
            last_answered: parts.last_answered,
        }
    }
}

impl Past {
    fn parts(&self) -> Option<PastParts> {
        let base = self.base.as_ref()?;
        Some(PastParts {
            span: self.span,
            base: base.parts(),
            since: self.since.iter().cloned().collect(),
        })
    }
}
