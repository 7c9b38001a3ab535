//! What all doors share: listening within limits, and reading bodies within limits.

mod body;
mod dress;
mod listener;

pub use body::{BodyRefusal, read_body};
pub use dress::FrameworkAnswers;
pub use listener::{Limits, Listener};
