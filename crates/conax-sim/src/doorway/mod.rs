//! What all doors share: listening within limits, reading heads and bodies within limits, and
//! answers to bytes that are not HTTP; and what a handler can do to its connection.

mod body;
mod connection;
mod dress;
mod entrance;
mod head;
mod listener;
mod patience;
mod socket;
#[cfg(test)]
mod tests;
mod which_world;

pub use body::{BodyRefusal, forget_body, read_body};
pub use connection::ConnectionControl;
pub(crate) use dress::whole_answer;
pub use dress::{FrameworkAnswers, HEAD_TOO_LARGE};
pub use entrance::{DoorState, Keeper};
pub use head::{HeadRefusal, check_head};
pub(crate) use listener::TlsSpeech;
pub use listener::{Limits, Listener, MetTlsFault};
pub use which_world::WORLD_HEADER;
pub(crate) use which_world::{WorldInPath, named_world, world_of};
