//! Names of things: what the parts of the simulated world are called.

use std::fmt;
use std::sync::Arc;

/// A 128-bit id of the CRM side, printed as 32 upper-case hexadecimal digits (Shown).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct HexId(#[cfg_attr(feature = "storage", serde(with = "crate::storage::bits"))] pub u128);

impl HexId {
    /// Reads exactly 32 upper-case hexadecimal digits: ids are compared as text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits =
            text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'));
        digits.then(|| u128::from_str_radix(text, 16).ok().map(Self)).flatten()
    }
}

impl fmt::Display for HexId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032X}", self.0)
    }
}

impl fmt::Debug for HexId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The head-end's own id of a transaction: a version 4 UUID, lower case (Shown in one example).
///
/// The CRM stores it as the reference number of a completed provisioning request.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct TransactionId(#[cfg_attr(feature = "storage", serde(with = "uuid"))] u128);

/// The bits of a UUID; whatever is read, one is made of it.
#[cfg(feature = "storage")]
mod uuid {
    use super::TransactionId;
    use crate::storage::bits;
    pub(super) use crate::storage::bits::serialize;

    pub(super) fn deserialize<'de, D>(deserializer: D) -> Result<u128, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        bits::deserialize(deserializer).map(|bits| TransactionId::from_random_bits(bits).bits())
    }
}

impl TransactionId {
    /// Makes a version 4, variant 1 UUID of 128 random bits.
    #[must_use]
    pub const fn from_random_bits(bits: u128) -> Self {
        let versioned = (bits & !(0xf << 76)) | (0x4 << 76);
        Self((versioned & !(0x3 << 62)) | (0x2 << 62))
    }

    /// The 128 bits of the UUID.
    #[must_use]
    pub const fn bits(self) -> u128 {
        self.0
    }
}

impl fmt::Display for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.0;
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            bits >> 96,
            (bits >> 80) & 0xffff,
            (bits >> 64) & 0xffff,
            (bits >> 48) & 0xffff,
            bits & 0xffff_ffff_ffff,
        )
    }
}

impl fmt::Debug for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
        pub struct $name(
            #[cfg_attr(feature = "storage", serde(deserialize_with = "crate::storage::shared"))]
            Arc<str>,
        );

        impl $name {
            /// The id of this text. Any non-empty text is an id: the documented examples mix
            /// digits, dashes and letters, so what is acceptable is a setting of the head-end.
            #[must_use]
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The id as shared text.
            #[must_use]
            pub fn text(&self) -> &Arc<str> {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::new(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id!(
    /// A smartcard as the head-end knows it (CA client id). On a real wire: 11 digits (Attested).
    SmartcardId
);
text_id!(
    /// A pairing module: the security chip of a set-top box (STB CA id).
    PairingModuleId
);
text_id!(
    /// A product of the head-end (service CA id).
    ProductId
);
text_id!(
    /// An SMS domain: one subscriber management system allowed to command the head-end.
    DomainName
);
