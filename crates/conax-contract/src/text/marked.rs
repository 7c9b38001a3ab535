//! The tree a file is read into: every value with the place it was written at.

use super::plain::Meaning;

/// A place in a file; both numbers start at 1 and columns count characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// A stretch of a file; `end` is the first place after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Where it starts.
    pub start: Place,
    /// The first place after it.
    pub end: Place,
}

impl Span {
    /// Where it ends on its first line; its start if it goes on to further lines.
    #[must_use]
    pub const fn end_column(self) -> usize {
        if self.end.line == self.start.line { self.end.column } else { self.start.column }
    }
}

/// A value with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// Where it is written.
    pub span: Span,
    /// What is written there.
    pub node: Node,
}

/// What is written at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A single value.
    Scalar(Scalar),
    /// A list.
    List(Vec<Marked>),
    /// Keys and values, in the order of the file; no key occurs twice.
    Map(Vec<Entry>),
}

/// A single value as it is written; what it means depends on what is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// The text, without quotes and with escapes replaced.
    pub text: String,
    /// How it is written.
    pub style: Style,
}

/// How a single value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes: it may mean a number, true, false or nothing.
    Plain,
    /// With quotes or as a block: it is text and nothing else.
    Quoted,
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key is written.
    pub key_span: Span,
    /// The value.
    pub value: Marked,
}

impl Marked {
    /// What a message points at when it is about this value as a whole: a map or list that fills
    /// several lines is marked by its first key or first item.
    #[must_use]
    pub fn mark(&self) -> Span {
        let one_line = self.span.start.line == self.span.end.line;
        match &self.node {
            Node::Map(entries) if !one_line => {
                let first = entries.first().map(|entry| entry.key_span);
                first.filter(|key| key.start == self.span.start)
            }
            Node::List(items) if !one_line => {
                let first = items.first().map(Self::mark);
                first.filter(|item| item.start == self.span.start)
            }
            Node::Scalar(_) | Node::List(_) | Node::Map(_) => None,
        }
        .unwrap_or(self.span)
    }

    /// What it is, in words: `a list`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self.node {
            Node::Scalar(_) => "a single value",
            Node::List(_) => "a list",
            Node::Map(_) => "a map of keys and values",
        }
    }

    /// The text of a single value; nothing for lists and maps.
    #[must_use]
    pub fn scalar(&self) -> Option<&str> {
        match &self.node {
            Node::Scalar(scalar) => Some(&scalar.text),
            Node::List(_) | Node::Map(_) => None,
        }
    }

    /// What it is to a reader of YAML; nothing for lists and maps.
    #[must_use]
    pub fn meaning(&self) -> Option<Meaning> {
        match &self.node {
            Node::Scalar(scalar) => Some(scalar.meaning()),
            Node::List(_) | Node::Map(_) => None,
        }
    }

    /// Whether nothing is written here: `null`, `~` or an empty place.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.meaning() == Some(Meaning::Null)
    }
}
