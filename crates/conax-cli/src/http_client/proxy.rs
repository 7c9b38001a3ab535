//! The proxy in front of `https` targets: `HTTPS_PROXY` and `NO_PROXY`, by CONNECT.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use conax_contract::percent::decode_query;
use conax_model::secret::Secret;
use hyper::Request;
use hyper::header::{HOST, PROXY_AUTHORIZATION};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::address::Address;
use super::client::why;

/// A proxy, and who is called without it.
pub(super) struct Proxy {
    pub(super) address: Address,
    authorization: Option<Secret>,
    exceptions: Vec<String>,
}

impl Proxy {
    /// The one the environment names.
    pub(super) fn of_environment() -> Result<Option<Self>, String> {
        let variable = |name: &str| {
            let names = [name.to_owned(), name.to_lowercase()];
            names.iter().find_map(|name| std::env::var(name).ok()).filter(|text| !text.is_empty())
        };
        let exceptions = variable("NO_PROXY").unwrap_or_default();
        let proxy = variable("HTTPS_PROXY").map(|url| Self::parse(&url, &exceptions));
        proxy.transpose()
    }

    fn parse(url: &str, exceptions: &str) -> Result<Self, String> {
        // What is wrong with it is told without it: a password may stand there.
        let wrong = || "HTTPS_PROXY is not like http://HOST:PORT or http://USER:PASSWORD@HOST:PORT";
        let rest = match url.split_once("://") {
            Some(("http", rest)) => rest,
            Some(_) => return Err(wrong().to_owned()),
            None => url,
        };
        let (user, place) = match rest.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, rest),
        };
        let address = Address::parse(&format!("http://{place}")).map_err(|_| wrong())?;
        let exceptions = exceptions.split(',').map(|one| one.trim().to_lowercase());
        Ok(Self {
            address,
            authorization: user.map(basic),
            exceptions: exceptions.filter(|one| !one.is_empty()).collect(),
        })
    }

    /// Whether this target is called through it.
    pub(super) fn is_for(&self, target: &Address) -> bool {
        let host = target.host.to_lowercase();
        let is_excepted = |one: &String| {
            let (name, port) = match one.rsplit_once(':') {
                Some((name, port)) if !name.contains(':') || name.ends_with(']') => {
                    (name, port.parse().ok())
                }
                _ => (one.as_str(), None),
            };
            let name = name.trim_start_matches("*.").trim_start_matches('.');
            let name = name.trim_matches(['[', ']']);
            let is_below =
                host.strip_suffix(name).is_some_and(|head| head.is_empty() || head.ends_with('.'));
            one == "*" || is_below && port.is_none_or(|port: u16| port == target.port)
        };
        target.is_tls && !self.exceptions.iter().any(is_excepted)
    }

    /// Asks it to connect to the target.
    pub(super) async fn tunnel(
        &self,
        stream: TcpStream,
        target: &Address,
    ) -> Result<TokioIo<Upgraded>, String> {
        let told = |what: &str| format!("the proxy {} {what}", self.address);
        let failed = |error: &hyper::Error| told(&format!("failed: {}", why(error)));
        let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream));
        let (mut sender, driver) = handshake.await.map_err(|error| failed(&error))?;
        tokio::spawn(driver.with_upgrades());
        let place = target.host_and_port();
        let mut request = Request::connect(&place).header(HOST, &place);
        if let Some(authorization) = &self.authorization {
            request = request.header(PROXY_AUTHORIZATION, authorization.expose());
        }
        let request = request.body(String::new()).map_err(|error| error.to_string())?;
        let response = sender.send_request(request).await.map_err(|error| failed(&error))?;
        if !response.status().is_success() {
            let status = response.status();
            return Err(told(&format!("does not connect to {place}: HTTP {status}")));
        }
        hyper::upgrade::on(response).await.map(TokioIo::new).map_err(|error| failed(&error))
    }
}

/// User and password as they are sent: what an address cannot hold is escaped there.
fn basic(user: &str) -> Secret {
    // A plus is one, unlike in a query.
    let escaped = user.replace('+', "%2B");
    let user = decode_query(&escaped).unwrap_or(Cow::Borrowed(user));
    Secret::new(format!("Basic {}", STANDARD.encode(&*user)))
}

#[cfg(test)]
mod tests {
    use super::{Address, Proxy};

    #[test]
    fn a_proxy_is_for_https_targets_that_are_not_excepted() {
        for (exceptions, url, is_for) in [
            ("", "https://crm.example", true),
            ("", "http://crm.example", false),
            ("crm.example", "https://crm.example", false),
            ("other, Example", "https://crm.EXAMPLE", false),
            (".example", "https://crm.example", false),
            ("*.example", "https://crm.example", false),
            ("rm.example", "https://crm.example", true),
            ("crm.example:8443", "https://crm.example:8443", false),
            ("crm.example:8443", "https://crm.example", true),
            ("::1", "https://[::1]:8443", false),
            ("[::1]:8443", "https://[::1]:8443", false),
            ("*", "https://crm.example", false),
        ] {
            let proxy = Proxy::parse("proxy:3128", exceptions).expect("it is an address");
            let target = Address::parse(url).expect(url);
            assert_eq!(proxy.is_for(&target), is_for, "{exceptions} {url}");
        }
    }

    #[test]
    fn a_proxy_is_told_with_or_without_a_user_who_is_repeated_nowhere() {
        for (url, place, authorization) in [
            ("http://proxy:3128", "proxy:3128", None),
            ("proxy:3128/", "proxy:3128", None),
            ("http://a:b@proxy:3128", "proxy:3128", Some("Basic YTpi")),
            ("http://a:%62@proxy:3128", "proxy:3128", Some("Basic YTpi")),
            ("http://a:+@proxy:3128", "proxy:3128", Some("Basic YTor")),
        ] {
            let proxy = Proxy::parse(url, "").expect(url);
            assert_eq!(proxy.address.host_and_port(), place, "{url}");
            let told = proxy.authorization.as_ref().map(|secret| secret.expose());
            assert_eq!(told, authorization, "{url}");
        }
        let refused = Proxy::parse("https://a:canary@proxy", "").err().expect("only http is taken");
        assert!(!refused.contains("canary"), "{refused}");
    }
}
