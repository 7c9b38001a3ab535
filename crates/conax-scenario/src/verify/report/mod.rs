//! What is said of a verification: to a person (`clause_text`), to CI (`junit`), to code scanners (`sarif`),
//! and as a page (`page`).

mod clause_text;
mod junit;
mod page;
mod sarif;

pub use clause_text::{clause_text, summary, untested, variables};
pub use junit::junit;
pub use page::html;
pub use sarif::sarif;
