//! Laws about what a success rests on.

use super::orders::reads_the_status_code;
use super::orders::{does_its_work, notices_a_known_reference, pending_is_not_done};
use super::{Evidence, Finding, broken, kept, not_exercised};
use crate::grade::reading::{End, Intent, Item, Read};

type Judge = fn(&Evidence<'_>) -> Finding;

/// See `client.success-means-done`.
pub(crate) fn success_means_done(evidence: &Evidence<'_>) -> Finding {
    if evidence.reads.is_empty() {
        return not_exercised("it made no call");
    }
    match (evidence.says_success(), evidence.seen.done_count) {
        _ if evidence.says_nothing() => not_exercised("it did not come to an end"),
        (_, 1..) => not_exercised("its order was carried out"),
        (false, 0) => kept("it did not call it a success"),
        (true, 0) => match named_by_another(evidence) {
            Some(law) => Finding::NamedBy(law),
            None => broken(
                &last_of_its_order(evidence),
                "no success (any exit code but 0)",
                "exit code 0, and Conax carried out no order for the smartcard",
            ),
        },
    }
}

/// The law that says more precisely why a success is none.
fn named_by_another(evidence: &Evidence<'_>) -> Option<&'static str> {
    let laws: [(&str, Judge); 5] = [
        ("client.does-its-work", does_its_work),
        ("client.reads-the-status-code", reads_the_status_code),
        ("client.pending-is-not-done", pending_is_not_done),
        ("client.notices-a-known-reference", notices_a_known_reference),
        ("client.takes-only-its-own", takes_only_its_own),
    ];
    let mut laws = laws.into_iter();
    let law = laws.find(|(_, judge)| matches!(judge(evidence), Finding::Broken(_)));
    law.map(|(id, _)| id)
}

/// Its last order, and the last answer that told of one.
fn last_of_its_order(evidence: &Evidence<'_>) -> Vec<usize> {
    let orders = evidence.calls();
    let orders = orders.filter(|(_, _, read)| matches!(read.intent, Intent::Order(_)));
    let order = orders.map(|(place, _, _)| place).last();
    let reported = evidence.reported().last().map(|(place, _)| *place);
    let mut places: Vec<usize> = order.into_iter().chain(reported).collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// See `client.takes-only-its-own`.
pub(crate) fn takes_only_its_own(evidence: &Evidence<'_>) -> Finding {
    let is_lost = |read: &Read| matches!(read.intent, Intent::Order(_)) && read.end == End::Unknown;
    let Some((lost, _, _)) = evidence.calls().find(|(_, _, read)| is_lost(read)) else {
        return not_exercised("it met no order with an unknown outcome");
    };
    let others = of_others(evidence, lost);
    if others.is_empty() {
        return not_exercised("it saw no request that was not its own");
    }
    let reported = evidence.reported();
    let mut reported = reported.iter();
    let knows_its_own =
        !evidence.own().is_empty() || reported.any(|(_, item)| item.state == "COMPLETED");
    let expected = "its own request, known by smartcard and service";
    if let Some((places, number)) = waited_for(&others) {
        let found = format!("it waited for the end of another smartcard's request {number}");
        return broken(&places, expected, found);
    }
    let done = others.iter().rev().find(|other| other.item.state == "COMPLETED");
    match done.filter(|_| !knows_its_own && evidence.says_success()) {
        Some(other) => broken(
            &[lost, other.place],
            format!("{expected}, or no success"),
            format!(
                "exit code 0, and of what it saw only another smartcard's request {} was COMPLETED",
                other.item.number
            ),
        ),
        None if evidence.says_nothing() => not_exercised("it did not come to an end"),
        None => kept("it took no other request for its own"),
    }
}

/// A request in an answer that is not the client's.
struct Other<'e> {
    place: usize,
    item: &'e Item,
    is_in_list: bool,
}

fn of_others<'e>(evidence: &'e Evidence<'_>, lost: usize) -> Vec<Other<'e>> {
    let own = evidence.recorded();
    let is_own = |item: &Item| own.iter().any(|(number, _)| *number == item.number);
    let queries = evidence.after(lost);
    let queries = queries.filter(|(_, _, read)| read.intent == Intent::Query);
    let others = queries.flat_map(|(place, _, read)| {
        read.items.iter().map(move |item| Other { place, item, is_in_list: read.is_list })
    });
    others.filter(|other| !is_own(other.item)).collect()
}

/// One that was asked for by itself more than once: to see whose it is, once is enough.
fn waited_for<'o>(others: &[Other<'o>]) -> Option<([usize; 2], &'o str)> {
    let shown = || others.iter().filter(|other| !other.is_in_list);
    shown().find_map(|first| {
        let mut later = shown().filter(|other| other.place > first.place);
        let second = later.find(|other| other.item.number == first.item.number)?;
        Some(([first.place, second.place], first.item.number.as_str()))
    })
}
