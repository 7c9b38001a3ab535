//! The document of the control API, from the list of its entries.

use std::collections::BTreeMap;

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use schemars::transform::ReplaceBoolSchemas;
use serde_json::{Map, Value, json};

use super::crm::{OPENAPI, info};
use super::schemas::request_schemas;
use super::served::{ControlApi, OpenApiOf};
use super::sourced::{SOURCE, reference};
use crate::control::{ControlEntry, Described, PROBLEM_TYPE, Problem};
use crate::source::Source;

/// The OpenAPI document of the control API. All of it is ours.
#[must_use]
pub fn control_document(api: &ControlApi) -> Value {
    let mut types = Types::new();
    types.printed.subschema_for::<Problem>();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for entry in ControlEntry::ALL {
        let item = paths.entry(entry.path).or_default();
        item.insert(entry.verb.to_lowercase(), operation(api, entry, &mut types));
    }
    let paths = paths.into_iter().map(|(path, item)| (path.to_owned(), Value::Object(item)));
    let mut components = json!({ "schemas": types.into_schemas() });
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

fn operation(api: &ControlApi, entry: &ControlEntry, types: &mut Types) -> Value {
    let mut operation = json!({
        "operationId": operation_id(entry),
        "summary": entry.summary,
        "parameters": parameters(entry),
        "responses": responses(entry, types),
        "security": security(api, entry),
    });
    operation[SOURCE] = Source::Ours.code().into();
    // A body that nobody reads is not described; one of plain text is no JSON.
    if entry.body.is_some() || entry.takes == [TEXT] {
        let body = entry.body.map(|body| described(&mut types.read, body));
        operation["requestBody"] = json!({ "content": content(entry.takes, body.as_ref()) });
    }
    operation
}

const TEXT: &str = "text/plain";

/// The types that are described, as they are read and as they are printed.
struct Types {
    read: SchemaGenerator,
    printed: SchemaGenerator,
}

impl Types {
    fn new() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            let mut transform = ReplaceBoolSchemas::default();
            transform.skip_additional_properties = true;
            settings.transforms.push(Box::new(transform));
        });
        Self {
            read: settings.clone().for_deserialize().into_generator(),
            printed: settings.for_serialize().into_generator(),
        }
    }

    /// Every type by its name, with what the provisioning API prints of a request.
    fn into_schemas(mut self) -> Map<String, Value> {
        let mut schemas = request_schemas();
        schemas.extend(self.read.take_definitions(true));
        schemas.extend(self.printed.take_definitions(true));
        schemas
    }
}

fn described(generator: &mut SchemaGenerator, described: Described) -> Value {
    described(generator).to_value()
}

/// JSON and YAML of this schema; of other media types, text or bytes.
fn content(kinds: &[&str], schema: Option<&Value>) -> Value {
    let of_kind = |kind: &str| match (kind, schema) {
        ("application/json" | "application/yaml", Some(schema)) => schema.clone(),
        (kind, _) if kind.starts_with("text/") || kind.ends_with("ndjson") => {
            json!({ "type": "string" })
        }
        _ => json!({ "type": "string", "format": "binary" }),
    };
    let content = kinds.iter().map(|kind| ((*kind).to_owned(), json!({ "schema": of_kind(kind) })));
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

fn responses(entry: &ControlEntry, types: &mut Types) -> Value {
    let problem = |description: &str| {
        let content = json!({ (PROBLEM_TYPE): { "schema": reference("Problem") } });
        json!({ "description": description, "content": content })
    };
    let mut responses = json!({
        "4XX": problem("It was refused: problem details (RFC 9457)."),
        "5XX": problem("The simulator is closing, or failed: problem details."),
    });
    let reply = entry.reply.map(|reply| described(&mut types.printed, reply));
    for status in entry.statuses {
        let description = match status {
            201 => "Something was created; the answer tells what.",
            _ => "It was done; the answer tells what came of it.",
        };
        responses[status.to_string()] = json!({
            "description": description,
            "content": content(entry.answers, reply.as_ref()),
        });
    }
    responses
}
