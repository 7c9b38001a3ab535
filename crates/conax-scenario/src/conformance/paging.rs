//! Pages: a list that is longer than was asked for is wrong only where lists can be paged at all,
//! which they can from R13 on.

use std::collections::BTreeMap;

use conax_contract::crm::Operation;
use serde_json::Value;

use super::exchange::Exchange;
use super::verdicts::{Break, Verdicts};

const LIMITS: &str = "list.number-of-results-limits";

/// What is known of pages.
#[derive(Clone, Debug, Default)]
pub(super) struct Paging {
    /// The lengths of whole lists, by their filter.
    whole: BTreeMap<String, usize>,
    /// Whether a page was ever less than its list.
    is_known: bool,
    /// Lists that were longer than asked for, before it was.
    doubtful: Vec<Break>,
}

impl Paging {
    /// Hears a list.
    pub(super) fn judge(&mut self, exchange: &Exchange, verdicts: &mut Verdicts) {
        let Some(items) = exchange.data().as_array() else {
            return;
        };
        if exchange.operation != Operation::List {
            return;
        }
        let given = |name: &str| exchange.parameters.get(name).and_then(number);
        let (limit, offset) = (given("number_of_results"), given("offset"));
        let filter = filter_of(exchange);
        if limit.is_none() && offset.is_none() {
            self.whole.extend(filter.map(|filter| (filter, items.len())));
            return;
        }
        let whole = filter.and_then(|filter| self.whole.get(&filter));
        self.is_known |= whole.is_some_and(|whole| items.len() < *whole);
        // What no requests at all are, nobody says: none, or no limit.
        if let Some(limit) = limit.filter(|limit| *limit > 0) {
            let broken = || {
                let expected = format!("{limit} at most");
                Break::at(exchange.number, "data", expected, items.len().to_string())
            };
            match items.len() as u64 <= limit {
                true => verdicts.held(LIMITS),
                false if self.is_known => verdicts.broken(LIMITS, broken()),
                false => self.doubtful.push(broken()),
            }
        }
        if self.is_known {
            for one in self.doubtful.drain(..) {
                verdicts.broken(LIMITS, one);
            }
        }
    }

    /// Nothing more will be heard.
    pub(super) fn conclude(&self, verdicts: &mut Verdicts) {
        if !self.doubtful.is_empty() {
            let why = "its lists have no pages, which exist from R13 on";
            verdicts.set_aside(LIMITS, why.to_owned());
        }
    }
}

/// The filter of a list, unless such lists get shorter by themselves.
fn filter_of(exchange: &Exchange) -> Option<String> {
    let filters = ["type", "life_cycle_state", "reference_number"];
    let given = filters.iter().filter_map(|name| {
        let value = exchange.parameters.get(*name)?.as_str()?;
        Some(format!("{name}={value}"))
    });
    let filter = given.collect::<Vec<_>>().join("&");
    (filter != "life_cycle_state=PENDING").then_some(filter)
}

/// A whole number, as a body or a query has it.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}
