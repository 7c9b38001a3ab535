//! Laws about manners: time-outs, pauses, tokens, the form of calls.

use std::time::Duration;

use conax_contract::crm::RefusalCode;
use conax_contract::text::render_duration;

use super::{Evidence, Finding, broken, is_refused, kept, not_exercised};
use crate::grade::observation::Delivery;
use crate::grade::reading::{End, Intent, Read};

/// The shortest pause that is one.
const PAUSE: Duration = Duration::from_millis(100);
/// Looks without a pause that are hammering; a few in a row may be two parts of one client.
const HASTY_QUERIES: usize = 5;
/// Returns without a pause after a 503; one at once is common and does no harm.
const HASTY_RETURNS: usize = 2;

/// See `client.has-a-time-out`.
pub(crate) fn has_a_time_out(evidence: &Evidence<'_>) -> Finding {
    let seen = evidence.seen;
    let deadline = render_duration(seen.deadline);
    let silent = evidence.calls().find(|(_, exchange, _)| exchange.got == Delivery::Silence);
    let reported = evidence.reported();
    let pending = reported.last().filter(|(_, item)| item.state == "PENDING");
    let pending = pending.filter(|_| seen.is_unsettled);
    match (silent, pending, evidence.says_nothing()) {
        (Some((place, exchange, _)), _, true) if !exchange.is_left => broken(
            &[place],
            format!("it gives up within {deadline}"),
            "it was still waiting for this answer when it was ended",
        ),
        (_, Some((place, _)), true) => broken(
            &[*place],
            format!("it gives up within {deadline}"),
            "it was still waiting for the end of the request when it was ended",
        ),
        (Some(_), _, _) | (_, Some(_), _) => kept("it gave up by itself"),
        (None, None, _) => not_exercised("no answer of its was kept back"),
    }
}

/// See `client.polls-gently`.
pub(crate) fn polls_gently(evidence: &Evidence<'_>) -> Finding {
    let mut pauses = 0_usize;
    let mut hasty = Vec::new();
    for (place, exchange, read) in evidence.calls() {
        let is_open =
            read.end == End::Accepted && read.items.iter().any(|item| item.state == "PENDING");
        let (Intent::Query, true, Some(answered)) = (&read.intent, is_open, exchange.answered)
        else {
            continue;
        };
        let mut later = evidence.after(place);
        let next = later.find(|(_, next, _)| next.target == exchange.target);
        let Some((next_place, next, _)) = next else {
            continue;
        };
        pauses += 1;
        if next.at.saturating_sub(answered) < PAUSE {
            hasty.push((place, next_place));
        }
    }
    match (pauses, hasty.first()) {
        (0, _) => not_exercised("it never asked the same twice while a request was PENDING"),
        (_, Some((first, second))) if hasty.len() >= HASTY_QUERIES => broken(
            &[*first, *second],
            format!("{} or longer between an answer and the next look", render_duration(PAUSE)),
            format!("{} looks without such a pause", hasty.len()),
        ),
        _ => kept("it waited between its looks"),
    }
}

/// See `client.backs-off`.
pub(crate) fn backs_off(evidence: &Evidence<'_>) -> Finding {
    let mut is_met = false;
    let mut hasty = Vec::new();
    for (place, exchange, read) in evidence.calls() {
        let (End::Busy, Some(answered)) = (&read.end, exchange.answered) else {
            continue;
        };
        is_met = true;
        if let Some((next_place, next, _)) = evidence.after(place).next()
            && next.at.saturating_sub(answered) < PAUSE
        {
            hasty.push((place, next_place));
        }
    }
    match (is_met, hasty.first()) {
        (false, _) => not_exercised("it was never turned away"),
        (true, Some((first, second))) if hasty.len() >= HASTY_RETURNS => broken(
            &[*first, *second],
            format!("{} or longer before it comes back", render_duration(PAUSE)),
            format!("it came back without such a pause {} times", hasty.len()),
        ),
        (true, _) => kept("it waited, or gave up"),
    }
}

/// See `client.renews-its-token`.
pub(crate) fn renews_its_token(evidence: &Evidence<'_>) -> Finding {
    let is_ended = |read: &Read| matches!(&read.end, End::Refused { code, .. } if code == RefusalCode::InvalidToken.code());
    let first = evidence.calls().find(|(_, _, read)| is_ended(read));
    let Some((place, _, ended)) = first else {
        return not_exercised("its token did not end while it worked");
    };
    let expected = "a login, and the call again with the new token";
    for (later, _, next) in evidence.after(place) {
        match next.intent {
            Intent::Login if next.end == End::Accepted => {
                return kept("it logged in again");
            }
            Intent::Order(_) | Intent::Query if next.token == ended.token => {
                return broken(&[place, later], expected, "a call with the token that had ended");
            }
            _ => {}
        }
    }
    broken(&[place], expected, "no login")
}

/// Whether a refusal is about the form of the call.
fn is_about_form(code: &str) -> bool {
    let about_form = [
        RefusalCode::MandatoryParameterMissing,
        RefusalCode::SemiOptionalParameters,
        RefusalCode::InvalidParameterValue,
        RefusalCode::InvalidClassification,
        RefusalCode::UnknownMethod,
        RefusalCode::WrongVerb,
        RefusalCode::MalformedHttp,
    ];
    about_form.iter().any(|refusal| refusal.code() == code) || code == "INPUT_VALIDATION_ERROR"
}

/// See `client.sends-what-is-documented`.
pub(crate) fn sends_what_is_documented(evidence: &Evidence<'_>) -> Finding {
    let mut calls =
        evidence.calls().filter(|(_, exchange, _)| exchange.got == Delivery::Answer).peekable();
    if calls.peek().is_none() {
        return not_exercised("it made no call that was answered");
    }
    let wrong = calls.find_map(|(place, exchange, read)| match &read.end {
        End::Refused { code, .. } if is_about_form(code) => {
            Some((place, format!("refused as {code}")))
        }
        End::Fault => {
            let status = exchange.status.unwrap_or_default();
            Some((place, format!("not understood: HTTP {status}")))
        }
        _ => None,
    });
    match wrong {
        Some((place, found)) => broken(&[place], "a call as it is documented", found),
        None => kept("no call was refused for its form"),
    }
}

/// See `client.repeats-no-refused-call`.
pub(crate) fn repeats_no_refused_call(evidence: &Evidence<'_>) -> Finding {
    let token = RefusalCode::InvalidToken.code();
    let mut is_met = false;
    for (place, exchange, read) in evidence.calls() {
        let is_token = matches!(&read.end, End::Refused { code, .. } if code == token);
        if !is_refused(&read.end) || is_token {
            continue;
        }
        is_met = true;
        let mut later = evidence.after(place);
        let again = later.find(|(_, next, _)| {
            (&next.verb, &next.target, &next.call)
                == (&exchange.verb, &exchange.target, &exchange.call)
        });
        if let Some((again, _, _)) = again {
            return broken(&[place, again], "another call, or none", "the same call, unchanged");
        }
    }
    match is_met {
        true => kept("it did not repeat it"),
        false => not_exercised("none of its calls was refused"),
    }
}
