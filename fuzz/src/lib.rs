//! Coverage-guided fuzzing: each target is a law ([`laws`]) held to the same limits.
//!
//! `tests/it/fuzz.rs` plays the committed corpora and what was found through the same laws.

mod allocator;
pub mod laws;

use std::time::{Duration, Instant};

use laws::Law;

#[global_allocator]
static ALLOCATOR: allocator::Counting = allocator::Counting;

/// What an input may take.
const TIME_LIMIT: Duration = Duration::from_secs(1);
/// Bytes in use at a time for each byte of input.
const MEMORY_FACTOR: usize = 100;

/// Holds an input to a law: no panic, less than a second, and memory in proportion.
pub fn judge(law: &Law, input: &[u8]) {
    let before = allocator::begin();
    let began = Instant::now();
    (law.holds)(input);
    let took = began.elapsed();
    let peak = allocator::peak().saturating_sub(before);
    let allowed = law.memory + MEMORY_FACTOR * input.len();
    assert!(peak <= allowed, "{peak} bytes for {} of input, {allowed} allowed", input.len());
    if took > TIME_LIMIT {
        // Others may have used the machine: the second time counts.
        let began = Instant::now();
        (law.holds)(input);
        let took = began.elapsed();
        assert!(took <= TIME_LIMIT, "{took:?} for {} bytes of input", input.len());
    }
}

/// A target that holds its inputs to a law.
#[macro_export]
macro_rules! target {
    ($law:ident) => {
        libfuzzer_sys::fuzz_target!(|input: &[u8]| {
            conax_fuzz::judge(&conax_fuzz::laws::$law, input);
        });
    };
}
