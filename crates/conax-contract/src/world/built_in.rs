//! The worlds that are built in.

use super::WorldSpec;

/// The demo world, as its file stands.
pub const DEMO: &str = include_str!("../../../../fixtures/worlds/demo.world.yaml");

/// The lab world, as its file stands: small, and without any requests.
pub const LAB: &str = include_str!("../../../../fixtures/worlds/lab.world.yaml");

/// The built-in world of this name, as its file stands.
#[must_use]
pub fn built_in(name: &str) -> Option<&'static str> {
    match name {
        "demo" => Some(DEMO),
        "lab" => Some(LAB),
        _ => None,
    }
}

impl WorldSpec {
    /// The lab world, in which explorations begin.
    ///
    /// # Panics
    /// Never: the text is built in, and a test reads it.
    #[must_use]
    pub fn lab() -> Self {
        Self::parse(LAB).expect("the lab world is a world")
    }

    /// The demo world: built from the documented examples, their requests can be sent as printed.
    ///
    /// # Panics
    /// Never: the text is built in, and a test reads it.
    #[must_use]
    pub fn demo() -> Self {
        Self::parse(DEMO).expect("the demo world is a world")
    }
}
