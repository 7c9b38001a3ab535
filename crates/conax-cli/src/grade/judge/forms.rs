//! The forms in which a secret can stand in a text without standing there as it is. Pure.
//!
//! A text is decoded as far as it can be, and then searched; nothing of a secret is encoded, so a
//! form that surrounds it (`user:password` in base64) hides nothing.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// How often what was decoded is decoded again.
const DEPTH: usize = 2;
/// Fewer digits or letters hold no secret of ours.
const SHORTEST: usize = 4;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

type Decoder = fn(&str) -> Vec<String>;

/// Every form with its decoder.
const FORMS: &[(&str, Decoder)] = &[
    ("percent-encoded", percent),
    ("as character references", references),
    ("escaped", escapes),
    ("in base64", base64_words),
    ("in hexadecimal", hex_words),
    ("as character codes", codes),
    ("letter by letter", spelled),
];

/// A text with everything that is encoded in it.
pub(crate) struct Views(Vec<(Option<&'static str>, String)>);

impl Views {
    pub(crate) fn of(text: &str) -> Self {
        let mut views = vec![(None, text.to_owned())];
        let mut first = 0;
        for _ in 0..DEPTH {
            let end = views.len();
            for place in first..end {
                let (outer, text) = views[place].clone();
                for (form, decode) in FORMS {
                    let form = outer.or(Some(*form));
                    let decoded = decode(&text).into_iter().filter(|other| *other != text);
                    views.extend(decoded.map(|text| (form, text)));
                }
            }
            first = end;
        }
        Self(views)
    }

    /// How something stands in it, in words that follow its name: nothing if as it is.
    pub(crate) fn find(
        &self,
        value: &str,
        stands_in: impl Fn(&str, &str) -> bool,
    ) -> Option<Option<&'static str>> {
        let reversed: String = value.chars().rev().collect();
        let forwards = self.0.iter().find(|(_, text)| stands_in(value, text));
        let backwards = || self.0.iter().find(|(_, text)| stands_in(&reversed, text));
        match forwards {
            Some((form, _)) => Some(*form),
            None => backwards().map(|(form, _)| form.or(Some("reversed"))),
        }
    }
}

/// The text with `%35` read.
fn percent(text: &str) -> Vec<String> {
    replaced(text, "%", |rest| byte(rest.get(..2)?, 2))
}

/// The text with `&#53;` and `&#x35;` read.
fn references(text: &str) -> Vec<String> {
    replaced(text, "&#", |rest| {
        let end = rest.find(';').filter(|end| *end <= 8)?;
        let number = match rest[..end].strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => rest[..end].parse(),
        };
        Some((char::from_u32(number.ok()?)?, end + 1))
    })
}

/// The text with `\u0035` and `\x35` read.
fn escapes(text: &str) -> Vec<String> {
    replaced(text, "\\", |rest| {
        let (hex, length) = match rest.chars().next()? {
            'u' => (rest.get(1..5)?, 5),
            'x' => (rest.get(1..3)?, 3),
            _ => return None,
        };
        byte(hex, length)
    })
}

fn byte(hex: &str, length: usize) -> Option<(char, usize)> {
    let number = u32::from_str_radix(hex, 16).ok()?;
    Some((char::from_u32(number)?, length))
}

/// The text with each place after `mark` read that can be; nothing if there is none.
fn replaced(text: &str, mark: &str, read: impl Fn(&str) -> Option<(char, usize)>) -> Vec<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(mark) {
        let after = &rest[at + mark.len()..];
        out.push_str(&rest[..at]);
        match read(after) {
            Some((letter, length)) => {
                out.push(letter);
                rest = &after[length..];
            }
            None => {
                out.push_str(mark);
                rest = after;
            }
        }
    }
    match out.is_empty() {
        true => Vec::new(),
        false => vec![out + rest],
    }
}

/// What the words of the text say that are base64, in both alphabets. A slash, a dash and an
/// underscore may stand in a word or beside it.
fn base64_words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (engine, extra) in [(&STANDARD, "+/"), (&URL_SAFE, "-_"), (&STANDARD, "")] {
        let words =
            text.split(|letter: char| !letter.is_ascii_alphanumeric() && !extra.contains(letter));
        let words = words.filter(|word| word.len() > SHORTEST);
        found.extend(words.filter_map(|word| readable(engine.decode(word).ok()?)));
    }
    found
}

/// What the words of the text say that are hexadecimal, also with a space or a colon after each
/// two digits.
fn hex_words(text: &str) -> Vec<String> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    let whole = words.map(|word| word.trim_start_matches("0x").to_owned());
    let pairs =
        runs(text, 1, |word| (word.len() == 2).then(|| u8::from_str_radix(word, 16).ok())?);
    let whole = whole
        .filter(|word| word.len() >= 2 * SHORTEST && word.len().is_multiple_of(2))
        .filter_map(|word| {
            let pairs = (0..word.len()).step_by(2).map(|at| word.get(at..at + 2));
            let bytes = pairs.map(|pair| u8::from_str_radix(pair?, 16).ok());
            readable(bytes.collect::<Option<Vec<u8>>>()?)
        });
    whole.chain(pairs.into_iter().filter_map(readable)).collect()
}

/// What lists of numbers say, read as characters: `[53, 55, 49, 55]`.
fn codes(text: &str) -> Vec<String> {
    let lists = runs(text, 2, |word| word.parse().ok());
    lists.into_iter().filter_map(readable).collect()
}

/// Words with one letter each, put together: `5 7 1 7`.
fn spelled(text: &str) -> Vec<String> {
    let lists = runs(text, 2, |word| {
        let letter = word.bytes().next()?;
        (word.len() == 1).then_some(letter)
    });
    lists.into_iter().filter_map(readable).collect()
}

/// Bytes read from words that follow each other with no more than so many signs in between.
fn runs(text: &str, between: usize, read: impl Fn(&str) -> Option<u8>) -> Vec<Vec<u8>> {
    let mut runs = Vec::new();
    let mut run = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let gap = rest.find(|letter: char| letter.is_ascii_alphanumeric());
        let gap = gap.unwrap_or(rest.len());
        let word = &rest[gap..];
        let end = word.find(|letter: char| !letter.is_ascii_alphanumeric());
        let (word, after) = word.split_at(end.unwrap_or(word.len()));
        if gap > between {
            runs.push(std::mem::take(&mut run));
        }
        match read(word) {
            Some(byte) => run.push(byte),
            None => runs.push(std::mem::take(&mut run)),
        }
        rest = after;
    }
    runs.push(run);
    runs.retain(|run| run.len() >= SHORTEST);
    runs
}

/// Bytes as a text, if they are one.
fn readable(bytes: Vec<u8>) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    let is_text = !text.is_empty()
        && !text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t'));
    is_text.then_some(text)
}
