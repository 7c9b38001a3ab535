//! The way back: ordered data that is written as YAML for people or as JSON for programs.

use std::fmt::Write;

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

/// Data to be written, with its keys in the order they are to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outline {
    /// Nothing.
    Null,
    /// True or false.
    Flag(bool),
    /// A whole number.
    Whole(i64),
    /// Text, always quoted.
    Text(String),
    /// A word of the format that nobody can take for anything but text; not quoted in YAML.
    Word(String),
    /// A list.
    List(Vec<Outline>),
    /// Keys and values.
    Map(Vec<(String, Outline)>),
}

/// The widest line on which a map is written between braces.
const LINE_LIMIT: usize = 96;

impl Outline {
    /// A map of the fields that are not null and not empty lists or maps.
    #[must_use]
    pub fn map<const N: usize>(fields: [(&str, Self); N]) -> Self {
        let kept = fields.into_iter().filter(|(_, value)| !value.is_nothing());
        Self::Map(kept.map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// A list of what `render` makes of every item.
    #[must_use]
    pub fn list<T>(items: &[T], render: impl Fn(&T) -> Self) -> Self {
        Self::List(items.iter().map(render).collect())
    }

    /// Text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// Text, or nothing.
    #[must_use]
    pub fn optional_text(text: Option<&impl AsRef<str>>) -> Self {
        text.map_or(Self::Null, |text| Self::text(text.as_ref()))
    }

    /// As YAML, in block style with small maps between braces.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        let mut out = String::new();
        match self.flow() {
            Some(line) => out.push_str(&line),
            None => self.write_block(&mut out, 0),
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
        out
    }

    fn is_nothing(&self) -> bool {
        match self {
            Self::Null => true,
            Self::List(items) => items.is_empty(),
            Self::Map(fields) => fields.is_empty(),
            Self::Flag(_) | Self::Whole(_) | Self::Text(_) | Self::Word(_) => false,
        }
    }

    /// On one line: single values, lists and maps of single values, and what is empty.
    fn flow(&self) -> Option<String> {
        let single = |value: &Self| value.single();
        match self {
            Self::List(items) => {
                let parts: Option<Vec<String>> = items.iter().map(single).collect();
                Some(format!("[{}]", parts?.join(", ")))
            }
            Self::Map(fields) if fields.is_empty() => Some("{}".to_owned()),
            Self::Map(fields) => {
                let parts: Option<Vec<String>> = fields
                    .iter()
                    .map(|(key, value)| Some(format!("{}: {}", written_key(key), value.single()?)))
                    .collect();
                Some(format!("{{ {} }}", parts?.join(", ")))
            }
            _ => self.single(),
        }
    }

    fn single(&self) -> Option<String> {
        match self {
            Self::Null => Some("null".to_owned()),
            Self::Flag(value) => Some(value.to_string()),
            Self::Whole(value) => Some(value.to_string()),
            Self::Text(text) => Some(quoted(text)),
            Self::Word(word) => Some(word.clone()),
            Self::List(_) | Self::Map(_) => None,
        }
    }

    fn write_block(&self, out: &mut String, depth: usize) {
        match self {
            Self::List(items) => {
                for item in items {
                    indent(out, depth);
                    out.push_str("- ");
                    item.write_item(out, depth + 1);
                }
            }
            Self::Map(fields) => {
                for (index, (key, value)) in fields.iter().enumerate() {
                    // The first key of a list item stands beside its dash.
                    if index > 0 || !out.ends_with("- ") {
                        indent(out, depth);
                    }
                    value.write_field(out, key, depth);
                }
            }
            _ => out.push_str(&self.single().unwrap_or_default()),
        }
    }

    fn write_item(&self, out: &mut String, depth: usize) {
        match self.flow().filter(|line| line.len() + 2 * depth <= LINE_LIMIT) {
            Some(line) => {
                out.push_str(&line);
                out.push('\n');
            }
            None => match self {
                Self::List(_) => {
                    out.push('\n');
                    self.write_block(out, depth);
                }
                Self::Map(_) => self.write_block(out, depth),
                _ => {
                    out.push_str(&self.single().unwrap_or_default());
                    out.push('\n');
                }
            },
        }
    }

    fn write_field(&self, out: &mut String, key: &str, depth: usize) {
        let key = written_key(key);
        let inline = match self {
            Self::Map(_) | Self::List(_) => {
                self.flow().filter(|line| line.len() + key.len() + 2 * depth <= LINE_LIMIT)
            }
            _ => self.single(),
        };
        // Writing to a string cannot fail.
        let _ = match inline {
            Some(line) => writeln!(out, "{key}: {line}"),
            None => {
                let written = writeln!(out, "{key}:");
                self.write_block(out, depth + 1);
                written
            }
        };
    }
}

impl Serialize for Outline {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Flag(value) => serializer.serialize_bool(*value),
            Self::Whole(value) => serializer.serialize_i64(*value),
            Self::Text(text) | Self::Word(text) => serializer.serialize_str(text),
            Self::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Self::Map(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (key, value) in fields {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

fn indent(out: &mut String, depth: usize) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}

/// Keys of the format are plain words, some of them several; a key a person invented may need
/// quotes.
fn written_key(key: &str) -> String {
    let begins = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    let goes_on = |byte: u8| begins(byte) || byte.is_ascii_digit() || b" .".contains(&byte);
    let plain = key.bytes().next().is_some_and(begins)
        && key.bytes().all(goes_on)
        && !key.ends_with(' ')
        && super::plain::meaning_of(key) == super::plain::Meaning::Text;
    if plain { key.to_owned() } else { quoted(key) }
}

/// Between double quotes, in a form that is a string to YAML and to JSON.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            ' '..='~' => out.push(letter),
            _ if is_printable(letter) => out.push(letter),
            // Writing to a string cannot fail.
            _ => drop(write!(out, "\\u{:04X}", u32::from(letter))),
        }
    }
    out.push('"');
    out
}

/// Whether YAML takes a letter beyond ASCII as it is and keeps it.
fn is_printable(letter: char) -> bool {
    !matches!(
        letter,
        '\0'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
    )
}
