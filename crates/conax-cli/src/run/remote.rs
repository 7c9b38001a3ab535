//! A target at addresses: anything that serves the API, and more of what scenarios need if it is a
//! conax-sim with a control API.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::ArgMatches;
use conax_contract::text::{parse_moment, render_moment};
use conax_contract::world::{Secrets as WorldSecrets, WorldSpec};
use conax_scenario::document::{Api, Scenario};
use conax_scenario::run::Stop;
use conax_scenario::target::{
    Ending, HttpCall, HttpReply, Refusal, Target, TargetProblem, Theatre,
};
use conax_scenario::verify::is_provisioning_api;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::HOST;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Barrier;

use crate::run::in_process::ending;
use crate::run::passing::{Unanswered, let_time_pass};
use crate::run::secret::Secrets;

/// How soon an interruption is noticed while a call waits.
const GLANCE: Duration = Duration::from_millis(50);

/// Where the APIs of a target are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Addresses {
    /// The provisioning API.
    pub(crate) crm: String,
    control: Option<String>,
    cas: Option<String>,
    control_token_file: Option<String>,
}

impl Addresses {
    /// What the flags name, if they name a target.
    pub(crate) fn of(matches: &ArgMatches) -> Result<Option<Self>, String> {
        // Not every verb that has a target knows all of its APIs.
        let text = |name: &str| matches.try_get_one::<String>(name).ok().flatten().cloned();
        let Some(crm) = text("target") else {
            return Ok(None);
        };
        let addresses = Self {
            crm,
            control: text("control"),
            cas: text("cas"),
            control_token_file: text("control-token-file"),
        };
        addresses.checked().map(Some)
    }

    /// A provisioning API and its control API.
    ///
    /// # Errors
    /// A sentence on the first that is no address.
    pub(crate) fn at(crm: &str, control: Option<String>) -> Result<Self, String> {
        let addresses = Self { crm: crm.to_owned(), control, cas: None, control_token_file: None };
        addresses.checked()
    }

    fn checked(self) -> Result<Self, String> {
        let urls = [Some(&self.crm), self.control.as_ref(), self.cas.as_ref()];
        for url in urls.into_iter().flatten() {
            Place::parse(url)?;
        }
        Ok(self)
    }

    /// A sentence on the first address at which nobody answers.
    pub(crate) fn problem(&self) -> Option<String> {
        let urls = [Some(&self.crm), self.control.as_ref(), self.cas.as_ref()];
        let mut urls = urls.into_iter().flatten();
        urls.find_map(|url| Place::parse(url).ok()?.problem(url))
    }

    /// The first look, before anything is played: a sentence if nobody answers at one of the
    /// addresses, or in this time, or if what answers is not the provisioning API. Nothing if it was
    /// stopped: then nothing is known.
    pub(crate) fn look(&self, timeout: Duration, stop: &Arc<Stop>) -> Option<String> {
        if let Some(problem) = self.problem() {
            return Some(problem);
        }
        let looked = api_target(self.clone(), timeout, Arc::clone(stop))
            .and_then(|mut target| is_provisioning_api(target.as_mut()));
        looked
            .err()
            .filter(|_| !stop.is_interrupted())
            .map(|problem| format!("{}: {problem}", self.crm))
    }

    /// Whether there is a control API.
    pub(crate) const fn has_control(&self) -> bool {
        self.control.is_some()
    }

    /// The control API.
    pub(crate) fn control(&self) -> Option<&str> {
        self.control.as_deref()
    }

    /// A provisioning API alone.
    pub(crate) fn of_api(url: &str) -> Result<Self, String> {
        Place::parse(url)?;
        Ok(Self {
            crm: url.trim_end_matches('/').to_owned(),
            control: None,
            cas: None,
            control_token_file: None,
        })
    }

    fn of_door(&self, door: Api) -> Option<&String> {
        match door {
            Api::Crm => Some(&self.crm),
            Api::Cas => self.cas.as_ref(),
            Api::Control => self.control.as_ref(),
        }
    }
}

/// An address in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The name or number of the machine.
    pub(crate) host: String,
    /// The port.
    pub(crate) port: u16,
    /// What comes before the paths of the API, without a slash at its end.
    pub(crate) prefix: String,
}

impl Place {
    /// Reads an address such as `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// A sentence on what is wrong with it.
    pub(crate) fn parse(url: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("`{url}` is no address of a target: {why}");
        let rest = url.strip_prefix("http://").ok_or_else(|| {
            wrong("expected http://HOST:PORT; put a proxy in front of an https target")
        })?;
        let (authority, path) = match rest.split_once('/') {
            Some((authority, path)) => (authority, format!("/{path}")),
            None => (rest, String::new()),
        };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().map_err(|_| wrong("the port is no number"))?),
            None => (authority, 80),
        };
        if host.is_empty() {
            return Err(wrong("it names no host"));
        }
        Ok(Self { host: host.to_owned(), port, prefix: path.trim_end_matches('/').to_owned() })
    }
}

/// How a sentence on a target begins at which nobody answers.
pub(crate) const UNREACHABLE: &str = "nothing answers at ";

/// How long a target may take to take a connection.
const LOOK: Duration = Duration::from_secs(5);

impl Place {
    /// Why nobody can be called there, if that is so.
    fn problem(&self, url: &str) -> Option<String> {
        use std::net::{TcpStream, ToSocketAddrs};
        let because = |error: std::io::Error| Some(format!("{UNREACHABLE}{url}: {error}"));
        let host = self.host.trim_matches(['[', ']']);
        let mut places = match (host, self.port).to_socket_addrs() {
            Ok(places) => places.peekable(),
            Err(error) => return because(error),
        };
        let mut last = None;
        places.peek()?;
        for place in places {
            match TcpStream::connect_timeout(&place, LOOK) {
                Ok(_) => return None,
                Err(error) => last = Some(error),
            }
        }
        last.and_then(because)
    }
}

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

impl Theatre for Remote {
    fn open(&self, scenario: &Scenario) -> Result<Box<dyn Target>, Refusal> {
        let has_control = self.addresses.control.is_some();
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

type Connection = SendRequest<Full<Bytes>>;

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
            door: Api::Control,
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
            let slot = slot(call.door);
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
                let door = call.door;
                tasks.push(tokio::spawn(async move {
                    let request = request?;
                    let connection = connect(&request.place).await;
                    connected.wait().await;
                    let (reply, _) = sent_on(connection, &request).await;
                    unanswered.answered(door);
                    reply
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

    fn has(&self, door: Api) -> bool {
        self.addresses.of_door(door).is_some()
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

const fn slot(door: Api) -> usize {
    match door {
        Api::Crm => 0,
        Api::Cas => 1,
        Api::Control => 2,
    }
}

/// A call that is ready to be sent, and where to.
#[derive(Clone)]
pub(super) struct Prepared {
    pub(super) place: Place,
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Bytes,
}

impl RemoteTarget {
    fn prepare(&self, call: &HttpCall) -> Result<Prepared, TargetProblem> {
        let url = self.addresses.of_door(call.door).ok_or_else(|| {
            TargetProblem::NoReply(format!("the target has no {} API", call.door.name()))
        })?;
        let place = Place::parse(url).map_err(TargetProblem::NoReply)?;
        let mut headers = call.headers.clone();
        headers.extend(self.own_headers(call.door));
        Ok(Prepared {
            target: format!("{}{}", place.prefix, call.target),
            place,
            method: call.method.clone(),
            headers,
            body: Bytes::from(call.body.clone()),
        })
    }

    fn own_headers(&self, door: Api) -> Vec<(String, String)> {
        let mut headers = Vec::new();
        if let Some(world) = &self.world {
            headers.push((conax_sim::worlds::WORLD_HEADER.to_string(), world.clone()));
        }
        if let (Api::Control, Some(token)) = (door, &self.control_token) {
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
    if let Some(mut connection) = kept
        && connection.ready().await.is_ok()
    {
        match exchange_on(&mut connection, &call).await {
            Ok(reply) => return (Ok(reply), Some(connection)),
            // It was closed while nobody used it: nothing was read of the call. Only what
            // changes nothing is sent again.
            Err(Broken::Unsent) => {}
            Err(Broken::Sent(_)) if call.method == "GET" => {}
            Err(Broken::Sent(why)) => return (Err(TargetProblem::NoReply(why)), None),
        }
    }
    let connection = connect(&call.place).await;
    sent_on(connection, &call).await
}

/// Makes a call on a connection that is new.
async fn sent_on(
    connection: Result<Connection, TargetProblem>,
    call: &Prepared,
) -> (Result<HttpReply, TargetProblem>, Option<Connection>) {
    match connection {
        Ok(mut connection) => match exchange_on(&mut connection, call).await {
            Ok(reply) => (Ok(reply), Some(connection)),
            Err(Broken::Sent(why)) => (Err(TargetProblem::NoReply(why)), None),
            Err(Broken::Unsent) => {
                let why = "the target closed the connection".to_owned();
                (Err(TargetProblem::NoReply(why)), None)
            }
        },
        Err(problem) => (Err(problem), None),
    }
}

async fn connect(place: &Place) -> Result<Connection, TargetProblem> {
    let no_reply = |error: &dyn std::fmt::Display| {
        TargetProblem::NoReply(format!("{}:{}: {error}", place.host, place.port))
    };
    let stream = TcpStream::connect((place.host.as_str(), place.port))
        .await
        .map_err(|error| no_reply(&error))?;
    let _ = stream.set_nodelay(true);
    let (connection, driver) =
        handshake(TokioIo::new(stream)).await.map_err(|error| no_reply(&error))?;
    tokio::spawn(driver);
    Ok(connection)
}

enum Broken {
    Unsent,
    Sent(String),
}

async fn exchange_on(connection: &mut Connection, call: &Prepared) -> Result<HttpReply, Broken> {
    let mut request = hyper::Request::builder()
        .method(call.method.as_str())
        .uri(&call.target)
        .header(HOST, format!("{}:{}", call.place.host, call.place.port));
    for (name, value) in &call.headers {
        request = request.header(name, value);
    }
    let request = request
        .body(Full::new(call.body.clone()))
        .map_err(|error| Broken::Sent(format!("this is no HTTP call: {error}")))?;
    let response =
        connection.send_request(request).await.map_err(|error| match error.is_canceled() {
            true => Broken::Unsent,
            false => Broken::Sent(with_causes(&error)),
        })?;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await;
    let body = body
        .map_err(|error| Broken::Sent(format!("the answer broke off: {}", with_causes(&error))))?;
    Ok(HttpReply { status, body: body.to_bytes().to_vec() })
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

/// Waits for work, but not beyond its time nor beyond an interruption.
pub(super) async fn in_time<T>(
    time: Duration,
    stop: &Stop,
    work: impl Future<Output = T>,
) -> Result<T, TargetProblem> {
    let interrupted = async {
        while !stop.is_interrupted() {
            tokio::time::sleep(GLANCE).await;
        }
    };
    tokio::select! {
        biased;
        done = work => Ok(done),
        () = tokio::time::sleep(time) => Err(TargetProblem::TimedOut(time)),
        () = interrupted => Err(TargetProblem::NoReply("the run was interrupted".to_owned())),
    }
}
