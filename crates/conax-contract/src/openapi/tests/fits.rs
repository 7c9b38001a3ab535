//! Whether a value fits a schema: as much of JSON Schema as our schemas use, and no word more.

use regex_lite::Regex;
use serde_json::{Map, Value};

/// Words that say nothing about values.
const NOTES: [&str; 11] = [
    "$defs",
    "$schema",
    "default",
    "title",
    "description",
    "examples",
    "example",
    "format",
    "x-source",
    "x-source-of",
    "xml",
];

/// Whether the value fits; `root` holds what is referred to.
pub(super) fn fits(schema: &Value, value: &Value, root: &Value) -> bool {
    let words = match schema {
        Value::Bool(all) => return *all,
        Value::Object(words) => words,
        other => panic!("{other} is no schema"),
    };
    words.iter().all(|(word, argument)| obeys(word, argument, value, root, words))
}

fn obeys(
    word: &str,
    argument: &Value,
    value: &Value,
    root: &Value,
    words: &Map<String, Value>,
) -> bool {
    let each = |schemas: &Value| -> Vec<bool> {
        let schemas = schemas.as_array().unwrap().iter();
        schemas.map(|schema| fits(schema, value, root)).collect()
    };
    match word {
        word if NOTES.contains(&word) => true,
        "$ref" => fits(referred(argument, root), value, root),
        "type" => match argument {
            Value::Array(kinds) => kinds.iter().any(|kind| is_of(kind, value)),
            kind => is_of(kind, value),
        },
        "enum" => argument.as_array().unwrap().iter().any(|it| equal(it, value)),
        "const" => equal(argument, value),
        "oneOf" => each(argument).into_iter().filter(|fits| *fits).count() == 1,
        "anyOf" => each(argument).contains(&true),
        "pattern" => value.as_str().is_none_or(|text| matches(argument, text)),
        "minLength" => length(value).is_none_or(|found| found >= number(argument)),
        "maxLength" => length(value).is_none_or(|found| found <= number(argument)),
        "minimum" => value.as_f64().is_none_or(|found| found >= number(argument)),
        "maximum" => value.as_f64().is_none_or(|found| found <= number(argument)),
        "minItems" => value.as_array().is_none_or(|it| it.len() as f64 >= number(argument)),
        "items" => {
            value.as_array().is_none_or(|it| it.iter().all(|item| fits(argument, item, root)))
        }
        "required" => value.as_object().is_none_or(|members| {
            let mut names = argument.as_array().unwrap().iter();
            names.all(|name| members.contains_key(name.as_str().unwrap()))
        }),
        "properties" => value.as_object().is_none_or(|members| {
            let schemas = argument.as_object().unwrap();
            members.iter().all(|(name, member)| {
                schemas.get(name).is_none_or(|schema| fits(schema, member, root))
            })
        }),
        "additionalProperties" => value.as_object().is_none_or(|members| {
            let known = words["properties"].as_object().unwrap();
            let mut others = members.iter().filter(|(name, _)| !known.contains_key(*name));
            others.all(|(_, member)| fits(argument, member, root))
        }),
        other => panic!("no schema of ours has had `{other}` in it"),
    }
}

fn referred<'r>(reference: &Value, root: &'r Value) -> &'r Value {
    let path = reference.as_str().unwrap().strip_prefix('#').unwrap();
    root.pointer(path).unwrap_or_else(|| panic!("nothing at {path}"))
}

/// JSON Schema compares numbers by their value: 1.0 is 1.
fn equal(one: &Value, other: &Value) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

fn is_of(kind: &Value, value: &Value) -> bool {
    match kind.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        other => panic!("no schema of ours has had the type `{other}`"),
    }
}

fn matches(pattern: &Value, text: &str) -> bool {
    let pattern = Regex::new(pattern.as_str().unwrap()).unwrap();
    pattern.is_match(text)
}

fn length(value: &Value) -> Option<f64> {
    value.as_str().map(|text| text.chars().count() as f64)
}

fn number(argument: &Value) -> f64 {
    argument.as_f64().unwrap()
}
