//! Laws about orders: what the client makes of what it is told, and what it sends again.

use super::success::takes_only_its_own;
use super::{Evidence, Finding, broken, is_refused, kept, not_exercised};
use crate::grade::observation::Delivery;
use crate::grade::reading::{End, Intent, Read};

/// See `client.does-its-work`.
pub(crate) fn does_its_work(evidence: &Evidence<'_>) -> Finding {
    if evidence.seen.scene != "calm" {
        return not_exercised("only a calm day tells");
    }
    if evidence.reads.is_empty() {
        return not_exercised("it made no call");
    }
    let orders: Vec<usize> = evidence
        .calls()
        .filter(|(_, _, read)| matches!(read.intent, Intent::Order(_)))
        .map(|(place, _, _)| place)
        .collect();
    match (evidence.says_success(), evidence.seen.is_entitled) {
        (true, true) => kept("it said so, and Conax has it"),
        (true, false) => broken(
            &orders,
            "the service on the smartcard at Conax",
            "exit code 0, and Conax does not have it",
        ),
        (false, _) => broken(&orders, "exit code 0", "no success, although nothing went wrong"),
    }
}

/// Whether an order of the client was taken and not rejected, as far as it was told.
fn is_something_well(evidence: &Evidence<'_>) -> bool {
    let is_rejected = |read: &Read| {
        let number = read.items.first().map(|item| item.number.as_str());
        let reported = evidence.reported();
        let mut states = reported.iter().filter(|(_, item)| Some(item.number.as_str()) == number);
        states.any(|(_, item)| item.state == "REJECTED")
    };
    let mut orders = evidence.reads.iter();
    orders.any(|read| {
        matches!(read.intent, Intent::Order(_)) && read.end == End::Accepted && !is_rejected(read)
    })
}

/// The first answer with an OK in it that is none: its place, and what it is.
fn false_friend(evidence: &Evidence<'_>) -> Option<(usize, String)> {
    // The code of a token that has ended holds an OK as well: in the word TOKEN.
    let of_call = evidence.calls().find_map(|(place, _, read)| {
        let End::Refused { code, message } = &read.end else {
            return None;
        };
        let is_order = matches!(read.intent, Intent::Order(_));
        (is_order && (message.contains("OK") || code.contains("OK")))
            .then(|| (place, format!("status code {code}")))
    });
    let of_item = || {
        let reported = evidence.reported();
        let mut reported = reported.into_iter();
        let (place, _) =
            reported.find(|(_, item)| item.state == "REJECTED" && item.text.contains("OK"))?;
        Some((place, "life_cycle_state REJECTED".to_owned()))
    };
    of_call.or_else(of_item)
}

/// The first order whose answer broke off, and after which nothing was asked.
fn half_an_answer(evidence: &Evidence<'_>) -> Option<(usize, bool)> {
    let is_half = |read: &Read| matches!(read.intent, Intent::Order(_)) && read.end == End::Unknown;
    let (place, _, _) = evidence.calls().find(|(_, exchange, read)| {
        is_half(read)
            && !exchange.is_left
            && exchange.reply.contains("OK")
            && exchange.got == Delivery::Beginning
    })?;
    let is_asked = evidence.after(place).any(|(_, _, read)| read.end == End::Accepted);
    Some((place, is_asked))
}

/// See `client.reads-the-status-code`.
pub(crate) fn reads_the_status_code(evidence: &Evidence<'_>) -> Finding {
    let expected = "no success (any exit code but 0)";
    if let Some((place, what)) = false_friend(evidence) {
        return match evidence.says_success() && !is_something_well(evidence) {
            true => broken(
                &[place],
                expected,
                format!("exit code 0 for an answer with {what}, whose text has an OK in it"),
            ),
            false if evidence.says_nothing() => not_exercised("it did not come to an end"),
            false => kept("it did not take the text for a success"),
        };
    }
    match half_an_answer(evidence) {
        Some((place, false)) if evidence.says_success() => broken(
            &[place],
            format!("{expected}, or a look at what became of the order"),
            "exit code 0 for an answer that breaks off and cannot be read",
        ),
        Some(_) if !evidence.says_nothing() => kept("it did not take half an answer for a success"),
        _ => not_exercised("no answer that is no success had an OK in its text"),
    }
}

/// See `client.pending-is-not-done`.
pub(crate) fn pending_is_not_done(evidence: &Evidence<'_>) -> Finding {
    let reported = evidence.reported();
    let Some((place, item)) = reported.last() else {
        return not_exercised("it was told of no request of its own");
    };
    // Of two requests for the one order the end of either is one.
    if reported.iter().any(|(_, item)| item.state != "PENDING") {
        return not_exercised("it saw the end of its request");
    }
    if matches!(takes_only_its_own(evidence), Finding::Broken(_)) {
        return not_exercised("it took another request for its own");
    }
    match evidence.says_success() {
        true => broken(
            &[*place],
            "no success (any exit code but 0)",
            format!("exit code 0, and request {} was PENDING when it last heard", item.number),
        ),
        false if evidence.says_nothing() => not_exercised("it did not come to an end"),
        false => kept("it did not call it a success"),
    }
}

/// See `client.notices-a-known-reference`.
pub(crate) fn notices_a_known_reference(evidence: &Evidence<'_>) -> Finding {
    let known = &evidence.seen.known_reference;
    let of_item = |read: &Read| {
        let mut items = read.items.iter();
        items.any(|item| item.reference == *known && item.number != evidence.seen.known_number)
    };
    let of_order = |place: usize, read: &Read| {
        let is_order = matches!(read.intent, Intent::Order(_)) && read.end == End::Accepted;
        is_order
            && read.transaction.as_ref().is_some_and(|id| {
                let before = evidence.reads.iter().take(place);
                id == known || before.into_iter().any(|read| read.transaction.as_ref() == Some(id))
            })
    };
    let met = evidence.calls().find(|(place, _, read)| of_item(read) || of_order(*place, read));
    match met {
        None => not_exercised("it was given no reference of another order"),
        Some((place, _, _)) if evidence.says_success() => broken(
            &[place],
            "no success (any exit code but 0)",
            "exit code 0, with the reference in CONAX_SIM_KNOWN_REFERENCE",
        ),
        Some(_) if evidence.says_nothing() => not_exercised("it did not come to an end"),
        Some(_) => kept("it did not call it a success"),
    }
}

/// See `client.drops-the-check-digit`.
pub(crate) fn drops_the_check_digit(evidence: &Evidence<'_>) -> Finding {
    let digits = |card: &str| card.chars().filter(char::is_ascii_digit).count();
    let with = |count: usize| {
        let mut calls = evidence.calls();
        calls.find(|(_, _, read)| read.cards.iter().any(|card| digits(card) == count))
    };
    match (with(12), with(11)) {
        (Some((place, _, _)), _) => broken(
            &[place],
            "the eleven digits of the number",
            "twelve digits, the printed check digit among them",
        ),
        (None, Some(_)) => kept("it sent eleven digits"),
        (None, None) => not_exercised("it sent no smartcard"),
    }
}

/// See `client.stops-at-rejected`.
pub(crate) fn stops_at_rejected(evidence: &Evidence<'_>) -> Finding {
    let expected = "nothing more about this order";
    let mut is_met = false;
    for (place, exchange, read) in evidence.calls() {
        let Some(key) = rejected_key(evidence, read) else {
            continue;
        };
        is_met = true;
        for (later, next_exchange, next) in evidence.after(place) {
            if next.intent == Intent::Order(key.clone()) {
                return broken(&[place, later], expected, "the same order again");
            }
            let is_same_look =
                next.intent == Intent::Query && next_exchange.target == exchange.target;
            if read.intent == Intent::Query && is_same_look {
                return broken(&[place, later], expected, "the same look again");
            }
        }
    }
    match is_met {
        true => kept("it did nothing more about it"),
        false => not_exercised("nothing it sent was rejected"),
    }
}

/// The order that this answer tells to be rejected for good.
fn rejected_key(evidence: &Evidence<'_>, read: &Read) -> Option<String> {
    // A failure inside the head-end may pass: to try again is no mistake.
    let passes = matches!(&read.end, End::Refused { code, .. } if code == "SYSTEM_ERROR");
    if let (Intent::Order(key), Some(_)) = (&read.intent, &read.transaction)
        && is_refused(&read.end)
        && !passes
    {
        return Some(key.clone());
    }
    let rejected = read.items.iter().find(|item| item.state == "REJECTED")?;
    let own = evidence.recorded();
    let (_, key) = own.into_iter().find(|(number, _)| *number == rejected.number)?;
    Some(key.to_owned())
}
