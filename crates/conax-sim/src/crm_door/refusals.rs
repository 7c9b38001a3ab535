//! Refusals that are not about the content of a call: the door's own, in the documented form.

use axum::http::request::Parts;
use conax_contract::crm::{CONTENT_TYPE, HttpMode, Refusal, RefusalCode, refused};

use crate::doorway::{BodyRefusal, Limits};

/// The refusal of a body that was not read.
pub(super) fn unread(refusal: BodyRefusal, limits: &Limits) -> Refusal {
    match refusal {
        BodyRefusal::TooLong => Refusal::body_too_large(limits.body_bytes),
        BodyRefusal::TooSlow => Refusal::new(
            RefusalCode::RequestTimedOut,
            format!(
                "The body did not arrive within the limit of {:?}.",
                limits.body_time
            ),
        ),
        BodyRefusal::Broken => Refusal::new(
            RefusalCode::MalformedHttp,
            "The body did not arrive whole: the connection ended early, or its transfer coding \
             is wrong.",
        ),
    }
}

/// Refuses a request line or headers that are too large.
pub(super) fn check_head(parts: &Parts, limits: &Limits) -> Result<(), Refusal> {
    let limit = limits.head_bytes;
    let target = parts
        .uri
        .path_and_query()
        .map_or(0, |target| target.as_str().len());
    if target > limit / 2 {
        return Err(Refusal::new(
            RefusalCode::UriTooLong,
            format!(
                "The path and query have {target} bytes; the limit is {}.",
                limit / 2
            ),
        ));
    }
    let headers: usize = parts
        .headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    if headers + target > limit {
        return Err(Refusal::new(
            RefusalCode::HeadersTooLarge,
            format!(
                "The headers have {headers} bytes; the limit is {}.",
                limit - target
            ),
        ));
    }
    Ok(())
}

/// A whole HTTP reply for what never became a call: bytes that are not HTTP, a connection beyond
/// the limit.
#[must_use]
pub fn framework_answer(status: u16) -> Vec<u8> {
    let refusal = match status {
        414 => Refusal::of_protocol(RefusalCode::UriTooLong),
        431 => Refusal::of_protocol(RefusalCode::HeadersTooLarge),
        503 => Refusal::new(
            RefusalCode::TooManyConnections,
            "Too many connections are open; close idle ones or try again later.",
        ),
        _ => Refusal::new(
            RefusalCode::MalformedHttp,
            "What was received is not an HTTP/1.1 request: check the request line, the header \
             lines and the length of the body.",
        ),
    };
    let body = refused(&refusal);
    let status = refusal.code.http_status(HttpMode::Business200);
    let reason = axum::http::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Refused");
    let mut reply = format!(
        "HTTP/1.1 {status} {reason}\r\ncontent-type: {CONTENT_TYPE}\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n",
        body.len()
    )
    .into_bytes();
    reply.extend_from_slice(&body);
    reply
}
