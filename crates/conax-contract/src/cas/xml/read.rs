//! Text to tree, with limits: no document types, bounded depth, bounded counts, no panics.

use quick_xml::XmlVersion;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesCData, BytesRef, BytesStart, BytesText, Event};
use quick_xml::reader::Reader;

use super::error::{XmlError, XmlErrorKind};
use super::names::{is_legal_char, is_ncname, split_qname};
use super::tree::{Content, Element};

/// How deep elements may nest. Ours: the deepest known message nests six deep.
pub(super) const DEPTH_LIMIT: usize = 32;
/// How many elements a document may have. Ours: the largest public batch names 500 cards, the
/// largest order file 20 000 ids.
pub(super) const ELEMENT_LIMIT: usize = 50_000;
/// How many attributes an element may have. Ours: stubs declare fewer than ten prefixes.
pub(super) const ATTRIBUTE_LIMIT: usize = 32;

const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";

/// Reads a document and returns its root element.
pub(in crate::cas) fn read(text: &str) -> Result<Element, XmlError> {
    check_characters(text)?;
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_comments = true;
    let mut builder = Builder::default();
    loop {
        let offset = position(&reader);
        let fail = |kind| XmlError { kind, offset };
        match reader.read_event().map_err(|error| syntax(&error)) {
            Ok(Event::Eof) => return builder.finish().map_err(fail),
            Ok(Event::Decl(_)) if offset != 0 => return Err(fail(XmlErrorKind::Syntax)),
            Ok(event) => builder.accept(&event).map_err(fail)?,
            Err(kind) => return Err(fail(kind)),
        }
    }
}

fn check_characters(text: &str) -> Result<(), XmlError> {
    match text.char_indices().find(|&(_, c)| !is_legal_char(c)) {
        Some((offset, character)) => Err(XmlError {
            kind: XmlErrorKind::IllegalCharacter(character),
            offset,
        }),
        None => Ok(()),
    }
}

fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

fn syntax(error: &Error) -> XmlErrorKind {
    match error {
        Error::IllFormed(IllFormedError::MismatchedEndTag { expected, .. }) => {
            XmlErrorKind::MismatchedEnd {
                element: expected.clone(),
            }
        }
        Error::Syntax(SyntaxError::InvalidBangMarkup) => XmlErrorKind::Syntax,
        // Every other syntax error is markup that does not end.
        Error::Syntax(_) => XmlErrorKind::Unclosed,
        _ => XmlErrorKind::Syntax,
    }
}

#[derive(Default)]
struct Builder {
    open: Vec<Element>,
    root: Option<Element>,
    element_count: usize,
}

impl Builder {
    fn accept(&mut self, event: &Event<'_>) -> Result<(), XmlErrorKind> {
        match event {
            Event::Start(start) => self.start(start),
            Event::Empty(start) => {
                self.start(start)?;
                self.end()
            }
            Event::End(_) => self.end(),
            Event::Text(text) => self.text(text),
            Event::CData(text) => self.cdata(text),
            Event::GeneralRef(reference) => self.reference(reference),
            Event::DocType(_) => Err(XmlErrorKind::Doctype),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) | Event::Eof => Ok(()),
        }
    }

    fn finish(self) -> Result<Element, XmlErrorKind> {
        if !self.open.is_empty() {
            return Err(XmlErrorKind::Unclosed);
        }
        self.root.ok_or(XmlErrorKind::Empty)
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), XmlErrorKind> {
        self.check_limits()?;
        let attributes = attributes(start)?;
        let mut element = Element {
            local: String::new(),
            namespace: None,
            declarations: declarations(&attributes)?,
            content: Vec::new(),
        };
        let name = start.name().into_inner();
        let (prefix, local) = split_qname(name).ok_or(XmlErrorKind::Syntax)?;
        element.local = local.to_owned();
        element.namespace = self.resolve(&element, prefix, name)?;
        for attribute in &attributes {
            self.check_attribute(&element, attribute)?;
        }
        self.open.push(element);
        Ok(())
    }

    fn check_limits(&mut self) -> Result<(), XmlErrorKind> {
        if self.root.is_some() {
            return Err(XmlErrorKind::TrailingContent);
        }
        if self.open.len() >= DEPTH_LIMIT {
            return Err(XmlErrorKind::TooDeep);
        }
        self.element_count += 1;
        if self.element_count > ELEMENT_LIMIT {
            return Err(XmlErrorKind::TooManyElements);
        }
        Ok(())
    }

    fn resolve(
        &self,
        element: &Element,
        prefix: Option<&str>,
        name: &str,
    ) -> Result<Option<String>, XmlErrorKind> {
        if prefix == Some("xml") {
            return Ok(Some(XML_NAMESPACE.to_owned()));
        }
        let wanted = prefix.unwrap_or_default();
        let bound = std::iter::once(element)
            .chain(self.open.iter().rev())
            .flat_map(|scope| &scope.declarations)
            .find(|(declared, _)| declared == wanted);
        match (bound, prefix) {
            (Some((_, uri)), _) => Ok((!uri.is_empty()).then(|| uri.clone())),
            (None, None) => Ok(None),
            (None, Some(prefix)) => Err(XmlErrorKind::UnboundPrefix {
                prefix: prefix.to_owned(),
                name: name.to_owned(),
            }),
        }
    }

    fn check_attribute(
        &self,
        element: &Element,
        attribute: &Attribute<'_>,
    ) -> Result<(), XmlErrorKind> {
        let name = attribute.key.into_inner();
        let (prefix, _) = split_qname(name).ok_or(XmlErrorKind::Syntax)?;
        match prefix {
            None | Some("xmlns") => Ok(()),
            Some(_) => self.resolve(element, prefix, name).map(|_| ()),
        }
    }

    fn end(&mut self) -> Result<(), XmlErrorKind> {
        let element = self.open.pop().ok_or(XmlErrorKind::Syntax)?;
        match self.open.last_mut() {
            Some(parent) => parent.content.push(Content::Element(element)),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, text: &BytesText<'_>) -> Result<(), XmlErrorKind> {
        if text.contains("]]>") {
            return Err(XmlErrorKind::Syntax);
        }
        self.push_text(&text.xml10_content())
    }

    fn cdata(&mut self, text: &BytesCData<'_>) -> Result<(), XmlErrorKind> {
        if self.open.is_empty() {
            return Err(self.outside());
        }
        self.push_text(&text.xml10_content())
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), XmlErrorKind> {
        if self.open.is_empty() {
            return Err(self.outside());
        }
        let character = resolve_reference(reference)?;
        self.push_text(character.encode_utf8(&mut [0; 4]))
    }

    fn push_text(&mut self, text: &str) -> Result<(), XmlErrorKind> {
        let Some(parent) = self.open.last_mut() else {
            let blank = text.bytes().all(|byte| byte.is_ascii_whitespace());
            return if blank { Ok(()) } else { Err(self.outside()) };
        };
        match parent.content.last_mut() {
            Some(Content::Text(before)) => before.push_str(text),
            _ => parent.content.push(Content::Text(text.to_owned())),
        }
        Ok(())
    }

    fn outside(&self) -> XmlErrorKind {
        if self.root.is_some() {
            XmlErrorKind::TrailingContent
        } else {
            XmlErrorKind::ContentInProlog
        }
    }
}

fn resolve_reference(reference: &BytesRef<'_>) -> Result<char, XmlErrorKind> {
    match reference.resolve_char_ref() {
        Ok(Some(character)) if is_legal_char(character) => return Ok(character),
        Ok(Some(character)) => return Err(XmlErrorKind::IllegalCharacter(character)),
        Ok(None) => {}
        Err(_) => return Err(XmlErrorKind::Syntax),
    }
    match &**reference {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        name if is_ncname(name) => Err(XmlErrorKind::UnknownEntity(name.to_owned())),
        _ => Err(XmlErrorKind::Syntax),
    }
}

fn attributes<'a>(start: &'a BytesStart<'_>) -> Result<Vec<Attribute<'a>>, XmlErrorKind> {
    let mut found = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| XmlErrorKind::Syntax)?;
        if attribute.value.contains('<') {
            return Err(XmlErrorKind::Syntax);
        }
        if found.len() >= ATTRIBUTE_LIMIT {
            return Err(XmlErrorKind::TooManyAttributes);
        }
        found.push(attribute);
    }
    Ok(found)
}

fn declarations(attributes: &[Attribute<'_>]) -> Result<Vec<(String, String)>, XmlErrorKind> {
    let mut declarations = Vec::new();
    for attribute in attributes {
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|_| XmlErrorKind::Syntax)?;
        match attribute.key.into_inner() {
            "xmlns" => declarations.push((String::new(), value.into_owned())),
            name => {
                if let Some(prefix) = name.strip_prefix("xmlns:") {
                    declarations.push((prefix.to_owned(), value.into_owned()));
                }
            }
        }
    }
    Ok(declarations)
}
