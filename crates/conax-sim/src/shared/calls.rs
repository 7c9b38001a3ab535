//! Calls that are under way.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Calls that have no answer yet.
#[derive(Debug, Default)]
pub struct Calls(AtomicUsize);

impl Calls {
    /// A call has come in; it is over when this is dropped.
    pub(crate) fn begin(&self) -> UnderWay<'_> {
        self.0.fetch_add(1, Ordering::SeqCst);
        UnderWay(&self.0)
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// A call that has no answer yet.
pub(crate) struct UnderWay<'a>(&'a AtomicUsize);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
