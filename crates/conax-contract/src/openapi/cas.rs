//! The document of the simulated head-end: SOAP over POST, described to those who read OpenAPI.
//!
//! The full description is the WSDL at `?wsdl`; here is where it is, what is there, and how each
//! name is known.

use serde_json::{Map, Value, json};

use super::crm::{OPENAPI, info};
use super::served::CasApi;
use super::sourced::{SOURCE, legend, note};
use crate::cas::{CasService, CommandKind, Entry, RejectionCause, operation_key, wire_names};
use crate::source::Source;

/// The media type of envelopes.
const XML: &str = "text/xml";
/// The media type of what the API says in plain words.
const TEXT: &str = "text/plain";

/// The OpenAPI document of the simulated head-end, as this API serves it.
#[must_use]
pub fn cas_document(api: &CasApi<'_>) -> Value {
    let paths = CasService::ALL.into_iter().map(|service| {
        let path = api.profile.service(service).path.value.clone();
        (path, path_item(api, service))
    });
    let mut document = json!({
        "openapi": OPENAPI,
        "info": info("conax-sim: Conax head-end", &about(api)),
        "servers": [{ "url": format!("{}/", api.origin.trim_end_matches('/')) }],
        "externalDocs": { "url": wsdl_address(api, "/"), "description": "The WSDL of all services." },
        "paths": paths.collect::<Map<String, Value>>(),
        "components": { "schemas": { "Envelope": envelope() } },
    });
    document["x-status-codes"] = statuses(api);
    if api.asks_who_calls {
        document["components"]["securitySchemes"] = json!({
            "basic": {
                "type": "http",
                "scheme": "basic",
                "description": "User name and password of an SMS domain.",
            },
        });
    }
    document
}

fn wsdl_address(api: &CasApi<'_>, path: &str) -> String {
    format!("{}{path}?wsdl", api.origin.trim_end_matches('/'))
}

fn about(api: &CasApi<'_>) -> String {
    format!(
        "SOAP 1.1, document/literal, on any path; those described here are the ones of the WSDL. \
         Wire profile `{}`: {}. No description of the real interface is public: every name says \
         how it is known.\n\n{}",
        api.profile.name(),
        api.profile.description(),
        legend()
    )
}

fn path_item(api: &CasApi<'_>, service: CasService) -> Value {
    let entry = &api.profile.service(service).path;
    json!({
        "description": note(&format!("The service `{}`.", service.name()), entry.source),
        (SOURCE): entry.source.code(),
        "post": post(api, service),
        "get": get(service),
    })
}

fn post(api: &CasApi<'_>, service: CasService) -> Value {
    let path = &api.profile.service(service).path.value;
    let operations: Vec<Value> = service.operations().map(|it| operation(api, it)).collect();
    let mut names = service.operations().map(|it| {
        let name = &api.profile.operation(it).name;
        note(&format!("- `{}`", name.value), name.source)
    });
    let names: Vec<String> = names.by_ref().collect();
    let mut post = json!({
        "operationId": format!("{}_command", service.name().replace('-', "_")),
        "summary": format!("Gives a command of the service `{}`.", service.name()),
        "description": format!("The element in the body names the command:\n\n{}", names.join("\n")),
        "externalDocs": { "url": wsdl_address(api, path), "description": "The WSDL of the service." },
        "x-operations": operations,
        "requestBody": {
            "required": true,
            "content": { (XML): { "schema": { "$ref": "#/components/schemas/Envelope" } } },
        },
        "responses": command_responses(api),
        "security": [],
    });
    if api.asks_who_calls {
        post["security"] = json!([{ "basic": [] }]);
    }
    post
}

fn operation(api: &CasApi<'_>, operation: CommandKind) -> Value {
    let profile = api.profile;
    let sourced = |entry: &Entry| json!({ "name": entry.value, (SOURCE): entry.source.code() });
    let elements = wire_names(profile, operation).into_iter().map(sourced);
    json!({
        "key": operation_key(operation),
        "request": sourced(&profile.operation(operation).name),
        "inner": profile.request_name(operation),
        "reply": profile.response_name(operation),
        "namespace": sourced(profile.namespace(operation)),
        "elements": elements.collect::<Vec<_>>(),
    })
}

fn statuses(api: &CasApi<'_>) -> Value {
    let rows = RejectionCause::ALL.map(|cause| {
        let entry = api.profile.status(cause);
        json!({ "cause": cause.code(), "code": entry.value, (SOURCE): entry.source.code() })
    });
    Value::Array(rows.to_vec())
}

fn command_responses(api: &CasApi<'_>) -> Value {
    let envelope = |text: &str| {
        json!({
            "description": text,
            "content": { (XML): { "schema": { "$ref": "#/components/schemas/Envelope" } } },
        })
    };
    let plain = |text: &str| json!({ "description": text, "content": { (TEXT): { "schema": { "type": "string" } } } });
    let mut responses = json!({
        "200": envelope("A reply. Refusals of the head-end come with 200 and a status code too."),
        "500": envelope("A SOAP fault: the envelope could not be taken for a command."),
        "4XX": plain("The HTTP exchange was refused, in a sentence."),
        "503": plain("The API takes nothing more, in a sentence."),
    });
    if api.asks_who_calls {
        responses["401"] = plain("Nobody is let in without user name and password.");
        responses["403"] = plain("The user is locked out.");
    }
    responses
}

fn get(service: CasService) -> Value {
    json!({
        "operationId": format!("{}_wsdl", service.name().replace('-', "_")),
        "summary": format!("Describes the service `{}`.", service.name()),
        "security": [],
        "parameters": [{
            "name": "wsdl",
            "in": "query",
            "required": true,
            "allowEmptyValue": true,
            "description": note("Its being there is what counts.", Source::Ours),
            (SOURCE): Source::Ours.code(),
            "schema": { "type": "string", "const": "" },
        }],
        "responses": {
            "200": {
                "description": "The WSDL 1.1 document.",
                "content": { (XML): { "schema": { "type": "string" } } },
            },
            "404": {
                "description": "There is nothing but the description.",
                "content": { (TEXT): { "schema": { "type": "string" } } },
            },
        },
    })
}

fn envelope() -> Value {
    json!({
        "type": "object",
        "description": "A SOAP 1.1 envelope; what stands in its body is described by the WSDL.",
        "xml": {
            "name": "Envelope",
            "prefix": "soap",
            "namespace": "http://schemas.xmlsoap.org/soap/envelope/",
        },
        "properties": {
            "Body": {
                "type": "object",
                "xml": {
                    "prefix": "soap",
                    "namespace": "http://schemas.xmlsoap.org/soap/envelope/",
                },
            },
        },
        "required": ["Body"],
    })
}
