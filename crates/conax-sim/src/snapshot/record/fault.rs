//! The fault plan, and what the head-end remembers for its sake.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use conax_contract::fault::RuleSpec;
use conax_model::cas::CasSettings;
use conax_model::entropy::{POSITION_LEN, Seed};
use conax_model::fault::{
    Done, FaultPlan, HeadEndMemory, Held, MemoryParts, PastParts, PlanParts, RuleId, RuleParts,
};
use conax_model::id::{DomainName, SmartcardId, TransactionId};
use conax_model::time::SimTime;
use serde::{Deserialize, Serialize};

use super::cas::CasRecord;
use super::command::CommandRecord;
use super::transaction::TransactionRecord;
use super::{Bits, UnknownValue};
use crate::fault::{FaultBook, convert_rule, magic};

/// The fault plan.
#[derive(Serialize, Deserialize)]
pub(in crate::snapshot) struct PlanRecord<'a> {
    seed: u64,
    has_magic: bool,
    magic_hits: u64,
    made_names: u64,
    #[serde(borrow)]
    rules: Vec<RuleRecord<'a>>,
}

/// A rule as it was written, with what it remembers.
#[derive(Serialize, Deserialize)]
struct RuleRecord<'a> {
    name: &'a str,
    /// JSON.
    written: String,
    paused: bool,
    installed: i64,
    first_hit: Option<i64>,
    hits: u64,
    missed: u64,
    met: u64,
    shared: Vec<(u64, u64)>,
    bucket: Option<(f64, i64)>,
    dice: Vec<u8>,
}

/// What the head-end remembers.
#[derive(Serialize, Deserialize)]
pub(in crate::snapshot) struct MemoryRecord<'a> {
    #[serde(borrow)]
    past: Option<PastRecord<'a>>,
    #[serde(borrow)]
    held: Vec<HeldRecord<'a>>,
    #[serde(borrow)]
    on_air_from: Vec<(&'a str, i64)>,
    last_answered: Option<Bits>,
}

#[derive(Serialize, Deserialize)]
struct PastRecord<'a> {
    span: Duration,
    #[serde(borrow)]
    base: CasRecord<'a>,
    #[serde(borrow)]
    since: Vec<(CommandRecord<'a>, TransactionRecord<'a>, i64)>,
}

#[derive(Serialize, Deserialize)]
struct HeldRecord<'a> {
    exchange: u64,
    domain: &'a str,
    #[serde(borrow)]
    command: CommandRecord<'a>,
    due: i64,
    behind: Option<&'a str>,
    transaction: Bits,
}

impl<'a> PlanRecord<'a> {
    pub(in crate::snapshot) fn of(book: &'a FaultBook, parts: &'a PlanParts) -> Self {
        let rules = parts.rules.iter();
        Self {
            seed: parts.seed.0,
            has_magic: !parts.magic.is_empty(),
            magic_hits: parts.magic_hits,
            made_names: book.made_names,
            rules: rules.map(|rule| RuleRecord::of(rule, book)).collect(),
        }
    }

    pub(in crate::snapshot) fn revive(self) -> Result<FaultBook, UnknownValue> {
        let mut written = BTreeMap::new();
        let mut rules = Vec::with_capacity(self.rules.len());
        for record in self.rules {
            let (spec, rule) = record.revive()?;
            written.insert(rule.rule.id.clone(), spec.written);
            rules.push(rule);
        }
        Ok(FaultBook {
            plan: FaultPlan::from_parts(PlanParts {
                seed: Seed(self.seed),
                rules,
                magic: match self.has_magic {
                    true => Arc::new(magic()),
                    false => Arc::default(),
                },
                magic_hits: self.magic_hits,
            }),
            written,
            made_names: self.made_names,
        })
    }
}

impl<'a> RuleRecord<'a> {
    fn of(parts: &'a RuleParts, book: &FaultBook) -> Self {
        let id = &parts.rule.id;
        Self {
            name: &id.0,
            written: book
                .written
                .get(id)
                .map(ToString::to_string)
                .unwrap_or_default(),
            paused: parts.rule.paused,
            installed: parts.installed.millis(),
            first_hit: parts.first_hit.map(SimTime::millis),
            hits: parts.hits,
            missed: parts.missed,
            met: parts.met,
            shared: parts.shared.clone(),
            bucket: parts.bucket.map(|(tokens, since)| (tokens, since.millis())),
            dice: parts.dice.to_vec(),
        }
    }

    fn revive(self) -> Result<(RuleSpec, RuleParts), UnknownValue> {
        let unknown = UnknownValue("fault rule");
        let specs = RuleSpec::parse(&self.written).map_err(|_| unknown)?;
        let [spec] = <[RuleSpec; 1]>::try_from(specs).map_err(|_| unknown)?;
        let mut rule = convert_rule(&spec, self.name);
        rule.id = RuleId::new(self.name);
        rule.paused = self.paused;
        let dice = <[u8; POSITION_LEN]>::try_from(self.dice);
        let parts = RuleParts {
            rule,
            installed: SimTime::from_millis(self.installed),
            first_hit: self.first_hit.map(SimTime::from_millis),
            hits: self.hits,
            missed: self.missed,
            met: self.met,
            shared: self.shared,
            bucket: self
                .bucket
                .map(|(tokens, since)| (tokens, SimTime::from_millis(since))),
            dice: dice.map_err(|_| UnknownValue("position of dice"))?,
        };
        Ok((spec, parts))
    }
}

impl<'a> MemoryRecord<'a> {
    pub(in crate::snapshot) fn of(parts: &'a MemoryParts) -> Self {
        let on_air_from = parts.on_air_from.iter();
        Self {
            past: parts.past.as_ref().map(Into::into),
            held: parts.held.iter().map(Into::into).collect(),
            on_air_from: on_air_from
                .map(|(card, from)| (card.as_str(), from.millis()))
                .collect(),
            last_answered: parts.last_answered.map(|id| Bits(id.bits())),
        }
    }

    /// What a head-end with these settings remembers.
    pub(in crate::snapshot) fn revive(
        self,
        settings: &CasSettings,
    ) -> Result<HeadEndMemory, UnknownValue> {
        let on_air_from = self.on_air_from.into_iter();
        let parts = MemoryParts {
            past: self.past.map(PastRecord::revive).transpose()?,
            held: self.held.into_iter().map(Into::into).collect(),
            on_air_from: on_air_from
                .map(|(card, from)| (SmartcardId::new(card), SimTime::from_millis(from)))
                .collect(),
            last_answered: self
                .last_answered
                .map(|id| TransactionId::from_random_bits(id.0)),
        };
        Ok(HeadEndMemory::from_parts(settings, parts))
    }
}

impl<'a> From<&'a PastParts> for PastRecord<'a> {
    fn from(parts: &'a PastParts) -> Self {
        let since = parts.since.iter();
        Self {
            span: parts.span,
            base: CasRecord::of(&parts.base),
            since: since
                .map(|done| {
                    let at = done.at.millis();
                    ((&done.command).into(), (&done.transaction).into(), at)
                })
                .collect(),
        }
    }
}

impl PastRecord<'_> {
    fn revive(self) -> Result<PastParts, UnknownValue> {
        let since = self.since.into_iter().map(|(command, transaction, at)| {
            Ok(Done {
                command: command.into(),
                transaction: transaction.try_into()?,
                at: SimTime::from_millis(at),
            })
        });
        Ok(PastParts {
            span: self.span,
            base: self.base.revive()?,
            since: since.collect::<Result<_, _>>()?,
        })
    }
}

impl<'a> From<&'a Held> for HeldRecord<'a> {
    fn from(held: &'a Held) -> Self {
        Self {
            exchange: held.exchange,
            domain: held.domain.as_str(),
            command: (&held.command).into(),
            due: held.due.millis(),
            behind: held.behind.as_ref().map(SmartcardId::as_str),
            transaction: Bits(held.transaction.bits()),
        }
    }
}

impl From<HeldRecord<'_>> for Held {
    fn from(record: HeldRecord<'_>) -> Self {
        Self {
            exchange: record.exchange,
            domain: DomainName::new(record.domain),
            command: record.command.into(),
            due: SimTime::from_millis(record.due),
            behind: record.behind.map(SmartcardId::new),
            transaction: TransactionId::from_random_bits(record.transaction.0),
        }
    }
}
