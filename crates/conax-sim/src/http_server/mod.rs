//! What all APIs share: listening within limits, reading heads and bodies within limits, and
//! answers to bytes that are not HTTP; and what a handler can do to its connection.

mod accept;
mod body;
mod coding;
mod connection;
mod cors;
mod framing;
mod head;
mod listener;
mod pages;
mod places;
mod rejection_body;
mod seen_as;
mod socket;
#[cfg(test)]
mod tests;
mod timeouts;
mod trace;

pub use accept::{EndpointState, Keeper};
pub use body::{BodyRefusal, forget_body, read_body};
pub use coding::{CONTENT_CODINGS, ContentCoding};
pub use connection::ConnectionControl;
pub use cors::Cors;
pub use head::{Head, HeadRefusal, check_head};
pub use listener::{Limits, Listener, MetTlsFault, serve_pipe};
pub(crate) use listener::{OnRefused, TlsSpeech};
pub use pages::{is_foreign_page, without_port};
pub use places::{Descriptors, Places, TurnedAway};
pub(crate) use rejection_body::whole_answer;
pub use rejection_body::{FrameworkAnswers, HEAD_TOO_LARGE, NOT_HTTP, Unheard};
pub use seen_as::SeenAs;
pub use trace::{set_trace, trace_of};
