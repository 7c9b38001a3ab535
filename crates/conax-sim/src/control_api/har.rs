//! The journal as an HTTP Archive, for tools that show traffic.

use axum::http::HeaderMap;
use conax_contract::har::{CAS, HarEntry, HarLog, HarShown, TARGET, no_origin, write_har};
use serde_json::{Map, Value};

use super::convert::exchange_view;
use super::description::origin_of;
use crate::journal::{Excerpt, Exchange, Surface};
use crate::worlds::Worlds;

/// The text of the archive, in order of beginning.
pub(super) fn archive(worlds: &Worlds, headers: &HeaderMap, excerpt: &Excerpt) -> String {
    let origin = |surface: Surface| match origin_of(worlds, headers, surface) {
        origin if origin.is_empty() => no_origin(surface.name()).to_owned(),
        origin => origin,
    };
    let mut exchanges: Vec<&Exchange> = excerpt.exchanges.iter().map(AsRef::as_ref).collect();
    exchanges.sort_by_key(|exchange| (exchange.at, exchange.number));
    let entries = exchanges.into_iter().map(|one| entry(one, &origin(one.surface)));
    let own = [(TARGET, Surface::Crm), (CAS, Surface::Cas)];
    write_har(&HarLog {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        comment: comment(excerpt),
        pages: Vec::new(),
        entries: entries.collect(),
        own: own
            .map(|(name, surface)| (name.to_owned(), origin(surface).into()))
            .into_iter()
            .collect(),
    })
}

fn comment(excerpt: &Excerpt) -> String {
    let known = "The journal of conax-sim. Dates are simulated time; secrets are masked.";
    match excerpt.dropped {
        0 => known.to_owned(),
        dropped => format!("{known} The journal has dropped {dropped} older exchanges."),
    }
}

fn entry(exchange: &Exchange, origin: &str) -> HarEntry {
    let view = exchange_view(exchange);
    let entry = HarEntry::shown(&HarShown {
        api: view.door,
        origin,
        began: exchange.at.calendar(),
        took_us: view.took_us,
        verb: &view.verb,
        target: &view.target,
        status: view.http_status,
        traceparent: view.traceparent.as_deref(),
        call: &view.call,
        reply: &view.reply,
    });
    let mut own: Map<String, Value> = entry.own.clone();
    let numbers = [
        ("_number", Some(view.number)),
        ("_request", view.request_number),
        ("_exchange", view.exchange),
    ];
    own.extend(numbers.into_iter().filter_map(|(name, it)| Some((name.to_owned(), it?.into()))));
    own.extend(view.card.map(|card| ("_card".to_owned(), card.into())));
    let acted = view.faults.iter().map(|acted| format!("fault {}: {}", acted.rule, acted.fault));
    let notes: Vec<String> = view.outcome.into_iter().chain(acted).collect();
    HarEntry { comment: notes.join("; "), own, ..entry }
}
