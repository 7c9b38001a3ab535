//! The link's part of TLS: whom it trusts, what it shows of itself, which name it asks for.
//!
//! To our own API it speaks TLS 1.2, as a SOAP client of that age does (Inferred), so that it
//! learns that it is turned away before a command leaves; elsewhere 1.3 as well.

use std::fmt;
use std::io;
use std::sync::Arc;

use conax_model::fault::TlsFault;
use conax_model::secret::Secret;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    SupportedProtocolVersion,
};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::authority::{Authority, Identity};
use super::{LINK_NAME, fault_name, provider};

/// Why TLS cannot be spoken as it was set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TlsProblem(pub(super) String);

impl TlsProblem {
    pub(super) fn of(error: impl fmt::Display) -> Self {
        Self(format!("failed to set up TLS: {error}"))
    }
}

/// How the link speaks TLS.
#[derive(Clone, Debug)]
pub struct ConaxTls {
    /// Whether it looks at the head-end's certificate (Attested: public clients do not).
    pub verify: bool,
    /// The certificates it trusts at another head-end, as PEM.
    pub ca_pem: Option<String>,
    /// What it shows of itself to another head-end: certificates and key, as PEM.
    pub client: Option<(String, Secret)>,
}

impl Default for ConaxTls {
    fn default() -> Self {
        Self { verify: true, ca_pem: None, client: None }
    }
}

impl ConaxTls {
    /// What is wrong with it for a head-end at an `https` address, if anything is.
    ///
    /// # Errors
    /// The text tells what was expected.
    pub fn check(&self) -> Result<(), TlsProblem> {
        LinkTls::abroad(self, "localhost").map(drop)
    }
}

/// The link's part of TLS.
#[derive(Clone)]
pub(crate) struct LinkTls {
    usual: TlsConnector,
    stranger: Option<TlsConnector>,
    name: ServerName<'static>,
}

impl LinkTls {
    /// The link to our own API.
    pub(super) fn home(
        authority: &Authority,
        client: Option<&Identity>,
        stranger: &Identity,
        verify: bool,
    ) -> Result<Self, TlsProblem> {
        let roots = Some(trusting(authority.certificate.clone())?).filter(|_| verify);
        let shown = |identity: &Identity| (vec![identity.certificate.clone()], identity.key());
        let versions = &[&rustls::version::TLS12];
        Ok(Self {
            usual: connector(versions, roots.clone(), client.map(shown))?,
            stranger: Some(connector(versions, roots, Some(shown(stranger)))?),
            name: name(LINK_NAME)?,
        })
    }

    /// The link to another head-end.
    pub(crate) fn abroad(settings: &ConaxTls, host: &str) -> Result<Self, TlsProblem> {
        let roots = match (settings.verify, &settings.ca_pem) {
            (false, _) => None,
            (true, Some(pem)) => Some(roots(pem)?),
            (true, None) => {
                return Err(TlsProblem(
                    "an `https` head-end is verified by the certificates of a CA file, and none is \
                     set: no public ones are built in. Give one, or switch verification off"
                        .to_owned(),
                ));
            }
        };
        Ok(Self {
            usual: connector_to_others(roots, settings.client.as_ref())?,
            stranger: None,
            name: name(host)?,
        })
    }

    /// Shakes hands, if need be in the way that meets a fault.
    pub(crate) async fn connect(
        &self,
        stream: TcpStream,
        fault: Option<TlsFault>,
    ) -> io::Result<TlsStream<TcpStream>> {
        let name = match fault {
            Some(fault) => name(fault_name(fault)).map_err(io::Error::other)?,
            None => self.name.clone(),
        };
        let connector = match (&self.stranger, fault) {
            (Some(stranger), Some(TlsFault::ClientCertificate)) => stranger,
            _ => &self.usual,
        };
        connector.connect(name, stream).await
    }
}

type Shown = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn name(host: &str) -> Result<ServerName<'static>, TlsProblem> {
    ServerName::try_from(host.to_owned())
        .map_err(|_| TlsProblem(format!("`{host}` is no name a certificate can be for")))
}

/// What trusts this certificate and nothing else.
pub(super) fn trusting(certificate: CertificateDer<'static>) -> Result<RootCertStore, TlsProblem> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate).map_err(TlsProblem::of)?;
    Ok(roots)
}

/// The certificates of a PEM text.
///
/// # Errors
/// If there is none; the text tells it of the file.
pub fn certificates(file: &str, pem: &str) -> Result<Vec<CertificateDer<'static>>, TlsProblem> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    match read {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(TlsProblem(format!("{file} holds no PEM certificate"))),
    }
}

fn roots(pem: &str) -> Result<RootCertStore, TlsProblem> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates("the CA file", pem)? {
        roots.add(certificate).map_err(TlsProblem::of)?;
    }
    Ok(roots)
}

fn client_identity(chain: &str, key: &Secret) -> Result<Shown, TlsProblem> {
    let chain = certificates("the client's certificate file", chain)?;
    // What was found is a secret, so it is not repeated.
    let key = PrivateKeyDer::from_pem_slice(key.expose().as_bytes());
    let key = key.map_err(|_| TlsProblem("the client's key file holds no PEM key".to_owned()));
    Ok((chain, key?))
}

/// What shakes hands with a server that is not ours. Without roots anybody is trusted; certificates
/// and key, as PEM, are what it shows of itself.
///
/// # Errors
/// If the certificates or the key are none.
pub fn connector_to_others(
    roots: Option<RootCertStore>,
    client: Option<&(String, Secret)>,
) -> Result<TlsConnector, TlsProblem> {
    let client = client.map(|(chain, key)| client_identity(chain, key));
    connector(rustls::ALL_VERSIONS, roots, client.transpose()?)
}

/// Without roots anybody is trusted.
fn connector(
    versions: &[&'static SupportedProtocolVersion],
    roots: Option<RootCertStore>,
    shown: Option<Shown>,
) -> Result<TlsConnector, TlsProblem> {
    let builder = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(versions)
        .map_err(TlsProblem::of)?;
    let builder = match roots {
        Some(roots) => builder.with_webpki_verifier(
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
                .build()
                .map_err(TlsProblem::of)?,
        ),
        None => builder.dangerous().with_custom_certificate_verifier(Arc::new(Credulous)),
    };
    let config = match shown {
        Some((chain, key)) => builder.with_client_auth_cert(chain, key).map_err(TlsProblem::of)?,
        None => builder.with_no_client_auth(),
    };
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Trusts every certificate, as public clients of Conax do (Attested).
#[derive(Debug)]
struct Credulous;

impl ServerCertVerifier for Credulous {
    fn verify_server_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _between: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _stapled: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = provider().signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, &algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = provider().signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, &algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}
