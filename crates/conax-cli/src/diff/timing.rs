//! What differs only because each side has a clock and a history of its own: a request that is
//! PENDING on one side and has ended on the other when it is looked at; a pairing that can be made or
//! not because an earlier scenario made one. Pure.

use serde_json::{Map, Value, json};

use super::answers::Answer;

/// What changes when a request ends.
const CHANGES: [&str; 10] = [
    "life_cycle_state",
    "executed_date",
    "reference_number",
    "request",
    "response",
    "error_code",
    "error_description",
    "provider_error_code",
    "provider_error_description",
    "log_information",
];

/// Takes out of both answers what only says who was faster, and who has more besides.
/// `is_look`: nobody waited for what was seen.
pub(super) fn take_out(ours: &mut Answer, theirs: &mut Answer, is_look: bool) {
    take_out_pairings(ours, theirs);
    if !is_look || !ours.call.starts_with("GET ") {
        return;
    }
    let is_of_pending = ours.is_of_pending;
    let data = |answer| Value::get_mut(answer, "data");
    match (data(&mut ours.body), data(&mut theirs.body)) {
        (Some(Value::Object(ours)), Some(Value::Object(theirs))) => take_out_of(ours, theirs),
        (Some(Value::Array(ours)), Some(Value::Array(theirs))) => {
            // Items that cannot be told from others are there as the names of their members.
            let is_nothing = |items: &[Value]| items == [json!([])] || items.is_empty();
            let is_members = |items: &[Value]| items.iter().all(Value::is_array);
            if is_members(ours) && is_members(theirs) && (is_nothing(ours) || is_nothing(theirs)) {
                ours.clear();
                theirs.clear();
            }
            if is_of_pending {
                let names = |items: &[Value]| -> Vec<Value> { items.iter().map(name).collect() };
                let (of_ours, of_theirs) = (names(ours), names(theirs));
                ours.retain(|item| of_theirs.contains(&name(item)));
                theirs.retain(|item| of_ours.contains(&name(item)));
            }
            for (one, other) in ours.iter_mut().zip(theirs) {
                if let (Value::Object(one), Value::Object(other)) = (one, other) {
                    take_out_of(one, other);
                }
            }
        }
        _ => {}
    }
}

fn take_out_pairings(ours: &mut Answer, theirs: &mut Answer) {
    let data = |answer| Value::get_mut(answer, "data").and_then(Value::as_object_mut);
    let (Some(ours), Some(theirs)) = (data(&mut ours.body), data(&mut theirs.body)) else {
        return;
    };
    let kind = ours.get("type").and_then(Value::as_str).unwrap_or_default();
    let differs = ours.get("life_cycle_state") != theirs.get("life_cycle_state");
    if kind.contains("PAIRING") && differs {
        for name in CHANGES {
            ours.remove(name);
            theirs.remove(name);
        }
    }
}

/// What an item is known by; what has no name is itself.
fn name(item: &Value) -> Value {
    let known = ["id", "number"].into_iter().find_map(|key| item.get(key));
    known.unwrap_or(item).clone()
}

fn take_out_of(ours: &mut Map<String, Value>, theirs: &mut Map<String, Value>) {
    let state = |item: &Map<String, Value>| {
        let state = item.get("life_cycle_state").and_then(Value::as_str);
        state.map(|state| state == "PENDING")
    };
    let is_timing = matches!(
        (state(ours), state(theirs)),
        (Some(true), Some(false)) | (Some(false), Some(true))
    );
    if is_timing {
        for name in CHANGES {
            ours.remove(name);
            theirs.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::answers::Answer;
    use super::take_out;

    fn answer(data: Value) -> Answer {
        Answer {
            call: "GET /show".to_owned(),
            is_of_pending: false,
            http: json!(200),
            body: json!({ "data": data }),
        }
    }

    fn same(ours: Value, theirs: Value, is_look: bool) -> bool {
        let (mut ours, mut theirs) = (answer(ours), answer(theirs));
        take_out(&mut ours, &mut theirs, is_look);
        ours == theirs
    }

    #[test]
    fn who_was_faster_says_nothing_unless_somebody_waited() {
        let one = |state: &str, reference: Option<&str>| json!({ "id": "1", "type": "ADD", "life_cycle_state": state, "reference_number": reference });
        let (waits, done) = (one("PENDING", None), one("COMPLETED", Some("R")));
        assert!(same(waits.clone(), done.clone(), true));
        assert!(same(json!([waits]), json!([done]), true));
        assert!(!same(waits.clone(), done.clone(), false));
        assert!(!same(one("REJECTED", None), done.clone(), true));
        assert!(!same(one("COMPLETED", None), done, true));
    }

    #[test]
    fn whether_a_pairing_can_be_made_depends_on_what_was_made_before() {
        let pairing = |state: &str| json!({ "type": "CREATE_PAIRING", "life_cycle_state": state });
        assert!(same(pairing("REJECTED"), pairing("COMPLETED"), false));
    }
}
