//! The documented provisioning API as data and codecs.
//!
//! From bytes to meaning: `route` finds the operation, `body` and `query` read the parameters,
//! `read` makes a typed `Call` of them. From meaning to bytes: `written` and `envelope`. What can go
//! wrong is in `refusal` and its codes in one table, `refusal_code`. Every entry says how it is
//! known, and `honesty` lists them all. No sockets, no state, no clock.

mod body;
mod call;
mod code_list;
mod codes;
mod date;
mod envelope;
mod examples;
mod fields;
mod found;
mod honesty;
mod identifier;
mod json_fault;
mod mask;
mod operation;
mod parameter;
mod params;
mod query;
mod read;
mod refusal;
mod refusal_code;
mod rejection;
mod route;
#[cfg(test)]
mod tests;
mod value;
mod written;

pub use crate::percent::encode;
pub use crate::text::is_secret_name;
pub use body::{parse_body, parse_body_or_empty};
pub use call::{
    AddToExistingPairingCall, Call, CreatePairingCall, IssueTokenCall, ListCall, ListFilter,
    ResetPinCall, ResetPinToGivenValueCall, ShowCall, Submission, SubscriptionCall,
};
pub(crate) use code_list::code_list;
pub use codes::{IdentifierField, LifeCycleState, ProcessName};
pub use conax_model::command::CommandKind;
pub use conax_model::crm::{ParameterKey, Priority};
pub use date::DateText;
pub use envelope::{
    CONTENT_TYPE, ListWriter, SuccessTexts, Writing, ok_empty, ok_list, ok_object, ok_token,
    refused,
};
pub use fields::{FieldsSet, Member, Shape};
pub use honesty::{HonestyRow, Subject, honesty};
pub use identifier::{
    RequestIdentifier, ServiceIdentifier, SmartcardIdentifier, SubscriptionIdentifier,
};
pub use mask::{mask_json, mask_query, mask_target};
pub use operation::Operation;
pub use parameter::{IdentifierKind, Need, ParameterEntry, SetKind, ValueKind};
pub use params::{Origin, Params};
pub use query::parse_query;
pub use read::{Reading, read_call};
pub use refusal::{Classification, Refusal};
pub use refusal_code::{HttpMode, RefusalCode};
pub use rejection::RejectionText;
pub use route::{BasePath, BasePathError, Route, find_route};
pub use value::{Number, Value};
