//! Metrics in Prometheus' text form.

use std::collections::BTreeMap;
use std::fmt::Write;

use conax_model::ledger::Fate;

use super::drift::drift;
use crate::http_server::TurnedAway;
use crate::journal::Surface;
use crate::shared::Shared;
use crate::worlds::Worlds;

/// The metrics of a simulator; the drift is counted anew each time.
#[must_use]
pub fn metrics(shared: &Shared) -> String {
    let mut page = Page(String::new());
    calls(shared, &mut page);
    requests(shared, &mut page);
    faults(shared, &mut page);
    ledger(shared, &mut page);
    for counter in shared.journal.counters() {
        page.family(counter.name, "counter", counter.help);
        page.sample(counter.name, &[], counter.value);
    }
    store(shared, &mut page);
    page.0
}

/// The metrics of connections, which are those of all worlds.
#[must_use]
pub fn connection_metrics(worlds: &Worlds) -> String {
    let mut page = Page(String::new());
    page.family("connections", "gauge", "Connections that are open, by API.");
    for (api, places) in worlds.connections() {
        page.sample("connections", &[("door", api.name())], places.open_count());
    }
    page.family(
        "connections_refused_total",
        "counter",
        "Connections that were turned away, by API and the limit behind it.",
    );
    for (api, places) in worlds.connections() {
        for reason in TurnedAway::ALL {
            let labels = [("door", api.name()), ("reason", reason.name())];
            page.sample("connections_refused_total", &labels, places.refused_count(reason));
        }
    }
    page.0
}

struct Page(String);

impl Page {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a text never fails.
        let _ = writeln!(self.0, "# HELP conax_sim_{name} {help}\n# TYPE conax_sim_{name} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let labels: Vec<String> =
            labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
        let labels = match labels.is_empty() {
            true => String::new(),
            false => format!("{{{}}}", labels.join(",")),
        };
        let _ = writeln!(self.0, "conax_sim_{name}{labels} {value}");
    }
}

/// A label's value: Prometheus escapes three characters.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn calls(shared: &Shared, page: &mut Page) {
    page.family("exchanges_total", "counter", "Exchanges, by API and HTTP status.");
    for ((door, status), count) in shared.journal.counts() {
        let status = match status {
            0 => "none".to_owned(),
            status => status.to_string(),
        };
        let labels = [("door", Surface::name(door)), ("status", status.as_str())];
        page.sample("exchanges_total", &labels, count);
    }
    page.family("runs_total", "counter", "Processing runs.");
    let runs = shared.run_count();
    page.sample("runs_total", &[], runs);
    page.family("exchanges_at_conax", "gauge", "Exchanges at the Conax endpoint now.");
    page.sample("exchanges_at_conax", &[], shared.faults.at_endpoint());
}

fn requests(shared: &Shared, page: &mut Page) {
    let now = shared.clock.now();
    let (length, oldest) = {
        let side = shared.crm();
        (side.book.queue_length(), side.book.oldest_due(now))
    };
    page.family("provisioning_requests", "gauge", "Provisioning requests, by where they stand.");
    for (state, count) in [
        ("scheduled", length.scheduled),
        ("due", length.due),
        ("in_flight", length.in_flight),
        ("held", length.held),
        ("completed", length.completed),
        ("rejected", length.rejected),
    ] {
        page.sample("provisioning_requests", &[("state", state)], count);
    }
    page.family(
        "oldest_due_seconds",
        "gauge",
        "How long the oldest request that is due has waited, in simulated seconds.",
    );
    let waited = oldest.map_or(0.0, |due| now.since(due).as_secs_f64());
    page.sample("oldest_due_seconds", &[], waited);
    page.family("clock_seconds", "gauge", "Simulated time, in seconds since 1970.");
    page.sample("clock_seconds", &[], now.millis() as f64 / 1000.0);
}

fn faults(shared: &Shared, page: &mut Page) {
    let rules: BTreeMap<String, (u64, u64)> = {
        let book = shared.fault_plan();
        let rules = book.plan.rules.iter();
        rules.map(|one| (one.rule.id.to_string(), (one.hits, one.missed))).collect()
    };
    page.family("fault_hits_total", "counter", "How often a fault rule acted.");
    for (rule, (hits, _)) in &rules {
        page.sample("fault_hits_total", &[("rule", rule)], hits);
    }
    page.family("fault_misses_total", "counter", "How often a fault rule let an exchange pass.");
    for (rule, (_, missed)) in &rules {
        page.sample("fault_misses_total", &[("rule", rule)], missed);
    }
    let (count, asked, given) = shared.faults.delays();
    page.family("delays_total", "counter", "Delays that fault rules asked for.");
    page.sample("delays_total", &[], count);
    page.family("delay_asked_seconds_total", "counter", "Their length as it was asked for.");
    page.sample("delay_asked_seconds_total", &[], asked.as_secs_f64());
    page.family("delay_given_seconds_total", "counter", "Their length as it came out.");
    page.sample("delay_given_seconds_total", &[], given.as_secs_f64());
}

/// Of the store, which all worlds share.
fn store(shared: &Shared, page: &mut Page) {
    let Some(store) = shared.store() else { return };
    let (changes, kept, groups) = store.counts();
    page.family("store_changes_total", "counter", "Changes of all worlds, handed to the store.");
    page.sample("store_changes_total", &[], changes);
    page.family("store_kept_total", "counter", "Those of them that are kept.");
    page.sample("store_kept_total", &[], kept);
    page.family("store_groups_total", "counter", "In how many groups they were kept.");
    page.sample("store_groups_total", &[], groups);
    page.family("store_fails", "gauge", "Whether nothing is kept now: 1 or 0.");
    page.sample("store_fails", &[], u8::from(store.failure().is_some()));
}

fn ledger(shared: &Shared, page: &mut Page) {
    let totals = shared.ledger().totals();
    page.family("conax_did", "gauge", "Acknowledged requests, by what Conax really did.");
    for (fate, count) in [
        (Fate::Once, totals.once),
        (Fate::Twice, totals.twice),
        (Fate::Partly, totals.partly),
        (Fate::Never, totals.never),
        (Fate::Unknown, totals.unknown),
    ] {
        page.sample("conax_did", &[("times", fate.code())], count);
    }
    page.family(
        "unknown_to_crm",
        "gauge",
        "Requests of which the CRM thinks otherwise than what is.",
    );
    page.sample("unknown_to_crm", &[], totals.unknown_to_crm);
    if shared.ledger().is_foreign {
        return;
    }
    page.family("drift", "gauge", "Differences between the CRM's belief and Conax.");
    page.sample("drift", &[], drift(shared).len());
}
