//! Answers of the control API.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use conax_contract::control::{PROBLEM_TYPE, Problem};
use serde::Serialize;

use crate::http_server::{HEAD_TOO_LARGE, NOT_HTTP, Unheard, whole_answer};

pub(super) const JSON: &str = "application/json";

/// What a page of ours may do; nobody may frame it.
const PAGE_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
     connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'",
);

/// A body and how it is sent.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) content_type: &'static str,
    pub(super) body: Vec<u8>,
    /// The verbs a path takes, when the one of the call was wrong.
    pub(super) allow: Option<String>,
}

impl Reply {
    /// Prints a view.
    pub(super) fn json(view: &impl Serialize) -> Self {
        Self::with_status(StatusCode::OK, view)
    }

    /// Prints a view of something that was created.
    pub(super) fn created_json(view: &impl Serialize) -> Self {
        Self::with_status(StatusCode::CREATED, view)
    }

    /// A text of another kind.
    pub(super) fn text(content_type: &'static str, text: String) -> Self {
        Self { status: StatusCode::OK, content_type, body: text.into_bytes(), allow: None }
    }

    /// Something was created; the body is written already.
    pub(super) fn created(body: Vec<u8>) -> Self {
        Self { status: StatusCode::CREATED, content_type: JSON, body, allow: None }
    }

    /// The same with more text behind it.
    pub(super) fn with_more(mut self, text: &str) -> Self {
        self.body.extend_from_slice(text.as_bytes());
        self
    }

    /// The bytes of a file.
    pub(super) fn file(content_type: &'static str, body: Vec<u8>) -> Self {
        Self { status: StatusCode::OK, content_type, body, allow: None }
    }

    fn with_status(status: StatusCode, view: &impl Serialize) -> Self {
        let mut body = serde_json::to_vec_pretty(view)
            .expect("views hold nothing that cannot be written as JSON");
        body.push(b'\n');
        Self { status, content_type: JSON, body, allow: None }
    }

    pub(super) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        let content_type = HeaderValue::from_static(self.content_type);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, content_type);
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if self.content_type.starts_with("text/html") {
            headers.insert(header::CONTENT_SECURITY_POLICY, PAGE_POLICY);
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer realm=\"conax-sim control\"");
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(allow) = self.allow.and_then(|allow| allow.try_into().ok()) {
            headers.insert(header::ALLOW, allow);
        }
        response
    }
}

impl From<Problem> for Reply {
    fn from(problem: Problem) -> Self {
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
        Self { status, content_type: PROBLEM_TYPE, body: problem.encode(), allow: None }
    }
}

/// A whole HTTP reply for what never became a call: bytes that are not HTTP, a connection beyond
/// the limit.
#[must_use]
pub fn framework_answer(unheard: &Unheard) -> Vec<u8> {
    let problem = match unheard {
        Unheard::NotHttp(414) => {
            Problem::new(414, "head too large", "the path and query are too long")
        }
        Unheard::NotHttp(431) => Problem::new(431, "head too large", HEAD_TOO_LARGE),
        Unheard::NotHttp(_) => Problem::new(400, "not HTTP", NOT_HTTP),
        Unheard::NoPlace(reason) => Problem::new(503, "too many connections", reason.sentence()),
    };
    whole_answer(problem.status, PROBLEM_TYPE, &problem.encode())
}
