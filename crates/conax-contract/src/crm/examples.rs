//! The documented examples, byte for byte.

use super::operation::Operation;

macro_rules! example {
    ($name:literal) => {
        include_str!(concat!("../../../../fixtures/contract/", $name))
    };
}

impl Operation {
    /// The documented call, as it is printed; a body.
    #[must_use]
    pub const fn example_call(self) -> Option<&'static str> {
        Some(match self {
            Self::AddSubscriptions => example!("add_subscriptions.request.json"),
            Self::CancelSubscriptions => example!("cancel_subscriptions.request.json"),
            Self::CreatePairing => example!("create_pairing.request.json"),
            Self::AddToExistingPairing => example!("add_to_existing_pairing.request.json"),
            Self::ResetPinToDefaultValue => example!("reset_pin_to_default_value.request.json"),
            Self::ResetPinToGivenValue => example!("reset_pin_to_given_value.request.json"),
            Self::Show
            | Self::List
            | Self::IssueToken
            | Self::ReleaseToken
            | Self::IssueTokenForWebApiKey => return None,
        })
    }

    /// The documented reply, as it is printed.
    #[must_use]
    pub const fn example_reply(self) -> Option<&'static str> {
        Some(match self {
            Self::Show => example!("show.response.json"),
            Self::List => example!("list.response.json"),
            Self::AddSubscriptions => example!("add_subscriptions.response.json"),
            Self::CancelSubscriptions => example!("cancel_subscriptions.response.json"),
            Self::CreatePairing => example!("create_pairing.response.json"),
            Self::AddToExistingPairing => example!("add_to_existing_pairing.response.json"),
            Self::ResetPinToDefaultValue => example!("reset_pin_to_default_value.response.json"),
            Self::ResetPinToGivenValue => example!("reset_pin_to_given_value.response.json"),
            Self::IssueToken | Self::ReleaseToken | Self::IssueTokenForWebApiKey => return None,
        })
    }
}
