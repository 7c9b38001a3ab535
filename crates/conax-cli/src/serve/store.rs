//! The store that `serve --store FILE` keeps worlds in.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use conax_sim::settings::SimulatorSettings;
use conax_sim::snapshot::SealKey;
use conax_sim::store::{Store, StoreError};
use conax_sim::worlds::KeptWorlds;
use conax_store::FileEngine;

use super::local_time;
use crate::settings::{self, Settings, SettingsError};
use crate::write::write_private_file;

/// Why a store cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum StoreProblem {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
    #[error("the key {} of the store cannot be made", .0.display())]
    Key(PathBuf, #[source] std::io::Error),
}

/// The store that the settings name, and what is in it. Snapshots are sealed with its key as well,
/// unless there is another one for them.
pub(super) fn open(
    settings: &Settings,
    instance: &mut SimulatorSettings,
) -> Result<Option<KeptWorlds>, StoreProblem> {
    let Some(path) = settings.optional("store") else {
        return Ok(None);
    };
    let path = Path::new(path);
    let survives = settings::store_survives(settings.get("store-survives"));
    let survives = survives.map_err(SettingsError::Value)?;
    if settings.optional("snapshot-key-file").is_none() {
        instance.snapshot_key = key_beside(path)?;
    }
    let engine = FileEngine::open(path, survives)?;
    let (store, worlds) = Store::open(engine, instance.snapshot_key.clone(), instance)?;
    Ok(Some(KeptWorlds { store: Arc::new(store), worlds, machine_now: local_time() }))
}

/// The key of a store nobody named one for: in a file beside it, that only its owner may read; it is
/// made with the store.
fn key_beside(store: &Path) -> Result<SealKey, StoreProblem> {
    let mut name = store.as_os_str().to_owned();
    name.push(".key");
    let path = PathBuf::from(name);
    // One that is lost cannot be made again.
    if !store.exists() && !path.exists() {
        let digits = SealKey::random_digits() + "\n";
        let written = write_private_file(&path, digits.as_bytes());
        written.map_err(|error| StoreProblem::Key(path.clone(), error))?;
    }
    Ok(settings::read_key_file("the key of the store", &path)?)
}
