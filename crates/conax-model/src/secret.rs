//! Text that must never be shown: submitted PINs, passwords, tokens.

use std::fmt;

/// A piece of text that no reply, list, log, report or debug output may contain.
///
/// `Debug` prints a mask and there is no `Display`: whoever needs the text says so with
/// [`Secret::expose`]. It can be stored, in formats only that nobody reads.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct Secret(
    #[cfg_attr(feature = "storage", serde(serialize_with = "crate::storage::secret"))] Box<str>,
);

impl Secret {
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

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
