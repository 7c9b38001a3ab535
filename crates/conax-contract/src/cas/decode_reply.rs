//! Bytes to a reply, as the CRM's client reads it: an answer, or an `AxisFault`.
//!
//! Inferred: the CRM uses Apache Axis 1.4, which reads a SOAP message from any successful answer and
//! from any server error that is not HTML, and makes a fault of everything else. What it makes of
//! them was measured (`fixtures/axis`). What a stub makes of a SOAP message with other elements than
//! its WSDL has is not known, as the WSDL is not: they are read here wherever they stand (Ours).

use std::borrow::Cow;
use std::ops::Range;

use super::axis_fault::{AxisClient, AxisDetail, AxisFault};
use super::encoding::{ReplyText, reply_text};
use super::envelope::{SOAP_12_NAMESPACE, SOAP_NAMESPACE};
use super::field::WireElement;
use super::flatten::flatten_noting;
use super::mask::mask_if_pin;
use super::profile::Profile;
use super::xerces;
use super::xml::{self, Element, inner_xml_as_read};
use conax_model::command::CommandKind;

/// How much of an unexpected page a fault quotes, in characters. Ours.
const PAGE_LIMIT: usize = 2000;

/// HTTP 202: the client does not expect an answer.
const ACCEPTED: u16 = 202;

/// What the client throws at text that stands straight inside `detail`.
const TEXT_IN_DETAIL: &str = "org.w3c.dom.DOMException: WRONG_DOCUMENT_ERR: A node is used in a \
                              different document than the one that created it.";

/// An HTTP answer, as it arrived.
#[derive(Clone, Copy, Debug)]
pub struct HttpAnswer<'a> {
    /// Its status.
    pub status: u16,
    /// The reason after the status; empty if there is none.
    pub reason: &'a str,
    /// Its content type, if it tells one.
    pub content_type: Option<&'a str>,
    /// Its body, as far as it came.
    pub body: &'a [u8],
}

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

/// Reads an HTTP answer.
///
/// # Errors
///
/// When the answer is a SOAP fault, an HTTP error, or not a SOAP message.
pub fn decode_reply(
    profile: &Profile,
    operation: CommandKind,
    answer: HttpAnswer<'_>,
    axis: &AxisClient,
) -> Result<DecodedReply, AxisFault> {
    check_transport(profile, answer)?;
    if answer.status == ACCEPTED {
        // The client does not look at what comes with it.
        return Ok(DecodedReply::default());
    }
    let root = read_envelope(answer, axis)?;
    let Some(body) = root.child("Body") else {
        return Ok(DecodedReply::default());
    };
    if let Some(fault) = body.children().next().filter(|first| first.local == "Fault") {
        return Err(soap_fault(axis, &root, body, fault));
    }
    let found = |element| {
        let name = &profile.element(operation, element).value;
        let found = body.descendant(name)?;
        let text = found.text().filter(|text| !text.is_empty())?;
        Some((found, text))
    };
    let (status_code, transaction_id) =
        (found(WireElement::StatusCode), found(WireElement::TransactionId));
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

fn check_transport(profile: &Profile, answer: HttpAnswer<'_>) -> Result<(), AxisFault> {
    let HttpAnswer { status, reason, .. } = answer;
    // The client compares the type as it is written.
    let may_be_soap = |content_type: &str| !content_type.trim_start().starts_with("text/html");
    match (status, answer.content_type) {
        (200..=299, _) => Ok(()),
        (500..=599, Some(content_type)) if may_be_soap(content_type) => Ok(()),
        _ => {
            let page: String = mask_if_pin(profile, answer.body).chars().take(PAGE_LIMIT).collect();
            // Without a reason the client takes the status for it, with the blank before.
            let reason = match reason {
                "" => Cow::Owned(format!("{status} ")),
                reason => Cow::Borrowed(reason),
            };
            Err(AxisFault::http_status(status, &reason, &page))
        }
    }
}

/// The envelope. The client reads as the bytes come, so that whatever is wrong first counts: the
/// name of the root before what is wrong behind it.
fn read_envelope(answer: HttpAnswer<'_>, axis: &AxisClient) -> Result<Element, AxisFault> {
    let ReplyText { text, broken } = reply_text(answer.content_type, answer.body, axis)?;
    let (root, fault) = match xml::read(&text) {
        Ok(root) => (Some(root), None),
        Err(error) => {
            let fault = xerces::fault(axis, &text, &error);
            // What the text ends with is not what is wrong if its bytes go on and are.
            let at_end = error.end >= text.len();
            let fault = broken.clone().filter(|_| at_end).unwrap_or(fault);
            (error.root.map(|root| *root), Some(fault))
        }
    };
    if let Some(root) = &root {
        check_envelope(axis, root)?;
    }
    match (root, fault.or(broken)) {
        (Some(root), None) => Ok(root),
        (_, Some(fault)) => Err(fault),
        (None, None) => Err(axis.sax("the message is empty")),
    }
}

fn check_envelope(axis: &AxisClient, root: &Element) -> Result<(), AxisFault> {
    if root.local != "Envelope" {
        let message = format!("Bad envelope tag:  {}", root.local);
        return Err(axis.sax(&message));
    }
    match root.namespace.as_deref() {
        Some(SOAP_NAMESPACE | SOAP_12_NAMESPACE) => Ok(()),
        _ => Err(axis.version_mismatch()),
    }
}

fn soap_fault(axis: &AxisClient, root: &Element, body: &Element, fault: &Element) -> AxisFault {
    let text = |name| fault.child(name).and_then(Element::text).unwrap_or_default();
    let code = fault
        .child("faultcode")
        .map_or_else(String::new, |code| qualified(&text("faultcode"), &[code, fault, body, root]));
    let thrown = axis.thrown(&code, &text("faultstring"));
    let actor = text("faultactor");
    match fault.child("detail") {
        // The client stumbles over text straight inside `detail`.
        Some(detail) if detail.has_text() => axis.exception(TEXT_IN_DETAIL),
        Some(detail) if detail.children().next().is_some() => {
            AxisFault { actor, details: details(detail), ..thrown }
        }
        _ => AxisFault { actor, ..thrown },
    }
}

/// A name with its prefix resolved, in the notation `{namespace}local`; without a prefix the name
/// as it is, and of one that nobody declared the name behind it.
fn qualified(name: &str, scopes: &[&Element]) -> String {
    let Some((prefix, local)) = name.trim().split_once(':') else {
        return name.trim().to_owned();
    };
    scopes
        .iter()
        .flat_map(|scope| &scope.declarations)
        .find(|(declared, _)| declared == prefix)
        .map_or_else(|| local.to_owned(), |(_, uri)| format!("{{{uri}}}{local}"))
}

fn details(detail: &Element) -> Vec<AxisDetail> {
    let entry = |child: &Element| AxisDetail {
        namespace: child.namespace.clone().unwrap_or_default(),
        name: child.local.clone(),
        xml: match child.content.is_empty() {
            true => "null".to_owned(),
            false => inner_xml_as_read(child),
        },
    };
    detail.children().map(entry).collect()
}
