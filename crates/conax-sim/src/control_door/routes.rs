//! What the control door offers, and who may use it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Response, StatusCode, header};
use conax_contract::control::{
    ControlEntry, EntriesView, EntryView, HealthView, Problem, ReadyView, VersionView,
};

use crate::control_door::convert::{date, queue_view, run_view};
use crate::control_door::reply::Reply;
use crate::control_door::{queries, utilities, worlds};
use crate::dispatch::run_once;
use crate::doorway::{BodyRefusal, read_body};
use crate::journal::{Ended, Subject, Surface};
use crate::shared::Shared;

/// The control door as a router.
pub fn router(shared: Arc<Shared>) -> Router {
    Router::new().fallback(answer).with_state(shared)
}

/// A call that was read.
pub(super) struct ControlCall<'a> {
    pub(super) query: Vec<(&'a str, &'a str)>,
    pub(super) body: &'a [u8],
}

impl ControlCall<'_> {
    /// The value of a query parameter.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| *value)
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
        match self.query.iter().find(|(key, _)| !allowed.contains(key)) {
            None => Ok(()),
            Some((unknown, _)) => {
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

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let (at, mark) = (shared.clock.now(), shared.clock.mark());
    let (parts, body) = request.into_parts();
    let limits = shared.settings.limits;
    // A world may be larger than a call of the API.
    let limit = limits.body_bytes.saturating_mul(64);
    let read = read_body(body, limit, limits.body_time).await;
    let call = read.as_ref().cloned().unwrap_or_default();
    let reply = match read {
        Ok(body) => admit(&shared, &parts, &body).await,
        Err(refusal) => unread(refusal, limit).into(),
    };
    let status = reply.status;
    shared.journal.record(Ended {
        at,
        surface: Surface::Control,
        method: &parts.method,
        target: parts
            .uri
            .path_and_query()
            .map_or("/", |target| target.as_str()),
        http_status: Some(status.as_u16()),
        took: mark.elapsed(),
        subject: Subject::default(),
        // Worlds hold passwords, tokens and PINs in forms of their own; answers hold the journal.
        call: if parts.uri.path().starts_with("/v1/worlds") {
            &[]
        } else {
            &call
        },
        reply: Bytes::new(),
    });
    let mut response = reply.into_response();
    if status == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Bearer realm=\"conax-sim control\"");
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
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
    }
}

async fn admit(shared: &Arc<Shared>, parts: &Parts, body: &[u8]) -> Reply {
    let header = parts
        .headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let bearer = header.and_then(|header| {
        let (scheme, token) = header.split_once(' ')?;
        scheme
            .eq_ignore_ascii_case("bearer")
            .then_some(token.trim())
    });
    // Probes have no token; what they learn is that the process is there.
    let probe = matches!(parts.uri.path(), "/v1/health");
    if !probe && !shared.admits(bearer) {
        let detail = "send `Authorization: Bearer` with the token of the start banner";
        return Problem::new(401, "not authorized", detail).into();
    }
    let call = ControlCall {
        query: query_of(parts),
        body,
    };
    respond(shared, parts, &call)
        .await
        .unwrap_or_else(Reply::from)
}

fn query_of(parts: &Parts) -> Vec<(&str, &str)> {
    let query = parts.uri.query().unwrap_or_default();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .collect()
}

async fn respond(
    shared: &Arc<Shared>,
    parts: &Parts,
    call: &ControlCall<'_>,
) -> Result<Reply, Problem> {
    let path = parts.uri.path().trim_end_matches('/');
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    match (&parts.method, segments.as_slice()) {
        (&Method::GET, ["v1"]) => Ok(entries()),
        (&Method::GET, ["v1", "health"]) => Ok(Reply::json(&HealthView { status: "ok" })),
        (&Method::GET, ["v1", "ready"]) => Ok(ready(shared)),
        (&Method::GET, ["v1", "version"]) => Ok(version()),
        (&Method::GET, ["v1", "worlds"]) => Ok(worlds::list(shared)),
        (&Method::GET, ["v1", "worlds", name]) => worlds::show(shared, name),
        (&Method::PUT, ["v1", "worlds", name]) => worlds::replace(shared, name, call.body).await,
        (&Method::POST, ["v1", "worlds", name, "reset"]) => worlds::reset(shared, name).await,
        (&Method::GET, ["v1", "runs"]) => {
            Ok(Reply::json(&queue_view(shared.crm().book.queue_length())))
        }
        (&Method::POST, ["v1", "runs"]) => Ok(run(shared).await),
        (&Method::POST, ["v1", "provisioning-requests"]) => {
            utilities::create(shared, call.body).await
        }
        (&Method::GET, ["v1", "journal"]) => queries::journal(shared, call),
        (&Method::GET, ["v1", "cas", what]) => queries::cas(shared, what, call),
        (&Method::GET, ["v1", "cas", "smartcards", id]) => queries::smartcard(shared, id, call),
        _ => Err(unknown(parts)),
    }
}

fn entries() -> Reply {
    let entries = ControlEntry::ALL.iter().map(|entry| EntryView {
        verb: entry.verb,
        path: entry.path,
        summary: entry.summary,
    });
    Reply::json(&EntriesView {
        entries: entries.collect(),
    })
}

fn ready(shared: &Shared) -> Reply {
    let closing = shared.closing.load(Ordering::Relaxed);
    let view = ReadyView {
        status: if closing { "closing" } else { "ready" },
        now: date(shared.clock.now()),
        world: shared.world().name.clone(),
        seed: shared.settings.seed.0,
        queue: queue_view(shared.crm().book.queue_length()),
    };
    let status = if closing {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::OK
    };
    Reply {
        status,
        ..Reply::json(&view)
    }
}

fn version() -> Reply {
    Reply::json(&VersionView {
        name: "conax-sim",
        version: env!("CARGO_PKG_VERSION"),
    })
}

/// A processing run on a task of its own: a caller that hangs up does not stop it.
async fn run(shared: &Arc<Shared>) -> Reply {
    let runner = Arc::clone(shared);
    let report = tokio::spawn(async move { run_once(&runner).await }).await;
    let report = report.expect("a processing run does not panic");
    Reply::json(&run_view(&report, shared.crm().book.queue_length()))
}

/// Says whether the path is wrong, or only the verb.
fn unknown(parts: &Parts) -> Problem {
    let path = parts.uri.path().trim_end_matches('/');
    let verbs: Vec<&str> = ControlEntry::ALL
        .iter()
        .filter(|entry| matches_template(entry.path, path))
        .map(|entry| entry.verb)
        .collect();
    match verbs.as_slice() {
        [] => Problem::new(
            404,
            "unknown path",
            format!("there is nothing at `{path}`; `GET /v1` lists what there is"),
        ),
        verbs => Problem::new(
            405,
            "wrong verb",
            format!(
                "`{path}` takes {}; found {}",
                verbs.join(", "),
                parts.method
            ),
        ),
    }
}

fn matches_template(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) =
        (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template
            .iter()
            .zip(path)
            .all(|(part, found)| part.starts_with('{') || *part == found)
}
