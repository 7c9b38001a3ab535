//! Which value of a setting is in force, and where it comes from.

use std::fmt;
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use clap::parser::ValueSource;
use conax_contract::text::visible_name;
use toml::de::DeTable;

use crate::detach::VARIABLES;
use crate::read::toml_problem;
use crate::settings::table::{PREFIX, SETTINGS, SettingEntry, TARGET_VARIABLE};

/// Name of the settings file that is looked for.
const FILE_NAME: &str = "conax-sim.toml";

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything else.
    Default,
    /// The settings file, at this line.
    File(PathBuf, usize),
    /// The environment variable of this name.
    Environment(String),
    /// The flag of this name.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Environment(name) => f.write_str(name),
            Self::Flag(name) => write!(f, "--{name}"),
        }
    }
}

/// A value in force.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The setting.
    pub entry: &'static SettingEntry,
    /// Its value, as text; checked.
    pub value: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// Every setting with the value in force.
#[derive(Clone, Debug)]
pub struct Settings {
    values: Vec<Resolved>,
}

fn shown_path(path: &Path) -> String {
    format!("`{}`", visible_name(&path.to_string_lossy()))
}

/// Why the settings cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A file cannot be read.
    #[error("failed to read {file} {}", shown_path(path))]
    Read {
        /// What the file is for.
        file: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file cannot be written.
    #[error("failed to write {}", shown_path(path))]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is wrong; every finding is a line of text with its place.
    #[error("{}", .0.join("\n"))]
    File(Vec<String>),
    /// A value is only found to be wrong when it is used.
    #[error("{0}")]
    Value(String),
}

impl Settings {
    /// Flags before environment before file before defaults.
    ///
    /// # Errors
    /// If the settings file cannot be read or is wrong, or a variable is misspelt.
    pub fn resolve(matches: &ArgMatches) -> Result<Self, SettingsError> {
        let names = std::env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned());
        let unknown = unknown_variables(names);
        if !unknown.is_empty() {
            return Err(SettingsError::File(unknown));
        }
        let file = match settings_file(matches.get_one::<String>("config"))? {
            Some(path) => read_file(&path)?,
            None => Vec::new(),
        };
        let values = SETTINGS.iter().map(|entry| resolve_one(entry, matches, &file));
        Ok(Self { values: values.collect() })
    }

    /// The defaults alone.
    #[must_use]
    pub fn defaults() -> Self {
        let default = |entry: &'static SettingEntry| Resolved {
            entry,
            value: entry.default.to_owned(),
            origin: Origin::Default,
        };
        Self { values: SETTINGS.iter().map(default).collect() }
    }

    /// Sets a setting of the table to a checked value.
    pub(crate) fn set(&mut self, key: &str, value: &str) {
        if let Some(resolved) = self.values.iter_mut().find(|one| one.entry.key == key) {
            value.clone_into(&mut resolved.value);
        }
    }

    /// Every setting, in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = &Resolved> {
        self.values.iter()
    }

    /// The value of a setting.
    pub(crate) fn get(&self, key: &str) -> &str {
        let found = self.values.iter().find(|resolved| resolved.entry.key == key);
        &found.expect("only settings of the table are asked for").value
    }

    /// The value of a setting that may be `none`.
    pub(crate) fn optional(&self, key: &str) -> Option<&str> {
        Some(self.get(key)).filter(|value| *value != "none")
    }
}

fn resolve_one(entry: &'static SettingEntry, matches: &ArgMatches, file: &[FileValue]) -> Resolved {
    let given = matches.get_one::<String>(entry.key).cloned();
    let origin = match matches.value_source(entry.key) {
        Some(ValueSource::EnvVariable) => Origin::Environment(entry.variable_in_force()),
        _ => Origin::Flag(entry.key.to_owned()),
    };
    if let Some(value) = given {
        return Resolved { entry, value, origin };
    }
    match file.iter().find(|value| value.entry.key == entry.key) {
        Some(found) => Resolved { entry, value: found.value.clone(), origin: found.origin() },
        None => Resolved { entry, value: entry.default.to_owned(), origin: Origin::Default },
    }
}

struct FileValue {
    entry: &'static SettingEntry,
    value: String,
    path: PathBuf,
    line: usize,
}

impl FileValue {
    fn origin(&self) -> Origin {
        Origin::File(self.path.clone(), self.line)
    }
}

/// The named file, or the nearest `conax-sim.toml` here or above.
fn settings_file(named: Option<&String>) -> Result<Option<PathBuf>, SettingsError> {
    if let Some(named) = named {
        return Ok(Some(named.into()));
    }
    let here = std::env::current_dir().map_err(|source| SettingsError::Read {
        file: "the current folder",
        path: PathBuf::from("."),
        source,
    })?;
    let candidates = here.ancestors().map(|folder| folder.join(FILE_NAME));
    Ok(candidates.into_iter().find(|path| path.is_file()))
}

fn read_file(path: &Path) -> Result<Vec<FileValue>, SettingsError> {
    let text = crate::read::text_file(path).map_err(|source| SettingsError::Read {
        file: "the settings file",
        path: path.into(),
        source,
    })?;
    parse_file(path, &text).map_err(SettingsError::File)
}

/// Everything that is wrong with a settings file.
pub(crate) fn check_file(path: &Path, text: &str) -> Vec<String> {
    parse_file(path, text).err().unwrap_or_default()
}

fn parse_file(path: &Path, text: &str) -> Result<Vec<FileValue>, Vec<String>> {
    let place = |offset: usize| {
        let before = &text[..offset.min(text.len())];
        let line = before.matches('\n').count() + 1;
        (line, offset - before.rfind('\n').map_or(0, |end| end + 1) + 1)
    };
    let say = |offset: usize, message: &str| {
        let (line, column) = place(offset);
        format!("{}:{line}:{column}  {message}", path.display())
    };
    let told = |error| toml_problem(&path.display().to_string(), text, &error);
    let table = DeTable::parse(text).map_err(|error| vec![told(error)])?;
    let (mut values, mut findings) = (Vec::new(), Vec::new());
    let mut entries: Vec<_> = table.get_ref().iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    for (key, value) in entries {
        let offset = key.span().start;
        let name = key.get_ref().as_ref();
        let Some(entry) = SETTINGS.iter().find(|entry| entry.is_called(name)) else {
            findings.push(say(offset, &unknown_key(name)));
            continue;
        };
        let checked =
            plain_text(value.get_ref()).and_then(|value| (entry.check)(&value).map(|()| value));
        match checked {
            Err(problem) => {
                findings.push(say(value.span().start, &format!("`{name}`: {problem}")));
            }
            Ok(value) => {
                values.push(FileValue { entry, value, path: path.into(), line: place(offset).0 });
            }
        }
    }
    if findings.is_empty() { Ok(values) } else { Err(findings) }
}

fn plain_text(value: &toml::de::DeValue<'_>) -> Result<String, String> {
    if let Some(text) = value.as_str() {
        return Ok(text.to_owned());
    }
    match value.as_integer() {
        Some(number) => Ok(number.as_str().replace('_', "")),
        None => Err(format!("expected a text or a number, found a {}", value.type_str())),
    }
}

/// A sentence for each variable that looks like a setting and is none, in alphabetical order.
pub(super) fn unknown_variables(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut unknown: Vec<String> = names
        .filter(|name| name.starts_with(PREFIX))
        // Of the verbs that call a running simulator, and what `serve --detach` prints.
        .filter(|name| name != TARGET_VARIABLE && !VARIABLES.contains(&name.as_str()))
        .filter(|name| {
            let is_read =
                |entry: &SettingEntry| [entry.variable(), entry.variable_in_force()].contains(name);
            !SETTINGS.iter().any(is_read)
        })
        .collect();
    unknown.sort();
    let sentence = |name: &String| {
        let key = name[PREFIX.len()..].to_lowercase().replace('_', "-");
        let hint = near_setting(&key).map_or_else(
            || "unset it; `conax-sim serve --help` names every variable".to_owned(),
            |entry| format!("did you mean `{}`?", entry.variable()),
        );
        format!("unknown environment variable `{name}`\n   hint: {hint}")
    };
    unknown.iter().map(sentence).collect()
}

fn near_setting(name: &str) -> Option<&'static SettingEntry> {
    let distance = |entry: &SettingEntry| strsim::damerau_levenshtein(name, entry.key);
    SETTINGS
        .iter()
        .map(|entry| (distance(entry), entry))
        .min_by_key(|(distance, entry)| (*distance, entry.key))
        .filter(|(distance, entry)| *distance <= entry.key.len() / 3 + 1)
        .map(|(_, entry)| entry)
}

fn unknown_key(name: &str) -> String {
    match near_setting(&name.replace('_', "-")) {
        Some(entry) => format!("unknown setting `{name}`\n   hint: did you mean `{}`?", entry.key),
        None => format!(
            "unknown setting `{name}`\n   hint: `conax-sim config show` prints every setting"
        ),
    }
}
