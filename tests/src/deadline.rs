//! Waiting for a level, with a bound: the only way ring 2 waits.

use std::time::{Duration, Instant};

/// How long ring 2 waits for anything. Far more than it takes; a test that needs it is red.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Asks again and again until there is an answer.
///
/// # Panics
/// If there is none within [`PATIENCE`]; the text tells what was last seen.
pub fn until<T>(what: &str, mut ask: impl FnMut() -> Result<T, String>) -> T {
    let started = Instant::now();
    loop {
        match ask() {
            Ok(answer) => return answer,
            Err(seen) => {
                assert!(
                    started.elapsed() < PATIENCE,
                    "waited {PATIENCE:?} for {what}; last seen: {seen}"
                );
                std::thread::yield_now();
            }
        }
    }
}
