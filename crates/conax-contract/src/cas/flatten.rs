//! The text of a message without its markup.
//!
//! Inferred (strong): the CRM stores as `request` and `response` all text nodes of the SOAP body
//! in document order, joined with nothing. One documented example shows it: a request with one
//! value is stored as that value, an answer as `OK` and a UUID. It is a single example, so this
//! stays one small function that can be replaced.

use std::ops::Range;

use super::xml::{Content, Element};

/// What stands in the place of a secret.
pub(super) const MASK: &str = "****";

/// All text inside the element in document order, joined with nothing; secrets masked.
pub(super) fn flatten(element: &Element) -> String {
    flatten_noting(element, &[]).0
}

/// As [`flatten`]; also where in it the text of these elements stands, in document order.
pub(super) fn flatten_noting(element: &Element, noted: &[&Element]) -> (String, Vec<Range<usize>>) {
    let mut flat = Flat { text: String::new(), places: Vec::new(), noted };
    flat.add(element);
    (flat.text, flat.places)
}

struct Flat<'a> {
    text: String,
    places: Vec<Range<usize>>,
    noted: &'a [&'a Element],
}

impl Flat<'_> {
    fn add(&mut self, element: &Element) {
        let start = self.text.len();
        for content in &element.content {
            match content {
                Content::Element(child) => self.add(child),
                Content::Text(part) => self.text.push_str(part),
                Content::Secret(_) => self.text.push_str(MASK),
            }
        }
        if self.noted.iter().any(|noted| std::ptr::eq(*noted, element)) {
            self.places.push(start..self.text.len());
        }
    }
}
