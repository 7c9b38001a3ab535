//! Seeded chance for generators of test data.

use conax_model::entropy::{Ids, Seed};

/// A source of numbers: the same seed and name give the same numbers everywhere.
#[derive(Debug)]
pub struct Chance(Ids);

impl Chance {
    /// The source called `name` of this seed.
    #[must_use]
    pub fn new(seed: u64, name: &str) -> Self {
        Self(Ids::new(Seed(seed), name))
    }

    /// A number below `limit`, which is not zero.
    pub fn below(&mut self, limit: usize) -> usize {
        let limit = u128::try_from(limit).expect("a limit fits 128 bits");
        usize::try_from(self.0.hex_id().0 % limit).expect("it is below a number of this size")
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }

    /// A byte.
    pub fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).expect("a number below 256")
    }
}
