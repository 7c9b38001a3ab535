//! The names of a world: each is given once, and what is referred to exists.
//!
//! Names are collected while the file is read, also from parts that are otherwise broken, and
//! references are looked up at the end; so one mistake is one finding.

use std::collections::BTreeMap;

use crate::text::{Fields, Finding, Findings, Placed, TextFault, near_miss, placed, shown, text};

/// What a name is a name of. Within one kind a name is given once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Unit,
    UserId,
    Username,
    WebApiKey,
    Token,
    ServiceId,
    ServiceCode,
    ServiceAlternativeCode,
    ServiceCaId,
    SubscriptionId,
    SubscriptionNumber,
    ItemId,
    SerialNumber,
    ItemAlternativeCode,
    SmartcardCaId,
    StbCaId,
    RequestId,
    RequestNumber,
    Domain,
    DomainUsername,
    Product,
    Smartcard,
    PairingModule,
}

impl Kind {
    /// Whether orders to Conax carry it.
    const fn goes_to_conax(self) -> bool {
        matches!(self, Self::ServiceCaId | Self::SmartcardCaId | Self::StbCaId)
    }

    /// What it is called in messages.
    const fn noun(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::UserId => "user id",
            Self::Username => "username",
            Self::WebApiKey => "web API key",
            Self::Token => "token",
            Self::ServiceId => "service id",
            Self::ServiceCode => "service code",
            Self::ServiceAlternativeCode => "alternative code of a service",
            Self::ServiceCaId => "CA id of a service",
            Self::SubscriptionId => "subscription id",
            Self::SubscriptionNumber => "subscription number",
            Self::ItemId => "id of an installed item",
            Self::SerialNumber => "serial number",
            Self::ItemAlternativeCode => "alternative code of an installed item",
            Self::SmartcardCaId => "CA id of a smartcard",
            Self::StbCaId => "CA id of a set-top box",
            Self::RequestId => "id of a provisioning request",
            Self::RequestNumber => "number of a provisioning request",
            Self::Domain => "domain",
            Self::DomainUsername => "username of a domain",
            Self::Product => "product",
            Self::Smartcard => "smartcard",
            Self::PairingModule => "pairing module",
        }
    }

    const fn is_secret(self) -> bool {
        matches!(self, Self::WebApiKey | Self::Token)
    }

    /// The form in which equal names are equal.
    fn folded(self, name: &str) -> String {
        match self {
            // Inferred: the documented login writes a user name in another case than the answers.
            Self::Username => name.to_lowercase(),
            // Hexadecimal digits: their case is a matter of writing.
            Self::RequestId => name.to_ascii_uppercase(),
            _ => name.to_owned(),
        }
    }
}

/// What a reference may name, and where such things are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    /// What it is called in messages.
    pub(super) noun: &'static str,
    /// The section of the file.
    section: &'static str,
    /// The kinds of name it may use.
    kinds: &'static [Kind],
}

impl Target {
    pub(super) const UNIT: Self = Self::new("unit", "units", &[Kind::Unit]);
    pub(super) const USER: Self = Self::new("user", "users", &[Kind::Username]);
    pub(super) const SERVICE: Self =
        Self::new("service", "services", &[Kind::ServiceCode, Kind::ServiceId]);
    pub(super) const ITEM: Self =
        Self::new("installed item", "installed_items", &[Kind::SerialNumber, Kind::ItemId]);
    pub(super) const DOMAIN: Self = Self::new("domain", "domains", &[Kind::Domain]);
    pub(super) const PRODUCT: Self = Self::new("product", "products", &[Kind::Product]);
    pub(super) const SMARTCARD: Self = Self::new("smartcard", "smartcards", &[Kind::Smartcard]);
    pub(super) const MODULE: Self =
        Self::new("pairing module", "pairing_modules", &[Kind::PairingModule]);

    const fn new(noun: &'static str, section: &'static str, kinds: &'static [Kind]) -> Self {
        Self { noun, section, kinds }
    }
}

/// A name used, to be looked up at the end.
#[derive(Debug)]
struct Reference {
    target: Target,
    name: Placed<String>,
}

/// Where a name was given.
#[derive(Debug)]
struct Given {
    line: usize,
    /// As it was written, if that is not how it is compared.
    written: Option<String>,
}

/// Names given and used so far.
#[derive(Debug, Default)]
pub(super) struct Names {
    given: BTreeMap<Kind, BTreeMap<String, Given>>,
    used: Vec<Reference>,
}

impl Names {
    /// Gives `name`; a finding if it was given before.
    pub(super) fn give(&mut self, kind: Kind, name: &Placed<String>, findings: &mut Findings) {
        if let Some(fault) = TextFault::of(&name.value).filter(|_| kind.goes_to_conax()) {
            let message = format!("this {} {fault}", kind.noun());
            let hint = "write another one";
            findings.add(Finding::new(name.span, message).with_hint(hint));
            return;
        }
        let folded = kind.folded(&name.value);
        let written = (folded != name.value).then(|| name.value.clone());
        let given = self.given.entry(kind).or_default();
        if let Some(first) = given.get(&folded) {
            let message = if kind.is_secret() {
                format!("this {} is given twice", kind.noun())
            } else {
                format!("{} {} is given twice", kind.noun(), shown(&name.value))
            };
            let hint = format!("the first one is on line {}", first.line);
            findings.add(Finding::new(name.span, message).with_hint(hint));
        } else {
            given.insert(folded, Given { line: name.span.start.line, written });
        }
    }

    /// Gives the name at `key` of a map whose reader does not.
    pub(super) fn give_at(&mut self, kind: Kind, fields: &mut Fields<'_, '_>, key: &'static str) {
        let name = fields.take(key);
        if let Some(name) = name.and_then(|name| placed(text)(name, &mut Findings::new())) {
            self.give(kind, &name, fields.findings);
        }
    }

    /// Uses `name`, which may be given later.
    pub(super) fn refer(&mut self, target: Target, name: Placed<String>) -> String {
        let used = name.value.clone();
        self.used.push(Reference { target, name });
        used
    }

    /// Uses each of these names.
    pub(super) fn refer_all(&mut self, target: Target, names: Vec<Placed<String>>) -> Vec<String> {
        names.into_iter().map(|name| self.refer(target, name)).collect()
    }

    /// Reports names that are used and not given.
    pub(super) fn resolve(&self, findings: &mut Findings) {
        for Reference { target, name } in &self.used {
            if !self.is_given(*target, &name.value) {
                let hint =
                    if findings.is_full() { String::new() } else { self.hint(*target, name) };
                let message = format!("unknown {} {}", target.noun, shown(&name.value));
                findings.add(Finding::new(name.span, message).with_hint(hint));
            }
        }
    }

    fn is_given(&self, target: Target, name: &str) -> bool {
        target.kinds.iter().any(|kind| {
            let given = self.given.get(kind);
            given.is_some_and(|given| given.contains_key(&kind.folded(name)))
        })
    }

    fn hint(&self, target: Target, name: &Placed<String>) -> String {
        // The first kind is the one people use.
        let main = target.kinds[0];
        let known = || {
            let given = self.given.get(&main);
            given.into_iter().flatten().map(|(name, given)| given.written.as_ref().unwrap_or(name))
        };
        if let Some(near) = near_miss(&name.value, known().map(String::as_str)) {
            return format!("did you mean {}?", shown(near));
        }
        let some: Vec<String> = known().take(5).map(|name| shown(name)).collect();
        match known().count() {
            0 => format!("`{}` is empty or not written", target.section),
            count if count == some.len() => {
                format!("`{}` holds {}", target.section, some.join(", "))
            }
            count => {
                let more = count - some.len();
                format!("`{}` holds {} and {more} more", target.section, some.join(", "))
            }
        }
    }
}
