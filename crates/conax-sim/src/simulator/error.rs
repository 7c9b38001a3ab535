//! Why a simulator does not start, or refuses what it is told.

use std::fmt;

use conax_contract::crm::Operation;
use conax_contract::text::near_or_known;

use crate::instance::OpenError;
use crate::store::StoreError;
use crate::world::WorldProblem;

/// Why a simulator does not start, or refuses what it is told.
///
/// Rejections and failures of the simulated world are no errors: they are answers, and rows of the
/// ledger.
#[derive(thiserror::Error)]
pub enum SimulatorError {
    /// What it was to be built with is wrong; each finding as a text for a person.
    #[error("{}", .0.join("\n\n"))]
    Setup(Vec<String>),
    /// The world contradicts itself.
    #[error(transparent)]
    World(#[from] WorldProblem),
    /// The APIs cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// What was kept cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// These are no fault rules; why, as a text for a person.
    #[error("{0}")]
    Fault(String),
    /// The provisioning API has no method of this name.
    #[error("there is no method `{name}`\n   hint: {hint}")]
    UnknownMethod {
        /// The name.
        name: String,
        /// What it may have been.
        hint: String,
    },
    /// A verb, a path or a query that HTTP cannot carry.
    #[error("this is no HTTP call")]
    NoCall(#[from] axum::http::Error),
    /// Nothing can be healed.
    #[error("nothing is healed: {0}")]
    NotHealed(String),
}

impl SimulatorError {
    pub(super) fn unknown_method(name: &str) -> Self {
        Self::UnknownMethod {
            name: name.to_owned(),
            hint: near_or_known(name, || Operation::ALL.into_iter().map(Operation::name)),
        }
    }
}

/// What a test that failed prints: the sentence, with its lines.
impl fmt::Debug for SimulatorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
