//! The demo world, which is built in.

use super::WorldSpec;

/// The demo world, as its file stands.
pub const DEMO: &str = include_str!("../../../../fixtures/worlds/demo.world.yaml");

impl WorldSpec {
    /// The demo world: built from the documented examples, their requests can be sent as printed.
    ///
    /// # Panics
    /// Never: the text is built in, and a test reads it.
    #[must_use]
    pub fn demo() -> Self {
        Self::parse(DEMO).expect("the demo world is a world")
    }
}
