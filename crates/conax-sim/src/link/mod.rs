//! The way of bytes to a head-end, over sockets or in this process.
//!
//! Read on: `exchange` (one command out, one answer or failure back), `connection` (how a connection
//! fails, and when it is used again), `own` (what our own head-end is told beside a call).

mod connection;
mod exchange;
mod own;
#[cfg(test)]
mod tests;

pub use connection::SendFailure;
pub(crate) use exchange::Approach;
pub use exchange::{ConaxLink, Kept, LinkSettings, Reuse, Sending, WireReply};
pub use own::{OWN_REQUEST_HEADER, OwnRequest};
