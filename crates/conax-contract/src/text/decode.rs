//! From nodes to values: one small function per kind of value, each of which says what is wrong
//! and goes on.
//!
//! They fit [`Fields::required`](super::Fields::required) and its neighbours, and combine:
//! `items(text)` reads a list of texts, `placed(text)` keeps the place of one.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDateTime;

use super::finding::{Finding, Findings, shown};
use super::marked::{Marked, Node, Scalar, Span, Style};
use super::moment::{parse_duration, parse_moment};
use super::plain::{Meaning, SHORTENED_HINT, is_shortened, loses_digits};

/// A value with the place it was written at, for checks that come later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Where it is written.
    pub span: Span,
}

/// Reads with `read` and keeps the place.
pub fn placed<T>(
    read: impl Fn(&Marked, &mut Findings) -> Option<T>,
) -> impl Fn(&Marked, &mut Findings) -> Option<Placed<T>> {
    move |marked, findings| {
        let span = marked.span;
        read(marked, findings).map(|value| Placed { value, span })
    }
}

/// Reads a list, every item with `read`.
///
/// Items that cannot be read are left out: what is wrong with them is among the findings.
pub fn items<T>(
    mut read: impl FnMut(&Marked, &mut Findings) -> Option<T>,
) -> impl FnMut(&Marked, &mut Findings) -> Option<Vec<T>> {
    move |marked, findings| match &marked.node {
        Node::List(list) => Some(list.iter().filter_map(|item| read(item, findings)).collect()),
        Node::Scalar(_) | Node::Map(_) => {
            let finding = mismatch(marked, "a list");
            findings.add(finding.with_hint("write one item per line, each after `- `"));
            None
        }
    }
}

/// Reads text that is not empty; refuses values that some readers take for something else.
pub fn text(marked: &Marked, findings: &mut Findings) -> Option<String> {
    text_of("text")(marked, findings)
}

/// Like [`text()`], to be shared.
pub fn shared(marked: &Marked, findings: &mut Findings) -> Option<Arc<str>> {
    text(marked, findings).map(Arc::from)
}

/// Like [`text()`], and says `what` it is: `a token`.
pub fn text_of(what: &'static str) -> impl Fn(&Marked, &mut Findings) -> Option<String> {
    move |marked, findings| {
        let finding = match &marked.node {
            Node::List(_) | Node::Map(_) => mismatch(marked, what),
            Node::Scalar(scalar) => match scalar.meaning() {
                Meaning::Text if is_shortened(&scalar.text) => shortened(marked, scalar, what),
                Meaning::Text if !scalar.text.is_empty() => return Some(scalar.text.clone()),
                meaning => refused_text(marked, scalar, meaning, what),
            },
        };
        findings.add(finding);
        None
    }
}

/// Digits of which a spreadsheet has kept the first ones only.
fn shortened(marked: &Marked, scalar: &Scalar, what: &str) -> Finding {
    let found = match what {
        "text" => shown(&scalar.text),
        _ => "this".to_owned(),
    };
    let message = format!("{found} is what a spreadsheet leaves of a number, {what} is expected");
    Finding::new(marked.span, message).with_hint(SHORTENED_HINT)
}

/// Digits without quotes that lose some to a reader of numbers, wherever they stand, if nothing is
/// told of them: for a file of which parts were not read, because something else is wrong there.
pub fn untold_digits(root: &Marked, findings: &mut Findings) {
    match &root.node {
        Node::List(items) => items.iter().for_each(|item| untold_digits(item, findings)),
        Node::Map(entries) => {
            let values = entries.iter().map(|entry| &entry.value);
            values.for_each(|value| untold_digits(value, findings));
        }
        Node::Scalar(scalar) => {
            let is_lost = scalar.style == Style::Plain && loses_digits(&scalar.text);
            if is_lost && !findings.is_told(root.span) {
                findings.add(match is_shortened(&scalar.text) {
                    true => shortened(root, scalar, "text"),
                    false => refused_text(root, scalar, Meaning::Number, "text"),
                });
            }
        }
    }
}

fn refused_text(marked: &Marked, scalar: &Scalar, meaning: Meaning, what: &str) -> Finding {
    if scalar.text.is_empty() {
        return Finding::new(marked.span, format!("{what} is expected here, nothing is written"));
    }
    // A secret must not travel in a message; the line of the file shows what is meant.
    let found = if what == "text" { shown(&scalar.text) } else { "this".to_owned() };
    let taken_for = meaning.in_words().unwrap_or("text");
    let message = format!("{found} without quotes is {taken_for}, {what} is expected");
    let hint = if is_shortened(&scalar.text) {
        SHORTENED_HINT.to_owned()
    } else if what == "text" {
        format!("write \"{}\"", shown(&scalar.text).trim_matches('`'))
    } else {
        "write it between double quotes".to_owned()
    };
    Finding::new(marked.span, message).with_hint(hint)
}

/// Reads `true` or `false`.
pub fn flag(marked: &Marked, findings: &mut Findings) -> Option<bool> {
    match marked.meaning() {
        Some(Meaning::Flag(value)) => Some(value),
        _ => {
            let finding = mismatch(marked, "true or false");
            findings.add(finding.with_hint("write `true` or `false`, without quotes"));
            None
        }
    }
}

/// Reads a whole number.
pub fn whole(marked: &Marked, findings: &mut Findings) -> Option<i64> {
    match marked.meaning() {
        Some(Meaning::Whole(value)) => Some(value),
        _ => {
            let finding = mismatch(marked, "a whole number");
            findings.add(finding.with_hint("write digits without quotes, such as `20`"));
            None
        }
    }
}

/// Reads a whole number within limits.
pub fn number<N>(range: RangeInclusive<N>) -> impl Fn(&Marked, &mut Findings) -> Option<N>
where
    N: TryFrom<i64> + PartialOrd + std::fmt::Display,
{
    move |marked, findings| {
        let value = whole(marked, findings)?;
        let fitting = N::try_from(value).ok().filter(|number| range.contains(number));
        if fitting.is_none() {
            let message = format!("`{value}` is out of range");
            let hint = format!("write a number from {} to {}", range.start(), range.end());
            findings.add(Finding::new(marked.span, message).with_hint(hint));
        }
        fitting
    }
}

/// Reads a date in the documented form.
pub fn moment(marked: &Marked, findings: &mut Findings) -> Option<NaiveDateTime> {
    let parsed = marked.scalar().and_then(parse_moment);
    if parsed.is_none() {
        let finding = mismatch(marked, "a date");
        findings.add(finding.with_hint("write it as 2014-11-30T09:00:00, without a zone"));
    }
    parsed
}

/// Reads a duration with its unit.
pub fn duration(marked: &Marked, findings: &mut Findings) -> Option<Duration> {
    let parsed = marked.scalar().and_then(parse_duration);
    if parsed.is_none() {
        let finding = mismatch(marked, "a duration");
        let hint = "write a number with its unit: `1500ms`, `30s`, `10min`, `2h`, `1d`";
        findings.add(finding.with_hint(hint));
    }
    parsed
}

/// A finding that something else stands where `expected` is expected.
#[must_use]
pub fn mismatch(marked: &Marked, expected: &str) -> Finding {
    let found = match &marked.node {
        Node::Scalar(scalar) if scalar.text.is_empty() => {
            let message = format!("{expected} is expected here, nothing is written");
            return Finding::new(marked.span, message);
        }
        // The quotes may be all that is wrong.
        Node::Scalar(scalar) if scalar.style == Style::Quoted => {
            format!("the text {}", shown(&scalar.text))
        }
        Node::Scalar(scalar) => shown(&scalar.text),
        Node::List(_) | Node::Map(_) => marked.kind().to_owned(),
    };
    let message = format!("{found} stands where {expected} is expected");
    Finding::new(marked.mark(), message)
}
