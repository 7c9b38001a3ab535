//! The PIN of a smartcard: four ASCII digits and nothing else.
//!
//! A submitted PIN is a [`Secret`](crate::secret::Secret), whatever it is; only [`Pin::parse`]
//! makes a stored one of it, so a PIN that is not four digits cannot be stored (law I13).

use std::fmt;

use crate::secret::Secret;

/// A stored PIN (Attested: four digits). `Debug` prints a mask and there is no `Display`.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    feature = "storage",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "crate::secret::Secret", into = "crate::secret::Secret")
)]
pub struct Pin([u8; 4]);

impl Pin {
    /// Ours: no public source names the default; a set-top box header shows 0000 as an example.
    pub const ZEROS: Self = Self(*b"0000");

    /// Reads exactly four ASCII digits; full-width and other digits are refused.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = <[u8; 4]>::try_from(text.as_bytes()).ok()?;
        digits.iter().all(u8::is_ascii_digit).then_some(Self(digits))
    }

    /// Why [`Pin::parse`] refuses this text, in words that do not repeat it.
    pub(super) fn mistake(text: &str) -> String {
        let length = text.chars().count();
        let has_others = !text.bytes().all(|byte| byte.is_ascii_digit());
        let found = match (length, has_others) {
            (0, _) => "is empty".to_owned(),
            (4, _) => "has characters other than digits".to_owned(),
            (1, false) => "has 1 character".to_owned(),
            (_, false) => format!("has {length} characters"),
            (1, true) => "is no digit".to_owned(),
            (_, true) => format!("has {length} characters, and others than digits"),
        };
        format!("the PIN {found}; it must be four digits from 0 to 9")
    }

    /// The four digits. Call it only where the PIN is compared or shown to its owner on request.
    #[must_use]
    pub fn expose(self) -> String {
        self.0.iter().copied().map(char::from).collect()
    }
}

/// What was submitted becomes a PIN if it is one.
impl TryFrom<Secret> for Pin {
    type Error = String;

    fn try_from(submitted: Secret) -> Result<Self, String> {
        let text = submitted.expose();
        Self::parse(text).ok_or_else(|| Self::mistake(text))
    }
}

impl From<Pin> for Secret {
    fn from(pin: Pin) -> Self {
        Self::new(pin.expose())
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("****")
    }
}

#[cfg(test)]
mod tests {
    use super::Pin;

    #[test]
    fn a_mistake_tells_the_kind_of_characters_and_not_the_characters() {
        for (text, found) in [
            ("", "is empty"),
            ("1", "has 1 character"),
            ("a", "is no digit"),
            ("12345", "has 5 characters"),
            ("12a4", "has characters other than digits"),
            ("１２３４", "has characters other than digits"),
            ("12 34", "has 5 characters, and others than digits"),
        ] {
            assert_eq!(Pin::parse(text), None);
            let expected = format!("the PIN {found}; it must be four digits from 0 to 9");
            assert_eq!(Pin::mistake(text), expected);
        }
    }
}
