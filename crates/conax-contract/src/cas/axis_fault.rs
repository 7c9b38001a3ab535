//! What the CRM stores when there is no answer: the dump of an Apache Axis 1 fault.
//!
//! Attested: the layout of the dump, by a published example of the CRM and by independent
//! reports; `(401)Unauthorized` under the fault code `HTTP`. Inferred: that the CRM's client was
//! Axis 1.4; what that client makes of each failure was then measured, and `fixtures/axis` holds
//! what came out. Ours: the name of its machine, and the Java it runs on, which are not known.

use std::sync::Arc;

use super::envelope::SOAP_NAMESPACE;
use super::xml::escape_text;

const AXIS_NAMESPACE: &str = "http://xml.apache.org/axis/";

/// The machine the CRM's SOAP client runs on, as far as a stored error shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AxisClient {
    /// Its host name: the last detail in the dump of an exception (Ours: which).
    pub host: Arc<str>,
    /// The major version of its Java. Some texts are those of Java, and changed; which version the
    /// real CRM ran is not known (Ours).
    pub java: u16,
}

impl Default for AxisClient {
    fn default() -> Self {
        Self { host: Self::HOST.into(), java: Self::JAVA }
    }
}

/// Where a parser found that a text is not XML, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SaxPlace {
    /// The line.
    pub line: usize,
    /// The column, in UTF-16 units.
    pub column: usize,
}

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
        Self { namespace: String::new(), name: name.to_owned(), xml: escaped(text) }
    }

    fn axis(name: &str, text: &str) -> Self {
        Self { namespace: AXIS_NAMESPACE.to_owned(), ..Self::text(name, text) }
    }
}

impl AxisClient {
    /// The host name where nobody says another.
    pub const HOST: &str = "crm.example";
    /// The version of Java where nobody says another.
    pub const JAVA: u16 = 7;

    /// Nobody listens.
    #[must_use]
    pub fn connect_refused(&self) -> AxisFault {
        self.exception("java.net.ConnectException: Connection refused")
    }

    /// Nobody answered the attempt to connect.
    #[must_use]
    pub fn connect_timed_out(&self) -> AxisFault {
        // Java 13 came with new sockets, which begin their sentences with a capital.
        let text = match self.java {
            ..13 => "connect timed out",
            _ => "Connect timed out",
        };
        self.exception(&format!("java.net.SocketTimeoutException: {text}"))
    }

    /// There is no way to the host (Inferred: nothing a test could arrange).
    #[must_use]
    pub fn no_route(&self) -> AxisFault {
        self.exception("java.net.NoRouteToHostException: No route to host")
    }

    /// The host name means nothing (Inferred).
    #[must_use]
    pub fn unknown_host(&self, host: &str) -> AxisFault {
        self.exception(&format!("java.net.UnknownHostException: {host}"))
    }

    /// The connection stands and no answer came in time.
    #[must_use]
    pub fn read_timed_out(&self) -> AxisFault {
        self.exception("java.net.SocketTimeoutException: Read timed out")
    }

    /// The connection was reset.
    #[must_use]
    pub fn connection_reset(&self) -> AxisFault {
        self.exception("java.net.SocketException: Connection reset")
    }

    /// The TLS handshake failed.
    #[must_use]
    pub fn tls_handshake(&self, reason: &str) -> AxisFault {
        self.exception(&format!("javax.net.ssl.SSLHandshakeException: {reason}"))
    }

    /// The TLS handshake failed because the server's certificate is not trusted.
    #[must_use]
    pub fn tls_path(&self, reason: &str) -> AxisFault {
        // Java 11 came with a new TLS, which no longer names the class of the cause (Inferred).
        let cause = match self.java {
            ..11 => "sun.security.validator.ValidatorException: ",
            _ => "",
        };
        self.tls_handshake(&format!("{cause}PKIX path {reason}"))
    }

    /// The answer is not XML.
    #[must_use]
    pub fn sax_parse(&self, place: SaxPlace, sentence: &str) -> AxisFault {
        let SaxPlace { line, column } = place;
        // Java 7 and later tell the place (Inferred: from when on; measured with Java 17).
        let text = match self.java {
            ..7 => format!("org.xml.sax.SAXParseException: {sentence}"),
            _ => format!(
                "org.xml.sax.SAXParseException; lineNumber: {line}; columnNumber: {column}; {sentence}"
            ),
        };
        self.exception(&text)
    }

    /// The answer is XML and not a SOAP message.
    #[must_use]
    pub fn sax(&self, sentence: &str) -> AxisFault {
        self.exception(&format!("org.xml.sax.SAXException: {sentence}"))
    }

    /// The answer is in an encoding the client does not know.
    #[must_use]
    pub fn unsupported_encoding(&self, name: &str) -> AxisFault {
        self.exception(&format!("java.io.UnsupportedEncodingException: {name}"))
    }

    /// The answer has bytes that are not UTF-8.
    #[must_use]
    pub fn malformed_bytes(&self, sentence: &str) -> AxisFault {
        self.exception(&format!(
            "com.sun.org.apache.xerces.internal.impl.io.MalformedByteSequenceException: {sentence}"
        ))
    }

    /// The envelope is of a SOAP version the client does not know.
    #[must_use]
    pub fn version_mismatch(&self) -> AxisFault {
        let code = format!("{{{SOAP_NAMESPACE}}}VersionMismatch");
        self.thrown(&code, "Version Mismatch")
    }

    /// The client failed with this Java exception.
    ///
    /// The dump of a real client goes on with the frames of its stack; ours would be invented.
    #[must_use]
    pub fn exception(&self, exception: &str) -> AxisFault {
        let code = format!("{{{SOAP_NAMESPACE}}}Server.userException");
        self.thrown(&code, exception)
    }

    /// A fault without details of its own gets those of where it was thrown.
    pub(super) fn thrown(&self, code: &str, string: &str) -> AxisFault {
        AxisFault {
            code: code.to_owned(),
            string: string.to_owned(),
            actor: String::new(),
            details: vec![
                AxisDetail::axis("stackTrace", &format!("{string}\n")),
                AxisDetail::axis("hostname", &self.host),
            ],
        }
    }
}

impl AxisFault {
    /// The connection was closed before there was a line of an answer: the client takes what it
    /// never read for an HTTP error.
    #[must_use]
    pub fn no_answer() -> Self {
        Self::http_status(0, "null", "")
    }

    /// The answer is an HTTP error with this reason and this page.
    #[must_use]
    pub fn http_status(status: u16, reason: &str, page: &str) -> Self {
        Self {
            code: format!("{{{AXIS_NAMESPACE}}}HTTP"),
            string: format!("({status}){reason}"),
            actor: String::new(),
            details: vec![
                AxisDetail::text("", &format!("return code:  {status}\n{page}")),
                AxisDetail::axis("HttpErrorCode", &status.to_string()),
            ],
        }
    }

    /// The dump of the fault: what the CRM stores as the description of the error.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = format!(
            "AxisFault\n faultCode: {}\n faultSubcode: \n faultString: {}\n faultActor: {}\n \
             faultNode: \n faultDetail: ",
            escaped(&self.code),
            escaped(&self.string),
            escaped(&self.actor),
        );
        for detail in &self.details {
            let AxisDetail { namespace, name, xml } = detail;
            text.push_str(&format!("\n\t{{{namespace}}}{name}:{xml}"));
        }
        text
    }
}

/// What came back, by the dump the CRM stored of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CameBack {
    /// No answer, or not all of one in time.
    Nothing,
    /// Bytes of which no answer could be read.
    Unreadable,
    /// An answer that can be read and has no status code: of HTTP, or a SOAP fault.
    NoStatusCode,
}

/// Reads from a stored dump what came back.
#[must_use]
pub fn came_back(dump: &str) -> CameBack {
    let mut lines = dump.lines();
    let string = lines.find_map(|line| line.trim_start().strip_prefix("faultString: "));
    let begins = |with: &[&str]| {
        string.is_some_and(|string| with.iter().any(|start| string.starts_with(start)))
    };
    if begins(&["java.net.", "javax.net.ssl.", "(0)"]) {
        CameBack::Nothing
    } else if begins(&[
        "org.xml.sax.",
        "java.io.",
        "com.sun.org.apache.xerces.",
        "Version Mismatch",
    ]) {
        CameBack::Unreadable
    } else {
        CameBack::NoStatusCode
    }
}

/// As the client escapes: a carriage return stays as it is.
fn escaped(text: &str) -> String {
    escape_text(text).replace("&#13;", "\r")
}
