//! Reads identifiers: objects in a body; one of several spellings in a query.
//!
//! Exactly one sub-field names the record. In a query it is counted over all spellings.

use std::borrow::Cow;

use crate::crm::body::parse_json;
use crate::crm::codes::IdentifierField;
use crate::crm::found::{quoted, text_hint, word_list};
use crate::crm::json_fault::json_message;
use crate::crm::parameter::IdentifierKind;
use crate::crm::params::{Origin, repeated_name};
use crate::crm::refusal_code::RefusalCode;
use crate::crm::value::Value;
use crate::text::near_miss;

use super::mistakes::identifier_example;
use super::reader::Reader;
use super::sets::members_found;
use super::values::{is_blank, text_found};

/// A sub-field and its value.
type Named<'a> = (IdentifierField, Cow<'a, str>);

impl<'a> Reader<'a, '_> {
    /// A mandatory identifier, by `of` from the sub-field that names the record.
    pub(super) fn mandatory_identifier<I>(
        &mut self,
        name: &'static str,
        kind: IdentifierKind,
        of: fn(IdentifierField, Cow<'a, str>) -> Option<I>,
    ) -> Option<I> {
        match self.identifier(name, kind)? {
            Some((field, value)) => of(field, value),
            None => {
                self.refuse_missing(name);
                None
            }
        }
    }

    /// An optional identifier; `Some(None)` when it is not given.
    pub(super) fn optional_identifier<I>(
        &mut self,
        name: &'static str,
        kind: IdentifierKind,
        of: fn(IdentifierField, Cow<'a, str>) -> Option<I>,
    ) -> Option<Option<I>> {
        match self.identifier(name, kind)? {
            Some((field, value)) => of(field, value).map(Some),
            None => Some(None),
        }
    }

    /// The sub-field that names the record; `Some(None)` when the identifier is not given.
    fn identifier(
        &mut self,
        name: &'static str,
        kind: IdentifierKind,
    ) -> Option<Option<Named<'a>>> {
        match self.params.origin() {
            Origin::Body => match self.params.given(name) {
                None => Some(None),
                Some(value) => self.named_by_value(name, kind, value).map(Some),
            },
            Origin::Query => self.named_by_query(name, kind),
        }
    }

    fn named_by_value(
        &mut self,
        name: &'static str,
        kind: IdentifierKind,
        value: &'a Value<'a>,
    ) -> Option<Named<'a>> {
        match value {
            Value::Object(members) => self.named_by_members(name, kind, members),
            Value::Text(id) if self.reading.takes_ca_id(kind) && !is_blank(id) => {
                self.carried(id, || format!("The parameter `{name}`"))?;
                Some((IdentifierField::SmartcardCaId, Cow::Borrowed(id.as_ref())))
            }
            other => self.unusable(name, kind, other),
        }
    }

    fn unusable<T>(
        &mut self,
        name: &'static str,
        kind: IdentifierKind,
        found: &Value<'_>,
    ) -> Option<T> {
        self.invalid(format!(
            "The parameter `{name}` must be {}; found {}.",
            identifier_example(name, kind, self.params.origin(), self.reading),
            text_found(found)
        ))
    }

    /// The one sub-field among the members of an object. Members that are null count as left
    /// out, and unknown ones are ignored unless nothing else names the record.
    fn named_by_members(
        &mut self,
        name: &'static str,
        kind: IdentifierKind,
        members: &[(Cow<'a, str>, Value<'a>)],
    ) -> Option<Named<'a>> {
        if let Some(repeated) = repeated_name(members) {
            return self.invalid(format!(
                "The parameter `{name}` has the sub-field {} more than once; give it once.",
                quoted(repeated)
            ));
        }
        let mut given = members
            .iter()
            .filter(|(_, value)| !matches!(value, Value::Null))
            .filter_map(|(field, value)| Some((self.field(kind, field)?, value)));
        let Some((field, value)) = given.next() else {
            return self.no_sub_field_among(name, kind, members);
        };
        let others: Vec<&str> = given.map(|(field, _)| field.code()).collect();
        if !others.is_empty() {
            let all = std::iter::once(field.code()).chain(others);
            return self.several_sub_fields(name, kind, &word_list(all));
        }
        match value {
            Value::Text(text) => self.checked(name, field, text.clone()),
            other => self.invalid(format!(
                "The sub-field `{}` of `{name}` must be non-empty text; found {}.{}",
                field.code(),
                text_found(other),
                text_hint(other)
            )),
        }
    }

    /// The sub-field of this name, if identifiers of this kind have it.
    fn field(&self, kind: IdentifierKind, name: &str) -> Option<IdentifierField> {
        let field = IdentifierField::from_code(name)?;
        let by_ca_id = field == IdentifierField::SmartcardCaId && self.reading.takes_ca_id(kind);
        (by_ca_id || kind.fields().contains(&field)).then_some(field)
    }

    fn checked(
        &mut self,
        name: &'static str,
        field: IdentifierField,
        value: Cow<'a, str>,
    ) -> Option<Named<'a>> {
        if is_blank(&value) {
            return self.invalid(format!(
                "The sub-field `{}` of `{name}` must be non-empty text; found {}.",
                field.code(),
                text_found(&Value::Text(value))
            ));
        }
        let what = || format!("The sub-field `{}` of `{name}`", field.code());
        self.carried(&value, what)?;
        Some((field, value))
    }

    fn no_sub_field_among<T>(
        &mut self,
        name: &'static str,
        kind: IdentifierKind,
        members: &[(Cow<'_, str>, Value<'_>)],
    ) -> Option<T> {
        let null = members.iter().find(|(found, _)| self.field(kind, found).is_some());
        if let Some((null, _)) = null {
            let found = format!("{} that is null", quoted(null));
            return self.no_sub_field(name, kind, std::iter::empty(), &found);
        }
        let names = members.iter().map(|(found, _)| found.as_ref());
        self.no_sub_field(name, kind, names, &members_found(members))
    }

    fn no_sub_field<'n, T>(
        &mut self,
        name: &'static str,
        kind: IdentifierKind,
        mut names: impl Iterator<Item = &'n str>,
        found: &str,
    ) -> Option<T> {
        let codes = self.reading.sub_fields(kind);
        let meant = names
            .find_map(|name| near_miss(name, codes.iter().copied()))
            .map_or_else(String::new, |meant| format!(" Did you mean `{meant}`?"));
        let message = format!(
            "The parameter `{name}` must have exactly one of the sub-fields {}{}; found \
             {found}.{meant}",
            word_list(codes),
            self.reading.if_ca_id(kind, ", or be the CA id as text")
        );
        self.refuse(RefusalCode::SemiOptionalParameters, message)
    }

    fn several_sub_fields<T>(
        &mut self,
        name: &'static str,
        kind: IdentifierKind,
        found: &str,
    ) -> Option<T> {
        let message = format!(
            "The parameter `{name}` must have exactly one of the sub-fields {}{}; found \
             {found} together; give one of them.",
            word_list(self.reading.sub_fields(kind)),
            self.reading.if_ca_id(kind, ", or be the CA id as text")
        );
        self.refuse(RefusalCode::SemiOptionalParameters, message)
    }

    /// The identifier in a query, over all its spellings.
    fn named_by_query(
        &mut self,
        name: &'static str,
        kind: IdentifierKind,
    ) -> Option<Option<Named<'a>>> {
        let params = self.params;
        let mut found = Vec::with_capacity(1);
        let mut written = Vec::with_capacity(1);
        for (parameter, value) in params.iter() {
            let Value::Text(text) = value else { continue };
            if text.is_empty() {
                continue;
            }
            let Some(spelling) = spelling_of(parameter, name, kind) else {
                continue;
            };
            if self.reading.strict_identifiers && spelling != Spelling::Whole {
                return self.lenient_spelling(&quoted(parameter), name, kind);
            }
            written.push((parameter, text));
            found.push(match spelling {
                Spelling::Whole => self.named_by_whole(name, kind, text)?,
                Spelling::SubField(field) => self.named_by_sub_field(name, kind, field, text)?,
            });
        }
        if found.len() > 1 {
            let written: Vec<String> = written
                .into_iter()
                .map(|(parameter, text)| quoted(&format!("{parameter}={text}")))
                .collect();
            return self.several_sub_fields(name, kind, &written.join(" and "));
        }
        Some(found.pop())
    }

    /// `name=field=value`, or a JSON object.
    fn named_by_whole(
        &mut self,
        name: &'static str,
        kind: IdentifierKind,
        text: &'a str,
    ) -> Option<Named<'a>> {
        if text.trim_start().starts_with('{') {
            return self.named_by_json(name, kind, text);
        }
        match text.split_once('=') {
            Some((field, value)) => self.named_by_sub_field(name, kind, field, value),
            None if self.reading.takes_ca_id(kind) => {
                self.checked(name, IdentifierField::SmartcardCaId, Cow::Borrowed(text))
            }
            None => self.unusable(name, kind, &Value::Text(Cow::Borrowed(text))),
        }
    }

    fn named_by_json(
        &mut self,
        name: &'static str,
        kind: IdentifierKind,
        text: &'a str,
    ) -> Option<Named<'a>> {
        if self.reading.strict_identifiers {
            return self.lenient_spelling("a JSON object", name, kind);
        }
        match parse_json(text) {
            Ok(Value::Object(members)) => self.named_by_members(name, kind, &members),
            Ok(other) => self.unusable(name, kind, &other),
            Err(error) => {
                let message =
                    json_message(&format!("value of the parameter `{name}`"), text, &error);
                self.invalid(message)
            }
        }
    }

    fn named_by_sub_field(
        &mut self,
        name: &'static str,
        kind: IdentifierKind,
        field: &str,
        value: &'a str,
    ) -> Option<Named<'a>> {
        match self.field(kind, field.trim()) {
            Some(field) => self.checked(name, field, Cow::Borrowed(value)),
            None => {
                let found = quoted(field);
                self.no_sub_field(name, kind, std::iter::once(field), &found)
            }
        }
    }

    fn lenient_spelling<T>(
        &mut self,
        found: &str,
        name: &'static str,
        kind: IdentifierKind,
    ) -> Option<T> {
        self.invalid(format!(
            "The parameter `{name}` must be {}; found {found}.",
            identifier_example(name, kind, Origin::Query, self.reading)
        ))
    }
}

/// How a query parameter spells an identifier.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spelling<'p> {
    /// Its name is that of the identifier.
    Whole,
    /// Its name ends in, or is, the name of a sub-field.
    SubField(&'p str),
}

/// How `parameter` spells the identifier `name`, if it does: `name`, `name.field`,
/// `name[field]`, or for a provisioning request plainly `field`.
// Ours: all but the first, for people who only know the form of a body.
fn spelling_of<'p>(parameter: &'p str, name: &str, kind: IdentifierKind) -> Option<Spelling<'p>> {
    if let Some(rest) = parameter.strip_prefix(name) {
        if rest.is_empty() {
            return Some(Spelling::Whole);
        }
        let bracketed = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        return rest.strip_prefix('.').or(bracketed).map(Spelling::SubField);
    }
    let plain = kind == IdentifierKind::ProvisioningRequest
        && kind.fields().iter().any(|field| field.code() == parameter);
    plain.then_some(Spelling::SubField(parameter))
}
