//! JSON Schemas that stand alone: of a provisioning request, of an answer, of the call of each
//! operation.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::calls::body;
use super::crm::schemas;
use super::replies::any_envelope;
use super::request::of_any_shape;
use super::served::CrmApi;
use super::sourced::{COMPONENTS, camel_case, reference};
use crate::control::PROVISIONING_REQUEST;
use crate::crm::Operation;

/// The dialect.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// What is described.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaName {
    /// A provisioning request of any shape.
    ProvisioningRequest,
    /// A whole answer of the API.
    Envelope,
    /// The parameters of a call, as one object.
    Call(Operation),
}

impl SchemaName {
    /// Everything that is described.
    pub fn all() -> impl Iterator<Item = Self> {
        let calls = Operation::ALL.into_iter().map(Self::Call);
        [Self::ProvisioningRequest, Self::Envelope].into_iter().chain(calls)
    }

    /// The name as a command line writes it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ProvisioningRequest => "provisioning-request",
            Self::Envelope => "envelope",
            Self::Call(operation) => operation.name(),
        }
    }

    /// What is written as `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::all().find(|name| name.code() == code)
    }
}

/// The JSON Schema of this, as an API without special settings reads and writes it.
///
/// The call of an operation that is called by a query is described as the object of its parameters,
/// with identifiers as the objects they are in a body.
#[must_use]
pub fn json_schema(name: SchemaName) -> Value {
    let api = CrmApi::default();
    let mut known = schemas(&api);
    known.insert(PROVISIONING_REQUEST.to_owned(), of_any_shape());
    let schema = match name {
        SchemaName::ProvisioningRequest => of_any_shape(),
        SchemaName::Envelope => any_envelope(),
        SchemaName::Call(operation) => body(&api, operation),
    };
    alone(&camel_case(name.code()), schema, &known)
}

/// A provisioning request of any shape with everything it refers to, each by its name.
pub(super) fn request_schemas() -> Map<String, Value> {
    let mut known = schemas(&CrmApi::default());
    known.insert(PROVISIONING_REQUEST.to_owned(), of_any_shape());
    let mut wanted = BTreeSet::new();
    collect(&reference(PROVISIONING_REQUEST), &known, &mut wanted);
    known.into_iter().filter(|(name, _)| wanted.contains(name)).collect()
}

/// The schema with everything it refers to.
fn alone(title: &str, schema: Value, known: &Map<String, Value>) -> Value {
    let mut wanted = BTreeSet::new();
    collect(&schema, known, &mut wanted);
    let mut schema = schema;
    if !wanted.is_empty() {
        let definitions =
            wanted.iter().filter_map(|name| Some((name.clone(), known.get(name)?.clone())));
        schema["$defs"] = Value::Object(definitions.collect());
    }
    redirect(&mut schema);
    schema["$schema"] = json!(DIALECT);
    schema["title"] = json!(title);
    schema
}

fn referred(value: &Value) -> Option<&str> {
    value.get("$ref")?.as_str()?.strip_prefix(COMPONENTS)
}

/// The names of the schemas that are referred to, directly or by others.
fn collect(value: &Value, known: &Map<String, Value>, wanted: &mut BTreeSet<String>) {
    if let Some(name) = referred(value)
        && wanted.insert(name.to_owned())
        && let Some(schema) = known.get(name)
    {
        collect(schema, known, wanted);
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, known, wanted)),
        Value::Object(members) => members.values().for_each(|it| collect(it, known, wanted)),
        _ => {}
    }
}

/// Schemas of a document become definitions.
fn redirect(value: &mut Value) {
    if let Some(name) = referred(value).map(str::to_owned) {
        value["$ref"] = format!("#/$defs/{name}").into();
    }
    match value {
        Value::Array(items) => items.iter_mut().for_each(redirect),
        Value::Object(members) => members.values_mut().for_each(redirect),
        _ => {}
    }
}
