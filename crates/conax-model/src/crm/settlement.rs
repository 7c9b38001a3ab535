//! How a request ends.

use std::sync::Arc;

use crate::crm::request::State;
use crate::time::SimTime;

/// A code and a text that tell why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct ErrorText {
    /// The code.
    #[cfg_attr(feature = "storage", serde(deserialize_with = "crate::storage::shared"))]
    pub code: Arc<str>,
    /// The text; may have several lines.
    #[cfg_attr(feature = "storage", serde(deserialize_with = "crate::storage::shared"))]
    pub description: Arc<str>,
}

/// The end of one provisioning request, as the CRM saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// When the exchange ended (Inferred: the one example that shows it has it equal to the date of
    /// the update, six seconds after a request that was sent at once).
    pub executed: SimTime,
    /// What was sent, flattened, without secrets; absent if nothing was.
    pub request: Option<Arc<str>>,
    /// What came back, flattened; absent if no response was read (law C4).
    pub response: Option<Arc<str>>,
    /// The final state.
    pub end: State,
}
