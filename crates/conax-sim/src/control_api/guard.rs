//! Keeping web pages away from the control API: a browser on the machine of a developer reaches it,
//! and shows pages of anybody.
//!
//! A page can send calls to any address. That it is one is told by `Origin`, which no page can leave
//! away where it changes anything, and by `Sec-Fetch-Site`, which browsers send to secure addresses
//! and this machine. A page whose own name was made to point here (DNS rebinding) is of the same
//! origin for the browser; its calls name its host, which is none of ours. A content type that pages
//! may send without asking first is not taken, in case a browser sends neither header.

use std::net::IpAddr;

use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use conax_contract::control::{Problem, SNAPSHOT_TYPE};

use crate::http_server::{is_foreign_page, without_port};

/// Content types of bodies: what a page cannot send across origins before the browser has asked.
const BODY_TYPES: [&str; 7] = [
    "application/json",
    "application/problem+json",
    "application/yaml",
    "application/x-yaml",
    "text/yaml",
    "text/x-yaml",
    SNAPSHOT_TYPE,
];

/// What curl says of a body when nobody tells it anything else.
const TYPE_OF_A_FORM: &str = "application/x-www-form-urlencoded";

/// Refuses calls of pages that are not our own. `hosts` are names of this API beside its addresses
/// and `localhost`; who has shown the token may use any.
pub(super) fn check_caller(
    parts: &Parts,
    hosts: &[String],
    has_shown_token: bool,
) -> Result<(), Problem> {
    let host = text(&parts.headers, header::HOST.as_str());
    let is_ours = host.is_none_or(|host| has_shown_token || is_own_host(host, hosts));
    if !is_ours {
        let detail = "the `Host` of the call is no address of this API, not `localhost`, and not \
                      one of the names of the setting `host-names`: a web page may have made a \
                      name of its own point here";
        return Err(Problem::new(403, "unknown host", detail));
    }
    if is_foreign_page(&parts.headers, hosts) && !is_followed_link(parts) {
        let detail = "the call comes from a web page of another origin; only the pages of this API \
                      may make calls, and programs that are no browser. If the page is yours, name \
                      its host in the setting `host-names`";
        return Err(Problem::new(403, "page from elsewhere", detail));
    }
    Ok(())
}

/// Refuses a body of a type that any page may send.
pub(super) fn check_type(headers: &HeaderMap, body: &[u8]) -> Result<(), Problem> {
    let found = text(headers, header::CONTENT_TYPE.as_str());
    let name = found.and_then(|found| found.split(';').next()).unwrap_or_default().trim();
    let is_one = |known: &str| name.eq_ignore_ascii_case(known);
    let is_taken = body.is_empty()
        || BODY_TYPES.iter().any(|known| is_one(known))
        || (name.is_empty() || is_one(TYPE_OF_A_FORM)) && !is_of_a_page(headers);
    match is_taken {
        true => Ok(()),
        false => {
            let detail = format!(
                "`Content-Type: {name}` is not taken, as any web page can send it; say \
                 `application/json`, or `application/yaml` where a file is taken"
            );
            Err(Problem::new(415, "wrong content type", detail))
        }
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).map(|value| value.to_str().unwrap_or_default())
}

/// Whether the call carries what browsers say of the page that makes it.
fn is_of_a_page(headers: &HeaderMap) -> bool {
    ["origin", "referer", "sec-fetch-site"].iter().any(|name| headers.contains_key(*name))
}

/// An address is never a name that somebody else could make point here.
fn is_own_host(host: &str, named: &[String]) -> bool {
    let name = without_port(host);
    let is_address = name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
    let name = name.trim_end_matches('.');
    let is_localhost = name.eq_ignore_ascii_case("localhost");
    is_address || is_localhost || named.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// A link to a page of ours that somebody followed: the page it stood on learns nothing.
fn is_followed_link(parts: &Parts) -> bool {
    let says = |name, value| text(&parts.headers, name) == Some(value);
    [Method::GET, Method::HEAD].contains(&parts.method)
        && ["/", "/docs"].contains(&parts.uri.path())
        && says("sec-fetch-mode", "navigate")
        && says("sec-fetch-dest", "document")
}

#[cfg(test)]
mod tests {
    //! Who is let in.

    use axum::http::Request;

    use super::{Parts, check_caller, check_type, is_followed_link};

    fn call(method: &str, headers: &[(&str, &str)]) -> Parts {
        let call = Request::builder().method(method).uri("/v1/faults");
        let call = headers.iter().fold(call, |call, (name, value)| call.header(*name, *value));
        call.body(()).expect("a call").into_parts().0
    }

    fn status(method: &str, headers: &[(&str, &str)], has_token: bool) -> u16 {
        let hosts = ["sim.example".to_owned()];
        let checked = check_caller(&call(method, headers), &hosts, has_token);
        checked.map_or_else(|problem| problem.status, |()| 200)
    }

    #[test]
    fn programs_and_our_own_pages_come_in_and_pages_from_elsewhere_do_not() {
        let own = ("host", "127.0.0.1:8082");
        let at = |host| [("host", host)];
        for host in ["127.0.0.1:8082", "[::1]:8082", "LOCALHOST:1", "sim.example", "10.1.2.3"] {
            assert_eq!(status("POST", &at(host), false), 200, "{host}");
        }
        for host in ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8082", ""] {
            assert_eq!(status("GET", &at(host), false), 403, "{host}");
            assert_eq!(status("GET", &at(host), true), 200, "the token is known: {host}");
        }
        for (origin, due) in [
            ("http://127.0.0.1:8082", 200),
            ("https://sim.example", 200),
            ("http://127.0.0.1:3000", 403),
            ("http://evil.example", 403),
            ("null", 403),
        ] {
            for has_token in [false, true] {
                let headers = [own, ("origin", origin)];
                assert_eq!(status("POST", &headers, has_token), due, "{origin}");
            }
        }
        let rebound = [("host", "evil.example"), ("origin", "http://evil.example")];
        assert_eq!(status("POST", &rebound, false), 403, "a name that was made to point here");
        for (site, due) in
            [("same-origin", 200), ("none", 200), ("same-site", 403), ("cross-site", 403)]
        {
            assert_eq!(status("GET", &[own, ("sec-fetch-site", site)], false), due, "{site}");
        }
        let followed = [
            own,
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ];
        assert_eq!(status("GET", &followed, false), 403, "a link to what is no page");
        let mut to_page = call("GET", &followed);
        assert!(!is_followed_link(&to_page));
        to_page.uri = "/docs".parse().expect("an address");
        assert!(is_followed_link(&to_page), "a link to a page");
        to_page.method = axum::http::Method::POST;
        assert!(!is_followed_link(&to_page), "a form");
    }

    #[test]
    fn a_body_has_a_type_that_no_page_may_send_without_asking() {
        let type_of = |headers: &[(&str, &str)], body: &[u8]| {
            let checked = check_type(&call("POST", headers).headers, body);
            checked.map_or_else(|problem| problem.status, |()| 200)
        };
        let typed = |found| [("content-type", found)];
        for found in ["application/json", "Application/JSON; charset=utf-8", "application/yaml"] {
            assert_eq!(type_of(&typed(found), b"{}"), 200, "{found}");
        }
        for found in ["text/plain", "multipart/form-data; boundary=x", "text/html"] {
            assert_eq!(type_of(&typed(found), b"{}"), 415, "{found}");
            assert_eq!(type_of(&typed(found), b""), 200, "nothing is in it: {found}");
        }
        let form = ("content-type", "application/x-www-form-urlencoded");
        assert_eq!(type_of(&[form], b"{}"), 200, "curl, when nobody tells it");
        assert_eq!(type_of(&[form, ("user-agent", "Mozilla/5.0")], b"{}"), 200, "PowerShell");
        assert_eq!(type_of(&[form, ("origin", "http://localhost")], b"{}"), 415);
        assert_eq!(type_of(&[("sec-fetch-mode", "cors")], b"{}"), 200, "fetch of Node, of bytes");
        assert_eq!(type_of(&[("sec-fetch-site", "none")], b"{}"), 415);
    }
}
