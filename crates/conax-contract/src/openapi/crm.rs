//! The document of the provisioning API.

use serde_json::{Map, Value, json};

use super::calls::{body, query};
use super::examples::call_example;
use super::replies::{JSON, responses};
use super::served::CrmApi;
use super::sourced::{SOURCE, camel_case, legend, note, reference};
use super::{replies, request, values, words};
use crate::crm::{HttpMode, Operation};

/// The version of OpenAPI all documents are written in.
pub(super) const OPENAPI: &str = "3.1.0";

/// The OpenAPI document of the provisioning API, as this API serves it.
#[must_use]
pub fn crm_document(api: &CrmApi) -> Value {
    let paths = Operation::ALL
        .into_iter()
        .map(|operation| (format!("/{}", operation.path()), path_item(api, operation)));
    json!({
        "openapi": OPENAPI,
        "info": info("conax-sim: provisioning API", &about(api)),
        "servers": servers(api),
        "tags": tags(),
        "paths": paths.collect::<Map<String, Value>>(),
        "components": {
            "schemas": schemas(api),
            "securitySchemes": {
                "token": {
                    "type": "apiKey",
                    "in": "query",
                    "name": "token",
                    "description": "The token a login returned; in a body it is a member.",
                },
                "web_api_key": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "A Web API key as user name, with an empty password.",
                },
            },
        },
    })
}

/// The head of every document.
pub(super) fn info(title: &str, description: &str) -> Value {
    json!({
        "title": title,
        "version": env!("CARGO_PKG_VERSION"),
        "summary": "A simulator, neither Conax nor CRM.COM.",
        "description": description,
        "license": { "name": "MIT", "identifier": "MIT" },
    })
}

fn about(api: &CrmApi) -> String {
    let errors = match api.http_mode {
        HttpMode::Business200 => {
            "Refusals by the business rules travel with HTTP 200 and a `status.code` other than \
             `OK`, as public clients of the real product need it."
        }
        HttpMode::Mapped => {
            "Refusals by the business rules travel with the HTTP status a newer API would give \
             them."
        }
    };
    format!(
        "The documented calls of `conax_web_services/provisioning_requests`, and the logins for \
         them, as a simulator answers them. {errors} Provisioning requests have the shape `{}`. \
         The header `conax-sim-world`, or `/worlds/NAME` before the path, names a world of its own \
         (ours).\n\n{}",
        api.writing.shape.code(),
        legend()
    )
}

/// The base path and the root, where the documented paths are served as well.
fn servers(api: &CrmApi) -> Value {
    let origin = api.origin.trim_end_matches('/');
    let root = json!({ "url": format!("{origin}/"), "description": "Directly below the root." });
    match api.base_path.as_str() {
        "" => json!([root]),
        base => json!([
            { "url": format!("{origin}{base}"), "description": "Below the base path." },
            root,
        ]),
    }
}

/// The first two parts of the paths group the operations.
fn group_of(operation: Operation) -> &'static str {
    operation.path().split('/').next().unwrap_or_default()
}

fn tags() -> Vec<Value> {
    let mut names: Vec<&str> = Vec::new();
    for operation in Operation::ALL {
        let group = group_of(operation);
        if !names.contains(&group) {
            names.push(group);
        }
    }
    let described = |name: &&str| {
        let paths = Operation::ALL.into_iter().filter(|it| group_of(*it) == *name);
        let text = format!("{} operations below `{name}`.", paths.count());
        json!({ "name": name, "description": text })
    };
    names.iter().map(described).collect()
}

fn path_item(api: &CrmApi, operation: Operation) -> Value {
    let mut described = json!({
        "operationId": operation.name(),
        "summary": operation.summary(),
        "description": note(operation.summary(), operation.source()),
        "tags": [group_of(operation)],
        "responses": responses(api, operation),
        "security": security(operation),
    });
    described[SOURCE] = operation.source().code().into();
    match operation.verb() {
        "GET" => described["parameters"] = query(api, operation).into(),
        _ => described["requestBody"] = request_body(operation),
    }
    json!({ (operation.verb().to_lowercase()): described })
}

/// Who may call: a token in a query or a key in a header; a token in a body is described there.
fn security(operation: Operation) -> Value {
    match operation {
        Operation::IssueTokenForWebApiKey => json!([{ "web_api_key": [] }]),
        _ if operation.verb() == "GET" => json!([{ "token": [] }]),
        _ => json!([]),
    }
}

fn request_body(operation: Operation) -> Value {
    let mut content = json!({ "schema": reference(&body_name(operation)) });
    if let Some(example) = call_example(operation) {
        content["examples"] = json!({ "documented": example });
    }
    // Attested: clients log in by key without a body.
    let required = operation != Operation::IssueTokenForWebApiKey;
    json!({
        "description": "The parameters, as one JSON object; whatever the content type says.",
        "required": required,
        "content": { (JSON): content },
    })
}

/// The name of the schema of an operation's body.
pub(super) fn body_name(operation: Operation) -> String {
    format!("{}Call", camel_case(operation.name()))
}

/// Every schema of the document.
pub(super) fn schemas(api: &CrmApi) -> Map<String, Value> {
    let bodies = Operation::ALL
        .into_iter()
        .filter(|operation| operation.verb() == "POST")
        .map(|operation| (body_name(operation), body(api, operation)));
    let fixed = words::lists()
        .into_iter()
        .chain(request::schemas(api))
        .map(|(name, schema)| (name.to_owned(), schema));
    fixed.chain(values::schemas(api)).chain(bodies).chain(replies::schemas(api)).collect()
}
