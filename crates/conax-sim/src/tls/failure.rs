//! What the CRM's SOAP client says of TLS that fails: the same text whether the handshake was real
//! or not.

use std::io;

use conax_contract::cas::{AxisClient, AxisFault};
use conax_model::fault::TlsFault;
use rustls::{AlertDescription, CertificateError, Error};

use super::server::STRANGER;

/// What the client says of such a handshake. Measured with Java 17; what an older Java says is
/// Inferred, from public reports.
///
/// That another host's certificate is refused at all is so since a patch that Debian ships: Axis 1.4
/// as it was released looks at no host name, and whether the real CRM did is not known (Ours).
#[must_use]
pub(crate) fn told(axis: &AxisClient, fault: TlsFault) -> AxisFault {
    match fault {
        TlsFault::Expired => {
            let check = match axis.java {
                ..9 => "timestamp",
                _ => "validity",
            };
            axis.tls_path(&format!(
                "validation failed: java.security.cert.CertPathValidatorException: {check} check \
                 failed"
            ))
        }
        TlsFault::SelfSigned => axis.tls_path(
            "building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable \
             to find valid certification path to requested target",
        ),
        TlsFault::WrongHost => wrong_host(axis, "localhost", &format!("{STRANGER}/conax-sim")),
        TlsFault::ClientCertificate => axis.tls_handshake("Received fatal alert: bad_certificate"),
    }
}

fn wrong_host(axis: &AxisClient, host: &str, names: &str) -> AxisFault {
    axis.exception(&format!(
        "javax.net.ssl.SSLException: hostname in certificate didn't match: <{host}> != </{names}>"
    ))
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

fn told_of(axis: &AxisClient, error: &Error) -> AxisFault {
    if let Error::InvalidCertificate(CertificateError::NotValidForNameContext {
        expected,
        presented,
    }) = error
    {
        let names: Vec<&str> = presented.iter().map(|name| bare_name(name)).collect();
        if names != [STRANGER] {
            return wrong_host(axis, &expected.to_str(), &names.join("/"));
        }
    }
    if let Some(fault) = fault_of(error) {
        return told(axis, fault);
    }
    match error {
        Error::InvalidMessage(_) => axis.exception(
            "javax.net.ssl.SSLException: Unrecognized SSL message, plaintext connection?",
        ),
        Error::AlertReceived(alert) => {
            axis.tls_handshake(&format!("Received fatal alert: {}", alert_name(*alert)))
        }
        Error::InvalidCertificate(CertificateError::BadSignature) => axis.tls_path(
            "validation failed: java.security.cert.CertPathValidatorException: signature check \
             failed",
        ),
        Error::InvalidCertificate(error) => axis.tls_path(&format!("validation failed: {error:?}")),
        error => axis.tls_handshake(&error.to_string()),
    }
}

/// A name of a certificate without what the library puts around it.
fn bare_name(name: &str) -> &str {
    let quoted = name.split('"').nth(1);
    quoted.unwrap_or(name)
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
pub(crate) fn failure_in(axis: &AxisClient, error: &io::Error) -> Option<AxisFault> {
    let inner = error.get_ref()?;
    inner.downcast_ref::<Error>().map(|error| told_of(axis, error))
}

/// What the client sees when a handshake does not come to its end.
pub(crate) fn broken_handshake(axis: &AxisClient, error: &io::Error) -> AxisFault {
    match error.kind() {
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => axis.connection_reset(),
        io::ErrorKind::UnexpectedEof => {
            axis.tls_handshake("Remote host closed connection during handshake")
        }
        _ => failure_in(axis, error)
            .unwrap_or_else(|| axis.exception(&format!("java.net.SocketException: {error}"))),
    }
}
