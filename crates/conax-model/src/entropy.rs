//! Chance as an argument: one seed per run, one generator per user of chance.
//!
//! A generator is derived from the run's seed and the name of its user, so that a new draw in one
//! place never shifts the draws of another. ChaCha8 gives the same numbers on every platform.

use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

use crate::id::{HexId, TransactionId};

/// The seed of a run: the same seed and the same inputs give the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct Seed(pub u64);

impl Seed {
    /// The generator of the user of chance called `name`.
    fn generator(self, name: &str) -> Generator {
        let mut key = [0_u8; 32];
        key[..8].copy_from_slice(&self.0.to_le_bytes());
        key[8..16].copy_from_slice(&fnv1a(name).to_le_bytes());
        Generator(ChaCha8Rng::from_seed(key))
    }
}

/// A generator that can be copied where it stands.
#[derive(Debug)]
struct Generator(ChaCha8Rng);

impl Clone for Generator {
    fn clone(&self) -> Self {
        Self::at(&self.position())
    }
}

impl Generator {
    fn next(&mut self) -> u64 {
        self.0.next_u64()
    }

    fn position(&self) -> [u8; POSITION_LEN] {
        self.0.serialize_state()
    }

    fn at(position: &[u8; POSITION_LEN]) -> Self {
        Self(ChaCha8Rng::deserialize_state(position))
    }
}

#[cfg(feature = "storage")]
impl serde::Serialize for Generator {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.position())
    }
}

#[cfg(feature = "storage")]
impl<'de> serde::Deserialize<'de> for Generator {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::storage::bytes(deserializer).map(|position| Self::at(&position))
    }
}

/// A source of chance for one part of the simulator.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct Dice {
    generator: Generator,
}

impl Dice {
    /// The dice called `name` of the run with this seed.
    #[must_use]
    pub fn new(seed: Seed, name: &str) -> Self {
        Self { generator: seed.generator(name) }
    }

    /// Where the dice are; whoever knows it can foretell every throw to come.
    #[must_use]
    pub fn position(&self) -> [u8; POSITION_LEN] {
        self.generator.position()
    }

    /// A number from 0 (included) to 1 (not included), in steps of 2^-53.
    pub fn fraction(&mut self) -> f64 {
        const STEPS: f64 = (1_u64 << 53) as f64;
        (self.generator.next() >> 11) as f64 / STEPS
    }

    /// A number from 0 to `below`, not included; 0 if that is 0.
    pub fn below(&mut self, below: usize) -> usize {
        // The product stays below `below`, whatever the fraction.
        (self.fraction() * below as f64) as usize
    }
}

/// A source of identifiers for one part of the simulator. A copy goes on as the original does.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct Ids {
    generator: Generator,
}

/// Bytes of a position in a source of chance.
pub const POSITION_LEN: usize = 49;

impl Ids {
    /// The id source called `name` of the run with this seed.
    #[must_use]
    pub fn new(seed: Seed, name: &str) -> Self {
        Self { generator: seed.generator(name) }
    }

    /// How far it has come: equal positions go on alike.
    #[must_use]
    pub fn position(&self) -> [u8; POSITION_LEN] {
        self.generator.position()
    }

    /// A fresh 128-bit id, printed by the documented API as 32 upper-case hexadecimal digits.
    pub fn hex_id(&mut self) -> HexId {
        HexId(self.bits())
    }

    /// A fresh transaction id of the head-end: a version 4 UUID.
    pub fn transaction_id(&mut self) -> TransactionId {
        TransactionId::from_random_bits(self.bits())
    }

    fn bits(&mut self) -> u128 {
        (u128::from(self.generator.next()) << 64) | u128::from(self.generator.next())
    }
}

/// FNV-1a, 64 bit: spreads generator names; nothing secret depends on it.
pub(crate) fn fnv1a(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::{Generator, Ids, Seed};

    #[test]
    fn a_copy_goes_on_as_the_original_does_wherever_it_was_made() {
        let mut ids = Ids::new(Seed(7), "test");
        for _ in 0..200 {
            let mut copy = ids.clone();
            let drawn: Vec<_> = (0..40).map(|_| copy.hex_id()).collect();
            let mut again = Ids { generator: Generator::at(&ids.generator.position()) };
            let expected: Vec<_> = (0..40).map(|_| again.hex_id()).collect();
            assert_eq!(drawn, expected);
            assert_eq!(ids.hex_id(), drawn[0]);
            assert_eq!(ids.clone().hex_id(), drawn[1]);
        }
    }
}
