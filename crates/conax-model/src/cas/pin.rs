//! The PIN of a smartcard: four ASCII digits and nothing else.
//!
//! A submitted PIN is a [`Secret`](crate::secret::Secret), whatever it is; only [`Pin::parse`]
//! makes a stored one of it, so a PIN that is not four digits cannot be stored (law I13).

use std::fmt;

/// A stored PIN (Attested: four digits). `Debug` prints a mask and there is no `Display`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Pin([u8; 4]);

impl Pin {
    /// Ours: no public source names the default; a set-top box header shows 0000 as an example.
    pub const ZEROS: Self = Self(*b"0000");

    /// Reads exactly four ASCII digits; full-width and other digits are refused.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = <[u8; 4]>::try_from(text.as_bytes()).ok()?;
        digits
            .iter()
            .all(u8::is_ascii_digit)
            .then_some(Self(digits))
    }

    /// The four digits. Call it only where the PIN is compared or shown to its owner on request.
    #[must_use]
    pub fn expose(self) -> String {
        self.0.iter().copied().map(char::from).collect()
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("****")
    }
}
