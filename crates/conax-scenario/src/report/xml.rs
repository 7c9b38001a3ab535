//! Writing XML: elements, attributes in the order given, and text that XML allows.

use std::fmt::Write;

use conax_contract::text::is_unshowable;

/// Attributes, in order.
pub(crate) type Attributes<'a> = &'a [(&'a str, &'a str)];

/// A document under way.
#[derive(Debug)]
pub(crate) struct Xml {
    text: String,
    open: Vec<&'static str>,
}

impl Xml {
    pub(crate) fn new() -> Self {
        Self { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(), open: Vec::new() }
    }

    /// Begins an element with elements in it.
    pub(crate) fn begin(&mut self, name: &'static str, attributes: Attributes<'_>) {
        self.tag(name, attributes);
        self.text.push_str(">\n");
        self.open.push(name);
    }

    /// Ends the innermost element.
    pub(crate) fn end(&mut self) {
        let name = self.open.pop().expect("what ends has begun");
        self.indent();
        let _ = writeln!(self.text, "</{name}>");
    }

    /// An element without content.
    pub(crate) fn empty(&mut self, name: &str, attributes: Attributes<'_>) {
        self.tag(name, attributes);
        self.text.push_str("/>\n");
    }

    /// An element with text in it.
    pub(crate) fn text(&mut self, name: &str, attributes: Attributes<'_>, text: &str) {
        self.tag(name, attributes);
        self.text.push('>');
        for letter in text.chars() {
            match letter {
                '\n' | '\t' => self.text.push(letter),
                letter => self.letter(letter),
            }
        }
        let _ = writeln!(self.text, "</{name}>");
    }

    /// The document.
    pub(crate) fn finish(self) -> String {
        self.text
    }

    fn tag(&mut self, name: &str, attributes: Attributes<'_>) {
        self.indent();
        let _ = write!(self.text, "<{name}");
        for (name, value) in attributes {
            let _ = write!(self.text, " {name}=\"");
            value.chars().for_each(|letter| self.letter(letter));
            self.text.push('"');
        }
    }

    fn indent(&mut self) {
        self.text.extend(self.open.iter().map(|_| "  "));
    }

    /// A letter such that it is read again as it is, wherever it stands.
    fn letter(&mut self, letter: char) {
        match letter {
            '&' => self.text.push_str("&amp;"),
            '<' => self.text.push_str("&lt;"),
            '>' => self.text.push_str("&gt;"),
            '"' => self.text.push_str("&quot;"),
            // A reader would make spaces of them, or drop them.
            '\t' | '\n' | '\r' => {
                let _ = write!(self.text, "&#{};", u32::from(letter));
            }
            letter if is_unshowable(letter) && !letter.is_ascii() => {
                // A reader would show an entity as what it stands for, and the rest turned round.
                let _ = write!(self.text, "\\u{{{:X}}}", u32::from(letter));
            }
            letter if is_forbidden(letter) => self.text.push(char::REPLACEMENT_CHARACTER),
            letter => self.text.push(letter),
        }
    }
}

/// What XML 1.0 does not know, not even escaped.
const fn is_forbidden(letter: char) -> bool {
    matches!(letter, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}')
}
