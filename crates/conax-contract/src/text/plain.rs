//! What a value without quotes means.
//!
//! Readers of YAML disagree about `01900080207`, `1e3` or `no`, and card numbers with leading
//! zeros are the value of this domain. So the core schema of YAML 1.2 decides what such a value
//! is, the words and numbers of YAML 1.1 are suspicious, and neither is ever taken for text.

use super::marked::{Scalar, Style};

/// What a value is to a reader of YAML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Text to every reader.
    Text,
    /// Nothing.
    Null,
    /// True or false.
    Flag(bool),
    /// A whole number in plain decimal form.
    Whole(i64),
    /// A number in another form: fractions, exponents, leading zeros, too large.
    Number,
    /// Text to YAML 1.2, something else to older readers: `yes`, `1_000`, `12:30`.
    Disputed,
}

impl Meaning {
    /// What a reader takes it for, in words; `None` for text.
    #[must_use]
    pub const fn in_words(self) -> Option<&'static str> {
        match self {
            Self::Text => None,
            Self::Null => Some("nothing"),
            Self::Flag(_) => Some("true or false"),
            Self::Whole(_) | Self::Number => Some("a number"),
            Self::Disputed => Some("something else to some readers of YAML"),
        }
    }
}

impl Scalar {
    /// What it is to a reader of YAML; text if it is quoted.
    #[must_use]
    pub fn meaning(&self) -> Meaning {
        match self.style {
            Style::Quoted => Meaning::Text,
            Style::Plain => meaning_of(&self.text),
        }
    }
}

/// What `text` means when it is written without quotes.
pub(super) fn meaning_of(text: &str) -> Meaning {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Meaning::Null,
        "true" | "True" | "TRUE" => return Meaning::Flag(true),
        "false" | "False" | "FALSE" => return Meaning::Flag(false),
        _ => {}
    }
    if is_disputed_word(text) {
        return Meaning::Disputed;
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Meaning::Text;
    }
    if is_decimal(digits) {
        let canonical = digits == "0" || !digits.starts_with('0');
        let value = text.parse().ok().filter(|_| canonical && !text.starts_with('+'));
        return value.map_or(Meaning::Number, Meaning::Whole);
    }
    if is_radix_number(digits) || is_float(digits) {
        Meaning::Number
    } else if is_old_number(digits) {
        Meaning::Disputed
    } else {
        Meaning::Text
    }
}

/// Whether digits stand here that a reader of numbers loses: a leading zero, or what a spreadsheet
/// has shortened.
pub(super) fn loses_digits(text: &str) -> bool {
    let is_zero_led = text.len() > 1 && text.starts_with('0') && is_decimal(text);
    is_zero_led || is_shortened(text)
}

/// Whether this is what spreadsheets make of many digits: `1.90008E+09`.
#[must_use]
pub fn is_shortened(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once("E+") else {
        return false;
    };
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    [whole, fraction, exponent].into_iter().all(is_decimal)
}

/// What to do about digits that a spreadsheet has shortened.
pub const SHORTENED_HINT: &str = "a spreadsheet shortens long numbers: make its column text, and \
                                  write all digits between double quotes";

fn is_disputed_word(text: &str) -> bool {
    const WORDS: [&str; 6] = ["yes", "no", "on", "off", "y", "n"];
    text.len() <= 3 && WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn is_decimal(digits: &str) -> bool {
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_radix_number(digits: &str) -> bool {
    let hexadecimal = digits.strip_prefix("0x");
    let octal = digits.strip_prefix("0o");
    let binary = digits.strip_prefix("0b");
    hexadecimal.is_some_and(|rest| all(rest, |byte| byte.is_ascii_hexdigit()))
        || octal.is_some_and(|rest| all(rest, |byte| matches!(byte, b'0'..=b'7')))
        || binary.is_some_and(|rest| all(rest, |byte| matches!(byte, b'0' | b'1')))
}

fn is_float(digits: &str) -> bool {
    if matches!(digits, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (digits, None),
    };
    let exponent_fits = exponent
        .is_none_or(|exponent| is_decimal(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mantissa_fits = !(whole.is_empty() && fraction.is_empty())
        && whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    exponent_fits && mantissa_fits
}

/// Numbers of YAML 1.1: `1_000` and base sixty, `12:30`.
fn is_old_number(digits: &str) -> bool {
    let grouped = digits.contains('_') && all(digits, |byte| byte.is_ascii_digit() || byte == b'_');
    let mut parts = digits.split(':');
    let sixty = digits.contains(':')
        && parts.next().is_some_and(is_decimal)
        && parts.all(|part| part.len() <= 2 && is_decimal(part) && part < "60");
    grouped || sixty
}

fn all(text: &str, fits: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(fits)
}
