//! XML with attributes and indentation, for people and tools to read. Only the WSDL needs it.

use std::fmt::Write as _;

use crate::cas::xml::escape_text;

/// An element to be written.
pub(super) struct Node {
    name: String,
    attributes: Vec<(String, String)>,
    text: Option<String>,
    children: Vec<Node>,
}

impl Node {
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), attributes: Vec::new(), text: None, children: Vec::new() }
    }

    pub fn with(mut self, attribute: &str, value: &str) -> Self {
        self.attributes.push((attribute.to_owned(), value.to_owned()));
        self
    }

    pub fn containing(mut self, text: &str) -> Self {
        self.text = Some(text.to_owned());
        self
    }

    pub fn child(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    pub fn children(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children);
        self
    }

    /// The document with this root.
    pub fn document(&self) -> String {
        let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        self.write(&mut text, 0);
        text
    }

    fn write(&self, text: &mut String, depth: usize) {
        let indent = "  ".repeat(depth);
        // Writing to a string cannot fail.
        let _ = write!(text, "{indent}<{}", self.name);
        for (name, value) in &self.attributes {
            let _ = write!(text, " {name}=\"{}\"", escape_text(value));
        }
        match (&self.text, self.children.is_empty()) {
            (Some(inside), _) => {
                let _ = writeln!(text, ">{}</{}>", escape_text(inside), self.name);
            }
            (None, true) => text.push_str("/>\n"),
            (None, false) => {
                text.push_str(">\n");
                for child in &self.children {
                    child.write(text, depth + 1);
                }
                let _ = writeln!(text, "{indent}</{}>", self.name);
            }
        }
    }
}
