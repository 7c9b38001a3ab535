//! What can be expected of a value.

use conax_contract::text::{Placed, Word};

use super::spec::Expected;
use super::template::Template;

/// What is expected of a value.
#[derive(Clone, Debug)]
pub enum Matcher {
    /// This value.
    Equals(Template),
    /// An object with at least these members.
    Members(Vec<Expected>),
    /// A list of just these, in this order.
    List(Vec<Placed<Matcher>>),
    /// A list of just these, in any order.
    AnyOrder(Vec<Placed<Matcher>>),
    /// A list with such an item, or a text with this text in it.
    Contains(Box<Matcher>),
    /// A text that begins like this.
    StartsWith(Template),
    /// A text this pattern is found in.
    Matches(Pattern),
    /// A value of this kind.
    Is(Kind),
    /// One of these values.
    OneOf(Vec<Template>),
    /// Anything else.
    Not(Box<Matcher>),
    /// A number no smaller than this.
    AtLeast(f64),
    /// A number no larger than this.
    AtMost(f64),
    /// A list or text of such a length.
    Length(Box<Matcher>),
    /// A list of which every item is like this.
    Each(Box<Matcher>),
    /// All of these.
    All(Vec<Matcher>),
}

/// A pattern, and how it was written.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// As written.
    pub text: String,
    /// Ready to search.
    pub regex: regex_lite::Regex,
}

/// Kinds of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Not there at all.
    Absent,
    /// There, whatever it is, null included.
    Present,
    /// Null.
    Null,
    /// There and not null.
    Something,
    /// Text.
    Text,
    /// A whole number.
    Whole,
    /// A number.
    Number,
    /// True or false.
    Flag,
    /// A date of the documented form.
    Date,
    /// A list.
    List,
    /// An object.
    Object,
    /// An empty text, list or object.
    Empty,
    /// Thirty-two hexadecimal digits, as the documented ids are.
    Id,
}

impl Word for Kind {
    const ALL: &'static [Self] = &[
        Self::Absent,
        Self::Present,
        Self::Null,
        Self::Something,
        Self::Text,
        Self::Whole,
        Self::Number,
        Self::Flag,
        Self::Date,
        Self::List,
        Self::Object,
        Self::Empty,
        Self::Id,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Present => "present",
            Self::Null => "null",
            Self::Something => "something",
            Self::Text => "text",
            Self::Whole => "whole",
            Self::Number => "number",
            Self::Flag => "flag",
            Self::Date => "date",
            Self::List => "list",
            Self::Object => "object",
            Self::Empty => "empty",
            Self::Id => "id",
        }
    }
}
