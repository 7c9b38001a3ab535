//! The words of a text that are text in base64.

use std::ops::Range;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Takes words with and without padding, and those whose last letter was cut.
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

/// Shorter words hold less than three letters.
const SHORTEST: usize = 4;

/// A word and what it says.
pub(super) struct EncodedWord {
    /// Where it stands, its padding included.
    pub(super) span: Range<usize>,
    /// Its text; of a word that was cut the beginning, cut likewise.
    pub(super) text: String,
}

/// The words of a text that are text in base64, in both of its alphabets. A `/`, `-`, `_` or `+` may
/// also part two of them.
pub(super) fn encoded_words(text: &str) -> impl Iterator<Item = EncodedWord> {
    runs(text).flat_map(|run| {
        let word = &text[run.clone()];
        let by_path = parts(word, |letter| letter == '/');
        let by_any = parts(word, |letter| "/-_+".contains(letter));
        let all = std::iter::once(0..word.len()).chain(by_path).chain(by_any);
        let all = all.map(|part| run.start + part.start..run.start + part.end);
        all.filter_map(|part| decoded(text, part)).collect::<Vec<_>>()
    })
}

/// Where letters of base64 stand side by side.
fn runs(text: &str) -> impl Iterator<Item = Range<usize>> {
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"/-_+".contains(byte);
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + bytes[at..].iter().position(is_letter)?;
            let end = bytes[start..].iter().position(|byte| !is_letter(byte));
            at = end.map_or(bytes.len(), |end| start + end);
            if at - start >= SHORTEST {
                return Some(start..at);
            }
        }
    })
}

/// The parts of a word, if it has several.
fn parts(word: &str, is_mark: impl Fn(char) -> bool) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, mark) in word.match_indices(is_mark) {
        parts.push(start..at);
        start = at + mark.len();
    }
    if start > 0 {
        parts.push(start..word.len());
    }
    parts
}

fn decoded(text: &str, part: Range<usize>) -> Option<EncodedWord> {
    let letters = text[part.clone()].as_bytes();
    if letters.len() < SHORTEST || !begins_as_text(letters) {
        return None;
    }
    let after = &text[part.end..];
    let is_cut = after.starts_with('…');
    let whole = match letters.len() % 4 {
        _ if is_cut => letters.len() / 4 * 4,
        1 => return None,
        _ => letters.len(),
    };
    let standard = |byte: &u8| match byte {
        b'-' => b'+',
        b'_' => b'/',
        byte => *byte,
    };
    let letters: Vec<u8> = letters[..whole].iter().map(standard).collect();
    let mut text = String::from_utf8(ENGINE.decode(letters).ok()?).ok()?;
    if text.contains(|letter: char| letter.is_control() && !"\t\r\n".contains(letter)) {
        return None;
    }
    if is_cut {
        text.push('…');
    }
    let padding = after.bytes().take(2).take_while(|byte| *byte == b'=');
    Some(EncodedWord { span: part.start..part.end + padding.count(), text })
}

/// Whether the first byte begins a letter: most words of a language are turned away here.
fn begins_as_text(letters: &[u8]) -> bool {
    let value = |letter: u8| match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'-' | b'+' => 62,
        _ => 63,
    };
    let first = (value(letters[0]) << 2) | (value(letters[1]) >> 4);
    matches!(first, b'\t' | b'\n' | b'\r' | 0x20..=0x7e | 0xc2..=0xf4)
}
