//! An answer while it is made wrong.

use serde_json::{Map, Value};

/// An answer while it is made wrong.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) http_status: u16,
    /// The body; if it is none, what stands there instead.
    pub(super) body: Value,
    pub(super) raw: Option<&'static str>,
}

impl Answer {
    pub(super) fn is_ok(&self) -> bool {
        self.body["status"]["code"] == "OK"
    }

    /// Every request it prints.
    pub(super) fn requests(&mut self) -> Vec<&mut Map<String, Value>> {
        match self.body.get_mut("data") {
            Some(Value::Array(items)) => {
                items.iter_mut().filter_map(Value::as_object_mut).collect()
            }
            Some(Value::Object(object)) => vec![object],
            _ => Vec::new(),
        }
    }

    /// Changes a member wherever it is printed.
    pub(super) fn change(&mut self, name: &str, change: impl Fn(&mut Value)) {
        for request in self.requests() {
            if let Some(value) = request.get_mut(name) {
                change(value);
            }
        }
    }

    /// Changes requests that are in this state.
    pub(super) fn change_in(&mut self, state: &str, change: impl Fn(&mut Map<String, Value>)) {
        for request in self.requests() {
            if request.get("life_cycle_state").is_some_and(|found| found == state) {
                change(request);
            }
        }
    }

    /// Changes every item of every `parameters_set`.
    pub(super) fn change_items(&mut self, change: impl Fn(&mut Vec<Value>)) {
        for request in self.requests() {
            if let Some(items) = request.get_mut("parameters_set").and_then(Value::as_array_mut) {
                change(items);
            }
        }
    }

    /// The list, if it is one.
    pub(super) fn list(&mut self) -> Option<&mut Vec<Value>> {
        self.body.get_mut("data")?.as_array_mut()
    }
}
