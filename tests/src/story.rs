//! What happened on a stage, told when a test fails.

use std::fmt::Write as _;

use conax_contract::crm::{mask_json, mask_query};
use conax_sim::journal::Journal;

use crate::calls::Call;

/// One line for a call, secrets masked.
pub(crate) fn call_line(call: &Call) -> String {
    let mut line = format!("{} {}", call.verb, call.path());
    if !call.query().is_empty() {
        let _ = write!(line, "?{}", mask_query(call.query()));
    }
    if !call.body.is_empty() {
        let _ = write!(line, " {}", mask_json(&call.body));
    }
    line
}

/// Every exchange that is kept, with its bodies, secrets masked.
pub(crate) fn journal_text(journal: &Journal) -> String {
    let mut text = String::new();
    for exchange in journal.excerpt(0, usize::MAX, |_| true).exchanges {
        let status = exchange.http_status.map_or("---".to_owned(), |status| status.to_string());
        let outcome = exchange.subject.outcome.as_deref().unwrap_or("");
        let _ = writeln!(
            text,
            "{} {:?} {} {} {} -> {status} {outcome}",
            exchange.number,
            exchange.at,
            exchange.surface.name(),
            exchange.method,
            exchange.masked_target(),
        );
        for body in [exchange.masked_call(), exchange.masked_reply()] {
            if !body.is_empty() {
                let _ = writeln!(text, "    {}", body.replace('\n', "\n    "));
            }
        }
    }
    text
}
