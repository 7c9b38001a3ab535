//! What the catalogue says of a fault.

use crate::source::Source;

/// Where a fault is put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inject {
    /// Transport and TLS.
    Transport,
    /// HTTP.
    Http,
    /// SOAP.
    Soap,
    /// Business.
    Business,
    /// What is done, or happens afterwards.
    Effect,
}

impl Inject {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Transport => "transport",
            Self::Http => "http",
            Self::Soap => "soap",
            Self::Business => "business",
            Self::Effect => "effect",
        }
    }
}

/// Whether the head-end's state changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// As it was told.
    Yes,
    /// Not at all.
    No,
    /// Otherwise than it was told: in part, later, for another time.
    Otherwise,
}

impl Applied {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Otherwise => "otherwise",
        }
    }
}

/// How the provisioning request ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrmEnd {
    /// `COMPLETED`.
    Completed,
    /// `REJECTED`.
    Rejected,
}

impl CrmEnd {
    /// The documented word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Completed => "COMPLETED",
            Self::Rejected => "REJECTED",
        }
    }
}

/// How often the head-end really carried the order out, once everything has come to rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConaxDid {
    /// Once.
    Once,
    /// More than once.
    Twice,
    /// In part.
    Partly,
    /// Never, or it has forgotten that it did.
    Never,
}

impl ConaxDid {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Twice => "twice",
            Self::Partly => "partly",
            Self::Never => "never",
        }
    }
}

/// What somebody who sees it may hope for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// Sending again will do.
    Transient,
    /// Sending again is of no use before the data is mended.
    Permanent,
    /// Nobody knows whether it was done; ask before sending again.
    Unknown,
    /// A part was done.
    Partial,
    /// It looks well and is not.
    Hidden,
    /// It is well, only late.
    Harmless,
}

impl Outlook {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::Permanent => "permanent",
            Self::Unknown => "unknown outcome",
            Self::Partial => "partial",
            Self::Hidden => "hidden",
            Self::Harmless => "harmless",
        }
    }
}

/// Another form of the same fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Its name, written after the preset's: `f14/page-200`.
    pub name: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// What goes wrong, in the language of rules.
    pub rule: &'static str,
    /// Pieces of what the CRM stores as the error, one of which is in it; none if it stores none.
    pub errors: &'static [&'static str],
}

/// One fault of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Its number, from 1 to 46.
    pub number: u8,
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// Where it is put in.
    pub inject: Inject,
    /// Whether the head-end's state changes.
    pub applied: Applied,
    /// What is seen on the wire.
    pub wire: &'static str,
    /// How the provisioning request ends.
    pub crm: CrmEnd,
    /// How often the head-end really carried it out.
    pub conax: ConaxDid,
    /// Whether the drift report shows it.
    pub drifts: bool,
    /// Pieces of what the CRM stores as the error, one of which is in it; none if it stores none.
    pub errors: &'static [&'static str],
    /// What somebody who sees it may hope for.
    pub outlook: Outlook,
    /// How it is found out.
    pub found: &'static str,
    /// How we know of it.
    pub source: Source,
    /// What goes wrong, in the language of rules.
    pub rule: &'static str,
    /// Who is met unless the rule says otherwise, in the language of rules; empty: everybody.
    pub when: &'static str,
    /// Whether one call of a magic smartcard shows it.
    pub magic: bool,
    /// Other forms of it.
    pub variants: &'static [Variant],
}

impl Preset {
    /// Its id: `f05`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("f{:02}", self.number)
    }

    /// Its id and name, the number first: `f05 read-timeout-applied`.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{} {}", self.id(), self.name)
    }
}
