//! The trace a call belongs to, if it says so.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName};
use conax_contract::trace;
use conax_model::trace::TraceContext;

static TRACEPARENT: HeaderName = HeaderName::from_static(trace::TRACEPARENT);
static TRACESTATE: HeaderName = HeaderName::from_static(trace::TRACESTATE);

/// The trace these headers name. Without the header, or with a wrong one or two, there is none, as
/// the standard wants it.
#[must_use]
pub fn trace_of(headers: &HeaderMap) -> Option<Arc<TraceContext>> {
    let mut parents = headers.get_all(&TRACEPARENT).iter();
    let (parent, None) = (parents.next()?, parents.next()) else {
        return None;
    };
    let context = trace::read_traceparent(parent.to_str().ok()?)?;
    let lines = headers.get_all(&TRACESTATE).iter().filter_map(|line| line.to_str().ok());
    Some(Arc::new(TraceContext { state: trace::read_tracestate(lines), ..context }))
}

/// Makes a call belong to a trace.
pub fn set_trace(headers: &mut HeaderMap, context: &TraceContext) {
    if let Ok(parent) = trace::traceparent(context).parse() {
        headers.insert(TRACEPARENT.clone(), parent);
    }
    if let Some(Ok(state)) = context.state.as_deref().map(str::parse) {
        headers.insert(TRACESTATE.clone(), state);
    }
}
