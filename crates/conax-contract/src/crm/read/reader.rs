//! The reader: the parameters of one call, and what is found wrong with them so far.

use crate::crm::codes::IdentifierField;
use crate::crm::found::quoted;
use crate::crm::operation::Operation;
use crate::crm::parameter::IdentifierKind;
use crate::crm::params::Params;
use crate::crm::refusal::Refusal;
use crate::crm::refusal_code::RefusalCode;
use crate::crm::value::Value;

use super::mistakes::{example_of, meant_by};

/// How strictly calls are read, where the documentation leaves room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Whether a GET identifier is only taken in the documented form `name=field=value`.
    pub strict_identifiers: bool,
    /// Whether both sets may be given when adding to a pairing.
    // Documented both ways: the restriction says one of them, the description says both.
    pub lenient_pairing_sets: bool,
    /// Whether the operations on an existing smartcard take its CA id as well.
    // Documented as "the smartcard CA ID"; the examples send an object with a serial number.
    pub smartcard_by_ca_id: bool,
    /// How many digits a PIN must have; any number when absent.
    // Ours: four is the norm of the head-end, but nothing public makes the CRM check it.
    pub pin_digit_count: Option<usize>,
    /// Whether names in `fields_set` that no member has are ignored, and not refused.
    // Ours: nothing public says; a typo should be seen.
    pub ignores_unknown_fields: bool,
}

impl Default for Reading {
    fn default() -> Self {
        Self {
            strict_identifiers: false,
            lenient_pairing_sets: false,
            smartcard_by_ca_id: true,
            pin_digit_count: None,
            ignores_unknown_fields: false,
        }
    }
}

impl Reading {
    /// Whether an identifier of this kind may be a CA id, as a sub-field or alone.
    pub(crate) fn takes_ca_id(&self, kind: IdentifierKind) -> bool {
        kind == IdentifierKind::ExistingSmartcard && self.smartcard_by_ca_id
    }

    /// The sub-fields an identifier of this kind may have.
    pub(crate) fn sub_fields(&self, kind: IdentifierKind) -> Vec<&'static str> {
        let ca_id = self.takes_ca_id(kind).then_some(IdentifierField::SmartcardCaId);
        let fields = kind.fields().iter().copied().chain(ca_id);
        fields.map(IdentifierField::code).collect()
    }

    /// A part of a message that is only true if an identifier of this kind may be a CA id.
    pub(super) fn if_ca_id<'t>(&self, kind: IdentifierKind, text: &'t str) -> &'t str {
        if self.takes_ca_id(kind) { text } else { "" }
    }
}

/// Reads the parameters of one call and remembers what is wrong with them.
pub(super) struct Reader<'a, 'r> {
    pub(super) operation: Operation,
    pub(super) params: &'a Params<'a>,
    pub(super) reading: &'r Reading,
    findings: Vec<(RefusalCode, String)>,
}

impl<'a, 'r> Reader<'a, 'r> {
    pub(super) const fn new(
        operation: Operation,
        params: &'a Params<'a>,
        reading: &'r Reading,
    ) -> Self {
        Self { operation, params, reading, findings: Vec::new() }
    }

    /// Remembers that something is wrong; reading goes on.
    pub(super) fn refuse<T>(&mut self, code: RefusalCode, message: String) -> Option<T> {
        self.findings.push((code, message));
        None
    }

    /// Remembers that a value is wrong.
    pub(super) fn invalid<T>(&mut self, message: String) -> Option<T> {
        self.refuse(RefusalCode::InvalidParameterValue, message)
    }

    /// The value of a mandatory parameter.
    pub(super) fn mandatory(&mut self, name: &'static str) -> Option<&'a Value<'a>> {
        let given = self.params.given(name);
        if given.is_none() {
            self.refuse_missing(name);
        }
        given
    }

    /// Remembers that a mandatory parameter is missing, and what may have been meant to be it.
    pub(super) fn refuse_missing(&mut self, name: &'static str) {
        let state = match self.params.get(name) {
            None => "is missing",
            Some(Value::Null) => "is null",
            Some(_) => "is given without a value",
        };
        let message = format!(
            "The mandatory parameter `{name}` {state}: give {}.{}",
            example_of(self.operation, name, self.params.origin(), self.reading),
            self.meant_by_another(name)
        );
        self.refuse::<()>(RefusalCode::MandatoryParameterMissing, message);
    }

    /// A question about an unknown parameter that looks like the missing one, or nothing.
    pub(super) fn meant_by_another(&self, name: &str) -> String {
        meant_by(self.operation, self.params, name)
            .map_or_else(String::new, |meant| format!(" Was {} meant to be it?", quoted(meant)))
    }

    /// The call, or a refusal: the first finding in full, the others as its description.
    pub(super) fn finish<C>(self, call: Option<C>) -> Result<C, Refusal> {
        let mut findings = self.findings.into_iter();
        let Some((code, message)) = findings.next() else {
            return call.ok_or_else(|| Refusal::unexpected_fault("reading a call"));
        };
        let refusal = Refusal::new(code, message);
        let others: Vec<String> = findings.map(|(_, message)| message).collect();
        Err(if others.is_empty() { refusal } else { refusal.described(others.join(" ")) })
    }
}
