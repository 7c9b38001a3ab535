//! What recorded values are called in a scenario: variables for what was kept, made-up values for
//! what nobody can know. Pure.

use std::collections::{BTreeMap, BTreeSet};

use conax_contract::text::Outline;
use serde_json::Value;

use super::super::names::Kind;
use super::registry::is_name;

/// What stands for the names of a recording.
#[derive(Debug, Default)]
pub(super) struct Placeholders {
    /// Every name that stands for something.
    pub(super) names: BTreeSet<String>,
    /// Those that earlier steps have kept.
    pub(super) kept: BTreeSet<String>,
    /// Those that stand for a value that is known beforehand.
    pub(super) literals: BTreeMap<String, String>,
}

/// A piece of a recorded text.
enum Part<'t> {
    Plain(&'t str),
    Name(&'t str),
}

impl Placeholders {
    /// The text with variables in it; nothing if it holds what is not known.
    pub(super) fn known(&self, text: &str) -> Option<String> {
        let mut out = String::new();
        let mut after_variable = false;
        for part in self.parts(text) {
            match part {
                Part::Plain(plain) => {
                    let joins = |letter: char| letter.is_alphanumeric() || "_.+-".contains(letter);
                    if after_variable && plain.starts_with(joins) {
                        return None;
                    }
                    out.push_str(&plain.replace('$', "$$"));
                    after_variable = false;
                }
                Part::Name(name) => match self.literals.get(name) {
                    Some(literal) => out.push_str(&literal.replace('$', "$$")),
                    None if self.kept.contains(name) => {
                        out.push('$');
                        out.push_str(&variable(name));
                        after_variable = true;
                    }
                    None => return None,
                },
            }
        }
        Some(out)
    }

    /// The text as a call sends it: what is not known is made up, and stays the same from then on.
    pub(super) fn sent(&mut self, text: &str) -> String {
        let unknown: Vec<String> = self
            .parts(text)
            .filter_map(|part| match part {
                Part::Name(name) => Some(name.to_owned()),
                Part::Plain(_) => None,
            })
            .filter(|name| !self.kept.contains(name) && !self.literals.contains_key(name))
            .collect();
        for name in unknown {
            let literal = made_up(&name);
            self.literals.insert(name, literal);
        }
        self.known(text).unwrap_or_else(|| text.replace('$', "$$"))
    }

    /// What stands before the first name in a text that holds one which is not known.
    pub(super) fn before_unknown<'t>(&self, text: &'t str) -> &'t str {
        match self.parts(text).next() {
            Some(Part::Plain(plain)) if plain.len() < text.len() => plain,
            _ => "",
        }
    }

    /// A value of the recording as a call sends it.
    pub(super) fn sent_value(&mut self, value: &Value) -> Outline {
        match value {
            Value::String(text) => word(&self.sent(text)),
            Value::Array(items) => {
                Outline::List(items.iter().map(|item| self.sent_value(item)).collect())
            }
            Value::Object(members) => {
                let pair =
                    |(name, value): (&String, &Value)| (name.clone(), self.sent_value(value));
                Outline::Map(members.iter().map(pair).collect())
            }
            other => plain(other),
        }
    }

    fn parts<'t>(&self, text: &'t str) -> impl Iterator<Item = Part<'t>> {
        let mut rest = text;
        let mut found: Vec<Part<'t>> = Vec::new();
        while let Some((start, end)) = self.first_name(rest) {
            if start > 0 {
                found.push(Part::Plain(&rest[..start]));
            }
            found.push(Part::Name(&rest[start..end]));
            rest = &rest[end..];
        }
        if !rest.is_empty() {
            found.push(Part::Plain(rest));
        }
        found.into_iter()
    }

    /// Where the first name in a text begins and ends.
    fn first_name(&self, text: &str) -> Option<(usize, usize)> {
        let starts = Kind::ALL.iter().flat_map(|kind| {
            let word = kind.word();
            text.match_indices(word).map(move |(at, _)| (at, word.len()))
        });
        let whole = starts.filter_map(|(start, length)| {
            let digits = text[start + length..].strip_prefix('-')?;
            let is_digit = |letter: &char| letter.is_ascii_digit();
            let count = digits.chars().take_while(is_digit).count();
            let end = start + length + 1 + count;
            let name = &text[start..end];
            (is_name(name) && self.names.contains(name)).then_some((start, end))
        });
        whole.min_by_key(|(start, _)| *start)
    }
}

/// The variable for a name: `request-1` is `request_1`.
pub(super) fn variable(name: &str) -> String {
    name.replace('-', "_")
}

/// Something that has the form of what a name stands for, and is nothing.
pub(super) fn made_up(name: &str) -> String {
    let (word, number) = name.rsplit_once('-').unwrap_or((name, "0"));
    let number: u64 = number.parse().unwrap_or_default();
    match word {
        // Below the numbers a world counts on from.
        "number" => (100 + number).to_string(),
        "reference" => format!("00000000-0000-4000-8000-{number:012}"),
        // As no record and no token of a world that is shipped.
        _ => format!("FEED{number:028X}"),
    }
}

/// A text that needs no quotes if nobody can take it for something else.
pub(super) fn word(text: &str) -> Outline {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let bare = text.strip_prefix('$').unwrap_or(text);
    let starts = bare.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let is_spoken = ["null", "true", "false", "yes", "no", "on", "off", "none", "nan", "inf"]
        .contains(&bare.to_ascii_lowercase().as_str());
    match starts && bare.len() > 1 && bare.bytes().all(is_plain) && !is_spoken {
        true => Outline::Word(text.to_owned()),
        false => Outline::text(text),
    }
}

/// A value without names in it.
pub(super) fn plain(value: &Value) -> Outline {
    match value {
        Value::Null => Outline::Null,
        Value::Bool(flag) => Outline::Flag(*flag),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Outline::Whole(whole),
            None => Outline::Word(number.to_string()),
        },
        Value::String(text) => word(&text.replace('$', "$$")),
        Value::Array(items) => Outline::List(items.iter().map(plain).collect()),
        Value::Object(members) => {
            let members = members.iter();
            Outline::Map(members.map(|(name, value)| (name.clone(), plain(value))).collect())
        }
    }
}

/// A map of these, in their order, nulls and all.
pub(super) fn map(fields: Vec<(&str, Outline)>) -> Outline {
    let fields = fields.into_iter();
    Outline::Map(fields.map(|(key, value)| (key.to_owned(), value)).collect())
}

/// `{ is: … }`.
pub(super) fn is(kind: &str) -> Outline {
    map(vec![("is", Outline::Word(kind.to_owned()))])
}

#[cfg(test)]
mod tests {
    //! What stands for what.

    use conax_contract::text::Outline;

    use super::{Placeholders, made_up, word};

    fn placeholders() -> Placeholders {
        Placeholders {
            names: ["reference-1", "number-1", "number-2"].map(str::to_owned).into(),
            kept: ["reference-1".to_owned()].into(),
            literals: [("number-1".to_owned(), "4049".to_owned())].into(),
        }
    }

    #[test]
    fn what_was_kept_is_a_variable_and_what_is_unknown_is_not_guessed() {
        let placeholders = placeholders();
        assert_eq!(placeholders.known("OKreference-1").as_deref(), Some("OK$reference_1"));
        assert_eq!(placeholders.known("number-1 costs 5$").as_deref(), Some("4049 costs 5$$"));
        assert_eq!(placeholders.known("number-2"), None);
        assert_eq!(placeholders.known("reference-1x"), None);
        assert_eq!(
            placeholders.known("reference-12 is no name").as_deref(),
            Some("reference-12 is no name")
        );
        assert_eq!(placeholders.before_unknown("OKnumber-2"), "OK");
    }

    #[test]
    fn what_is_sent_and_not_known_is_made_up_once() {
        let mut placeholders = placeholders();
        assert_eq!(placeholders.sent("number-2"), "102");
        assert_eq!(placeholders.known("number-2").as_deref(), Some("102"));
        assert_eq!(made_up("request-10").len(), 32);
    }

    #[test]
    fn only_a_word_goes_without_quotes() {
        for (text, is_word) in [
            ("P1test", true),
            ("$number_1", true),
            ("01900080207", false),
            ("No", false),
            ("a b", false),
            ("OK$reference_1", false),
            ("", false),
        ] {
            assert_eq!(matches!(word(text), Outline::Word(_)), is_word, "{text}");
        }
    }
}
