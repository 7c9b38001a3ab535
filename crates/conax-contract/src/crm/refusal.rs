//! A refused call: a code and sentences fit for showing to a person.
//!
//! Everything that can be refused before the state of the CRM is known is built in `read`; the
//! constructors here are for whoever looks things up or checks tokens.

use std::fmt;

use super::found::{kind_of, quoted, quoted_path};
use super::operation::Operation;
use super::params::Params;
use super::refusal_code::RefusalCode;
use super::value::Value;
use crate::text::near_miss;

/// Why a call is refused, as the status block says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The code.
    pub code: RefusalCode,
    /// A full sentence: which parameter, what was found, what is allowed.
    pub message: String,
    /// What else is wrong with the call, if anything.
    pub description: Option<String>,
}

/// What a product or an installed item had to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Classification {
    /// A product classified as a service.
    Service,
    /// An item classified as a smartcard through the provisioning provider.
    Smartcard,
    /// An item classified as a set-top box through the provisioning provider.
    Stb,
}

impl Classification {
    const fn text(self) -> &'static str {
        match self {
            Self::Service => "a product classified as a service",
            Self::Smartcard => "an item the provisioning provider classifies as a smartcard",
            Self::Stb => "an item the provisioning provider classifies as a set-top box",
        }
    }
}

impl Refusal {
    /// A refusal with one sentence.
    #[must_use]
    pub fn new(code: RefusalCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), description: None }
    }

    /// The same refusal with a description.
    #[must_use]
    pub fn described(self, description: impl Into<String>) -> Self {
        let description = Some(description.into());
        Self { description, ..self }
    }

    /// The call has no usable token.
    #[must_use]
    pub fn missing_token(params: &Params<'_>) -> Self {
        let message = match params.get("token") {
            Some(Value::Text(text)) if !text.is_empty() => return Self::invalid_token(),
            Some(found) => format!(
                "The parameter `token` must be the text a login method returned; found {}.",
                kind_of(found)
            ),
            None => missing_token_message(params),
        };
        Self::new(RefusalCode::InvalidToken, message)
    }

    /// The token is unknown, released or expired. Which of them is nobody's business.
    #[must_use]
    pub fn invalid_token() -> Self {
        Self::new(
            RefusalCode::InvalidToken,
            "The token is not valid: it is unknown, released or expired; log in again.",
        )
    }

    /// User name, password, organisation or unit are wrong. Which of them is not said.
    #[must_use]
    pub fn invalid_credentials() -> Self {
        Self::new(
            RefusalCode::InvalidCredentials,
            "The login failed: the user name, password, organisation or unit is not valid.",
        )
    }

    /// The Basic authentication header is absent, unreadable, or its key is unknown.
    #[must_use]
    pub fn invalid_web_api_key() -> Self {
        Self::new(
            RefusalCode::InvalidCredentials,
            "The login failed: the `Authorization` header must be `Basic` with a valid Web API \
             key as user name and an empty password.",
        )
    }

    /// The identifier in `parameter` names no record: `field` has a `value` nobody has.
    ///
    /// `what` is the record in words, such as `subscription`.
    #[must_use]
    pub fn not_found(
        code: RefusalCode,
        parameter: &str,
        field: &str,
        value: &str,
        what: &str,
    ) -> Self {
        Self::new(
            code,
            format!(
                "The parameter `{parameter}` names no {what}: there is none with `{field}` {}.",
                quoted(value)
            ),
        )
    }

    /// The same with one more sentence.
    #[must_use]
    pub fn with(mut self, sentence: Option<String>) -> Self {
        if let Some(sentence) = sentence {
            self.message.push(' ');
            self.message.push_str(&sentence);
        }
        self
    }

    /// The record named by `parameter` is not what the operation needs.
    ///
    /// `found` says what it is, such as `a product classified as a commodity`.
    #[must_use]
    pub fn wrong_classification(
        parameter: &str,
        value: &str,
        needed: Classification,
        found: &str,
    ) -> Self {
        Self::new(
            RefusalCode::InvalidClassification,
            format!(
                "The parameter `{parameter}` must name {}; {} is {found}.",
                needed.text(),
                quoted(value)
            ),
        )
    }

    /// The record named by `parameter` is not on the subscription of the call.
    #[must_use]
    pub fn not_related_to_subscription(parameter: &str, value: &str, subscription: &str) -> Self {
        Self::new(
            RefusalCode::NotRelatedToSubscription,
            format!(
                "The parameter `{parameter}` must name something on the subscription {}; {} is \
                 not on it.",
                quoted(subscription),
                quoted(value)
            ),
        )
    }

    /// The path names no method.
    #[must_use]
    pub fn unknown_method(path: &str, nearest: Option<&str>) -> Self {
        let hint = nearest.map_or_else(
            || {
                let example = Operation::Show.path();
                format!("methods are like `{example}`, below the base path or directly below `/`")
            },
            |nearest| format!("did you mean `{nearest}`?"),
        );
        let end = if hint.ends_with('?') { "" } else { "." };
        Self::new(
            RefusalCode::UnknownMethod,
            format!("There is no method at {}; {hint}{end}", quoted_path(path)),
        )
    }

    /// The method takes another verb.
    #[must_use]
    pub fn wrong_verb(operation: Operation, verb: &str) -> Self {
        Self::new(
            RefusalCode::WrongVerb,
            format!(
                "The method `{}` takes {}; found {}.",
                operation.path(),
                operation.verb(),
                quoted(verb)
            ),
        )
    }

    /// The body is larger than `limit` bytes.
    #[must_use]
    pub fn body_too_large(limit: usize) -> Self {
        Self::new(
            RefusalCode::BodyTooLarge,
            format!("The body is larger than the limit of {limit} bytes."),
        )
    }

    /// A refusal of the protocol that needs no more words than its code.
    #[must_use]
    pub fn of_protocol(code: RefusalCode) -> Self {
        Self::new(code, code.text())
    }

    /// A fault of the service itself; `call` names the call in the log.
    #[must_use]
    pub fn unexpected_fault(call: &str) -> Self {
        Self::new(
            RefusalCode::UnexpectedFault,
            format!("The service failed; its log tells more about the call {}.", quoted(call)),
        )
    }
}

fn missing_token_message(params: &Params<'_>) -> String {
    let meant =
        params.iter().map(|(name, _)| name).find(|name| near_miss(name, ["token"]).is_some());
    let hint =
        meant.map_or_else(String::new, |name| format!(" Was {} meant to be it?", quoted(name)));
    format!("The parameter `token` is missing: give the text a login method returned.{hint}")
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}
