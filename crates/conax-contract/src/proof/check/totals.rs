//! Totals, computed from the journals and compared with what the file says.

use super::facts::Facts;
use super::problem::Problems;
use super::rows::{differences, row_of};
use crate::proof::write::{ConaxFate, CrmState, Row, Totals};

/// Compares the totals with those that follow from the journals.
pub(super) fn take_totals(facts: &Facts, problems: &mut Problems, line: usize, found: &Totals) {
    if let Some(found) = differences("the totals are", found, &totals_of(facts)) {
        problems.add(line, None, found);
    }
    if !found.add_up() {
        let found = "the totals do not add up; expected acknowledged = once + twice + partly + \
                     never + unknown = completed + rejected + pending + in_flight";
        problems.add(line, None, found);
    }
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
        ConaxFate::Once => &mut totals.once,
        ConaxFate::Twice => &mut totals.twice,
        ConaxFate::Partly => &mut totals.partly,
        ConaxFate::Never => &mut totals.never,
        ConaxFate::Unknown => &mut totals.unknown,
    } += 1;
    *match row.crm {
        CrmState::Pending => &mut totals.pending,
        CrmState::InFlight => &mut totals.in_flight,
        CrmState::Completed => &mut totals.completed,
        CrmState::Rejected => &mut totals.rejected,
    } += 1;
    totals.unknown_to_crm += u64::from(!row.known_to_crm);
    let is_false = !matches!(row.conax, ConaxFate::Once | ConaxFate::Unknown);
    totals.false_completions += u64::from(row.crm == CrmState::Completed && is_false);
}
