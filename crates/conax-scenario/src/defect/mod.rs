//! Known-wrong implementations: what proves that a green verification means something.
//!
//! A [`Liar`] stands between the examiner and a target that is right, and makes it wrong in one
//! way: it changes a call before it arrives, or an answer before it is heard. So no door of a
//! served conax-sim can be made wrong, and whatever is examined can be. `list` has all defects.

mod answer;
mod liar;
mod list;
#[cfg(test)]
mod tests;

pub use liar::Liar;
pub use list::{Defect, defects};
