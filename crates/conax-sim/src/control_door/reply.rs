//! Answers of the control door.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use conax_contract::control::{PROBLEM_TYPE, Problem};
use serde::Serialize;

const JSON: &str = "application/json";

/// A body and how it is sent.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) content_type: &'static str,
    pub(super) body: Vec<u8>,
}

impl Reply {
    /// Prints a view.
    pub(super) fn json(view: &impl Serialize) -> Self {
        Self::with_status(StatusCode::OK, view)
    }

    /// Something was created; the body is written already.
    pub(super) fn created(body: Vec<u8>) -> Self {
        Self {
            status: StatusCode::CREATED,
            content_type: JSON,
            body,
        }
    }

    fn with_status(status: StatusCode, view: &impl Serialize) -> Self {
        let mut body = serde_json::to_vec_pretty(view)
            .expect("views hold nothing that cannot be written as JSON");
        body.push(b'\n');
        Self {
            status,
            content_type: JSON,
            body,
        }
    }

    pub(super) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        let content_type = HeaderValue::from_static(self.content_type);
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, content_type);
        response
    }
}

impl From<Problem> for Reply {
    fn from(problem: Problem) -> Self {
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
        Self {
            status,
            content_type: PROBLEM_TYPE,
            body: problem.encode(),
        }
    }
}
