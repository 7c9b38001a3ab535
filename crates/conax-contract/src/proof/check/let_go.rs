//! Rows of which lines were let go: they stand before the journals, are taken as they are told, and
//! must at least agree with themselves and with the lines that are left.

use conax_model::ledger::{Fate, Standing};

use super::facts::{Facts, LetGo, Stranger};
use super::problem::Problems;
use super::rows::name_of;
use crate::proof::write::{ForeignRow, HeadEnd, Header, Row};

/// Takes in the row of a request.
pub(super) fn take_row(facts: &mut Facts, problems: &mut Problems, line: usize, row: Row) {
    let request = row.request;
    let is_known =
        facts.let_go.rows.contains_key(&request) || facts.requests.contains_key(&request);
    if is_known {
        problems.add(line, Some(request), "has a second row; expected one");
        return;
    }
    if let Some(found) = contradiction(&row, facts.head_end) {
        problems.add(line, Some(request), found);
    }
    facts.let_go.add_transactions(&row.transactions);
    facts.let_go.rows.insert(request, (line, row, 0));
}

/// What a row says that cannot be.
fn contradiction(row: &Row, head_end: HeadEnd) -> Option<String> {
    let left = row.executions.checked_sub(row.undone);
    let fits = match row.conax {
        Fate::Once => left == Some(1),
        Fate::Twice => left.is_some_and(|left| left >= 2),
        Fate::Partly => left.is_some_and(|left| left >= 1),
        Fate::Never => left == Some(0),
        Fate::Unknown => head_end == HeadEnd::Another,
    };
    if !fits {
        let (executions, undone) = (row.executions, row.undone);
        return Some(format!(
            "the row says {:?} with {executions} executions of which {undone} were undone",
            row.conax
        ));
    }
    let expected: &[bool] = match (row.crm, row.conax) {
        (Standing::Pending | Standing::InFlight, _)
        | (Standing::Completed, Fate::Once | Fate::Unknown) => &[true],
        (Standing::Rejected, Fate::Never | Fate::Unknown) => &[true, false],
        (Standing::Completed | Standing::Rejected, _) => &[false],
    };
    (!expected.contains(&row.known_to_crm)).then(|| {
        format!(
            "the row says {:?} and {:?} with `known_to_crm` {}",
            row.crm, row.conax, row.known_to_crm
        )
    })
}

/// Takes in the row of somebody else.
pub(super) fn take_foreign(
    facts: &mut Facts,
    problems: &mut Problems,
    line: usize,
    row: ForeignRow,
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
    facts.let_go.add_transactions(&row.transactions);
    let name = name_of(&stranger);
    if facts.let_go.foreign.insert(stranger, row).is_some() {
        problems.add(line, None, format!("{name} has a second row; expected one"));
    }
}

/// Compares what was let go with the header and with the lines that are left.
pub(super) fn close(let_go: &LetGo, header: &Header, problems: &mut Problems) {
    let mut sum = 0_u64;
    for (request, (line, row, seen)) in &let_go.rows {
        sum = sum.saturating_add(row.crm_let_go);
        let counted = row.crm_lines.checked_sub(row.crm_let_go);
        if counted != Some(*seen) {
            let found = format!(
                "the row says that {} of {} lines of the `crm` journal were let go; the file has \
                 {seen} of them",
                row.crm_let_go, row.crm_lines
            );
            problems.add(*line, Some(*request), found);
        }
        if row.conax_let_go > row.conax_lines.min(header.conax_let_go) {
            let found = format!(
                "the row says that {} of {} lines of the `conax` journal were let go; of all there \
                 were {}, says the header",
                row.conax_let_go, row.conax_lines, header.conax_let_go
            );
            problems.add(*line, Some(*request), found);
        }
    }
    let count = (let_go.rows.len() + let_go.foreign.len()) as u64;
    if count != header.unproven {
        let found = format!(
            "the header says `unproven` {}; the file has {count} rows of which lines were let go",
            header.unproven
        );
        problems.add(1, None, found);
    }
    if sum != header.crm_let_go {
        let found = format!(
            "the header says `crm_let_go` {}; the rows say {sum} together",
            header.crm_let_go
        );
        problems.add(1, None, found);
    }
}
