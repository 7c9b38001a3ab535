//! The documented provisioning API.
//!
//! `routes` takes a call from bytes to bytes, `convert` turns a call into a new request by looking
//! its parts up. What the documentation says is in `conax-contract`.

mod convert;
mod description;
mod list_body;
mod login;
mod refusals;
mod routes;

pub(crate) use description::described;
pub use refusals::framework_answer;
pub(crate) use routes::answer_in_world;
pub use routes::router;
