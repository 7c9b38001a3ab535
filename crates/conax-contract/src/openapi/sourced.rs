//! How a description says how it is known: an extension for programs, a word for people.

use serde_json::{Map, Value, json};

use crate::source::Source;

/// The extension that says how an entry is known.
pub(super) const SOURCE: &str = "x-source";

/// The extension that says how each word of a list is known.
pub(super) const SOURCE_OF: &str = "x-source-of";

/// A sentence with how it is known.
pub(super) fn note(text: &str, source: Source) -> String {
    format!("{text} [{source}]")
}

/// The schema, described, with how it is known.
pub(super) fn described(mut schema: Value, text: &str, source: Source) -> Value {
    schema["description"] = note(text, source).into();
    schema[SOURCE] = source.code().into();
    schema
}

/// What the words in brackets mean.
pub(super) fn legend() -> String {
    let rows = Source::ALL.map(|source| format!("- `{source}`: {}", source.text()));
    format!(
        "How each entry is known stands in brackets behind it, and in `{SOURCE}`:\n\n{}",
        rows.join("\n")
    )
}

/// An object with exactly these members, of which the named ones are always there.
pub(super) fn closed(properties: Map<String, Value>, required: &[&str]) -> Value {
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// A schema of the document's own.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("{COMPONENTS}{name}") })
}

/// What the address of a schema of a document begins with.
pub(super) const COMPONENTS: &str = "#/components/schemas/";

/// The same, or null.
pub(super) fn or_null(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

/// `add_subscriptions` or `add subscriptions` to `AddSubscriptions`.
pub(super) fn camel_case(words: &str) -> String {
    words
        .split(['_', '-', ' '])
        .flat_map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            first.into_iter().chain(letters)
        })
        .collect()
}
