//! What of a HAR file is said to the documented APIs, and what is not.

use std::collections::BTreeMap;

use conax_contract::crm::Operation;
use conax_contract::har::{API, HarEntry, header, origin_and_target};
use conax_contract::text::counted;

/// What the documented paths begin with.
const BEGINNINGS: [&str; 2] = ["conax_web_services/", "authentication/"];

/// What one exchange of a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// One of the provisioning API; the file says so.
    Crm,
    /// One with Conax.
    Cas,
    /// One at a path of the documented form, below this address.
    Documented {
        /// What comes before the documented part of the path.
        base: String,
        /// Whether there is such an operation; else only the beginning is documented.
        is_known: bool,
    },
    /// One that only its address tells apart.
    Unknown,
    /// One of no use, and what it is called.
    LeftOut(&'static str),
}

/// The kinds of all exchanges of a file.
#[derive(Debug, Default)]
pub(super) struct Survey {
    seen: Vec<(Kind, String, bool)>,
}

/// What is taken, by position in the file: as one with Conax, or with the provisioning API.
pub(super) type Taken = BTreeMap<usize, Kind>;

impl Survey {
    /// Notes the next exchange; those that are not `wanted` are of another page.
    pub(super) fn note(&mut self, entry: &HarEntry, wanted: bool) {
        self.seen.push((kind(entry), host(&entry.url).to_owned(), wanted));
    }

    /// What is taken: the address to which most documented calls went.
    pub(super) fn taken(&self) -> Taken {
        let base = self.base();
        let numbered = self.seen.iter().enumerate().filter(|(_, (.., wanted))| *wanted);
        let taken = numbered.filter_map(|(index, (kind, ..))| {
            let kind = match kind {
                Kind::Documented { base: other, .. } if Some(other) == base => Kind::Crm,
                Kind::Crm | Kind::Cas => kind.clone(),
                Kind::Documented { .. } | Kind::Unknown | Kind::LeftOut(_) => return None,
            };
            Some((index, kind))
        });
        taken.collect()
    }

    /// The address of the API: the one of most calls, of two with as many the first.
    pub(super) fn base(&self) -> Option<&String> {
        let mut counts: Vec<(&String, usize)> = Vec::new();
        for (kind, _, wanted) in &self.seen {
            let Kind::Documented { base, is_known: true } = kind else { continue };
            if !wanted {
                continue;
            }
            match counts.iter_mut().find(|(known, _)| *known == base) {
                Some((_, count)) => *count += 1,
                None => counts.push((base, 1)),
            }
        }
        counts.iter().rev().max_by_key(|(_, count)| *count).map(|(base, _)| *base)
    }

    /// What is left out, counted, in words; nothing if that is nothing.
    pub(super) fn left_out(&self) -> Option<String> {
        let taken = self.taken();
        let base = self.base().map_or("", |base| host(base));
        let (mut hosts, mut kinds) = (BTreeMap::new(), BTreeMap::new());
        let numbered = self.seen.iter().enumerate();
        let left = numbered.filter(|(index, _)| !taken.contains_key(index));
        for (_, (kind, host, wanted)) in left {
            let kind = match kind {
                _ if !wanted => "of another page",
                Kind::LeftOut(what) => what,
                _ if host == base => "of another path",
                _ => {
                    *hosts.entry(host.as_str()).or_insert(0_usize) += 1;
                    continue;
                }
            };
            *kinds.entry(kind).or_insert(0_usize) += 1;
        }
        let mut parts: Vec<String> =
            kinds.iter().map(|(what, count)| format!("{count} {what}")).collect();
        parts.extend(other_hosts(&hosts));
        let all = counted(self.seen.len() - taken.len(), "exchange");
        (!parts.is_empty()).then(|| format!("{all} left out: {}", parts.join(", ")))
    }
}

fn other_hosts(hosts: &BTreeMap<&str, usize>) -> Option<String> {
    let mut hosts: Vec<(&str, usize)> = hosts.iter().map(|(host, count)| (*host, *count)).collect();
    let all: usize = hosts.iter().map(|(_, count)| count).sum();
    hosts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let shown = hosts.iter().take(3).map(|(host, count)| format!("{host} {count}"));
    let mut shown: Vec<String> = shown.collect();
    if hosts.len() > 3 {
        shown.push("…".to_owned());
    }
    (all > 0).then(|| format!("{all} of other hosts ({})", shown.join(", ")))
}

/// The host of an address; of one without, its scheme.
fn host(url: &str) -> &str {
    let (origin, _) = origin_and_target(url);
    let (scheme, host) = origin.split_once("://").unwrap_or((origin, ""));
    match host {
        "" => scheme.split(':').next().unwrap_or_default(),
        host => host,
    }
}

fn kind(entry: &HarEntry) -> Kind {
    match entry.own.get(API).and_then(|api| api.as_str()) {
        Some("crm") => return Kind::Crm,
        Some("cas") => return Kind::Cas,
        Some("control") => return Kind::LeftOut("of the control API"),
        Some("dispatch") => return Kind::LeftOut("of the CRM's side of its calls to Conax"),
        _ => {}
    }
    let asks = header(&entry.call_headers, "access-control-request-method").is_some();
    if entry.verb.eq_ignore_ascii_case("OPTIONS") && asks {
        return Kind::LeftOut("of a browser that asks whether it may call (CORS)");
    }
    if entry.url.starts_with("ws") || entry.own.contains_key("_webSocketMessages") {
        return Kind::LeftOut("of a WebSocket");
    }
    if matches!(entry.status, Some(301 | 302 | 303 | 307 | 308)) && !entry.redirect.is_empty() {
        return Kind::LeftOut("answered with a redirect");
    }
    match documented_base(&entry.url) {
        Some((base, is_known)) => Kind::Documented { base, is_known },
        None if is_soap(entry) => Kind::Cas,
        None => Kind::Unknown,
    }
}

/// What comes before the documented part of an address, if it has one, and whether all of it is
/// known.
fn documented_base(url: &str) -> Option<(String, bool)> {
    let (origin, target) = origin_and_target(url);
    let path = target.split('?').next().unwrap_or_default();
    let begins = |part: &&str| path.contains(&format!("/{part}"));
    let known = Operation::ALL.into_iter().map(Operation::path).find(|known| path.ends_with(known));
    let at = match known {
        Some(known) => path.len() - known.len(),
        None => path.find(BEGINNINGS.iter().find(|part| begins(part))?)?,
    };
    path[..at].ends_with('/').then(|| (format!("{origin}{}", &path[..at]), known.is_some()))
}

fn is_soap(entry: &HarEntry) -> bool {
    let text = entry.call.text.as_deref().unwrap_or_default();
    let start = String::from_utf8_lossy(&text[..text.len().min(1024)]);
    start.trim_start().starts_with('<') && start.contains("Envelope")
}
