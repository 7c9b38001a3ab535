//! What an API answers.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

/// An API of the simulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    /// The provisioning API.
    Crm,
    /// The simulated Conax.
    Cas,
    /// The control API.
    Control,
}

/// An answer as it came.
#[derive(Clone, Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body, as far as it came.
    pub body: Bytes,
}

impl Reply {
    /// The body as text; bytes that are none are replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// If it is none, such as the page of a fault.
    pub fn json(&self) -> Result<Value, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }
}

/// Calls an API as a function.
pub(super) async fn answer(router: Router, request: Request<Body>) -> Reply {
    let Ok(response) = router.oneshot(request).await;
    let (parts, mut body) = response.into_parts();
    let mut bytes = Vec::new();
    // An answer that a fault breaks off ends there.
    while let Some(Ok(frame)) = body.frame().await {
        if let Ok(data) = frame.into_data() {
            bytes.extend_from_slice(&data);
        }
    }
    Reply { status: parts.status, headers: parts.headers, body: bytes.into() }
}
