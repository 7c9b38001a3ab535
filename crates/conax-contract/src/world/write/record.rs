//! Provisioning requests that exist from the start.

use super::crm::unit_outline;
use super::world::hidden;
use crate::text::{Outline, Word, render_moment};
use crate::world::mask::Secrets;
use crate::world::spec::{
    Author, LogInformationSpec, ParameterSpec, ParameterValue, ProvisioningRequestSpec, User,
};

pub(super) fn record_outline(record: &ProvisioningRequestSpec, secrets: Secrets) -> Outline {
    let text = Outline::optional_text;
    let executed = record.executed_date.map(|date| Outline::Text(render_moment(date)));
    let immediately = record.process_immediately.map(|yes| Outline::Whole(i64::from(yes)));
    let parameters = |parameter: &_| parameter_outline(parameter, secrets);
    let held = if record.held { Outline::Flag(true) } else { Outline::Null };
    Outline::map([
        ("id", Outline::text(&record.id)),
        ("number", text(record.number.as_ref())),
        ("type", Outline::Word(record.request_type.word().to_owned())),
        ("sequence_number", record.sequence_number.map_or(Outline::Null, Outline::Whole)),
        ("scheduled_date", Outline::Text(render_moment(record.scheduled_date))),
        ("executed_date", executed.unwrap_or(Outline::Null)),
        ("process_immediately", immediately.unwrap_or(Outline::Null)),
        ("priority", Outline::Word(record.priority.word().to_owned())),
        ("life_cycle_state", Outline::Word(record.life_cycle_state.word().to_owned())),
        ("request", text(record.request.as_ref())),
        ("response", text(record.response.as_ref())),
        ("reference_number", text(record.reference_number.as_ref())),
        ("error_code", text(record.error_code.as_ref())),
        ("error_description", text(record.error_description.as_ref())),
        ("provider_error_code", text(record.provider_error_code.as_ref())),
        ("provider_error_description", text(record.provider_error_description.as_ref())),
        ("process_name", text(record.process_name.as_ref())),
        ("process_id", text(record.process_id.as_ref())),
        ("name", text(record.name.as_ref())),
        ("log_information", log_information_outline(&record.log_information)),
        ("parameters_set", Outline::list(&record.parameters_set, parameters)),
        ("held", held),
    ])
}

fn log_information_outline(log: &LogInformationSpec) -> Outline {
    let unit = |by: &Author| by.unit.as_deref().map_or(Outline::Null, unit_outline);
    Outline::map([
        ("created_date", Outline::Text(render_moment(log.created_date))),
        ("updated_date", Outline::Text(render_moment(log.updated_date))),
        ("created_by_user", user_outline(&log.created_by.user)),
        ("updated_by_user", user_outline(&log.updated_by.user)),
        ("created_by_unit", unit(&log.created_by)),
        ("updated_by_unit", unit(&log.updated_by)),
    ])
}

fn user_outline(user: &User) -> Outline {
    Outline::map([
        ("id", Outline::text(&user.id)),
        ("username", Outline::text(&user.username)),
        ("person_name", Outline::optional_text(user.person_name.as_ref())),
        ("email", Outline::optional_text(user.email.as_ref())),
    ])
}

/// Not [`Outline::map`]: a parameter without a value still has its key.
fn parameter_outline(parameter: &ParameterSpec, secrets: Secrets) -> Outline {
    let value = match &parameter.value {
        ParameterValue::Null => Outline::Null,
        ParameterValue::Text(text) => Outline::text(text),
        ParameterValue::Pin(pin) => hidden(Some(pin), secrets),
    };
    let id = Outline::text(&parameter.id);
    Outline::Map(vec![(parameter.key.code().to_owned(), value), ("id".to_owned(), id)])
}
