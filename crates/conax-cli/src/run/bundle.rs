//! A failure as one file: the scenario, everything it includes, its seed, and what came of it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clap::{Arg, ArgMatches, Command};
use conax_contract::crm::is_secret_name;
use conax_contract::text::holds_secrets;
use conax_scenario::document::{Given, Library, Reader, Scenario, Seeds};
use conax_scenario::record::{CaseRecord, RunRecord};
use conax_scenario::report::story;
use conax_scenario::run::{Detail, Stop, play};
use serde::{Deserialize, Serialize};

use crate::exit::Exit;
use crate::print;
use crate::run::in_process::InProcess;
use crate::run::load::Files;
use crate::run::secret::Secrets;
use crate::signals::end_on_signal;
use crate::write::write_file;

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
    fn holds_secrets(&self) -> bool {
        self.files.values().any(|text| holds_secrets(text))
            || self.variables.keys().any(|name| is_secret_name(name))
    }
}

/// Files on this machine, and which of them were read.
struct Reading {
    read: RefCell<BTreeMap<String, String>>,
}

impl Library for Reading {
    fn read(&self, path: &str) -> Result<String, String> {
        let text = Files.read(path)?;
        self.read.borrow_mut().insert(path.to_owned(), text.clone());
        Ok(text)
    }

    fn built_in_world(&self, name: &str) -> Option<String> {
        Files.built_in_world(name)
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
        Files.built_in_world(name)
    }
}

fn given(seed: u64, variables: &BTreeMap<String, String>) -> Given {
    Given {
        seeds: Seeds {
            usual: seed,
            is_forced: true,
            repetition: 0,
        },
        variables: variables.clone(),
    }
}

/// Writes the first failure of a run to a file.
pub(super) fn write_bundle(
    path: &str,
    record: &RunRecord,
    variables: &BTreeMap<String, String>,
    exit: Exit,
) -> Exit {
    let Some(case) = record.cases.iter().find(|case| case.verdict.is_bad()) else {
        print::aside("nothing failed, so there is nothing to bundle");
        return exit;
    };
    let library = Reading {
        read: RefCell::default(),
    };
    let source = match library.read(&case.file) {
        Ok(source) => source,
        Err(error) => {
            print::aside(format_args!(
                "error: failed to read `{}`: {error}",
                case.file
            ));
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
    match write_file(Path::new(path), text.as_bytes()) {
        Ok(()) => {
            print::aside(format_args!("bundled: conax-sim replay {path}"));
            if bundle.holds_secrets() {
                print::aside(SECRETS_INSIDE);
            }
            exit
        }
        Err(error) => {
            print::aside(format_args!(
                "error: failed to write the bundle `{path}`: {error}"
            ));
            Exit::ReportNotWritten
        }
    }
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
        .arg(
            Arg::new("secrets-file")
                .long("secrets-file")
                .value_name("FILE")
                .help("File of NAME=VALUE lines with the secrets the scenario names"),
        )
        .after_help(
            "Ends with 4 if it fails again, with 0 if it does not.\n\n\
             Example:\n  conax-sim replay failure.conaxrun",
        )
}

/// Plays it.
pub(crate) fn replay(matches: &ArgMatches) -> Exit {
    let path = matches
        .get_one::<String>("bundle")
        .map_or("", String::as_str);
    end_on_signal(Exit::Interrupted);
    match read_and_play(path, matches.get_one::<String>("secrets-file")) {
        Ok(exit) => exit,
        Err(problem) => {
            print::aside(format_args!("error: {path}: {problem}"));
            Exit::Settings
        }
    }
}

fn read_and_play(path: &str, secrets_file: Option<&String>) -> Result<Exit, String> {
    let read = |path: &str| crate::read::text_file(path).map_err(|error| error.to_string());
    let bundle: Bundle = serde_json::from_str(&read(path)?)
        .map_err(|error| format!("this is no bundle: {error}"))?;
    if bundle.format != FORMAT {
        return Err(format!(
            "it has form {}, this program reads form {FORMAT}",
            bundle.format
        ));
    }
    let secrets = match secrets_file {
        Some(file) => Secrets::parse(&read(file)?)?,
        None => Secrets::default(),
    };
    let shelf = Shelf(&bundle.files);
    let source = shelf.read(&bundle.file)?;
    let given = given(bundle.seed, &bundle.variables);
    let scenarios = Reader::new(&shelf).read(&bundle.file, &source, &given);
    let scenarios = scenarios.map_err(|files| {
        let told: Vec<String> = files.iter().map(|file| file.render()).collect();
        format!("the files cannot be read\n{}", told.join("\n"))
    })?;
    let is_meant = |scenario: &&Scenario| {
        scenario.span.start.line == bundle.line
            && scenario.row.as_ref().map(|row| &row.content) == bundle.row.as_ref()
    };
    let scenario = scenarios
        .iter()
        .find(is_meant)
        .ok_or("the scenario is not in its file")?;
    let theatre = InProcess {
        secrets,
        timeout: Duration::from_secs(60),
        stop: Arc::new(Stop::default()),
    };
    let mut record = play(scenario, &bundle.file, &theatre, Detail::Everything);
    record.again = format!("conax-sim replay {path}");
    Ok(tell(&record, &bundle))
}

fn tell(record: &CaseRecord, bundle: &Bundle) -> Exit {
    if record.verdict.is_bad() {
        print::result(story(record).trim_end());
    } else {
        print::result(format_args!("{} {}", record.verdict.word(), record.title()));
    }
    let bytes = |record: &CaseRecord| {
        let bare = CaseRecord {
            again: String::new(),
            ..record.clone()
        };
        serde_json::to_string(&bare).unwrap_or_default()
    };
    print::result(match bytes(record) == bytes(&bundle.record) {
        true => "the same as recorded, byte for byte".to_owned(),
        false => format!(
            "not as recorded: it {} then; made by version {}, this is {}",
            bundle.record.verdict.word(),
            bundle.version,
            env!("CARGO_PKG_VERSION")
        ),
    });
    match record.verdict.is_bad() {
        true => Exit::NotMet,
        false => Exit::Met,
    }
}
