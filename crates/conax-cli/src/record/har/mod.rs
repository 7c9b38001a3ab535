//! Recordings as HTTP Archives (HAR): ours as other tools read them, and theirs as ours. Pure.
//!
//! `export` makes a file of a recording; `survey` says what of a file concerns the documented APIs,
//! and `import` makes a recording of that. Secrets of a foreign file are masked by what masks those
//! that the recorder hears.

mod export;
mod import;
mod survey;
#[cfg(test)]
mod tests;

pub(super) use export::export;
pub(super) use import::{Imported, import};

/// What a body without content is called.
const NOT_IN_FILE: &str = "the HAR file does not have it";
