//! A text as whoever receives it reads it: percent signs, entities and the escapes of JSON undone,
//! every byte with the place it came from.

use std::borrow::Cow;
use std::ops::Range;

/// A text with its escapes undone.
pub(super) struct View<'t> {
    pub(super) text: Cow<'t, str>,
    /// Where each byte stood, and where the text ended; nothing if all stand where they did.
    origins: Option<Vec<usize>>,
}

impl<'t> View<'t> {
    /// The text as it is; nothing if it holds no escapes.
    pub(super) fn of(text: &'t str) -> Option<Self> {
        text.contains(['%', '&', '\\']).then_some(Self { text: Cow::Borrowed(text), origins: None })
    }

    /// The text with its escapes undone; nothing if there are none.
    pub(super) fn undone(&self) -> Option<View<'static>> {
        let bytes = self.text.as_bytes();
        let mut letters = Vec::with_capacity(bytes.len());
        let mut origins = Vec::with_capacity(bytes.len() + 1);
        let mut at = 0;
        let mut is_changed = false;
        while let Some(byte) = bytes.get(at) {
            let escape = escape_at(&bytes[at..]);
            is_changed |= escape.is_some();
            let (meant, width) = escape.unwrap_or((Meant::Byte(*byte), 1));
            match meant {
                Meant::Byte(byte) => letters.push(byte),
                Meant::Letter(letter) => {
                    letters.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
            origins.resize(letters.len(), self.origin(at));
            at += width;
        }
        origins.push(self.origin(bytes.len()));
        is_changed.then(|| View { text: Cow::Owned(text_of(letters)), origins: Some(origins) })
    }

    fn origin(&self, at: usize) -> usize {
        let known = self.origins.as_ref();
        known.map_or(at, |origins| origins[at])
    }

    /// Where in the first text a part of this one stands.
    pub(super) fn source(&self, span: &Range<usize>) -> Range<usize> {
        self.origin(span.start)..self.origin(span.end)
    }
}

/// Bytes as text; one that is none becomes a question mark, so that all others keep their places.
fn text_of(mut letters: Vec<u8>) -> String {
    loop {
        match String::from_utf8(letters) {
            Ok(text) => return text,
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                letters = error.into_bytes();
                letters[valid] = b'?';
            }
        }
    }
}

/// What an escape stands for.
enum Meant {
    Byte(u8),
    Letter(char),
}

/// The escape a text begins with, and its length.
fn escape_at(bytes: &[u8]) -> Option<(Meant, usize)> {
    match bytes {
        [b'%', high, low, ..] => {
            let number = number(&[*high, *low], 16)?;
            Some((Meant::Byte(u8::try_from(number).ok()?), 3))
        }
        [b'\\', b'u', digits @ ..] => {
            let number = number(digits.get(..4)?, 16)?;
            Some((Meant::Letter(char::from_u32(number)?), 6))
        }
        [b'\\', letter @ (b'"' | b'\\' | b'/'), ..] => Some((Meant::Byte(*letter), 2)),
        [b'&', rest @ ..] => entity_at(rest),
        _ => None,
    }
}

/// The longest entity: `&#x10FFFF;` without its first letter.
const LONGEST_ENTITY: usize = 9;

fn entity_at(rest: &[u8]) -> Option<(Meant, usize)> {
    let reach = &rest[..rest.len().min(LONGEST_ENTITY)];
    let end = reach.iter().position(|byte| *byte == b';')?;
    let letter = match &reach[..end] {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x' | b'X', digits @ ..] => char::from_u32(number(digits, 16)?)?,
        [b'#', digits @ ..] => char::from_u32(number(digits, 10)?)?,
        _ => return None,
    };
    Some((Meant::Letter(letter), end + 2))
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let is_plain = digits.iter().all(u8::is_ascii_alphanumeric);
    let text = std::str::from_utf8(digits).ok().filter(|_| is_plain)?;
    u32::from_str_radix(text, radix).ok()
}
