//! Lines for what is no exchange: connections that were refused, worlds that were removed.

use std::fmt::Write as _;

use conax_contract::crm::DateText;
use conax_sim::journal::{Notice, Noticed};
use serde::Serialize;

use super::push_time;

/// A notice for a person.
pub(super) fn human(notice: &Notice, line: &mut String) {
    push_time(notice.at, line);
    let _ = match &notice.what {
        Noticed::ConnectionsRefused { api, reason, count } => {
            let noun = if *count == 1 { "connection" } else { "connections" };
            writeln!(line, " {:<8} refused {count} {noun}: {}", api.name(), reason.name())
        }
        Noticed::WorldRemoved { world, idle } => {
            let seconds = idle.as_secs();
            writeln!(line, " worlds   removed `{world}`, which nobody used for {seconds} s")
        }
    };
}

/// A notice for a program.
pub(super) fn json(notice: &Notice, line: &mut String) {
    let at = DateText::from(notice.at);
    let fields = match &notice.what {
        Noticed::ConnectionsRefused { api, reason, count } => {
            Line::ConnectionsRefused { at, door: api.name(), reason: reason.name(), count: *count }
        }
        Noticed::WorldRemoved { world, idle } => {
            Line::WorldRemoved { at, world, idle_s: idle.as_secs() }
        }
    };
    if let Ok(text) = serde_json::to_string(&fields) {
        line.push_str(&text);
        line.push('\n');
    }
}

#[derive(Serialize)]
#[serde(tag = "notice", rename_all = "kebab-case")]
enum Line<'a> {
    ConnectionsRefused { at: DateText, door: &'static str, reason: &'static str, count: u64 },
    WorldRemoved { at: DateText, world: &'a str, idle_s: u64 },
}
