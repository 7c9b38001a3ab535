//! The scenario that would fill a gap, to be finished by hand.

use conax_contract::clause::Clause;
use conax_contract::crm::Operation;

use super::space::{Axis, acting};

/// A scenario that would meet this; it can be played, and wants its expectations.
#[must_use]
pub fn skeleton(axis: Axis, id: &str) -> String {
    match axis {
        Axis::Clauses => of_clause(id),
        Axis::Transitions => of_transition(id),
        Axis::Cells => of_cell(id),
    }
}

fn of_clause(id: &str) -> String {
    let clause = Clause::find(id);
    let statement = clause.map_or(id, |clause| clause.statement.as_str());
    let topic = id.split('.').next().unwrap_or_default();
    let order = match Operation::from_name(topic) {
        Some(operation) => order_of(operation),
        None => order_of(Operation::AddSubscriptions),
    };
    format!("scenario: {}\nprotects: [{id}]\ncontract: may\nsteps:\n{order}", quoted(statement))
}

fn of_transition(id: &str) -> String {
    let words: Vec<&str> = id.split([' ', '>']).collect();
    let steps = match words.as_slice() {
        ["request", _, end, kind] => {
            let fault = match *end {
                "REJECTED" => "  - fault: { preset: f25, times: 1 }\n",
                _ => "",
            };
            format!("{fault}{}  - settle\n", order_of_type(kind))
        }
        ["pairing", ..] => format!(
            "{}{}  - settle\n",
            order_of(Operation::CreatePairing),
            order_of(Operation::AddToExistingPairing)
        ),
        ["pin", _, "given"] => format!("{}  - settle\n", order_of(Operation::ResetPinToGivenValue)),
        ["pin", ..] => format!("{}  - settle\n", order_of(Operation::ResetPinToDefaultValue)),
        ["message", ..] => {
            format!("{}  - settle: 1d\n", order_of_type("SEND_BARK_MESSAGE_TO_CLIENT"))
        }
        ["fingerprint", ..] => format!("{}  - settle: 1d\n", order_of_type("DISPLAY_FINGERPRINT")),
        _ => format!(
            "{}  - settle\n{}  - settle\n",
            order_of(Operation::AddSubscriptions),
            order_of(Operation::CancelSubscriptions)
        ),
    };
    format!("scenario: {}\nsteps:\n{steps}", quoted(id))
}

fn of_cell(id: &str) -> String {
    let words: Vec<&str> = id.split(' ').collect();
    let [fault, kind, phase] = words.as_slice() else {
        return String::new();
    };
    let order = order_of_type(kind);
    // Two presets act under load only: the sixth command of a second, the fifth of a moment.
    let (load, steps) = match *fault {
        "f15" => {
            let order = order.replace("\n  ", "\n        ");
            ("", format!("  - repeat:\n      times: 6\n      steps:\n      {order}"))
        }
        "f16" => (", above: 0", order),
        _ => ("", order),
    };
    format!(
        "scenario: \"{fault} meets {kind}, {phase} it is carried out\"\ntags: [faults, {fault}]\n\
         faults:\n  - {{ preset: {}, when: {{ command: {kind}{load} }}, times: 1 }}\nsteps:\n{steps}  - settle\n",
        acting(fault, phase)
    )
}

fn order_of_type(kind: &str) -> String {
    let operation = Operation::ALL
        .into_iter()
        .find(|operation| operation.creates().is_some_and(|made| made.code() == kind));
    match operation {
        Some(operation) => order_of(operation),
        None => {
            let rest = match kind {
                "DISPLAY_FINGERPRINT" => ", fingerprint_slot: A",
                "SEND_MAIL_MESSAGE_TO_CLIENT" | "SEND_BARK_MESSAGE_TO_CLIENT" => {
                    ", smartcards: [\"01900080208\"], message_text: Hello"
                }
                "SEND_REPEATING_BARK_MESSAGE_TO_CLIENT" => {
                    ", smartcards: [\"01900080208\"], message_text: Hello, repetition_count: 2, repetition_interval: 60"
                }
                "GET_PAIRING_STATUS_FOR_PAIRING_MODULE" => ", stb: \"3012345601\"",
                _ => ", smartcards: [\"01900080208\"]",
            };
            format!("  - utility: {{ type: {kind}{rest} }}\n")
        }
    }
}

fn order_of(operation: Operation) -> String {
    let card = "smartcard: \"01900080208\"";
    let with = match operation {
        Operation::AddSubscriptions | Operation::CancelSubscriptions => {
            format!("{{ subscription: S60600, service: SPORT, {card} }}")
        }
        Operation::CreatePairing => {
            "{ smartcards: [\"01900080208\"], stbs: [\"3012345601\"] }".to_owned()
        }
        Operation::AddToExistingPairing => format!("{{ {card}, stbs: [\"3012345601\"] }}"),
        Operation::ResetPinToDefaultValue => format!("{{ subscription: S60600, {card} }}"),
        Operation::ResetPinToGivenValue => {
            format!("{{ subscription: S60600, {card}, pin: \"7391\" }}")
        }
        Operation::Show => "{ request: \"4049\" }".to_owned(),
        Operation::List => "{ life_cycle_state: PENDING }".to_owned(),
        Operation::IssueToken => {
            "{ username: mpadministrator, password: \"1234\", organisation: CRMDEMO }".to_owned()
        }
        Operation::ReleaseToken | Operation::IssueTokenForWebApiKey => "{}".to_owned(),
    };
    format!("  - call: {}\n    with: {with}\n", operation.name())
}

fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}
