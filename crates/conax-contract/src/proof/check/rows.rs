//! Rows, computed from the journals and compared with what the file says.

use conax_model::ledger::{Fate, Standing};
use serde::Serialize;
use serde_json::Value;

use super::facts::{Chain, Facts, Returned, Stranger};
use super::problem::Problems;
use crate::crm::CommandKind;
use crate::proof::write::{ForeignRow, HeadEnd, Row};

/// Compares a row with the one that follows from the journals.
pub(super) fn take_row(facts: &mut Facts, problems: &mut Problems, line: usize, row: &Row) {
    let request = row.request;
    let Some(chain) = facts.requests.get_mut(&request) else {
        let found = "has a row, but was never acknowledged: its `acknowledged` line is missing";
        problems.add(line, Some(request), found);
        return;
    };
    if std::mem::replace(&mut chain.tally.has_row, true) {
        problems.add(line, Some(request), "has a second row; expected one");
        return;
    }
    let chain = &facts.requests[&request];
    // Without acknowledgement there is nothing to compare with; that it is missing was said.
    let Some(request_type) = chain.request_type else {
        return;
    };
    let expected = row_of(facts, request, request_type, chain);
    if let Some(found) = differences("the row is", row, &expected) {
        problems.add(line, Some(request), found);
    }
}

/// The row of a request.
pub(super) fn row_of(facts: &Facts, request: u64, request_type: CommandKind, chain: &Chain) -> Row {
    let tally = &chain.tally;
    let last = chain.exchanges.last();
    let last = last.and_then(|exchange| facts.exchanges.get(exchange));
    let crm = match (chain.completed, last) {
        (Some(true), _) => Standing::Completed,
        (Some(false), _) => Standing::Rejected,
        (None, Some(last)) if !last.is_recalled() => Standing::InFlight,
        (None, _) => Standing::Pending,
    };
    let conax = fate_of(facts, chain);
    Row {
        request,
        request_type,
        crm,
        conax,
        executions: tally.executions,
        undone: tally.undone,
        known_to_crm: is_known(facts, chain, conax),
        transactions: tally.transactions.clone(),
        crm_lines: chain.crm_lines,
        conax_lines: tally.conax_lines,
        crm_let_go: 0,
        conax_let_go: 0,
    }
}

fn fate_of(facts: &Facts, chain: &Chain) -> Fate {
    let mut exchanges = chain.exchanges.iter();
    let left = exchanges.any(|exchange| facts.exchanges[exchange].left != Some(false));
    if facts.head_end == HeadEnd::Another && left {
        return Fate::Unknown;
    }
    match chain.tally.executions.saturating_sub(chain.tally.undone) {
        0 => Fate::Never,
        all if all == chain.tally.parts => Fate::Partly,
        1 => Fate::Once,
        _ => Fate::Twice,
    }
}

fn is_known(facts: &Facts, chain: &Chain, conax: Fate) -> bool {
    let on_trust = conax == Fate::Unknown;
    match chain.completed {
        None => true,
        Some(true) => on_trust || conax == Fate::Once,
        Some(false) => {
            let mut exchanges = chain.exchanges.iter().map(|number| &facts.exchanges[number]);
            let answered = exchanges.all(|exchange| match &exchange.returned {
                Some(Returned::Answered(answer)) => answer.status_code.is_some(),
                _ => exchange.left == Some(false),
            });
            answered && (on_trust || conax == Fate::Never)
        }
    }
}

/// Compares a foreign row with the one that follows from the journals.
pub(super) fn take_foreign(
    facts: &mut Facts,
    problems: &mut Problems,
    line: usize,
    row: &ForeignRow,
) {
    let stranger = match (row.exchange, row.transactions.as_slice()) {
        (Some(exchange), _) => Stranger::Exchange(exchange),
        (None, [transaction]) => Stranger::Console(transaction.clone()),
        (None, _) => {
            let found = "a foreign row without exchange; expected one transaction of the console";
            problems.add(line, None, found);
            return;
        }
    };
    let name = name_of(&stranger);
    let Some(tally) = facts.foreign.get_mut(&stranger) else {
        let found = format!("{name} has a row, but its lines in the `conax` journal are missing");
        problems.add(line, None, found);
        return;
    };
    if std::mem::replace(&mut tally.has_row, true) {
        problems.add(line, None, format!("{name} has a second row; expected one"));
        return;
    }
    let expected = ForeignRow {
        exchange: row.exchange,
        transactions: tally.transactions.clone(),
        executions: tally.executions,
        undone: tally.undone,
        conax_lines: tally.conax_lines,
        conax_let_go: 0,
    };
    if let Some(found) = differences(&format!("the row of {name} is"), row, &expected) {
        problems.add(line, None, found);
    }
}

/// A stranger in words.
pub(super) fn name_of(stranger: &Stranger) -> String {
    match stranger {
        Stranger::Exchange(exchange) => format!("the foreign exchange {exchange}"),
        Stranger::Console(transaction) => format!("the console's transaction {transaction}"),
    }
}

/// Reports who should have had a row.
pub(super) fn report_missing(facts: &Facts, problems: &mut Problems) {
    for (request, chain) in &facts.requests {
        if chain.request_type.is_some() && !chain.tally.has_row {
            let found = "was acknowledged, but has no row: its `row` line is missing";
            problems.add(chain.line, Some(*request), found);
        }
    }
    for (stranger, tally) in &facts.foreign {
        if !tally.has_row {
            let name = name_of(stranger);
            let found = format!("{name} has no row: its `foreign` line is missing");
            problems.add(tally.line, None, found);
        }
    }
}

/// Which members differ from those that follow, in one sentence.
pub(super) fn differences<T: Serialize>(what: &str, found: &T, expected: &T) -> Option<String> {
    let members = |of: &T| match serde_json::to_value(of) {
        Ok(Value::Object(members)) => members,
        _ => serde_json::Map::new(),
    };
    let found = members(found);
    let different: Vec<String> = members(expected)
        .iter()
        .filter(|(name, value)| found.get(*name) != Some(value))
        .map(|(name, value)| {
            let found = found.get(name).unwrap_or(&Value::Null);
            format!("`{name}` {found}, expected {value}")
        })
        .collect();
    (!different.is_empty()).then(|| {
        format!("{what} not what follows from the journals: found {}", different.join("; "))
    })
}
