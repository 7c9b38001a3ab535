//! The APIs, as far as they speak TLS: which certificate they show and whom they let in.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use conax_model::fault::TlsFault;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{
    Acceptor, ClientHello, ResolvesServerCert, ServerConfig, WebPkiClientVerifier,
};
use rustls::sign::CertifiedKey;
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, ProtocolVersion,
    SignatureScheme,
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use super::authority::{Authority, Identity, Papers};
use super::client::{LinkTls, TlsProblem, trusting};
use super::{FAULTS, LINK_NAME, TlsKeys, TlsMode, fault_name, provider};

/// The host whose certificate is shown in the place of the right one.
pub(super) const STRANGER: &str = "another-host.invalid";

/// An API's part of TLS.
pub(crate) struct EndpointTls {
    sound: Arc<ServerConfig>,
    faulty: Vec<(TlsFault, Arc<ServerConfig>)>,
}

/// A handshake that came to its end.
pub(crate) struct Shaken<I> {
    pub(crate) stream: TlsStream<I>,
    /// What was wrong with it.
    pub(crate) met: Option<TlsFault>,
}

/// The authority of all APIs that speak TLS, and its client.
pub(crate) struct Vouching {
    authority: Authority,
    /// For clients that know RSA only, if there are to be any.
    rsa: Option<Authority>,
    client: Identity,
    /// What a client needs.
    pub(crate) papers: Papers,
}

impl Vouching {
    /// A new one, if one of the APIs speaks TLS.
    pub(crate) fn of(modes: &[TlsMode], keys: TlsKeys) -> Result<Option<Self>, TlsProblem> {
        if modes.iter().all(|mode| *mode == TlsMode::Off) {
            return Ok(None);
        }
        Self::new(keys).map(Some)
    }

    /// A new one.
    pub(super) fn new(keys: TlsKeys) -> Result<Self, TlsProblem> {
        let authority = Authority::new()?;
        let (client, mut papers) = authority.client()?;
        let rsa = match keys {
            TlsKeys::Ecdsa => None,
            TlsKeys::EcdsaAndRsa => Some(Authority::of_rsa()?),
        };
        papers.ca_pem.extend(rsa.iter().map(|rsa| rsa.pem.as_str()));
        Ok(Self { authority, rsa, client, papers })
    }

    /// The TLS of an API; none if it speaks plain HTTP.
    pub(crate) fn api(
        &self,
        mode: TlsMode,
        address: IpAddr,
        names: &[String],
    ) -> Result<Option<EndpointTls>, TlsProblem> {
        let authority = &self.authority;
        let authentication = match mode {
            TlsMode::Off => return Ok(None),
            TlsMode::On => None,
            TlsMode::Mutual => Some(Authentication::of(authority, false)?),
        };
        let hosts = hosts(address, names);
        let sound = authority.server(&hosts)?;
        let rsa = self.rsa.as_ref().map(|rsa| rsa.server(&hosts)).transpose()?;
        let faulty = |fault| -> Result<_, TlsProblem> {
            let own = [hosts.clone(), vec![fault_name(fault).to_owned()]].concat();
            let authentication = authentication.clone();
            let config = match fault {
                TlsFault::Expired => config(&authority.expired_server(&own)?, authentication),
                TlsFault::SelfSigned => {
                    config(&Authority::self_signed_server(&own)?, authentication)
                }
                TlsFault::WrongHost => {
                    config(&authority.server(&[STRANGER.to_owned()])?, authentication)
                }
                TlsFault::ClientCertificate => {
                    config(&authority.server(&own)?, Some(Authentication::of(authority, true)?))
                }
            };
            Ok((fault, config?))
        };
        Ok(Some(EndpointTls {
            sound: config_of(&sound, rsa.as_ref(), authentication.clone())?,
            faulty: FAULTS.into_iter().map(faulty).collect::<Result<_, _>>()?,
        }))
    }

    /// The link to the Conax endpoint that speaks it so.
    pub(crate) fn link(&self, mode: TlsMode, verify: bool) -> Result<Option<LinkTls>, TlsProblem> {
        let client = match mode {
            TlsMode::Off => return Ok(None),
            TlsMode::On => None,
            TlsMode::Mutual => Some(&self.client),
        };
        LinkTls::home(&self.authority, client, &Authority::stranger()?, verify).map(Some)
    }
}

impl EndpointTls {
    /// Shakes hands with a client: what is wrong with the certificates depends on the name it asks
    /// for, else on what holds for everybody.
    pub(crate) async fn accept<I>(
        &self,
        stream: I,
        for_everybody: impl FnOnce() -> Option<TlsFault>,
    ) -> io::Result<Shaken<I>>
    where
        I: AsyncRead + AsyncWrite + Unpin,
    {
        let start = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
        let asked = start.client_hello().server_name().map(str::to_owned);
        let by_name = |name: &str| FAULTS.into_iter().find(|fault| fault_name(*fault) == name);
        let met = match asked.as_deref() {
            Some(LINK_NAME) => None,
            asked => asked.and_then(by_name).or_else(for_everybody),
        };
        let stream = start.into_stream(self.config(met)).await?;
        Ok(Shaken { stream, met })
    }

    fn config(&self, fault: Option<TlsFault>) -> Arc<ServerConfig> {
        let faulty = self.faulty.iter().find(|(one, _)| Some(*one) == fault);
        Arc::clone(faulty.map_or(&self.sound, |(_, config)| config))
    }
}

/// The names an API on this address goes by, with those that the settings name.
fn hosts(address: IpAddr, names: &[String]) -> Vec<String> {
    let fixed = ["localhost", "127.0.0.1", "::1", "conax-sim", LINK_NAME];
    let mut hosts: Vec<String> = fixed.into_iter().map(str::to_owned).collect();
    let own = address.to_string();
    if !address.is_unspecified() && !hosts.contains(&own) {
        hosts.push(own);
    }
    hosts.extend(names.iter().filter(|name| !fixed.contains(&name.as_str())).cloned());
    hosts
}

fn config(
    identity: &Identity,
    authentication: Option<Arc<Authentication>>,
) -> Result<Arc<ServerConfig>, TlsProblem> {
    config_of(identity, None, authentication)
}

/// Shows the certificate whose signatures the client knows.
fn config_of(
    identity: &Identity,
    rsa: Option<&Identity>,
    authentication: Option<Arc<Authentication>>,
) -> Result<Arc<ServerConfig>, TlsProblem> {
    let builder = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(TlsProblem::of)?;
    let builder = match authentication {
        Some(authentication) => builder.with_client_cert_verifier(authentication),
        None => builder.with_no_client_auth(),
    };
    let shown = Shown { usual: certified(identity)?, rsa: rsa.map(certified).transpose()? };
    Ok(Arc::new(builder.with_cert_resolver(Arc::new(shown))))
}

fn certified(identity: &Identity) -> Result<Arc<CertifiedKey>, TlsProblem> {
    let chain = vec![identity.certificate.clone()];
    let key = CertifiedKey::from_der(chain, identity.key(), &provider());
    key.map(Arc::new).map_err(TlsProblem::of)
}

#[derive(Debug)]
struct Shown {
    usual: Arc<CertifiedKey>,
    rsa: Option<Arc<CertifiedKey>>,
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let knows =
            |key: &&Arc<CertifiedKey>| key.key.choose_scheme(hello.signature_schemes()).is_some();
        [Some(&self.usual), self.rsa.as_ref()].into_iter().flatten().find(knows).cloned()
    }
}

/// Lets in whoever has a certificate of the API's authority; or nobody. Whoever is turned away is
/// told `bad_certificate`, as a Java server does it (Inferred), or `certificate_required`.
#[derive(Debug)]
struct Authentication {
    known: Arc<dyn ClientCertVerifier>,
    is_shut: bool,
}

impl Authentication {
    fn of(authority: &Authority, is_shut: bool) -> Result<Arc<Self>, TlsProblem> {
        let roots = Arc::new(trusting(authority.certificate.clone())?);
        let known = WebPkiClientVerifier::builder_with_provider(roots, provider());
        let known = known.build().map_err(TlsProblem::of)?;
        Ok(Arc::new(Self { known, is_shut }))
    }
}

impl ClientCertVerifier for Authentication {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        // No hints: a client sends what it has.
        &[]
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let turned_away = || Error::from(CertificateError::BadEncoding);
        if self.is_shut {
            return Err(turned_away());
        }
        let verified = self.known.verify_client_cert(certificate, between, now);
        verified.map_err(|_| turned_away())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.known.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.known.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.known.supported_verify_schemes()
    }
}

/// Whether unread bytes begin with the alert by which a client says goodbye: from TLS 1.3 on it
/// looks like two bytes of a call, which no client sends alone.
pub(crate) fn goodbye(version: Option<ProtocolVersion>) -> fn(&[u8]) -> bool {
    match version {
        Some(ProtocolVersion::TLSv1_3) => |bytes| bytes.len() >= 5 && bytes[3..5] == [0, 19],
        _ => |bytes| bytes.first() == Some(&21),
    }
}

#[cfg(test)]
mod tests {
    //! For whom certificates are.

    use super::hosts;

    #[test]
    fn certificates_are_for_the_address_and_the_names_of_the_settings() {
        let named = |address: &str, names: &[&str]| {
            let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
            let hosts = hosts(address.parse().expect("an address"), &names);
            hosts.into_iter().skip(5).collect::<Vec<_>>()
        };
        assert_eq!(named("10.0.0.7", &["sim.example", "localhost"]), ["10.0.0.7", "sim.example"]);
        assert_eq!(named("0.0.0.0", &["sim.example"]), ["sim.example"]);
        assert_eq!(named("127.0.0.1", &[]), Vec::<String>::new());
    }
}
