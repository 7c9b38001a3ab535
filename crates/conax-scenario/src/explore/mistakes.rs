//! Mistakes in orders, each with the clause that refuses it.

use conax_contract::crm::{IdentifierField, Operation};
use serde_json::{Map, Value, json};

use super::inventory::Inventory;
use super::line::Token;
use super::script::NOBODY;

/// An order with a mistake.
pub(super) struct Mistaken {
    pub(super) parameters: Value,
    pub(super) token: Token,
    /// The clause it is refused by.
    pub(super) clause: String,
}

/// The order with a mistake; none if such a mistake cannot be made in it.
pub(super) fn mistaken(
    operation: Operation,
    mut parameters: Value,
    mistake: u8,
    inventory: &Inventory,
) -> Option<Mistaken> {
    let (token, clause) = match mistake % 16 {
        14 => (Token::Absent, "token.mandatory".to_owned()),
        15 => (Token::Text(NOBODY.to_owned()), "token.unknown".to_owned()),
        mistake => {
            let clause = make_mistake(operation, &mut parameters, mistake, inventory)?;
            (Token::Usual, clause)
        }
    };
    Some(Mistaken { parameters, token, clause })
}

/// Makes a mistake in an order; the clause it is refused by.
fn make_mistake(
    operation: Operation,
    parameters: &mut Value,
    mistake: u8,
    inventory: &Inventory,
) -> Option<String> {
    let has = |name: &str| operation.parameter(name).is_some();
    let own = |name: &str| format!("{}.{name}", operation.name());
    let clause = match mistake {
        0 => {
            parameters["priority"] = "URGENT".into();
            "priority.values"
        }
        1 => {
            parameters["scheduled_date"] = "tomorrow".into();
            "scheduled-date.form"
        }
        2 => {
            parameters["process_immediately"] = "perhaps".into();
            "process-immediately.values"
        }
        3 if has("start_date") => {
            parameters["start_date"] = "2026-02-30T09:00:00".into();
            "start-date.form"
        }
        4..=7 => {
            let name =
                ["service_identifier", "smartcard_identifier", "subscription_identifier", "pin"]
                    [usize::from(mistake - 4)];
            // Pairings belong to no subscription.
            if !has(name) || (mistake == 6 && has("stb_set")) {
                return None;
            }
            remove(parameters, name);
            return Some(own(name));
        }
        8 if has("pin") => {
            parameters["pin"] = "12a4".into();
            "reset_pin_to_given_value.pin-form"
        }
        9..=11 => return wrong_identifier(parameters, mistake, inventory),
        12 if has("service_identifier") => {
            parameters["service_identifier"] = inventory.no_service.as_ref()?.identifier();
            "service-identifier.is-service"
        }
        13 if operation == Operation::AddToExistingPairing => {
            parameters["smartcard_set"] =
                json!([{ "smartcard_ca_id": inventory.cards[0].named.ca_id }]);
            "add_to_existing_pairing.both-sets"
        }
        13 if operation == Operation::CreatePairing => {
            parameters["stb_set"] = json!([]);
            "create_pairing.sets"
        }
        13 if has("service_identifier") => {
            parameters["smartcard_identifier"] = inventory.elsewhere.as_ref()?.identifier();
            "smartcard-identifier.on-subscription"
        }
        _ => return None,
    };
    Some(clause.to_owned())
}

/// Names the first record of an order by no key, by two, or by one that nobody has.
fn wrong_identifier(parameters: &mut Value, mistake: u8, inventory: &Inventory) -> Option<String> {
    let records = [
        ("service_identifier", "service", &inventory.services[0]),
        ("smartcard_identifier", "smartcard", &inventory.cards[0].named),
        ("subscription_identifier", "subscription", &inventory.subscription),
    ];
    let mut records = records.into_iter();
    let (name, what, named) = records.find(|(name, ..)| parameters.get(*name).is_some())?;
    let mut wrong = Map::new();
    match mistake {
        9 => {}
        10 => {
            // Two keys of one record: only their number is wrong.
            for key in named.keys().take(2) {
                wrong.insert(key.to_owned(), named.by(key)?[key].clone());
            }
            if wrong.len() < 2 {
                return None;
            }
        }
        _ => {
            wrong.insert(IdentifierField::Id.code().to_owned(), NOBODY.into());
        }
    }
    parameters[name] = Value::Object(wrong);
    Some(match mistake {
        11 => format!("{what}-identifier.found"),
        _ => format!("{what}-identifier.exactly-one"),
    })
}

fn remove(parameters: &mut Value, name: &str) {
    if let Some(members) = parameters.as_object_mut() {
        members.remove(name);
    }
}
