//! A side that has a world and a clock of its own: everything a scenario says to it is put in its
//! terms, and what it answers in those of the scenario, so that both sides can be compared.
//!
//! Read on: `counterparts` (records), pure. Dates are moved by the time between the scenario's clock
//! and that side's, which its first answer tells.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{NaiveDateTime, TimeDelta};
use conax_contract::crm::{Operation, encode};
use conax_contract::text::{parse_moment, render_moment};
use conax_contract::world::WorldSpec;
use conax_scenario::document::{Api, Scenario};
use conax_scenario::target::{
    Ending, HttpCall, HttpReply, Refusal, Target, TargetProblem, TargetProvider,
};
use conax_scenario::verify::TargetWorld;
use serde_json::{Map, Value, json};

use super::counterparts::{Counterparts, Lack};
use crate::json::each_text;
use crate::record::operation_at;
use crate::run::Remote;

/// The longest wait for a processing run of that side.
const RUN: Duration = Duration::from_secs(10);
/// Between two looks at what it is to send.
const PAUSE: Duration = Duration::from_millis(100);

/// How the reason begins why a call was not made, because it would say something else there.
pub(super) const LACKS: &str = "not asked: ";

/// Where scenarios are played at such a side.
pub(super) struct OtherWorlds {
    pub(super) remote: Remote,
    /// What exists there, if a file tells it; else it is taken to have what the scenarios name.
    pub(super) world: Option<TargetWorld>,
    /// Of who logs in there.
    pub(super) password: Option<String>,
}

impl TargetProvider for OtherWorlds {
    fn open(&self, scenario: &Scenario) -> Result<Box<dyn Target>, Refusal> {
        if scenario.world.spec.cas.settings != WorldSpec::demo().cas.settings {
            let reason = "the settings of its Conax cannot be changed".to_owned();
            return Err(Refusal::CannotServe(reason));
        }
        let mut inner = self.remote.open(scenario)?;
        let token = match (inner.token(), &self.world) {
            (None, Some(world)) => self.log_in(&mut *inner, world)?,
            (token, _) => token,
        };
        let spec = &scenario.world.spec;
        let tokens = spec.tokens.iter().map(|token| token.token.expose().to_owned());
        let usual = parse_moment(Scenario::DEFAULT_CLOCK).unwrap_or_default();
        let began = scenario.clock.unwrap_or(usual);
        let world = self.world.clone();
        Ok(Box::new(OtherWorld {
            inner,
            token,
            tokens: tokens.collect(),
            counterparts: world
                .map(|world| Counterparts::new(Arc::clone(spec), world, self.password.clone())),
            clock: Clock::new(began, chrono::Local::now().naive_local()),
            open: Vec::new(),
        }))
    }

    fn secret(&self, name: &str) -> Option<String> {
        self.remote.secret(name)
    }
}

impl OtherWorlds {
    /// A token for who logs in there.
    fn log_in(
        &self,
        target: &mut dyn Target,
        world: &TargetWorld,
    ) -> Result<Option<String>, Refusal> {
        let (Some(login), Some(password)) = (&world.login, &self.password) else {
            return Ok(None);
        };
        let body = json!({
            "username": login.username,
            "password": password,
            "organisation": login.organisation,
        });
        let call = HttpCall::post(Api::Crm, format!("/{}", Operation::IssueToken.path()), &body);
        let reply = target.exchange(vec![call]).pop();
        let reply = reply.and_then(Result::ok).unwrap_or_default().json();
        match reply["data"]["token"].as_str() {
            Some(token) => Ok(Some(token.to_owned())),
            None => Err(Refusal::Unreachable(format!(
                "it did not log `{}` in: {}",
                login.username, reply["status"]["code"]
            ))),
        }
    }
}

/// One scenario there.
struct OtherWorld {
    inner: Box<dyn Target>,
    token: Option<String>,
    /// The tokens of the scenario's world.
    tokens: Vec<String>,
    counterparts: Option<Counterparts>,
    clock: Clock,
    /// Identifiers of requests that may still be sent.
    open: Vec<(String, String)>,
}

impl Target for OtherWorld {
    fn exchange(&mut self, calls: Vec<HttpCall>) -> Vec<Result<HttpReply, TargetProblem>> {
        let put_in: Vec<Result<HttpCall, Lack>> =
            calls.into_iter().map(|call| self.put_in(call)).collect();
        let (mut made, mut operations) = (Vec::new(), Vec::new());
        for call in put_in.iter().filter_map(|call| call.as_ref().ok()) {
            operations.push(operation(call));
            made.push(call.clone());
        }
        let replies = self.inner.exchange(made).into_iter().zip(operations);
        let mut replies = replies.collect::<Vec<_>>().into_iter();
        let answered = put_in.into_iter().map(|call| match call {
            Err(lack) => Err(TargetProblem::NoReply(format!("{LACKS}{}", lack.words()))),
            Ok(_) => match replies.next() {
                Some((Ok(reply), operation)) => Ok(self.take_back(reply, operation)),
                Some((Err(problem), _)) => Err(problem),
                None => Err(TargetProblem::NoReply("no reply came".to_owned())),
            },
        });
        answered.collect()
    }

    fn has(&self, api: Api) -> bool {
        self.inner.has(api)
    }

    fn has_own_world(&self) -> bool {
        true
    }

    /// Waits until nothing is to be sent any more that is due.
    fn await_run(&mut self) {
        let began = Instant::now();
        while !self.open.is_empty() && began.elapsed() < RUN && self.inner.is_over().is_none() {
            let asked = self.open.clone();
            let calls = asked.iter().map(|(key, value)| {
                let token = self.token.as_deref().unwrap_or_default();
                let path = Operation::Show.path();
                let identifier = encode(&format!("{key}={value}"));
                let query = format!("token={token}&provisioning_request_identifier={identifier}");
                HttpCall::get(Api::Crm, format!("/{path}?{query}"))
            });
            let replies = self.inner.exchange(calls.collect());
            let now = self.clock.there();
            let is_open = |reply: &Result<HttpReply, TargetProblem>| {
                let data = reply.as_ref().map(|reply| reply.json()["data"].take());
                data.is_ok_and(|data| is_due(&data, now))
            };
            let still = asked.into_iter().zip(&replies);
            let still = still.filter(|(_, reply)| is_open(reply));
            self.open = still.map(|(identifier, _)| identifier).collect();
            if !self.open.is_empty() {
                self.inner.sleep(PAUSE);
            }
        }
        self.open.clear();
    }

    fn token(&self) -> Option<String> {
        self.token.clone()
    }

    fn elapsed_ms(&mut self) -> Option<u64> {
        self.inner.elapsed_ms()
    }

    fn sleep(&mut self, time: Duration) {
        self.inner.sleep(time);
    }

    fn is_over(&self) -> Option<Ending> {
        self.inner.is_over()
    }
}

/// Whether a request waits for a run and for nothing else.
fn is_due(request: &Value, now: NaiveDateTime) -> bool {
    let date = request["scheduled_date"].as_str().and_then(parse_moment);
    request["life_cycle_state"] == "PENDING" && date.is_none_or(|date| date <= now)
}

fn operation(call: &HttpCall) -> Option<Operation> {
    let path = call.target.split('?').next().unwrap_or_default();
    operation_at(&call.method, path).filter(|_| call.api == Api::Crm)
}

impl OtherWorld {
    /// A call in the terms of that side.
    fn put_in(&mut self, mut call: HttpCall) -> Result<HttpCall, Lack> {
        let Some(operation) = operation(&call) else {
            return Ok(call);
        };
        if let Some((path, query)) = call.target.split_once('?') {
            let pairs: Result<Vec<String>, Lack> =
                query.split('&').map(|pair| self.put_in_pair(operation, pair)).collect();
            call.target = format!("{path}?{}", pairs?.join("&"));
        }
        let Ok(Value::Object(body)) = serde_json::from_slice::<Value>(&call.body) else {
            return Ok(call);
        };
        let mut changed = body.clone();
        self.put_in_parameters(operation, &mut changed)?;
        if changed != body {
            call.body = Value::Object(changed).to_string().into_bytes();
        }
        Ok(call)
    }

    fn put_in_pair(&mut self, operation: Operation, pair: &str) -> Result<String, Lack> {
        let Some((name, value)) = pair.split_once('=') else {
            return Ok(pair.to_owned());
        };
        let plain = value.replace("%3D", "=");
        // `identifier.number=…` and `identifier[number]=…` name a request as well.
        let outer = name.split(['.', '[', '%']).next().unwrap_or(name);
        let value = match plain.split_once('=') {
            Some((key, value)) => json!({ key: value }),
            None if outer != name => json!({ name: plain }),
            None => json!(plain),
        };
        let before = Map::from_iter([(outer.to_owned(), value)]);
        let mut after = before.clone();
        self.put_in_parameters(operation, &mut after)?;
        Ok(match (after == before, after[outer].as_str()) {
            (false, Some(value)) => format!("{name}={}", encode(value)),
            _ => pair.to_owned(),
        })
    }

    fn put_in_parameters(
        &mut self,
        operation: Operation,
        parameters: &mut Map<String, Value>,
    ) -> Result<(), Lack> {
        let token = parameters.get("token").and_then(Value::as_str);
        if token.is_some_and(|token| self.tokens.iter().any(|one| one == token)) {
            let lack = || Lack::of("token:", "name a file with one, or with a password");
            let token = self.token.clone().ok_or_else(lack)?;
            parameters.insert("token".to_owned(), Value::String(token));
        }
        for value in parameters.values_mut() {
            self.clock.put_in(value);
        }
        match &mut self.counterparts {
            Some(counterparts) => counterparts.put_in(operation, parameters),
            None => Ok(()),
        }
    }

    /// A reply in the terms of the scenario.
    fn take_back(&mut self, mut reply: HttpReply, operation: Option<Operation>) -> HttpReply {
        let (Some(operation), Ok(body)) = (operation, serde_json::from_slice::<Value>(&reply.body))
        else {
            return reply;
        };
        let mut changed = body.clone();
        if operation.creates().is_some() {
            self.clock.learn(&body["data"]);
            let keys = ["number", "id"].into_iter();
            let mut known =
                keys.filter_map(|key| Some((key, body["data"][key].as_str()?.to_owned())));
            let known = known.next();
            self.open.extend(known.map(|(key, value)| (key.to_owned(), value)));
        }
        self.clock.take_back(&mut changed);
        if let Some(counterparts) = &self.counterparts {
            counterparts.take_back(&mut changed);
        }
        if changed != body {
            reply.body = changed.to_string().into_bytes();
        }
        reply
    }
}

/// What lies between the scenario's clock and that side's.
struct Clock {
    began: NaiveDateTime,
    opened: Instant,
    /// How far that side's is ahead.
    ahead: TimeDelta,
    /// Whether that side has told the time.
    is_known: bool,
    /// Dates as they were sent, and as the scenario calls them.
    sent: BTreeMap<String, String>,
}

impl Clock {
    fn new(began: NaiveDateTime, there: NaiveDateTime) -> Self {
        Self {
            began,
            opened: Instant::now(),
            ahead: TimeDelta::seconds((there - began).num_seconds()),
            is_known: false,
            sent: BTreeMap::new(),
        }
    }

    /// What the scenario's clock would show, if it ran.
    fn here(&self) -> NaiveDateTime {
        self.began + TimeDelta::from_std(self.opened.elapsed()).unwrap_or_default()
    }

    /// What that side's shows.
    fn there(&self) -> NaiveDateTime {
        self.here() + self.ahead
    }

    /// The date of creation of a request that was created just now tells that side's time.
    fn learn(&mut self, request: &Value) {
        let created = request["log_information"]["created_date"].as_str();
        if let Some(created) = created.and_then(parse_moment).filter(|_| !self.is_known) {
            self.ahead = TimeDelta::seconds((created - self.here()).num_seconds());
            self.is_known = true;
        }
    }

    fn put_in(&mut self, value: &mut Value) {
        each_date(value, &mut |text, date| {
            let there = render_moment(date + self.ahead);
            self.sent.insert(there.clone(), text.clone());
            *text = there;
        });
    }

    fn take_back(&self, value: &mut Value) {
        each_date(value, &mut |text, date| {
            *text = match self.sent.get(text) {
                Some(sent) => sent.clone(),
                None => render_moment(date - self.ahead),
            };
        });
    }
}

fn each_date(value: &mut Value, change: &mut dyn FnMut(&mut String, NaiveDateTime)) {
    each_text(value, &mut |text| {
        if let Some(date) = parse_moment(text) {
            change(text, date);
        }
    });
}
