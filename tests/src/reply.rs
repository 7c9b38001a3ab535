//! Replies of the APIs, and what can be said about them.

use conax_contract::crm::RefusalCode;
use serde_json::Value;

/// A reply of the provisioning API, already checked.
#[derive(Clone, Debug)]
pub struct Reply {
    /// HTTP status.
    pub http_status: u16,
    /// The `Allow` header, if there is one.
    pub allow: Option<String>,
    /// The body as it was sent.
    pub text: String,
    /// The body as JSON.
    pub json: Value,
    /// The call it answers, secrets masked.
    pub call: String,
}

impl Reply {
    /// `status.code`.
    #[must_use]
    pub fn code(&self) -> &str {
        self.json["status"]["code"].as_str().unwrap_or_default()
    }

    /// `status.message`, empty if null.
    #[must_use]
    pub fn message(&self) -> &str {
        self.json["status"]["message"].as_str().unwrap_or_default()
    }

    /// `status.description`, empty if null.
    #[must_use]
    pub fn description(&self) -> &str {
        self.json["status"]["description"].as_str().unwrap_or_default()
    }

    /// The data of a call that succeeded.
    #[track_caller]
    #[must_use]
    pub fn ok(&self) -> &Value {
        assert_eq!(self.code(), "OK", "{}\n{}", self.call, self.text);
        &self.json["data"]
    }

    /// The message of a call that was refused with this code.
    #[track_caller]
    pub fn refused(&self, code: RefusalCode) -> &str {
        assert_eq!(self.code(), code.code(), "{}\n{}", self.call, self.text);
        self.message()
    }

    /// The number of the request that was created.
    #[track_caller]
    #[must_use]
    pub fn number(&self) -> String {
        let number = self.ok()["number"].as_str();
        number.expect("a created request has a number").to_owned()
    }

    /// The id of the request that was created.
    #[track_caller]
    #[must_use]
    pub fn id(&self) -> String {
        let id = self.ok()["id"].as_str();
        id.expect("a created request has an id").to_owned()
    }

    /// A member of the data as text; `null` if it is null.
    #[track_caller]
    #[must_use]
    pub fn member(&self, name: &str) -> String {
        let value = self.ok().get(name);
        let value = value.unwrap_or_else(|| panic!("no `{name}` in {}", self.text));
        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
    }

    /// The values of `parameters_set`, as `key=value`, in order of their keys.
    #[track_caller]
    #[must_use]
    pub fn parameters(&self) -> String {
        let items = self.ok()["parameters_set"].as_array();
        let mut texts: Vec<String> = items
            .expect("a created request has parameters")
            .iter()
            .flat_map(|item| item.as_object().expect("an item is an object"))
            .filter(|(key, _)| *key != "id")
            .map(|(key, value)| match value.as_str() {
                Some(text) => format!("{key}={text}"),
                None => format!("{key}={value}"),
            })
            .collect();
        texts.sort();
        texts.join(" ")
    }
}

/// A reply of the control API.
#[derive(Clone, Debug)]
pub struct ControlReply {
    /// HTTP status.
    pub http_status: u16,
    /// Content type.
    pub content_type: String,
    /// The body as it was sent.
    pub text: String,
    /// The body as JSON.
    pub json: Value,
}
