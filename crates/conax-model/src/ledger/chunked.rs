//! A list that only grows and is cheap to copy: full chunks are shared.

use std::sync::Arc;

/// Items of one chunk.
const CHUNK: usize = 1024;

/// A list that only grows.
#[derive(Clone, Debug)]
pub struct Chunked<T> {
    full: Vec<Arc<[T]>>,
    last: Vec<T>,
}

impl<T> Default for Chunked<T> {
    fn default() -> Self {
        Self {
            full: Vec::new(),
            last: Vec::new(),
        }
    }
}

impl<T> Chunked<T> {
    /// Appends an item.
    pub fn push(&mut self, item: T) {
        self.last.push(item);
        if self.last.len() == CHUNK {
            let full = std::mem::replace(&mut self.last, Vec::with_capacity(CHUNK));
            self.full.push(full.into());
        }
    }

    /// How many items there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.full.len() * CHUNK + self.last.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The items, the last one first.
    pub fn iter_back(&self) -> impl Iterator<Item = &T> {
        let full = self.full.iter().rev().flat_map(|chunk| chunk.iter().rev());
        self.last.iter().rev().chain(full)
    }

    /// The items, in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.full
            .iter()
            .flat_map(|chunk| chunk.iter())
            .chain(&self.last)
    }
}
