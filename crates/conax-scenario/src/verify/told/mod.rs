//! How a verification is told: to a person (`story`), to CI (`junit`), to code scanners (`sarif`),
//! and as a page (`page`).

mod junit;
mod page;
mod sarif;
mod story;

pub use junit::junit;
pub use page::html;
pub use sarif::sarif;
pub use story::{story, summary, untested, variables};
