//! What was found, in words fit for a message: short, without control characters.

use std::fmt::Write as _;

use super::value::{Number, Value};

/// Found values longer than this are cut (Ours).
const LONGEST_QUOTE: usize = 60;

/// A path is cut later: its end is what was asked for (Ours).
const LONGEST_PATH: usize = 160;

/// `text` in backticks, cut to a readable length, control characters escaped.
pub(super) fn quoted(text: &str) -> String {
    quoted_within(LONGEST_QUOTE, text)
}

/// A path in backticks.
pub(super) fn quoted_path(path: &str) -> String {
    quoted_within(LONGEST_PATH, path)
}

fn quoted_within(limit: usize, text: &str) -> String {
    let mut quote = String::with_capacity(limit.min(text.len()) + 8);
    quote.push('`');
    let mut shown = 0;
    for letter in text.chars() {
        let width = push_visible(&mut quote, letter, limit - 1 - shown);
        if width == 0 {
            quote.push('…');
            break;
        }
        shown += width;
    }
    quote.push('`');
    quote
}

/// Appends `letter` in a visible form and says how many characters that took; nothing if there is
/// no room for it.
fn push_visible(quote: &mut String, letter: char, room: usize) -> usize {
    let before = quote.len();
    if must_be_escaped(letter) {
        let escaped = letter.escape_default();
        if escaped.len() > room {
            return 0;
        }
        quote.extend(escaped);
        return quote.len() - before;
    }
    if room == 0 {
        return 0;
    }
    quote.push(if letter == '`' { '\'' } else { letter });
    1
}

/// Control characters, and the invisible ones that reorder or break a line of text.
fn must_be_escaped(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The value as the object of "found": its kind, and its text where it is short enough to help.
pub(super) fn described(value: &Value<'_>) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => format!("the boolean {truth}"),
        Value::Number(number) => format!("the number {}", number_text(*number)),
        Value::Text(text) if text.is_empty() => "empty text".to_owned(),
        Value::Text(text) => quoted(text),
        Value::Array(_) | Value::Object(_) => kind_of(value).to_owned(),
    }
}

/// The kind of the value alone, for values that must not be repeated.
pub(super) fn kind_of(value: &Value<'_>) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::Text(text) if text.is_empty() => "empty text",
        Value::Text(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// What to do about a number where text is needed.
pub(super) fn text_hint(found: &Value<'_>) -> &'static str {
    match found {
        Value::Number(_) => " Write it as text, in double quotes.",
        _ => "",
    }
}

fn number_text(number: Number) -> String {
    match number {
        Number::Unsigned(number) => number.to_string(),
        Number::Negative(number) => number.to_string(),
        Number::Fraction(number) => {
            let mut text = String::new();
            // Exponents keep 1e300 from becoming three hundred digits.
            let written = if number.abs() < 1e15 {
                write!(text, "{number:?}")
            } else {
                write!(text, "{number:e}")
            };
            if written.is_ok() { text } else { "?".to_owned() }
        }
    }
}

/// `words` in backticks with commas between them.
pub(super) fn word_list<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    let mut list = String::new();
    for word in words {
        if !list.is_empty() {
            list.push_str(", ");
        }
        list.push('`');
        list.push_str(word);
        list.push('`');
    }
    list
}
