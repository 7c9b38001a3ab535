//! Laws about sending the same order again.

use super::{Evidence, Finding, broken, kept, not_exercised};
use crate::grade::observation::Seat;
use crate::grade::reading::{End, Intent, Item, Read};

/// See `client.no-blind-resend`.
pub(crate) fn no_blind_resend(evidence: &Evidence<'_>) -> Finding {
    let mut is_met = false;
    for (place, _, read) in evidence.calls() {
        let (Intent::Order(key), End::Unknown) = (&read.intent, &read.end) else {
            continue;
        };
        is_met |= evidence.after(place).next().is_some() || !evidence.says_nothing();
        if let Some(breach) = blind_resend(evidence, place, key) {
            return breach;
        }
    }
    match is_met {
        true => kept("it looked and heeded what it saw, or did not send it again"),
        false => not_exercised("it met no order with an unknown outcome, or waited for ever"),
    }
}

/// The order at this place sent again without a look, or against what there was to see.
fn blind_resend(evidence: &Evidence<'_>, place: usize, key: &str) -> Option<Finding> {
    let given = &evidence.given[place];
    let number = given.items.first().map(|item| item.number.as_str());
    let mut query = None;
    for (later, _, next) in evidence.after(place) {
        match &next.intent {
            Intent::Order(other) if other == key => {
                return resent(evidence, [Some(place), query, Some(later)], number);
            }
            Intent::Query if next.end == End::Accepted => {
                let own = own_item(next, number);
                // Now it knows what became of it: other laws say what follows from that.
                if own.is_some_and(|item| !next.is_list || item.state == "REJECTED") {
                    return None;
                }
                query = Some(later);
            }
            _ => {}
        }
    }
    None
}

fn own_item<'r>(read: &'r Read, number: Option<&str>) -> Option<&'r Item> {
    let mut items = read.items.iter();
    items.find(|item| Some(item.number.as_str()) == number)
}

/// What is wrong with sending it again, given where it was sent, looked for and sent again.
fn resent(
    evidence: &Evidence<'_>,
    places: [Option<usize>; 3],
    number: Option<&str>,
) -> Option<Finding> {
    let [Some(place), query, _] = places else {
        return None;
    };
    let places: Vec<usize> = places.into_iter().flatten().collect();
    let often = done_often(evidence);
    let Some(query) = query else {
        return Some(broken(
            &places,
            "a look at what became of it, before it is sent again",
            format!("the same order again, and no look between the two{often}"),
        ));
    };
    if evidence.given[place].end != End::Accepted {
        // It was not there, so that whoever looked sends it with good reason.
        return None;
    }
    let found = match (own_item(&evidence.reads[query], number), number) {
        (Some(item), _) => format!(
            "its look showed request {} {}, and it sent the same order again{often}",
            item.number, item.state
        ),
        (None, Some(number)) => format!(
            "it looked where request {number} could not be seen, and sent the same order \
             again{often}"
        ),
        (None, None) => format!(
            "Conax had carried it out when it looked, and it sent the same order again{often}"
        ),
    };
    Some(broken(&places, "no second order, for the first one was there", found))
}

/// What Conax made of it, if it did more than one.
fn done_often(evidence: &Evidence<'_>) -> String {
    match evidence.seen.done_count {
        0 | 1 => String::new(),
        count => format!("; Conax carried out {count} orders for the smartcard"),
    }
}

/// See `client.sends-an-order-once`.
pub(crate) fn sends_an_order_once(evidence: &Evidence<'_>) -> Finding {
    let mut is_met = false;
    for (place, _, given) in evidence.calls() {
        let Intent::Order(key) = &given.intent else {
            continue;
        };
        let Some(known) = known_at(evidence, place) else {
            continue;
        };
        is_met = true;
        let number = evidence.given[place].items.first();
        let number = number.map(|item| item.number.as_str());
        if let Some((state, later)) = sent_again(evidence, known, key, number) {
            let state = state.map_or_else(
                || "Conax had said OK".to_owned(),
                |item| format!("request {} was {} when it last heard", item.number, item.state),
            );
            let often = done_often(evidence);
            return broken(
                &[place, later],
                "one order: it was taken",
                format!("the same order again, and {state}{often}"),
            );
        }
    }
    match is_met {
        true => kept("it sent it once"),
        false => not_exercised("no order of its was taken, as far as it knew"),
    }
}

/// From which call on the client knows that the order at this place was taken.
fn known_at(evidence: &Evidence<'_>, place: usize) -> Option<usize> {
    let given = &evidence.given[place];
    if given.end != End::Accepted || is_anothers(evidence, place, given) {
        return None;
    }
    if evidence.reads[place].end == End::Accepted {
        return Some(place);
    }
    let number = given.items.first().map(|item| item.number.as_str());
    let mut later = evidence.after(place);
    let shown = later.find(|(_, _, read)| !read.is_list && own_item(read, number).is_some());
    shown.map(|(later, _, _)| later)
}

/// Whether Conax answered with a transaction that is another order's: what it did is open.
fn is_anothers(evidence: &Evidence<'_>, place: usize, read: &Read) -> bool {
    let before = || evidence.given[..place].iter();
    read.transaction.as_ref().is_some_and(|id| {
        *id == evidence.seen.known_reference
            || before().any(|read| read.transaction.as_ref() == Some(id))
    })
}

/// The same order after this place, unless it was rejected, or its reference was another's; with
/// what was heard of the first one.
fn sent_again<'e>(
    evidence: &'e Evidence<'_>,
    place: usize,
    key: &str,
    number: Option<&str>,
) -> Option<(Option<&'e Item>, usize)> {
    let is_conax = evidence.seen.seat == Seat::C;
    let mut heard = own_item(&evidence.reads[place], number);
    for (later, _, read) in evidence.after(place) {
        if matches!(&read.intent, Intent::Order(other) if other == key) {
            return (is_conax || heard.is_some()).then_some((heard, later));
        }
        heard = own_item(read, number).or(heard);
        let is_open = |item: &Item| {
            item.state == "REJECTED" || item.reference == evidence.seen.known_reference
        };
        if heard.is_some_and(is_open) {
            return None;
        }
    }
    None
}
