//! Requests that were there before the recording began: those the world has, and those it needs.
//! Pure.

use conax_contract::crm::{ParameterKey, is_secret_name};
use conax_contract::text::Outline;
use conax_contract::world::WorldSpec;
use serde_json::Value;

use super::missing::Missing;
use super::placeholders::{Placeholders, made_up, map, plain};
use super::registry::{Known, Registry, same_in};

/// Members of a request that a world takes as they are printed.
const AS_PRINTED: [&str; 16] = [
    "type",
    "sequence_number",
    "scheduled_date",
    "executed_date",
    "process_immediately",
    "priority",
    "life_cycle_state",
    "request",
    "response",
    "reference_number",
    "error_code",
    "error_description",
    "provider_error_code",
    "provider_error_description",
    "process_name",
    "process_id",
];

/// Says what the names of such requests stand for, and adds those the world lacks.
pub(super) fn resolve(
    registry: &Registry<'_>,
    world: &WorldSpec,
    placeholders: &mut Placeholders,
    missing: &mut Missing,
) {
    for known in registry.all.iter().filter(|known| !known.is_made) {
        let Some(view) = known.first_whole() else {
            continue;
        };
        let (id, number) = (view["id"].as_str(), view["number"].as_str());
        let mut stands_for = |name: Option<&str>, value: String| {
            placeholders.literals.extend(name.map(|name| (name.to_owned(), value)));
        };
        if let Some(same) = same_in(world, view) {
            stands_for(id, same.id.clone());
            let printed = same.number.clone();
            stands_for(number, printed.unwrap_or_default());
            let reference = same.reference_number.clone();
            stands_for(view["reference_number"].as_str(), reference.unwrap_or_default());
            continue;
        }
        for name in [id, number, view["reference_number"].as_str()].into_iter().flatten() {
            stands_for(Some(name), made_up(name));
        }
        missing.requests.push(request(known, view, placeholders));
        let shown = number.or(id).unwrap_or_default();
        let guess =
            format!("{shown} was there before the recording; its id and number are made up");
        missing.guesses.push(guess);
    }
}

/// A request as a world writes it.
fn request(known: &Known<'_>, view: &Value, placeholders: &Placeholders) -> Outline {
    let named = |value: &Value| match value {
        Value::String(text) => {
            Outline::text(&placeholders.known(text).unwrap_or_else(|| text.clone()))
        }
        other => plain(other),
    };
    let mut fields = Vec::new();
    let id = view["id"].as_str().unwrap_or("request-0");
    fields.push(("id", Outline::text(&placeholders.known(id).unwrap_or_else(|| made_up(id)))));
    if view["number"].is_string() {
        fields.push(("number", named(&view["number"])));
    }
    for member in AS_PRINTED {
        match &view[member] {
            Value::Null => {}
            value => fields.push((member, named(value))),
        }
    }
    fields.push(("log_information", plain(&view["log_information"])));
    let items = view["parameters_set"].as_array().into_iter().flatten();
    let items: Vec<Outline> = items.filter_map(parameter).collect();
    if !items.is_empty() {
        fields.push(("parameters_set", Outline::List(items)));
    }
    // Nothing happened to it while it was looked at, so nothing must.
    let states = known.views.iter().map(|view| &view["life_cycle_state"]);
    if view["life_cycle_state"] == "PENDING" && states.into_iter().all(|state| *state == "PENDING")
    {
        fields.push(("held", Outline::Flag(true)));
    }
    map(fields)
}

fn parameter(item: &Value) -> Option<Outline> {
    let members = item.as_object()?;
    let (name, value) = members.iter().find(|(name, _)| *name != "id")?;
    ParameterKey::from_code(name)?;
    // The PIN of a request is nobody's to know; it prints as null whatever it is.
    let value = if is_secret_name(name) { &Value::Null } else { value };
    Some(map(vec![(name, plain(value)), ("id", plain(&item["id"]))]))
}
