//! Known-wrong implementations: what proves that a green verification means something.
//!
//! A [`Mutant`] stands between the examiner and a target that is right, and makes it wrong in one
//! way: it changes a call before it arrives, or an answer before it is heard. So no way into a
//! served conax-sim can be made wrong, and whatever is examined can be. `list` has all defects.

mod answer;
mod list;
mod mutant;
#[cfg(test)]
mod tests;

pub use list::{Defect, defects};
pub use mutant::Mutant;
