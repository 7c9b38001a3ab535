//! Refusals that are not about the content of a call: the API's own, in the documented form.

use axum::http::Method;
use axum::http::request::Parts;
use conax_contract::crm::{CONTENT_TYPE, HttpMode, Refusal, RefusalCode, refused};

use crate::http_server::{
    BodyRefusal, CONTENT_CODINGS, HEAD_TOO_LARGE, HeadRefusal, Limits, NOT_HTTP, Unheard,
    whole_answer,
};
use crate::shared::Shared;
use crate::worlds::{WorldRefusal, sentence};

/// The refusal of a body that was not read.
pub(super) fn unread(refusal: BodyRefusal, limits: &Limits) -> Refusal {
    match refusal {
        BodyRefusal::TooLong => Refusal::body_too_large(limits.body_bytes),
        BodyRefusal::TooSlow => Refusal::new(
            RefusalCode::RequestTimedOut,
            format!("The body did not arrive within the limit of {:?}.", limits.body_time),
        ),
        BodyRefusal::Broken => Refusal::new(
            RefusalCode::MalformedHttp,
            "The body did not arrive whole: the connection ended early, or its transfer coding \
             is wrong.",
        ),
        BodyRefusal::ContentCoding(name) => Refusal::new(
            RefusalCode::UnsupportedContentCoding,
            format!(
                "The body is compressed in a way that is not decoded here, `Content-Encoding: \
                 {name}`; {CONTENT_CODINGS} are."
            ),
        ),
        BodyRefusal::NotDecoded(coding) => Refusal::new(
            RefusalCode::MalformedHttp,
            format!("The body is not the {coding} that `Content-Encoding` says it is."),
        ),
    }
}

/// The refusal of a call whose world cannot be entered.
pub(super) fn no_world(refusal: &WorldRefusal) -> Refusal {
    let code = match refusal {
        WorldRefusal::TooMany(_)
        | WorldRefusal::TooManyByCall(_)
        | WorldRefusal::Contradiction(_) => RefusalCode::Unavailable,
        _ => RefusalCode::InvalidParameterValue,
    };
    Refusal::new(code, sentence(refusal))
}

/// The refusal of a call during which its world was replaced or removed.
pub(super) fn world_gone(shared: &Shared) -> Refusal {
    let sentence = match shared.is_removed() {
        true => "The world was removed during this call: what the call created is no more.",
        false => {
            "The world was replaced during this call, by a reset, a restore or another world: what \
             the call created is no more, and tokens are those of the new world. Call again."
        }
    };
    Refusal::new(RefusalCode::Unavailable, sentence)
}

/// Says where a token stands that a call has in the wrong place.
pub(super) fn misplaced_token(parts: &Parts) -> Option<String> {
    let is_get = matches!(parts.method, Method::GET | Method::HEAD);
    let due = if is_get { "the query" } else { "the JSON object of the body" };
    let query = parts.uri.query().unwrap_or_default();
    let in_query = query.split('&').any(|pair| pair.starts_with("token="));
    let header = ["authorization", "token", "x-auth-token", "x-token"]
        .into_iter()
        .find(|name| parts.headers.contains_key(*name));
    let found = match header {
        _ if in_query && !is_get => "in the query".to_owned(),
        Some(header) => format!("in the header `{header}`"),
        None => return None,
    };
    Some(format!("It may be what stands {found}; this method takes it as `token` in {due}."))
}

/// The refusal of a request line or headers that are too large.
pub(super) fn unbearable(refusal: &HeadRefusal) -> Refusal {
    match refusal {
        HeadRefusal::TargetTooLong { bytes, limit } => Refusal::new(
            RefusalCode::UriTooLong,
            format!("The path and query have {bytes} bytes; the limit is {limit}."),
        ),
        HeadRefusal::HeadersTooLong { bytes, limit } => Refusal::new(
            RefusalCode::HeadersTooLarge,
            format!("The headers have {bytes} bytes; the limit is {limit}."),
        ),
        HeadRefusal::TransferCoding => of_head(RefusalCode::UnsupportedTransferCoding, refusal),
        HeadRefusal::HostCount { .. } | HeadRefusal::MalformedHost => {
            of_head(RefusalCode::MalformedHttp, refusal)
        }
    }
}

fn of_head(code: RefusalCode, refusal: &HeadRefusal) -> Refusal {
    Refusal::new(code, sentence(refusal))
}

/// A whole HTTP reply for what never became a call: bytes that are not HTTP, a connection beyond
/// the limit.
#[must_use]
pub fn framework_answer(unheard: &Unheard) -> Vec<u8> {
    let refusal = match unheard {
        Unheard::NotHttp(414) => Refusal::of_protocol(RefusalCode::UriTooLong),
        Unheard::NotHttp(431) => Refusal::new(RefusalCode::HeadersTooLarge, HEAD_TOO_LARGE),
        Unheard::NoPlace(reason) => {
            Refusal::new(RefusalCode::TooManyConnections, reason.sentence())
        }
        Unheard::NotHttp(_) => Refusal::new(RefusalCode::MalformedHttp, NOT_HTTP),
    };
    let status = refusal.code.http_status(HttpMode::Business200);
    whole_answer(status, CONTENT_TYPE, &refused(&refusal))
}
