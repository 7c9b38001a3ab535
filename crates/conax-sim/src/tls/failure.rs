//! What the CRM's SOAP client says of TLS that fails: the same text whether the handshake was real
//! or not.

use std::io;

use conax_contract::cas::AxisFault;
use conax_model::fault::TlsFault;
use rustls::{AlertDescription, CertificateError, Error};

/// What Java says of such a handshake (Ours: the wording after the exception's name).
#[must_use]
pub(crate) const fn reason(fault: TlsFault) -> &'static str {
    match fault {
        TlsFault::Expired => {
            "PKIX path validation failed: java.security.cert.CertPathValidatorException: validity \
             check failed"
        }
        TlsFault::SelfSigned => {
            "PKIX path building failed: unable to find valid certification path to requested target"
        }
        TlsFault::WrongHost => {
            "java.security.cert.CertificateException: No name matching the host found"
        }
        TlsFault::ClientCertificate => "Received fatal alert: bad_certificate",
    }
}

/// What is wrong, if it is one of the faults there are.
fn fault_of(error: &Error) -> Option<TlsFault> {
    match error {
        Error::InvalidCertificate(error) => fault_of_certificate(error),
        Error::AlertReceived(AlertDescription::BadCertificate) => Some(TlsFault::ClientCertificate),
        _ => None,
    }
}

fn fault_of_certificate(error: &CertificateError) -> Option<TlsFault> {
    use CertificateError as Wrong;
    match error {
        Wrong::Expired
        | Wrong::ExpiredContext { .. }
        | Wrong::NotValidYet
        | Wrong::NotValidYetContext { .. } => Some(TlsFault::Expired),
        Wrong::UnknownIssuer => Some(TlsFault::SelfSigned),
        Wrong::NotValidForName | Wrong::NotValidForNameContext { .. } => Some(TlsFault::WrongHost),
        _ => None,
    }
}

fn told(error: &Error) -> AxisFault {
    if let Some(fault) = fault_of(error) {
        return AxisFault::tls_handshake(reason(fault));
    }
    match error {
        Error::InvalidMessage(_) => AxisFault::exception(
            "javax.net.ssl.SSLException: Unrecognized SSL message, plaintext connection?",
        ),
        Error::AlertReceived(alert) => {
            AxisFault::tls_handshake(&format!("Received fatal alert: {}", alert_name(*alert)))
        }
        Error::InvalidCertificate(error) => {
            AxisFault::tls_handshake(&format!("PKIX path validation failed: {error:?}"))
        }
        error => AxisFault::tls_handshake(&error.to_string()),
    }
}

/// The name the standards give an alert.
fn alert_name(alert: AlertDescription) -> String {
    let name = format!("{alert:?}").replace("CA", "Ca");
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

/// What the client sees of TLS that failed, if that is what is behind an error.
pub(crate) fn failure_in(error: &io::Error) -> Option<AxisFault> {
    let inner = error.get_ref()?;
    inner.downcast_ref::<Error>().map(told)
}

/// What the client sees when a handshake does not come to its end.
pub(crate) fn broken_handshake(error: &io::Error) -> AxisFault {
    match error.kind() {
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => AxisFault::connection_reset(),
        io::ErrorKind::UnexpectedEof => {
            AxisFault::tls_handshake("Remote host closed connection during handshake")
        }
        _ => failure_in(error)
            .unwrap_or_else(|| AxisFault::exception(&format!("java.net.SocketException: {error}"))),
    }
}
