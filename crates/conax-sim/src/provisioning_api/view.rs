//! From a stored request to what is printed of it.

use conax_contract::crm::{
    DateText, LifeCycleState, LogInformationView, ParameterValue as WireValue, ParameterView,
    Priority as WirePriority, RequestView, TextView, UnitView, UserView,
};
use conax_model::crm::{
    Author, Parameter, ParameterId, ParameterValue, Priority, ProvisioningRequest, State, Unit,
};
use conax_model::time::SimTime;

/// The documented object of a stored request.
pub(crate) fn request_view(row: &ProvisioningRequest) -> RequestView<'_> {
    let (error, provider_error) = match &row.state {
        State::Rejected { error, provider_error } => (Some(error), provider_error.as_ref()),
        State::Pending | State::Completed { .. } => (None, None),
    };
    RequestView {
        scheduled_date: date(row.scheduled),
        response: row.response.as_deref().map(TextView::Text),
        error_code: error.map(|error| &*error.code),
        priority: match row.priority {
            Priority::Express => WirePriority::Express,
            Priority::Regular => WirePriority::Regular,
        },
        error_description: error.map(|error| &*error.description),
        sequence_number: row.sequence_number.and_then(|number| u64::try_from(number).ok()),
        number: row.number.map(TextView::Decimal),
        process_id: row.process_id.as_deref().map(TextView::Text),
        name: row.name.as_deref(),
        parameters_set: row.parameters.iter().map(parameter_view).collect(),
        process_immediately: row.process_immediately,
        request: row.request.as_deref().map(TextView::Text),
        log_information: log_information(row),
        provider_error_code: provider_error.map(|error| &*error.code),
        life_cycle_state: life_cycle_state(&row.state),
        provider_error_description: provider_error
            .map(|error| &*error.description)
            .filter(|description| !description.is_empty()),
        request_type: row.kind,
        id: TextView::Hex(row.id.0),
        process_name: row.process_name.as_deref(),
        reference_number: row.reference().map(|reference| TextView::Text(reference)),
        executed_date: row.executed.map(date),
    }
}

/// The documented state of a request; on its way it is still pending.
fn life_cycle_state(state: &State) -> LifeCycleState {
    match state {
        State::Pending => LifeCycleState::Pending,
        State::Completed { .. } => LifeCycleState::Completed,
        State::Rejected { .. } => LifeCycleState::Rejected,
    }
}

fn log_information(row: &ProvisioningRequest) -> LogInformationView<'_> {
    LogInformationView {
        updated_date: date(row.updated),
        created_by_unit: row.created_by.unit.as_deref().map(unit_view),
        created_date: date(row.created),
        updated_by_unit: row.updated_by.unit.as_deref().map(unit_view),
        created_by_user: user_view(&row.created_by),
        updated_by_user: user_view(&row.updated_by),
    }
}

fn unit_view(unit: &Unit) -> UnitView<'_> {
    UnitView {
        community_name: unit.community_name.as_deref(),
        group_name: unit.group_name.as_deref(),
        name: unit.name.as_deref().unwrap_or_default(),
        id: TextView::Text(&unit.id),
        description: unit.description.as_deref(),
        alternative_code: unit.alternative_code.as_deref(),
    }
}

fn user_view(author: &Author) -> UserView<'_> {
    let user = &author.user;
    UserView {
        person_name: user.person_name.as_deref().unwrap_or(&user.username),
        username: &user.username,
        id: TextView::Text(&user.id),
        email: user.email.as_deref(),
    }
}

fn parameter_view(parameter: &Parameter) -> ParameterView<'_> {
    ParameterView {
        key: parameter.name,
        value: parameter.value.as_ref().map(|value| match value {
            ParameterValue::Text(text) => WireValue::Text(TextView::Text(text)),
            ParameterValue::Number(number) => WireValue::Number(*number),
            ParameterValue::Date(at) => WireValue::Date(date(*at)),
        }),
        id: match &parameter.id {
            ParameterId::Generated(id) => TextView::Hex(id.0),
            ParameterId::Given(id) => TextView::Text(id),
        },
    }
}

fn date(at: SimTime) -> DateText {
    DateText::from(at)
}
