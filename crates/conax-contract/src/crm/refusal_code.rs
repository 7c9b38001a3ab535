//! Every `status.code` of a refused call, with its HTTP status, in one table.
//!
//! Nobody has published the codes of this module. Their form follows the two real codes seen in a
//! public client (Attested): the upper-cased name of a Java exception class. When a real code
//! becomes known, this table is the only place to change.

use std::fmt;

use crate::source::Source;

/// Why a call is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefusalCode {
    /// The token is missing, unknown, released or expired.
    InvalidToken,
    /// User name, password, organisation, unit or key do not let anybody in.
    InvalidCredentials,
    /// A mandatory parameter is missing.
    MandatoryParameterMissing,
    /// None, or more than one, of the semi-optional parameters is given.
    SemiOptionalParameters,
    /// A value is of the wrong kind, or the parameters cannot be read at all.
    InvalidParameterValue,
    /// No provisioning request answers to the identifier.
    ProvisioningRequestNotFound,
    /// No subscription answers to the identifier.
    SubscriptionNotFound,
    /// No product answers to the identifier.
    ProductNotFound,
    /// No installed item answers to the identifier.
    InstalledItemNotFound,
    /// The product is not a service, or the item is not a smartcard or set-top box.
    InvalidClassification,
    /// The item or service is not on the given subscription.
    NotRelatedToSubscription,
    /// The path names no method.
    UnknownMethod,
    /// The method takes another HTTP verb.
    WrongVerb,
    /// The exchange is not HTTP.
    MalformedHttp,
    /// The call did not arrive completely in time.
    RequestTimedOut,
    /// The body is larger than the limit.
    BodyTooLarge,
    /// The target is longer than the limit.
    UriTooLong,
    /// The body is compressed in a way that is not decoded.
    UnsupportedContentCoding,
    /// The headers are larger than the limit.
    HeadersTooLarge,
    /// Too many connections are open.
    TooManyConnections,
    /// The service is stopping or told to be unavailable.
    Unavailable,
    /// The body comes in a transfer coding that is not decoded.
    UnsupportedTransferCoding,
    /// A fault of the service itself.
    UnexpectedFault,
}

/// How a refusal maps to HTTP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HttpMode {
    /// Refusals by the business rules travel with 200, as public clients expect (Inferred).
    #[default]
    Business200,
    /// Each refusal has the HTTP status a newer API would give it (Ours).
    Mapped,
}

/// What stands in the table for one code.
struct RefusalEntry {
    code: &'static str,
    default_status: u16,
    mapped_status: u16,
    text: &'static str,
}

/// A refusal by the business rules: HTTP 200 unless mapped.
const fn business(code: &'static str, mapped_status: u16, text: &'static str) -> RefusalEntry {
    RefusalEntry { code, default_status: 200, mapped_status, text }
}

/// A refusal by the protocol: the same HTTP status in both modes.
const fn protocol(code: &'static str, status: u16, text: &'static str) -> RefusalEntry {
    RefusalEntry { code, default_status: status, mapped_status: status, text }
}

impl RefusalCode {
    /// Every code, the business rules first.
    pub const ALL: [Self; 23] = [
        Self::InvalidToken,
        Self::InvalidCredentials,
        Self::MandatoryParameterMissing,
        Self::SemiOptionalParameters,
        Self::InvalidParameterValue,
        Self::ProvisioningRequestNotFound,
        Self::SubscriptionNotFound,
        Self::ProductNotFound,
        Self::InstalledItemNotFound,
        Self::InvalidClassification,
        Self::NotRelatedToSubscription,
        Self::UnknownMethod,
        Self::WrongVerb,
        Self::MalformedHttp,
        Self::RequestTimedOut,
        Self::BodyTooLarge,
        Self::UriTooLong,
        Self::UnsupportedContentCoding,
        Self::HeadersTooLarge,
        Self::TooManyConnections,
        Self::Unavailable,
        Self::UnsupportedTransferCoding,
        Self::UnexpectedFault,
    ];

    /// The code as `status.code` prints it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.entry().code
    }

    /// The refusal with this `status.code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|refusal| refusal.code() == code)
    }

    /// The HTTP status the refusal travels with.
    #[must_use]
    pub const fn http_status(self, mode: HttpMode) -> u16 {
        match mode {
            HttpMode::Business200 => self.entry().default_status,
            HttpMode::Mapped => self.entry().mapped_status,
        }
    }

    /// How the code is known.
    // Ours: no code of this module is public, only the form of two codes of another one.
    #[must_use]
    pub const fn source(self) -> Source {
        Source::Ours
    }

    /// One sentence on when the code is used.
    #[must_use]
    pub const fn text(self) -> &'static str {
        self.entry().text
    }

    const fn entry(self) -> RefusalEntry {
        match self {
            Self::InvalidToken => business(
                "COM.CRM.EXCEPTION.AUTHENTICATION.INVALIDTOKENEXCEPTION",
                401,
                "The token is missing, unknown, released or expired.",
            ),
            Self::InvalidCredentials => business(
                "COM.CRM.EXCEPTION.AUTHENTICATION.INVALIDCREDENTIALSEXCEPTION",
                401,
                "The user name, password, organisation, unit or key is wrong.",
            ),
            Self::MandatoryParameterMissing => business(
                "COM.CRM.EXCEPTION.WEBAPI.MANDATORYPARAMETERMISSINGEXCEPTION",
                400,
                "A mandatory parameter is missing.",
            ),
            Self::SemiOptionalParameters => business(
                "COM.CRM.EXCEPTION.WEBAPI.SEMIOPTIONALPARAMETERSEXCEPTION",
                400,
                "None, or more than one, of the semi-optional parameters is given.",
            ),
            Self::InvalidParameterValue => business(
                "COM.CRM.EXCEPTION.WEBAPI.INVALIDPARAMETERVALUEEXCEPTION",
                400,
                "A value is of the wrong kind, or the parameters cannot be read.",
            ),
            Self::ProvisioningRequestNotFound => business(
                "COM.CRM.EXCEPTION.CONAXWEBSERVICES.PROVISIONINGREQUESTNOTFOUNDEXCEPTION",
                404,
                "No provisioning request answers to the identifier.",
            ),
            Self::SubscriptionNotFound => business(
                "COM.CRM.EXCEPTION.SUBSCRIPTIONS.SUBSCRIPTIONNOTFOUNDEXCEPTION",
                404,
                "No subscription answers to the identifier.",
            ),
            Self::ProductNotFound => business(
                "COM.CRM.EXCEPTION.PRODUCTS.PRODUCTNOTFOUNDEXCEPTION",
                404,
                "No product answers to the identifier.",
            ),
            Self::InstalledItemNotFound => business(
                "COM.CRM.EXCEPTION.INSTALLEDITEMS.INSTALLEDITEMNOTFOUNDEXCEPTION",
                404,
                "No installed item answers to the identifier.",
            ),
            Self::InvalidClassification => business(
                "COM.CRM.EXCEPTION.CONAXWEBSERVICES.INVALIDCLASSIFICATIONEXCEPTION",
                422,
                "The product is not a service, or the item not a smartcard or set-top box.",
            ),
            Self::NotRelatedToSubscription => business(
                "COM.CRM.EXCEPTION.CONAXWEBSERVICES.NOTRELATEDTOSUBSCRIPTIONEXCEPTION",
                409,
                "The item or service is not on the given subscription.",
            ),
            Self::UnknownMethod => protocol(
                "COM.CRM.EXCEPTION.WEBAPI.UNKNOWNMETHODEXCEPTION",
                404,
                "The path names no method.",
            ),
            Self::WrongVerb => protocol(
                "COM.CRM.EXCEPTION.WEBAPI.WRONGVERBEXCEPTION",
                405,
                "The method takes another HTTP verb.",
            ),
            Self::MalformedHttp => protocol(
                "COM.CRM.EXCEPTION.WEBAPI.MALFORMEDHTTPEXCEPTION",
                400,
                "The exchange is not valid HTTP.",
            ),
            Self::RequestTimedOut => protocol(
                "COM.CRM.EXCEPTION.WEBAPI.REQUESTTIMEDOUTEXCEPTION",
                408,
                "The call did not arrive completely in time.",
            ),
            Self::BodyTooLarge => protocol(
                "COM.CRM.EXCEPTION.WEBAPI.BODYTOOLARGEEXCEPTION",
                413,
                "The body is larger than the limit.",
            ),
            Self::UriTooLong => protocol(
                "COM.CRM.EXCEPTION.WEBAPI.URITOOLONGEXCEPTION",
                414,
                "The target is longer than the limit.",
            ),
            Self::UnsupportedContentCoding => protocol(
                "COM.CRM.EXCEPTION.WEBAPI.UNSUPPORTEDCONTENTCODINGEXCEPTION",
                415,
                "The body is compressed in a way that is not decoded.",
            ),
            Self::HeadersTooLarge => protocol(
                "COM.CRM.EXCEPTION.WEBAPI.HEADERSTOOLARGEEXCEPTION",
                431,
                "The headers are larger than the limit.",
            ),
            Self::TooManyConnections => protocol(
                "COM.CRM.EXCEPTION.WEBAPI.TOOMANYCONNECTIONSEXCEPTION",
                503,
                "Too many connections are open.",
            ),
            Self::Unavailable => protocol(
                "COM.CRM.EXCEPTION.WEBAPI.UNAVAILABLEEXCEPTION",
                503,
                "The service is stopping or told to be unavailable.",
            ),
            Self::UnsupportedTransferCoding => protocol(
                "COM.CRM.EXCEPTION.WEBAPI.UNSUPPORTEDTRANSFERCODINGEXCEPTION",
                501,
                "The body comes in a transfer coding that is not decoded.",
            ),
            Self::UnexpectedFault => protocol(
                "COM.CRM.EXCEPTION.WEBAPI.UNEXPECTEDFAULTEXCEPTION",
                500,
                "The service itself failed.",
            ),
        }
    }
}

impl fmt::Display for RefusalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
