//! What the catalogue says of a fault.

use conax_model::ledger::{Fate, Standing};
use serde::{Serialize, Serializer};

use crate::crm::code_list;
use crate::source::Source;

code_list! {
    /// Where a fault is put in.
    pub enum Inject {
        /// Transport and TLS.
        Transport = "transport", Ours;
        /// HTTP.
        Http = "http", Ours;
        /// SOAP.
        Soap = "soap", Ours;
        /// Business.
        Business = "business", Ours;
        /// What is done, or happens afterwards.
        Effect = "effect", Ours;
    }
}

code_list! {
    /// Whether the head-end's state changes.
    pub enum Applied {
        /// As it was told.
        Yes = "yes", Ours;
        /// Not at all.
        No = "no", Ours;
        /// Otherwise than it was told: in part, later, for another time.
        Otherwise = "otherwise", Ours;
    }
}

code_list! {
    /// What somebody who sees it may hope for.
    pub enum Outlook {
        /// Sending again will do.
        Transient = "transient", Ours;
        /// Sending again is of no use before the data is mended.
        Permanent = "permanent", Ours;
        /// Nobody knows whether it was done; ask before sending again.
        Unknown = "unknown outcome", Ours;
        /// A part was done.
        Partial = "partial", Ours;
        /// It looks well and is not.
        Hidden = "hidden", Ours;
        /// It is well, only late.
        Harmless = "harmless", Ours;
    }
}

/// Another form of the same fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Variant {
    /// Its name, written after the preset's: `f14/page-200`.
    pub name: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// What goes wrong, in the language of rules.
    #[serde(skip)]
    pub rule: &'static str,
    /// Pieces of what the CRM stores as the error, one of which is in it; none if it stores none.
    #[serde(skip)]
    pub errors: &'static [&'static str],
}

/// One fault of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Preset {
    /// Its number, from 1 to 46; others are shown its id.
    #[serde(rename = "id", serialize_with = "id")]
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
    #[serde(serialize_with = "standing")]
    pub crm: Standing,
    /// How often the head-end really carried it out.
    #[serde(serialize_with = "fate")]
    pub conax: Fate,
    /// Whether the drift report shows it.
    pub drifts: bool,
    /// Pieces of what the CRM stores as the error, one of which is in it; none if it stores none.
    #[serde(skip)]
    pub errors: &'static [&'static str],
    /// What somebody who sees it may hope for.
    pub outlook: Outlook,
    /// How it is found out.
    pub found: &'static str,
    /// How we know of it.
    #[serde(serialize_with = "source")]
    pub source: Source,
    /// What goes wrong, in the language of rules.
    pub rule: &'static str,
    /// Who is met unless the rule says otherwise, in the language of rules; empty: everybody.
    #[serde(skip)]
    pub when: &'static str,
    /// Whether one call of a magic smartcard shows it.
    #[serde(skip)]
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

fn id<S: Serializer>(number: &u8, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("f{number:02}"))
}

fn standing<S: Serializer>(standing: &Standing, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(standing.word())
}

fn fate<S: Serializer>(fate: &Fate, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(fate.word())
}

fn source<S: Serializer>(source: &Source, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(source.code())
}
