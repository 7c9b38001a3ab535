//! One process has a file at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use conax_sim::store::StoreError;

/// The lock of a file, for as long as it lives; the system lets go of it when the process ends,
/// however it does.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of a file, and writes down who has it.
    pub(crate) fn take(store: &Path) -> Result<Self, StoreError> {
        let path = beside(store);
        let failed = |error: &dyn std::fmt::Display| {
            StoreError(format!("the lock {} cannot be taken: {error}", path.display()))
        };
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = file.map_err(|error| failed(&error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(held(store, &mut file)),
            Err(TryLockError::Error(error)) => return Err(failed(&error)),
        }
        let written = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
        written.map_err(|error| failed(&error))?;
        Ok(Self { _file: file })
    }
}

fn beside(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}

fn held(store: &Path, file: &mut File) -> StoreError {
    let mut process = String::new();
    let read = file.rewind().and_then(|()| file.read_to_string(&mut process));
    let process = match read {
        Ok(_) if !process.is_empty() => format!("the process {process}"),
        _ => "another process".to_owned(),
    };
    StoreError(format!(
        "{} is in use by {process}: stop it first, or name another file",
        store.display()
    ))
}
