//! Calls as they were meant: typed, complete, borrowed from the bytes they came in.
//!
//! How they are read is in `read`; what they do is not known to this crate.

use std::borrow::Cow;

use chrono::NaiveDateTime;

use super::fields::FieldsSet;
use super::identifier::{
    RequestIdentifier, ServiceIdentifier, SmartcardIdentifier, SubscriptionIdentifier,
};
use super::operation::Operation;
use crate::crm::{CommandKind, LifeCycleState, Priority};
use crate::secret::SecretText;

/// A call of one operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call<'a> {
    /// See [`Operation::Show`].
    Show(ShowCall<'a>),
    /// See [`Operation::List`].
    List(ListCall<'a>),
    /// See [`Operation::AddSubscriptions`].
    AddSubscriptions(SubscriptionCall<'a>),
    /// See [`Operation::CancelSubscriptions`].
    CancelSubscriptions(SubscriptionCall<'a>),
    /// See [`Operation::CreatePairing`].
    CreatePairing(CreatePairingCall<'a>),
    /// See [`Operation::AddToExistingPairing`].
    AddToExistingPairing(AddToExistingPairingCall<'a>),
    /// See [`Operation::ResetPinToDefaultValue`].
    ResetPinToDefaultValue(ResetPinCall<'a>),
    /// See [`Operation::ResetPinToGivenValue`].
    ResetPinToGivenValue(ResetPinToGivenValueCall<'a>),
    /// See [`Operation::IssueToken`].
    IssueToken(IssueTokenCall<'a>),
    /// See [`Operation::ReleaseToken`].
    ReleaseToken {
        /// The token to release.
        token: SecretText<'a>,
    },
    /// See [`Operation::IssueTokenForWebApiKey`]. The key is not among the parameters.
    IssueTokenForWebApiKey {
        /// The id of the unit to log in to; absent: the user's own.
        unit: Option<Cow<'a, str>>,
    },
}

impl Call<'_> {
    /// The operation that is called.
    #[must_use]
    pub const fn operation(&self) -> Operation {
        match self {
            Self::Show(_) => Operation::Show,
            Self::List(_) => Operation::List,
            Self::AddSubscriptions(_) => Operation::AddSubscriptions,
            Self::CancelSubscriptions(_) => Operation::CancelSubscriptions,
            Self::CreatePairing(_) => Operation::CreatePairing,
            Self::AddToExistingPairing(_) => Operation::AddToExistingPairing,
            Self::ResetPinToDefaultValue(_) => Operation::ResetPinToDefaultValue,
            Self::ResetPinToGivenValue(_) => Operation::ResetPinToGivenValue,
            Self::IssueToken(_) => Operation::IssueToken,
            Self::ReleaseToken { .. } => Operation::ReleaseToken,
            Self::IssueTokenForWebApiKey { .. } => Operation::IssueTokenForWebApiKey,
        }
    }
}

/// Asks for one provisioning request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShowCall<'a> {
    /// Which one.
    pub request: RequestIdentifier<'a>,
    /// The members asked for.
    pub fields: FieldsSet,
}

/// Asks for provisioning requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListCall<'a> {
    /// Which ones.
    pub filter: ListFilter<'a>,
    /// The members asked for.
    pub fields: FieldsSet,
    /// How many at most; absent: no limit.
    pub number_of_results: Option<usize>,
    /// How many to skip.
    pub offset: usize,
}

/// The one filter of a list. Filters cannot be combined (Documented).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListFilter<'a> {
    /// By type.
    Type(CommandKind),
    /// By state.
    LifeCycleState(LifeCycleState),
    /// By the reference Conax gave.
    ReferenceNumber(Cow<'a, str>),
}

/// Adds or cancels a service on a smartcard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionCall<'a> {
    /// The subscription the service belongs to.
    pub subscription: SubscriptionIdentifier<'a>,
    /// The service.
    pub service: ServiceIdentifier<'a>,
    /// The smartcard.
    pub smartcard: SmartcardIdentifier<'a>,
    /// When and how urgently.
    pub submission: Submission,
    /// The date the request takes effect, which only these two operations know.
    pub start_date: Option<NaiveDateTime>,
}

impl SubscriptionCall<'_> {
    /// The date asked for: the newer parameter wins over the older one (Ours).
    #[must_use]
    pub fn requested_date(&self) -> Option<NaiveDateTime> {
        self.submission.scheduled_date.or(self.start_date)
    }
}

/// Pairs smartcards with set-top boxes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatePairingCall<'a> {
    /// The subscription the pairing belongs to, if any.
    pub subscription: Option<SubscriptionIdentifier<'a>>,
    /// The CA ids of the smartcards, at least one.
    pub smartcards: Vec<&'a str>,
    /// The CA ids of the set-top boxes, at least one.
    pub stbs: Vec<&'a str>,
    /// When and how urgently.
    pub submission: Submission,
}

/// Adds to the pairing a smartcard is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddToExistingPairingCall<'a> {
    /// The subscription the pairing belongs to, if any.
    pub subscription: Option<SubscriptionIdentifier<'a>>,
    /// The smartcard that names the pairing.
    pub smartcard: SmartcardIdentifier<'a>,
    /// The CA ids of the smartcards to add; empty when set-top boxes are added.
    pub smartcards: Vec<&'a str>,
    /// The CA ids of the set-top boxes to add; empty when smartcards are added.
    pub stbs: Vec<&'a str>,
    /// When and how urgently.
    pub submission: Submission,
}

/// Sets the PIN of a smartcard to the default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResetPinCall<'a> {
    /// The subscription the smartcard belongs to.
    pub subscription: SubscriptionIdentifier<'a>,
    /// The smartcard.
    pub smartcard: SmartcardIdentifier<'a>,
    /// When and how urgently.
    pub submission: Submission,
}

/// Sets the PIN of a smartcard to a given value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResetPinToGivenValueCall<'a> {
    /// The subscription the smartcard belongs to.
    pub subscription: SubscriptionIdentifier<'a>,
    /// The smartcard.
    pub smartcard: SmartcardIdentifier<'a>,
    /// The new PIN, digits only.
    pub pin: SecretText<'a>,
    /// When and how urgently.
    pub submission: Submission,
}

/// Logs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueTokenCall<'a> {
    /// The login name.
    pub username: Cow<'a, str>,
    /// The password.
    pub password: SecretText<'a>,
    /// The organisation.
    pub organisation: Cow<'a, str>,
    /// The id of the unit to log in to; absent: the user's own.
    pub unit: Option<Cow<'a, str>>,
}

/// When and how urgently a provisioning request is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Submission {
    /// Whether the call itself sends it.
    pub process_immediately: bool,
    /// Its priority.
    pub priority: Priority,
    /// When it should be processed, if that was said.
    pub scheduled_date: Option<NaiveDateTime>,
}
