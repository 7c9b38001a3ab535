//! The ledger as a file that can be checked from its two journals alone.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use conax_contract::cas::Profile;
use conax_contract::proof::{
    ConaxEvent, ConaxLine, CrmLine, FORMAT, ForeignRow, HeadEnd, Header, Line, Row, encode_line,
};
use conax_model::command::{Command, CommandKind};
use conax_model::fault::StateChange;
use conax_model::id::TransactionId;
use conax_model::ledger::{self, At, CasEvent, Ledger, Reconciliation};
use conax_model::time::SimTime;

use crate::shared::Shared;

/// The ledger file, line by line.
///
/// What the limit has let go of the journals is not in it; the rows of those it was about say so.
#[must_use]
pub fn ledger_lines(shared: &Shared) -> Vec<String> {
    shared.catch_up();
    let ledger = shared.ledger().clone();
    let reconciliation = ledger.reconcile();
    let rows = reconciliation.rows.values().map(row).map(Line::Row);
    let rows = rows.chain(reconciliation.foreign.iter().map(foreign).map(Line::Foreign));
    let (let_go, rows): (Vec<Line>, Vec<Line>) = rows.partition(has_let_go);
    let header =
        Header { unproven: let_go.len() as u64, ..header(shared, &ledger, &reconciliation) };
    let mut lines = vec![Line::Header(header)];
    lines.extend(let_go);
    let crm = ledger.crm_events().zip(ledger.let_go().0 + 1..);
    lines.extend(
        crm.map(|(one, n)| Line::Crm(CrmLine { n, at: date(one.at), event: one.event.clone() })),
    );
    lines.extend(conax_lines(shared.settings.cas.profile, &ledger).map(Line::Conax));
    lines.extend(rows);
    lines.push(Line::Totals(reconciliation.totals));
    lines.iter().map(encode_line).collect()
}

/// Whether lines about whom a row is of are not in the file.
const fn has_let_go(line: &Line) -> bool {
    match line {
        Line::Row(row) => row.crm_let_go > 0 || row.conax_let_go > 0,
        Line::Foreign(row) => row.conax_let_go > 0,
        _ => false,
    }
}

fn header(shared: &Shared, ledger: &Ledger, reconciliation: &Reconciliation) -> Header {
    let (crm, conax) = ledger.lens();
    let (crm_let_go, conax_let_go) = ledger.let_go();
    Header {
        format: FORMAT.to_owned(),
        world: shared.world().name.clone(),
        seed: shared.settings.seed.0,
        at: date(shared.clock.now()),
        head_end: match ledger.is_foreign {
            true => HeadEnd::Another,
            false => HeadEnd::Simulated,
        },
        crm_lines: crm as u64,
        conax_lines: match ledger.is_foreign {
            true => 0,
            false => conax as u64,
        },
        requests: reconciliation.rows.len() as u64,
        crm_let_go,
        conax_let_go,
        unproven: 0,
        at_conax: match ledger.is_foreign {
            true => Vec::new(),
            false => ledger.at_head_end().collect(),
        },
    }
}

fn date(at: SimTime) -> NaiveDateTime {
    at.whole_second().calendar()
}

/// The head-end's journal; of a foreign head-end there is none.
fn conax_lines<'a>(
    profile: &'static Profile,
    ledger: &'a Ledger,
) -> impl Iterator<Item = ConaxLine> + 'a {
    let mut kinds: BTreeMap<u64, CommandKind> = BTreeMap::new();
    let events = ledger.cas_events().take_while(|_| !ledger.is_foreign);
    events.zip(ledger.let_go().1 + 1..).map(move |(At { at, event }, n)| {
        if let CasEvent::Received { exchange, kind: Some(kind), .. } = event {
            kinds.insert(*exchange, *kind);
        }
        ConaxLine { n, at: date(*at), event: conax_event(profile, event, &kinds) }
    })
}

fn conax_event(
    profile: &Profile,
    event: &CasEvent,
    kinds: &BTreeMap<u64, CommandKind>,
) -> ConaxEvent {
    match event {
        CasEvent::Received { exchange, request, read, .. } => {
            ConaxEvent::Received { exchange: *exchange, request: *request, read: *read }
        }
        CasEvent::Answered { exchange, status, reference, spoilt } => ConaxEvent::Answered {
            exchange: *exchange,
            status_code: status.clone(),
            reference: reference.clone(),
            spoilt: *spoilt,
        },
        CasEvent::NotAnswered { exchange, because } => {
            ConaxEvent::NotAnswered { exchange: *exchange, because: because.to_string() }
        }
        CasEvent::Did(change) => change_event(profile, change, kinds),
    }
}

fn change_event(
    profile: &Profile,
    change: &StateChange,
    kinds: &BTreeMap<u64, CommandKind>,
) -> ConaxEvent {
    match change {
        StateChange::Executed { exchange, transaction, changed, late, is_part } => {
            ConaxEvent::Executed {
                exchange: *exchange,
                transaction: transaction.to_string(),
                command: kinds
                    .get(exchange)
                    .copied()
                    .unwrap_or(CommandKind::GetActiveSubscriptions),
                changed: *changed,
                late: *late,
                partly: *is_part,
            }
        }
        StateChange::Refused { exchange, transaction, cause, .. } => ConaxEvent::Refused {
            exchange: *exchange,
            transaction: Some(transaction.to_string()),
            status_code: profile.status_code(*cause).to_owned(),
        },
        StateChange::Pretended { exchange, transaction } => {
            ConaxEvent::Pretended { exchange: *exchange, transaction: transaction.to_string() }
        }
        StateChange::Held { exchange, transaction } => {
            ConaxEvent::Held { exchange: *exchange, transaction: Some(transaction.to_string()) }
        }
        StateChange::Undone { transactions } => {
            ConaxEvent::Undone { transactions: texts(transactions), because: "restart".to_owned() }
        }
        StateChange::Console { transaction, command } => ConaxEvent::Console {
            transaction: transaction.to_string(),
            command: Command::kind(command),
        },
    }
}

fn texts(transactions: &[TransactionId]) -> Vec<String> {
    transactions.iter().map(ToString::to_string).collect()
}

fn row(row: &ledger::Row) -> Row {
    Row {
        request: row.request,
        request_type: row.kind,
        crm: row.standing,
        conax: row.fate,
        executions: row.executions,
        undone: row.undone,
        known_to_crm: row.known_to_crm(),
        transactions: texts(&row.outcomes),
        crm_lines: row.crm_count,
        conax_lines: row.cas_count,
        crm_let_go: row.crm_let_go,
        conax_let_go: row.cas_let_go,
    }
}

fn foreign(row: &ledger::ForeignRow) -> ForeignRow {
    ForeignRow {
        exchange: row.exchange,
        transactions: texts(&row.outcomes),
        executions: row.executions,
        undone: row.undone,
        conax_lines: row.cas_count,
        conax_let_go: row.cas_let_go,
    }
}
