//! SOAP 1.1 faults: what the head-end answers when it cannot make sense of a message.

use super::envelope;
use super::xml::{Element, outer_xml};

/// A SOAP fault. It carries no transaction id (Inferred: the call never became a transaction).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoapFault {
    /// The fault code, with the prefix `soap:` if it is one of SOAP's own.
    pub code: String,
    /// The fault string.
    pub string: String,
    /// Text inside the `detail` element, if there is one.
    pub detail: Option<String>,
    /// Why, for the log. It is not sent and quotes nothing from the message.
    pub reason: String,
}

impl SoapFault {
    /// The fault for a message that is not XML we read (Attested: code and string, by a public
    /// log of a message in an unexpected encoding).
    #[must_use]
    pub fn unparseable(reason: impl Into<String>) -> Self {
        Self::new("soap:Server", "Couldn't parse stream.", reason)
    }

    /// The fault for what a real head-end may take and this one does not (Ours).
    #[must_use]
    pub fn not_simulated(sentence: &str) -> Self {
        Self::new("soap:Client", sentence, "not simulated")
    }

    /// The fault for an operation the service does not have (Inferred: the wording is that of a
    /// Java stack of the same family).
    #[must_use]
    pub fn no_such_operation(name: &str, reason: impl Into<String>) -> Self {
        // Ours: a name longer than this is not worth repeating.
        let shown: String = name.chars().take(100).collect();
        Self::new("soap:Server", format!("No such operation: {shown}"), reason)
    }

    /// The fault for XML that is not a SOAP message (Ours; the code is Documented by SOAP 1.1).
    #[must_use]
    pub fn not_soap(reason: impl Into<String>) -> Self {
        Self::new("soap:Client", "The message is not a SOAP 1.1 envelope.", reason)
    }

    /// The fault for an envelope of another version (Documented: SOAP 1.1, section 4.4.1).
    #[must_use]
    pub fn version_mismatch(reason: impl Into<String>) -> Self {
        let string = "The envelope is not in the namespace of SOAP 1.1.";
        Self::new("soap:VersionMismatch", string, reason)
    }

    /// A fault with this code and string and no detail.
    #[must_use]
    pub fn new(
        code: impl Into<String>,
        string: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self { code: code.into(), string: string.into(), detail: None, reason: reason.into() }
    }
}

/// The fault as a SOAP envelope. It is sent with HTTP status 500 (Documented: SOAP 1.1, 6.2).
#[must_use]
pub fn encode_fault(fault: &SoapFault) -> Vec<u8> {
    // SOAP 1.1 leaves the children of a fault without a namespace.
    let mut children = vec![
        Element::leaf("faultcode", "", &fault.code),
        Element::leaf("faultstring", "", &fault.string),
    ];
    if let Some(detail) = &fault.detail {
        children.push(Element::leaf("detail", "", detail));
    }
    let inside: String = children.iter().map(|child| outer_xml(child, "")).collect();
    envelope::wrap_reply(&format!("<soap:Fault>{inside}</soap:Fault>"))
}
