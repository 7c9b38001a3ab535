//! What the CRM stores when there is no answer: the dump of an Apache Axis 1 fault.
//!
//! Attested: the layout of the dump, by a published example of the CRM and by independent
//! reports; `(401)Unauthorized` under the fault code `HTTP`. Inferred (strong): failures of the
//! network are `Server.userException` with the text of the Java exception.

use super::envelope::SOAP_NAMESPACE;
use super::xml::escape_text;

const AXIS_NAMESPACE: &str = "http://xml.apache.org/axis/";

/// A failed call as the CRM's client sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AxisFault {
    /// The fault code, in the notation `{namespace}local`.
    pub code: String,
    /// The fault string.
    pub string: String,
    /// The fault actor; empty if there is none.
    pub actor: String,
    /// The entries of the fault detail.
    pub details: Vec<AxisDetail>,
}

/// One entry of a fault detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AxisDetail {
    /// The namespace of the entry; empty if it has none.
    pub namespace: String,
    /// The name of the entry.
    pub name: String,
    /// What is inside, as XML.
    pub xml: String,
}

impl AxisDetail {
    /// An entry without namespace that holds text.
    #[must_use]
    pub fn text(name: &str, text: &str) -> Self {
        Self {
            namespace: String::new(),
            name: name.to_owned(),
            xml: escape_text(text),
        }
    }

    fn axis(name: &str, text: &str) -> Self {
        Self {
            namespace: AXIS_NAMESPACE.to_owned(),
            ..Self::text(name, text)
        }
    }
}

impl AxisFault {
    /// Nobody listens.
    #[must_use]
    pub fn connect_refused() -> Self {
        Self::exception("java.net.ConnectException: Connection refused")
    }

    /// Nobody answered the attempt to connect.
    #[must_use]
    pub fn connect_timed_out() -> Self {
        Self::exception("java.net.SocketTimeoutException: connect timed out")
    }

    /// There is no way to the host.
    #[must_use]
    pub fn no_route() -> Self {
        Self::exception("java.net.NoRouteToHostException: No route to host")
    }

    /// The host name means nothing.
    #[must_use]
    pub fn unknown_host(host: &str) -> Self {
        Self::exception(&format!("java.net.UnknownHostException: {host}"))
    }

    /// The connection stands and no answer came in time.
    #[must_use]
    pub fn read_timed_out() -> Self {
        Self::exception("java.net.SocketTimeoutException: Read timed out")
    }

    /// The connection was reset.
    #[must_use]
    pub fn connection_reset() -> Self {
        Self::exception("java.net.SocketException: Connection reset")
    }

    /// The connection was closed before the answer was complete.
    #[must_use]
    pub fn end_of_file() -> Self {
        Self::exception("java.io.EOFException")
    }

    /// The TLS handshake failed.
    #[must_use]
    pub fn tls_handshake(reason: &str) -> Self {
        Self::exception(&format!("javax.net.ssl.SSLHandshakeException: {reason}"))
    }

    /// The answer is not XML.
    #[must_use]
    pub fn sax_parse(sentence: &str) -> Self {
        Self::exception(&format!("org.xml.sax.SAXParseException: {sentence}"))
    }

    /// The answer is XML and not a SOAP message.
    #[must_use]
    pub fn sax(sentence: &str) -> Self {
        Self::exception(&format!("org.xml.sax.SAXException: {sentence}"))
    }

    /// The answer is in an encoding the client does not know.
    #[must_use]
    pub fn unsupported_encoding(name: &str) -> Self {
        Self::exception(&format!("java.io.UnsupportedEncodingException: {name}"))
    }

    /// The answer has bytes that are not of its encoding.
    #[must_use]
    pub fn malformed_bytes(encoding: &str) -> Self {
        Self::exception(&format!(
            "org.apache.xerces.impl.io.MalformedByteSequenceException: Invalid byte 1 of 1-byte \
             {encoding} sequence."
        ))
    }

    /// The answer is of a kind that cannot hold a SOAP message (Ours: the wording).
    #[must_use]
    pub fn unexpected_content_type(content_type: &str) -> Self {
        Self::exception(&format!(
            "java.io.IOException: unexpected content type: {content_type}"
        ))
    }

    /// The envelope is of a SOAP version the client does not know.
    #[must_use]
    pub fn version_mismatch() -> Self {
        Self {
            code: format!("{{{SOAP_NAMESPACE}}}VersionMismatch"),
            string: "Version Mismatch".to_owned(),
            actor: String::new(),
            details: Vec::new(),
        }
    }

    /// The answer is an HTTP error with this page.
    #[must_use]
    pub fn http_status(status: u16, page: &str) -> Self {
        Self {
            code: format!("{{{AXIS_NAMESPACE}}}HTTP"),
            string: format!("({status}){}", reason_phrase(status)),
            actor: String::new(),
            details: vec![
                AxisDetail::text("", &format!("return code:  {status}\n{page}")),
                AxisDetail::axis("HttpErrorCode", &status.to_string()),
            ],
        }
    }

    /// A SOAP fault with this code, in the notation `{namespace}local`, and this string.
    #[must_use]
    pub fn soap_fault(code: &str, string: &str) -> Self {
        Self {
            code: code.to_owned(),
            string: string.to_owned(),
            actor: String::new(),
            details: Vec::new(),
        }
    }

    /// The client failed with this Java exception.
    ///
    /// The dump of a real client goes on with the frames of its stack; ours would be invented.
    #[must_use]
    pub fn exception(exception: &str) -> Self {
        Self {
            code: format!("{{{SOAP_NAMESPACE}}}Server.userException"),
            string: exception.to_owned(),
            actor: String::new(),
            details: vec![AxisDetail::axis("stackTrace", exception)],
        }
    }

    /// The dump of the fault: what the CRM stores as the description of the error.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = format!(
            "AxisFault\n faultCode: {}\n faultSubcode: \n faultString: {}\n faultActor: {}\n \
             faultNode: \n faultDetail: ",
            self.code,
            escape_text(&self.string),
            self.actor,
        );
        for detail in &self.details {
            let AxisDetail {
                namespace,
                name,
                xml,
            } = detail;
            text.push_str(&format!("\n\t{{{namespace}}}{name}:{xml}"));
        }
        text
    }
}

/// The reason phrase a server sends with a status (Documented: RFC 9110).
const fn reason_phrase(status: u16) -> &'static str {
    match status {
        301 => "Moved Permanently",
        302 => "Found",
        307 => "Temporary Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        411 => "Length Required",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    }
}
