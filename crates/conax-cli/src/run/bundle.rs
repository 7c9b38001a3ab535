//! A failure as one file: the scenario, everything it includes, its seed, and what came of it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clap::{Arg, ArgMatches, Command};
use conax_contract::crm::is_secret_name;
use conax_contract::text::{holds_secrets, shown};
use conax_scenario::document::Secrets;
use conax_scenario::document::{Given, Library, Reader, Scenario, Seeds};
use conax_scenario::record::{CaseRecord, RunRecord};
use conax_scenario::report::failure_text;
use conax_scenario::run::{Detail, Stop, play};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::flags::quoted;
use crate::flags::{Flags, flag};
use crate::print;
use crate::run::Order;
use crate::run::in_process::InProcess;
use crate::run::library::{Files, built_in_world};
use crate::run::secret::Secrets as OutsideSecrets;
use crate::signals::end_on_signal;
use crate::write::{not_written, write_file};

/// The form of these files.
const FORMAT: u32 = 1;

/// What is said of a bundle with secrets in it.
const SECRETS_INSIDE: &str = "   it holds secrets: the files and variables stand in it as they are, with their tokens, \
                              passwords and PINs; give it to nobody who must not know them";

/// Everything that is needed to repeat a scenario elsewhere. Values that come from outside, under
/// `secrets`, are not in it; what stands in the files is.
#[derive(Serialize, Deserialize)]
struct Bundle {
    format: u32,
    /// The version of the program that made it.
    version: String,
    /// The file of the scenario, among `files`.
    file: String,
    line: usize,
    row: Option<String>,
    seed: u64,
    variables: BTreeMap<String, String>,
    files: BTreeMap<String, String>,
    /// What came of it.
    record: CaseRecord,
}

impl Bundle {
    /// Whether a secret stands in its files and variables. One that comes from outside does not: the
    /// files only name it.
    fn holds_secrets(&self) -> bool {
        let texts = || self.files.values().chain(self.variables.values());
        let Ok(scenarios) = self.scenarios() else {
            return self.files.values().any(|text| holds_secrets(text));
        };
        let mut secrets = Secrets::default();
        for scenario in &scenarios {
            secrets.add_scenario(scenario);
        }
        let named = self.variables.iter();
        let named = named.filter(|(name, _)| is_secret_name(name));
        named.for_each(|(_, value)| secrets.add(value));
        texts().any(|text| secrets.eraser().stands_in(text))
    }

    /// The scenarios of its file.
    fn scenarios(&self) -> Result<Vec<Scenario>, String> {
        let shelf = Shelf(&self.files);
        let source = shelf.read(&self.file)?;
        let given = given(self.seed, &self.variables);
        let scenarios = Reader::new(&shelf).read(&self.file, &source, &given);
        scenarios.map_err(|files| {
            let rendered: Vec<String> = files.iter().map(|file| file.render()).collect();
            format!("the files cannot be read\n{}", rendered.join("\n"))
        })
    }

    /// The scenario that failed.
    fn scenario(&self) -> Result<Scenario, String> {
        let is_meant = |scenario: &Scenario| {
            scenario.span.start.line == self.line
                && scenario.row.as_ref().map(|row| &row.content) == self.row.as_ref()
        };
        let found = self.scenarios()?.into_iter().find(is_meant);
        found.ok_or_else(|| "the scenario is not in its file".to_owned())
    }

    /// The flag that gives the secrets to whoever plays it again, if it takes any.
    fn secrets_flag(&self, secrets_file: Option<&str>) -> String {
        let is_missing = |name: &String| OutsideSecrets::default().value(name).is_none();
        match (secrets_file, self.scenario()) {
            (Some(file), _) => format!(" --secrets-file {}", quoted(file)),
            (None, Ok(scenario)) if scenario.secrets.iter().any(is_missing) => {
                " --secrets-file FILE".to_owned()
            }
            (None, _) => String::new(),
        }
    }
}

/// Files on this machine, and which of them were read.
struct Reading {
    files: Files,
    read: RefCell<BTreeMap<String, String>>,
}

impl Library for Reading {
    fn read(&self, path: &str) -> Result<String, String> {
        let text = self.files.read(path)?;
        self.read.borrow_mut().insert(path.to_owned(), text.clone());
        Ok(text)
    }

    fn built_in_world(&self, name: &str) -> Option<String> {
        built_in_world(name)
    }
}

/// The files of a bundle.
struct Shelf<'b>(&'b BTreeMap<String, String>);

impl Library for Shelf<'_> {
    fn read(&self, path: &str) -> Result<String, String> {
        let found = self.0.get(path).cloned();
        found.ok_or_else(|| "it is not in the bundle".to_owned())
    }

    fn built_in_world(&self, name: &str) -> Option<String> {
        built_in_world(name)
    }
}

fn given(seed: u64, variables: &BTreeMap<String, String>) -> Given {
    Given {
        seeds: Seeds { usual: seed, is_forced: true, repetition: 0 },
        variables: variables.clone(),
    }
}

/// Writes the first failure of a run to a file.
pub(super) fn write_bundle(path: &str, record: &RunRecord, order: &Order, exit: Exit) -> Exit {
    let variables = &order.variables;
    let Some(case) = record.cases.iter().find(|case| case.verdict.is_bad()) else {
        print::aside("nothing failed, so there is nothing to bundle");
        return exit;
    };
    let files = order.library(std::iter::once(&case.file));
    let library = Reading { files, read: RefCell::default() };
    let source = match library.read(&case.file) {
        Ok(source) => source,
        Err(error) => {
            print::aside(format_args!("error: failed to read `{}`: {error}", case.file));
            return Exit::ReportNotWritten;
        }
    };
    // Read once more, to know what else is read with it.
    let _ = Reader::new(&library).read(&case.file, &source, &given(case.seed, variables));
    let bundle = Bundle {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        file: case.file.clone(),
        line: case.line,
        row: case.row.clone(),
        seed: case.seed,
        variables: variables.clone(),
        files: library.read.into_inner(),
        record: case.clone(),
    };
    let text = serde_json::to_string_pretty(&bundle).unwrap_or_default();
    if let Err(error) = write_file(Path::new(path), text.as_bytes()) {
        return not_written("the bundle ", Path::new(path), &error).report();
    }
    print::aside(format_args!(
        "bundled: conax-sim replay {}{}",
        quoted(path),
        bundle.secrets_flag(order.secrets_file.as_deref())
    ));
    if bundle.holds_secrets() {
        print::aside(SECRETS_INSIDE);
    }
    exit
}

/// The verb that plays a bundle.
pub(crate) fn replay_command() -> Command {
    Command::new("replay")
        .about("Play a bundled failure again: the same files, seed and bytes")
        .arg(
            Arg::new("bundle")
                .value_name("FILE")
                .required(true)
                .help("What `conax-sim run --bundle FILE` wrote"),
        )
        .arg(flag(
            "secrets-file",
            "FILE",
            "File of NAME=VALUE lines with the secrets the scenario names",
        ))
        .after_help(
            "Ends with 4 if it fails again, with 0 if it does not.\n\n\
             Example:\n  conax-sim replay failure.conaxrun",
        )
}

/// Plays it.
pub(crate) fn replay(matches: &ArgMatches) -> Exit {
    let path = matches.text("bundle").unwrap_or_default();
    end_on_signal(Exit::Interrupted);
    read_and_play(path, matches.text("secrets-file"))
        .unwrap_or_else(|problem| Failure::settings(format!("{path}: {problem}")).report())
}

fn read_and_play(path: &str, secrets_file: Option<&str>) -> Result<Exit, String> {
    let read = |path: &str| crate::read::generated_text(path).map_err(|error| error.to_string());
    let bundle: Bundle = serde_json::from_str(&read(path)?)
        .map_err(|error| format!("this is no bundle: {error}"))?;
    if bundle.format != FORMAT {
        return Err(format!("it has form {}, this program reads form {FORMAT}", bundle.format));
    }
    let secrets = match secrets_file {
        Some(file) => OutsideSecrets::parse(&read(file)?)?,
        None => OutsideSecrets::default(),
    };
    let scenario = bundle.scenario()?;
    refuse_missing(&scenario, &secrets)?;
    let provider =
        InProcess { secrets, timeout: Duration::from_secs(60), stop: Arc::new(Stop::default()) };
    let mut record = play(&scenario, &bundle.file, &provider, Detail::Everything);
    let flag = bundle.secrets_flag(secrets_file);
    record.again = format!("conax-sim replay {}{flag}", quoted(path));
    Ok(print_outcome(&record, &bundle))
}

fn print_outcome(record: &CaseRecord, bundle: &Bundle) -> Exit {
    if record.verdict.is_bad() {
        print::result(failure_text(record).trim_end());
    } else {
        print::result(format_args!("{} {}", record.verdict.word(), record.title()));
    }
    print::result(compared(record, bundle));
    match record.verdict.is_bad() {
        true => Exit::NotMet,
        false => Exit::Met,
    }
}

/// Without its secrets a scenario fails in another way than it did.
fn refuse_missing(scenario: &Scenario, secrets: &OutsideSecrets) -> Result<(), String> {
    let is_missing = |name: &&String| secrets.value(name).is_none();
    let missing: Vec<&String> = scenario.secrets.iter().filter(is_missing).collect();
    let Some(first) = missing.first() else {
        return Ok(());
    };
    let names: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
    Err(format!(
        "it takes {} from outside: give `--secrets-file FILE` with lines such as `{first}=VALUE`, or \
         set the environment variables",
        names.join(", ")
    ))
}

/// How what came of it now is compared with what is recorded.
fn compared(record: &CaseRecord, bundle: &Bundle) -> String {
    let value = |record: &CaseRecord| {
        let bare = CaseRecord { again: String::new(), ..record.clone() };
        serde_json::to_value(&bare).unwrap_or_default()
    };
    let (now, then) = (value(record), value(&bundle.record));
    let Some(difference) = difference("", &then, &now) else {
        return "the same as recorded, byte for byte".to_owned();
    };
    let words = (bundle.record.verdict.word(), record.verdict.word());
    let mut text = match words.0 == words.1 {
        true => format!("{} as recorded, but not byte for byte: {difference}", words.0),
        false => format!("not as recorded: it {} then, it {} now", words.0, words.1),
    };
    let this = env!("CARGO_PKG_VERSION");
    if bundle.version != this {
        text.push_str(&format!("; made by version {}, this is {this}", bundle.version));
    }
    text
}

/// The first place where two values differ, in words.
fn difference(path: &str, then: &Value, now: &Value) -> Option<String> {
    if then == now {
        return None;
    }
    let absent = &Value::Null;
    let inner = match (then, now) {
        (Value::Object(then), Value::Object(now)) => {
            let names: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
            names.into_iter().find_map(|name| {
                let dot = if path.is_empty() { "" } else { "." };
                let path = format!("{path}{dot}{name}");
                let value = |side: &Map<String, Value>| side.get(name).unwrap_or(absent).clone();
                difference(&path, &value(then), &value(now))
            })
        }
        (Value::Array(then), Value::Array(now)) => {
            let indices = 0..then.len().max(now.len());
            indices.into_iter().find_map(|index| {
                let value = |side: &[Value]| side.get(index).unwrap_or(absent).clone();
                difference(&format!("{path}[{index}]"), &value(then), &value(now))
            })
        }
        _ => None,
    };
    inner.or_else(|| Some(format!("`{path}` was {}, is {}", short(then), short(now))))
}

/// A value in a sentence.
fn short(value: &Value) -> String {
    match value {
        Value::Null => "absent".to_owned(),
        value => shown(&value.to_string()),
    }
}
