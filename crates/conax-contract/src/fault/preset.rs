//! What the catalogue says of a fault.

use conax_model::ledger::{Fate, Standing};
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::catalogue::PRESETS;
use crate::crm::code_list;
use crate::source::Source;
use crate::text::as_word;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Preset {
    /// Its number, from 1 to 46; others are shown its id.
    #[serde(rename = "id", serialize_with = "id")]
    #[schemars(with = "String")]
    pub number: u8,
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// Where it is put in.
    #[schemars(with = "String")]
    pub inject: Inject,
    /// Whether the head-end's state changes.
    #[schemars(with = "String")]
    pub applied: Applied,
    /// What is seen on the wire.
    pub wire: &'static str,
    /// How the provisioning request ends.
    #[serde(serialize_with = "as_word::serialize")]
    #[schemars(with = "String")]
    pub crm: Standing,
    /// How often the head-end really carried it out.
    #[serde(serialize_with = "as_word::serialize")]
    #[schemars(with = "String")]
    pub conax: Fate,
    /// Whether the drift report shows it.
    pub drifts: bool,
    /// Pieces of what the CRM stores as the error, one of which is in it; none if it stores none.
    #[serde(skip)]
    pub errors: &'static [&'static str],
    /// What somebody who sees it may hope for.
    #[schemars(with = "String")]
    pub outlook: Outlook,
    /// How it is found out.
    pub found: &'static str,
    /// How we know of it.
    #[serde(serialize_with = "source")]
    #[schemars(with = "String")]
    pub source: Source,
    /// What goes wrong, in the language of rules.
    pub rule: &'static str,
    /// Who is met unless the rule says otherwise, in the language of rules; empty: everybody.
    #[serde(skip)]
    pub when: &'static str,
    /// Whether one call of a magic smartcard shows it.
    #[serde(skip)]
    pub magic: bool,
    /// What it takes besides one order to show, in words.
    #[serde(skip)]
    pub takes: Option<&'static str>,
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

/// A fault of the catalogue in one of its forms: the usual one, or a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// The fault.
    pub preset: &'static Preset,
    /// The variant, if it is one.
    pub variant: Option<&'static Variant>,
}

impl Form {
    /// Every form of every preset, the usual one of each first.
    pub fn all() -> impl Iterator<Item = Self> {
        PRESETS.iter().flat_map(|preset| {
            let variants = preset.variants.iter().map(Some);
            let forms = std::iter::once(None).chain(variants);
            forms.map(move |variant| Self { preset, variant })
        })
    }

    /// The usual form of a preset.
    #[must_use]
    pub const fn of(preset: &'static Preset) -> Self {
        Self { preset, variant: None }
    }

    /// The form of this id, name or title, in any case: `f14`, `f14/page-200`,
    /// `f05 read-timeout-applied`.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        let name = name.trim().to_lowercase();
        Self::all().find(|form| form.id() == name || form.name() == name || form.title() == name)
    }

    /// Its id: `f14/page-200`.
    #[must_use]
    pub fn id(self) -> String {
        self.after(self.preset.id())
    }

    /// Its name: `maintenance-page/page-200`.
    #[must_use]
    pub fn name(self) -> String {
        self.after(self.preset.name.to_owned())
    }

    /// Its id and name, the number first: `f14 maintenance-page/page-200`.
    #[must_use]
    pub fn title(self) -> String {
        self.after(self.preset.title())
    }

    fn after(self, preset: String) -> String {
        match self.variant {
            None => preset,
            Some(variant) => format!("{preset}/{}", variant.name),
        }
    }

    /// What it is.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        self.variant.map_or(self.preset.meaning, |one| one.meaning)
    }

    /// What goes wrong, in the language of rules.
    #[must_use]
    pub fn rule(self) -> &'static str {
        self.variant.map_or(self.preset.rule, |one| one.rule)
    }

    /// Pieces of what the CRM stores as the error, one of which is in it.
    pub(super) fn errors(self) -> &'static [&'static str] {
        self.variant.map_or(self.preset.errors, |one| one.errors)
    }
}

fn id<S: Serializer>(number: &u8, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("f{number:02}"))
}

fn source<S: Serializer>(source: &Source, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(source.code())
}
