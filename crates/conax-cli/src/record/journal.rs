//! What was heard so far, in a file beside the one that is to be written: whatever ends the program,
//! nothing that was heard is lost.
//!
//! The first line is the recording without its exchanges, every further one an exchange; of two
//! with one number the later one holds. The file is gone when the recording is written.

use std::io::{Error, Result};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::form::{Exchange, Ids, Recording};
use super::names::rename;
use crate::print;
use crate::write::Growing;

/// What its name ends with.
const ENDING: &str = ".part";

/// The file, as long as it can be written.
pub(crate) struct Journal {
    file: Growing,
    head: String,
    has_failed: bool,
}

impl Journal {
    /// Begins one for the recording that is to be written to `output`.
    ///
    /// # Errors
    /// If it cannot be made, or one is there: another recorder's, or what an interrupted one left.
    pub(crate) fn begin(output: &Path, recording: &Recording) -> Result<Self> {
        let head = line_of(recording)?;
        let mut file = Growing::begin(Self::path_of(output))?;
        file.add(head.as_bytes())?;
        Ok(Self { file, head, has_failed: false })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.file.path()
    }

    /// Where the one of a recording is.
    pub(crate) fn path_of(output: &Path) -> PathBuf {
        let mut path = output.as_os_str().to_owned();
        path.push(ENDING);
        path.into()
    }

    /// Adds an exchange.
    pub(crate) fn add(&mut self, exchange: &Exchange) {
        if !self.has_failed {
            let added = line_of(exchange).and_then(|line| self.file.add(line.as_bytes()));
            self.note(added);
        }
    }

    /// Writes all of it anew: a secret was learnt that stands in what was written before.
    pub(crate) fn rewrite(&mut self, exchanges: impl Iterator<Item = Exchange>) {
        if !self.has_failed {
            let lines: Result<String> = exchanges.map(|one| line_of(&one)).collect();
            let text = lines.map(|lines| format!("{}{lines}", self.head));
            let rewritten = text.and_then(|text| self.file.replace(text.as_bytes()));
            self.note(rewritten);
        }
    }

    fn note(&mut self, written: Result<()>) {
        if let Err(error) = written {
            self.has_failed = true;
            let path = self.path().display();
            print::aside(format_args!(
                "warning: failed to write `{path}`: {error}; what is heard is in memory only"
            ));
        }
    }

    /// Removes it: the recording is written, or nothing was heard.
    pub(crate) fn end(self) {
        self.file.remove();
    }
}

fn line_of(value: &impl Serialize) -> Result<String> {
    let line = serde_json::to_string(value).map_err(Error::other)?;
    Ok(format!("{line}\n"))
}

/// The recording an interrupted recorder left; nothing if the text is none. A last line that is
/// not whole was never heard to its end.
pub(crate) fn read(text: &str) -> Option<Recording> {
    let mut lines = text.lines();
    let mut recording: Recording = serde_json::from_str(lines.next()?).ok()?;
    for line in lines {
        let Ok(exchange) = serde_json::from_str::<Exchange>(line) else {
            continue;
        };
        match exchange.number.checked_sub(1) {
            Some(at) if at < recording.exchanges.len() => recording.exchanges[at] = exchange,
            _ => recording.exchanges.push(exchange),
        }
    }
    if recording.ids == Ids::Renamed {
        rename(&mut recording.exchanges);
    }
    Some(recording)
}
