//! How a run is told: pure functions from a [`RunRecord`](crate::RunRecord) to text. Nothing here
//! knows how a scenario is played, asks the time, or writes a file.

mod fate;
mod github;
mod html;
mod json;
mod junit;
mod plain;
mod schema;
mod story;
mod tap;
pub(crate) mod xml;

#[cfg(test)]
mod tests;

pub use github::{Workspace, github};
pub use html::html;
pub use json::json;
pub use junit::junit;
pub use plain::summary;
pub use schema::json_schema;
pub use story::{duration_words, story};
pub use tap::tap;
