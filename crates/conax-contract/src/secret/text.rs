//! Text that must never be shown: PINs, passwords, keys, tokens.

use std::borrow::Cow;
use std::fmt;

/// A secret, borrowed from the call it came in where possible.
///
/// `Debug` prints a mask and there is no `Display`; whoever needs the text says so with
/// [`SecretText::expose`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretText<'a>(Cow<'a, str>);

impl<'a> SecretText<'a> {
    /// Keeps `text` secret.
    #[must_use]
    pub fn new(text: impl Into<Cow<'a, str>>) -> Self {
        Self(text.into())
    }

    /// The text itself. Call it only where the text is compared, stored as a secret or sent.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
