//! A connection to an address, and why there is none, in words.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};

use super::address::Address;
use super::client::{Client, why};
use super::tls::words;

/// How long an address may take to take a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a proxy and a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// How a sentence begins on an address at which nobody answers.
const SILENT: &str = "nothing answers at ";
/// How a sentence begins on an address with which TLS cannot be spoken.
const NO_TLS: &str = "no connection that can be trusted to ";

/// A connection that is open.
pub(crate) type Connection = SendRequest<Full<Bytes>>;

/// Why an address cannot be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unconnected {
    begin: &'static str,
    /// The reason alone.
    pub(crate) why: String,
    /// Whether nobody knows an address of the name.
    pub(crate) is_unknown_name: bool,
}

impl Unconnected {
    fn silent(why: impl Into<String>) -> Self {
        Self { begin: SILENT, why: why.into(), is_unknown_name: false }
    }

    fn no_tls(why: impl Into<String>) -> Self {
        Self { begin: NO_TLS, why: why.into(), is_unknown_name: false }
    }

    /// The whole sentence, with the address as it was given.
    pub(crate) fn at(&self, address: &Address) -> String {
        format!("{}{address}: {}", self.begin, self.why)
    }
}

/// Whether this is such a sentence.
pub(crate) fn is_unconnected(sentence: &str) -> bool {
    sentence.starts_with(SILENT) || sentence.starts_with(NO_TLS)
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Client {
    /// Connects, through the proxy and with TLS if need be.
    pub(crate) async fn connect(&self, address: &Address) -> Result<Connection, Unconnected> {
        let proxy = self.proxy_for(address).map_err(Unconnected::silent)?;
        let first = proxy.map_or(address, |proxy| &proxy.address);
        let stream = tcp(&first.host, first.port).await.map_err(|mut problem| {
            if proxy.is_some() {
                problem.why = format!("of the proxy: {}", problem.why);
            }
            problem
        })?;
        let stream: Box<dyn Stream> = match (proxy, address.is_tls) {
            (None, false) => Box::new(stream),
            (None, true) => Box::new(self.shaken(stream, address).await?),
            (Some(proxy), _) => {
                let tunnel = tokio::time::timeout(HANDSHAKE, proxy.tunnel(stream, address)).await;
                let late = |_| Err(format!("the proxy was silent for {HANDSHAKE:?}"));
                let tunnel = tunnel.unwrap_or_else(late).map_err(Unconnected::silent)?;
                Box::new(self.shaken(tunnel, address).await?)
            }
        };
        let (connection, driver) = hyper::client::conn::http1::Builder::new()
            .preserve_header_case(true)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| Unconnected::silent(why(&error)))?;
        tokio::spawn(driver);
        Ok(connection)
    }

    /// Shakes hands.
    async fn shaken<S: Stream>(
        &self,
        stream: S,
        address: &Address,
    ) -> Result<tokio_rustls::client::TlsStream<S>, Unconnected> {
        let host = &address.host;
        let name = ServerName::try_from(host.clone()).map_err(|_| {
            Unconnected::no_tls(format!("`{host}` is no name a certificate can be for"))
        })?;
        let connector = self.connector().map_err(Unconnected::no_tls)?;
        match tokio::time::timeout(HANDSHAKE, connector.connect(name, stream)).await {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(error)) => Err(Unconnected::no_tls(match tls_error(&error) {
                Some(error) => words(host, error),
                None if error.kind() == io::ErrorKind::UnexpectedEof => {
                    "it closed the connection in the TLS handshake".to_owned()
                }
                None => format!("the TLS handshake failed: {error}"),
            })),
            Err(_) => Err(Unconnected::no_tls(format!(
                "it was silent for {HANDSHAKE:?} in the handshake"
            ))),
        }
    }
}

/// What TLS says of an error of a connection.
pub(super) fn tls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

/// A connection to the first address of this name that takes one.
async fn tcp(host: &str, port: u16) -> Result<TcpStream, Unconnected> {
    let found = lookup_host((host, port)).await;
    let found = found.map_err(|error| Unconnected {
        is_unknown_name: true,
        ..Unconnected::silent(format!("the name `{host}` is not found ({error})"))
    })?;
    let mut refused = Vec::new();
    for at in found {
        match tokio::time::timeout(CONNECT, TcpStream::connect(at)).await {
            Ok(Ok(stream)) => {
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(error)) => refused.push(tcp_words(at, &error)),
            Err(_) => refused.push(tcp_words(at, &io::ErrorKind::TimedOut.into())),
        }
    }
    Err(Unconnected::silent(match refused.is_empty() {
        true => format!("the name `{host}` has no address"),
        false => refused.join(", "),
    }))
}

fn tcp_words(at: SocketAddr, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => format!("{at} refused the connection"),
        io::ErrorKind::ConnectionReset => format!("{at} reset the connection"),
        io::ErrorKind::TimedOut => format!("{at} took no connection in time"),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            format!("there is no way to {at}")
        }
        _ => format!("{at}: {error}"),
    }
}
