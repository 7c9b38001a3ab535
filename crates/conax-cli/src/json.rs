//! Walking through JSON.

use serde_json::Value;

/// Visits a value and what is in it, outermost first, with the name of the member it is; goes into
/// those of which `visit` says so.
pub(crate) fn walk(value: &mut Value, visit: &mut dyn FnMut(&str, &mut Value) -> bool) {
    visit_one("", value, visit);
}

fn visit_one(name: &str, value: &mut Value, visit: &mut dyn FnMut(&str, &mut Value) -> bool) {
    if !visit(name, value) {
        return;
    }
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| visit_one("", item, visit)),
        Value::Object(members) => {
            members.iter_mut().for_each(|(name, member)| visit_one(name, member, visit));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Changes every text in a value.
pub(crate) fn each_text(value: &mut Value, change: &mut dyn FnMut(&mut String)) {
    walk(value, &mut |_, value| {
        if let Value::String(text) = value {
            change(text);
        }
        true
    });
}
