//! The body of a POST: one JSON object, read without copying.
//!
//! What the parameters mean is not known here; read on in `read`.

use serde::Deserialize as _;

use super::found::kind_of;
use super::json_fault::json_message;
use super::params::{Origin, Params};
use super::refusal::Refusal;
use super::refusal_code::RefusalCode;
use super::value::Value;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a body, which must be one JSON object, whatever its content type says.
///
/// # Errors
/// When it is not, with the place and what was found there.
pub fn parse_body(body: &[u8]) -> Result<Params<'_>, Refusal> {
    let text = body_text(body)?;
    if is_blank(text) {
        return Err(refused(
            "The body is empty; it must be one JSON object with the parameters of the call."
                .to_owned(),
        ));
    }
    match parse_json(text) {
        Ok(Value::Object(entries)) => Params::of_distinct(Origin::Body, entries),
        Ok(other) => Err(refused(format!(
            "The body is {}; it must be one JSON object with the parameters of the call.",
            kind_of(&other)
        ))),
        Err(error) => Err(refused(json_message("body", text, &error))),
    }
}

/// Reads a body that may be left out altogether.
// Attested: a public client logs in by key with an empty body.
///
/// # Errors
/// As [`parse_body`], but for an empty or blank body.
pub fn parse_body_or_empty(body: &[u8]) -> Result<Params<'_>, Refusal> {
    if is_blank(body_text(body)?) {
        return Ok(Params::none(Origin::Body));
    }
    parse_body(body)
}

/// Reads one JSON value that takes up all of `text`.
pub(super) fn parse_json(text: &str) -> Result<Value<'_>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Value::deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// The body as text without a byte order mark.
fn body_text(body: &[u8]) -> Result<&str, Refusal> {
    let bytes = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = before.split(|byte| *byte == b'\n').count();
        let column = before.rsplit(|byte| *byte == b'\n').next().map_or(0, <[u8]>::len) + 1;
        refused(format!(
            "The body is not UTF-8 at line {line}, column {column}; it must be one JSON object \
             in UTF-8."
        ))
    })
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_whitespace())
}

fn refused(message: String) -> Refusal {
    Refusal::new(RefusalCode::InvalidParameterValue, message)
}
