//! A value that counts how often it is compared: what is promised of the work is measured by it.

use std::cell::Cell;
use std::cmp::Ordering;

thread_local! {
    static COMPARED: Cell<usize> = const { Cell::new(0) };
}

/// A place that counts how often it is compared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted(pub(crate) usize);

impl Counted {
    /// How many comparisons this takes.
    pub(crate) fn compared_in(work: impl FnOnce()) -> usize {
        COMPARED.set(0);
        work();
        COMPARED.get()
    }
}

impl Ord for Counted {
    fn cmp(&self, other: &Self) -> Ordering {
        COMPARED.set(COMPARED.get() + 1);
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for Counted {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Counted {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Counted {}
