//! Text on its way out that may still be a number: printed without an allocation.

use std::fmt;

use serde::{Serialize, Serializer};

/// A text, or what prints as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextView<'a> {
    /// The text itself.
    Text(&'a str),
    /// 128 bits as 32 upper-case hexadecimal digits, the usual form of an id (Shown).
    Hex(u128),
    /// 128 bits as a lower-case UUID, the form of Conax's references (Shown).
    Uuid(u128),
    /// `OK` and a UUID with nothing between them, the form of Conax's answers (Shown).
    OkUuid(u128),
    /// A number in digits, the form of business numbers (Shown).
    Decimal(u64),
}

impl<'a> From<&'a str> for TextView<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

/// The longest printed form that is not text: `OK` and a UUID.
const LONGEST: usize = 38;

/// Bytes of a printed form, filled from the front.
struct Printed {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Printed {
    const fn new() -> Self {
        Self { bytes: [0; LONGEST], length: 0 }
    }

    fn push(&mut self, byte: u8) {
        self.bytes[self.length] = byte;
        self.length += 1;
    }

    /// Appends two hexadecimal digits for each byte.
    fn push_hex(&mut self, bytes: &[u8], digits: &[u8; 16]) {
        for byte in bytes {
            self.push(digits[usize::from(byte >> 4)]);
            self.push(digits[usize::from(byte & 0xf)]);
        }
    }

    fn push_uuid(&mut self, bits: u128) {
        const LOWER: &[u8; 16] = b"0123456789abcdef";
        let bytes = bits.to_be_bytes();
        self.push_hex(&bytes[..4], LOWER);
        for group in [4..6, 6..8, 8..10, 10..16] {
            self.push(b'-');
            self.push_hex(&bytes[group], LOWER);
        }
    }

    fn push_decimal(&mut self, number: u64) {
        let mut power = 1_u64;
        while number / power >= 10 {
            power *= 10;
        }
        while power > 0 {
            self.push(b'0' + (number / power % 10) as u8);
            power /= 10;
        }
    }

    fn as_str(&self) -> &str {
        // All ASCII by construction.
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

impl TextView<'_> {
    /// Calls `take` with the text.
    pub(super) fn with_text<T>(&self, take: impl FnOnce(&str) -> T) -> T {
        const UPPER: &[u8; 16] = b"0123456789ABCDEF";
        let mut printed = Printed::new();
        match *self {
            Self::Text(text) => return take(text),
            Self::Hex(bits) => printed.push_hex(&bits.to_be_bytes(), UPPER),
            Self::Uuid(bits) => printed.push_uuid(bits),
            Self::OkUuid(bits) => {
                printed.push(b'O');
                printed.push(b'K');
                printed.push_uuid(bits);
            }
            Self::Decimal(number) => printed.push_decimal(number),
        }
        take(printed.as_str())
    }
}

impl Serialize for TextView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.with_text(|text| serializer.serialize_str(text))
    }
}

impl fmt::Display for TextView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_text(|text| f.write_str(text))
    }
}
