//! What a document needs to know of the API it describes: the settings in force, and where it is.

use crate::cas::Profile;
use crate::crm::{BasePath, HttpMode, Reading, Writing};

/// Where the APIs of CRM and head-end serve their own document. The prefix is reserved.
pub const OPENAPI_PATH: &str = "/_sim/openapi.json";

/// An API that has a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenApiOf {
    /// The provisioning API.
    Crm,
    /// The simulated head-end.
    Cas,
    /// The control API.
    Control,
}

impl OpenApiOf {
    /// Every API.
    pub const ALL: [Self; 3] = [Self::Crm, Self::Cas, Self::Control];

    /// The API as settings and queries write it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Crm => "crm",
            Self::Cas => "cas",
            Self::Control => "control",
        }
    }

    /// The API written as `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|api| api.code() == code)
    }
}

/// The provisioning API as it is served.
#[derive(Clone, Debug, Default)]
pub struct CrmApi {
    /// The path it is served under, besides `/`.
    pub base_path: BasePath,
    /// How refusals travel.
    pub http_mode: HttpMode,
    /// How answers are written.
    pub writing: Writing,
    /// How strictly calls are read.
    pub reading: Reading,
    /// Scheme, host and port; empty: where the document comes from.
    pub origin: String,
}

/// The simulated head-end as it is served.
#[derive(Clone, Debug)]
pub struct CasApi<'p> {
    /// Names on the wire.
    pub profile: &'p Profile,
    /// Whether a client has to say who it is.
    pub asks_who_calls: bool,
    /// Scheme, host and port; empty: where the document comes from.
    pub origin: String,
}

/// The control API as it is served.
#[derive(Clone, Debug, Default)]
pub struct ControlApi {
    /// Whether it asks for a bearer token.
    pub asks_for_token: bool,
    /// Scheme, host and port; empty: where the document comes from.
    pub origin: String,
}
