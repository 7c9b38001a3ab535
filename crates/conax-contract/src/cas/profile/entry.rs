//! What a profile holds, and the questions the codecs ask it.

use std::collections::BTreeMap;

use super::error::ProfileError;
use super::{parse, shipped};
use crate::cas::field::{WireElement, fields};
use conax_model::cas::RejectionCause;
use conax_model::command::CommandKind;

use crate::cas::operation::CasService;
use crate::source::Source;

/// A name and how it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name, path, namespace or code.
    pub value: String,
    /// How it is known.
    pub source: Source,
}

/// Which namespaces a request may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamespaceRule {
    /// Any, none included: only local names count.
    Any,
    /// Only those the profile names.
    Configured,
}

/// Where a service is and which namespace its operations have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceEntry {
    /// The path of the endpoint.
    pub path: Entry,
    /// The namespace of the operations that name none of their own.
    pub namespace: Entry,
}

/// What an operation is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationEntry {
    /// The name: the element inside the body.
    pub name: Entry,
    /// Other names that are understood.
    pub aliases: Vec<String>,
    /// The namespace, if it is not that of the service.
    pub namespace: Option<Entry>,
    /// The order of the values.
    pub order: Vec<WireElement>,
    /// Elements called otherwise in this operation.
    pub elements: BTreeMap<WireElement, Entry>,
}

/// The names of the wire. Complete: every question below has an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) namespaces: NamespaceRule,
    pub(super) common_namespace: Entry,
    pub(super) request_suffix: Entry,
    pub(super) response_suffix: Entry,
    pub(super) services: BTreeMap<CasService, ServiceEntry>,
    pub(super) operations: BTreeMap<CommandKind, OperationEntry>,
    pub(super) elements: BTreeMap<WireElement, Entry>,
    pub(super) statuses: BTreeMap<RejectionCause, Entry>,
}

impl Profile {
    /// Reads a profile file. Everything that is wrong is reported at once.
    ///
    /// # Errors
    ///
    /// When the text is not TOML, or not a complete and consistent profile.
    pub fn parse(name: &str, text: &str) -> Result<Self, ProfileError> {
        parse::parse(name, text)
    }

    /// A profile that comes with the program.
    #[must_use]
    pub fn shipped(name: &str) -> Option<&'static Self> {
        shipped::find(name)
    }

    /// The names of the profiles that come with the program; the first is the default.
    #[must_use]
    pub const fn names() -> [&'static str; 4] {
        shipped::NAMES
    }

    /// The default profile: `public`.
    #[must_use]
    pub fn public() -> &'static Self {
        shipped::default_profile()
    }

    /// The name of the profile.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the profile is for, in a sentence.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Which namespaces a request may use.
    #[must_use]
    pub const fn namespaces(&self) -> NamespaceRule {
        self.namespaces
    }

    /// Where a service is.
    #[must_use]
    pub fn service(&self, service: CasService) -> &ServiceEntry {
        &self.services[&service]
    }

    /// The service at this path, if there is one.
    #[must_use]
    pub fn service_at(&self, path: &str) -> Option<CasService> {
        let path = path.trim_end_matches('/');
        CasService::ALL.into_iter().find(|&service| self.service(service).path.value == path)
    }

    /// What an operation is called.
    #[must_use]
    pub fn operation(&self, operation: CommandKind) -> &OperationEntry {
        &self.operations[&operation]
    }

    /// The operation with this name or alias.
    #[must_use]
    pub fn operation_named(&self, name: &str) -> Option<CommandKind> {
        CommandKind::ALL.into_iter().find(|&operation| {
            let entry = self.operation(operation);
            entry.name.value == name || entry.aliases.iter().any(|alias| alias == name)
        })
    }

    /// The namespace of an operation's elements.
    #[must_use]
    pub fn namespace(&self, operation: CommandKind) -> &Entry {
        self.operation(operation)
            .namespace
            .as_ref()
            .unwrap_or_else(|| &self.service(CasService::of(operation)).namespace)
    }

    /// What an element of an operation is called.
    #[must_use]
    pub fn element(&self, operation: CommandKind, element: WireElement) -> &Entry {
        self.operation(operation).elements.get(&element).unwrap_or_else(|| &self.elements[&element])
    }

    /// The status code that carries a cause.
    #[must_use]
    pub fn status_code(&self, cause: RejectionCause) -> &str {
        &self.status(cause).value
    }

    /// The status code that carries a cause, with its source.
    #[must_use]
    pub fn status(&self, cause: RejectionCause) -> &Entry {
        &self.statuses[&cause]
    }

    /// The name of the element inside a request's operation element (Attested suffix).
    #[must_use]
    pub fn request_name(&self, operation: CommandKind) -> String {
        format!("{}{}", self.operation(operation).name.value, self.request_suffix.value)
    }

    /// The name of the element inside a reply's body.
    #[must_use]
    pub fn response_name(&self, operation: CommandKind) -> String {
        format!("{}{}", self.operation(operation).name.value, self.response_suffix.value)
    }

    /// Whether `name` is the element inside a request, by the operation's name or an alias.
    pub(in crate::cas) fn is_request_name(&self, operation: CommandKind, name: &str) -> bool {
        name.strip_suffix(self.request_suffix.value.as_str())
            .and_then(|name| self.operation_named(name))
            == Some(operation)
    }

    /// Whether `name` is that of an operation or of the element inside its request.
    pub(in crate::cas) fn is_operation_or_request_name(&self, name: &str) -> bool {
        let inner = name.strip_suffix(self.request_suffix.value.as_str());
        self.operation_named(name).is_some()
            || inner.is_some_and(|name| self.operation_named(name).is_some())
    }

    /// Every name the profile's PIN element goes by.
    pub(in crate::cas) fn pin_names(&self) -> impl Iterator<Item = &str> {
        CommandKind::ALL
            .into_iter()
            .filter(|&operation| {
                fields(operation).iter().any(|field| field.element == WireElement::Pin)
            })
            .map(|operation| self.element(operation, WireElement::Pin).value.as_str())
    }

    /// Whether an operation's values may be in this namespace.
    pub(in crate::cas) fn accepts_value_namespace(
        &self,
        operation: CommandKind,
        namespace: Option<&str>,
    ) -> bool {
        match self.namespaces {
            NamespaceRule::Any => true,
            NamespaceRule::Configured => namespace.is_some_and(|namespace| {
                namespace == self.namespace(operation).value
                    || namespace == self.common_namespace.value
            }),
        }
    }
}
