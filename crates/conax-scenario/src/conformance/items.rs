//! The items of a request: their form, their names, their ids, and no PIN among them.

use conax_contract::crm::{CommandKind, Member, ParameterKey};
use serde_json::Value;

use super::kinds::shown;
use super::object::Printed;
use super::verdicts::Verdicts;

/// Judges the items of a request, if it has any.
pub(super) fn judge(printed: &Printed<'_>, verdicts: &mut Verdicts) {
    let Some(items) = printed.get(Member::ParametersSet).and_then(Value::as_array) else {
        return;
    };
    ids_of_items(printed, items, verdicts);
    let request_type = printed.text(Member::Type).and_then(CommandKind::from_code);
    for (at, item) in items.iter().enumerate() {
        let path = |name: &str| format!("parameters_set.{at}.{name}");
        let members = item.as_object();
        let has_two = members.is_some_and(|members| {
            members.len() == 2
                && members.get("id").is_some_and(|id| id.as_str().is_some_and(|id| !id.is_empty()))
        });
        verdicts.judge("items.two-members", has_two, || {
            printed.at(
                &path("id"),
                "an item with its `id` and one more member",
                shown("item", Some(item)),
            )
        });
        let Some((key, value)) =
            members.and_then(|members| members.iter().find(|(name, _)| *name != "id"))
        else {
            continue;
        };
        if key == ParameterKey::CaPin.code() {
            verdicts.judge("pin.never-answered", value.is_null(), || {
                printed.at(&path(key), "null", shown(key, Some(value)))
            });
        }
        if let Some(request_type) = request_type {
            let keys = request_type.parameter_keys();
            let is_known = keys.iter().any(|(known, _)| known.code() == key);
            verdicts.judge(items_clause(request_type), is_known, || {
                let names: Vec<&str> = keys.iter().map(|(known, _)| known.code()).collect();
                printed.at(&path(key), names.join(", "), format!("an item `{key}`"))
            });
        }
    }
}

/// Items have ids of their own, at least within their request.
fn ids_of_items(printed: &Printed<'_>, items: &[Value], verdicts: &mut Verdicts) {
    let ids = items.iter().map(|item| item["id"].as_str());
    let Some(ids) = ids.collect::<Option<Vec<&str>>>() else {
        return;
    };
    if ids.len() < 2 {
        return;
    }
    let twice = (1..ids.len()).find(|at| ids[..*at].contains(&ids[*at]));
    verdicts.judge("items.ids-distinct", twice.is_none(), || {
        let at = twice.unwrap_or_default();
        let found = format!("{}, as of another item", shown("id", items[at].get("id")));
        let path = format!("parameters_set.{at}.id");
        printed.at(&path, "an id of its own", found)
    });
}

fn items_clause(request_type: CommandKind) -> &'static str {
    static IDS: std::sync::LazyLock<Vec<String>> = std::sync::LazyLock::new(|| {
        let types = CommandKind::ALL.iter();
        types.map(|request_type| format!("items.{}", request_type.code())).collect()
    });
    &IDS[request_type as usize]
}
