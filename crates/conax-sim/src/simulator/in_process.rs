//! A running simulator: its APIs as functions, its clock, its faults, its ledger.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use conax_contract::crm::Operation;
use conax_contract::fault::parse_faults;
use conax_model::fault::RuleId;
use conax_model::ledger::Reconciliation;
use serde_json::Value;

use super::builder::SimulatorBuilder;
use super::error::SimulatorError;
use super::reply::{Api, Reply, answer};
use crate::clock::{Advanced, ClockMode};
use crate::dispatch::{RunReport, Settling, SettlingGoal, run_once, run_through, settle};
use crate::instance::Instance;
use crate::reconciliation::{DriftEntry, Healing, drift, heal, ledger_lines};
use crate::shared::Shared;

/// A running simulator: the CRM with its provisioning API, and the Conax behind it.
///
/// Clones are the same simulator, so that several tasks may use it.
#[derive(Clone)]
pub struct Simulator {
    instance: Instance,
    /// Its APIs as functions.
    routers: Routers,
    token: String,
}

/// The APIs as functions; a copy is cheap, and making one is not.
#[derive(Clone)]
struct Routers {
    crm: Router,
    cas: Router,
    control: Router,
}

impl Simulator {
    /// A simulator to be built: of the demo world, if nothing else is said.
    pub fn builder() -> SimulatorBuilder {
        SimulatorBuilder::default()
    }

    pub(super) fn new(instance: Instance, token: String) -> Self {
        let routers = Routers {
            crm: instance.crm_router(),
            cas: instance.cas_router(),
            control: instance.control_router(),
        };
        Self { instance, routers, token }
    }

    /// Calls a method of the provisioning API with a JSON body, such as `add_subscriptions`; the
    /// whole answer. The world's first token is added, unless the body has one.
    ///
    /// A stepped clock lets pass as much time as the call waits for.
    ///
    /// # Errors
    /// If there is no such method. What the API refuses is an answer.
    pub async fn post(&self, method: &str, body: Value) -> Result<Value, SimulatorError> {
        let mut body = body;
        if let Some(members) = body.as_object_mut() {
            let token = || Value::String(self.token.clone());
            members.entry("token").or_insert_with(token);
        }
        let request = Request::post(self.path(method)?)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))?;
        Ok(self.ask(request).await)
    }

    /// Calls a method of the provisioning API with a query, such as `show` with
    /// `provisioning_request_identifier=number=4050`; the whole answer. The world's first token is
    /// added, unless the query has one.
    ///
    /// # Errors
    /// If there is no such method, or the query is none. What the API refuses is an answer.
    pub async fn get(&self, method: &str, query: &str) -> Result<Value, SimulatorError> {
        let has_token = query.split('&').any(|part| part.starts_with("token="));
        let target = match has_token {
            true => format!("{}?{query}", self.path(method)?),
            false => format!("{}?token={}&{query}", self.path(method)?, self.token),
        };
        let request = Request::get(target).body(Body::empty())?;
        Ok(self.ask(request).await)
    }

    /// The documented path of a method.
    fn path(&self, method: &str) -> Result<String, SimulatorError> {
        let operation = Operation::from_name(method);
        let operation = operation.ok_or_else(|| SimulatorError::unknown_method(method))?;
        let base = self.shared().settings.crm.base_path.as_str();
        Ok(format!("{base}/{}", operation.path()))
    }

    async fn ask(&self, request: Request<Body>) -> Value {
        let call = self.call(Api::Crm, request);
        let clock = &self.shared().clock;
        let reply = match clock.mode() {
            ClockMode::Stepped => clock.passing(call).await,
            ClockMode::Real | ClockMode::Scaled(_) => call.await,
        };
        reply.json().expect("the provisioning API answers in JSON, whatever it is asked")
    }

    /// Calls an API with any HTTP request, in process even if the APIs are open.
    ///
    /// A stepped clock stands still meanwhile: a call that waits for time, waits until somebody
    /// [advances](Self::advance) it.
    pub async fn call<B: Into<Body>>(&self, door: Api, request: Request<B>) -> Reply {
        let router = match door {
            Api::Crm => &self.routers.crm,
            Api::Cas => &self.routers.cas,
            Api::Control => &self.routers.control,
        };
        answer(router.clone(), request.map(Into::into)).await
    }

    /// Calls the control API, such as `GET` `/v1/requests/4050/why` with an empty body. Whatever
    /// has no method here is reached so.
    ///
    /// # Errors
    /// If HTTP cannot carry such a call. What the API refuses is an answer.
    pub async fn control(
        &self,
        verb: &str,
        target: &str,
        body: &str,
    ) -> Result<Reply, SimulatorError> {
        let request = Request::builder().method(verb).uri(target);
        let request = request.body(Body::from(body.to_owned()))?;
        Ok(self.call(Api::Control, request).await)
    }

    /// Makes a processing run: sends what is due to Conax and waits for its end. A stepped clock
    /// lets pass as much time as the run waits for.
    pub async fn run(&self) -> RunReport {
        let shared = Arc::clone(self.shared());
        match shared.clock.mode() {
            ClockMode::Stepped => run_through(&shared).await,
            ClockMode::Real | ClockMode::Scaled(_) => {
                let run = tokio::spawn(async move { run_once(&shared).await });
                run.await.expect("a processing run does not panic")
            }
        }
    }

    /// Lets this much simulated time pass at once; everything due until then happens in order.
    pub async fn advance(&self, time: Duration) -> Advanced {
        self.shared().clock.advance(time).await
    }

    /// Lets simulated time pass until nothing more happens by itself: what is due is sent, what
    /// waits is waited for, what is scheduled comes.
    pub async fn settle(&self) -> Settling {
        settle(self.shared(), SettlingGoal::default()).await
    }

    /// Adds faults, as [`SimulatorBuilder::fault`] does; their names.
    ///
    /// # Errors
    /// If they are none; then nothing is changed.
    pub fn add_fault(&self, faults: &str) -> Result<Vec<String>, SimulatorError> {
        let rules = parse_faults(faults).map_err(SimulatorError::Fault)?;
        let now = self.shared().clock.now();
        let ids = self.shared().change_faults(|book| {
            let rules = rules.iter();
            let ids: Vec<RuleId> = rules.map(|rule| book.add(rule, None, now)).collect();
            ids
        });
        Ok(ids.iter().map(ToString::to_string).collect())
    }

    /// Removes a fault rule; whether there was one of this name.
    pub fn remove_fault(&self, name: &str) -> bool {
        let rule = RuleId::new(name);
        self.shared().change_faults(|book| book.remove(&rule))
    }

    /// Removes every fault rule.
    pub fn clear_faults(&self) {
        self.shared().change_faults(|book| book.clear());
    }

    /// What Conax really did with every acknowledged request, and how many it did once, twice,
    /// in part, never.
    #[must_use]
    pub fn ledger(&self) -> Reconciliation {
        self.shared().catch_up();
        let ledger = self.shared().ledger().clone();
        ledger.reconcile()
    }

    /// The ledger as a file, which `conax-sim ledger check` verifies, as far as the lines are there
    /// that the setting `ledger_limit` keeps.
    #[must_use]
    pub fn ledger_file(&self) -> String {
        let lines = ledger_lines(self.shared());
        lines.into_iter().map(|line| line + "\n").collect()
    }

    /// Where what the CRM believes and what Conax holds differ, each with its cause and cure.
    #[must_use]
    pub fn drift(&self) -> Vec<DriftEntry> {
        drift(self.shared())
    }

    /// Creates the requests that heal every difference; a run sends them.
    ///
    /// # Errors
    /// If the world has no user in whose name they could be created.
    pub async fn heal(&self) -> Result<Healing, SimulatorError> {
        heal(self.shared()).await.map_err(SimulatorError::NotHealed)
    }

    /// The simulator behind it: both machines, the journal, the clock, and whatever else has no method
    /// here. It may change with any version.
    #[must_use]
    pub const fn instance(&self) -> &Instance {
        &self.instance
    }

    const fn shared(&self) -> &Arc<Shared> {
        &self.instance.shared
    }
}
