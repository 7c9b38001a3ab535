//! From the state of the simulator to what the control API prints.

use conax_contract::control::{ExchangeView, QueueView, RunView, SmartcardView};
use conax_contract::crm::DateText;
use conax_model::cas::{CardView, CasState};
use conax_model::crm::QueueLength;
use conax_model::time::SimTime;

use crate::dispatch::RunReport;
use crate::journal::Exchange;

pub(super) fn date(at: SimTime) -> DateText {
    DateText::from(at)
}

pub(super) fn run_view(report: &RunReport, length: QueueLength) -> RunView {
    RunView {
        number: report.number,
        started: date(report.started),
        finished: date(report.finished),
        completed: report.completed_count,
        rejected: report.rejected_count,
        queue: QueueView::from(&length),
    }
}

pub(super) fn exchange_view(exchange: &Exchange) -> ExchangeView {
    let shown = exchange.shown();
    let note = exchange.subject.faults.as_deref();
    ExchangeView {
        number: exchange.number,
        at: date(exchange.at),
        at_millis: u16::try_from(exchange.at.millis().rem_euclid(1000)).unwrap_or(0),
        door: exchange.surface.name(),
        verb: exchange.method.to_string(),
        target: shown.target,
        http_status: exchange.http_status,
        took_us: u64::try_from(exchange.took.as_micros()).unwrap_or(u64::MAX),
        card: shown.card,
        request_number: exchange.subject.request_number,
        outcome: exchange.subject.outcome.as_deref().map(str::to_owned),
        exchange: exchange.subject.exchange,
        traceparent: exchange.traceparent(),
        faults: note.map_or_else(Vec::new, |note| note.acted.iter().map(Into::into).collect()),
        near_misses: note.map_or_else(Vec::new, |note| note.near.iter().map(Into::into).collect()),
        call: shown.call,
        reply: shown.reply,
    }
}

pub(super) fn smartcard_view(state: &CasState, card: &CardView, now: SimTime) -> SmartcardView {
    SmartcardView {
        id: card.id.to_string(),
        domain: card.domain.to_string(),
        state: card.state.code(),
        entitlements: state.entitlements(&card.id, now).iter().map(Into::into).collect(),
        pairing: state.pairing_of_card(&card.id).map(Into::into),
    }
}
