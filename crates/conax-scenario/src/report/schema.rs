//! What stands in the JSON report. A test holds it against the record, key by key.

use serde_json::{Map, Value, json};

use crate::record::FORMAT;

/// The JSON Schema (2020-12) of [`json`](super::json).
#[must_use]
pub fn json_schema() -> String {
    let text = serde_json::to_string_pretty(&schema()).expect("a value has no keys but text");
    text + "\n"
}

fn schema() -> Value {
    let mut root = run();
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    root["title"] = json!("A run of conax-sim");
    root["$defs"] = json!({
        "case": case(),
        "step": step(),
        "finding": finding(),
        "exchange": exchange(),
        "fault": fault(),
        "covers": covers(),
        "verdict": {
            "enum": ["passed", "partly", "skipped", "failed", "error"],
            "description": "partly: what could be looked at there was as expected",
        },
    });
    root
}

fn run() -> Value {
    object(&[
        ("format", &json!({ "const": FORMAT, "description": "the form of the record" })),
        ("version", &text("the version of the program that made it")),
        ("seed", &count("the seed of scenarios that name none")),
        ("target", &text("what was examined: in-process, or an address")),
        ("warnings?", &texts("what is to be known of how the target was called")),
        ("again", &text("the command that plays all of it again")),
        ("is_interrupted", &flag("whether it was stopped before its end")),
        (
            "not_begun",
            &count("scenarios that were not begun, because it was stopped or one had failed"),
        ),
        ("cases", &list_of("case", "every scenario, in the order of the files")),
    ])
}

fn case() -> Value {
    object(&[
        ("file", &text("the file, as it was named")),
        ("line", &count("the line it begins at")),
        ("name", &text("its sentence")),
        ("row?", &text("its row, by content")),
        ("description?", &text("why it matters")),
        ("tags", &texts("its tags")),
        ("protects", &texts("the clauses and requirements it covers")),
        ("seed", &count("its seed")),
        ("verdict", &reference("verdict")),
        ("reason?", &text("why it was skipped, or could not be played to its end")),
        ("began", &text("the simulated date it began at")),
        ("simulated_ms", &count("simulated time it took, in milliseconds")),
        ("steps", &list_of("step", "the steps, those of includes and repetitions unfolded")),
        ("exchanges", &list_of("exchange", "what was said at all APIs, in order of its end")),
        ("covers?", &reference("covers")),
        ("exchanges_left_out", &count("exchanges that are not listed")),
        ("faults", &list_of("fault", "the fault rules and what they did")),
        (
            "drift",
            &json!({ "type": "array", "description": "where the two sides differed in the end" }),
        ),
        ("notes", &texts("what is worth knowing besides")),
        ("again", &text("the command that plays it again")),
    ])
}

fn step() -> Value {
    object(&[
        ("file?", &text("the file, if it is an included one")),
        ("line", &count("the line")),
        ("title", &text("what happens, in a few words")),
        ("is_cleanup?", &flag("whether it belongs to the cleanup")),
        ("verdict", &reference("verdict")),
        ("reason?", &text("why it was skipped")),
        ("from_ms", &count("simulated time since the beginning when it began")),
        ("to_ms", &count("simulated time since the beginning when it ended")),
        ("findings?", &list_of("finding", "what was not as expected")),
    ])
}

fn finding() -> Value {
    object(&[
        ("kind", &json!({ "enum": ["expectation", "target", "timeout"] })),
        ("file", &text("the file")),
        ("line", &count("the line")),
        ("column", &count("the column, from 1")),
        ("end_column", &count("the first column after what is marked")),
        ("source", &text("the line as it is written, secrets masked")),
        ("message", &text("one line on it")),
        ("path?", &text("where in the value")),
        ("expected?", &text("what was expected")),
        ("found?", &text("what was found")),
        ("answer?", &text("the sentence of the answer")),
        ("note?", &text("what may be behind it")),
    ])
}

fn exchange() -> Value {
    object(&[
        ("number", &count("its number, counted over all APIs in order of their end")),
        ("step", &or_null("integer", "the step it belongs to, from 0")),
        (
            "door",
            &json!({
                "enum": ["crm", "dispatch", "cas", "control"],
                "description": "where it was seen; dispatch is the CRM's side of its calls to Conax",
            }),
        ),
        ("at_ms", &count("simulated time since the beginning when it began")),
        ("took_us", &count("simulated time it took, in microseconds")),
        ("verb", &text("the verb")),
        ("target", &text("path and query, secrets masked")),
        ("http_status", &or_null("integer", "the HTTP status; null if there was no answer")),
        ("card", &or_null("string", "the smartcard concerned")),
        ("request_number", &or_null("integer", "the request concerned")),
        ("outcome", &or_null("string", "its end in a few words")),
        ("traceparent?", &text("the trace it belongs to, as the header has it")),
        ("faults", &texts("the fault rules that acted, in words")),
        ("near_misses", &texts("the rules that nearly acted, and why they did not")),
        ("call", &text("what was sent, secrets masked")),
        ("reply", &text("what came back, secrets masked")),
    ])
}

fn covers() -> Value {
    object(&[
        ("clauses", &texts("the clauses its answers showed")),
        ("transitions", &texts("the transitions that were taken")),
        ("cells", &texts("the faults that met a command, and where")),
    ])
}

fn fault() -> Value {
    object(&[
        ("name", &text("its name")),
        ("status", &text("how it stands: active, spent, …")),
        ("hit", &count("how often it acted")),
        ("missed", &count("how many exchanges it let pass")),
    ])
}

/// An object with these members and no others; a `?` says that one may be absent.
fn object(members: &[(&str, &Value)]) -> Value {
    let name_of = |name: &str| name.trim_end_matches('?').to_owned();
    let properties: Map<String, Value> =
        members.iter().map(|(name, schema)| (name_of(name), (*schema).clone())).collect();
    let required: Vec<&str> =
        members.iter().map(|(name, _)| *name).filter(|name| !name.ends_with('?')).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn count(description: &str) -> Value {
    json!({ "type": "integer", "minimum": 0, "description": description })
}

fn flag(description: &str) -> Value {
    json!({ "type": "boolean", "description": description })
}

fn or_null(kind: &str, description: &str) -> Value {
    json!({ "type": [kind, "null"], "description": description })
}

fn texts(description: &str) -> Value {
    json!({ "type": "array", "items": { "type": "string" }, "description": description })
}

fn list_of(definition: &str, description: &str) -> Value {
    json!({ "type": "array", "items": reference(definition), "description": description })
}

fn reference(definition: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{definition}") })
}
