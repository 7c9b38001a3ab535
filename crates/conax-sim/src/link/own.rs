//! What our own link tells our own head-end about a call, beside the call: bookkeeping only.
//!
//! Over sockets the Conax endpoint could not tell who calls. The header links the two journals and
//! lets the one who waits for an answer stand aside for the one who works on it. It carries a token
//! that nobody can guess and that is good for one call, so that no other client is taken for us.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard};

use axum::http::{HeaderMap, HeaderValue};

use crate::clock::{Activity, Caller};

/// The header our own link sends, to our own head-end only: a token that stands for the call.
pub const OWN_REQUEST_HEADER: &str = "conax-sim-request";

/// Calls of our own link that have not reached the Conax endpoint yet, by token.
#[derive(Debug, Default)]
pub(super) struct OwnCalls {
    waiting: Mutex<HashMap<u64, OwnRequest>>,
    /// Makes the tokens; keyed by the chance of the process, not by the seed.
    tokens: RandomState,
}

/// What is known of a call of our own.
#[derive(Clone, Debug, Default)]
pub struct OwnRequest {
    /// The provisioning request.
    pub number: Option<u64>,
    /// The exchange.
    pub exchange: u64,
    /// Who waits for the answer.
    pub caller: Option<Caller>,
}

/// A call that has no answer yet.
pub(super) struct OwnCall<'a> {
    calls: &'a OwnCalls,
    token: u64,
}

impl OwnCalls {
    /// A call of the running task.
    pub(super) fn begin(&self, number: Option<u64>, exchange: u64) -> OwnCall<'_> {
        let caller = Activity::current().map(|activity| activity.caller());
        let mut waiting = self.waiting();
        let mut token = self.tokens.hash_one((number, exchange));
        // The number of an exchange may come again when the world is brought back.
        while waiting.contains_key(&token) {
            token = self.tokens.hash_one(token);
        }
        let call = OwnRequest { number, exchange, caller };
        waiting.insert(token, call);
        OwnCall { calls: self, token }
    }

    /// The call that these headers belong to, if it is one of our own that has not arrived before.
    pub(super) fn arrive(&self, headers: &HeaderMap) -> Option<OwnRequest> {
        let text = headers.get(OWN_REQUEST_HEADER)?.to_str().ok()?;
        let token = u64::from_str_radix(text, 16).ok()?;
        self.waiting().remove(&token)
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<u64, OwnRequest>> {
        self.waiting.lock().expect("nobody panics while holding the calls")
    }
}

impl OwnCall<'_> {
    /// The header that says so.
    pub(super) fn header(&self) -> HeaderValue {
        let text = format!("{:016x}", self.token);
        let mut header = HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("-"));
        header.set_sensitive(true);
        header
    }
}

impl Drop for OwnCall<'_> {
    fn drop(&mut self) {
        self.calls.waiting().remove(&self.token);
    }
}
