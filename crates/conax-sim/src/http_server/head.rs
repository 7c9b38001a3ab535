//! The limit of a request line and its headers, the same at every API.

use axum::http::{HeaderMap, Uri};

use crate::http_server::Limits;

/// Why a head is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeadRefusal {
    /// The path and query are too long.
    #[error("the path and query have {bytes} bytes; the limit is {limit}")]
    TargetTooLong {
        /// What was found.
        bytes: usize,
        /// What is allowed.
        limit: usize,
    },
    /// The headers are too long.
    #[error("the headers have {bytes} bytes; the limit is {limit}")]
    HeadersTooLong {
        /// What was found.
        bytes: usize,
        /// What is allowed beside this path and query.
        limit: usize,
    },
}

impl HeadRefusal {
    /// The HTTP status that says so.
    #[must_use]
    pub const fn http_status(self) -> u16 {
        match self {
            Self::TargetTooLong { .. } => 414,
            Self::HeadersTooLong { .. } => 431,
        }
    }
}

/// Refuses a path and query of more than half the limit, and headers beyond the rest of it.
///
/// # Errors
/// If the head is too long.
pub fn check_head(uri: &Uri, headers: &HeaderMap, limits: &Limits) -> Result<(), HeadRefusal> {
    let limit = limits.head_bytes;
    let target = uri.path_and_query();
    let target = target.map_or(0, |target| target.as_str().len());
    if target > limit / 2 {
        return Err(HeadRefusal::TargetTooLong { bytes: target, limit: limit / 2 });
    }
    let lengths = headers.iter().map(|(name, value)| {
        // With the colon, the blank and the end of the line.
        name.as_str().len() + value.len() + 4
    });
    let headers: usize = lengths.sum();
    if headers + target > limit {
        return Err(HeadRefusal::HeadersTooLong { bytes: headers, limit: limit - target });
    }
    Ok(())
}
