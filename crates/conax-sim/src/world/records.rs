//! Provisioning requests that exist before the simulator starts.

use std::sync::Arc;

use conax_contract::world::{
    LifeCycleState, ParameterSpec, ParameterValue as SpecValue, ProvisioningRequestSpec, WorldSpec,
};
use conax_model::crm::{
    BookSettings, ErrorText, LoadedRequest, Parameter, ParameterId, ParameterValue, RequestBook,
    State,
};
use conax_model::id::HexId;
use conax_model::secret::Secret;
use conax_model::time::SimTime;

use super::WorldProblem;

/// The book of this world.
///
/// # Errors
/// If a record's id, number or parameter is not of a form the book knows.
pub fn request_book(
    spec: &WorldSpec,
    generation: u64,
    now: SimTime,
) -> Result<RequestBook, WorldProblem> {
    let records = spec.provisioning_requests.iter().map(convert_record);
    let settings = BookSettings {
        next_number: spec.next_request_number,
        provider_effective: spec.provider.effective,
        generation,
    };
    Ok(RequestBook::open(settings, records.collect::<Result<_, _>>()?, now))
}

fn convert_record(record: &ProvisioningRequestSpec) -> Result<LoadedRequest, WorldProblem> {
    let problem = |what: &str| WorldProblem::new(format!("the record `{}`: {what}", record.id));
    let id =
        HexId::parse(&record.id).ok_or_else(|| problem("its id is not 32 hexadecimal digits"))?;
    let number = record.number.as_deref().map(str::parse).transpose();
    let log = &record.log_information;
    let scheduled = SimTime::from_calendar(record.scheduled_date);
    let mut loaded =
        LoadedRequest::new(id, record.request_type, scheduled, Arc::clone(&log.created_by));
    let row = &mut loaded.0;
    row.number = number.map_err(|_| problem("its number is not made of digits"))?;
    row.sequence_number = record.sequence_number;
    row.executed = record.executed_date.map(SimTime::from_calendar);
    row.process_immediately = record.process_immediately;
    row.priority = record.priority;
    row.state = state(record);
    row.request = shared(record.request.as_ref());
    row.response = shared(record.response.as_ref());
    row.process_name = shared(record.process_name.as_ref());
    row.process_id = shared(record.process_id.as_ref());
    row.name = shared(record.name.as_ref());
    row.created = SimTime::from_calendar(log.created_date);
    row.updated = SimTime::from_calendar(log.updated_date);
    row.updated_by = Arc::clone(&log.updated_by);
    row.parameters = record.parameters_set.iter().map(parameter).collect();
    row.held = record.held;
    let pin = record.parameters_set.iter().find_map(submitted_pin);
    Ok(match pin {
        Some(pin) => loaded.with_pin(pin),
        None => loaded,
    })
}

fn shared(text: Option<&String>) -> Option<Arc<str>> {
    text.map(|text| text.as_str().into())
}

fn state(record: &ProvisioningRequestSpec) -> State {
    match record.life_cycle_state {
        LifeCycleState::Pending => State::Pending,
        LifeCycleState::Completed => {
            State::Completed { reference: shared(record.reference_number.as_ref()) }
        }
        LifeCycleState::Rejected => State::Rejected {
            error: error_text(record.error_code.as_ref(), record.error_description.as_ref())
                .unwrap_or_else(|| ErrorText { code: "".into(), description: "".into() }),
            provider_error: error_text(
                record.provider_error_code.as_ref(),
                record.provider_error_description.as_ref(),
            ),
        },
    }
}

fn error_text(code: Option<&String>, description: Option<&String>) -> Option<ErrorText> {
    let description = description.map(String::as_str).unwrap_or_default();
    code.map(|code| ErrorText { code: code.as_str().into(), description: description.into() })
}

fn parameter(spec: &ParameterSpec) -> Parameter {
    Parameter {
        id: ParameterId::Given(spec.id.as_str().into()),
        name: spec.key,
        value: match &spec.value {
            SpecValue::Null | SpecValue::Pin(_) => None,
            SpecValue::Text(text) => Some(ParameterValue::Text(text.as_str().into())),
        },
    }
}

fn submitted_pin(spec: &ParameterSpec) -> Option<Secret> {
    match &spec.value {
        SpecValue::Pin(pin) => Some(Secret::new(pin.expose())),
        SpecValue::Null | SpecValue::Text(_) => None,
    }
}
