//! The client of everything we call: a target, its control API, a Conax endpoint behind a recorder.
//!
//! HTTP/1.1 by hyper, TLS by rustls; no pool, redirects or cookies, since whoever examines a target
//! must see its connections. Read on: `client` (a call), `connect` (a connection, and why there is
//! none), `tls` (whom it trusts, the flags), `proxy` (`HTTPS_PROXY`), `decode` (gzip and deflate).

mod address;
mod client;
mod connect;
mod decode;
mod proxy;
mod tls;

/// Bytes of an answer that are read at most, and of what it says once it is decoded: few bytes may
/// say very many.
const ANSWER_LIMIT: usize = 256 << 20;

pub(crate) use address::Address;
pub(crate) use client::{CallError, Client, Reply, call_on, waited};
pub(crate) use connect::{Connection, is_unconnected};
pub(crate) use decode::decoded;
pub(crate) use tls::{arguments, curl_flags, flags};
