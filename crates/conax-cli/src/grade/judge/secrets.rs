//! Laws about secrets. What is found is never told, only where it stands and in which form.

use super::forms::Views;
use super::{Evidence, Finding, broken, kept, not_exercised};
use crate::grade::observation::{Canary, Observation};

/// See `client.keeps-secrets-out-of-urls`.
///
/// Documented: the token of a GET stands in its URL, so tokens are not asked about.
pub(crate) fn keeps_secrets_out_of_urls(evidence: &Evidence<'_>) -> Finding {
    let is_asked = |canary: &Canary| canary.name != "token";
    let mut is_met = false;
    for (place, exchange, _) in evidence.calls() {
        if let Some(what) = secret_in(evidence.seen, &exchange.target, is_asked) {
            return broken(
                &[place],
                "secrets in the body or in a header",
                format!("{what} in the URL"),
            );
        }
        let in_body = || secret_in(evidence.seen, &exchange.call, is_asked).is_some();
        is_met |= exchange.is_authorized || in_body();
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
            if let Some(what) = secret_in(evidence.seen, text, |_| true) {
                let place = &written.place;
                let found = format!("{what} in {place}, line {}", line + 1);
                return broken(&[], "no secret in what it writes", found);
            }
        }
    }
    let places: Vec<&str> =
        evidence.seen.written.iter().map(|written| written.place.as_str()).collect();
    kept(format!("searched: {}", places.join(", ")))
}

/// Which secret stands in a text in whatever form, in words.
pub(crate) fn secret_in(
    seen: &Observation,
    text: &str,
    is_asked: impl Fn(&Canary) -> bool,
) -> Option<String> {
    let views = Views::of(text);
    let mut asked = seen.canaries.iter().filter(|canary| is_asked(canary));
    asked.find_map(|canary| {
        let form = how_it_stands(canary, &views)?;
        let form = form.map_or_else(String::new, |form| format!(", {form},"));
        Some(format!("the {}{form}", canary.name))
    })
}

/// In which form a secret stands there; none if as it is.
pub(crate) fn how_it_stands(canary: &Canary, views: &Views) -> Option<Option<&'static str>> {
    views.find(&canary.value, |value, text| match canary.name {
        "PIN" => stands_for_itself(value, text),
        // Ids are the same in small letters.
        _ => !value.is_empty() && contains_ignoring_case(text, value),
    })
}

fn contains_ignoring_case(text: &str, value: &str) -> bool {
    let mut windows = text.as_bytes().windows(value.len());
    windows.any(|window| window.eq_ignore_ascii_case(value.as_bytes()))
}

/// A PIN is four digits, so they must stand for themselves: not inside a longer number, a decimal,
/// or an id.
fn stands_for_itself(value: &str, text: &str) -> bool {
    if value.is_empty() {
        return false;
    }
    let mut places = text.match_indices(value);
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
