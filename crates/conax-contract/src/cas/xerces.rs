//! What the XML parser of the CRM's client says of a text that is not XML, and where.
//!
//! Measured with the parser of Java 17, a Xerces: `fixtures/axis` holds what it said. Ours: what is
//! said of limits, which that parser does not have, and of the mistakes nobody has measured.

use super::axis_fault::{AxisClient, AxisFault, SaxPlace};
use super::xml::{XmlError, XmlErrorKind};

/// What the client throws.
pub(super) fn fault(axis: &AxisClient, text: &str, error: &XmlError) -> AxisFault {
    let (at, sentence) = match &error.kind {
        XmlErrorKind::Doctype => return doctype(axis, error),
        XmlErrorKind::MismatchedEnd { element } | XmlErrorKind::UnclosedEnd { element } => {
            // Behind the `</`.
            (error.offset + 2, unended(element))
        }
        XmlErrorKind::Empty => (text.len(), "Premature end of file.".to_owned()),
        XmlErrorKind::Unclosed => unclosed(error, text),
        kind => described(error, text, kind),
    };
    axis.sax_parse(place(text, at), &sentence)
}

fn doctype(axis: &AxisClient, error: &XmlError) -> AxisFault {
    axis.sax(match error.root {
        None => "Processing instructions are not allowed within SOAP messages",
        Some(_) => "Scanner State 24 not Recognized ",
    })
}

fn unended(element: &str) -> String {
    format!(
        "The element type \"{element}\" must be terminated by the matching end-tag \"</{element}>\"."
    )
}

/// A text that ends too early, at its end.
fn unclosed(error: &XmlError, text: &str) -> (usize, String) {
    let name = text.rsplit_once('<').map_or("", |(_, name)| name);
    let is_half_a_name = name.strip_suffix(':').is_some_and(super::xml::is_ncname);
    let sentence = match is_half_a_name && error.root.is_none() {
        true => format!(
            "Element or attribute \"{name}\" do not match QName production: \
             QName::=(NCName:)?NCName."
        ),
        false => "XML document structures must start and end within the same entity.".to_owned(),
    };
    (text.len(), sentence)
}

/// Everything else: where, and the sentence.
fn described(error: &XmlError, text: &str, kind: &XmlErrorKind) -> (usize, String) {
    let XmlError { offset, end, .. } = *error;
    match kind {
        XmlErrorKind::ContentInProlog => (
            first_letter(text, offset),
            "Content is not allowed in prolog.".to_owned(),
        ),
        XmlErrorKind::TrailingContent => (
            first_letter(text, offset),
            "Content is not allowed in trailing section.".to_owned(),
        ),
        XmlErrorKind::SecondRoot => (
            offset + 1,
            "The markup in the document following the root element must be well-formed.".to_owned(),
        ),
        XmlErrorKind::IllegalCharacter(character) => (
            offset,
            format!(
                "An invalid XML character (Unicode: 0x{:x}) was found in the element content of \
                 the document.",
                u32::from(*character)
            ),
        ),
        XmlErrorKind::IllegalReference(reference) => (
            end,
            format!("Character reference \"&{reference}\" is an invalid XML character."),
        ),
        XmlErrorKind::UnknownEntity(name) => (
            end,
            format!("The entity \"{name}\" was referenced, but not declared."),
        ),
        XmlErrorKind::BareAmpersand => (
            offset + 1,
            "The entity name must immediately follow the '&' in the entity reference.".to_owned(),
        ),
        XmlErrorKind::CdataEnd { at } => (
            *at + "]]>".len(),
            "The character sequence \"]]>\" must not appear in content unless used to mark the end \
             of a CDATA section."
                .to_owned(),
        ),
        XmlErrorKind::HyphensInComment => (
            hyphens(text, offset),
            "The string \"--\" is not permitted within comments.".to_owned(),
        ),
        XmlErrorKind::DeclarationInside => (
            offset + "<?xml".len(),
            "The processing instruction target matching \"[xX][mM][lL]\" is not allowed.".to_owned(),
        ),
        XmlErrorKind::TooDeep | XmlErrorKind::TooManyElements | XmlErrorKind::TooManyAttributes => {
            (
                offset,
                "The document is larger than the parser's limits.".to_owned(),
            )
        }
        kind => described_by_tag(error, kind),
    }
}

fn described_by_tag(error: &XmlError, kind: &XmlErrorKind) -> (usize, String) {
    let XmlError { offset, end, .. } = *error;
    match kind {
        XmlErrorKind::IllegalName => (
            offset + 1,
            "The content of elements must consist of well-formed character data or markup."
                .to_owned(),
        ),
        XmlErrorKind::UnboundPrefix { prefix, name } => {
            (end, format!("The prefix \"{prefix}\" for element \"{name}\" is not bound."))
        }
        XmlErrorKind::UnboundAttributePrefix { prefix, attribute, element } => (
            end,
            format!(
                "The prefix \"{prefix}\" for attribute \"{attribute}\" associated with an element \
                 type \"{element}\" is not bound."
            ),
        ),
        XmlErrorKind::AttributeTwice { attribute, element } => (
            end,
            format!("Attribute \"{attribute}\" was already specified for element \"{element}\"."),
        ),
        XmlErrorKind::AttributeUnquoted { attribute, element, at } => (
            *at,
            format!(
                "Open quote is expected for attribute \"{attribute}\" associated with an  element \
                 type  \"{element}\"."
            ),
        ),
        _ => (offset, "The markup in the document must be well-formed.".to_owned()),
    }
}

/// Where text that is not white space begins.
fn first_letter(text: &str, offset: usize) -> usize {
    let rest = &text[offset.min(text.len())..];
    offset + rest.len() - rest.trim_start().len()
}

/// Behind the first two hyphens in a comment that begins here.
fn hyphens(text: &str, offset: usize) -> usize {
    let inside = offset + "<!--".len();
    let rest = text.get(inside..).unwrap_or_default();
    inside + rest.find("--").map_or(0, |at| at + 2)
}

/// The place of a byte.
fn place(text: &str, at: usize) -> SaxPlace {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let last = before.rsplit('\n').next().unwrap_or_default();
    SaxPlace { line, column: last.encode_utf16().count() + 1 }
}
