//! A target at addresses: anything that serves the API, and more of what scenarios need if it is a
//! conax-sim with a control API.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use conax_contract::text::{parse_moment, render_moment};
use conax_contract::world::{Secrets as WorldSecrets, WorldSpec};
use conax_scenario::document::{Api, Scenario};
use conax_scenario::run::Stop;
use conax_scenario::target::{
    Ending, HttpCall, HttpReply, Refusal, Target, TargetProblem, TargetProvider,
};
use hyper::Request;
use hyper::body::Bytes;
use serde_json::json;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Barrier;

use crate::http_client::{Address, CallError, Client, Connection, Reply, call_on};
use crate::run::addresses::Addresses;
use crate::run::in_process::ending;
use crate::run::passing::{Unanswered, let_time_pass};
use crate::run::secret::Secrets;

/// How soon an interruption is noticed while a call waits.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// A provisioning API as a target, each call with this much time.
pub(crate) fn api_target(
    addresses: Addresses,
    timeout: Duration,
    stop: Arc<Stop>,
) -> Result<Box<dyn Target>, String> {
    let runtime =
        Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    Ok(Box::new(RemoteTarget {
        addresses,
        control_token: None,
        connections: [None, None, None],
        runtime,
        world: None,
        token: None,
        timeout,
        limits: Limits::EachCall,
        began: Instant::now(),
        stop,
    }))
}

/// What the time limit of a target is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limits {
    /// Everything that is asked of it.
    Everything,
    /// Each call.
    EachCall,
}

/// Where scenarios are played against a target.
pub(crate) struct Remote {
    addresses: Addresses,
    secrets: Secrets,
    timeout: Duration,
    stop: Arc<Stop>,
    /// Numbers the worlds that are made.
    worlds: AtomicU64,
}

impl Remote {
    pub(crate) fn new(
        addresses: Addresses,
        secrets: Secrets,
        timeout: Duration,
        stop: Arc<Stop>,
    ) -> Self {
        Self { addresses, secrets, timeout, stop, worlds: AtomicU64::new(0) }
    }

    fn control_token(&self) -> Result<Option<String>, Refusal> {
        let Some(path) = &self.addresses.control_token_file else {
            return Ok(None);
        };
        let text = crate::read::text_file(path).map_err(|error| {
            Refusal::Invalid(format!("failed to read the token file `{path}`: {error}"))
        })?;
        Ok(Some(text.trim().to_owned()))
    }

    /// Logs in with the user of the secrets file, if it names one.
    fn log_in(&self, target: &mut RemoteTarget) -> Result<Option<String>, Refusal> {
        let secret = |name: &str| self.secrets.of_file(name);
        if let Some(token) = secret("token") {
            return Ok(Some(token.to_owned()));
        }
        let (Some(username), Some(password)) = (secret("username"), secret("password")) else {
            return Ok(None);
        };
        let body = json!({
            "username": username,
            "password": password,
            "organisation": secret("organisation").unwrap_or_default(),
        });
        let call = HttpCall::post(Api::Crm, "/authentication/token", &body);
        let reply = target.exchange(vec![call]).pop();
        let reply = reply.unwrap_or(Err(TargetProblem::NoReply("no reply".to_owned())));
        let reply = reply.map_err(|problem| Refusal::Unreachable(problem.to_string()))?;
        match reply.json()["data"]["token"].as_str() {
            Some(token) => Ok(Some(token.to_owned())),
            None => Err(Refusal::Invalid(format!(
                "the target did not log `{username}` in: {}",
                reply.json()["status"]["message"]
            ))),
        }
    }
}

impl TargetProvider for Remote {
    fn open(&self, scenario: &Scenario) -> Result<Box<dyn Target>, Refusal> {
        let has_control = self.addresses.has_control();
        if has_control && !scenario.settings.is_empty() {
            let names: Vec<&str> =
                scenario.settings.iter().map(|setting| setting.name.value.as_str()).collect();
            return Err(Refusal::CannotServe(format!(
                "the settings of a running target cannot be changed, and it needs {}",
                names.join(", ")
            )));
        }
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Refusal::Unreachable(error.to_string()))?;
        let mut target = RemoteTarget {
            addresses: self.addresses.clone(),
            control_token: self.control_token()?,
            connections: [None, None, None],
            runtime,
            world: None,
            token: None,
            timeout: self.timeout,
            limits: Limits::Everything,
            began: Instant::now(),
            stop: Arc::clone(&self.stop),
        };
        if has_control {
            let number = self.worlds.fetch_add(1, Ordering::Relaxed) + 1;
            target.make_world(scenario, &format!("run-{}-{number}", std::process::id()))?;
        } else {
            target.token = self.log_in(&mut target)?;
        }
        Ok(Box::new(target))
    }

    fn secret(&self, name: &str) -> Option<String> {
        self.secrets.value(name)
    }
}

struct RemoteTarget {
    addresses: Addresses,
    control_token: Option<String>,
    /// Kept open, one for each API.
    connections: [Option<Connection>; 3],
    runtime: Runtime,
    /// The world of this scenario, if the target has worlds.
    world: Option<String>,
    token: Option<String>,
    timeout: Duration,
    limits: Limits,
    began: Instant,
    stop: Arc<Stop>,
}

impl RemoteTarget {
    /// Makes a world for this scenario alone, whose time stands until it is told to pass.
    fn make_world(&mut self, scenario: &Scenario, name: &str) -> Result<(), Refusal> {
        let spec = WorldSpec { name: name.to_owned(), ..WorldSpec::clone(&scenario.world.spec) };
        let usual = parse_moment(Scenario::DEFAULT_CLOCK).unwrap_or_default();
        let start = render_moment(scenario.clock.unwrap_or(usual));
        let seed = scenario.seed.unwrap_or_default();
        let call = HttpCall {
            api: Api::Control,
            method: "PUT".to_owned(),
            target: format!("/v1/worlds/{name}?seed={seed}&clock=stepped+from+{start}"),
            headers: Vec::new(),
            body: spec.outline(WorldSecrets::Shown).to_yaml().into_bytes(),
        };
        let reply = self.exchange(vec![call]).pop();
        let reply = reply.unwrap_or(Err(TargetProblem::NoReply("no reply".to_owned())));
        let reply = reply.map_err(|problem| Refusal::Unreachable(problem.to_string()))?;
        if reply.status != 201 {
            return Err(Refusal::Unreachable(format!(
                "the control API made no world: HTTP {}, {}",
                reply.status,
                reply.json()["detail"].as_str().unwrap_or("no reason")
            )));
        }
        self.world = Some(name.to_owned());
        let token = scenario.world.spec.tokens.first();
        self.token = token.map(|token| token.token.expose().to_owned());
        Ok(())
    }
}

impl Drop for RemoteTarget {
    fn drop(&mut self) {
        let Some(world) = self.world.take() else {
            return;
        };
        self.began = Instant::now();
        let call = HttpCall {
            method: "DELETE".to_owned(),
            ..HttpCall::get(Api::Control, format!("/v1/worlds/{world}"))
        };
        // A target that is gone has no world either.
        let _ = self.exchange(vec![call]);
    }
}

impl Target for RemoteTarget {
    fn exchange(&mut self, calls: Vec<HttpCall>) -> Vec<Result<HttpReply, TargetProblem>> {
        if self.limits == Limits::EachCall {
            self.began = Instant::now();
        }
        let left = self.timeout.saturating_sub(self.began.elapsed()).max(Duration::from_secs(1));
        let steps_time = self.world.is_some() && !calls.iter().any(HttpCall::moves_clock);
        let stop = Arc::clone(&self.stop);
        let prepared: Vec<_> = calls.iter().map(|call| self.prepare(call)).collect();
        // The usual case: one call, on the connection that is open.
        if let ([call], [Ok(request)]) = (calls.as_slice(), prepared.as_slice()) {
            let slot = slot(call.api);
            let kept = self.connections[slot].take();
            let clock = steps_time.then(|| self.clock_caller()).flatten();
            let unanswered = Unanswered::of(&calls, &prepared);
            let (reply, connection) = self.runtime.block_on(async {
                let work = call_once(kept, request.clone());
                let passing = let_time_pass(clock, &unanswered, work);
                match in_time(left, &stop, passing).await {
                    Ok(done) => done,
                    Err(problem) => (Err(problem), None),
                }
            });
            self.connections[slot] = connection;
            return vec![reply];
        }
        let clock = steps_time.then(|| self.clock_caller()).flatten();
        let unanswered = Unanswered::of(&calls, &prepared);
        self.runtime.block_on(async {
            // Connecting takes longer than many a call: all are connected before one is sent.
            let count = prepared.iter().filter(|request| request.is_ok()).count();
            let connected = Arc::new(Barrier::new(count));
            let mut tasks = Vec::new();
            for (call, request) in calls.iter().zip(prepared) {
                let (connected, unanswered) = (Arc::clone(&connected), unanswered.clone());
                let api = call.api;
                tasks.push(tokio::spawn(async move {
                    let Prepared { client, address, request } = request?;
                    let connection = client.connect(&address).await;
                    connected.wait().await;
                    let reply = match connection.map_err(CallError::Unconnected) {
                        Ok(mut connection) => call_on(&mut connection, &address, request).await,
                        Err(problem) => Err(problem),
                    };
                    unanswered.answered(api);
                    read(reply)
                }));
            }
            let all = async {
                let mut replies = Vec::new();
                for task in tasks {
                    let lost = |_| Err(TargetProblem::NoReply("the call was lost".to_owned()));
                    replies.push(task.await.unwrap_or_else(lost));
                }
                replies
            };
            let count = calls.len();
            match in_time(left, &stop, let_time_pass(clock, &unanswered, all)).await {
                Ok(replies) => replies,
                Err(problem) => (0..count).map(|_| Err(problem.clone())).collect(),
            }
        })
    }

    fn has(&self, api: Api) -> bool {
        self.addresses.of_api(api).is_some()
    }

    fn token(&self) -> Option<String> {
        self.token.clone()
    }

    fn elapsed_ms(&mut self) -> Option<u64> {
        None
    }

    fn sleep(&mut self, time: Duration) {
        self.stop.sleep(time);
    }

    fn is_over(&self) -> Option<Ending> {
        ending(&self.stop, self.began, self.timeout)
    }
}

const fn slot(api: Api) -> usize {
    match api {
        Api::Crm => 0,
        Api::Cas => 1,
        Api::Control => 2,
    }
}

/// A call that is ready to be sent, and where to.
#[derive(Clone)]
pub(super) struct Prepared {
    pub(super) client: Client,
    pub(super) address: Arc<Address>,
    pub(super) request: Request<Bytes>,
}

impl RemoteTarget {
    fn prepare(&self, call: &HttpCall) -> Result<Prepared, TargetProblem> {
        let address = self.addresses.of_api(call.api).ok_or_else(|| {
            TargetProblem::NoReply(format!("the target has no {} API", call.api.name()))
        })?;
        let mut request = Request::builder().method(call.method.as_str()).uri(call.target.as_str());
        for (name, value) in call.headers.iter().chain(&self.own_headers(call.api)) {
            request = request.header(name, value);
        }
        let request = request.body(Bytes::from(call.body.clone()));
        let request = request
            .map_err(|error| TargetProblem::NoReply(format!("this is no HTTP call: {error}")))?;
        let client = self.addresses.client.clone();
        Ok(Prepared { client, address: Arc::clone(address), request })
    }

    fn own_headers(&self, api: Api) -> Vec<(String, String)> {
        let mut headers = Vec::new();
        if let Some(world) = &self.world {
            headers.push((conax_sim::worlds::WORLD_HEADER.to_string(), world.clone()));
        }
        if let (Api::Control, Some(token)) = (api, &self.control_token) {
            headers.push(("authorization".to_owned(), format!("Bearer {token}")));
        }
        headers
    }

    /// Reads and moves the clock of the world while a call waits for it.
    fn clock_caller(&self) -> Option<Prepared> {
        self.prepare(&HttpCall::get(Api::Control, "/v1/clock")).ok()
    }
}

/// Makes a call, on a connection that is open or on a new one; the connection comes back if it can
/// be used again.
pub(super) async fn call_once(
    kept: Option<Connection>,
    call: Prepared,
) -> (Result<HttpReply, TargetProblem>, Option<Connection>) {
    let (reply, connection) = call.client.call(kept, &call.address, call.request).await;
    (read(reply), connection)
}

/// The reply with the body as it is meant.
fn read(reply: Result<Reply, CallError>) -> Result<HttpReply, TargetProblem> {
    let reply = reply.map_err(|error| TargetProblem::NoReply(error.to_string()))?;
    let body = reply.content().map_err(TargetProblem::NoReply)?.into_owned();
    Ok(HttpReply { status: reply.status(), body })
}

/// Waits for work, but not beyond its time nor beyond an interruption.
pub(super) async fn in_time<T>(
    time: Duration,
    stop: &Stop,
    work: impl Future<Output = T>,
) -> Result<T, TargetProblem> {
    let interrupted = async {
        while !stop.is_interrupted() {
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    };
    tokio::select! {
        biased;
        done = work => Ok(done),
        () = tokio::time::sleep(time) => Err(TargetProblem::TimedOut(time)),
        () = interrupted => Err(TargetProblem::NoReply("the run was interrupted".to_owned())),
    }
}
