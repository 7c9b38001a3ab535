//! The document of the control API, from the list of its entries.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::crm::{OPENAPI, info};
use super::served::{ControlApi, OpenApiOf};
use super::sourced::{SOURCE, closed, reference};
use crate::control::{ControlEntry, PROBLEM_TYPE};
use crate::source::Source;

/// The OpenAPI document of the control API. All of it is ours.
#[must_use]
pub fn control_document(api: &ControlApi) -> Value {
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for entry in ControlEntry::ALL {
        let item = paths.entry(entry.path).or_default();
        item.insert(entry.verb.to_lowercase(), operation(api, entry));
    }
    let paths = paths.into_iter().map(|(path, item)| (path.to_owned(), Value::Object(item)));
    let mut components = json!({ "schemas": { "Problem": problem() } });
    if api.asks_for_token {
        components["securitySchemes"] = json!({
            "bearer": {
                "type": "http",
                "scheme": "bearer",
                "description": "The token of the start banner, or of the setting `control-token-file`.",
            },
        });
    }
    json!({
        "openapi": OPENAPI,
        "info": info(
            "conax-sim: control API",
            "The clock, worlds, faults, processing runs, the journal and the state of the \
             head-end. All of it is the simulator's own; nothing here is known of Conax or CRM.COM.",
        ),
        "servers": [{ "url": format!("{}/", api.origin.trim_end_matches('/')) }],
        "paths": paths.collect::<Map<String, Value>>(),
        "components": components,
    })
}

/// `GET` and `/v1/worlds/{name}` to `get_worlds_name`.
fn operation_id(entry: &ControlEntry) -> String {
    let path = entry.path.replace(['{', '}'], "").replace(['/', '-', '.'], "_");
    let path = path.trim_start_matches('_');
    format!("{}_{path}", entry.verb.to_lowercase())
}

fn operation(api: &ControlApi, entry: &ControlEntry) -> Value {
    let mut operation = json!({
        "operationId": operation_id(entry),
        "summary": entry.summary,
        "parameters": parameters(entry),
        "responses": responses(entry),
        "security": security(api, entry),
    });
    operation[SOURCE] = Source::Ours.code().into();
    if !entry.takes.is_empty() {
        operation["requestBody"] = json!({ "content": any(entry.takes) });
    }
    operation
}

/// Anything of these media types.
fn any(kinds: &[&str]) -> Value {
    let content = kinds.iter().map(|kind| ((*kind).to_owned(), json!({})));
    Value::Object(content.collect())
}

/// Probes and readers of the page bring no token.
fn security(api: &ControlApi, entry: &ControlEntry) -> Value {
    match api.asks_for_token && !entry.is_open() {
        true => json!([{ "bearer": [] }]),
        false => json!([]),
    }
}

fn parameters(entry: &ControlEntry) -> Vec<Value> {
    let parameter = |place: &str, name: &str, text: &str, schema: Value| {
        let mut parameter = json!({
            "name": name,
            "in": place,
            "required": place == "path",
            "description": format!("{text} [ours]"),
            "schema": schema,
        });
        parameter[SOURCE] = Source::Ours.code().into();
        parameter
    };
    let text = || json!({ "type": "string" });
    let in_path =
        entry.path_names().map(|name| parameter("path", name, &format!("The {name}."), text()));
    let in_query = entry.query_names().map(|name| {
        let schema = match (entry.path.ends_with("/openapi.json"), name) {
            (true, "api") => json!({ "enum": OpenApiOf::ALL.map(OpenApiOf::code) }),
            (false, "format") => json!({ "enum": ["json", "har"] }),
            _ => text(),
        };
        parameter("query", name, &format!("As told above: `{name}`."), schema)
    });
    let mut parameters: Vec<Value> = in_path.chain(in_query).collect();
    if entry.is_about_a_world() {
        let description = "The world the call is about; the main one when absent.";
        parameters.push(parameter("query", "world", description, text()));
    }
    parameters
}

fn responses(entry: &ControlEntry) -> Value {
    let answer =
        |description: &str| json!({ "description": description, "content": any(entry.answers) });
    let problem = |description: &str| {
        let content = json!({ (PROBLEM_TYPE): { "schema": reference("Problem") } });
        json!({ "description": description, "content": content })
    };
    let mut responses = json!({
        "200": answer("It was done; the answer tells what came of it."),
        "4XX": problem("It was refused: problem details (RFC 9457)."),
        "5XX": problem("The simulator is closing, or failed: problem details."),
    });
    if matches!(entry.verb, "POST" | "PUT") {
        responses["201"] = answer("Something was created; the answer tells what.");
    }
    responses
}

fn problem() -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    let properties = json!({
        "title": text("What sort of problem, in a few words."),
        "status": { "type": "integer", "description": "The HTTP status." },
        "detail": text("Which part, what was found, what is expected."),
        "findings": {
            "type": "array",
            "items": { "type": "string" },
            "description": "Everything that is wrong with a file, each with its place.",
        },
    });
    let properties = properties.as_object().cloned().unwrap_or_default();
    closed(properties, &["title", "status", "detail"])
}
