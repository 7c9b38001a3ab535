//! A list of secrets, and one way of taking them out of a text.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::{Bound, Range};

use super::base64::encoded_words;
use super::view::View;

/// What stands for a secret.
const MASK: &str = "***";
/// Shorter values would hide half of everything.
const SHORTEST: usize = 3;
/// Shorter values are no part of a longer word.
const WORD: usize = 8;
/// The least that a cut text must have left of a secret.
const LEAST_LEFT: usize = 4;
/// Hexadecimal words from this length on are ids, which are the same in both cases.
const ID: usize = 16;
/// How often a text may be escaped.
const DEPTH: usize = 3;
const ELLIPSIS: &[u8] = "…".as_bytes();

/// Secrets, found again plain, percent-encoded, escaped as in XML and JSON and in base64, also where
/// a text was cut in their middle.
///
/// They are kept plain only, so that a world may have many; it is the text that is read in every way.
#[derive(Clone, Default)]
pub struct KnownSecrets {
    values: BTreeSet<Box<str>>,
    /// Their lengths by the bytes they begin with, the longest first.
    lengths: BTreeMap<[u8; 2], Vec<usize>>,
    /// The same beginnings as a table of bits: most texts are long and hold none.
    starts: Vec<u64>,
    longest: usize,
}

/// Only their number.
impl fmt::Debug for KnownSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KnownSecrets").field("count", &self.values.len()).finish()
    }
}

impl KnownSecrets {
    /// Adds a value.
    pub fn add(&mut self, value: &str) {
        let is_word = matches!(value, "none" | "null" | "true" | "false" | "token");
        if value.len() < SHORTEST || is_word || self.values.contains(value) {
            return;
        }
        self.insert(value);
        if value.contains(' ') {
            self.insert(&value.replace(' ', "+"));
        }
        if value.len() >= ID && value.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            self.insert(&value.to_ascii_lowercase());
            self.insert(&value.to_ascii_uppercase());
        }
    }

    fn insert(&mut self, value: &str) {
        let Some(start) = value.as_bytes().first_chunk::<2>() else {
            return;
        };
        let lengths = self.lengths.entry(*start).or_default();
        let place = lengths.binary_search_by(|length| value.len().cmp(length));
        if let Err(place) = place {
            lengths.insert(place, value.len());
        }
        self.starts.resize((1 << 16) / 64, 0);
        let (word, bit) = place_of(*start);
        self.starts[word] |= bit;
        self.longest = self.longest.max(value.len());
        self.values.insert(value.into());
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Whether one of them stands in a text.
    #[must_use]
    pub fn stands_in(&self, text: &str) -> bool {
        !self.spans(text).is_empty()
    }

    /// The text with a mask for each of them; borrowed when there is none.
    #[must_use]
    pub fn masked<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.replaced(text, |_| MASK.to_owned())
    }

    /// Masks them where the text stands.
    pub fn mask(&self, text: &mut String) {
        if let Cow::Owned(masked) = self.masked(text) {
            *text = masked;
        }
    }

    /// The text with as many stars as each secret has letters: marks below it stay in their place.
    #[must_use]
    pub fn starred(&self, text: &str) -> String {
        let stars = |secret: &str| "*".repeat(secret.chars().count());
        self.replaced(text, stars).into_owned()
    }

    fn replaced<'t>(&self, text: &'t str, by: impl Fn(&str) -> String) -> Cow<'t, str> {
        let spans = self.spans(text);
        if spans.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        let mut kept = 0;
        for span in spans {
            out.push_str(&text[kept..span.start]);
            out.push_str(&by(&text[span.clone()]));
            kept = span.end;
        }
        out.push_str(&text[kept..]);
        Cow::Owned(out)
    }

    /// Where they stand in a text, in order and apart.
    fn spans(&self, text: &str) -> Vec<Range<usize>> {
        if self.is_empty() {
            return Vec::new();
        }
        let mut spans = self.spans_of_view(text);
        let mut view = View::of(text);
        for _ in 0..DEPTH {
            let Some(inner) = view.and_then(|view| view.undone()) else {
                break;
            };
            let found = self.spans_of_view(&inner.text);
            spans.extend(found.into_iter().map(|span| inner.source(&span)));
            view = Some(inner);
        }
        joined(spans)
    }

    fn spans_of_view(&self, text: &str) -> Vec<Range<usize>> {
        let mut spans = self.plain(text);
        let words = encoded_words(text);
        spans.extend(words.filter_map(|word| {
            let holds_one = !self.plain(&word.text).is_empty();
            holds_one.then_some(word.span)
        }));
        spans
    }

    /// Where they stand as they are.
    fn plain(&self, text: &str) -> Vec<Range<usize>> {
        let bytes = text.as_bytes();
        let mut spans = Vec::new();
        let mut at = 0;
        while at + 1 < bytes.len() {
            let (word, bit) = place_of([bytes[at], bytes[at + 1]]);
            let found = match self.starts[word] & bit {
                0 => None,
                _ => self.length_at(text, at),
            };
            if let Some(length) = found {
                spans.push(at..at + length);
            }
            at += found.unwrap_or(1);
        }
        spans
    }

    /// The length of the secret that begins here.
    fn length_at(&self, text: &str, at: usize) -> Option<usize> {
        let start = text.as_bytes()[at..].first_chunk::<2>()?;
        let lengths = self.lengths.get(start)?;
        // Of two of which one begins with the other, the longer one is meant.
        let whole = lengths.iter().copied().find(|length| {
            text.get(at..at + length).is_some_and(|word| {
                let is_part = || is_part(&text[..at], word, &text[at + length..]);
                self.values.contains(word) && (*length >= WORD || !is_part())
            })
        });
        whole.or_else(|| self.length_left_at(text.get(at..)?))
    }

    /// The length of what a cut text has left of a secret.
    fn length_left_at(&self, text: &str) -> Option<usize> {
        let reach = text.len().min(self.longest + ELLIPSIS.len());
        let mut windows = text.as_bytes()[..reach].windows(ELLIPSIS.len());
        let end = windows.position(|window| window == ELLIPSIS)?;
        let left = text.get(..end).filter(|_| end >= LEAST_LEFT)?;
        let after = (Bound::Excluded(left), Bound::Unbounded);
        let next = self.values.range::<str, _>(after).next()?;
        next.starts_with(left).then_some(end)
    }
}

/// The word and the bit of a beginning in the table.
fn place_of(start: [u8; 2]) -> (usize, u64) {
    let index = usize::from(u16::from_be_bytes(start));
    (index / 64, 1 << (index % 64))
}

/// The spans in order; what overlaps is one.
fn joined(mut spans: Vec<Range<usize>>) -> Vec<Range<usize>> {
    spans.sort_by_key(|span| span.start);
    let mut apart: Vec<Range<usize>> = Vec::with_capacity(spans.len());
    for span in spans {
        match apart.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => apart.push(span),
        }
    }
    apart
}

/// Whether a word is a part of a longer one between these, or its digits of a date, a time or a
/// number in groups.
fn is_part(before: &str, word: &str, after: &str) -> bool {
    let is_word = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    let is_digits = word.bytes().all(|byte| byte.is_ascii_digit());
    let joins = |first: Option<char>, second: Option<char>| {
        first.is_some_and(|first| "-.:".contains(first))
            && second.is_some_and(|second| second.is_ascii_digit())
    };
    let (mut back, mut on) = (before.chars().rev(), after.chars());
    let (last, next) = (back.next(), on.next());
    is_word(last)
        || is_word(next)
        || (is_digits && (joins(last, back.next()) || joins(next, on.next())))
}
