//! What the control API offers, and who may use it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Response, StatusCode, header};
use conax_contract::control::{
    ControlEntry, ControlTarget, EntriesView, EntryView, HealthView, Problem, QueueView, ReadyView,
    VersionView,
};

use crate::clock::{Activity, idle};
use crate::control_api::convert::{date, run_view};
use crate::control_api::guard::{check_caller, check_type};
use crate::control_api::reply::Reply;
use crate::control_api::{
    clock, description, faults, queries, reconciliation, try_call, utilities, worlds,
};
use crate::dispatch::run_once;
use crate::http_server::{
    BodyRefusal, CONTENT_CODINGS, ConnectionControl, check_head, forget_body, read_body,
};
use crate::journal::{Ended, Subject, Surface};
use crate::reconciliation::connection_metrics;
use crate::shared::Shared;
use crate::store::{NotKept, answers_what_is_kept};
use crate::worlds::{Maker, WORLD_HEADER, Worlds, named_world};

/// A world and a snapshot may be this many times larger than a call of the API.
const WORLD_FACTOR: usize = 64;

/// The control API as a router.
pub fn router(worlds: Arc<Worlds>) -> Router {
    let store = worlds.store().map(Arc::clone);
    let router = Router::new().fallback(answer).with_state(worlds);
    answers_what_is_kept(router, store.as_ref(), unavailable)
}

/// The answer while nothing is kept.
fn unavailable(failure: &NotKept) -> Response<Body> {
    Reply::from(Problem::new(503, "store fails", failure.to_string())).into_response()
}

/// A call that was read.
pub(super) struct ControlCall {
    target: ControlTarget,
    headers: HeaderMap,
    pub(super) body: Bytes,
}

impl ControlCall {
    /// The parts of the path.
    pub(super) fn segments(&self) -> Vec<&str> {
        self.target.segments.iter().map(String::as_str).collect()
    }

    /// Whether the body says that it is of this type.
    pub(super) fn has_type(&self, wanted: &str) -> bool {
        let found = self.headers.get(header::CONTENT_TYPE);
        let found = found.and_then(|it| it.to_str().ok());
        let found = found.and_then(|it| it.split(';').next());
        found.is_some_and(|it| it.trim().eq_ignore_ascii_case(wanted))
    }

    /// The headers of the call.
    pub(super) const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The value of a query parameter.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let mut query = self.target.query.iter();
        query.find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The API a call asks about; `door` is what the parameter was called before.
    pub(super) fn api(&self) -> Option<&str> {
        self.parameter("api").or_else(|| self.parameter("door"))
    }

    /// A number among the query parameters, or its default.
    pub(super) fn number(&self, name: &str, default: u64) -> Result<u64, Problem> {
        match self.parameter(name) {
            None => Ok(default),
            Some(text) => text.parse().map_err(|_| {
                let detail = format!("`{name}`: found `{text}`, expected a whole number from 0");
                Problem::new(400, "parameter not understood", detail)
            }),
        }
    }

    /// Refuses query parameters that mean nothing here.
    pub(super) fn only(&self, allowed: &[&str]) -> Result<(), Problem> {
        let mut names = self.target.query.iter().map(|(key, _)| key.as_str());
        match names.find(|key| !allowed.contains(key)) {
            None => Ok(()),
            Some(unknown) => {
                let allowed = match allowed {
                    [] => "no parameters".to_owned(),
                    names => names.join(", "),
                };
                let detail = format!("`{unknown}` means nothing here; allowed: {allowed}");
                Err(Problem::new(400, "unknown parameter", detail))
            }
        }
    }
}

async fn answer(State(worlds): State<Arc<Worlds>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let admitted = admit(&worlds, &parts).await;
    let shared = match &admitted {
        Ok(admitted) => Arc::clone(&admitted.world),
        Err(_) => Arc::clone(worlds.main()),
    };
    let activity = shared.clock.activity();
    activity.run(answer_call(&worlds, &shared, admitted, (parts, body))).await
}

async fn answer_call(
    worlds: &Arc<Worlds>,
    shared: &Arc<Shared>,
    admitted: Result<Admitted, Problem>,
    (parts, body): (Parts, Body),
) -> Response<Body> {
    let _under_way = shared.calls.begin();
    let (at, mark) = (shared.clock.now(), shared.clock.mark());
    let mut kept = Bytes::new();
    let reply = match admitted {
        Ok(admitted) => respond(worlds, admitted, &parts, body, &mut kept).await,
        Err(problem) => {
            forget_body(&parts.headers, body);
            Err(problem)
        }
    };
    // What was found is repeated, and may be a secret that stands where none is due.
    let reply = reply.unwrap_or_else(|problem| {
        let secrets = shared.journal.secrets();
        Reply::from(problem.masked(|text| secrets.masked(text).into_owned()))
    });
    shared.journal.record(Ended {
        at,
        surface: Surface::Control,
        method: &parts.method,
        target: parts.uri.path_and_query().map_or("/", |target| target.as_str()),
        http_status: Some(reply.status.as_u16()),
        took: mark.elapsed(),
        subject: Subject::default(),
        call: &kept,
        // Answers hold the journal itself.
        reply: Bytes::new(),
    });
    reply.into_response()
}

/// A call of somebody who may make it, before its body is read.
struct Admitted {
    world: Arc<Shared>,
    target: ControlTarget,
}

/// Finds out who calls about which world; a world is made for nobody who may not come in.
async fn admit(worlds: &Arc<Worlds>, parts: &Parts) -> Result<Admitted, Problem> {
    let main = worlds.main();
    check_head(parts, &main.settings.limits).map_err(|refusal| {
        let title = match refusal.http_status() {
            400 | 501 => "not HTTP",
            _ => "head too large",
        };
        Problem::new(refusal.http_status(), title, refusal.to_string())
    })?;
    let query = parts.uri.query().unwrap_or_default();
    let mut target = ControlTarget::parse(parts.uri.path(), query)?;
    let segments: Vec<&str> = target.segments.iter().map(String::as_str).collect();
    let is_open = entry_at(parts, &segments).is_some_and(ControlEntry::is_open);
    if !is_open {
        if !main.admits(bearer(parts)) {
            let detail = "send `Authorization: Bearer` with the token of the start banner";
            return Err(Problem::new(401, "not authorized", detail));
        }
        let settings = &main.settings;
        check_caller(parts, &settings.host_names, settings.control_token.is_some())?;
    }
    let name = world_named(&mut target, parts)?;
    let world = match name {
        Some(name) => worlds.find_or_make(&name, Maker::Control).await.map_err(worlds::refused)?,
        None => Arc::clone(main),
    };
    Ok(Admitted { world, target })
}

/// The world that the query or the header names, if the entry is about a world at all. The entries
/// below `/v1/worlds` have theirs in the path.
fn world_named(target: &mut ControlTarget, parts: &Parts) -> Result<Option<String>, Problem> {
    let segments: Vec<&str> = target.segments.iter().map(String::as_str).collect();
    let in_path = segments.starts_with(&["v1", "worlds"]);
    let entry = entry_at(parts, &segments);
    let is_about_a_world = entry.is_some_and(ControlEntry::is_about_a_world);
    let in_query = target.take("world");
    if in_path && in_query.is_some() {
        let detail = "`world` means nothing here: the path names the world";
        return Err(Problem::new(400, "unknown parameter", detail));
    }
    if !is_about_a_world {
        return Ok(None);
    }
    match (in_query, named_world(&parts.headers).map_err(worlds::refused)?) {
        (Some(query), Some(header)) if query != header => {
            let detail = format!(
                "the call names two worlds, one as `world` and `{header}` in the header \
                 `{WORLD_HEADER}`; name one"
            );
            Err(Problem::new(400, "two worlds", detail))
        }
        (Some(name), _) => Ok(Some(name)),
        (None, header) => Ok(header.map(str::to_owned)),
    }
}

/// The entry a call is for.
fn entry_at(parts: &Parts, segments: &[&str]) -> Option<&'static ControlEntry> {
    let verb = match parts.method {
        Method::HEAD => "GET",
        _ => parts.method.as_str(),
    };
    let mut entries = ControlEntry::ALL.iter();
    entries.find(|entry| entry.verb == verb && matches_template(entry.path, segments))
}

/// Reads a call and answers it. Only a body whose secrets are known by their names is `kept` for
/// the journal: worlds hold passwords, tokens and PINs in forms of their own.
async fn respond(
    worlds: &Arc<Worlds>,
    admitted: Admitted,
    parts: &Parts,
    body: Body,
    kept: &mut Bytes,
) -> Result<Reply, Problem> {
    let Admitted { world, target } = admitted;
    let body = read(&world, parts, &target, body).await?;
    let mut segments = target.segments.iter().map(String::as_str);
    // It takes a text as it was found in a log, and changes nothing.
    if !segments.clone().eq(["v1", "reproduce"]) {
        check_type(&parts.headers, &body)?;
    }
    if segments.clone().eq(["v1", "provisioning-requests"]) {
        *kept = body.clone();
    }
    let about_worlds = segments.by_ref().take(2).eq(["v1", "worlds"]);
    let call = ControlCall { target, headers: parts.headers.clone(), body };
    // The framework leaves the body of an answer to HEAD away.
    let method = match parts.method {
        Method::HEAD => &Method::GET,
        _ => &parts.method,
    };
    match (method, call.segments().as_slice()) {
        _ if about_worlds => worlds::perform(worlds, method, &call).await,
        (&Method::GET, ["docs"]) => call.only(&[]).map(|()| description::page(worlds)),
        (&Method::GET, ["openapi.json"] | ["v1", "openapi.json"]) => {
            description::document(worlds, &call)
        }
        (&Method::GET, ["v1", "metrics"]) => {
            let reply = perform(&world, method, &call).await?;
            Ok(reply.with_more(&connection_metrics(worlds)))
        }
        (&Method::GET, ["v1", "journal"]) => queries::journal(worlds, &world, &call),
        (&Method::POST, ["v1", "clock", _]) => {
            let moved = perform(&world, method, &call);
            unless_gone(parts.extensions.get(), moved).await
        }
        _ => perform(&world, method, &call).await,
    }
}

/// How long a caller that has closed its side may still wait for its answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Lets time pass for a caller, but not for one that is gone.
///
/// Whoever only says that it sends no more looks as if it were gone, so there is time for an answer
/// that does not take long.
async fn unless_gone(
    connection: Option<&ConnectionControl>,
    moved: impl Future<Output = Result<Reply, Problem>>,
) -> Result<Reply, Problem> {
    let Some(connection) = connection else {
        return moved.await;
    };
    let gone = async {
        connection.closed_by_peer().await;
        tokio::time::sleep(PATIENCE).await;
    };
    tokio::select! {
        biased;
        moved = moved => moved,
        () = gone => {
            let detail = "the caller is gone; what has passed has passed";
            Err(Problem::new(408, "clock stopped on its way", detail))
        }
    }
}

fn bearer(parts: &Parts) -> Option<&str> {
    let header = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// Reads the body of a call that may have one.
async fn read(
    shared: &Shared,
    parts: &Parts,
    target: &ControlTarget,
    body: Body,
) -> Result<Bytes, Problem> {
    let limits = &shared.settings.limits;
    let segments: Vec<&str> = target.segments.iter().map(String::as_str).collect();
    let large = limits.body_bytes.saturating_mul(WORLD_FACTOR);
    let limit = match (&parts.method, segments.as_slice()) {
        (&Method::GET | &Method::HEAD, _) => return Ok(Bytes::new()),
        (&Method::PUT, ["v1", "worlds", ..]) => large,
        (&Method::POST, ["v1", "worlds", _, "restore"]) => large,
        _ => limits.body_bytes,
    };
    idle(read_body(&parts.headers, body, limit, limits.body_time))
        .await
        .map_err(|refusal| unread(refusal, limit))
}

fn unread(refusal: BodyRefusal, limit: usize) -> Problem {
    match refusal {
        BodyRefusal::TooLong => {
            Problem::new(413, "body too large", format!("the limit is {limit} bytes"))
        }
        BodyRefusal::TooSlow => {
            Problem::new(408, "body too slow", "the body did not arrive in time")
        }
        BodyRefusal::Broken => Problem::new(400, "body broken", "the body did not arrive whole"),
        BodyRefusal::ContentCoding(name) => {
            let detail =
                format!("`Content-Encoding: {name}` is not decoded; {CONTENT_CODINGS} are");
            Problem::new(415, "unknown content coding", detail)
        }
        BodyRefusal::NotDecoded(coding) => {
            let detail = format!("the body is not the {coding} that `Content-Encoding` says it is");
            Problem::new(400, "body not decoded", detail)
        }
    }
}

async fn perform(
    shared: &Arc<Shared>,
    method: &Method,
    call: &ControlCall,
) -> Result<Reply, Problem> {
    let segments = call.segments();
    if !takes_parameters(&segments) {
        call.only(&[])?;
    }
    // Nobody sees the head-end before it has done what is due.
    shared.catch_up();
    match (method, segments.as_slice()) {
        (&Method::GET, ["v1"]) => Ok(entries()),
        (&Method::GET, ["v1", "health"]) => Ok(Reply::json(&HealthView { status: "ok" })),
        (&Method::GET, ["v1", "ready"]) => Ok(ready(shared)),
        (&Method::GET, ["v1", "version"]) => Ok(version()),
        (&Method::GET, ["v1", "clock"]) => Ok(clock::show(shared)),
        (&Method::PUT, ["v1", "clock"]) => clock::set(shared, &call.body),
        (&Method::POST, ["v1", "clock", "advance"]) => clock::advance(shared, &call.body).await,
        (&Method::POST, ["v1", "clock", "settle"]) => clock::settle(shared, &call.body).await,
        (&Method::GET, ["v1", "runs"]) => {
            let length = shared.crm().book.queue_length();
            Ok(Reply::json(&QueueView::from(&length)))
        }
        (&Method::POST, ["v1", "runs"]) => Ok(run(shared).await),
        (&Method::POST, ["v1", "provisioning-requests"]) => {
            utilities::create(shared, &call.body).await
        }
        (&Method::POST, ["v1", "try"]) => try_call::make(shared, call).await,
        (_, ["v1", "faults" | "presets" | "reproduce", ..]) => fault_plan(shared, method, call),
        (_, ["v1", "ledger" | "drift" | "requests" | "metrics", ..]) => {
            take_stock(shared, method, call).await
        }
        (&Method::GET, ["v1", "cas", what]) => queries::cas(shared, what, call),
        (&Method::GET, ["v1", "cas", "smartcards", id]) => queries::smartcard(shared, id, call),
        (method, segments) => unknown(method, segments),
    }
}

/// Whether an entry says itself which parameters it takes. A probe may add to its call what it likes.
fn takes_parameters(segments: &[&str]) -> bool {
    matches!(
        segments,
        ["v1", "health" | "ready" | "journal" | "ledger" | "faults"]
            | ["v1", "cas", ..]
            | ["v1", "requests", _, "why"]
    )
}

fn fault_plan(shared: &Shared, method: &Method, call: &ControlCall) -> Result<Reply, Problem> {
    let segments = call.segments();
    match (method, segments.as_slice()) {
        (&Method::GET, ["v1", "presets"]) => Ok(faults::presets()),
        (&Method::POST, ["v1", "reproduce"]) => faults::reproduced(&call.body),
        (&Method::GET, ["v1", "faults"]) => call.only(&[]).map(|()| faults::list(shared)),
        (&Method::POST, ["v1", "faults"]) => faults::add(shared, call),
        (&Method::DELETE, ["v1", "faults"]) => call.only(&[]).map(|()| faults::clear(shared)),
        (&Method::POST, ["v1", "faults", "dry-run"]) => faults::dry_run(shared, &call.body),
        (&Method::GET, ["v1", "faults", rule]) => faults::show(shared, rule),
        (&Method::PATCH, ["v1", "faults", rule]) => faults::change(shared, rule, &call.body),
        (&Method::DELETE, ["v1", "faults", rule]) => faults::remove(shared, rule),
        (method, segments) => unknown(method, segments),
    }
}

async fn take_stock(
    shared: &Arc<Shared>,
    method: &Method,
    call: &ControlCall,
) -> Result<Reply, Problem> {
    let segments = call.segments();
    match (method, segments.as_slice()) {
        (&Method::GET, ["v1", "ledger"]) => reconciliation::show_ledger(shared, call),
        (&Method::GET, ["v1", "ledger", "file"]) => Ok(reconciliation::ledger_file(shared)),
        (&Method::GET, ["v1", "drift"]) => reconciliation::show_drift(shared),
        (&Method::POST, ["v1", "drift", "heal"]) => reconciliation::heal_drift(shared).await,
        (&Method::GET, ["v1", "requests", number, "why"]) => {
            reconciliation::tell_why(shared, number, call)
        }
        (&Method::GET, ["v1", "metrics"]) => Ok(reconciliation::show_metrics(shared)),
        (method, segments) => unknown(method, segments),
    }
}

fn entries() -> Reply {
    let entries = ControlEntry::ALL.iter().map(|entry| EntryView {
        verb: entry.verb,
        path: entry.path,
        summary: entry.summary,
    });
    Reply::json(&EntriesView { entries: entries.collect() })
}

fn ready(shared: &Shared) -> Reply {
    let closing = shared.closing.load(Ordering::Relaxed);
    let failure = shared.store().and_then(|store| store.failure());
    let view = ReadyView {
        status: match (closing, &failure) {
            (true, _) => "closing",
            (false, Some(_)) => "store fails",
            (false, None) => "ready",
        },
        because: failure.as_ref().map(ToString::to_string),
        now: date(shared.clock.now()),
        world: shared.world().name.clone(),
        seed: shared.settings.seed.0,
        queue: QueueView::from(&shared.crm().book.queue_length()),
    };
    let is_ready = !closing && failure.is_none();
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    Reply { status, ..Reply::json(&view) }
}

fn version() -> Reply {
    Reply::json(&VersionView { name: "conax-sim", version: env!("CARGO_PKG_VERSION") })
}

/// A processing run on a task of its own: a caller that hangs up does not stop it.
async fn run(shared: &Arc<Shared>) -> Reply {
    let runner = Arc::clone(shared);
    let activity = Activity::current().unwrap_or_else(|| shared.clock.activity());
    let running = async move { run_once(&runner).await };
    let report = tokio::spawn(activity.run(running)).await;
    let report = report.expect("a processing run does not panic");
    Reply::json(&run_view(&report, shared.crm().book.queue_length()))
}

/// Says whether the path is wrong, or only the verb.
pub(super) fn unknown(method: &Method, segments: &[&str]) -> Result<Reply, Problem> {
    let path = format!("/{}", segments.join("/"));
    let verbs: Vec<&str> = ControlEntry::ALL
        .iter()
        .filter(|entry| matches_template(entry.path, segments))
        .map(|entry| entry.verb)
        .collect();
    if verbs.is_empty() {
        let detail = format!("there is nothing at `{path}`; `GET /v1` lists what there is");
        return Err(Problem::new(404, "unknown path", detail));
    }
    let detail = format!("`{path}` takes {}; found {method}", verbs.join(", "));
    let also = verbs.contains(&"GET").then_some("HEAD");
    let allow: Vec<&str> = verbs.into_iter().chain(also).collect();
    Ok(Reply { allow: Some(allow.join(", ")), ..Problem::new(405, "wrong verb", detail).into() })
}

fn matches_template(template: &str, segments: &[&str]) -> bool {
    let template: Vec<&str> = template.split('/').skip(1).collect();
    template.len() == segments.len()
        && template.iter().zip(segments).all(|(part, found)| part.starts_with('{') || part == found)
}
