//! The world: read it, replace it, start again from it.

use std::sync::Arc;

use axum::body::Bytes;
use conax_contract::control::{Problem, WorldView, WorldsView};
use conax_contract::text::{self, Finding};
use conax_contract::world::{Secrets, WorldSpec};

use crate::control_door::reply::Reply;
use crate::shared::Shared;
use crate::world::WorldProblem;

pub(super) fn list(shared: &Shared) -> Reply {
    Reply::json(&WorldsView {
        worlds: vec![shared.world().name.clone()],
    })
}

pub(super) fn show(shared: &Shared, name: &str) -> Result<Reply, Problem> {
    let world = known(shared, name)?;
    Ok(Reply::json(&world.outline(Secrets::Masked)))
}

/// Replaces the world by a YAML or JSON text; its name is the one in the path.
///
/// Reading a large world takes its time, so it is not done where calls are waited for.
pub(super) async fn replace(shared: &Shared, name: &str, body: &Bytes) -> Result<Reply, Problem> {
    let body = body.clone();
    let reading = tokio::task::spawn_blocking(move || read(&body));
    let mut spec = reading.await.expect("reading a world does not panic")?;
    if spec.name != name {
        let detail = format!(
            "the path names `{name}`, the world calls itself `{}`",
            spec.name
        );
        return Err(Problem::new(422, "world not valid", detail));
    }
    spec.unmask(&shared.world()).map_err(|findings| Problem {
        findings,
        ..Problem::new(
            422,
            "world not valid",
            "masked secrets that the current world does not have",
        )
    })?;
    let view = world_view(&spec);
    shared.replace_world(spec).await.map_err(contradiction)?;
    Ok(Reply::json(&view))
}

fn read(body: &[u8]) -> Result<WorldSpec, Problem> {
    let source = std::str::from_utf8(body)
        .map_err(|error| Problem::new(400, "world not readable", error.to_string()))?;
    WorldSpec::parse_masked(source).map_err(|findings| Problem {
        findings: findings
            .iter()
            .map(|finding| rendered(source, finding))
            .collect(),
        ..Problem::new(
            422,
            "world not valid",
            format!("{} findings", findings.len()),
        )
    })
}

pub(super) async fn reset(shared: &Shared, name: &str) -> Result<Reply, Problem> {
    let world = known(shared, name)?;
    shared.reset_world().await.map_err(contradiction)?;
    Ok(Reply::json(&world_view(&world)))
}

fn rendered(source: &str, finding: &Finding) -> String {
    text::render("world", source, std::slice::from_ref(finding))
}

fn contradiction(problem: WorldProblem) -> Problem {
    Problem::new(422, "world not valid", problem.sentence)
}

fn known(shared: &Shared, name: &str) -> Result<Arc<WorldSpec>, Problem> {
    let world = shared.world();
    if world.name == name {
        return Ok(world);
    }
    let detail = format!(
        "there is no world `{name}`; the one in force is `{}`",
        world.name
    );
    Err(Problem::new(404, "unknown world", detail))
}

fn world_view(spec: &WorldSpec) -> WorldView {
    WorldView {
        world: spec.name.clone(),
        smartcards: spec.cas.smartcards.len(),
        subscriptions: spec.subscriptions.len(),
        provisioning_requests: spec.provisioning_requests.len(),
    }
}
