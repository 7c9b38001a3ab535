//! Events as tests need them: what matters is an argument, everything else is usual.

use std::sync::Arc;

use super::{CasEvent, CrmEvent, ExchangeNumber};
use crate::command::CommandKind;
use crate::crm::RequestNumber;
use crate::fault::StateChange;
use crate::id::TransactionId;

const KIND: CommandKind = CommandKind::CreatePairing;

pub(super) fn acknowledged(request: RequestNumber, cards: Vec<Arc<str>>) -> CrmEvent {
    let kind = KIND;
    CrmEvent::Acknowledged { request, kind, cards }
}

pub(super) const fn sent(request: RequestNumber, exchange: ExchangeNumber, left: bool) -> CrmEvent {
    CrmEvent::Sent { request, exchange, left }
}

pub(super) fn read(
    request: RequestNumber,
    exchange: ExchangeNumber,
    status: Option<&str>,
) -> CrmEvent {
    CrmEvent::Answered { request, exchange, status: status.map(Arc::from), reference: None }
}

pub(super) const fn ended(request: RequestNumber, completed: bool) -> CrmEvent {
    CrmEvent::Ended { request, completed, reference: None, error: None }
}

pub(super) const fn received(exchange: ExchangeNumber, request: Option<RequestNumber>) -> CasEvent {
    CasEvent::Received { exchange, request, read: true, kind: Some(KIND) }
}

pub(super) const fn executed(
    exchange: ExchangeNumber,
    transaction: TransactionId,
    late: bool,
    is_part: bool,
) -> CasEvent {
    CasEvent::Did(StateChange::Executed { exchange, transaction, changed: true, late, is_part })
}
