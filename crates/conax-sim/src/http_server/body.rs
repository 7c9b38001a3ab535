//! Reading a body within a limit of bytes and of time.

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, header};
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

/// Of a body beyond the limit this much is read on, and forgotten.
const FORGOTTEN_BYTES: usize = 16 << 20;

/// How long a body that is refused unread may go on.
const FORGETTING_TIME: Duration = Duration::from_secs(5);

/// Reads a whole body.
///
/// One that is announced as too long is refused unread. Of one that turns out to be, the rest is
/// read too: a connection that is closed before all was read is reset, and the refusal would be lost
/// on its way.
///
/// # Errors
/// If it is too long, too slow or broken.
pub async fn read_body(
    headers: &HeaderMap,
    mut body: Body,
    limit: usize,
    time: Duration,
) -> Result<Bytes, BodyRefusal> {
    if body.size_hint().lower() > limit as u64 {
        forget_body(headers, body);
        return Err(BodyRefusal::TooLong);
    }
    let whole = Limited::new(&mut body, limit).collect();
    match tokio::time::timeout(time, whole).await {
        Err(_) => Err(BodyRefusal::TooSlow),
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            let _ = tokio::time::timeout(time, read_on(body)).await;
            Err(BodyRefusal::TooLong)
        }
        Ok(Err(_)) => Err(BodyRefusal::Broken),
    }
}

/// Lets go of a body that is refused unread, while the refusal goes out at once.
///
/// Many clients read nothing before they have sent everything; if the connection were closed under
/// them, the refusal would be lost on its way.
pub fn forget_body(headers: &HeaderMap, body: Body) {
    // Who asks first sends nothing when it is refused.
    if !body.is_end_stream() && !headers.contains_key(header::EXPECT) {
        tokio::spawn(tokio::time::timeout(FORGETTING_TIME, read_on(body)));
    }
}

async fn read_on(mut body: Body) {
    let mut count = 0;
    while let Some(Ok(frame)) = body.frame().await
        && count < FORGOTTEN_BYTES
    {
        count += frame.data_ref().map_or(0, Bytes::len);
    }
}
