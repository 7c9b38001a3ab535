//! What is examined: anything that answers HTTP at the documented addresses.

use std::time::Duration;

use conax_contract::crm::{Operation, encode};
use serde_json::{Map, Value};

use crate::document::{Api, Scenario};

/// An HTTP call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpCall {
    /// Where to.
    pub api: Api,
    /// The verb.
    pub method: String,
    /// Path and query; a path of the provisioning API begins below its base path.
    pub target: String,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl HttpCall {
    /// A call without a body.
    #[must_use]
    pub fn get(api: Api, target: impl Into<String>) -> Self {
        Self {
            api,
            method: "GET".to_owned(),
            target: target.into(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Whether it moves the clock itself, so that no time has to pass for it besides.
    #[must_use]
    pub fn moves_clock(&self) -> bool {
        self.api == Api::Control && self.target.starts_with("/v1/clock/")
    }

    /// A call that sends JSON.
    #[must_use]
    pub fn post(api: Api, target: impl Into<String>, body: &Value) -> Self {
        Self {
            method: "POST".to_owned(),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.to_string().into_bytes(),
            ..Self::get(api, target)
        }
    }
}

/// The call of an operation in its documented form.
pub(crate) fn documented(operation: Operation, parameters: &Map<String, Value>) -> HttpCall {
    let path = format!("/{}", operation.path());
    match operation.verb() {
        "GET" => HttpCall::get(Api::Crm, format!("{path}{}", query(parameters, encode))),
        _ => HttpCall::post(Api::Crm, path, &Value::Object(parameters.clone())),
    }
}

/// The parameters as a query, an identifier as `name=field=value`.
pub(crate) fn query(parameters: &Map<String, Value>, encode: impl Fn(&str) -> String) -> String {
    let mut parts = Vec::new();
    for (name, value) in parameters {
        let values: Vec<String> = match value {
            Value::Object(fields) => {
                fields.iter().map(|(field, value)| format!("{field}={}", plain(value))).collect()
            }
            value => vec![plain(value)],
        };
        parts.extend(values.iter().map(|value| format!("{name}={}", encode(value))));
    }
    match parts.is_empty() {
        true => String::new(),
        false => format!("?{}", parts.join("&")),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpReply {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

impl HttpReply {
    /// The body as JSON; null if it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Why there is no reply.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetProblem {
    /// No reply came, and why.
    #[error("{0}")]
    NoReply(String),
    /// None came in time.
    #[error("no reply within {0:?}")]
    TimedOut(Duration),
}

/// Why a scenario is not played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The target cannot do what it needs.
    CannotServe(String),
    /// The scenario contradicts itself.
    Invalid(String),
    /// The target does not answer.
    Unreachable(String),
}

/// A place where one scenario is played.
pub trait Target {
    /// Makes these calls at the same time, and lets just as much simulated time pass as they wait
    /// for, if time is the target's to give.
    fn exchange(&mut self, calls: Vec<HttpCall>) -> Vec<Result<HttpReply, TargetProblem>>;

    /// Whether it has this API.
    fn has(&self, api: Api) -> bool;

    /// Whether simulated time is its to give; else it passes by itself.
    fn gives_time(&self) -> bool {
        self.has(Api::Control)
    }

    /// Whether scenarios are played in whatever world it has, at its own time, and with requests
    /// that it sends by itself; else one that begins otherwise is not played without control API.
    fn has_own_world(&self) -> bool {
        false
    }

    /// Waits for the processing run of a target that makes them by itself.
    fn await_run(&mut self) {}

    /// The token of calls that name none.
    fn token(&self) -> Option<String>;

    /// The simulated time in milliseconds since the scenario began, if asking costs nothing.
    fn elapsed_ms(&mut self) -> Option<u64>;

    /// Waits for real time.
    fn sleep(&mut self, time: Duration);

    /// Whether the run was interrupted, or the time of this scenario is over.
    fn is_over(&self) -> Option<Ending>;
}

/// Why a scenario ends before its last step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Somebody stopped the run.
    Interrupted,
    /// It took longer than it may.
    TimedOut(Duration),
}

/// What gives every scenario a place of its own.
pub trait TargetProvider: Sync {
    /// A fresh target for a scenario.
    ///
    /// # Errors
    /// If it cannot be played there.
    fn open(&self, scenario: &Scenario) -> Result<Box<dyn Target>, Refusal>;

    /// The value of a secret a scenario names.
    fn secret(&self, name: &str) -> Option<String>;
}
