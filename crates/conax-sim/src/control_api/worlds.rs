//! The worlds: list, read, make, replace, copy and remove them, start again from them.

use std::sync::Arc;

use axum::http::Method;
use conax_contract::control::{ForkBody, Problem, WorldView, WorldsView, parse_body};
use conax_contract::text;
use conax_contract::world::{Secrets, WorldSpec};
use conax_model::entropy::Seed;
use serde::de::DeserializeOwned;

use crate::clock::parse_clock;
use crate::control_api::reply::Reply;
use crate::control_api::routes::{ControlCall, unknown};
use crate::control_api::snapshots;
use crate::worlds::{Beginning, WorldRefusal, Worlds};

/// Answers a call below `/v1/worlds`.
pub(super) async fn perform(
    worlds: &Arc<Worlds>,
    method: &Method,
    call: &ControlCall,
) -> Result<Reply, Problem> {
    match (method, &call.segments()[2..]) {
        (&Method::GET, []) => Ok(list(worlds)),
        (&Method::GET, [name]) => show(worlds, name),
        (&Method::PUT, [name]) => replace(worlds, name, call).await,
        (&Method::DELETE, [name]) => remove(worlds, name).await,
        (&Method::POST, [name, "reset"]) => reset(worlds, name).await,
        (&Method::POST, [name, "fork"]) => fork(worlds, name, &call.body).await,
        (&Method::GET, [name, "snapshots"]) => snapshots::list(worlds, name),
        (&Method::POST, [name, "snapshot"]) => snapshots::take(worlds, name, &call.body).await,
        (&Method::POST, [name, "restore"]) => snapshots::restore(worlds, name, call).await,
        (&Method::DELETE, [name, "snapshots", one]) => snapshots::remove(worlds, name, one),
        (method, _) => unknown(method, &call.segments()),
    }
}

fn list(worlds: &Worlds) -> Reply {
    Reply::json(&WorldsView {
        main: worlds.main_name().to_owned(),
        worlds: worlds.names(),
        limit: worlds.main().settings.world_limit,
    })
}

fn show(worlds: &Worlds, name: &str) -> Result<Reply, Problem> {
    let world = worlds.known(name).map_err(refused)?.world();
    Ok(Reply::json(&world.outline(Secrets::Masked)))
}

/// Replaces the world of this name by a YAML or JSON text, or makes it.
///
/// Reading a large world takes its time, so it is not done where calls are waited for.
async fn replace(worlds: &Arc<Worlds>, name: &str, call: &ControlCall) -> Result<Reply, Problem> {
    call.only(&["seed", "clock"])?;
    let beginning = beginning(call)?;
    let body = call.body.clone();
    let reading = tokio::task::spawn_blocking(move || read(&body));
    let mut spec = reading.await.expect("reading a world does not panic")?;
    if spec.name != name {
        let detail = format!("the path names `{name}`, the world calls itself `{}`", spec.name);
        return Err(Problem::new(422, "world not valid", detail));
    }
    // Masked secrets are those of the world that is replaced; a new one has those of the main one.
    let before = worlds.find(name);
    let before = before.as_ref().unwrap_or(worlds.main()).world();
    spec.unmask(&before).map_err(|findings| Problem {
        findings,
        ..Problem::new(
            422,
            "world not valid",
            "masked secrets that the current world does not have",
        )
    })?;
    let view = world_view(&spec);
    let made = worlds.put(spec, beginning).await.map_err(refused)?;
    Ok(match made {
        true => Reply::created_json(&view),
        false => Reply::json(&view),
    })
}

/// How the world is to begin: `seed=7`, `clock=stepped from 2014-11-30T08:59:00`.
fn beginning(call: &ControlCall) -> Result<Beginning, Problem> {
    let not_understood = |detail: String| Problem::new(400, "parameter not understood", detail);
    let mut beginning = Beginning::default();
    if call.parameter("seed").is_some() {
        beginning.seed = Some(Seed(call.number("seed", 0)?));
    }
    if let Some(text) = call.parameter("clock") {
        let (mode, start) = parse_clock(text).map_err(not_understood)?;
        beginning.clock = Some(mode);
        beginning.start = start;
    }
    Ok(beginning)
}

fn read(body: &[u8]) -> Result<WorldSpec, Problem> {
    let source = text::decode(body.to_vec())
        .map_err(|error| Problem::new(400, "world not readable", error.to_string()))?;
    WorldSpec::parse_masked(&source).map_err(|findings| Problem {
        findings: text::render_each("world", &source, &findings),
        ..Problem::new(422, "world not valid", text::counted(findings.len(), "finding"))
    })
}

async fn reset(worlds: &Worlds, name: &str) -> Result<Reply, Problem> {
    let world = worlds.known(name).map_err(refused)?;
    let reset = world.reset_world().await;
    reset.map_err(|problem| refused(problem.into()))?;
    Ok(Reply::json(&world_view(&world.world())))
}

async fn remove(worlds: &Worlds, name: &str) -> Result<Reply, Problem> {
    worlds.remove(name).await.map_err(refused)?;
    Ok(list(worlds))
}

/// Copies a world as it is now under another name.
async fn fork(worlds: &Worlds, name: &str, body: &[u8]) -> Result<Reply, Problem> {
    let ForkBody { to } = parsed(body)?;
    let world = worlds.known(name).map_err(refused)?;
    let snapshot = world.take_snapshot().await;
    let copy = worlds.make_from(snapshot, &to).await.map_err(refused)?;
    Ok(Reply::created_json(&world_view(&copy.world())))
}

/// The body of a call, or which member of it is wrong.
pub(super) fn parsed<B: DeserializeOwned>(body: &[u8]) -> Result<B, Problem> {
    parse_body(body).map_err(|sentence| Problem::new(422, "body not valid", sentence))
}

/// The problem of a world that cannot be entered, made or removed.
pub(super) fn refused(refusal: WorldRefusal) -> Problem {
    let (status, title) = match &refusal {
        WorldRefusal::BadName(_) | WorldRefusal::TwoNames { .. } => (400, "not a world's name"),
        WorldRefusal::OfPage => (403, "page from elsewhere"),
        WorldRefusal::ManyHeaders(_) => (400, "more than one world"),
        WorldRefusal::Unknown { .. } | WorldRefusal::NotByCall(_) => (404, "unknown world"),
        WorldRefusal::Taken(_) => (409, "world exists"),
        WorldRefusal::TooMany(_) | WorldRefusal::TooManyByCall(_) => (409, "too many worlds"),
        WorldRefusal::IsMain(_) => (409, "main world"),
        WorldRefusal::Contradiction(problem) => {
            return Problem::new(422, "world not valid", problem.sentence.as_str());
        }
    };
    Problem::new(status, title, refusal.to_string())
}

fn world_view(spec: &WorldSpec) -> WorldView {
    WorldView {
        world: spec.name.clone(),
        smartcards: spec.cas.smartcards.len(),
        subscriptions: spec.subscriptions.len(),
        provisioning_requests: spec.provisioning_requests.len(),
    }
}
