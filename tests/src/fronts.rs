//! What stands in front of a target where people have one: TLS by a private authority, a proxy, a
//! gateway that compresses.

use std::io::Read;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex};

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH};
use axum::response::Response;
use conax_sim::Simulator;
use conax_sim::simulator::Api;
use flate2::Compression;
use flate2::read::GzEncoder;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio_rustls::TlsAcceptor;

/// Where they run: beside the programs, whatever waits for those.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let built = Builder::new_multi_thread().worker_threads(1).enable_all().build();
    built.expect("a runtime can be built")
});

/// An authority that no machine knows.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its certificate.
    pub pem: String,
}

/// A certificate with its key.
pub struct Paper {
    /// The certificate, as PEM.
    pub pem: String,
    /// Its key, as PEM.
    pub key: String,
}

impl Authority {
    /// A new one.
    ///
    /// # Panics
    /// If no certificate can be made.
    #[must_use]
    pub fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        params.distinguished_name.push(DnType::CommonName, "an authority");
        let key = KeyPair::generate().expect("a key can be made");
        let pem = params.self_signed(&key).expect("it signs itself").pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// A certificate for these names.
    ///
    /// # Panics
    /// If it cannot be made.
    #[must_use]
    pub fn paper(&self, names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Paper {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).expect("these are names");
        change(&mut params);
        let key = KeyPair::generate().expect("a key can be made");
        let signed = params.signed_by(&key, &self.issuer).expect("it signs");
        Paper { pem: signed.pem(), key: key.serialize_pem() }
    }

    /// TLS for this machine in front of an address.
    #[must_use]
    pub fn front(&self, to: SocketAddr) -> SocketAddr {
        self.front_showing(&self.paper(&["localhost", "127.0.0.1"], |_| ()), to)
    }

    /// The same, with another certificate.
    #[must_use]
    pub fn front_showing(&self, paper: &Paper, to: SocketAddr) -> SocketAddr {
        terminator(paper, None, to)
    }

    /// The same, for clients with a certificate of this authority only.
    #[must_use]
    pub fn mutual_front(&self, to: SocketAddr) -> SocketAddr {
        let paper = self.paper(&["127.0.0.1"], |_| ());
        terminator(&paper, Some(&self.pem), to)
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

fn certificate(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).expect("it is a certificate")
}

fn terminator(paper: &Paper, clients_of: Option<&str>, to: SocketAddr) -> SocketAddr {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("these are versions");
    let builder = match clients_of {
        None => builder.with_no_client_auth(),
        Some(pem) => {
            let mut roots = RootCertStore::empty();
            roots.add(certificate(pem)).expect("it is an authority");
            let known = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
            builder.with_client_cert_verifier(known.build().expect("it has an authority"))
        }
    };
    let key = PrivatePkcs8KeyDer::from_pem_slice(paper.key.as_bytes()).expect("it is a key");
    let config = builder
        .with_single_cert(vec![certificate(&paper.pem)], PrivateKeyDer::from(key))
        .expect("the key is that of the certificate");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    each_connection(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let mut shaken = acceptor.accept(stream).await?;
            let mut target = TcpStream::connect(to).await?;
            copy_bidirectional(&mut shaken, &mut target).await.map(drop)
        }
    })
}

/// Does this with each connection; the address they come to.
fn each_connection<F>(what: impl Fn(TcpStream) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = std::io::Result<()>> + Send + 'static,
{
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    listener.set_nonblocking(true).expect("a socket");
    RUNTIME.spawn(async move {
        let listener = TcpListener::from_std(listener).expect("a listener");
        while let Ok((stream, _)) = listener.accept().await {
            // A connection that breaks is that of a client that does not trust us.
            tokio::spawn(what(stream));
        }
    });
    address
}

/// A proxy that connects whoever asks, and what it was asked.
#[must_use]
pub fn connect_proxy(status: &'static str) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&asked);
    let address = each_connection(move |mut client| {
        let heard = Arc::clone(&heard);
        async move {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(client.read_u8().await?);
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            let place = head.split(' ').nth(1).unwrap_or_default().to_owned();
            heard.lock().expect("nobody panics while holding it").push(head);
            client.write_all(format!("HTTP/1.1 {status}\r\n\r\n").as_bytes()).await?;
            let mut target = TcpStream::connect(place).await?;
            copy_bidirectional(&mut client, &mut target).await.map(drop)
        }
    });
    (address, asked)
}

/// A provisioning API whose answers are compressed, whoever asked for it; and what clients said they
/// take.
#[must_use]
pub fn compressing(simulator: Simulator) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&asked);
    let simulator = Arc::new(simulator);
    let app = axum::Router::new().fallback(move |request: Request| {
        let (simulator, heard) = (Arc::clone(&simulator), Arc::clone(&heard));
        async move {
            let said = request.headers().get(ACCEPT_ENCODING);
            let said = said.map_or("", |said| said.to_str().unwrap_or_default()).to_owned();
            heard.lock().expect("nobody panics while holding it").push(said);
            let reply = simulator.call(Api::Crm, request).await;
            let mut answer = Response::new(Body::from(gzip(&reply.body)));
            *answer.status_mut() = reply.status;
            *answer.headers_mut() = reply.headers;
            answer.headers_mut().remove(CONTENT_LENGTH);
            answer.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            answer
        }
    });
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    listener.set_nonblocking(true).expect("a socket");
    RUNTIME.spawn(async move {
        let listener = TcpListener::from_std(listener).expect("a listener");
        axum::serve(listener, app).await
    });
    (address, asked)
}

/// A body as a gateway compresses it.
///
/// # Panics
/// If it is too long for memory.
#[must_use]
pub fn gzip(body: &[u8]) -> Bytes {
    let mut bytes = Vec::new();
    GzEncoder::new(body, Compression::fast()).read_to_end(&mut bytes).expect("it is memory");
    bytes.into()
}
