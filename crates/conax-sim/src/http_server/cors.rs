//! Pages of other origins that call an API from a browser (CORS, of the Fetch standard).
//!
//! Nothing is known of CRM.COM answering browsers of other origins, so it does not happen unless a
//! setting asks for it (Ours).

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};

/// What a page may send.
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST");
/// Seconds for which a browser need not ask again.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

/// The origins whose pages may call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Cors {
    /// Only the own one.
    #[default]
    Off,
    /// All.
    Any,
    /// These, such as `http://localhost:3000`.
    Origins(Vec<String>),
}

impl Cors {
    /// What an answer to a page of the origin says of itself; nothing if the page may not read it.
    fn allowed(&self, origin: &HeaderValue) -> Option<HeaderValue> {
        match self {
            Self::Off => None,
            Self::Any => Some(HeaderValue::from_static("*")),
            Self::Origins(origins) => origins
                .iter()
                .any(|allowed| allowed.as_bytes() == origin.as_bytes())
                .then(|| origin.clone()),
        }
    }

    /// The answer to a browser that asks whether a page may make a call; nothing if this is no such
    /// question, or the page may not.
    #[must_use]
    pub fn preflight(&self, method: &Method, headers: &HeaderMap) -> Option<Response<Body>> {
        let asks = method == Method::OPTIONS
            && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        if !asks {
            return None;
        }
        let allowed = self.allowed(headers.get(header::ORIGIN)?)?;
        let mut answer = Response::new(Body::empty());
        *answer.status_mut() = StatusCode::NO_CONTENT;
        let to = answer.headers_mut();
        to.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        to.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        if let Some(names) = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
            to.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
        }
        to.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
        to.insert(header::VARY, HeaderValue::from_static("Origin, Access-Control-Request-Headers"));
        Some(answer)
    }

    /// Lets the page that called read the answer and these headers of it, if it may.
    pub fn open(&self, origin: Option<&HeaderValue>, exposed: &'static str, to: &mut HeaderMap) {
        if let Self::Origins(_) = self {
            to.insert(header::VARY, HeaderValue::from_static("Origin"));
        }
        if let Some(allowed) = origin.and_then(|origin| self.allowed(origin)) {
            to.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
            let exposed = HeaderValue::from_static(exposed);
            to.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
    }
}
