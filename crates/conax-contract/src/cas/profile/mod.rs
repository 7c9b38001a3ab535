//! The names of the wire as data: a profile says what everything is called and how we know.

mod entry;
mod error;
mod parse;
mod shipped;
mod table;
mod validate;

pub use entry::{Entry, NamespaceRule, OperationEntry, Profile, ServiceEntry};
pub use error::{ProfileError, ProfileProblem};
