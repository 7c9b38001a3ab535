//! Percent-encoding, as URLs use it.

use std::borrow::Cow;
use std::fmt::Write;

/// `text` as a part of an address: what is not plain there becomes percent signs. Identifiers keep
/// their `=` and `,`, which mean nothing within a value.
#[must_use]
pub fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'=' | b',' => {
                out.push(char::from(byte));
            }
            other => {
                let _ = write!(out, "%{other:02X}");
            }
        }
        out
    })
}

/// `text` with its percent signs decoded; borrowed when there are none.
///
/// `None` when a percent sign is not followed by two hexadecimal digits, or when the decoded
/// bytes are not UTF-8.
pub(crate) fn decode(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return Some(Cow::Borrowed(text));
    }
    decode_bytes(text.bytes(), text.len(), |byte| byte).map(Cow::Owned)
}

/// The same for a part of a query, where a plus sign is a blank.
#[must_use]
pub fn decode_query(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains(['%', '+']) {
        return Some(Cow::Borrowed(text));
    }
    let blank = |byte| if byte == b'+' { b' ' } else { byte };
    decode_bytes(text.bytes(), text.len(), blank).map(Cow::Owned)
}

fn decode_bytes(
    mut bytes: impl Iterator<Item = u8>,
    capacity: usize,
    plain: impl Fn(u8) -> u8,
) -> Option<String> {
    let mut decoded = Vec::with_capacity(capacity);
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let high = hex_digit(bytes.next()?)?;
            let low = hex_digit(bytes.next()?)?;
            decoded.push(high << 4 | low);
        } else {
            decoded.push(plain(byte));
        }
    }
    String::from_utf8(decoded).ok()
}

fn hex_digit(byte: u8) -> Option<u8> {
    let digit = char::from(byte).to_digit(16)?;
    u8::try_from(digit).ok()
}
