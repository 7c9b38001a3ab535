//! TLS: each API speaks it if it is told to, with certificates of one authority, and our own link speaks it to our own API
//! and to an `https` head-end.
//!
//! The faults of the certificates are real on an API that speaks TLS: it shows the certificate that
//! has expired, is signed by nobody or is for another host, and it turns away the client that has
//! none of its certificates. A client meets one by the name it asks for (see [`fault_name`]), or
//! because a rule holds for everybody. On an API that speaks plain HTTP there is no handshake to
//! fail: our own CRM then stores what it would have seen (`failure`), and nobody else sees it.
//!
//! Read on: `authority` (who vouches for whom), `server`, `client`, `failure` (what the CRM's SOAP
//! client says of a handshake that fails).

mod authority;
mod client;
mod failure;
mod listener;
mod server;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use conax_model::fault::TlsFault;
use rustls::crypto::CryptoProvider;

pub use authority::Papers;
pub(crate) use client::LinkTls;
pub use client::{ConaxTls, TlsProblem, certificates, connector_to_others};
pub(crate) use failure::{broken_handshake, failure_in, told};
pub use listener::ListenerTls;
pub(crate) use server::{EndpointTls, Shaken, Vouching, goodbye};

/// Whether an API speaks TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsMode {
    /// Plain HTTP.
    #[default]
    Off,
    /// With a certificate of the API.
    On,
    /// With certificates of the API and of the client.
    Mutual,
}

impl TlsMode {
    /// What an address of the API begins with.
    #[must_use]
    pub const fn scheme(self) -> &'static str {
        match self {
            Self::Off => "http",
            Self::On | Self::Mutual => "https",
        }
    }
}

/// Which keys the certificates of the APIs have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsKeys {
    /// ECDSA, which is made at once.
    #[default]
    Ecdsa,
    /// RSA as well, for clients that know nothing else; they take a while to make.
    EcdsaAndRsa,
}

/// The name our own link asks for when nothing is to be wrong: it was judged before.
const LINK_NAME: &str = "link.conax-sim";

/// The name by which a client meets a fault of the certificates.
#[must_use]
pub const fn fault_name(fault: TlsFault) -> &'static str {
    match fault {
        TlsFault::Expired => "expired.conax-sim",
        TlsFault::SelfSigned => "self-signed.conax-sim",
        TlsFault::WrongHost => "wrong-host.conax-sim",
        TlsFault::ClientCertificate => "client-certificate.conax-sim",
    }
}

/// Every fault of the certificates.
const FAULTS: [TlsFault; 4] =
    [TlsFault::Expired, TlsFault::SelfSigned, TlsFault::WrongHost, TlsFault::ClientCertificate];

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
