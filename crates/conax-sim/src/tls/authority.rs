//! The certificate authority of the APIs, and the certificates it gives.
//!
//! All is made when the simulator opens and lives in memory. The keys come from the system's chance,
//! not from the seed: who knows the seed must not know a key. Whatever is to be valid is so by any
//! date of any clock, since the other end asks its own.

use conax_model::secret::Secret;
use getrandom::SysRng;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_RSA_SHA256, date_time_ymd,
};
use rsa::PrivateKey;
use rsa::pkcs8::EncodePrivateKey;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::tls::client::TlsProblem;

/// As long as clients of that age know them.
const RSA_BITS: usize = 2048;

/// What a foreign client needs to trust the API and to be trusted by it, as PEM texts.
#[derive(Clone, Debug)]
pub struct Papers {
    /// The certificate of the authority.
    pub ca_pem: String,
    /// A certificate for a client.
    pub client_pem: String,
    /// The client's key.
    pub client_key: Secret,
}

/// A certificate with its key.
#[derive(Debug)]
pub(super) struct Identity {
    pub(super) certificate: CertificateDer<'static>,
    key: KeyPair,
}

impl Identity {
    pub(super) fn key(&self) -> PrivateKeyDer<'static> {
        PrivatePkcs8KeyDer::from(self.key.serialize_der()).into()
    }
}

/// Vouches for the API and for its clients.
pub(super) struct Authority {
    pub(super) certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
    pub(super) pem: String,
    make_key: fn() -> Result<KeyPair, TlsProblem>,
}

fn ecdsa_key() -> Result<KeyPair, TlsProblem> {
    Ok(KeyPair::generate()?)
}

fn rsa_key() -> Result<KeyPair, TlsProblem> {
    let key = PrivateKey::new(&mut SysRng, RSA_BITS).map_err(TlsProblem::of)?;
    let der = key.to_pkcs8_der().map_err(TlsProblem::of)?;
    let der = PrivatePkcs8KeyDer::from(der.as_bytes());
    Ok(KeyPair::from_pkcs8_der_and_sign_algo(&der, &PKCS_RSA_SHA256)?)
}

impl From<rcgen::Error> for TlsProblem {
    fn from(error: rcgen::Error) -> Self {
        Self(format!("failed to make a certificate: {error}"))
    }
}

fn named(name: &str, hosts: &[String]) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(hosts)?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    Ok(params)
}

fn server(hosts: &[String]) -> Result<CertificateParams, rcgen::Error> {
    let mut params = named("conax-sim", hosts)?;
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(params)
}

impl Authority {
    /// One with ECDSA keys.
    pub(super) fn new() -> Result<Self, TlsProblem> {
        Self::with_keys("conax-sim authority", ecdsa_key)
    }

    /// One with RSA keys: a client that knows nothing else has to check its signature, too.
    pub(super) fn of_rsa() -> Result<Self, TlsProblem> {
        Self::with_keys("conax-sim authority (RSA)", rsa_key)
    }

    fn with_keys(
        name: &str,
        make_key: fn() -> Result<KeyPair, TlsProblem>,
    ) -> Result<Self, TlsProblem> {
        let mut params = named(name, &[])?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = make_key()?;
        let certificate = params.self_signed(&key)?;
        Ok(Self {
            make_key,
            certificate: certificate.der().clone(),
            pem: certificate.pem(),
            issuer: Issuer::new(params, key),
        })
    }

    /// A certificate of a server at one of these hosts.
    pub(super) fn server(&self, hosts: &[String]) -> Result<Identity, TlsProblem> {
        self.sign(&server(hosts)?)
    }

    /// The same, but its time is over.
    pub(super) fn expired_server(&self, hosts: &[String]) -> Result<Identity, TlsProblem> {
        let mut params = server(hosts)?;
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(2001, 1, 1);
        self.sign(&params)
    }

    /// The same, but nobody vouches for it.
    pub(super) fn self_signed_server(hosts: &[String]) -> Result<Identity, TlsProblem> {
        self_signed(&server(hosts)?)
    }

    /// A certificate of a client, and the papers that go with it.
    pub(super) fn client(&self) -> Result<(Identity, Papers), TlsProblem> {
        let mut params = named("conax-sim client", &[])?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        let papers = Papers {
            ca_pem: self.pem.clone(),
            client_pem: certificate.pem(),
            client_key: Secret::new(key.serialize_pem()),
        };
        let certificate = certificate.der().clone();
        Ok((Identity { certificate, key }, papers))
    }

    /// A certificate of a client this authority does not know.
    pub(super) fn stranger() -> Result<Identity, TlsProblem> {
        let mut params = named("a stranger", &[])?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self_signed(&params)
    }

    fn sign(&self, params: &CertificateParams) -> Result<Identity, TlsProblem> {
        let key = (self.make_key)()?;
        let certificate = params.signed_by(&key, &self.issuer)?.der().clone();
        Ok(Identity { certificate, key })
    }
}

fn self_signed(params: &CertificateParams) -> Result<Identity, TlsProblem> {
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?.der().clone();
    Ok(Identity { certificate, key })
}
