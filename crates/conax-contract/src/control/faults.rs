//! Faults, ledger, drift and why: bodies in and views out.

use std::borrow::Cow;

use conax_model::fault::{Acted, NearMiss};
use conax_model::ledger::{Fate, Row, Standing, Totals};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::view::view;
use crate::crm::DateText;
use crate::fault::{PRESETS, Preset, WEATHERS, Weather, magic_cards};
use crate::proof::TotalsForm;

/// The fault plan.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FaultsView {
    /// The rules, in order: the first that acts decides.
    pub faults: Vec<FaultView>,
    /// Rules that can never act, and why.
    pub shadowed: Vec<ShadowView>,
}

/// A fault rule as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FaultView {
    /// Its name.
    pub name: String,
    /// `active`, `paused`, `spent` or `expired`.
    pub status: &'static str,
    /// How often it acted.
    pub hit: u64,
    /// How many exchanges it let pass.
    pub missed: u64,
    /// Since when it stands in the plan.
    pub since: DateText,
    /// The rule as it was written.
    pub rule: Value,
}

/// A rule that can never act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ShadowView {
    /// The rule.
    pub rule: String,
    /// The rule before it that always acts.
    pub by: String,
}

/// What to change about a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FaultChangeBody {
    /// Whether it rests.
    pub paused: Option<bool>,
    /// Its place in the plan, from 0.
    pub place: Option<usize>,
}

/// The command of a dry run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DryRunBody {
    /// Its documented type.
    pub command: String,
    /// The smartcard.
    pub card: Option<String>,
    /// The product.
    pub product: Option<String>,
    /// The pairing module.
    pub module: Option<String>,
    /// The number of the subscription.
    pub subscription: Option<String>,
    /// The priority.
    pub priority: Option<String>,
}

/// What a command would meet.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DryRunView {
    /// The rules that would act, in order; none: it would go well.
    pub acts: Vec<ActedView>,
    /// The rules that nearly would.
    pub nearly: Vec<NearMissView>,
    /// Simulated time before anything is done, in milliseconds.
    pub delay_before_ms: u64,
    /// Simulated time after everything is done, in milliseconds.
    pub delay_after_ms: u64,
    /// How it would end, in words.
    pub ends: String,
}

view! {
    /// A rule that acted.
    #[derive(Eq)]
    pub struct ActedView of acted: Acted {
        /// The rule.
        rule: String = acted.rule.to_string();
        /// What it did.
        fault: String = acted.title.to_string();
        /// Which hit that was.
        hit: u64 = acted.hit;
        /// How many hits it has; absent: no limit.
        #[serde(skip_serializing_if = "Option::is_none")]
        of: Option<u64> = acted.of;
    }
}

view! {
    /// A rule that nearly acted.
    #[derive(Eq)]
    pub struct NearMissView of near: NearMiss {
        /// The rule.
        rule: String = near.rule().to_string();
        /// The one thing that kept it from acting.
        because: String = near.why();
    }
}

/// The presets, weathers and magic smartcards.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PresetsView {
    /// The catalogue.
    pub presets: &'static [Preset],
    /// Several rules under one name.
    pub weathers: &'static [Weather],
    /// Smartcards that always meet the same.
    pub magic_smartcards: Vec<MagicView>,
}

/// A magic smartcard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MagicView {
    /// Its number.
    pub card: String,
    /// What it meets; absent: everything goes well.
    pub preset: Option<String>,
    /// How its requests end.
    pub crm: &'static str,
    /// How often the head-end carries them out.
    pub conax: &'static str,
}

/// The ledger in numbers, and the requests the CRM thinks wrongly of.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LedgerView {
    /// Everything, counted.
    #[serde(with = "TotalsForm")]
    pub totals: Totals,
    /// Whether both sides add up.
    pub adds_up: bool,
    /// Whether lines of the journals were let go; rows and totals are right nevertheless.
    pub is_full: bool,
    /// Rows, in order of their number.
    pub rows: Vec<LedgerRowView>,
}

view! {
    /// What became of one request.
    #[derive(Eq)]
    pub struct LedgerRowView of row: Row {
        /// Its number.
        request: u64 = row.request;
        /// Its type.
        #[serde(rename = "type")]
        request_type: &'static str = row.kind.code();
        /// How the CRM sees it.
        crm: &'static str = row.standing.code();
        /// How often the head-end carried it out: once, twice, partly, never, unknown.
        conax: &'static str = row.fate.code();
        /// Whether the CRM thinks rightly of it.
        known_to_crm: bool = row.known_to_crm();
        /// Whether the head-end holds it back.
        is_held: bool = row.is_held;
        /// The exchanges it took.
        exchanges: Vec<u64> = row.exchanges.clone();
        /// The transactions that carried it out.
        transactions: Vec<String> = row.transactions.iter().map(ToString::to_string).collect();
        /// How many lines of both journals about it were let go.
        lines_let_go: u64 = row.crm_let_go + row.cas_let_go;
    }
}

/// The drift.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DriftsView {
    /// Every difference.
    pub drift: Vec<DriftView>,
    /// Orders that a later one of their smartcard, or of their pairing module, has overtaken.
    pub turned_round: Vec<TurnedRoundView>,
}

/// Two orders of a smartcard, or of a pairing module, that left in another order than they were
/// made in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TurnedRoundView {
    /// The smartcard; where only a pairing module is common to both, one of the first request.
    pub smartcard: String,
    /// The pairing module, where no smartcard is common to both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pairing_module: Option<String>,
    /// The request that stood first.
    pub request: Option<u64>,
    /// The request that left before it.
    pub by: Option<u64>,
    /// How that came.
    pub because: String,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DriftView {
    /// `entitlement`, `pairing` or `pin`.
    pub kind: &'static str,
    /// The smartcards.
    pub smartcards: Vec<String>,
    /// The products, or pairing modules.
    pub items: Vec<String>,
    /// What the CRM believes.
    pub crm: String,
    /// What Conax holds.
    pub conax: String,
    /// The request that caused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<u64>,
    /// Why.
    pub because: String,
    /// The types of the requests that would heal it.
    pub heals: Vec<&'static str>,
    /// Why nothing heals it, or not whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cannot_heal: Option<String>,
}

/// What was done to heal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HealingView {
    /// How many differences there were.
    pub drift: usize,
    /// Numbers of the requests that were created.
    pub requests: Vec<u64>,
    /// Smartcards left out, because requests about them have not ended.
    pub left_out: Vec<String>,
    /// What nothing heals, or not whole, and why.
    pub cannot_heal: Vec<String>,
    /// What to do next.
    pub next: Cow<'static, str>,
}

/// Why a request is where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WhyView {
    /// Its number.
    pub request: Option<u64>,
    /// Its state.
    pub state: &'static str,
    /// From the effect to its cause.
    pub because: Vec<String>,
    /// The trace the call that made it belongs to, as the header of W3C Trace Context has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl PresetsView {
    /// Everything there is.
    #[must_use]
    pub fn all() -> Self {
        Self { presets: &PRESETS, weathers: &WEATHERS, magic_smartcards: MagicView::all() }
    }
}

impl MagicView {
    /// Every magic smartcard.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let cards = magic_cards().into_iter();
        let views = cards.map(|magic| Self {
            card: magic.card,
            preset: magic.preset.map(Preset::title),
            crm: magic.preset.map_or(Standing::Completed, |preset| preset.crm).code(),
            conax: magic.preset.map_or(Fate::Once, |preset| preset.conax).code(),
        });
        views.collect()
    }
}
