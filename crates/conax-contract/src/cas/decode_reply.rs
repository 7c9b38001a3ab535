//! Bytes to a reply, as the CRM's client reads it: an answer, or an `AxisFault`.
//!
//! Inferred: the CRM uses Apache Axis 1, which reads a SOAP message from any successful answer and
//! from any server error that is not HTML, and makes a fault of everything else.

use std::ops::Range;

use super::axis_fault::{AxisDetail, AxisFault};
use super::encoding::{EncodingError, decode_text};
use super::envelope::{SOAP_12_NAMESPACE, SOAP_NAMESPACE};
use super::field::WireElement;
use super::flatten::{flatten, flatten_noting};
use super::mask::mask_if_pin;
use super::operation::CasOperation;
use super::profile::Profile;
use super::xml::{self, Element, XmlError, XmlErrorKind, inner_xml};

/// How much of an unexpected page a fault quotes, in characters. Ours.
const PAGE_LIMIT: usize = 2000;

/// What the client found in an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DecodedReply {
    /// The status code; absent if there is none or it is empty.
    pub status_code: Option<String>,
    /// The transaction id; absent if there is none or it is empty.
    pub transaction_id: Option<String>,
    /// The message; absent if there is none or it is empty.
    pub message: Option<String>,
    /// All text of the SOAP body in document order, joined with nothing.
    pub flattened: String,
    /// Where in the flattened text the status code and the transaction id stand.
    pub spared: Vec<Range<usize>>,
}

/// Reads the body of an HTTP answer.
///
/// # Errors
///
/// When the answer is a SOAP fault, an HTTP error, or not a SOAP message.
pub fn decode_reply(
    profile: &Profile,
    operation: CasOperation,
    body: &[u8],
    content_type: Option<&str>,
    http_status: u16,
) -> Result<DecodedReply, AxisFault> {
    check_transport(profile, body, content_type, http_status)?;
    let text = decode_text(content_type, body).map_err(|error| encoding_fault(&error))?;
    let root = xml::read(&text).map_err(|error| xml_fault(&error))?;
    check_envelope(&root)?;
    let Some(body) = root.child("Body") else {
        return Ok(DecodedReply::default());
    };
    if let Some(fault) = body
        .children()
        .next()
        .filter(|first| first.local == "Fault")
    {
        return Err(soap_fault(&root, body, fault));
    }
    let found = |element| {
        let name = &profile.element(operation, element).value;
        let found = body.descendant(name)?;
        let text = found.text().filter(|text| !text.is_empty())?;
        Some((found, text))
    };
    let (status_code, transaction_id) = (
        found(WireElement::StatusCode),
        found(WireElement::TransactionId),
    );
    let spared: Vec<&Element> = [&status_code, &transaction_id]
        .into_iter()
        .flatten()
        .map(|(element, _)| *element)
        .collect();
    let (flattened, spared) = flatten_noting(body, &spared);
    let text = |found: Option<(_, String)>| found.map(|(_, text)| text);
    Ok(DecodedReply {
        status_code: text(status_code),
        transaction_id: text(transaction_id),
        message: text(found(WireElement::StatusMessage)),
        flattened,
        spared,
    })
}

fn check_transport(
    profile: &Profile,
    body: &[u8],
    content_type: Option<&str>,
    http_status: u16,
) -> Result<(), AxisFault> {
    let media_type = content_type
        .and_then(|text| text.split(';').next())
        .map(|text| text.trim().to_ascii_lowercase());
    match (http_status, media_type.as_deref()) {
        (200..=299, None) => Ok(()),
        (200..=299, Some(media_type)) if may_be_soap(media_type) => Ok(()),
        (200..=299, Some(media_type)) => Err(AxisFault::unexpected_content_type(media_type)),
        (500..=599, Some(media_type)) if media_type != "text/html" => Ok(()),
        _ => {
            let page: String = mask_if_pin(profile, body)
                .chars()
                .take(PAGE_LIMIT)
                .collect();
            Err(AxisFault::http_status(http_status, &page))
        }
    }
}

/// HTML is read like XML and fails there, as it does in the client.
fn may_be_soap(media_type: &str) -> bool {
    media_type.ends_with("/xml")
        || media_type.ends_with("+xml")
        || matches!(media_type, "text/html" | "text/plain" | "")
}

fn check_envelope(root: &Element) -> Result<(), AxisFault> {
    if root.local != "Envelope" {
        let message = format!("Bad envelope tag:  {}", root.local);
        return Err(AxisFault::sax(&message));
    }
    match root.namespace.as_deref() {
        Some(SOAP_NAMESPACE | SOAP_12_NAMESPACE) => Ok(()),
        _ => Err(AxisFault::version_mismatch()),
    }
}

fn encoding_fault(error: &EncodingError) -> AxisFault {
    match error {
        EncodingError::Unsupported(name) => AxisFault::unsupported_encoding(name),
        EncodingError::Malformed { encoding, .. } => AxisFault::malformed_bytes(encoding),
    }
}

/// Inferred: the sentences are those of the Xerces parser the client uses, but for document types
/// and limits, whose sentences are Ours.
fn xml_fault(error: &XmlError) -> AxisFault {
    let sentence = match &error.kind {
        XmlErrorKind::Empty => "Premature end of file.".to_owned(),
        XmlErrorKind::ContentInProlog => "Content is not allowed in prolog.".to_owned(),
        XmlErrorKind::TrailingContent => "Content is not allowed in trailing section.".to_owned(),
        XmlErrorKind::Unclosed => {
            "XML document structures must start and end within the same entity.".to_owned()
        }
        XmlErrorKind::MismatchedEnd { element } => format!(
            "The element type \"{element}\" must be terminated by the matching end-tag \
             \"</{element}>\"."
        ),
        XmlErrorKind::IllegalCharacter(character) => format!(
            "An invalid XML character (Unicode: 0x{:x}) was found in the element content of the \
             document.",
            u32::from(*character)
        ),
        XmlErrorKind::UnknownEntity(name) => {
            format!("The entity \"{name}\" was referenced, but not declared.")
        }
        XmlErrorKind::UnboundPrefix { prefix, name } => {
            format!("The prefix \"{prefix}\" for element \"{name}\" is not bound.")
        }
        XmlErrorKind::Doctype => "DOCTYPE is not allowed.".to_owned(),
        XmlErrorKind::TooDeep | XmlErrorKind::TooManyElements | XmlErrorKind::TooManyAttributes => {
            "The document is larger than the parser's limits.".to_owned()
        }
        XmlErrorKind::Syntax => "The markup in the document must be well-formed.".to_owned(),
    };
    AxisFault::sax_parse(&sentence)
}

fn soap_fault(root: &Element, body: &Element, fault: &Element) -> AxisFault {
    let text = |name| {
        fault
            .child(name)
            .and_then(Element::text)
            .unwrap_or_default()
    };
    let code = fault.child("faultcode").map_or_else(String::new, |code| {
        qualified(&text("faultcode"), &[code, fault, body, root])
    });
    let details = fault.child("detail").map_or_else(Vec::new, details);
    AxisFault {
        code,
        string: text("faultstring"),
        actor: text("faultactor"),
        details,
    }
}

/// A name with its prefix resolved, in the notation `{namespace}local`; without a prefix, or with
/// one that nobody declared, the name as it is.
fn qualified(name: &str, scopes: &[&Element]) -> String {
    let Some((prefix, local)) = name.trim().split_once(':') else {
        return name.trim().to_owned();
    };
    scopes
        .iter()
        .flat_map(|scope| &scope.declarations)
        .find(|(declared, _)| declared == prefix)
        .map_or_else(|| name.to_owned(), |(_, uri)| format!("{{{uri}}}{local}"))
}

fn details(detail: &Element) -> Vec<AxisDetail> {
    let children: Vec<_> = detail
        .children()
        .map(|child| AxisDetail {
            namespace: child.namespace.clone().unwrap_or_default(),
            name: child.local.clone(),
            xml: inner_xml(child),
        })
        .collect();
    if children.is_empty() && !detail.content.is_empty() {
        // Inferred: text straight inside `detail` is kept under an entry of the client's own.
        return vec![AxisDetail::text("string", &flatten(detail))];
    }
    children
}
