//! The text of a message without its markup.
//!
//! Inferred (strong): the CRM stores as `request` and `response` all text nodes of the SOAP body
//! in document order, joined with nothing. One documented example shows it: a request with one
//! value is stored as that value, an answer as `OK` and a UUID. It is a single example, so this
//! stays one small function that can be replaced.

use super::xml::{Content, Element};

/// What stands in the place of a secret.
pub(super) const MASK: &str = "****";

/// All text inside the element in document order, joined with nothing; secrets masked.
pub(super) fn flatten(element: &Element) -> String {
    let mut text = String::new();
    flatten_into(&mut text, element);
    text
}

fn flatten_into(text: &mut String, element: &Element) {
    for content in &element.content {
        match content {
            Content::Element(child) => flatten_into(text, child),
            Content::Text(part) => text.push_str(part),
            Content::Secret(_) => text.push_str(MASK),
        }
    }
}
