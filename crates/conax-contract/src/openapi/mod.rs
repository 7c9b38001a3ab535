//! OpenAPI 3.1 documents of the three APIs, and JSON Schemas of what the provisioning API says.
//!
//! Everything is made of the tables the codecs read by: operations, parameters, members, code
//! lists, refusals, control entries, the wire profile. So a new parameter is described as soon as
//! it is read. Each entry says how it is known, as `x-source` and in its description.
//!
//! Start at `crm`; a call is described in `calls` and `values`, a reply in `replies` and `request`.

mod calls;
mod cas;
mod control;
mod crm;
mod examples;
mod replies;
mod request;
mod schemas;
mod served;
mod sourced;
#[cfg(test)]
mod tests;
mod values;
mod words;

pub use cas::cas_document;
pub use control::control_document;
pub use crm::crm_document;
pub use replies::refusals_of;
pub use schemas::{SchemaName, json_schema};
pub use served::{CasApi, ControlApi, CrmApi, OPENAPI_PATH, OpenApiOf};
