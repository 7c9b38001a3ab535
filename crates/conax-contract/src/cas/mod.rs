//! The SOAP 1.1 wire of the simulated Conax head-end, both directions.
//!
//! The thirteen operations (`operation`), their values (`request`, `reply`) and the bytes they
//! become. Every name on the wire comes from a `profile`, which is data: whoever holds a real
//! description of the interface writes a profile and changes no code.
//!
//! The rule is *liberal in, exact out*: a request is understood in many spellings, a reply is
//! written in one. This module knows no machine, no socket and no clock. Start reading at
//! `operation`, then `field`, then `encode_request` and `decode_request`.

mod axis_fault;
mod decode_reply;
mod decode_request;
mod encode_request;
mod encoding;
mod envelope;
mod field;
mod flatten;
mod mask;
mod operation;
mod profile;
mod redact;
mod reply;
mod request_values;
mod soap_fault;
mod wsdl;
mod xerces;
mod xml;

#[cfg(test)]
mod tests;

pub use axis_fault::{AxisClient, AxisDetail, AxisFault, CameBack, SaxPlace, came_back};
pub use conax_model::cas::RejectionCause;
pub use conax_model::command::CommandKind;
pub use decode_reply::{DecodedReply, HttpAnswer, decode_reply};
pub use decode_request::{RequestRefusal, decode_request};
pub use encode_request::{EncodedRequest, encode_request};
pub use field::WireElement;
pub use mask::{mask_secrets, mask_secrets_for};
pub use operation::{CasService, operation_key, operation_of_key};
pub use profile::{
    Entry, NamespaceRule, OperationEntry, Profile, ProfileError, ProfileProblem, ServiceEntry,
};
pub use redact::{ANSWER_NOT_KEPT, repeats_secret};
pub use reply::{CasReply, REPLY_CONTENT_TYPE, encode_reply};
pub use soap_fault::{SoapFault, encode_fault};
pub use wsdl::{wire_names, wsdl};
