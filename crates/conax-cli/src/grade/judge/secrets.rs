//! Laws about secrets. What is found is never told, only where it stands.

use super::{Evidence, Finding, broken, kept, not_exercised};
use crate::grade::seen::Canary;

/// See `client.keeps-secrets-out-of-urls`.
///
/// Documented: the token of a GET stands in its URL, so tokens are not asked about.
pub(crate) fn keeps_secrets_out_of_urls(evidence: &Evidence<'_>) -> Finding {
    let in_url = |text: &str| {
        let mut canaries = evidence.seen.canaries.iter();
        canaries.find(|canary| canary.name != "token" && stands_in(canary, text))
    };
    let mut is_met = false;
    for (place, exchange, _) in evidence.calls() {
        if let Some(canary) = in_url(&exchange.target) {
            return broken(
                &[place],
                "secrets in the body or in a header",
                format!("the {} in the URL", canary.name),
            );
        }
        is_met |= exchange.is_authorized || in_url(&exchange.call).is_some();
    }
    match is_met {
        true => kept("they were in bodies and headers only"),
        false => not_exercised("it sent neither PIN nor password"),
    }
}

/// See `client.keeps-secrets-out-of-logs`.
pub(crate) fn keeps_secrets_out_of_logs(evidence: &Evidence<'_>) -> Finding {
    if evidence.reads.is_empty() {
        return not_exercised("it made no call");
    }
    for written in &evidence.seen.written {
        for (line, text) in written.text.lines().enumerate() {
            let mut canaries = evidence.seen.canaries.iter();
            if let Some(canary) = canaries.find(|canary| stands_in(canary, text)) {
                let place = &written.place;
                let found = format!("the {} in {place}, line {}", canary.name, line + 1);
                return broken(&[], "no secret in what it writes", found);
            }
        }
    }
    let places: Vec<&str> = evidence
        .seen
        .written
        .iter()
        .map(|written| written.place.as_str())
        .collect();
    kept(format!("searched: {}", places.join(", ")))
}

/// Whether a secret stands in a text. A PIN is four digits, so they must stand for themselves: not
/// inside a longer number, a decimal, or an id.
pub(crate) fn stands_in(canary: &Canary, text: &str) -> bool {
    if canary.value.is_empty() {
        return false;
    }
    let mut places = text.match_indices(&canary.value);
    if canary.name != "PIN" {
        return places.next().is_some();
    }
    places.any(|(at, found)| {
        let before = text[..at].chars().rev();
        let after = text[at + found.len()..].chars();
        !touches(before) && !touches(after)
    })
}

/// Whether what comes next is a letter, a digit, a dash, or a point with a digit behind it.
fn touches(mut beside: impl Iterator<Item = char>) -> bool {
    match beside.next() {
        Some('.' | ',') => beside.next().is_some_and(|next| next.is_ascii_digit()),
        Some(next) => next.is_alphanumeric() || next == '-',
        None => false,
    }
}
