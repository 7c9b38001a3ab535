//! Why a text is not XML we read.

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub(in crate::cas) struct XmlError {
    /// What is wrong.
    pub kind: XmlErrorKind,
    /// How many bytes of the decoded text come before it.
    pub offset: usize,
}

/// What is wrong with a text.
///
/// `Display` names no part of the text: it goes into logs, and the text may hold a PIN.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::cas) enum XmlErrorKind {
    /// There is no root element.
    #[error("no root element")]
    Empty,
    /// Text before the root element.
    #[error("text before the root element")]
    ContentInProlog,
    /// Something after the root element.
    #[error("content after the root element")]
    TrailingContent,
    /// The text ends inside an element or a tag.
    #[error("end of text inside an element or a tag")]
    Unclosed,
    /// An end tag does not match.
    #[error("an end tag that does not match its start tag")]
    MismatchedEnd {
        /// The element that is open.
        element: String,
    },
    /// A character XML does not allow.
    #[error("an illegal character")]
    IllegalCharacter(char),
    /// An entity that is not predefined.
    #[error("an undeclared entity")]
    UnknownEntity(String),
    /// A prefix nobody bound.
    #[error("an unbound namespace prefix")]
    UnboundPrefix {
        /// The prefix.
        prefix: String,
        /// The name with the prefix.
        name: String,
    },
    /// A document type declaration: refused, because entities hide in it.
    #[error("a document type declaration")]
    Doctype,
    /// Elements nested too deeply.
    #[error("elements nested too deeply")]
    TooDeep,
    /// Too many elements.
    #[error("too many elements")]
    TooManyElements,
    /// Too many attributes on one element.
    #[error("too many attributes on one element")]
    TooManyAttributes,
    /// Anything else that is not well-formed.
    #[error("malformed markup")]
    Syntax,
}
