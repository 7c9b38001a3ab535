//! A client that keeps every law of `conax-sim grade`, at seat a and at seat c, and an example of
//! how that is done. `careless_client` is its counterpart.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use client_kit::{Answer, Call, basic, element, envelope, told};
use serde_json::{Value, json};

mod client_kit;

/// Between two looks, and after being turned away.
const PAUSE: Duration = Duration::from_millis(150);

fn main() -> ExitCode {
    let client = Client::new();
    let done = match told("SEAT").as_str() {
        "c" => client.conax(),
        _ => client.api(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            use std::io::Write;
            let _ = writeln!(std::io::stderr(), "not done: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// Why the order is not known to be done.
type Problem = &'static str;

struct Client {
    /// When it gives up altogether.
    end: Instant,
    /// How long it waits for one answer.
    patience: Duration,
}

impl Client {
    fn new() -> Self {
        let deadline: f64 = told("DEADLINE_S").parse().unwrap_or(60.0);
        let deadline = Duration::from_secs_f64(deadline);
        Self {
            end: Instant::now() + deadline / 3,
            patience: deadline / 8,
        }
    }

    /// Makes a call. Turned away, it waits longer each time.
    fn call(&self, call: &Call) -> Result<Answer, Problem> {
        let mut pause = PAUSE;
        loop {
            match call.make(Some(self.patience)) {
                Ok(answer) if answer.status == 503 && Instant::now() < self.end => {
                    wait(pause);
                    pause *= 2;
                }
                Ok(answer) if answer.status == 503 => return Err("it is overloaded"),
                Ok(answer) => return Ok(answer),
                Err(_) => return Err("no answer came"),
            }
        }
    }
}

fn wait(pause: Duration) {
    std::thread::park_timeout(pause);
}

// ---- seat a ----

/// What came of a call to the API.
enum Reply {
    /// `status.code` is OK, and this is `data`.
    Data(Value),
    /// It is another one.
    Refused(String),
    /// Nobody knows.
    Unknown,
}

impl Client {
    fn api(&self) -> Result<(), Problem> {
        let mut token = told("TOKEN");
        loop {
            let number = match self.ask(&order(&token)) {
                Reply::Data(data) => data["number"].as_str().unwrap_or_default().to_owned(),
                Reply::Refused(code) if code.ends_with("INVALIDTOKENEXCEPTION") => {
                    token = self.log_in()?;
                    continue;
                }
                Reply::Refused(_) => return Err("it was refused"),
                // It may have been recorded: a second one would be one too many.
                Reply::Unknown => self.find(&token)?.ok_or("it was not recorded")?,
            };
            return self.watch(&token, &number);
        }
    }

    fn ask(&self, call: &Call) -> Reply {
        let Ok(answer) = self.call(call) else {
            return Reply::Unknown;
        };
        let Ok(reply) = serde_json::from_str::<Value>(&answer.body) else {
            return Reply::Unknown;
        };
        match reply["status"]["code"].as_str() {
            Some("OK") => Reply::Data(reply["data"].clone()),
            Some(code) => Reply::Refused(code.to_owned()),
            None => Reply::Unknown,
        }
    }

    fn log_in(&self) -> Result<String, Problem> {
        let body = json!({
            "username": told("USER"),
            "password": told("PASSWORD"),
            "organisation": told("ORGANISATION"),
        });
        match self.ask(&api_call("POST", "/authentication/token", body.to_string())) {
            Reply::Data(data) => Ok(data["token"].as_str().unwrap_or_default().to_owned()),
            Reply::Refused(_) | Reply::Unknown => Err("the login failed"),
        }
    }

    /// The newest request of the card, in whatever state.
    fn find(&self, token: &str) -> Result<Option<String>, Problem> {
        for state in ["PENDING", "COMPLETED", "REJECTED"] {
            let Reply::Data(list) = self.ask(&look(token, "list", &format!("life_cycle_state={state}")))
            else {
                return Err("what became of it is not known");
            };
            let found = list.as_array().into_iter().flatten().rfind(|item| {
                let parameters = item["parameters_set"].as_array().into_iter().flatten();
                let mut cards = parameters.filter_map(|set| set["smartcard_ca_id"].as_str());
                cards.any(|card| card == told("SMARTCARD"))
            });
            if let Some(number) = found.and_then(|item| item["number"].as_str()) {
                return Ok(Some(number.to_owned()));
            }
        }
        Ok(None)
    }

    /// Waits for the end of a request.
    fn watch(&self, token: &str, number: &str) -> Result<(), Problem> {
        let show = look(token, "show", &format!("provisioning_request_identifier=number={number}"));
        while Instant::now() < self.end {
            match self.ask(&show) {
                Reply::Data(data) if data["life_cycle_state"] == "COMPLETED" => {
                    return match data["reference_number"].as_str() {
                        Some(reference) if reference != told("KNOWN_REFERENCE") => Ok(()),
                        _ => Err("the reference is not its own"),
                    };
                }
                Reply::Data(data) if data["life_cycle_state"] == "REJECTED" => {
                    return Err("Conax rejected it");
                }
                Reply::Refused(_) => return Err("it cannot be looked at"),
                Reply::Data(_) | Reply::Unknown => wait(PAUSE),
            }
        }
        Err("it did not end in time")
    }
}

fn api_call(verb: &'static str, target: &str, body: String) -> Call {
    Call {
        base: told("CRM_URL"),
        verb,
        target: target.to_owned(),
        headers: "Content-Type: application/json\r\n".to_owned(),
        body,
    }
}

fn look(token: &str, method: &str, filter: &str) -> Call {
    let target = format!("/conax_web_services/provisioning_requests/{method}?token={token}&{filter}");
    api_call("GET", &target, String::new())
}

fn order(token: &str) -> Call {
    let mut body = json!({
        "token": token,
        "subscription_identifier": { "number": told("SUBSCRIPTION") },
        "smartcard_identifier": { "serial_number": told("SMARTCARD") },
    });
    let method = match told("TASK").as_str() {
        "set-pin" => {
            body["pin"] = json!(told("PIN"));
            "reset_pin_to_given_value"
        }
        _ => {
            body["service_identifier"] = json!({ "code": told("SERVICE") });
            "add_subscriptions"
        }
    };
    let target = format!("/conax_web_services/provisioning_requests/{method}");
    api_call("POST", &target, body.to_string())
}

// ---- seat c ----

impl Client {
    fn conax(&self) -> Result<(), Problem> {
        // The last of the twelve printed digits is a check digit and no part of the number.
        let card: String = told("SMARTCARD").chars().filter(char::is_ascii_digit).take(11).collect();
        let card = format!("<CaClientId>{card}</CaClientId>");
        let (operation, values) = match told("TASK").as_str() {
            "set-pin" => {
                let pin = format!("<CaPin>{}</CaPin>", told("PIN"));
                ("UpdateCaPinToGivenValue", format!("{card}{pin}"))
            }
            _ => {
                let products = format!("<ProductIds><ProductId>{}</ProductId></ProductIds>", told("SERVICE"));
                ("AddSubscriptions", format!("{card}{products}"))
            }
        };
        let answer = match self.call(&command(operation, &values)) {
            Ok(answer) if element(&answer.body, "TransactionId").is_some() => answer,
            // It may have been done: Conax knows.
            _ => return self.look(&card),
        };
        match element(&answer.body, "StatusCode").as_deref() {
            Some("OK") if element(&answer.body, "TransactionId") != Some(told("KNOWN_REFERENCE")) => {
                Ok(())
            }
            Some("OK") => Err("the transaction id is not its own"),
            _ => Err("Conax rejected it"),
        }
    }

    fn look(&self, card: &str) -> Result<(), Problem> {
        let answer = self.call(&command("GetActiveSubscriptions", card))?;
        let is_ok = element(&answer.body, "StatusCode").as_deref() == Some("OK");
        let product = format!(">{}<", told("SERVICE"));
        match is_ok && answer.body.contains(&product) {
            true => Ok(()),
            false => Err("it was not carried out"),
        }
    }
}

fn command(operation: &str, values: &str) -> Call {
    Call {
        base: told("CAS_URL"),
        verb: "POST",
        target: "/".to_owned(),
        headers: format!(
            "{}Content-Type: text/xml;charset=\"utf-8\"\r\n",
            basic(&told("USER"), &told("PASSWORD"))
        ),
        body: envelope(operation, values),
    }
}
