//! An ordered set of row positions that can be entered at any rank without walking to it.
//!
//! A bitmap with a count per block: a page of a list costs what the page holds, wherever in the
//! list it begins.

/// Bits per block; a rank skips whole blocks by their counts.
const BLOCK_BITS: usize = 4096;
const WORDS_PER_BLOCK: usize = BLOCK_BITS / 64;

/// A set of row positions in ascending order.
#[derive(Clone, Debug, Default)]
pub(super) struct SlotSet {
    words: Vec<u64>,
    block_counts: Vec<u32>,
    len: usize,
}

impl SlotSet {
    /// How many positions the set holds.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Adds a position that is not in the set.
    pub(super) fn insert(&mut self, slot: u32) {
        let (word, bit) = place(slot);
        if word >= self.words.len() {
            self.words.resize((word / WORDS_PER_BLOCK + 1) * WORDS_PER_BLOCK, 0);
            self.block_counts.resize(self.words.len() / WORDS_PER_BLOCK, 0);
        }
        debug_assert_eq!(self.words[word] & bit, 0, "a position is added once");
        self.words[word] |= bit;
        self.block_counts[word / WORDS_PER_BLOCK] += 1;
        self.len += 1;
    }

    /// Removes a position that is in the set.
    pub(super) fn remove(&mut self, slot: u32) {
        let (word, bit) = place(slot);
        debug_assert_ne!(self.words[word] & bit, 0, "only what is there is removed");
        self.words[word] &= !bit;
        self.block_counts[word / WORDS_PER_BLOCK] -= 1;
        self.len -= 1;
    }

    /// The positions from the given rank on, in ascending order.
    pub(super) fn iter_from(&self, rank: usize) -> impl Iterator<Item = u32> + '_ {
        let (first_word, rest) = self.word_of_rank(rank);
        self.words
            .iter()
            .enumerate()
            .skip(first_word)
            .flat_map(|(index, &word)| bits(index, word))
            .skip(rest)
    }

    /// The word that holds the given rank, and how many of its bits come before.
    fn word_of_rank(&self, mut rank: usize) -> (usize, usize) {
        let mut block = 0;
        while let Some(&count) = self.block_counts.get(block) {
            if rank < count as usize {
                break;
            }
            rank -= count as usize;
            block += 1;
        }
        let mut word = block * WORDS_PER_BLOCK;
        while let Some(&value) = self.words.get(word) {
            let ones = value.count_ones() as usize;
            if rank < ones {
                break;
            }
            rank -= ones;
            word += 1;
        }
        (word, rank)
    }
}

fn place(slot: u32) -> (usize, u64) {
    (slot as usize / 64, 1 << (slot % 64))
}

fn bits(word_index: usize, mut word: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let bit = word.trailing_zeros();
        (bit < 64).then(|| {
            word &= word - 1;
            u32::try_from(word_index * 64).expect("positions fit 32 bits") + bit
        })
    })
}

#[cfg(test)]
mod tests {
    use super::SlotSet;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn equals_an_ordered_set(steps in prop::collection::vec(0_u32..20_000, 0..400)) {
            let (mut ours, mut reference) = (SlotSet::default(), BTreeSet::new());
            for slot in steps {
                if reference.remove(&slot) { ours.remove(slot) } else { reference.insert(slot); ours.insert(slot) }
            }
            prop_assert_eq!(ours.len(), reference.len());
            for rank in [0, 1, reference.len() / 2, reference.len(), reference.len() + 9] {
                let expected: Vec<u32> = reference.iter().copied().skip(rank).collect();
                prop_assert_eq!(ours.iter_from(rank).collect::<Vec<_>>(), expected);
            }
        }
    }
}
