//! Tree to text: compact, prefix-free, the same bytes every time.

use super::tree::{Content, Element};

/// The element as text. `inherited` is the default namespace around it; a declaration is written
/// only where the namespace changes.
pub(in crate::cas) fn outer_xml(element: &Element, inherited: &str) -> String {
    let mut text = String::new();
    write_element(&mut text, element, inherited);
    text
}

/// What is inside an element that was read, as it was read; attributes are not kept.
pub(in crate::cas) fn inner_xml_as_read(element: &Element) -> String {
    let mut text = String::new();
    for content in &element.content {
        match content {
            Content::Element(child) => {
                let prefix = child.prefix.iter().map(|prefix| format!("{prefix}:"));
                let name = prefix.chain([child.local.clone()]).collect::<String>();
                let declared = child.declarations.iter().map(|(prefix, uri)| {
                    let colon = if prefix.is_empty() { "" } else { ":" };
                    format!(" xmlns{colon}{prefix}=\"{}\"", escape_text(uri))
                });
                let declared: String = declared.collect();
                let inside = inner_xml_as_read(child);
                text.push_str(&match inside.as_str() {
                    "" => format!("<{name}{declared}/>"),
                    _ => format!("<{name}{declared}>{inside}</{name}>"),
                });
            }
            Content::Text(part) => escape_into(&mut text, part),
            Content::Secret(secret) => escape_into(&mut text, secret.expose()),
        }
    }
    text
}

/// The text with everything escaped that must be escaped inside an element or an attribute.
pub(in crate::cas) fn escape_text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    escape_into(&mut escaped, text);
    escaped
}

fn write_element(text: &mut String, element: &Element, inherited: &str) {
    let namespace = element.namespace.as_deref().unwrap_or_default();
    text.push('<');
    text.push_str(&element.local);
    if namespace != inherited {
        text.push_str(" xmlns=\"");
        escape_into(text, namespace);
        text.push('"');
    }
    text.push('>');
    for content in &element.content {
        match content {
            Content::Element(child) => write_element(text, child, namespace),
            Content::Text(part) => escape_into(text, part),
            Content::Secret(secret) => escape_into(text, secret.expose()),
        }
    }
    text.push_str("</");
    text.push_str(&element.local);
    text.push('>');
}

fn escape_into(text: &mut String, raw: &str) {
    for character in raw.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            // A bare carriage return would be read back as a line feed.
            '\r' => text.push_str("&#13;"),
            _ => text.push(character),
        }
    }
}
