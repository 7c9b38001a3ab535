//! Provisioning requests that come from CRM.COM's utilities, not from its API.

use std::sync::Arc;

use conax_contract::control::{Problem, UtilityBody};
use conax_contract::crm::{CommandKind, FieldsSet, Priority, ProcessName, Writing, ok_object};
use conax_model::crm::{Author, NewRequest, ParameterKey, ParameterValue};
use conax_model::time::SimTime;

use crate::control_api::reply::Reply;
use crate::dispatch::{WorldReplaced, create_and_send};
use crate::shared::Shared;

/// Creates a request; the answer is the documented object in the documented envelope.
pub(super) async fn create(shared: &Arc<Shared>, body: &[u8]) -> Result<Reply, Problem> {
    let (request_type, wire_priority, body) = UtilityBody::parse(body)
        .map_err(|problem| Problem::new(422, "request not valid", problem.to_string()))?;
    let (author, generation) = author(shared, body.username.as_deref())?;
    let now = shared.clock.now();
    let new = new_request(request_type, wire_priority, &body, author, now);
    let row = create_and_send(shared, new, now, generation, None).await;
    let row = row.map_err(|WorldReplaced| {
        Problem::new(409, "world replaced", "the world was replaced during the call; try again")
    })?;
    let writing = Writing {
        shape: shared.settings.crm.shape,
        success_texts: shared.settings.crm.success_texts,
    };
    let body = ok_object(writing, FieldsSet::ALL, &row);
    Ok(Reply::created(body))
}

fn author(shared: &Shared, username: Option<&str>) -> Result<(Arc<Author>, u64), Problem> {
    let world = shared.world();
    let first = world.users.first().map(|user| &*user.user.username);
    let Some(name) = username.or(first) else {
        return Err(Problem::new(422, "request not valid", "the world has no user"));
    };
    let side = shared.crm();
    let author = side.reference.user(name).map(Arc::clone);
    let author = author.map(|author| (author, side.generation));
    author.ok_or_else(|| {
        Problem::new(422, "request not valid", format!("`username`: there is no user `{name}`"))
    })
}

fn new_request(
    request_type: CommandKind,
    wire_priority: Priority,
    body: &UtilityBody,
    author: Arc<Author>,
    now: SimTime,
) -> NewRequest {
    let scheduled = body.scheduled_date.map(SimTime::from_calendar);
    NewRequest {
        kind: request_type,
        scheduled: scheduled.unwrap_or(now.whole_second()),
        process_immediately: body.process_immediately,
        priority: wire_priority,
        process_name: process_name(request_type).map(|name| name.code().into()),
        author,
        parameters: parameters(request_type, body),
        pin: None,
        trace: None,
    }
}

/// The process that makes such requests in the product (Attested: the names; Inferred: which).
fn process_name(request_type: CommandKind) -> Option<ProcessName> {
    match request_type {
        CommandKind::DisplayFingerprint => Some(ProcessName::FingerprintingUtility),
        CommandKind::SendMailMessageToClient
        | CommandKind::SendBarkMessageToClient
        | CommandKind::SendRepeatingBarkMessageToClient => {
            Some(ProcessName::MailBarkMessageUtility)
        }
        _ => Some(ProcessName::Manual),
    }
}

type Parameters = Vec<(ParameterKey, Option<ParameterValue>)>;

fn parameters(request_type: CommandKind, body: &UtilityBody) -> Parameters {
    let text = |text: &str| Some(ParameterValue::Text(text.into()));
    let cards = body.smartcards.iter().map(|card| (ParameterKey::SmartcardCaId, text(card)));
    let mut parameters: Parameters = cards.collect();
    match request_type {
        CommandKind::DisplayFingerprint => fingerprint(&mut parameters, body),
        CommandKind::SendMailMessageToClient
        | CommandKind::SendBarkMessageToClient
        | CommandKind::SendRepeatingBarkMessageToClient => message(&mut parameters, body),
        _ => {}
    }
    if let Some(stb) = &body.stb {
        parameters.push((ParameterKey::StbCaId, text(stb)));
    }
    parameters
}

/// Shown: a fingerprint has all seven items, those without a value as null.
fn fingerprint(parameters: &mut Parameters, body: &UtilityBody) {
    if body.smartcards.is_empty() {
        parameters.push((ParameterKey::SmartcardCaId, None));
    }
    let number = |value: Option<i64>| value.map(ParameterValue::Number);
    let shown_at = body.display_date_time.map(SimTime::from_calendar).map(ParameterValue::Date);
    let slot = body.fingerprint_slot.as_deref();
    parameters.extend([
        (ParameterKey::DisplayDateTime, shown_at),
        (ParameterKey::PositionY, number(body.position_y)),
        (ParameterKey::PositionX, number(body.position_x)),
        (ParameterKey::Height, number(body.height)),
        (ParameterKey::DisplayDuration, number(body.display_duration)),
        (ParameterKey::FingerprintSlot, slot.map(|slot| ParameterValue::Text(slot.into()))),
    ]);
}

fn message(parameters: &mut Parameters, body: &UtilityBody) {
    let text = body.message_text.as_deref().map(|text| ParameterValue::Text(text.into()));
    let start = body.display_date_time.map(SimTime::from_calendar).map(ParameterValue::Date);
    let values = [
        (ParameterKey::MessageText, text),
        (ParameterKey::DisplayDateTime, start),
        (
            ParameterKey::MessageSequenceNumber,
            body.message_sequence_number.map(ParameterValue::Number),
        ),
        (ParameterKey::DisplayDuration, body.display_duration.map(ParameterValue::Number)),
        (ParameterKey::RepetitionCount, body.repetition_count.map(ParameterValue::Number)),
        (ParameterKey::RepetitionInterval, body.repetition_interval.map(ParameterValue::Number)),
    ];
    parameters.extend(values.into_iter().filter(|(_, value)| value.is_some()));
}
