//! From the state of the simulator to what the control API prints.

use conax_contract::control::{
    EntitlementView, ExchangeView, FingerprintView, MessageView, PairingModuleView, PairingView,
    ProductView, QueueView, RunView, SmartcardView, TransactionView,
};
use conax_contract::crm::DateText;
use conax_model::cas::{
    CardView, CasState, ModuleSpec, Outcome, Pairing, Period, ProductSpec, ShowState, Transaction,
};
use conax_model::crm::QueueLength;
use conax_model::time::SimTime;

use crate::dispatch::RunReport;
use crate::journal::Exchange;
use crate::settings::SimulatorSettings;

pub(super) fn date(at: SimTime) -> DateText {
    DateText::from(at)
}

pub(super) fn queue_view(length: QueueLength) -> QueueView {
    QueueView {
        scheduled: length.scheduled,
        due: length.due,
        in_flight: length.in_flight,
        held: length.held,
        completed: length.completed,
        rejected: length.rejected,
    }
}

pub(super) fn run_view(report: &RunReport, length: QueueLength) -> RunView {
    RunView {
        number: report.number,
        started: date(report.started),
        finished: date(report.finished),
        completed: report.completed_count,
        rejected: report.rejected_count,
        queue: queue_view(length),
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
        faults: note.map_or_else(Vec::new, |note| note.acted.iter().map(Into::into).collect()),
        near_misses: note.map_or_else(Vec::new, |note| note.near.iter().map(Into::into).collect()),
        call: shown.call,
        reply: shown.reply,
    }
}

pub(super) fn smartcard_view(state: &CasState, card: &CardView, now: SimTime) -> SmartcardView {
    let entitlements = state.entitlements(&card.id, now);
    SmartcardView {
        id: card.id.to_string(),
        domain: card.domain.to_string(),
        state: card.state.code(),
        entitlements: entitlements
            .iter()
            .map(|entitlement| EntitlementView {
                product: entitlement.product.to_string(),
                state: entitlement.state.code(),
                start: date(entitlement.period.start()),
                end: end(entitlement.period),
            })
            .collect(),
        pairing: state.pairing_of_card(&card.id).map(pairing_view),
    }
}

fn end(period: Period) -> Option<DateText> {
    (!period.is_open_ended()).then(|| date(period.end()))
}

pub(super) fn pairing_view(pairing: &Pairing) -> PairingView {
    PairingView {
        since: date(pairing.since),
        smartcards: pairing.cards.iter().map(ToString::to_string).collect(),
        pairing_modules: pairing.modules.iter().map(ToString::to_string).collect(),
    }
}

pub(super) fn product_view(product: &ProductSpec) -> ProductView {
    ProductView {
        id: product.id.to_string(),
        label: product.label.clone(),
        kind: product.kind.code(),
        state: product.state.code(),
    }
}

pub(super) fn module_view(module: &ModuleSpec) -> PairingModuleView {
    PairingModuleView { id: module.id.to_string(), key: module.key.code() }
}

pub(super) fn message_view(message: &conax_model::cas::MessageView) -> MessageView {
    MessageView {
        number: message.number,
        card: message.card.to_string(),
        kind: message.kind.code(),
        state: message.state.code(),
        text: message.text.to_string(),
        sequence_number: message.sequence,
        display_seconds: message.display_seconds,
        repetition_count: message.repetition.map(|one| one.count),
        repetition_interval_seconds: message.repetition.map(|one| one.interval_seconds),
        start: date(message.start),
        end: date(message.end),
    }
}

pub(super) fn fingerprint_view(fingerprint: &conax_model::cas::FingerprintView) -> FingerprintView {
    FingerprintView {
        number: fingerprint.number,
        card: fingerprint.card.as_ref().map(ToString::to_string),
        state: match fingerprint.state {
            ShowState::Queued => "scheduled",
            state => state.code(),
        },
        slot: fingerprint.slot,
        position_x: fingerprint.position_x,
        position_y: fingerprint.position_y,
        height: fingerprint.height,
        display_centiseconds: fingerprint.display_centiseconds,
        start: date(fingerprint.start),
        end: date(fingerprint.end),
    }
}

pub(super) fn transaction_view(
    transaction: &Transaction,
    settings: &SimulatorSettings,
) -> TransactionView {
    let (code, message) = match &transaction.outcome {
        Outcome::Accepted(_) => ("OK", None),
        Outcome::Rejected(rejection) => {
            (settings.cas.profile.status_code(rejection.cause), Some(rejection.message.clone()))
        }
    };
    TransactionView {
        id: transaction.id.to_string(),
        at: date(transaction.at),
        domain: transaction.domain.to_string(),
        command: transaction.kind.code(),
        smartcards: transaction.cards.iter().map(ToString::to_string).collect(),
        inputs: transaction.inputs.clone(),
        status_code: code.to_owned(),
        message,
        effect: transaction.effect.to_string(),
    }
}
