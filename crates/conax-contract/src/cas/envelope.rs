//! The SOAP 1.1 envelope: put around what is sent, taken off what arrives.

use super::profile::NamespaceRule;
use super::request_values::quoted;
use super::soap_fault::SoapFault;
use super::xml::Element;

/// The namespace of SOAP 1.1 (Documented).
pub(super) const SOAP_NAMESPACE: &str = "http://schemas.xmlsoap.org/soap/envelope/";

/// The namespace of SOAP 1.2 (Documented).
pub(super) const SOAP_12_NAMESPACE: &str = "http://www.w3.org/2003/05/soap-envelope";

/// The envelope of a reply: no XML declaration, no white space (Inferred: the only layout that
/// reproduces the documented example).
pub(super) fn wrap_reply(inside: &str) -> Vec<u8> {
    wrap("soap", inside).into_bytes()
}

/// The envelope of a request (Inferred: declaration and prefix as Axis 1 writes them).
pub(super) fn wrap_request(inside: &str) -> Vec<u8> {
    let envelope = wrap("soapenv", inside);
    format!(r#"<?xml version="1.0" encoding="UTF-8"?>{envelope}"#).into_bytes()
}

fn wrap(prefix: &str, inside: &str) -> String {
    let start = format!(r#"<{prefix}:Envelope xmlns:{prefix}="{SOAP_NAMESPACE}"><{prefix}:Body>"#);
    format!("{start}{inside}</{prefix}:Body></{prefix}:Envelope>")
}

/// The body of a request's envelope.
pub(super) fn request_body(root: &Element, rule: NamespaceRule) -> Result<&Element, SoapFault> {
    if root.local != "Envelope" {
        return Err(SoapFault::not_soap("the root element is not `Envelope`"));
    }
    check_version(root.namespace.as_deref(), rule)?;
    let mut parts = root.children().skip_while(|part| part.local == "Header");
    let Some(body) = parts.next().filter(|part| part.local == "Body") else {
        return Err(SoapFault::not_soap("the envelope has no `Body`"));
    };
    match parts.next() {
        None => Ok(body),
        Some(more) => Err(SoapFault::not_soap(format!(
            "{} stands behind the `Body`, where nothing may stand",
            quoted(&more.local)
        ))),
    }
}

/// The one element in a body (Ours: of two commands one would be carried out and the other lost).
pub(super) fn only_element(body: &Element) -> Result<&Element, SoapFault> {
    let mut elements = body.children();
    let Some(first) = elements.next() else {
        return Err(SoapFault::not_soap("the `Body` is empty"));
    };
    match elements.next() {
        None => Ok(first),
        Some(second) => Err(SoapFault::not_soap(format!(
            "the `Body` holds {} and {}; expected one command",
            quoted(&first.local),
            quoted(&second.local)
        ))),
    }
}

fn check_version(namespace: Option<&str>, rule: NamespaceRule) -> Result<(), SoapFault> {
    match (namespace, rule) {
        (Some(SOAP_NAMESPACE), _) => Ok(()),
        (Some(SOAP_12_NAMESPACE), _) => Err(SoapFault::version_mismatch("a SOAP 1.2 envelope")),
        (_, NamespaceRule::Any) => Ok(()),
        (_, NamespaceRule::Configured) => {
            Err(SoapFault::version_mismatch("an envelope in an unknown namespace"))
        }
    }
}
