//! Text that must not be shown: a submitted PIN on its way over the wire.

use std::fmt;

/// What is shown in place of a secret.
pub(super) const MASK: &str = "****";

/// A submitted PIN. `Debug` prints a mask and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct WireSecret(Box<str>);

impl WireSecret {
    /// Keeps `text` secret.
    #[must_use]
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The text itself. Call it only where the text is compared or sent.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for WireSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}
