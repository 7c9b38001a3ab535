//! What follows from the journals: rows and totals.

use serde::{Deserialize, Serialize};

use super::form;
use super::words::{ConaxFate, CrmState};
use crate::crm::RequestType;

/// What became of an acknowledged request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Its number.
    pub request: u64,
    /// What it asks for.
    #[serde(rename = "type", with = "form::request_type")]
    pub request_type: RequestType,
    /// Where it stands at the CRM.
    pub crm: CrmState,
    /// How often the head-end did it, without what was undone.
    pub conax: ConaxFate,
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

/// All rows in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Requests acknowledged.
    pub acknowledged: u64,
    /// Done once by the head-end.
    pub once: u64,
    /// Done twice or more often.
    pub twice: u64,
    /// Done in part only.
    #[serde(default)]
    pub partly: u64,
    /// Not done, or undone.
    pub never: u64,
    /// Sent to a head-end whose journal we do not have.
    pub unknown: u64,
    /// Completed at the CRM.
    pub completed: u64,
    /// Rejected at the CRM.
    pub rejected: u64,
    /// Not sent yet.
    pub pending: u64,
    /// Sent and not ended.
    pub in_flight: u64,
    /// Of which the CRM does not know what the head-end did.
    pub unknown_to_crm: u64,
    /// Completed at the CRM, and done never, twice or in part.
    pub false_completions: u64,
    /// Executions that were nobody's request.
    pub foreign_executions: u64,
}

impl Totals {
    /// Whether every request is counted once by what the head-end did and once by its state.
    #[must_use]
    pub fn add_up(&self) -> bool {
        let sum = |counts: &[u64]| counts.iter().copied().try_fold(0, u64::checked_add);
        let fates = [self.once, self.twice, self.partly, self.never, self.unknown];
        let states = [self.completed, self.rejected, self.pending, self.in_flight];
        sum(&fates) == Some(self.acknowledged) && sum(&states) == Some(self.acknowledged)
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
pub(super) const fn is_zero(count: &u64) -> bool {
    *count == 0
}
