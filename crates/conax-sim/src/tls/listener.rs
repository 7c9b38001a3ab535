//! TLS for a listener that is no API of a simulator, such as the recorder's.

use std::io;
use std::net::IpAddr;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::server::TlsStream;

use super::authority::Papers;
use super::client::TlsProblem;
use super::server::{EndpointTls, Vouching};
use super::{TlsKeys, TlsMode};

/// A listener's part of TLS.
pub struct ListenerTls(EndpointTls);

impl ListenerTls {
    /// That of listeners at these addresses, with certificates of one authority, and what their
    /// clients need.
    ///
    /// # Errors
    /// If no certificates can be made.
    pub fn all(keys: TlsKeys, addresses: &[IpAddr]) -> Result<(Vec<Self>, Papers), TlsProblem> {
        let vouching = Vouching::new(keys)?;
        let listeners = addresses.iter().filter_map(|address| {
            let tls = vouching.api(TlsMode::On, *address, &[]).transpose()?;
            Some(tls.map(Self))
        });
        let listeners = listeners.collect::<Result<_, _>>()?;
        Ok((listeners, vouching.papers))
    }

    /// Shakes hands with a client.
    ///
    /// # Errors
    /// If the connection breaks, or the client will not.
    pub async fn accept<I>(&self, stream: I) -> io::Result<TlsStream<I>>
    where
        I: AsyncRead + AsyncWrite + Unpin,
    {
        self.0.accept(stream, || None).await.map(|shaken| shaken.stream)
    }
}
