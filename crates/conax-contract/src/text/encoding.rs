//! Bytes of a file to text: UTF-8, or a finding that names what else it looks like.

use std::fmt;

use super::finding::Finding;
use super::marked::{Place, Span};

/// A file that is no UTF-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotUtf8 {
    /// The text, read as what it looks like; for showing the line.
    pub source: String,
    /// What it looks like, where, and what to do.
    pub finding: Finding,
}

impl fmt::Display for NotUtf8 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { line, column, message, hint, .. } = &self.finding;
        write!(f, "{message} (line {line}, column {column})")?;
        match hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for NotUtf8 {}

/// What to do about another encoding.
const SAVE: &str = "save it as UTF-8: `iconv -f FROM -t UTF-8`, or `Out-File -Encoding utf8` in \
                    PowerShell";

/// The text of a file, without a byte order mark.
///
/// # Errors
/// If it is not UTF-8; the finding names the encoding it looks like.
pub fn decode(bytes: Vec<u8>) -> Result<String, NotUtf8> {
    if let Some(wide) = Wide::of(&bytes) {
        return Err(wide.refused(&bytes));
    }
    match String::from_utf8(bytes) {
        Ok(mut text) => {
            if text.starts_with('\u{feff}') {
                text.drain(..'\u{feff}'.len_utf8());
            }
            Ok(text)
        }
        Err(error) => Err(refused_narrow(error.as_bytes(), error.utf8_error().valid_up_to())),
    }
}

/// Encodings with more than a byte for every letter.
#[derive(Clone, Copy)]
enum Wide {
    Utf16Little,
    Utf16Big,
    Utf32,
}

impl Wide {
    fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => return Some(Self::Utf32),
            [0xff, 0xfe, ..] => return Some(Self::Utf16Little),
            [0xfe, 0xff, ..] => return Some(Self::Utf16Big),
            _ => {}
        }
        // Without a mark every second byte of plain text is zero, which UTF-8 takes for text.
        match bytes.get(..8)? {
            [a, 0, b, 0, c, 0, d, 0] if [a, b, c, d].iter().all(|byte| **byte != 0) => {
                Some(Self::Utf16Little)
            }
            [0, a, 0, b, 0, c, 0, d] if [a, b, c, d].iter().all(|byte| **byte != 0) => {
                Some(Self::Utf16Big)
            }
            _ => None,
        }
    }

    fn refused(self, bytes: &[u8]) -> NotUtf8 {
        let pair: fn([u8; 2]) -> u16 = match self {
            Self::Utf16Big => u16::from_be_bytes,
            Self::Utf16Little | Self::Utf32 => u16::from_le_bytes,
        };
        let units = bytes.chunks_exact(2).map(|two| pair([two[0], two[1]]));
        let letters = char::decode_utf16(units)
            .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
            .filter(|letter| *letter != '\u{feff}' && *letter != '\0');
        let (name, from) = match self {
            Self::Utf16Little => ("UTF-16 (little-endian)", "UTF-16"),
            Self::Utf16Big => ("UTF-16 (big-endian)", "UTF-16"),
            Self::Utf32 => ("UTF-32", "UTF-32"),
        };
        NotUtf8 {
            source: letters.collect(),
            finding: finding(Place { line: 1, column: 1 }, name, from),
        }
    }
}

/// One byte a letter: what Windows calls ANSI, of which Latin-1 is a part.
fn refused_narrow(bytes: &[u8], valid: usize) -> NotUtf8 {
    let before = String::from_utf8_lossy(&bytes[..valid]);
    let last = before.rsplit('\n').next().unwrap_or_default();
    let place = Place { line: before.matches('\n').count() + 1, column: last.chars().count() + 1 };
    let byte = bytes.get(valid).copied().unwrap_or_default();
    let is_text = bytes.iter().all(|byte| *byte >= 0x20 || b"\t\r\n".contains(byte));
    let mut finding = finding(place, "Latin-1 (or Windows-1252)", "WINDOWS-1252");
    if is_text {
        let letter = char::from(byte);
        finding.message = match letter.is_control() {
            true => format!("{}: the byte 0x{byte:02X} stands here", finding.message),
            false => format!("{}: the byte 0x{byte:02X}, `{letter}`, stands here", finding.message),
        };
    } else {
        finding.message = format!("the file is no text: the byte 0x{byte:02X} stands here");
        finding.hint = None;
    }
    NotUtf8 { source: bytes.iter().map(|byte| char::from(*byte)).collect(), finding }
}

fn finding(start: Place, name: &str, from: &str) -> Finding {
    let message = format!("the file looks like {name}, UTF-8 is expected");
    Finding::new(Span { start, end: start }, message).with_hint(SAVE.replace("FROM", from))
}
