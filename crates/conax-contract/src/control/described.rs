//! Schemas of what is not declared as a type of this module: dates, and documents that have a
//! language of their own.
//!
//! Everything else derives its schema, with the sentences that stand beside its members.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::crm::DateText;

/// The name the provisioning API's document has for a request.
pub(crate) const PROVISIONING_REQUEST: &str = "ProvisioningRequest";

impl JsonSchema for DateText {
    fn schema_name() -> Cow<'static, str> {
        "Date".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A date of the documented form: without zone, without fraction.",
            "examples": ["2014-11-30T09:00:00"],
        })
    }
}

/// Declares a document of another language by the schema it is described with.
macro_rules! document {
    ($document:ident = $schema:expr) => {
        pub(super) struct $document;

        impl JsonSchema for $document {
            fn schema_name() -> Cow<'static, str> {
                stringify!($document).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

document!(
    WorldFile = json_schema!({
        "type": "object",
        "description": "A world: what CRM and head-end hold at the start, as a world file writes it.",
        "properties": { "world": { "type": "string", "description": "Its name." } },
        "required": ["world"],
        "additionalProperties": true,
    })
);

document!(
    FaultFile = json_schema!({
        "description": "A rule, a list of rules or a file of them in the language of faults, or the \
                        name of a preset.",
    })
);

document!(
    OpenApiDocument = json_schema!({
        "type": "object",
        "description": "An OpenAPI document.",
        "properties": { "openapi": { "type": "string", "description": "The version of OpenAPI." } },
        "required": ["openapi"],
        "additionalProperties": true,
    })
);

document!(
    CreatedReply = json_schema!({
        "type": "object",
        "description": "The answer of the provisioning API for a request that was created.",
        "properties": {
            "status": {
                "type": "object",
                "properties": {
                    "code": { "const": "OK", "type": "string" },
                    "message": { "type": ["string", "null"] },
                    "description": { "type": ["string", "null"] },
                },
                "required": ["code", "message", "description"],
            },
            "data": { "$ref": format!("#/components/schemas/{PROVISIONING_REQUEST}") },
        },
        "required": ["status", "data"],
    })
);
