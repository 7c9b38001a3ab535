//! The simulator that stays: it holds the lock of its place, says when it is ready, and ends when
//! its record is gone.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use clap::ArgMatches;
use serde_json::{Value, json};

use super::place::Place;
use super::start::{already, place};
use crate::failure::Failure;
use crate::{read, write};

/// How soon it is noticed that a simulator is to end.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);
/// How often the lock is tried: somebody who looks whether it is held holds it for a moment.
const TRIES: usize = 50;

/// A place that is held. Its record is gone when this is dropped, and the lock with the process.
#[derive(Debug)]
pub(crate) struct Kept {
    place: Place,
    record: Vec<u8>,
    _lock: File,
}

/// Holds the place the flags name.
///
/// # Errors
/// If another one holds it, or it cannot be made.
pub(crate) fn hold(matches: &ArgMatches) -> Result<Kept, Failure> {
    let place = place(matches)?;
    let lock = place.lock()?;
    for _ in 0..TRIES {
        if lock.try_lock().is_ok() {
            return Ok(Kept { place, record: Vec::new(), _lock: lock });
        }
        sleep(LOOK_INTERVAL);
    }
    Err(already(&place))
}

impl Kept {
    /// Writes down where everything is, then tells the one that waits.
    ///
    /// # Errors
    /// If that cannot be written, or nobody waits any more.
    pub(crate) fn tell(&mut self, mut line: Value) -> Result<(), Failure> {
        line["name"] = json!(self.place.name);
        line["pid"] = json!(std::process::id());
        line["log"] = json!(self.place.log_file());
        line["state_dir"] = json!(self.place.folder);
        self.record = format!("{line}\n").into_bytes();
        let path = self.place.record_file();
        let failed = |error| write::not_written("", &path, &error);
        write::write_private_file(&path, &self.record).map_err(failed)?;
        let mut stdout = std::io::stdout();
        let told = stdout.write_all(&self.record).and_then(|()| stdout.flush());
        told.map_err(|error| write::not_written("", &PathBuf::from("standard output"), &error))
    }

    /// Ends when the record is not there any more, or another one's.
    pub(crate) async fn asked_to_end(&self) {
        let mut looks = tokio::time::interval(LOOK_INTERVAL);
        while self.is_recorded() {
            looks.tick().await;
        }
    }

    fn is_recorded(&self) -> bool {
        match read::written(self.place.record_file()) {
            Ok(found) => found == self.record,
            // A disk that fails for a moment is no wish.
            Err(error) => error.kind() != std::io::ErrorKind::NotFound,
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let found = read::written(self.place.record_file());
        if found.is_ok_and(|found| found == self.record) {
            // An error says that it is gone.
            let _ = self.place.remove_record();
        }
    }
}
