//! Text to tree, with limits: no document types, bounded depth, bounded counts, no panics.

use quick_xml::XmlVersion;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::attributes::{AttrError, Attribute};
use quick_xml::events::{BytesCData, BytesRef, BytesStart, BytesText, Event};
use quick_xml::reader::Reader;

use super::error::{XmlError, XmlErrorKind};
use super::names::{is_ncname, split_qname};
use super::tree::{Content, Element};
use crate::text::is_xml_character;

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
        let event = reader.read_event();
        let end = position(&reader);
        let accepted = match &event {
            Ok(Event::Eof) => return builder.finish(end),
            Ok(Event::Decl(_)) if offset != 0 => Err(XmlErrorKind::DeclarationInside),
            Ok(event) => builder.accept(event, offset),
            Err(error) => Err(syntax(error, &builder, text, offset)),
        };
        if let Err(kind) = accepted {
            return Err(builder.failed(kind, offset, end));
        }
    }
}

/// What is wrong before an illegal character goes first.
fn check_characters(text: &str) -> Result<(), XmlError> {
    let Some((at, character)) = text.char_indices().find(|&(_, c)| !is_xml_character(c)) else {
        return Ok(());
    };
    let before = read(&text[..at]).err();
    let is_earlier = |error: &XmlError| error.end < at && error.offset < at;
    let root = match before {
        Some(error) if is_earlier(&error) => return Err(error),
        before => before.and_then(|error| error.root),
    };
    Err(XmlError { kind: XmlErrorKind::IllegalCharacter(character), offset: at, end: at, root })
}

fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

fn syntax(error: &Error, builder: &Builder, text: &str, offset: usize) -> XmlErrorKind {
    match error {
        Error::IllFormed(IllFormedError::MismatchedEndTag { expected, .. }) => {
            XmlErrorKind::MismatchedEnd { element: expected.clone() }
        }
        Error::IllFormed(IllFormedError::DoubleHyphenInComment) => XmlErrorKind::HyphensInComment,
        Error::IllFormed(IllFormedError::UnclosedReference) => XmlErrorKind::BareAmpersand,
        Error::Syntax(SyntaxError::InvalidBangMarkup) => XmlErrorKind::Syntax,
        // Every other syntax error is markup that does not end.
        Error::Syntax(_) => match (text[offset..].strip_prefix("</"), builder.open.last()) {
            (Some(begun), Some(open)) if begun.len() < open.written().len() => {
                XmlErrorKind::UnclosedEnd { element: open.written() }
            }
            _ => XmlErrorKind::Unclosed,
        },
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
    fn failed(self, kind: XmlErrorKind, offset: usize, end: usize) -> XmlError {
        let begun = self.open.into_iter().next().or(self.root);
        let root = begun.map(|root| {
            let content = Vec::new();
            Box::new(Element { content, ..root })
        });
        XmlError { kind, offset, end, root }
    }

    fn accept(&mut self, event: &Event<'_>, offset: usize) -> Result<(), XmlErrorKind> {
        match event {
            Event::Start(start) => self.start(start, offset),
            Event::Empty(start) => {
                self.start(start, offset)?;
                self.end()
            }
            Event::End(_) => self.end(),
            Event::Text(text) => self.text(text, offset),
            Event::CData(text) => self.cdata(text),
            Event::GeneralRef(reference) => self.reference(reference),
            Event::DocType(_) => Err(XmlErrorKind::Doctype),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) | Event::Eof => Ok(()),
        }
    }

    fn finish(self, end: usize) -> Result<Element, XmlError> {
        match (self.open.is_empty(), self.root) {
            (true, Some(root)) => Ok(root),
            (true, None) => Err(Self::default().failed(XmlErrorKind::Empty, end, end)),
            (false, root) => {
                let begun = Self { root, ..self };
                Err(begun.failed(XmlErrorKind::Unclosed, end, end))
            }
        }
    }

    fn start(&mut self, start: &BytesStart<'_>, offset: usize) -> Result<(), XmlErrorKind> {
        self.check_limits()?;
        let attributes = attributes(start, offset)?;
        let mut element = Element {
            prefix: None,
            local: String::new(),
            namespace: None,
            declarations: declarations(&attributes)?,
            content: Vec::new(),
        };
        let name = start.name().into_inner();
        let (prefix, local) = split_qname(name).ok_or(XmlErrorKind::IllegalName)?;
        element.prefix = prefix.map(str::to_owned);
        element.local = local.to_owned();
        let unbound = |prefix: &str| XmlErrorKind::UnboundPrefix {
            prefix: prefix.to_owned(),
            name: name.to_owned(),
        };
        element.namespace = self.resolve(&element, prefix).map_err(unbound)?;
        for attribute in &attributes {
            self.check_attribute(&element, attribute)?;
        }
        self.open.push(element);
        Ok(())
    }

    fn check_limits(&mut self) -> Result<(), XmlErrorKind> {
        if self.root.is_some() {
            return Err(XmlErrorKind::SecondRoot);
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

    /// The namespace a prefix is bound to; the prefix if it is bound nowhere.
    fn resolve<'a>(
        &self,
        element: &Element,
        prefix: Option<&'a str>,
    ) -> Result<Option<String>, &'a str> {
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
            (None, Some(prefix)) => Err(prefix),
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
            Some(_) => match self.resolve(element, prefix) {
                Ok(_) => Ok(()),
                Err(prefix) => Err(XmlErrorKind::UnboundAttributePrefix {
                    prefix: prefix.to_owned(),
                    attribute: name.to_owned(),
                    element: element.written(),
                }),
            },
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

    fn text(&mut self, text: &BytesText<'_>, offset: usize) -> Result<(), XmlErrorKind> {
        if let Some(at) = text.find("]]>") {
            return Err(XmlErrorKind::CdataEnd { at: offset + at });
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
        Ok(Some(character)) if is_xml_character(character) => return Ok(character),
        Ok(None) => {}
        Ok(Some(_)) | Err(_) => return Err(XmlErrorKind::IllegalReference(reference.to_string())),
    }
    match &**reference {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        name if is_ncname(name) => Err(XmlErrorKind::UnknownEntity(name.to_owned())),
        _ => Err(XmlErrorKind::BareAmpersand),
    }
}

fn attributes<'a>(
    start: &'a BytesStart<'_>,
    offset: usize,
) -> Result<Vec<Attribute<'a>>, XmlErrorKind> {
    let mut found = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| broken_attribute(start, &error, offset))?;
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

/// What is wrong with an attribute of a tag that begins at `offset`.
fn broken_attribute(start: &BytesStart<'_>, error: &AttrError, offset: usize) -> XmlErrorKind {
    let element = start.name().into_inner().to_owned();
    match *error {
        AttrError::Duplicated(at, _) => {
            XmlErrorKind::AttributeTwice { attribute: attribute_name(&start[at..]), element }
        }
        AttrError::UnquotedValue(at) => XmlErrorKind::AttributeUnquoted {
            attribute: start[..at]
                .trim_end_matches(|c: char| c == '=' || c.is_ascii_whitespace())
                .rsplit(|c: char| c.is_ascii_whitespace())
                .next()
                .unwrap_or_default()
                .to_owned(),
            element,
            // Behind the `<`.
            at: offset + 1 + at,
        },
        _ => XmlErrorKind::Syntax,
    }
}

fn attribute_name(text: &str) -> String {
    text.chars().take_while(|c| *c != '=' && !c.is_ascii_whitespace()).collect()
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
