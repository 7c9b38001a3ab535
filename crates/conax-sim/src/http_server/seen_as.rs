//! Under which address a caller reached an API, which is the one that is printed for it.

use axum::http::{HeaderMap, header};

/// The address of an API as its caller wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenAs {
    /// `http` or `https`.
    pub scheme: String,
    /// The name or address, with a port or without.
    pub host: String,
    /// What a gateway took off the beginning of the path; empty, or with a slash at its start and
    /// none at its end.
    pub prefix: String,
}

impl SeenAs {
    /// The address that the call names itself, or, if gateways are trusted, the one that the gateway
    /// says it was called by (`Forwarded`, RFC 7239, or `X-Forwarded-Proto`, `-Host`, `-Prefix`).
    #[must_use]
    pub fn of(headers: &HeaderMap, scheme: &str, trusts_gateways: bool) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let host = text(header::HOST.as_str()).filter(|host| !host.is_empty());
        let mut seen = Self {
            scheme: scheme.to_owned(),
            host: host.unwrap_or("localhost").to_owned(),
            prefix: String::new(),
        };
        if trusts_gateways {
            let standard = text("forwarded");
            let said = |member: &str, name: &str| {
                let said = standard.and_then(|forwarded| member_of(forwarded, member));
                said.or_else(|| text(name).map(first)).filter(|said| !said.is_empty())
            };
            if let Some(scheme @ ("http" | "https")) = said("proto", "x-forwarded-proto") {
                seen.scheme = scheme.to_owned();
            }
            if let Some(host) = said("host", "x-forwarded-host").filter(|host| is_plain(host)) {
                seen.host = host.to_owned();
            }
            if let Some(prefix) = text("x-forwarded-prefix").map(first).filter(|it| is_plain(it)) {
                let inner = prefix.trim_matches('/');
                seen.prefix = if inner.is_empty() { String::new() } else { format!("/{inner}") };
            }
        }
        seen
    }

    /// The beginning of every address of the API.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("{}://{}{}", self.scheme, self.host, self.prefix)
    }
}

/// The gateway that was reached first wrote first.
fn first(list: &str) -> &str {
    list.split(',').next().unwrap_or_default().trim()
}

/// A member of the first element of a `Forwarded` header.
fn member_of<'f>(forwarded: &'f str, wanted: &str) -> Option<&'f str> {
    let mut pairs = first(forwarded).split(';').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted))?;
    Some(value.trim().trim_matches('"'))
}

/// Whether a text can stand in an address as it is.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:[]/".contains(&byte))
}

#[cfg(test)]
mod tests {
    //! What gateways say, and when they are believed.

    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::SeenAs;

    fn origin(headers: &[(&'static str, &'static str)], trusts_gateways: bool) -> String {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        SeenAs::of(&headers, "http", trusts_gateways).origin()
    }

    #[test]
    fn the_address_is_the_one_the_caller_used() {
        let own = ("host", "10.0.0.7:8081");
        let forwarded = ("forwarded", "for=1.2.3.4;proto=https;host=\"sim.example\", for=10.0.0.1");
        let de_facto = [
            own,
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "sim.example, inner"),
            ("x-forwarded-prefix", "/qa/"),
        ];
        assert_eq!(origin(&[own], true), "http://10.0.0.7:8081");
        assert_eq!(origin(&[own, forwarded], true), "https://sim.example");
        assert_eq!(origin(&[own, forwarded], false), "http://10.0.0.7:8081");
        assert_eq!(origin(&de_facto, true), "https://sim.example/qa");
        assert_eq!(origin(&de_facto, false), "http://10.0.0.7:8081");
        assert_eq!(origin(&[], true), "http://localhost");
        let hostile = [own, ("x-forwarded-proto", "javascript"), ("x-forwarded-host", "a\"><b>")];
        assert_eq!(origin(&hostile, true), "http://10.0.0.7:8081");
    }
}
