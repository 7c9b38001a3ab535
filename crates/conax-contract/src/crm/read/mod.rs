//! From parameters to typed calls, or to a refusal that names everything wrong at once.
//!
//! `calls` says what each operation reads; `reader` collects what is wrong; `identifiers`,
//! `sets` and `values` read one parameter each; `mistakes` words the near misses.

mod calls;
mod identifiers;
mod mistakes;
mod reader;
mod sets;
mod values;

pub use calls::read_call;
pub use reader::Reading;
