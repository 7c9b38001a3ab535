//! The address of a head-end.

use std::net::SocketAddr;

/// Where a head-end is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConaxAddress {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) path: String,
    is_tls: bool,
}

impl ConaxAddress {
    /// Reads `http://host[:port][/path]`, or the same with `https`. A path replaces the paths of the
    /// wire profile, since CRM.COM has one end point per provider (Attested).
    ///
    /// # Errors
    /// If it is not such an address; the text tells what was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let expected = || format!("`{text}` is not an address like `http://127.0.0.1:8081`");
        let uri: axum::http::Uri = text.parse().map_err(|_| expected())?;
        let is_tls = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(expected()),
        };
        let host = uri.host().ok_or_else(expected)?;
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 }),
            path: uri.path().trim_end_matches('/').to_owned(),
            is_tls,
        })
    }

    /// Whether the head-end speaks TLS there.
    #[must_use]
    pub const fn is_tls(&self) -> bool {
        self.is_tls
    }

    /// The host, without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Host and port, as the `Host` header has them.
    pub(crate) fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

impl From<SocketAddr> for ConaxAddress {
    fn from(address: SocketAddr) -> Self {
        let ip = address.ip();
        let host = match (ip.is_unspecified(), ip.is_ipv4()) {
            (true, true) => "127.0.0.1".to_owned(),
            (true, false) => "::1".to_owned(),
            (false, _) => ip.to_string(),
        };
        Self { host, port: address.port(), path: String::new(), is_tls: false }
    }
}
