//! Totals, computed from the journals and compared with what the file says.

use conax_model::ledger::{Fate, Standing, Totals};

use super::facts::Facts;
use super::problem::Problems;
use super::rows::{differences, row_of};
use crate::proof::write::{Line, Row};

/// Compares the totals with those that follow from the journals.
pub(super) fn take_totals(facts: &Facts, problems: &mut Problems, line: usize, found: &Totals) {
    let lines = [*found, totals_of(facts)].map(Line::Totals);
    if let Some(found) = differences("the totals are", &lines[0], &lines[1]) {
        problems.add(line, None, found);
    }
    if !add_up(found) {
        let found = "the totals do not add up; expected acknowledged = once + twice + partly + \
                     never + unknown = completed + rejected + pending + in_flight";
        problems.add(line, None, found);
    }
}

/// Whether every request is counted once by what the head-end did and once by its standing; of
/// whatever numbers a file has.
fn add_up(of: &Totals) -> bool {
    let sum = |counts: &[u64]| counts.iter().copied().try_fold(0, u64::checked_add);
    let fates = [of.once, of.twice, of.partly, of.never, of.unknown];
    let standings = [of.completed, of.rejected, of.pending, of.in_flight];
    sum(&fates) == Some(of.acknowledged) && sum(&standings) == Some(of.acknowledged)
}

fn totals_of(facts: &Facts) -> Totals {
    let mut totals = Totals::default();
    for (request, chain) in &facts.requests {
        if let Some(request_type) = chain.request_type {
            count(&mut totals, &row_of(facts, *request, request_type, chain));
        }
    }
    for (_, row, _) in facts.let_go.rows.values() {
        count(&mut totals, row);
    }
    let foreign = facts.foreign.values().map(|tally| tally.executions);
    let let_go = facts.let_go.foreign.values().map(|row| row.executions);
    totals.foreign_executions = foreign.chain(let_go).sum();
    totals
}

fn count(totals: &mut Totals, row: &Row) {
    totals.acknowledged += 1;
    *match row.conax {
        Fate::Once => &mut totals.once,
        Fate::Twice => &mut totals.twice,
        Fate::Partly => &mut totals.partly,
        Fate::Never => &mut totals.never,
        Fate::Unknown => &mut totals.unknown,
    } += 1;
    *match row.crm {
        Standing::Pending => &mut totals.pending,
        Standing::InFlight => &mut totals.in_flight,
        Standing::Completed => &mut totals.completed,
        Standing::Rejected => &mut totals.rejected,
    } += 1;
    totals.unknown_to_crm += u64::from(!row.known_to_crm);
    let is_false = !matches!(row.conax, Fate::Once | Fate::Unknown);
    totals.false_completions += u64::from(row.crm == Standing::Completed && is_false);
}
