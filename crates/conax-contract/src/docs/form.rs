//! The form that tries an operation: an input for each parameter, with the documented example in it.

use serde_json::{Value, json};

use super::markup::{code, escaped};
use crate::crm::{
    CommandKind, IdentifierField, IdentifierKind, LifeCycleState, Need, Operation, ParameterEntry,
    Priority, Reading, SetKind, ValueKind,
};

/// The form of an operation, with the path it is served at.
pub(super) fn form(operation: Operation, path: &str, reading: &Reading) -> String {
    let example = example(operation);
    let inputs: String = operation
        .parameters()
        .iter()
        .map(|entry| field(operation, entry, &example[entry.name], reading))
        .collect();
    let key = match operation {
        Operation::IssueTokenForWebApiKey => KEY,
        _ => "",
    };
    format!(
        "<form class=\"try\" data-verb=\"{verb}\" data-path=\"{path}\" autocomplete=\"off\">\
         <h4>Try it</h4><div class=\"fields\">{inputs}{key}</div>\
         <p class=\"send\"><button type=\"submit\">Send <span class=\"sr\">{name}</span></button>\
         <span class=\"hint\">What is left empty is left out.</span></p>\
         <div class=\"answer\" aria-live=\"polite\" hidden></div></form>\n",
        verb = operation.verb(),
        path = escaped(path),
        name = operation.name(),
    )
}

/// A key is a header, not a parameter.
const KEY: &str = "<div class=\"field\"><label for=\"web-api-key\"><code>Authorization</code> \
                   <span class=\"need\">mandatory</span></label><input id=\"web-api-key\" \
                   type=\"password\" data-key placeholder=\"Web API key\" \
                   autocomplete=\"new-password\"></div>";

/// What the form holds at first: the documented call; where none is printed, values of documented
/// answers, words, and the login of the documentation (Attested).
fn example(operation: Operation) -> Value {
    let call = operation.example_call();
    let body = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
    match operation {
        Operation::Show => {
            let reply = operation.example_reply().map_or(Value::Null, body);
            let number = &reply["data"]["number"];
            json!({ "token": token(), "provisioning_request_identifier": { "number": number } })
        }
        Operation::List => {
            json!({ "token": token(), "life_cycle_state": LifeCycleState::ALL[0].code() })
        }
        Operation::IssueToken => json!({
            "username": "mpadministrator", "password": "1234", "organisation": "CRMDEMO",
        }),
        // A documented token would be lost to the other forms.
        Operation::ReleaseToken | Operation::IssueTokenForWebApiKey => Value::Null,
        _ => call.map_or(Value::Null, body),
    }
}

/// The token of the first documented call.
fn token() -> Value {
    let call = Operation::AddSubscriptions.example_call();
    let call: Option<Value> = call.and_then(|text| serde_json::from_str(text).ok());
    call.map_or(Value::Null, |call| call["token"].clone())
}

fn field(
    operation: Operation,
    entry: &ParameterEntry,
    example: &Value,
    reading: &Reading,
) -> String {
    let id = format!("{}-{}", operation.name(), entry.name);
    let need = match entry.need {
        Need::Optional => String::new(),
        need => format!(" <span class=\"need\">{}</span>", need.code()),
    };
    let label = format!("<label for=\"{id}\">{}{need}</label>", code(entry.name));
    let input = input(&id, entry, example, reading);
    format!("<div class=\"field\">{label}{input}</div>")
}

fn input(id: &str, entry: &ParameterEntry, example: &Value, reading: &Reading) -> String {
    let name = entry.name;
    match entry.value {
        ValueKind::Text => text(id, name, "text", example, ""),
        ValueKind::FieldNames => text(id, name, "text", example, "number,life_cycle_state"),
        ValueKind::Secret => secret(id, name, "text", example),
        ValueKind::Pin => secret(id, name, "text", example),
        ValueKind::Date => text(id, name, "text", example, "2014-11-30T09:00:00"),
        ValueKind::Count => text(id, name, "text", example, "a whole number"),
        ValueKind::Boolean => choice(id, name, "boolean", &["true", "false"], example),
        ValueKind::Priority => {
            choice(id, name, "text", &Priority::ALL.map(Priority::code), example)
        }
        ValueKind::RequestType => {
            choice(id, name, "text", &CommandKind::ALL.map(CommandKind::code), example)
        }
        ValueKind::LifeCycleState => {
            choice(id, name, "text", &LifeCycleState::ALL.map(LifeCycleState::code), example)
        }
        ValueKind::Identifier(kind) => identifier(id, name, kind, example, reading),
        ValueKind::Set(kind) => set(id, name, kind, example),
    }
}

fn text(id: &str, name: &str, kind: &str, example: &Value, hint: &str) -> String {
    let value = example.as_str().unwrap_or_default();
    format!(
        "<input id=\"{id}\" type=\"text\" data-name=\"{name}\" data-kind=\"{kind}\" \
         value=\"{}\" placeholder=\"{hint}\" spellcheck=\"false\">",
        escaped(value)
    )
}

fn secret(id: &str, name: &str, kind: &str, example: &Value) -> String {
    let value = example.as_str().unwrap_or_default();
    format!(
        "<input id=\"{id}\" type=\"password\" data-name=\"{name}\" data-kind=\"{kind}\" \
         value=\"{}\" autocomplete=\"new-password\">",
        escaped(value)
    )
}

fn choice(id: &str, name: &str, kind: &str, words: &[&str], example: &Value) -> String {
    let options: String = words
        .iter()
        .map(|word| {
            let chosen = if example == word { " selected" } else { "" };
            format!("<option{chosen}>{word}</option>")
        })
        .collect();
    format!(
        "<select id=\"{id}\" data-name=\"{name}\" data-kind=\"{kind}\"><option value=\"\">left \
         out</option>{options}</select>"
    )
}

fn identifier(
    id: &str,
    name: &str,
    kind: IdentifierKind,
    example: &Value,
    reading: &Reading,
) -> String {
    let names = reading.sub_fields(kind);
    let fields = names.into_iter().filter_map(IdentifierField::from_code);
    let given = |field: &IdentifierField| example[field.code()].as_str();
    let fields: Vec<IdentifierField> = fields.collect();
    let value = fields.iter().find_map(given).unwrap_or_default();
    let options: String = fields
        .iter()
        .map(|field| {
            let chosen = if given(field).is_some() { " selected" } else { "" };
            format!("<option{chosen}>{}</option>", field.code())
        })
        .collect();
    format!(
        "<span class=\"pair\"><select aria-label=\"{name}: by\">{options}</select>\
         <input id=\"{id}\" type=\"text\" data-name=\"{name}\" data-kind=\"identifier\" \
         value=\"{}\" spellcheck=\"false\"></span>",
        escaped(value)
    )
}

fn set(id: &str, name: &str, kind: SetKind, example: &Value) -> String {
    let member = kind.member();
    let items = example.as_array().map(Vec::as_slice).unwrap_or_default();
    let ids: Vec<&str> = items.iter().filter_map(|item| item[member].as_str()).collect();
    format!(
        "<input id=\"{id}\" type=\"text\" data-name=\"{name}\" data-kind=\"set\" \
         data-member=\"{member}\" value=\"{}\" placeholder=\"CA ids, with commas between\" \
         spellcheck=\"false\">",
        escaped(&ids.join(", "))
    )
}
