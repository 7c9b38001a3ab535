//! What our own link tells our own head-end about a call, beside the call: bookkeeping only.
//!
//! Over sockets the head-end's door could not tell who calls. The header links the two journals and
//! lets the one who waits for an answer stand aside for the one who works on it. Anybody may send
//! it, so nothing else may depend on it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use axum::http::{HeaderMap, HeaderValue};

use crate::clock::{Activity, Caller};

/// The header our own link sends, to our own head-end only: the number of the provisioning request,
/// or `-` for one without, and the number of the exchange.
pub const OWN_REQUEST_HEADER: &str = "conax-sim-request";

/// Calls of our own link that have no answer yet.
#[derive(Debug, Default)]
pub(super) struct OwnCalls {
    callers: Mutex<HashMap<u64, Option<Caller>>>,
}

/// What the header says.
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
    number: u64,
}

impl OwnCalls {
    /// A call of the running task.
    pub(super) fn begin(&self, number: u64) -> OwnCall<'_> {
        let caller = Activity::current().map(|activity| activity.caller());
        self.callers().insert(number, caller);
        OwnCall {
            calls: self,
            number,
        }
    }

    /// What the headers of a call say, if it is one of our own: one that is on its way now.
    pub(super) fn read(&self, headers: &HeaderMap) -> Option<OwnRequest> {
        let text = headers.get(OWN_REQUEST_HEADER)?.to_str().ok()?;
        let (request, exchange) = text.split_once(' ')?;
        let exchange = exchange.parse().ok()?;
        let caller = self.callers().get(&exchange)?.clone();
        Some(OwnRequest {
            number: request.parse().ok(),
            exchange,
            caller,
        })
    }

    fn callers(&self) -> MutexGuard<'_, HashMap<u64, Option<Caller>>> {
        self.callers
            .lock()
            .expect("nobody panics while holding the callers")
    }
}

impl OwnCall<'_> {
    /// The header that says so.
    pub(super) fn header(&self, request: Option<u64>) -> HeaderValue {
        let call = self.number;
        let text = match request {
            Some(request) => format!("{request} {call}"),
            None => format!("- {call}"),
        };
        HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("-"))
    }
}

impl Drop for OwnCall<'_> {
    fn drop(&mut self) {
        self.calls.callers().remove(&self.number);
    }
}
