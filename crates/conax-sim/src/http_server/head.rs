//! What a request line and its headers must be like, the same at every API.

use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{Extensions, HeaderMap, Request, Uri, Version, header};

use crate::http_server::{ConnectionControl, Limits};

/// Why a head is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeadRefusal {
    /// The path and query are too long.
    #[error("the path and query have {bytes} bytes; the limit is {limit}")]
    TargetTooLong {
        /// What was found.
        bytes: usize,
        /// What is allowed.
        limit: usize,
    },
    /// The headers are too long.
    #[error("the headers have {bytes} bytes; the limit is {limit}")]
    HeadersTooLong {
        /// What was found.
        bytes: usize,
        /// What is allowed beside this path and query.
        limit: usize,
    },
    /// The client did not say whom it calls, or said it more than once.
    #[error("an HTTP/1.1 call has one `Host` header; this one has {count}")]
    HostCount {
        /// How many there are.
        count: usize,
    },
    /// The `Host` header is no host.
    #[error("the `Host` header is not the name or address of a host, with or without a port")]
    MalformedHost,
    /// The body comes in a transfer coding nobody here decodes.
    #[error("the transfer coding must be `chunked` alone; others are not decoded here")]
    TransferCoding,
}

impl HeadRefusal {
    /// The HTTP status that says so.
    #[must_use]
    pub const fn http_status(self) -> u16 {
        match self {
            Self::TargetTooLong { .. } => 414,
            Self::HeadersTooLong { .. } => 431,
            Self::HostCount { .. } | Self::MalformedHost => 400,
            Self::TransferCoding => 501,
        }
    }
}

/// A call before its body is read.
#[derive(Clone, Copy, Debug)]
pub struct Head<'c> {
    uri: &'c Uri,
    version: Version,
    headers: &'c HeaderMap,
    extensions: &'c Extensions,
}

impl<'c> From<&'c Parts> for Head<'c> {
    fn from(parts: &'c Parts) -> Self {
        let Parts { uri, version, headers, extensions, .. } = parts;
        Self { uri, version: *version, headers, extensions }
    }
}

impl<'c, B> From<&'c Request<B>> for Head<'c> {
    fn from(call: &'c Request<B>) -> Self {
        Self {
            uri: call.uri(),
            version: call.version(),
            headers: call.headers(),
            extensions: call.extensions(),
        }
    }
}

/// Refuses a path and query of more than half the limit, headers beyond the rest of it, and what
/// contradicts itself.
///
/// # Errors
/// If the head is too long, or is none that HTTP/1.1 allows.
pub fn check_head<'c>(head: impl Into<Head<'c>>, limits: &Limits) -> Result<(), HeadRefusal> {
    let head = head.into();
    check_lengths(head, limits)?;
    // A call from within this process comes over no connection, and needs no host.
    if head.extensions.get::<ConnectionControl>().is_some() {
        check_host(head)?;
    }
    check_transfer_coding(head.headers)
}

fn check_lengths(head: Head<'_>, limits: &Limits) -> Result<(), HeadRefusal> {
    let limit = limits.head_bytes;
    let target = head.uri.path_and_query();
    let target = target.map_or(0, |target| target.as_str().len());
    if target > limit / 2 {
        return Err(HeadRefusal::TargetTooLong { bytes: target, limit: limit / 2 });
    }
    let lengths = head.headers.iter().map(|(name, value)| {
        // With the colon, the blank and the end of the line.
        name.as_str().len() + value.len() + 4
    });
    let headers: usize = lengths.sum();
    if headers + target > limit {
        return Err(HeadRefusal::HeadersTooLong { bytes: headers, limit: limit - target });
    }
    Ok(())
}

/// RFC 9112, 3.2: without one `Host` that is one, a server must refuse a call of HTTP/1.1.
fn check_host(head: Head<'_>) -> Result<(), HeadRefusal> {
    let mut hosts = head.headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.count()) {
        (None, _) if head.version < Version::HTTP_11 => Ok(()),
        (None, _) => Err(HeadRefusal::HostCount { count: 0 }),
        (Some(host), 0) => match is_host(host.as_bytes()) {
            true => Ok(()),
            false => Err(HeadRefusal::MalformedHost),
        },
        (Some(_), more) => Err(HeadRefusal::HostCount { count: more + 1 }),
    }
}

/// Whether it is a name or an address, with or without a port. An empty one is allowed where the
/// target of a call has no authority.
fn is_host(text: &[u8]) -> bool {
    text.is_empty()
        || !text.iter().any(|byte| b"@,".contains(byte))
            && Authority::try_from(text).is_ok_and(|host| has_port(&host))
}

/// A port is a number, if there is one.
fn has_port(host: &Authority) -> bool {
    let after = host.as_str().strip_prefix(host.host()).unwrap_or_default();
    after.is_empty() || after == ":" || host.port_u16().is_some()
}

/// RFC 9112, 6.1: a transfer coding that is not understood is told so. (A length beside it never
/// arrives here: `framing` has seen to it.)
fn check_transfer_coding(headers: &HeaderMap) -> Result<(), HeadRefusal> {
    let Some(coding) = headers.get(header::TRANSFER_ENCODING) else {
        return Ok(());
    };
    let is_chunked = coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked");
    match is_chunked && headers.get_all(header::TRANSFER_ENCODING).iter().count() == 1 {
        true => Ok(()),
        false => Err(HeadRefusal::TransferCoding),
    }
}

#[cfg(test)]
mod tests {
    //! What a host is.

    use super::is_host;

    #[test]
    fn a_host_is_a_name_or_an_address_with_or_without_a_port() {
        let hosts = ["", "a", "a.b-c.example", "127.0.0.1:8080", "[::1]", "[::1]:80", "a:"];
        for host in hosts {
            assert!(is_host(host.as_bytes()), "{host}");
        }
        for text in ["a b", "a/c", "user@a", "a:b", "a:99999", "a,b", "http://a", "\u{7f}", "[::1"]
        {
            assert!(!is_host(text.as_bytes()), "{text}");
        }
    }
}
