//! Where a simulator in the background keeps what others need to find it.

use std::env::var_os;
use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches};
use serde_json::Value;

use crate::exit::Exit;
use crate::failure::{Failure, OrFail};
use crate::flags::{Flags, flag};
use crate::{read, write};

/// The variable that names the folder, for `serve --detach`, `stop` and `status`.
const FOLDER_VARIABLE: &str = "CONAX_SIM_STATE_DIR";
/// The variable that names the simulator of this shell, for `stop` and `status`.
pub(super) const NAME_VARIABLE: &str = "CONAX_SIM_NAME";
/// The name of a simulator that nobody has named.
pub(super) const DEFAULT_NAME: &str = "default";
/// How long a name may be.
const NAME_LIMIT: usize = 64;

/// What is printed to be evaluated, and is no setting.
pub(crate) const VARIABLES: [&str; 6] = [
    "CONAX_SIM_CRM",
    "CONAX_SIM_CAS",
    "CONAX_SIM_CONTROL",
    "CONAX_SIM_CONTROL_TOKEN",
    NAME_VARIABLE,
    FOLDER_VARIABLE,
];

/// The place of one simulator.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(super) folder: PathBuf,
    pub(super) name: String,
}

/// The flag that names the folder.
pub(super) fn folder_argument() -> Arg {
    let help = "Folder with lock, record and log of simulators in the background [default: \
                `conax-sim` in XDG_RUNTIME_DIR, or ~/.local/state/conax-sim]";
    flag("state-dir", "DIR", help).env(FOLDER_VARIABLE).hide_env_values(true)
}

/// The folder the flags name, or the usual one of this user.
pub(super) fn folder(matches: &ArgMatches) -> Result<PathBuf, Failure> {
    let path = match matches.text("state-dir").map(PathBuf::from).or_else(usual_folder) {
        Some(path) => path,
        None => {
            let problem = "there is no folder for simulators in the background: neither \
                           XDG_RUNTIME_DIR nor HOME is set";
            return Err(Failure::usage(problem).hint("name one with --state-dir DIR"));
        }
    };
    std::path::absolute(&path).or_fail(Exit::Usage)
}

fn usual_folder() -> Option<PathBuf> {
    let named = |variable| var_os(variable).filter(|path| !path.is_empty()).map(PathBuf::from);
    let home = || Some(named("HOME")?.join(".local/state"));
    let base = named("XDG_RUNTIME_DIR").or_else(|| named("LOCALAPPDATA"));
    base.or_else(|| named("XDG_STATE_HOME")).or_else(home).map(|base| base.join("conax-sim"))
}

impl Place {
    /// The place of a simulator with this name.
    ///
    /// # Errors
    /// If nothing can have this name.
    pub(super) fn new(folder: PathBuf, name: &str) -> Result<Self, Failure> {
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
        let is_name = name.starts_with(|letter: char| letter.is_ascii_alphanumeric())
            && name.chars().all(is_plain)
            && name.len() <= NAME_LIMIT;
        if !is_name {
            let problem = format!("a simulator cannot be called `{name}`");
            let hint = "up to 64 letters, digits, `.`, `_`, `-`, beginning with a letter or digit";
            return Err(Failure::usage(problem).hint(hint));
        }
        Ok(Self { folder, name: name.to_owned() })
    }

    fn file(&self, ending: &str) -> PathBuf {
        self.folder.join(format!("{}.{ending}", self.name))
    }

    /// What it says of itself once it is ready.
    pub(super) fn record_file(&self) -> PathBuf {
        self.file("json")
    }

    pub(super) fn log_file(&self) -> PathBuf {
        self.file("log")
    }

    fn lock_file(&self) -> PathBuf {
        self.file("lock")
    }

    /// What it said of itself, if it is there; nothing if it is no record.
    pub(super) fn record(&self) -> Option<Value> {
        let text = read::generated_text(self.record_file()).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Takes the record away, which asks a simulator to end.
    pub(super) fn remove_record(&self) -> Result<(), Failure> {
        match std::fs::remove_file(self.record_file()) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                let path = self.record_file();
                let problem = format!("failed to remove `{}`: {error}", path.display());
                Err(Failure::new(Exit::Surroundings, problem))
            }
            _ => Ok(()),
        }
    }

    /// The file whose lock tells whether it lives, which is made if need be.
    pub(super) fn lock(&self) -> Result<File, Failure> {
        let path = self.lock_file();
        write::private_folder(&self.folder)
            .and_then(|()| write::lock_file(&path))
            .map_err(|error| write::not_written("", &path, &error))
    }

    /// Whether it lives: nobody else holds the lock, and nothing that ends it leaves it held.
    pub(super) fn is_alive(&self) -> Result<bool, Failure> {
        // Shared, so that whoever looks is not in the way of another one that looks.
        match File::open(self.lock_file()).map(|file| file.try_lock_shared()) {
            Ok(Ok(())) => Ok(false),
            Ok(Err(TryLockError::WouldBlock)) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Ok(Err(TryLockError::Error(error))) | Err(error) => {
                let path = self.lock_file();
                let problem = format!("failed to look at `{}`: {error}", path.display());
                Err(Failure::new(Exit::Surroundings, problem))
            }
        }
    }
}

/// The names of which there is a record in a folder, in alphabetical order.
pub(super) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".json")?.to_owned()))
        .filter(|name| Place::new(folder.to_owned(), name).is_ok())
        .collect();
    names.sort();
    names
}
