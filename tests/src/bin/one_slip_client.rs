//! A client that is careful but for one mistake, which its argument names: each must be found, and
//! under the law that names it.

use std::process::ExitCode;
use std::time::Duration;

use client_kit::{Answer, Call, basic, envelope, told};
use serde_json::{Value, json};

mod client_kit;

/// How long it waits for an answer; no scene it is graded in keeps one back.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(110);
/// How often it looks before it gives up.
const LOOKS: usize = 8;

fn main() -> ExitCode {
    let slip = std::env::args().nth(1).unwrap_or_default();
    let is_done = match told("SEAT").as_str() {
        "c" => conax(&slip),
        _ => api(&slip),
    };
    match is_done {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

// ---- seat a ----

fn api(slip: &str) -> bool {
    match order() {
        Some(reply) if reply["status"]["code"] == "OK" => {
            if slip == "orders-again-while-pending" {
                order();
            }
            watch(slip, number(&reply["data"]))
        }
        Some(_) => false,
        None => lost(slip),
    }
}

/// What it does when it does not know what became of its order.
fn lost(slip: &str) -> bool {
    match slip {
        "guesses-done" => true,
        "resends-after-a-look" => {
            list("PENDING");
            order().is_some_and(|reply| watch(slip, number(&reply["data"])))
        }
        "looks-where-it-cannot-be" => match list("COMPLETED").iter().find(|one| is_own(one)) {
            Some(own) => watch(slip, number(own)),
            None => order().is_some_and(|reply| watch(slip, number(&reply["data"]))),
        },
        "takes-the-first" => list("PENDING").first().is_some_and(|one| watch(slip, number(one))),
        "takes-the-last" => list("PENDING").last().is_some_and(|one| watch(slip, number(one))),
        "takes-what-is-completed" => !list("COMPLETED").is_empty(),
        _ => ["PENDING", "COMPLETED", "REJECTED"].iter().any(|state| {
            let found = list(state);
            let own = found.iter().find(|one| is_own(one));
            own.is_some_and(|own| watch(slip, number(own)))
        }),
    }
}

fn watch(slip: &str, number: &str) -> bool {
    for _ in 0..LOOKS {
        let filter = format!("provisioning_request_identifier=number={number}");
        let reply = look("show", &filter).unwrap_or_default();
        match reply["data"]["life_cycle_state"].as_str() {
            Some("COMPLETED") => {
                if slip == "orders-again-when-completed" {
                    order();
                }
                let reference = reply["data"]["reference_number"].as_str();
                return reference != Some(told("KNOWN_REFERENCE").as_str())
                    || slip.starts_with("takes-");
            }
            Some("REJECTED") => return slip == "takes-rejected-for-done",
            _ => wait(),
        }
    }
    false
}

fn number(request: &Value) -> &str {
    request["number"].as_str().unwrap_or_default()
}

fn is_own(request: &Value) -> bool {
    let parameters = request["parameters_set"].as_array().into_iter().flatten();
    let mut cards = parameters.filter_map(|set| set["smartcard_ca_id"].as_str());
    cards.any(|card| card == told("SMARTCARD"))
}

fn list(state: &str) -> Vec<Value> {
    let reply = look("list", &format!("life_cycle_state={state}")).unwrap_or_default();
    reply["data"].as_array().cloned().unwrap_or_default()
}

fn look(method: &str, filter: &str) -> Option<Value> {
    let token = told("TOKEN");
    let call = Call {
        base: told("CRM_URL"),
        verb: "GET",
        target: format!(
            "/conax_web_services/provisioning_requests/{method}?token={token}&{filter}"
        ),
        headers: String::new(),
        body: String::new(),
    };
    parsed(&call)
}

/// The answer to the order; nothing if it is lost.
fn order() -> Option<Value> {
    let body = json!({
        "token": told("TOKEN"),
        "subscription_identifier": { "number": told("SUBSCRIPTION") },
        "smartcard_identifier": { "serial_number": told("SMARTCARD") },
        "service_identifier": { "code": told("SERVICE") },
    });
    let call = Call {
        base: told("CRM_URL"),
        verb: "POST",
        target: "/conax_web_services/provisioning_requests/add_subscriptions".to_owned(),
        headers: String::new(),
        body: body.to_string(),
    };
    parsed(&call)
}

fn parsed(call: &Call) -> Option<Value> {
    let answer = call.make(Some(PATIENCE)).ok()?;
    let is_read = answer.status == 200;
    is_read.then(|| serde_json::from_str(&answer.body).ok())?
}

// ---- seat c ----

fn conax(slip: &str) -> bool {
    match command("AddSubscriptions", &product()) {
        Some(answer) if answer.body.contains(">OK<") => {
            if slip == "orders-again-when-completed" {
                command("AddSubscriptions", &product());
            }
            true
        }
        Some(_) => slip == "takes-rejected-for-done",
        None if slip == "guesses-done" => true,
        None => {
            let seen = command("GetActiveSubscriptions", "");
            let service = format!(">{}<", told("SERVICE"));
            if slip == "resends-after-a-look" {
                return command("AddSubscriptions", &product()).is_some();
            }
            seen.is_some_and(|answer| answer.body.contains(&service))
        }
    }
}

fn product() -> String {
    let product = told("SERVICE");
    format!("<ProductIds><ProductId>{product}</ProductId></ProductIds>")
}

fn command(operation: &str, values: &str) -> Option<Answer> {
    let card = &told("SMARTCARD")[..11];
    let call = Call {
        base: told("CAS_URL"),
        verb: "POST",
        target: "/".to_owned(),
        headers: format!(
            "{}Content-Type: text/xml;charset=\"utf-8\"\r\n",
            basic(&told("USER"), &told("PASSWORD"))
        ),
        body: envelope(operation, &format!("<CaClientId>{card}</CaClientId>{values}")),
    };
    call.make(Some(PATIENCE)).ok()
}

/// At least so long: a thread may wake up early.
fn wait() {
    let end = std::time::Instant::now() + PAUSE;
    while let Some(left) = end.checked_duration_since(std::time::Instant::now()) {
        std::thread::park_timeout(left);
    }
}
