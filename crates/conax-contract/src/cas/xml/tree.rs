//! The tree between text and meaning: elements, text and secrets in document order.

use conax_model::secret::Secret;

use crate::text::is_xml_character;

/// An element. Attributes are not kept: no operation carries a value in one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cas) struct Element {
    /// The prefix of the name, if it was read with one.
    pub prefix: Option<String>,
    /// The name without prefix.
    pub local: String,
    /// The namespace, if there is one.
    pub namespace: Option<String>,
    /// The prefixes declared on this element; the empty prefix is the default namespace.
    pub declarations: Vec<(String, String)>,
    /// What is inside, in document order.
    pub content: Vec<Content>,
}

/// Something inside an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cas) enum Content {
    /// An element.
    Element(Element),
    /// Text.
    Text(String),
    /// Text that is written but never shown.
    Secret(Secret),
}

impl Element {
    /// An element with children.
    pub fn parent(local: &str, namespace: &str, children: Vec<Self>) -> Self {
        Self::with_content(local, namespace, children.into_iter().map(Content::Element).collect())
    }

    /// An element with text. Characters XML does not allow become U+FFFD (Ours: a real client
    /// would fail on them, and there is nobody here who could handle that failure).
    pub fn leaf(local: &str, namespace: &str, text: &str) -> Self {
        let legal = |character| {
            if is_xml_character(character) { character } else { char::REPLACEMENT_CHARACTER }
        };
        let content = Content::Text(text.chars().map(legal).collect());
        Self::with_content(local, namespace, vec![content])
    }

    /// An element with a secret text.
    pub fn secret(local: &str, namespace: &str, secret: &Secret) -> Self {
        let content = Content::Secret(secret.clone());
        Self::with_content(local, namespace, vec![content])
    }

    fn with_content(local: &str, namespace: &str, content: Vec<Content>) -> Self {
        Self {
            prefix: None,
            local: local.to_owned(),
            namespace: Some(namespace.to_owned()),
            declarations: Vec::new(),
            content,
        }
    }

    /// The name as it was read.
    pub fn written(&self) -> String {
        match &self.prefix {
            Some(prefix) => format!("{prefix}:{}", self.local),
            None => self.local.clone(),
        }
    }

    /// Whether there is text directly inside, other than white space.
    pub fn has_text(&self) -> bool {
        let is_text = |content: &Content| match content {
            Content::Text(text) => !trimmed(text).is_empty(),
            Content::Element(_) => false,
            Content::Secret(_) => true,
        };
        self.content.iter().any(is_text)
    }

    /// The elements directly inside.
    pub fn children(&self) -> impl Iterator<Item = &Self> {
        self.content.iter().filter_map(|content| match content {
            Content::Element(element) => Some(element),
            Content::Text(_) | Content::Secret(_) => None,
        })
    }

    /// The first element directly inside with this local name.
    pub fn child(&self, local: &str) -> Option<&Self> {
        self.children().find(|child| child.local == local)
    }

    /// The first element anywhere inside with this local name, in document order.
    pub fn descendant(&self, local: &str) -> Option<&Self> {
        self.children().find_map(|child| {
            if child.local == local { Some(child) } else { child.descendant(local) }
        })
    }

    /// The text of an element without child elements; nothing if there are some.
    pub fn text(&self) -> Option<String> {
        let mut text = String::new();
        for content in &self.content {
            match content {
                Content::Text(part) => text.push_str(part),
                Content::Secret(secret) => text.push_str(secret.expose()),
                Content::Element(_) => return None,
            }
        }
        Some(text)
    }
}

/// A text without the white space of XML around it; a no-break space is none (Documented: XML 1.0).
pub(in crate::cas) fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\r', '\n'])
}
