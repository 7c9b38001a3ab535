//! An address that is called.

use std::fmt;

use hyper::Uri;

/// Where something is called: `http://HOST:PORT/PATH`, or the same with `https`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// As it was given.
    pub(crate) url: String,
    /// Whether TLS is spoken there.
    pub(crate) is_tls: bool,
    /// The name or number of the machine, without brackets.
    pub(crate) host: String,
    /// The port.
    pub(crate) port: u16,
    /// What comes before the paths of the API, without a slash at its end.
    pub(crate) prefix: String,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}

impl Address {
    /// Reads an address such as `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// A sentence on what is wrong with it.
    pub(crate) fn parse(url: &str) -> Result<Self, String> {
        if url.contains('@') {
            // What stands before it may be a password, whatever else is wrong.
            return Err(
                "an address of a target holds no user and no `@`: who logs in, the file of \
                        secrets tells"
                    .to_owned(),
            );
        }
        let wrong = |why: &str| format!("`{url}` is no address of a target: {why}");
        let expected = || wrong("expected http://HOST:PORT or https://HOST:PORT");
        let uri: Uri = url.parse().map_err(|_| expected())?;
        let is_tls = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(expected()),
        };
        let authority = uri.authority().ok_or_else(expected)?;
        let host = authority.host();
        let port = match authority.as_str()[host.len()..].strip_prefix(':') {
            Some(port) => port.parse().map_err(|_| wrong("the port is no number"))?,
            None => default_port(is_tls),
        };
        let host = host.trim_matches(['[', ']']).to_owned();
        if host.is_empty() {
            return Err(wrong("it names no host"));
        }
        let prefix = uri.path().trim_end_matches('/').to_owned();
        Ok(Self { url: url.to_owned(), is_tls, host, port, prefix })
    }

    /// Host and port, as the `Host` header has them.
    pub(crate) fn authority(&self) -> String {
        match self.port == default_port(self.is_tls) {
            true => self.bracketed_host(),
            false => self.host_and_port(),
        }
    }

    /// Host and port, as a proxy is told them.
    pub(crate) fn host_and_port(&self) -> String {
        format!("{}:{}", self.bracketed_host(), self.port)
    }

    fn bracketed_host(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]", self.host),
            false => self.host.clone(),
        }
    }
}

const fn default_port(is_tls: bool) -> u16 {
    if is_tls { 443 } else { 80 }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn an_address_is_read_in_parts_and_told_as_the_host_header_has_it() {
        for (url, host, port, prefix, authority) in [
            ("http://127.0.0.1:8080", "127.0.0.1", 8080, "", "127.0.0.1:8080"),
            ("http://crm.example/crmapi/", "crm.example", 80, "/crmapi", "crm.example"),
            ("https://crm.example/a/b", "crm.example", 443, "/a/b", "crm.example"),
            ("https://crm.example:80", "crm.example", 80, "", "crm.example:80"),
            ("http://[::1]:8080/x", "::1", 8080, "/x", "[::1]:8080"),
            ("https://[::1]", "::1", 443, "", "[::1]"),
        ] {
            let read = Address::parse(url).expect(url);
            assert_eq!(
                (read.host.as_str(), read.port, read.prefix.as_str(), read.authority().as_str()),
                (host, port, prefix, authority),
                "{url}"
            );
            assert_eq!(read.is_tls, url.starts_with("https"), "{url}");
        }
    }

    #[test]
    fn what_is_no_address_is_told_and_a_password_in_it_is_not() {
        for (url, tells) in [
            ("ftp://x", "expected http://"),
            ("127.0.0.1:8080", "expected http://"),
            ("http://", "expected http://"),
            ("http://x:yy", "the port is no number"),
            ("http://x:70000", "the port is no number"),
            ("http://u:canary@x", "holds no user"),
            ("ftp://u:canary@x", "holds no user"),
            ("u:canary@x:8080", "holds no user"),
            ("https://u:can ary@x", "holds no user"),
        ] {
            let problem = Address::parse(url).expect_err(url);
            assert!(problem.contains(tells), "{url}: {problem}");
            assert!(!problem.contains("canary"), "{problem}");
        }
    }
}
