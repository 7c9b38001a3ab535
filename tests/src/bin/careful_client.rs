//! A client that keeps every law of `conax-sim grade`, at seat a and at seat c, and an example of
//! how that is done. `careless_client` is its counterpart.

use std::cell::RefCell;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use client_kit::{Answer, Call, basic, envelope, told};
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
    timeouts: Duration,
    token: RefCell<String>,
}

impl Client {
    fn new() -> Self {
        let deadline: f64 = told("DEADLINE_S").parse().unwrap_or(60.0);
        let deadline = Duration::from_secs_f64(deadline);
        Self {
            end: Instant::now() + deadline / 8,
            timeouts: deadline / 10,
            token: RefCell::new(told("TOKEN")),
        }
    }

    /// Makes a call. Turned away, it waits longer each time.
    fn call(&self, call: &Call) -> Result<Answer, Problem> {
        let mut pause = PAUSE;
        loop {
            match call.make(Some(self.timeouts)) {
                Ok(answer) if answer.status == 503 && Instant::now() < self.end => {
                    wait(pause);
                    pause += pause / 2;
                }
                Ok(answer) if answer.status == 503 => return Err("it is overloaded"),
                Ok(answer) => return Ok(answer),
                Err(_) => return Err("no answer came"),
            }
        }
    }
}

/// At least so long: a thread may wake up early.
fn wait(pause: Duration) {
    let end = Instant::now() + pause;
    while let Some(left) = end.checked_duration_since(Instant::now()) {
        std::thread::park_timeout(left);
    }
}

// ---- seat a ----

/// What came of a call to the API.
enum Reply {
    /// `status.code` is OK, and this is `data`.
    Data(Value),
    /// It is another one.
    Refused,
    /// Nobody knows.
    Unknown,
}

fn code(reply: &Value) -> &str {
    reply["status"]["code"].as_str().unwrap_or_default()
}

/// `status.code` alone says whether it went well.
fn meaning(reply: Result<Value, Problem>) -> Reply {
    match reply {
        Ok(reply) if code(&reply) == "OK" => Reply::Data(reply["data"].clone()),
        Ok(reply) if !code(&reply).is_empty() => Reply::Refused,
        _ => Reply::Unknown,
    }
}

impl Client {
    fn api(&self) -> Result<(), Problem> {
        match self.ask(order) {
            Reply::Data(data) => self.watch(data["number"].as_str().unwrap_or_default()),
            Reply::Refused => Err("it was refused"),
            // It may have been recorded: a second one would be one too many.
            Reply::Unknown => self.watch(&self.find()?.ok_or("it was not recorded")?),
        }
    }

    /// Makes a call; if the token has ended, once more with a new one.
    fn ask(&self, call: impl Fn(&str) -> Call) -> Reply {
        let first = self.reply(&call(&self.token.borrow()));
        match first {
            Ok(reply) if code(&reply).ends_with("INVALIDTOKENEXCEPTION") => {
                let Ok(token) = self.log_in() else {
                    return Reply::Unknown;
                };
                self.token.replace(token);
                meaning(self.reply(&call(&self.token.borrow())))
            }
            first => meaning(first),
        }
    }

    fn reply(&self, call: &Call) -> Result<Value, Problem> {
        let answer = self.call(call)?;
        serde_json::from_str(&answer.body).map_err(|_| "the answer breaks off")
    }

    fn log_in(&self) -> Result<String, Problem> {
        let body = json!({
            "username": told("USER"),
            "password": told("PASSWORD"),
            "organisation": told("ORGANISATION"),
        });
        let reply = self.reply(&api_call("POST", "/authentication/token", body.to_string()))?;
        let token = reply["data"]["token"].as_str().ok_or("the login failed")?;
        Ok(token.to_owned())
    }

    /// The newest request of the card, in whatever state.
    fn find(&self) -> Result<Option<String>, Problem> {
        for state in ["PENDING", "COMPLETED", "REJECTED"] {
            let filter = format!("life_cycle_state={state}");
            let Reply::Data(list) = self.ask(|token| look(token, "list", &filter)) else {
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
    fn watch(&self, number: &str) -> Result<(), Problem> {
        let filter = format!("provisioning_request_identifier=number={number}");
        while Instant::now() < self.end {
            match self.ask(|token| look(token, "show", &filter)) {
                Reply::Data(data) if data["life_cycle_state"] == "COMPLETED" => {
                    return match data["reference_number"].as_str() {
                        Some(reference) if reference != told("KNOWN_REFERENCE") => Ok(()),
                        _ => Err("the reference is not its own"),
                    };
                }
                Reply::Data(data) if data["life_cycle_state"] == "REJECTED" => {
                    return Err("Conax rejected it");
                }
                Reply::Refused => return Err("it cannot be looked at"),
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
    let target =
        format!("/conax_web_services/provisioning_requests/{method}?token={token}&{filter}");
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
        let card: String =
            told("SMARTCARD").chars().filter(char::is_ascii_digit).take(11).collect();
        let card = format!("<CaClientId>{card}</CaClientId>");
        let (operation, values) = match told("TASK").as_str() {
            "set-pin" => {
                let pin = format!("<CaPin>{}</CaPin>", told("PIN"));
                ("UpdateCaPinToGivenValue", format!("{card}{pin}"))
            }
            _ => {
                let products =
                    format!("<ProductIds><ProductId>{}</ProductId></ProductIds>", told("SERVICE"));
                ("AddSubscriptions", format!("{card}{products}"))
            }
        };
        let answer = match self.call(&command(operation, &values)) {
            Ok(answer) if is_whole(&answer.body) => answer,
            // It may have been done: Conax knows.
            _ => return self.look(&card),
        };
        match element(&answer.body, "StatusCode").as_deref() {
            Some("OK")
                if element(&answer.body, "TransactionId") != Some(told("KNOWN_REFERENCE")) =>
            {
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

/// The text of an XML element, whatever its prefix.
fn element(xml: &str, name: &str) -> Option<String> {
    let end = xml.find(&format!("{name}>"))? + name.len() + 1;
    let text = &xml[end..];
    Some(text[..text.find("</")?].to_owned())
}

/// An answer that breaks off says nothing, whatever stands in what there is of it.
fn is_whole(answer: &str) -> bool {
    answer.trim_end().ends_with("Envelope>") && element(answer, "TransactionId").is_some()
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
