//! Reading a body within a limit of bytes and of time.

use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body_util::{BodyExt, LengthLimitError, Limited};

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyRefusal {
    /// It is longer than the limit.
    TooLong,
    /// It did not arrive in time.
    TooSlow,
    /// The connection broke off, or the transfer coding is wrong.
    Broken,
}

/// Reads a whole body.
///
/// # Errors
/// If it is too long, too slow or broken.
pub async fn read_body(body: Body, limit: usize, time: Duration) -> Result<Bytes, BodyRefusal> {
    let whole = Limited::new(body, limit).collect();
    match tokio::time::timeout(time, whole).await {
        Err(_) => Err(BodyRefusal::TooSlow),
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(BodyRefusal::TooLong),
        Ok(Err(_)) => Err(BodyRefusal::Broken),
    }
}
