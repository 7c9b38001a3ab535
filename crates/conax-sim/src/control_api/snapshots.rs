//! Snapshots of a world: take, list, bring back and remove them.

use std::sync::Arc;

use axum::body::Bytes;
use conax_contract::control::{
    Problem, QueueView, RestoreBody, SNAPSHOT_TYPE, SnapshotBody, SnapshotView, SnapshotsView,
};
use conax_contract::world::WorldSpec;

use crate::control_api::convert::date;
use crate::control_api::reply::Reply;
use crate::control_api::routes::ControlCall;
use crate::control_api::worlds::{parsed, refused};
use crate::shared::Shared;
use crate::snapshot::{SNAPSHOT_LIMIT, Snapshot};
use crate::worlds::{Maker, Worlds};

/// The snapshots a world keeps.
pub(super) fn list(worlds: &Worlds, name: &str) -> Result<Reply, Problem> {
    let world = worlds.known(name).map_err(refused)?;
    let kept = world.snapshots.all();
    let views = kept.iter().map(|(name, snapshot)| view(Some(name), snapshot));
    Ok(Reply::json(&SnapshotsView { snapshots: views.collect(), limit: SNAPSHOT_LIMIT }))
}

/// Keeps the world as it is now, or answers it as a file.
pub(super) async fn take(worlds: &Worlds, name: &str, body: &[u8]) -> Result<Reply, Problem> {
    let SnapshotBody { name: wanted, file } = parsed(body)?;
    let world = worlds.known(name).map_err(refused)?;
    match &wanted {
        Some(wanted) => check_name(wanted)?,
        None if file => {}
        None => {
            let detail = "give the snapshot a name with `as`, or ask for a file with `file`";
            return Err(Problem::new(422, "body not valid", detail));
        }
    }
    let snapshot = Arc::new(world.take_snapshot().await);
    let before = match &wanted {
        Some(wanted) => keep(&world, name, wanted, &snapshot)?,
        None => None,
    };
    if file {
        let key = world.settings.snapshot_key.clone();
        let writing = tokio::task::spawn_blocking(move || snapshot.to_file(&key));
        let file = writing.await.expect("writing a snapshot does not panic");
        return Ok(Reply::file(SNAPSHOT_TYPE, file));
    }
    let view = view(wanted.as_deref(), &snapshot);
    Ok(match before {
        None => Reply::created_json(&view),
        Some(_) => Reply::json(&view),
    })
}

/// Keeps a snapshot; the one that had its name, if any.
fn keep(
    world: &Shared,
    name: &str,
    wanted: &str,
    snapshot: &Arc<Snapshot>,
) -> Result<Option<Arc<Snapshot>>, Problem> {
    let before = world.keep_snapshot(wanted, snapshot);
    before.map_err(|full| {
        let detail = format!("{full}: `DELETE /v1/worlds/{name}/snapshots/SNAPSHOT`");
        Problem::new(409, "too many snapshots", detail)
    })
}

/// A snapshot is named like a world.
fn check_name(name: &str) -> Result<(), Problem> {
    match WorldSpec::is_name(name) {
        true => Ok(()),
        false => {
            let detail = "`as`: a snapshot's name has 1 to 64 letters, digits, `-`, `_` and `.`, and \
                          is not `.` or `..`";
            Err(Problem::new(422, "body not valid", detail))
        }
    }
}

/// Brings a world back to what it was: to a snapshot it keeps, or to the file of the body. A file
/// makes the world if there is none of this name.
pub(super) async fn restore(
    worlds: &Arc<Worlds>,
    name: &str,
    call: &ControlCall,
) -> Result<Reply, Problem> {
    if call.has_type(SNAPSHOT_TYPE) {
        let snapshot = read(worlds.main(), &call.body).await?;
        let world = worlds.find_or_make(name, Maker::Control).await.map_err(refused)?;
        worlds.keep(name);
        world.restore(&snapshot).await;
        return Ok(Reply::json(&view(None, &snapshot)));
    }
    let world = worlds.known(name).map_err(refused)?;
    let RestoreBody { from } = parsed(&call.body)?;
    let snapshot = world.snapshots.find(&from);
    let snapshot = snapshot.ok_or_else(|| unknown(name, &from))?;
    world.restore(&snapshot).await;
    Ok(Reply::json(&view(Some(&from), &snapshot)))
}

/// Reads a snapshot file; as it takes its time, not where calls are waited for.
async fn read(world: &Arc<Shared>, body: &Bytes) -> Result<Snapshot, Problem> {
    let (world, body) = (Arc::clone(world), body.clone());
    let reading = tokio::task::spawn_blocking(move || {
        let settings = &world.settings;
        Snapshot::from_file(&body, &settings.snapshot_key, settings)
    });
    let read = reading.await.expect("reading a snapshot does not panic");
    read.map_err(|refusal| Problem::new(422, "snapshot not valid", refusal.to_string()))
}

/// Lets go of a snapshot.
pub(super) fn remove(worlds: &Worlds, name: &str, snapshot: &str) -> Result<Reply, Problem> {
    let world = worlds.known(name).map_err(refused)?;
    match world.let_go_of_snapshot(snapshot) {
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
        queue: QueueView::from(&snapshot.queue_length()),
        tokens: snapshot.token_count(),
        smartcards: snapshot.smartcard_count(),
        transactions: snapshot.transaction_count(),
    }
}
