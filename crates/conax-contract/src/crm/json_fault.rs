//! Sentences on JSON that cannot be read: where, what is wrong, what was found there.
//!
//! The reader of JSON has terse messages of its own; here they become sentences. What stands at
//! the place is only told as far as it cannot be a piece of a secret.

use super::found::quoted;

/// The sentence for `error`, which the JSON reader found in `text`; `what` names the text.
pub(super) fn json_message(what: &str, text: &str, error: &serde_json::Error) -> String {
    // A line break inside a text is counted as column zero of the next line.
    let place = format!("line {}, column {}", error.line(), error.column().max(1));
    let bare = bare_message(error);
    let fault = match COMPLETE_FAULTS.iter().find(|(terse, _)| bare.starts_with(terse)) {
        Some((_, sentence)) => (*sentence).to_owned(),
        None => format!("{}, found {}", expected(&bare), found_at(text, error)),
    };
    let hint = hint_for(text);
    format!("The {what} is not valid JSON at {place}: {fault}.{hint}")
}

/// What the JSON reader says about a place, and the same for people.
const COMPLETE_FAULTS: [(&str, &str); 12] = [
    ("EOF while parsing a list", "the list is not finished"),
    ("EOF while parsing an object", "the object is not finished"),
    ("EOF while parsing a string", "the text is not finished"),
    ("EOF while parsing a value", "a value is missing at the end"),
    (
        "invalid number",
        "a number cannot be written so; one with leading zeros must be text in quotes",
    ),
    ("number out of range", "the number is too large"),
    ("invalid escape", "a backslash in text must be doubled unless it starts an escape"),
    ("invalid unicode", "the `\\u` escape stands for no character"),
    ("lone leading surrogate", "the `\\u` escape is only half a character"),
    ("unexpected end of hex", "the `\\u` escape is only half a character"),
    ("control character", "line breaks and control characters in text must be escaped"),
    ("recursion limit", "it is nested too deeply"),
];

/// What the JSON reader expected, where it says so.
fn expected(bare: &str) -> &str {
    match bare {
        "expected ident" => "expected `true`, `false` or `null`",
        "expected value" => "expected a value",
        "key must be a string" => "expected a name in double quotes",
        "trailing comma" => "expected another element after the comma",
        "trailing characters" => "expected nothing more",
        other => other,
    }
}

/// What the JSON reader says, without the place it appends.
fn bare_message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&place).unwrap_or(&text).to_owned()
}

/// What stands where the JSON reader stopped. Letters and digits are not repeated: they may
/// belong to a token or PIN without quotes.
fn found_at(text: &str, error: &serde_json::Error) -> String {
    match letter_at(text, error) {
        None => "the end of the line".to_owned(),
        Some(letter) if letter.is_alphabetic() => "a word without quotes".to_owned(),
        Some(letter) if letter.is_numeric() => "a digit".to_owned(),
        Some(letter) => quoted(letter.encode_utf8(&mut [0; 4])),
    }
}

/// The character the JSON reader stopped at. Its column counts bytes from one.
fn letter_at(text: &str, error: &serde_json::Error) -> Option<char> {
    let line = text.split('\n').nth(error.line().checked_sub(1)?)?;
    let offset = error.column().checked_sub(1)?;
    line.char_indices()
        .take_while(|(start, _)| *start <= offset)
        .last()
        .filter(|(start, letter)| offset < start + letter.len_utf8())
        .map(|(_, letter)| letter)
}

/// A guess at what was sent instead of JSON.
fn hint_for(text: &str) -> &'static str {
    let start = text.trim_start();
    if start.starts_with('<') {
        " It looks like XML; the parameters of a POST are one JSON object."
    } else if start.starts_with("{'") || start.starts_with("{ '") {
        " JSON needs double quotes around names and texts."
    } else if !start.starts_with(['{', '[', '"']) && start.contains('=') {
        " It looks like a form; the parameters of a POST are one JSON object."
    } else {
        ""
    }
}
