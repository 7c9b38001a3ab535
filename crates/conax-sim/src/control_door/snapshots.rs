//! Snapshots of a world: take, list, bring back and remove them.

use std::sync::Arc;

use conax_contract::control::{Problem, RestoreBody, SnapshotBody, SnapshotView, SnapshotsView};
use conax_contract::world::WorldSpec;

use crate::control_door::convert::{date, queue_view};
use crate::control_door::reply::Reply;
use crate::control_door::worlds::{parsed, refused};
use crate::snapshot::{SNAPSHOT_LIMIT, Snapshot};
use crate::worlds::Worlds;

/// The snapshots a world keeps.
pub(super) fn list(worlds: &Worlds, name: &str) -> Result<Reply, Problem> {
    let world = worlds.known(name).map_err(refused)?;
    let kept = world.snapshots.all();
    let views = kept
        .iter()
        .map(|(name, snapshot)| view(Some(name), snapshot));
    Ok(Reply::json(&SnapshotsView {
        snapshots: views.collect(),
        limit: SNAPSHOT_LIMIT,
    }))
}

/// Keeps the world as it is now.
pub(super) async fn take(worlds: &Worlds, name: &str, body: &[u8]) -> Result<Reply, Problem> {
    let SnapshotBody { name: wanted } = parsed(body)?;
    let world = worlds.known(name).map_err(refused)?;
    check_name(&wanted)?;
    let snapshot = Arc::new(world.take_snapshot().await);
    let view = view(Some(&wanted), &snapshot);
    let before = world.snapshots.keep(&wanted, snapshot);
    let before = before.map_err(|full| {
        let detail = format!("{full}: `DELETE /v1/worlds/{name}/snapshots/SNAPSHOT`");
        Problem::new(409, "too many snapshots", detail)
    })?;
    Ok(match before {
        None => Reply::created_json(&view),
        Some(_) => Reply::json(&view),
    })
}

/// A snapshot is named like a world.
fn check_name(name: &str) -> Result<(), Problem> {
    match WorldSpec::is_name(name) {
        true => Ok(()),
        false => {
            let detail = "`as`: a snapshot's name has 1 to 64 letters, digits, `-`, `_` and `.`";
            Err(Problem::new(422, "body not valid", detail))
        }
    }
}

/// Brings a world back to what it was.
pub(super) async fn restore(worlds: &Worlds, name: &str, body: &[u8]) -> Result<Reply, Problem> {
    let RestoreBody { from } = parsed(body)?;
    let world = worlds.known(name).map_err(refused)?;
    let snapshot = world.snapshots.find(&from);
    let snapshot = snapshot.ok_or_else(|| unknown(name, &from))?;
    world.restore(&snapshot).await;
    Ok(Reply::json(&view(Some(&from), &snapshot)))
}

/// Lets go of a snapshot.
pub(super) fn remove(worlds: &Worlds, name: &str, snapshot: &str) -> Result<Reply, Problem> {
    let world = worlds.known(name).map_err(refused)?;
    match world.snapshots.remove(snapshot) {
        Some(_) => list(worlds, name),
        None => Err(unknown(name, snapshot)),
    }
}

fn unknown(world: &str, snapshot: &str) -> Problem {
    let snapshot: String = snapshot.chars().take(64).collect();
    let detail = format!(
        "the world `{world}` keeps no snapshot `{snapshot}`; `GET /v1/worlds/{world}/snapshots` \
         lists them"
    );
    Problem::new(404, "unknown snapshot", detail)
}

fn view(name: Option<&str>, snapshot: &Snapshot) -> SnapshotView {
    SnapshotView {
        snapshot: name.map(str::to_owned),
        now: date(snapshot.clock()),
        queue: queue_view(snapshot.queue_length()),
        tokens: snapshot.token_count(),
        smartcards: snapshot.smartcard_count(),
        transactions: snapshot.transaction_count(),
    }
}
