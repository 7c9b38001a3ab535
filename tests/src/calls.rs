//! Calls of the APIs, before they are sent.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Request};
use conax_contract::crm::Operation;
use serde_json::Value;

/// The documented base path.
pub const BASE: &str = "/crmapi/rest/v2";

/// One call, as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// HTTP verb.
    pub verb: String,
    /// Path and query.
    pub target: String,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl Call {
    /// A call of any verb.
    #[must_use]
    pub fn new(verb: &str, target: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            verb: verb.to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: body.into(),
        }
    }

    /// A documented operation with these parameters: a query for GET, a JSON body for POST.
    #[must_use]
    pub fn operation(operation: Operation, parameters: &str) -> Self {
        let target = format!("{BASE}/{}", operation.path());
        match operation.verb() {
            "GET" if parameters.is_empty() => Self::new("GET", &target, ""),
            "GET" => Self::new("GET", &format!("{target}?{parameters}"), ""),
            verb => Self::new(verb, &target, parameters),
        }
    }

    /// The same call with a header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The path without its query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The query, empty if there is none.
    #[must_use]
    pub fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    /// The call as a service takes it.
    ///
    /// # Panics
    /// If it cannot be a call in this process: such a call needs a socket.
    #[must_use]
    pub fn request(&self) -> Request<Body> {
        let mut request = Request::new(Body::from(self.body.clone()));
        *request.method_mut() =
            Method::from_bytes(self.verb.as_bytes()).expect("a verb HTTP can carry");
        *request.uri_mut() = self.target.parse().expect("a target HTTP can carry");
        for (name, value) in &self.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a header name");
            let value = HeaderValue::from_bytes(value.as_bytes()).expect("a header value");
            request.headers_mut().append(name, value);
        }
        request
    }
}

/// The body with this token, unless it says something about tokens itself.
pub(crate) fn with_token(mut body: Value, token: &str) -> Value {
    if let Some(members) = body.as_object_mut() {
        members.entry("token").or_insert_with(|| Value::String(token.to_owned()));
    }
    body
}
