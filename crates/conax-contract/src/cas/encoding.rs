//! Bytes to text: which encoding a message is in, and whether we read it.
//!
//! UTF-8, US-ASCII and ISO-8859-1 are read (Ours). UTF-16 is not: a public log shows a head-end
//! that could not parse a stream declared so.

use std::borrow::Cow;

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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Ascii,
    Latin1,
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
    let encoding = marked
        .or(from_header)
        .or(declared)
        .unwrap_or(Encoding::Utf8);
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
