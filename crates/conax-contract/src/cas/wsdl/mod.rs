//! The description of the simulated endpoint, written from a profile.

mod document;
mod node;
mod schema;

pub use document::{wire_names, wsdl};
