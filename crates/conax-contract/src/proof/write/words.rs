//! The words of a ledger file.

use serde::{Deserialize, Serialize};

/// Which head-end the requests were sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeadEnd {
    /// The simulated one; its journal is in the file.
    Simulated,
    /// Another one, whose journal we do not have.
    Another,
}

/// How a request ended at the CRM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EndState {
    /// Conax accepted, as far as the CRM knows.
    Completed,
    /// Conax refused, or nothing came back, or nothing could be sent.
    Rejected,
}

/// Where a request stands at the CRM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CrmState {
    /// Acknowledged and never sent.
    Pending,
    /// Sent and not ended.
    InFlight,
    /// Ended completed.
    Completed,
    /// Ended rejected.
    Rejected,
}

/// How often the head-end executed a request, without what was undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConaxFate {
    /// Once.
    Once,
    /// Twice or more often.
    Twice,
    /// A part of it only.
    Partly,
    /// Never, or undone each time.
    Never,
    /// It left for a head-end whose journal we do not have.
    Unknown,
}

impl From<EndState> for CrmState {
    fn from(state: EndState) -> Self {
        match state {
            EndState::Completed => Self::Completed,
            EndState::Rejected => Self::Rejected,
        }
    }
}
