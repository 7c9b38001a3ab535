//! Holding values against what is expected of them.

use std::collections::BTreeMap;

use conax_contract::text::{Span, Word, parse_moment, shortened};
use serde_json::Value;

use crate::document::{Expected, Kind, Matcher, Path, Template};

/// What was not as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Where in the file.
    pub span: Span,
    /// Where in the value.
    pub path: String,
    /// What was expected, in words.
    pub expected: String,
    /// What was found, in words.
    pub found: String,
    /// What may be behind it.
    pub note: Option<String>,
}

/// Values of variables.
type Scope = BTreeMap<String, Value>;

/// The longest value that is shown as it is.
const SHOWN: usize = 160;
/// What is expected where a variable stands that nobody gave a value.
pub(crate) const WITHOUT_VALUE: &str = "a variable without a value";

/// Holds a value against what is expected at each path below it.
#[must_use]
pub fn judge(value: &Value, expected: &[Expected], scope: &Scope) -> Vec<Mismatch> {
    let mut mismatches = Vec::new();
    for one in expected {
        let found = find(value, &one.path);
        let place = Place { span: one.span, path: one.path.text.clone() };
        compare(found, &one.matcher, scope, &place, &mut mismatches);
        if found.is_none() {
            hint_at_neighbours(value, &one.path, mismatches.last_mut());
        }
    }
    mismatches
}

/// What stands at a path.
#[must_use]
pub fn find<'v>(value: &'v Value, path: &Path) -> Option<&'v Value> {
    path.parts.iter().try_fold(value, |value, part| match value {
        Value::Object(members) => members.get(part),
        Value::Array(items) => part.parse::<usize>().ok().and_then(|at| items.get(at)),
        _ => None,
    })
}

/// A misspelt member is told with the one that was probably meant.
fn hint_at_neighbours(value: &Value, path: &Path, mismatch: Option<&mut Mismatch>) {
    let Some(mismatch) = mismatch.filter(|mismatch| mismatch.path == path.text) else {
        return;
    };
    let Some((last, way)) = path.parts.split_last() else {
        return;
    };
    let parent = Path { text: way.join("."), parts: way.to_vec() };
    mismatch.note = match find(value, &parent) {
        Some(Value::Object(members)) => {
            let names = members.keys().map(String::as_str);
            conax_contract::text::near_miss(last, names)
                .map(|near| format!("there is a member `{near}`"))
        }
        Some(Value::Array(items)) => Some(format!("there are {} items", items.len())),
        Some(other) => Some(format!("`{}` is {}", parent.text, in_words(Some(other)))),
        None => Some(format!("there is no `{}` either", parent.text)),
    };
}

#[derive(Clone)]
struct Place {
    span: Span,
    path: String,
}

impl Place {
    fn inner(&self, name: &str, span: Span) -> Self {
        let path = match self.path.as_str() {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        };
        Self { span, path }
    }

    fn mismatch(&self, expected: String, found: String, note: Option<String>) -> Mismatch {
        Mismatch { span: self.span, path: self.path.clone(), expected, found, note }
    }
}

fn compare(
    found: Option<&Value>,
    matcher: &Matcher,
    scope: &Scope,
    place: &Place,
    mismatches: &mut Vec<Mismatch>,
) {
    match (matcher, found) {
        (Matcher::Members(members), Some(value @ Value::Object(_))) => {
            for member in members {
                let inner = place.inner(&member.path.text, member.span);
                let found = find(value, &member.path);
                compare(found, &member.matcher, scope, &inner, mismatches);
                if found.is_none() {
                    let text = inner.path.clone();
                    let last = mismatches.last_mut().filter(|last| last.path == text);
                    if let Some(last) = last {
                        let mut bare = Mismatch { path: member.path.text.clone(), ..last.clone() };
                        hint_at_neighbours(value, &member.path, Some(&mut bare));
                        last.note = bare.note;
                    }
                }
            }
        }
        (Matcher::List(wanted), Some(Value::Array(items))) if wanted.len() == items.len() => {
            for (index, (one, item)) in wanted.iter().zip(items).enumerate() {
                let inner = place.inner(&index.to_string(), one.span);
                compare(Some(item), &one.value, scope, &inner, mismatches);
            }
        }
        (Matcher::Each(each), Some(Value::Array(items))) => {
            for (index, item) in items.iter().enumerate() {
                let inner = place.inner(&index.to_string(), place.span);
                compare(Some(item), each, scope, &inner, mismatches);
            }
        }
        (Matcher::All(all), found) => {
            for one in all {
                compare(found, one, scope, place, mismatches);
            }
        }
        (Matcher::AnyOrder(wanted), Some(Value::Array(items))) => {
            if let Some(note) = any_order(wanted, items, scope) {
                mismatches.push(place.mismatch(
                    describe(matcher, scope),
                    in_words(found),
                    Some(note),
                ));
            }
        }
        (matcher, found) => {
            if !fits(found, matcher, scope) {
                let note = note_on(found, matcher, scope);
                mismatches.push(place.mismatch(describe(matcher, scope), in_words(found), note));
            }
        }
    }
}

/// What is missing or too much, if the items are not just the wanted ones.
fn any_order(
    wanted: &[conax_contract::text::Placed<Matcher>],
    items: &[Value],
    scope: &Scope,
) -> Option<String> {
    // A matching that pairs as many as there can be: an item that fits two must not take the one
    // another item needs.
    let fits_of: Vec<Vec<usize>> = wanted
        .iter()
        .map(|one| {
            (0..items.len()).filter(|&at| fits(Some(&items[at]), &one.value, scope)).collect()
        })
        .collect();
    let mut taken_by: Vec<Option<usize>> = vec![None; items.len()];
    let mut missing = Vec::new();
    for (index, one) in wanted.iter().enumerate() {
        let mut tried = vec![false; items.len()];
        if !pair(index, &fits_of, &mut taken_by, &mut tried) {
            missing.push(describe(&one.value, scope));
        }
    }
    let extra: Vec<String> = items
        .iter()
        .zip(&taken_by)
        .filter(|(_, taken)| taken.is_none())
        .map(|(item, _)| in_words(Some(item)))
        .collect();
    if missing.is_empty() && extra.is_empty() {
        return None;
    }
    let part = |label: &str, list: &[String]| match list {
        [] => None,
        list => Some(format!("{label} {}", list.join(", "))),
    };
    let parts = [part("missing", &missing), part("not expected", &extra)];
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join("; "))
}

fn pair(
    index: usize,
    fits_of: &[Vec<usize>],
    taken_by: &mut [Option<usize>],
    tried: &mut [bool],
) -> bool {
    for &at in &fits_of[index] {
        if std::mem::replace(&mut tried[at], true) {
            continue;
        }
        let is_free = match taken_by[at] {
            None => true,
            Some(other) => pair(other, fits_of, taken_by, tried),
        };
        if is_free {
            taken_by[at] = Some(index);
            return true;
        }
    }
    false
}

/// Whether a value is as expected.
fn fits(found: Option<&Value>, matcher: &Matcher, scope: &Scope) -> bool {
    match matcher {
        Matcher::Equals(template) => match template.fill(scope) {
            Ok(expected) => found.is_some_and(|found| equal(found, &expected)),
            Err(_) => false,
        },
        Matcher::Is(kind) => is_kind(found, *kind),
        Matcher::Not(inner) => !fits(found, inner, scope),
        Matcher::All(all) => all.iter().all(|one| fits(found, one, scope)),
        Matcher::OneOf(values) => found.is_some_and(|found| {
            let mut filled = values.iter().filter_map(|value| value.fill(scope).ok());
            filled.any(|value| equal(found, &value))
        }),
        Matcher::AtLeast(limit) => found.and_then(Value::as_f64).is_some_and(|n| n >= *limit),
        Matcher::AtMost(limit) => found.and_then(Value::as_f64).is_some_and(|n| n <= *limit),
        Matcher::Matches(pattern) => {
            found.and_then(Value::as_str).is_some_and(|text| pattern.regex.is_match(text))
        }
        Matcher::StartsWith(start) => match (found, start.fill_text(scope)) {
            (Some(Value::String(text)), Ok(start)) => text.starts_with(&start),
            _ => false,
        },
        Matcher::Contains(inner) => contains(found, inner, scope),
        Matcher::Length(inner) => {
            let length = match found {
                Some(Value::String(text)) => Some(text.chars().count()),
                Some(Value::Array(items)) => Some(items.len()),
                Some(Value::Object(members)) => Some(members.len()),
                _ => None,
            };
            length.is_some_and(|length| fits(Some(&length.into()), inner, scope))
        }
        Matcher::Members(_) | Matcher::List(_) | Matcher::Each(_) | Matcher::AnyOrder(_) => {
            fits_inside(found, matcher, scope)
        }
    }
}

fn fits_inside(found: Option<&Value>, matcher: &Matcher, scope: &Scope) -> bool {
    match (matcher, found) {
        (Matcher::Members(members), Some(value @ Value::Object(_))) => {
            members.iter().all(|member| fits(find(value, &member.path), &member.matcher, scope))
        }
        (Matcher::List(wanted), Some(Value::Array(items))) => {
            wanted.len() == items.len()
                && wanted.iter().zip(items).all(|(one, item)| fits(Some(item), &one.value, scope))
        }
        (Matcher::Each(each), Some(Value::Array(items))) => {
            items.iter().all(|item| fits(Some(item), each, scope))
        }
        (Matcher::AnyOrder(wanted), Some(Value::Array(items))) => {
            any_order(wanted, items, scope).is_none()
        }
        _ => false,
    }
}

fn contains(found: Option<&Value>, inner: &Matcher, scope: &Scope) -> bool {
    match (found, inner) {
        (Some(Value::Array(items)), inner) => {
            items.iter().any(|item| fits(Some(item), inner, scope))
        }
        (Some(Value::String(text)), Matcher::Equals(part)) => {
            part.fill_text(scope).is_ok_and(|part| text.contains(&part))
        }
        _ => false,
    }
}

/// Numbers are equal if their values are; everything else if it is the same.
fn equal(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Number(left), Value::Number(right)) => {
            left == right || left.as_f64() == right.as_f64()
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| equal(l, r))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, value)| right.get(key).is_some_and(|other| equal(value, other)))
        }
        (left, right) => left == right,
    }
}

fn is_kind(found: Option<&Value>, kind: Kind) -> bool {
    match (kind, found) {
        (Kind::Absent, found) => found.is_none(),
        (_, None) => false,
        (Kind::Present, _) => true,
        (Kind::Null, Some(value)) => value.is_null(),
        (Kind::Something, Some(value)) => !value.is_null(),
        (Kind::Text, Some(value)) => value.is_string(),
        (Kind::Whole, Some(value)) => value.is_i64() || value.is_u64(),
        (Kind::Number, Some(value)) => value.is_number(),
        (Kind::Flag, Some(value)) => value.is_boolean(),
        (Kind::Date, Some(value)) => {
            value.as_str().is_some_and(|text| parse_moment(text).is_some())
        }
        (Kind::List, Some(value)) => value.is_array(),
        (Kind::Object, Some(value)) => value.is_object(),
        (Kind::Empty, Some(value)) => match value {
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Object(members) => members.is_empty(),
            _ => false,
        },
        (Kind::Id, Some(value)) => value.as_str().is_some_and(|text| {
            text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        }),
    }
}

/// The usual slips: quotes too many or too few, another case.
fn note_on(found: Option<&Value>, matcher: &Matcher, scope: &Scope) -> Option<String> {
    let Matcher::Equals(template) = matcher else {
        return None;
    };
    let expected = match template.fill(scope) {
        Ok(expected) => expected,
        Err(problem) => return Some(problem),
    };
    match (found?, &expected) {
        (Value::String(text), Value::Number(number)) if *text == number.to_string() => {
            Some(format!("found is text: write \"{text}\" with quotes"))
        }
        (Value::Number(number), Value::String(text)) if *text == number.to_string() => {
            Some(format!("found is a number: write {text} without quotes"))
        }
        (Value::String(text), Value::String(other)) if text.eq_ignore_ascii_case(other) => {
            Some("only upper and lower case differ".to_owned())
        }
        (Value::String(text), Value::String(other)) if text.trim() == other.trim() => {
            Some("only blanks around it differ".to_owned())
        }
        _ => None,
    }
}

/// A value in words, cut if it is long.
pub(crate) fn in_words(value: Option<&Value>) -> String {
    match value {
        None => "nothing (absent)".to_owned(),
        Some(Value::String(text)) if is_bare(text) => text.clone(),
        Some(Value::Array(items)) if items.iter().all(|item| !item.is_object()) => {
            let words: Vec<_> = items.iter().map(|item| in_words(Some(item))).collect();
            shortened(&format!("[{}]", words.join(", ")), SHOWN)
        }
        Some(value) => shortened(&value.to_string(), SHOWN),
    }
}

/// Text that cannot be taken for anything else is shown without quotes.
fn is_bare(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= SHOWN
        && text.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-.: ".contains(letter))
        && !matches!(text, "null" | "true" | "false")
}

fn filled(template: &Template, scope: &Scope) -> String {
    match template.fill(scope) {
        Ok(value) => in_words(Some(&value)),
        Err(_) => WITHOUT_VALUE.to_owned(),
    }
}

/// What is expected, in words.
pub(crate) fn describe(matcher: &Matcher, scope: &Scope) -> String {
    let list = |items: &[conax_contract::text::Placed<Matcher>]| {
        let words: Vec<_> = items.iter().map(|one| describe(&one.value, scope)).collect();
        shortened(&format!("[{}]", words.join(", ")), SHOWN)
    };
    match matcher {
        Matcher::Equals(template) => filled(template, scope),
        Matcher::Members(members) => {
            let words: Vec<_> = members
                .iter()
                .map(|one| format!("{}: {}", one.path.text, describe(&one.matcher, scope)))
                .collect();
            shortened(&format!("{{{}}}", words.join(", ")), SHOWN)
        }
        Matcher::List(items) => list(items),
        Matcher::AnyOrder(items) => match items.len() {
            0 => "nothing in it: []".to_owned(),
            1 => list(items),
            _ => format!("{} in any order", list(items)),
        },
        Matcher::Contains(inner) => format!("contains {}", describe(inner, scope)),
        Matcher::StartsWith(start) => format!("starts with {}", filled(start, scope)),
        Matcher::Matches(pattern) => format!("matches `{}`", pattern.text),
        Matcher::Is(kind) => match kind {
            Kind::Absent => "nothing (absent)".to_owned(),
            Kind::Present => "anything".to_owned(),
            Kind::Something => "anything but null".to_owned(),
            Kind::Null | Kind::Text | Kind::Empty => kind.word().to_owned(),
            Kind::Whole => "a whole number".to_owned(),
            Kind::Object | Kind::Id => format!("an {}", kind.word()),
            Kind::Number | Kind::Flag | Kind::Date | Kind::List => format!("a {}", kind.word()),
        },
        Matcher::OneOf(values) => {
            let words: Vec<_> = values.iter().map(|value| filled(value, scope)).collect();
            format!("one of {}", words.join(", "))
        }
        Matcher::Not(inner) => format!("not {}", describe(inner, scope)),
        Matcher::AtLeast(limit) => format!("at least {limit}"),
        Matcher::AtMost(limit) => format!("at most {limit}"),
        Matcher::Length(inner) => format!("length {}", describe(inner, scope)),
        Matcher::Each(inner) => format!("each item {}", describe(inner, scope)),
        Matcher::All(all) => {
            let words: Vec<_> = all.iter().map(|one| describe(one, scope)).collect();
            words.join(", and ")
        }
    }
}
