//! How a run is told: pure functions from a [`RunRecord`](crate::RunRecord) to text. Nothing here
//! knows how a scenario is played, asks the time, or writes a file.

mod failure_text;
mod fate;
mod github;
mod har;
mod html;
mod json;
pub(crate) mod junit;
mod plain;
mod schema;
mod tap;
pub(crate) mod xml;

#[cfg(test)]
mod tests;

pub use failure_text::{duration_words, failure_text};
pub use github::{Workspace, github};
pub use har::har;
pub use html::html;
pub use json::json;
pub use junit::junit;
pub use plain::summary;
pub use schema::json_schema;
pub use tap::tap;
