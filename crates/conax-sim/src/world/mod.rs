//! From a world as a person writes it to the live state of both sides.

mod cas;
mod crm;
mod magic;
mod records;
mod sides;

pub use cas::{authentication, cas_settings, cas_state};
pub use crm::{reference_data, sessions};
pub use records::request_book;
pub(crate) use sides::{Begun, acknowledgement, begin, own_cas_settings};
pub use sides::{CasSide, CrmSide};

/// Why a world cannot be brought to life.
///
/// A parsed world is consistent; what is left are contradictions only the live state can tell.
#[derive(Debug, thiserror::Error)]
#[error("the world cannot be brought to life: {sentence}")]
pub struct WorldProblem {
    /// What is wrong, and what was expected.
    pub sentence: String,
}

impl WorldProblem {
    fn new(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into() }
    }
}
