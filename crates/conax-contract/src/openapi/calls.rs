//! What an operation takes: the object of a body, or the parameters of a query.

use serde_json::{Map, Value, json};

use super::served::CrmApi;
use super::sourced::{SOURCE, described, note};
use super::values::{body_value, optional, query_value};
use crate::crm::{IdentifierKind, Need, Operation, ParameterEntry, ValueKind};

/// The body of a call.
pub(super) fn body(api: &CrmApi, operation: Operation) -> Value {
    let mut properties = Map::new();
    for entry in operation.parameters() {
        let schema = body_value(api, entry.value);
        let schema = match entry.need {
            Need::Mandatory => schema,
            Need::Optional => optional(schema),
            Need::SemiOptional => continue,
        };
        properties.insert(entry.name.to_owned(), described(schema, entry.text, entry.known_as()));
    }
    let group = semi_optional(operation);
    let mut object = match group.is_empty() {
        true => json!({
            "type": "object",
            "properties": properties,
            "required": names(operation, Need::Mandatory),
        }),
        false => {
            let (rule, branches) = alternatives(api, operation, &group, &properties);
            json!({ (rule): branches })
        }
    };
    object["title"] = operation.name().into();
    let text = format!(
        "{} A member that is null counts as left out, and unknown ones are ignored.",
        operation.summary()
    );
    described(object, &text, operation.source())
}

fn names(operation: Operation, need: Need) -> Vec<&'static str> {
    let entries = operation.parameters().iter();
    let entries = entries.filter(|entry| entry.need == need);
    entries.map(|entry| entry.name).collect()
}

/// The parameters of which exactly one has to be given.
fn semi_optional(operation: Operation) -> Vec<&'static ParameterEntry> {
    let entries = operation.parameters().iter();
    entries.filter(|entry| entry.need == Need::SemiOptional).collect()
}

/// A branch for each parameter of the group; with lenient sets, one of them or all.
///
/// Each has the other members too: generators of clients make a type of each branch, and lose what
/// stands beside them.
fn alternatives(
    api: &CrmApi,
    operation: Operation,
    group: &[&ParameterEntry],
    others: &Map<String, Value>,
) -> (&'static str, Vec<Value>) {
    let only_sets = group.iter().all(|entry| matches!(entry.value, ValueKind::Set(_)));
    let lenient = only_sets && api.reading.lenient_pairing_sets;
    let branches = group.iter().map(|given| {
        let mut properties = others.clone();
        properties.extend(group.iter().map(|entry| {
            let value = body_value(api, entry.value);
            let schema = match (entry.name == given.name, lenient) {
                (true, _) => value,
                (false, true) => optional(value),
                (false, false) => json!({ "type": "null" }),
            };
            (entry.name.to_owned(), described(schema, entry.text, entry.known_as()))
        }));
        let mut required = names(operation, Need::Mandatory);
        required.push(given.name);
        json!({
            "title": format!("{} with {}", operation.name(), given.name),
            "type": "object",
            "properties": properties,
            "required": required,
        })
    });
    let rule = if lenient { "anyOf" } else { "oneOf" };
    (rule, branches.collect())
}

/// The parameters of a call with a query.
pub(super) fn query(api: &CrmApi, operation: Operation) -> Vec<Value> {
    let group = semi_optional(operation);
    let alone = group.len() == 1;
    let mut parameters = Vec::new();
    for entry in operation.parameters() {
        let required = match entry.need {
            Need::Mandatory => true,
            Need::Optional => false,
            Need::SemiOptional if alone => true,
            Need::SemiOptional => continue,
        };
        parameters.push(query_parameter(api, entry, required));
    }
    if group.len() > 1 {
        parameters.push(one_of_several(api, &group));
    }
    parameters
}

fn query_parameter(api: &CrmApi, entry: &ParameterEntry, required: bool) -> Value {
    let mut parameter = json!({
        "name": entry.name,
        "in": "query",
        "required": required,
        "description": note(&query_text(api, entry), entry.known_as()),
        "schema": query_value(api, entry.value),
    });
    parameter[SOURCE] = entry.known_as().code().into();
    if !required {
        parameter["allowEmptyValue"] = true.into();
    }
    if matches!(entry.value, ValueKind::Identifier(_)) {
        // Documented examples leave the inner `=` as it is; escaped, it is the same value.
        parameter["allowReserved"] = true.into();
    }
    parameter
}

/// What a parameter means in a query, with the forms that are taken besides the described one.
fn query_text(api: &CrmApi, entry: &ParameterEntry) -> String {
    let ValueKind::Identifier(kind) = entry.value else {
        return entry.text.to_owned();
    };
    let mut text = format!("{} Written `{}=field=value`.", entry.text, entry.name);
    if !api.reading.strict_identifiers {
        let plain = match kind {
            IdentifierKind::ProvisioningRequest => ", or the plain name of the sub-field",
            _ => "",
        };
        text.push_str(&format!(
            " A JSON object, `{0}.field=`, `{0}[field]=`{plain} are taken as well (ours); exactly \
             one counts over all forms.",
            entry.name
        ));
    }
    text
}

/// A group of which exactly one is given: one object whose members are parameters of the query.
fn one_of_several(api: &CrmApi, group: &[&ParameterEntry]) -> Value {
    let branches = group.iter().map(|given| {
        let properties = group.iter().map(|entry| {
            let schema = match entry.name == given.name {
                true => query_value(api, entry.value),
                // An empty value counts as left out.
                false => json!({ "const": "" }),
            };
            (entry.name.to_owned(), described(schema, entry.text, entry.known_as()))
        });
        json!({
            "title": format!("By {}", given.name),
            "type": "object",
            "properties": properties.collect::<Map<String, Value>>(),
            "required": [given.name],
        })
    });
    let names: Vec<String> = group.iter().map(|entry| format!("`{}`", entry.name)).collect();
    let weakest = group.iter().map(|entry| entry.known_as()).max();
    let weakest = weakest.unwrap_or(crate::source::Source::Ours);
    let text = format!(
        "Exactly one of the parameters {}. Its members are parameters of their own.",
        names.join(", ")
    );
    let mut parameter = json!({
        "name": "filter",
        "in": "query",
        "required": true,
        "style": "form",
        "explode": true,
        "description": note(&text, weakest),
        "schema": {
            "type": "object",
            "oneOf": branches.collect::<Vec<_>>(),
            // Unknown parameters are ignored, but none may be given twice.
            "additionalProperties": { "type": "string" },
        },
    });
    parameter[SOURCE] = weakest.code().into();
    parameter
}
