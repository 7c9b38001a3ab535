//! Bytes to text: which encoding a message is in, and whether we read it.
//!
//! UTF-8, US-ASCII and ISO-8859-1 are read (Ours). UTF-16 is not: a public log shows a head-end
//! that could not parse a stream declared so.

use std::borrow::Cow;

use super::axis_fault::{AxisClient, AxisFault, SaxPlace};
use super::request_values::quoted;

/// How far into a body the XML declaration is looked for.
const DECLARATION_LIMIT: usize = 256;

/// Why a body is not text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum EncodingError {
    /// An encoding we do not read.
    #[error("an unsupported encoding")]
    Unsupported(String),
    /// Bytes that are not of the encoding.
    #[error("bytes that are not {encoding} at byte {offset}")]
    Malformed {
        /// The encoding.
        encoding: &'static str,
        /// How many good bytes come before.
        offset: usize,
    },
}

impl EncodingError {
    /// What a client is told beside the attested fault, which has no words for it (Ours); of UTF-16
    /// nothing, as that fault is attested whole.
    pub(super) fn detail(&self) -> Option<String> {
        match self {
            Self::Unsupported(name) if !name.to_ascii_lowercase().starts_with("utf-16") => {
                Some(format!(
                    "The encoding {} is not simulated; UTF-8, US-ASCII and ISO-8859-1 are read.",
                    quoted(name)
                ))
            }
            Self::Unsupported(_) | Self::Malformed { .. } => None,
        }
    }

    fn offset(&self) -> usize {
        match self {
            Self::Unsupported(_) => 0,
            Self::Malformed { offset, .. } => *offset,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Ascii,
    Latin1,
    Windows1252,
}

/// The characters of Windows-1252 from 0x80 to 0x9F; the others are those of ISO-8859-1.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{FFFD}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{FFFD}', 'Ž',
    '\u{FFFD}', '\u{FFFD}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{FFFD}',
    'ž', 'Ÿ',
];

/// What the client says of text before the root element.
const PROLOG: &str = "Content is not allowed in prolog.";

/// The body of a reply as text, as far as its bytes are some.
pub(super) struct ReplyText<'a> {
    /// The text.
    pub text: Cow<'a, str>,
    /// What the client throws at the bytes behind it.
    pub broken: Option<AxisFault>,
}

/// A reply as text, as the CRM's client reads it (measured): the header wins over everything, in
/// capitals; without it a byte order mark or the declaration tell.
pub(super) fn reply_text<'a>(
    content_type: Option<&str>,
    body: &'a [u8],
    axis: &AxisClient,
) -> Result<ReplyText<'a>, AxisFault> {
    let from_header = content_type.and_then(charset);
    if let (None, Some(name)) = (from_header, utf16_by_bytes(body)) {
        return Ok(ReplyText { text: utf16(body, name == "UTF-16BE").into(), broken: None });
    }
    let (marked, body) = match body.strip_prefix(b"\xEF\xBB\xBF") {
        Some(rest) => (Some(Encoding::Utf8), rest),
        None => (None, body),
    };
    let unsupported = |name: &str| axis.unsupported_encoding(name);
    let encoding = match (from_header, marked, declared(body)) {
        (Some(name), ..) => named_in_reply(name).map_err(|_| unsupported(&name.to_uppercase()))?,
        (None, Some(marked), _) => marked,
        (None, None, Some(name)) if name.to_ascii_lowercase().starts_with("utf-16") => {
            return Err(axis.sax_parse(behind_declaration(body), PROLOG));
        }
        (None, None, Some(name)) => named_in_reply(&name).map_err(|_| unsupported(&name))?,
        (None, None, None) => Encoding::Utf8,
    };
    Ok(match decode(encoding, body) {
        Ok(text) => ReplyText { text, broken: None },
        Err(error) => {
            let (good, bad) = body.split_at(error.offset());
            ReplyText {
                text: String::from_utf8_lossy(good),
                broken: Some(axis.malformed_bytes(&malformed_sentence(encoding, bad))),
            }
        }
    })
}

/// UTF-16 as text, without its byte order mark.
fn utf16(body: &[u8], is_big_endian: bool) -> String {
    let units = body.as_chunks::<2>().0.iter();
    let units: Vec<u16> = match is_big_endian {
        true => units.map(|pair| u16::from_be_bytes(*pair)).collect(),
        false => units.map(|pair| u16::from_le_bytes(*pair)).collect(),
    };
    String::from_utf16_lossy(&units).trim_start_matches('\u{FEFF}').to_owned()
}

/// A head-end may answer in an encoding that we do not read in requests.
fn named_in_reply(name: &str) -> Result<Encoding, EncodingError> {
    match name.to_ascii_lowercase().as_str() {
        "windows-1252" | "cp1252" => Ok(Encoding::Windows1252),
        name => named(name),
    }
}

/// Behind a declaration of UTF-16 in a body that is none, the client reads UTF-16.
fn behind_declaration(body: &[u8]) -> SaxPlace {
    let end = body.windows(2).position(|pair| pair == b"?>");
    SaxPlace { line: 1, column: end.unwrap_or_default() + 3 }
}

/// What the client's parser says of bytes that are not of the encoding and begin here.
fn malformed_sentence(encoding: Encoding, bytes: &[u8]) -> String {
    if let (Encoding::Ascii, Some(byte)) = (encoding, bytes.first()) {
        return format!("Byte \"{byte}\" is not a member of the (7-bit) ASCII character set.");
    }
    let length = match bytes.first() {
        Some(0xC2..=0xDF) => 2,
        Some(0xE0..=0xEF) => 3,
        Some(0xF0..=0xF7) => 4,
        _ => return "Invalid byte 1 of 1-byte UTF-8 sequence.".to_owned(),
    };
    let is_next = |byte: &&u8| (0x80..=0xBF).contains(*byte);
    let good = bytes[1..].iter().take_while(is_next).count() + 1;
    // All are there and mean nothing: the second is taken for the bad one.
    let bad = if good >= length { 2 } else { good + 1 };
    match bytes.len() < bad {
        true => format!("Expected byte {bad} of {length}-byte UTF-8 sequence."),
        false => format!("Invalid byte {bad} of {length}-byte UTF-8 sequence."),
    }
}

/// The body as text. A byte order mark wins over the header, the header over the declaration.
pub(super) fn decode_text<'a>(
    content_type: Option<&str>,
    body: &'a [u8],
) -> Result<Cow<'a, str>, EncodingError> {
    if let Some(name) = utf16_by_bytes(body) {
        return Err(EncodingError::Unsupported(name.to_owned()));
    }
    let from_header = content_type.and_then(charset).map(named).transpose()?;
    let (marked, body) = match body.strip_prefix(b"\xEF\xBB\xBF") {
        Some(rest) => (Some(Encoding::Utf8), rest),
        None => (None, body),
    };
    let declared = declared(body).map(|name| named(&name)).transpose()?;
    let encoding = marked.or(from_header).or(declared).unwrap_or(Encoding::Utf8);
    decode(encoding, body)
}

fn utf16_by_bytes(body: &[u8]) -> Option<&'static str> {
    match body {
        [0xFE, 0xFF, ..] | [0, b'<', ..] => Some("UTF-16BE"),
        [0xFF, 0xFE, ..] | [b'<', 0, ..] => Some("UTF-16LE"),
        _ => None,
    }
}

/// The value of the `charset` parameter, quoted or not.
fn charset(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let wanted = name.trim().eq_ignore_ascii_case("charset");
        wanted.then(|| value.trim().trim_matches(['"', '\'']))
    })
}

/// The encoding named by the XML declaration at the start of the body.
fn declared(body: &[u8]) -> Option<String> {
    let head = &body[..body.len().min(DECLARATION_LIMIT)];
    let head: String = head.iter().map(|&byte| char::from(byte)).collect();
    let declaration = head.strip_prefix("<?xml")?;
    let declaration = &declaration[..declaration.find("?>")?];
    let (_, after) = declaration.split_once("encoding")?;
    let value = after.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (name, _) = value[1..].split_once(quote)?;
    Some(name.to_owned())
}

fn named(name: &str) -> Result<Encoding, EncodingError> {
    match name.to_ascii_lowercase().as_str() {
        "utf-8" | "utf8" => Ok(Encoding::Utf8),
        "us-ascii" | "ascii" => Ok(Encoding::Ascii),
        "iso-8859-1" | "iso8859-1" | "latin1" => Ok(Encoding::Latin1),
        _ => Err(EncodingError::Unsupported(name.to_owned())),
    }
}

fn decode(encoding: Encoding, body: &[u8]) -> Result<Cow<'_, str>, EncodingError> {
    let malformed = |encoding, offset| Err(EncodingError::Malformed { encoding, offset });
    match encoding {
        Encoding::Latin1 => Ok(body.iter().map(|&byte| char::from(byte)).collect()),
        Encoding::Windows1252 => Ok(body.iter().map(|&byte| windows_1252(byte)).collect()),
        Encoding::Ascii => match body.iter().position(|byte| !byte.is_ascii()) {
            Some(offset) => malformed("US-ASCII", offset),
            None => Ok(String::from_utf8_lossy(body)),
        },
        Encoding::Utf8 => match std::str::from_utf8(body) {
            Ok(text) => Ok(Cow::Borrowed(text)),
            Err(error) => malformed("UTF-8", error.valid_up_to()),
        },
    }
}

fn windows_1252(byte: u8) -> char {
    let moved = byte.checked_sub(0x80).map(usize::from);
    let moved = moved.and_then(|at| WINDOWS_1252.get(at).copied());
    moved.unwrap_or(char::from(byte))
}
