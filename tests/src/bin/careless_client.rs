//! A client that makes every mistake `conax-sim grade` knows, at seat a and at seat c. What not to
//! do; `fixtures/grade/careless.*.laws` tells which laws it breaks. Its counterpart is
//! `careful_client`.

use std::process::ExitCode;

use client_kit::{Answer, Call, basic, envelope, told};
use serde_json::{Value, json};

mod client_kit;

/// How often it looks before it takes the order for done.
const LOOKS: usize = 40;
/// How often it tries again.
const TRIES: usize = 6;

fn main() -> ExitCode {
    let is_done = match told("SEAT").as_str() {
        "c" => conax(),
        _ => api(),
    };
    match is_done {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Sends until there is an answer: at once, without a look, without a time-out.
fn send(call: &Call) -> Option<Answer> {
    for _ in 0..TRIES {
        match call.make(None) {
            Ok(answer) if answer.status != 503 => return Some(answer),
            _ => {}
        }
    }
    None
}

fn order() -> Call {
    let mut body = json!({
        "token": told("TOKEN"),
        "subscription_identifier": { "number": told("SUBSCRIPTION") },
        "smartcard_identifier": { "serial_number": told("SMARTCARD") },
    });
    let mut method = "add_subscriptions".to_owned();
    if told("TASK") == "set-pin" {
        // The PIN is in the URL, where nobody looks for it but everybody sees it.
        method = format!("reset_pin_to_given_value?pin={}", told("PIN"));
    } else {
        body["service_identifier"] = json!({ "code": told("SERVICE") });
    }
    Call {
        base: told("CRM_URL"),
        verb: "POST",
        target: format!("/conax_web_services/provisioning_requests/{method}"),
        headers: String::new(),
        body: body.to_string(),
    }
}

fn api() -> bool {
    say(&format!("logging on with token {} for {}", told("TOKEN"), told("SMARTCARD")));
    let order = order();
    for _ in 0..3 {
        let Some(answer) = send(&order) else {
            return false;
        };
        if !answer.body.contains("OK") {
            // Perhaps it is in a better mood now.
            continue;
        }
        let reply: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        let Some(number) = reply["data"]["number"].as_str() else {
            return is_anything_completed();
        };
        match watch(number) {
            Some(is_done) => return is_done,
            // Rejected? Perhaps the next one is not.
            None => continue,
        }
    }
    false
}

fn look(method: &str, filter: &str) -> Call {
    let token = told("TOKEN");
    Call {
        base: told("CRM_URL"),
        verb: "GET",
        target: format!(
            "/conax_web_services/provisioning_requests/{method}?token={token}&{filter}"
        ),
        headers: String::new(),
        body: String::new(),
    }
}

/// Something was completed; whose, it does not ask.
fn is_anything_completed() -> bool {
    let look = look("list", "life_cycle_state=COMPLETED");
    send(&look).is_some_and(|answer| answer.body.contains("COMPLETED"))
}

/// Looks again and again, without a pause.
fn watch(number: &str) -> Option<bool> {
    let filter = format!("provisioning_request_identifier=number={number}");
    let look = look("show", &filter);
    for _ in 0..LOOKS {
        let Some(answer) = send(&look) else {
            return Some(false);
        };
        if answer.body.contains("COMPLETED") {
            return Some(true);
        }
        if answer.body.contains("REJECTED") {
            let reply: Value = serde_json::from_str(&answer.body).unwrap_or_default();
            let text =
                format!("{}{}", reply["data"]["response"], reply["data"]["error_description"]);
            return text.contains("OK").then_some(true);
        }
    }
    Some(true)
}

fn conax() -> bool {
    say(&format!("sending as crm:{}", told("PASSWORD")));
    let card = format!("<CaClientId>{}</CaClientId>", told("SMARTCARD"));
    let (operation, values, target) = match told("TASK").as_str() {
        "set-pin" => {
            // Not its name; nobody read the description.
            let pin = format!("<NewPin>{}</NewPin>", told("PIN"));
            ("UpdateCaPinToGivenValue", pin, format!("/?pin={}", told("PIN")))
        }
        _ => {
            let product = format!("<ProductId>{}</ProductId>", told("SERVICE"));
            let products = format!("<ProductIds>{product}</ProductIds>");
            ("AddSubscriptions", products, "/".to_owned())
        }
    };
    let call = command(operation, &(card + &values), &target);
    (0..3).any(|_| send(&call).is_some_and(|answer| answer.body.contains("OK")))
}

fn command(operation: &str, values: &str, target: &str) -> Call {
    Call {
        base: told("CAS_URL"),
        verb: "POST",
        target: target.to_owned(),
        headers: format!(
            "{}Content-Type: text/xml;charset=\"utf-8\"\r\n",
            basic(&told("USER"), &told("PASSWORD"))
        ),
        body: envelope(operation, values),
    }
}

fn say(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{line}");
}
