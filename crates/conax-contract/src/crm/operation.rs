//! The documented operations: verbs, paths, and what each is for.
//!
//! How a path is found is in `route`, what an operation takes in `parameter`.

use super::parameter::{self, ParameterEntry};
use crate::crm::CommandKind;
use crate::source::Source;

/// A documented API entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Returns one provisioning request.
    Show,
    /// Returns the provisioning requests that match one filter.
    List,
    /// Creates a request that activates a service on a smartcard.
    AddSubscriptions,
    /// Creates a request that deactivates a service on a smartcard.
    CancelSubscriptions,
    /// Creates a request that pairs smartcards with set-top boxes.
    CreatePairing,
    /// Creates a request that adds to a pairing.
    AddToExistingPairing,
    /// Creates a request that sets a smartcard's PIN to the operator's default.
    ResetPinToDefaultValue,
    /// Creates a request that sets a smartcard's PIN to a given value.
    ResetPinToGivenValue,
    /// Logs in with user name and password.
    IssueToken,
    /// Ends the life of a token.
    ReleaseToken,
    /// Logs in with a Web API key.
    IssueTokenForWebApiKey,
}

/// What the documentation says about one operation.
struct OperationEntry {
    name: &'static str,
    verb: &'static str,
    path: &'static str,
    source: Source,
    summary: &'static str,
    parameters: &'static [ParameterEntry],
    creates: Option<CommandKind>,
}

impl Operation {
    /// Every operation, in documented order.
    pub const ALL: [Self; 11] = [
        Self::Show,
        Self::List,
        Self::AddSubscriptions,
        Self::CancelSubscriptions,
        Self::CreatePairing,
        Self::AddToExistingPairing,
        Self::ResetPinToDefaultValue,
        Self::ResetPinToGivenValue,
        Self::IssueToken,
        Self::ReleaseToken,
        Self::IssueTokenForWebApiKey,
    ];

    /// The operation's short name, as scenarios and logs write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.entry().name
    }

    /// The operation with this short name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| operation.name() == name)
    }

    /// The only HTTP verb the operation takes.
    #[must_use]
    pub const fn verb(self) -> &'static str {
        self.entry().verb
    }

    /// The path below the base path, without a leading slash.
    #[must_use]
    pub const fn path(self) -> &'static str {
        self.entry().path
    }

    /// How the operation is known.
    #[must_use]
    pub const fn source(self) -> Source {
        self.entry().source
    }

    /// One sentence on what the operation is for.
    #[must_use]
    pub const fn summary(self) -> &'static str {
        self.entry().summary
    }

    /// The parameters the operation takes, in documented order.
    #[must_use]
    pub const fn parameters(self) -> &'static [ParameterEntry] {
        self.entry().parameters
    }

    /// The parameter called `name`, if the operation takes one.
    #[must_use]
    pub fn parameter(self, name: &str) -> Option<&'static ParameterEntry> {
        self.parameters().iter().find(|entry| entry.name == name)
    }

    /// The type of provisioning request the operation creates, if it creates one.
    // Documented: the two PIN operations are called differently from the types they create.
    #[must_use]
    pub const fn creates(self) -> Option<CommandKind> {
        self.entry().creates
    }

    /// Whether a call needs a valid token: all but the two logins and the release of a token,
    /// which names its token as an ordinary parameter.
    #[must_use]
    pub const fn needs_token(self) -> bool {
        !matches!(self, Self::IssueToken | Self::ReleaseToken | Self::IssueTokenForWebApiKey)
    }

    const fn entry(self) -> &'static OperationEntry {
        match self {
            Self::Show => &OperationEntry {
                name: "show",
                verb: "GET",
                path: "conax_web_services/provisioning_requests/show",
                source: Source::Documented,
                summary: "Returns one provisioning request.",
                parameters: parameter::SHOW,
                creates: None,
            },
            Self::List => &OperationEntry {
                name: "list",
                verb: "GET",
                path: "conax_web_services/provisioning_requests/list",
                source: Source::Documented,
                summary: "Returns the provisioning requests that match exactly one filter.",
                parameters: parameter::LIST,
                creates: None,
            },
            Self::AddSubscriptions => &OperationEntry {
                name: "add_subscriptions",
                verb: "POST",
                path: "conax_web_services/provisioning_requests/add_subscriptions",
                source: Source::Documented,
                summary: "Creates a request that activates a service on a smartcard.",
                parameters: parameter::ADD_SUBSCRIPTIONS,
                creates: Some(CommandKind::AddSubscriptions),
            },
            Self::CancelSubscriptions => &OperationEntry {
                name: "cancel_subscriptions",
                verb: "POST",
                path: "conax_web_services/provisioning_requests/cancel_subscriptions",
                source: Source::Documented,
                summary: "Creates a request that deactivates a service on a smartcard.",
                parameters: parameter::CANCEL_SUBSCRIPTIONS,
                creates: Some(CommandKind::CancelSubscriptions),
            },
            Self::CreatePairing => &OperationEntry {
                name: "create_pairing",
                verb: "POST",
                path: "conax_web_services/provisioning_requests/create_pairing",
                source: Source::Documented,
                summary: "Creates a request that pairs smartcards with set-top boxes.",
                parameters: parameter::CREATE_PAIRING,
                creates: Some(CommandKind::CreatePairing),
            },
            Self::AddToExistingPairing => &OperationEntry {
                name: "add_to_existing_pairing",
                verb: "POST",
                path: "conax_web_services/provisioning_requests/add_to_existing_pairing",
                source: Source::Documented,
                summary: "Creates a request that adds smartcards or set-top boxes to a pairing.",
                parameters: parameter::ADD_TO_EXISTING_PAIRING,
                creates: Some(CommandKind::AddToExistingPairing),
            },
            Self::ResetPinToDefaultValue => &OperationEntry {
                name: "reset_pin_to_default_value",
                verb: "POST",
                path: "conax_web_services/provisioning_requests/reset_pin_to_default_value",
                source: Source::Documented,
                summary: "Creates a request that sets a smartcard's PIN to the default.",
                parameters: parameter::RESET_PIN_TO_DEFAULT_VALUE,
                creates: Some(CommandKind::UpdateCaPinToDefaultValue),
            },
            Self::ResetPinToGivenValue => &OperationEntry {
                name: "reset_pin_to_given_value",
                verb: "POST",
                path: "conax_web_services/provisioning_requests/reset_pin_to_given_value",
                source: Source::Documented,
                summary: "Creates a request that sets a smartcard's PIN to a given value.",
                parameters: parameter::RESET_PIN_TO_GIVEN_VALUE,
                creates: Some(CommandKind::UpdateCaPinToGivenValue),
            },
            Self::IssueToken => &OperationEntry {
                name: "issue_token",
                verb: "POST",
                path: "authentication/token",
                source: Source::Attested,
                summary: "Logs in with user name, password and organisation.",
                parameters: parameter::ISSUE_TOKEN,
                creates: None,
            },
            Self::ReleaseToken => &OperationEntry {
                name: "release_token",
                verb: "POST",
                path: "authentication/token/release",
                source: Source::Attested,
                summary: "Makes a token unusable.",
                parameters: parameter::RELEASE_TOKEN,
                creates: None,
            },
            Self::IssueTokenForWebApiKey => &OperationEntry {
                name: "issue_token_for_web_api_key",
                verb: "POST",
                path: "authentication/web_api_key/token",
                source: Source::Attested,
                summary: "Logs in with a Web API key in a Basic authentication header.",
                parameters: parameter::ISSUE_TOKEN_FOR_WEB_API_KEY,
                creates: None,
            },
        }
    }
}
