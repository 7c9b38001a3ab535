//! Ledger, drift, why and metrics at the control API.

use std::sync::Arc;

use conax_contract::control::{
    DriftView, DriftsView, HealingView, LedgerRowView, LedgerView, Problem, TurnedRoundView,
    WhyView,
};
use conax_contract::trace::traceparent;
use conax_model::command::Command;
use conax_model::ledger::Row;

use crate::control_api::reply::Reply;
use crate::control_api::routes::ControlCall;
use crate::reconciliation::{
    DriftEntry, NOT_OURS, Question, TurnedRound, drift, find_request, heal, ledger_lines, metrics,
    turned_round, why,
};
use crate::shared::Shared;

/// Content type of a ledger file.
pub(super) const LEDGER_TYPE: &str = "application/x-ndjson";
/// Content type of metrics (Documented: Prometheus' text exposition format).
pub(super) const METRICS_TYPE: &str = "text/plain; version=0.0.4";

pub(super) fn show_ledger(shared: &Shared, call: &ControlCall) -> Result<Reply, Problem> {
    call.only(&["only"])?;
    let wanted: fn(&Row) -> bool = match call.parameter("only") {
        None => |_| true,
        Some("unknown") => |row| !row.known_to_crm(),
        Some(other) => {
            let detail = format!("`only`: found `{other}`, allowed unknown");
            return Err(Problem::new(400, "parameter not understood", detail));
        }
    };
    shared.catch_up();
    let ledger = shared.ledger().clone();
    let reconciliation = ledger.reconcile();
    let rows = reconciliation.rows.values().filter(|row| wanted(row));
    Ok(Reply::json(&LedgerView {
        adds_up: reconciliation.totals.add_up(),
        totals: reconciliation.totals,
        is_full: ledger.let_go() != (0, 0),
        rows: rows.map(LedgerRowView::from).collect(),
    }))
}

pub(super) fn ledger_file(shared: &Shared) -> Reply {
    let mut text = ledger_lines(shared).join("\n");
    text.push('\n');
    Reply::text(LEDGER_TYPE, text)
}

pub(super) fn show_drift(shared: &Shared) -> Result<Reply, Problem> {
    if shared.ledger().is_foreign {
        return Err(Problem::new(409, "nothing to compare", NOT_OURS));
    }
    let entries = drift(shared);
    Ok(Reply::json(&DriftsView {
        drift: entries.iter().map(drift_view).collect(),
        turned_round: turned_round(shared).into_iter().map(turned_view).collect(),
    }))
}

fn drift_view(entry: &DriftEntry) -> DriftView {
    let kinds = entry.heals.iter().map(Command::kind);
    DriftView {
        kind: entry.kind,
        smartcards: entry.cards.clone(),
        items: entry.items.clone(),
        crm: entry.crm.clone(),
        conax: entry.conax.clone(),
        request: entry.request,
        because: entry.because.clone(),
        heals: kinds.map(|kind| kind.code()).collect(),
        cannot_heal: entry.cannot_heal.clone(),
    }
}

fn turned_view(one: TurnedRound) -> TurnedRoundView {
    TurnedRoundView {
        smartcard: one.card,
        pairing_module: one.module,
        request: one.request,
        by: one.by,
        because: one.because,
    }
}

pub(super) async fn heal_drift(shared: &Arc<Shared>) -> Result<Reply, Problem> {
    let healing =
        heal(shared).await.map_err(|problem| Problem::new(409, "nothing healed", problem))?;
    Ok(Reply::json(&HealingView {
        drift: healing.drift_count,
        next: healing.next(),
        requests: healing.requests,
        left_out: healing.left_out,
        cannot_heal: healing.cannot_heal,
    }))
}

pub(super) fn tell_why(
    shared: &Shared,
    number: &str,
    call: &ControlCall,
) -> Result<Reply, Problem> {
    call.only(&["fault", "list"])?;
    let list = call.parameter("list").map(|text| {
        text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())).ok_or_else(
            || {
                let detail = format!(
                    "`list`: found `{text}`, expected a filter such as `life_cycle_state=PENDING`"
                );
                Problem::new(400, "parameter not understood", detail)
            },
        )
    });
    let question =
        Question { fault: call.parameter("fault").map(str::to_owned), list: list.transpose()? };
    let row = find_request(shared, number)
        .map_err(|unknown| Problem::new(404, "unknown request", unknown.to_string()))?;
    let told = why(shared, &row, &question);
    Ok(Reply::json(&WhyView {
        request: told.request,
        state: told.state,
        because: told.because,
        traceparent: row
            .trace
            .as_deref()
            .map(|trace| shared.journal.secrets().masked(&traceparent(trace)).into_owned()),
        next: told.next,
    }))
}

pub(super) fn show_metrics(shared: &Shared) -> Reply {
    Reply::text(METRICS_TYPE, metrics(shared))
}
