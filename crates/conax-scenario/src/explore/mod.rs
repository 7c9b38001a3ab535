//! Exploration: random sequences of calls, bad calls, faults and clock moves, held against a
//! reference model, and shrunk to a short scenario file when the target does otherwise.
//!
//! ```text
//! moves (proptest) ─► script: the model says what each must give ─► Lines ─► play at a target
//!                                                                       └──► a scenario file
//! ```
//!
//! Both ways begin at the same lines, so the file says what was played. The [`Witness`] of
//! `conformance` hears every answer besides. The model knows the documents and nothing of the
//! simulator. Read on: `moves`, `model`, `script`, `play`, `write`, `search`.
//!
//! [`Witness`]: crate::conformance::Witness

mod inventory;
mod line;
mod mistakes;
mod model;
mod moves;
mod play;
mod script;
mod search;
#[cfg(test)]
mod tests;
mod write;

pub use inventory::{Eyes, Inventory};
pub use line::{Line, Want, What};
pub use moves::{Move, Order, sequences};
pub use play::{Failure, play};
pub use script::script;
pub use search::{Budget, Counterexample, SearchContext, search};
pub use write::scenario_text;
