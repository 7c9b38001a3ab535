//! What follows from the journals: rows and totals.

use conax_model::command::CommandKind;
use conax_model::ledger::{Fate, Standing, Totals};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::form;
use crate::text::as_word;

/// What became of an acknowledged request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Its number.
    pub request: u64,
    /// What it asks for.
    #[serde(rename = "type", with = "form::request_type")]
    pub request_type: CommandKind,
    /// Where it stands at the CRM.
    #[serde(with = "as_word")]
    pub crm: Standing,
    /// How often the head-end did it, without what was undone.
    #[serde(with = "as_word")]
    pub conax: Fate,
    /// How often it was executed.
    pub executions: u64,
    /// How many of those were undone.
    pub undone: u64,
    /// Whether what the CRM shows is what the head-end did, and the CRM has reason to know it.
    pub known_to_crm: bool,
    /// Transactions executed, refused or pretended for it, in the head-end's order.
    pub transactions: Vec<String>,
    /// Lines of the CRM's journal about it.
    pub crm_lines: u64,
    /// Lines of the head-end's journal about it.
    pub conax_lines: u64,
    /// How many of `crm_lines` are not in the file.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub crm_let_go: u64,
    /// How many of `conax_lines` are not in the file.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub conax_let_go: u64,
}

/// What the head-end did in a foreign client's exchange, or at its console.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForeignRow {
    /// The exchange; absent for a command of the console.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange: Option<u64>,
    /// Transactions executed, refused or pretended; of the console exactly one.
    pub transactions: Vec<String>,
    /// How many were executed.
    pub executions: u64,
    /// How many of those were undone.
    pub undone: u64,
    /// Lines of the head-end's journal about it.
    pub conax_lines: u64,
    /// How many of them are not in the file.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub conax_let_go: u64,
}

/// How the model's [`Totals`] are written.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Totals", rename = "Totals", deny_unknown_fields)]
pub struct TotalsForm {
    acknowledged: u64,
    once: u64,
    twice: u64,
    #[serde(default)]
    partly: u64,
    never: u64,
    unknown: u64,
    completed: u64,
    rejected: u64,
    pending: u64,
    in_flight: u64,
    unknown_to_crm: u64,
    false_completions: u64,
    foreign_executions: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(super) const fn is_zero(count: &u64) -> bool {
    *count == 0
}
