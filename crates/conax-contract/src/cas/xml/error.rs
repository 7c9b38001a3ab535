//! Why a text is not XML we read.

use super::tree::Element;

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub(in crate::cas) struct XmlError {
    /// What is wrong.
    pub kind: XmlErrorKind,
    /// How many bytes of the decoded text come before it; of a tag, before the tag.
    pub offset: usize,
    /// Where the reader stood, which is behind what it could not take.
    pub end: usize,
    /// The root element without what is inside, if it was begun.
    pub root: Option<Box<Element>>,
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
    /// The text ends inside the name of an end tag.
    #[error("end of text inside an end tag")]
    UnclosedEnd {
        /// The element that is open, as it is written.
        element: String,
    },
    /// An attribute stands twice.
    #[error("an attribute that stands twice")]
    AttributeTwice {
        /// The attribute.
        attribute: String,
        /// The element, as it is written.
        element: String,
    },
    /// The value of an attribute has no quotes.
    #[error("an attribute without quotes")]
    AttributeUnquoted {
        /// The attribute.
        attribute: String,
        /// The element, as it is written.
        element: String,
        /// Where the value begins.
        at: usize,
    },
    /// The prefix of an attribute is bound nowhere.
    #[error("an unbound namespace prefix")]
    UnboundAttributePrefix {
        /// The prefix.
        prefix: String,
        /// The attribute, as it is written.
        attribute: String,
        /// The element, as it is written.
        element: String,
    },
    /// An ampersand that begins no reference.
    #[error("an ampersand that begins no reference")]
    BareAmpersand,
    /// `]]>` in text.
    #[error("the end of a CDATA section in text")]
    CdataEnd {
        /// Where it begins.
        at: usize,
    },
    /// A reference to a character XML does not allow.
    #[error("a reference to an illegal character")]
    IllegalReference(String),
    /// An XML declaration that is not at the start.
    #[error("an XML declaration that is not at the start")]
    DeclarationInside,
    /// Two hyphens in a comment.
    #[error("two hyphens in a comment")]
    HyphensInComment,
    /// The name of an element begins with what no name begins with.
    #[error("an element without a name")]
    IllegalName,
    /// A second root element.
    #[error("a second root element")]
    SecondRoot,
    /// Anything else that is not well-formed.
    #[error("malformed markup")]
    Syntax,
}
