//! Where a call stands in a story that began elsewhere: the nouns of W3C Trace Context.

use crate::id::HexId;

/// A place in a distributed trace.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct TraceContext {
    /// The trace; never 0.
    pub trace: u128,
    /// The span of whoever sends it; never 0.
    pub span: u64,
    /// Its flags; the lowest says that somebody records the trace.
    pub flags: u8,
    /// What tools of others carry along with it.
    pub state: Option<Box<str>>,
}

impl TraceContext {
    /// Whether somebody records the trace.
    #[must_use]
    pub const fn is_sampled(&self) -> bool {
        self.flags & 1 == 1
    }

    /// The same trace, one step on: what is sent for a request, by the number of the exchange. The
    /// same request of the same seed has the same span.
    #[must_use]
    pub fn child(&self, request: HexId, exchange: u64) -> Self {
        Self { span: span_of(request.0, exchange), ..self.clone() }
    }
}

/// The id of a span, made of what it is about; never 0.
#[must_use]
pub const fn span_of(id: u128, part: u64) -> u64 {
    #[expect(clippy::cast_possible_truncation, reason = "its two halves")]
    let (high, low) = ((id >> 64) as u64, id as u64);
    let mixed = mix(mix(mix(high) ^ low) ^ part);
    if mixed == 0 { 1 } else { mixed }
}

/// The finalizer of SplitMix64: every bit of the result depends on every bit of the number.
const fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
