//! A long list that is cheap to copy: its chunks are shared until one of them changes.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Items of one chunk. A power of two: a list that grows by doubling has no room left over then.
const CHUNK: usize = 512;

/// A list of items in chunks.
#[derive(Clone, Debug)]
pub(super) struct Chunks<T> {
    chunks: VecDeque<Arc<Vec<T>>>,
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self { chunks: VecDeque::new() }
    }
}

impl<T: Clone> Chunks<T> {
    /// Appends an item.
    pub(super) fn push(&mut self, item: T) {
        let has_room = self.chunks.back().is_some_and(|last| last.len() < CHUNK);
        if !has_room {
            self.chunks.push_back(Arc::default());
        }
        if let Some(last) = self.chunks.back_mut() {
            Arc::make_mut(last).push(item);
        }
    }

    /// How many items there are.
    pub(super) fn len(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.len()).sum()
    }

    /// How many items there are of a list that was made by appending only, at once.
    pub(super) fn appended(&self) -> usize {
        let last = self.chunks.back().map_or(0, |last| last.len());
        self.chunks.len().saturating_sub(1) * CHUNK + last
    }

    /// The items, in order.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }

    /// The item at this place of a list that was made by appending only.
    pub(super) fn at(&self, place: usize) -> Option<&T> {
        self.chunks.get(place / CHUNK)?.get(place % CHUNK)
    }

    /// Changes those that are wanted, the last one first, until `change` says that it is enough.
    pub(super) fn change_from_back<S>(
        &mut self,
        state: &mut S,
        wanted: impl Fn(&S, &T) -> bool,
        mut change: impl FnMut(&mut S, &mut T) -> ControlFlow<()>,
    ) {
        for chunk in self.chunks.iter_mut().rev() {
            for place in (0..chunk.len()).rev() {
                if wanted(state, &chunk[place])
                    && change(state, &mut Arc::make_mut(chunk)[place]).is_break()
                {
                    return;
                }
            }
        }
    }
}

/// What can be found by a number.
pub(super) trait Numbered {
    /// Its number.
    fn number(&self) -> u64;
}

/// A list in ascending order of numbers, each once.
impl<T: Clone + Numbered> Chunks<T> {
    fn chunk_of(&self, number: u64) -> Option<usize> {
        let begins = |chunk: &Arc<Vec<T>>| chunk.first().is_some_and(|one| one.number() <= number);
        self.chunks.partition_point(begins).checked_sub(1)
    }

    /// The item with this number.
    pub(super) fn get(&self, number: u64) -> Option<&T> {
        let chunk = &self.chunks[self.chunk_of(number)?];
        let place = chunk.binary_search_by_key(&number, T::number).ok()?;
        chunk.get(place)
    }

    /// The item with this number, to be changed.
    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut T> {
        let place = self.chunk_of(number)?;
        let chunk = &mut self.chunks[place];
        let place = chunk.binary_search_by_key(&number, T::number).ok()?;
        Arc::make_mut(chunk).get_mut(place)
    }

    /// Takes in an item, in the place of one that has its number.
    pub(super) fn insert(&mut self, item: T) {
        let last = self.chunks.back().and_then(|chunk| chunk.last());
        if last.is_none_or(|last| last.number() < item.number()) {
            return self.push(item);
        }
        let number = item.number();
        let place = self.chunk_of(number).unwrap_or(0);
        let chunk = Arc::make_mut(&mut self.chunks[place]);
        match chunk.binary_search_by_key(&number, T::number) {
            Ok(at) => chunk[at] = item,
            Err(at) => chunk.insert(at, item),
        }
        if chunk.len() > 2 * CHUNK {
            let rest = chunk.split_off(CHUNK);
            self.chunks.insert(place + 1, Arc::new(rest));
        }
    }
}

/// The last lines of a journal.
#[derive(Clone, Debug)]
pub(super) struct Lines<T> {
    kept: Chunks<T>,
    /// Lines of the first chunk that are let go already.
    skipped: usize,
    count: usize,
    let_go: u64,
}

impl<T> Default for Lines<T> {
    fn default() -> Self {
        Self { kept: Chunks::default(), skipped: 0, count: 0, let_go: 0 }
    }
}

impl<T: Clone> Lines<T> {
    /// The last lines of a journal of which so many were let go.
    pub(super) fn after(let_go: u64) -> Self {
        Self { let_go, ..Self::default() }
    }

    /// Appends a line, and lets the oldest ones go beyond the limit.
    pub(super) fn push(&mut self, line: T, limit: usize) {
        self.kept.push(line);
        self.count += 1;
        while self.count > limit {
            self.count -= 1;
            self.let_go += 1;
            self.skipped += 1;
            if self.skipped == CHUNK {
                self.kept.chunks.pop_front();
                self.skipped = 0;
            }
        }
    }

    /// How many lines are kept.
    pub(super) const fn len(&self) -> usize {
        self.count
    }

    /// How many lines were let go.
    pub(super) const fn let_go(&self) -> u64 {
        self.let_go
    }

    /// The lines that are kept, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.kept.iter().skip(self.skipped)
    }
}
