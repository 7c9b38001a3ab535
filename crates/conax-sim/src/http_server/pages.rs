//! Telling calls of web pages from those of programs.

use axum::http::{HeaderMap, header};

/// Whether a page made the call that is not of the API's own origin, nor of a host that is `named`.
#[must_use]
pub fn is_foreign_page(headers: &HeaderMap, named: &[String]) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let host = text(header::HOST.as_str()).unwrap_or_default();
    if let Some(origin) = text(header::ORIGIN.as_str()) {
        // Behind a gateway the call may name another host than the page does.
        let is_own = |there: &str| {
            there == host
                || named.iter().any(|known| known.eq_ignore_ascii_case(without_port(there)))
        };
        return !origin.split_once("://").is_some_and(|(_, there)| is_own(there));
    }
    text("sec-fetch-site").is_some_and(|site| !["same-origin", "none"].contains(&site))
}

/// A host without its port; an IPv6 address keeps its brackets.
#[must_use]
pub fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}
