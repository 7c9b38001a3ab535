//! A call of the provisioning API that the control API makes for a page.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::problem::Problem;

/// The call. Its body and header may hold secrets, so nothing prints it.
#[derive(Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TryBody {
    /// `GET` or `POST`.
    pub verb: String,
    /// Path and query, from the root of the API.
    pub target: String,
    /// What is sent: text as it is, anything else as JSON.
    #[serde(default)]
    pub body: Value,
    /// An `Authorization` header.
    #[serde(default)]
    pub authorization: Option<String>,
}

/// How it was answered.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TryView {
    /// The HTTP status.
    pub status: u16,
    /// The answer: JSON as it is, anything else as text.
    pub body: Value,
}

impl TryBody {
    /// The bytes that are sent.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        match &self.body {
            Value::Null => Vec::new(),
            Value::String(text) => text.clone().into_bytes(),
            json => json.to_string().into_bytes(),
        }
    }

    /// Refuses what is no call of the provisioning API.
    ///
    /// # Errors
    /// If the verb is neither of the two, or the target leads anywhere but to the API.
    pub fn check(&self) -> Result<(), Problem> {
        let refused = |detail: String| Err(Problem::new(422, "call not valid", detail));
        if !["GET", "POST"].contains(&self.verb.as_str()) {
            return refused("`verb`: expected `GET` or `POST`".to_owned());
        }
        match self.target.starts_with('/') {
            true => Ok(()),
            false => refused(
                "`target`: expected a path that begins with `/`: the call goes to our own API"
                    .to_owned(),
            ),
        }
    }
}

impl TryView {
    /// The view of an answer.
    #[must_use]
    pub fn new(status: u16, body: &[u8]) -> Self {
        let text = || Value::String(String::from_utf8_lossy(body).into_owned());
        let body = serde_json::from_slice(body).unwrap_or_else(|_| text());
        Self { status, body }
    }
}
