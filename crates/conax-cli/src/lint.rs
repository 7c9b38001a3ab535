//! `lint`: checks files without serving them.

use std::path::Path;

use clap::ArgMatches;
use conax_contract::cas::Profile;
use conax_contract::text;
use conax_contract::world::WorldSpec;
use conax_model::entropy::Seed;
use conax_scenario::document::{FileFindings, Given, Reader};
use conax_scenario::judge::codes_for_ca_ids;
use conax_scenario::verify::TargetWorld;
use conax_sim::instance::Instance;

use crate::exit::Exit;
use crate::faults;
use crate::flags::Flags;
use crate::print;
use crate::read::{self, text_file};
use crate::run::{ENDING, Files, find, fitting, forward, read_file};
use crate::serve::local_time;
use crate::settings::{self, Settings};

/// What a file is.
enum Kind {
    Scenario,
    World,
    Target,
    Faults,
    Settings,
    Profile,
    Unknown,
}

/// What a file is, by its name; if that does not tell, what the keys in it are of.
fn kind_of(path: &str, source: &str) -> Kind {
    match kind_by_name(path) {
        Kind::Unknown => kind_by_keys(source),
        kind => kind,
    }
}

fn kind_by_keys(source: &str) -> Kind {
    let has = |key: &str| source.lines().any(|line| line.starts_with(key));
    match () {
        () if has("scenario:") || has("scenarios:") => Kind::Scenario,
        () if has("installed_items:") || has("world:") => Kind::World,
        () if has("faults:") => Kind::Faults,
        () => Kind::Unknown,
    }
}

fn kind_by_name(path: &str) -> Kind {
    if path.ends_with(ENDING) {
        Kind::Scenario
    } else if path.ends_with(".world.yaml") || path.ends_with(".world.json") {
        Kind::World
    } else if is_target_file(path) {
        Kind::Target
    } else if path.ends_with(".faults.yaml") || path.ends_with(".faults.json") {
        Kind::Faults
    } else if Path::new(path).file_name().is_some_and(|name| name == "conax-sim.toml") {
        Kind::Settings
    } else if path.ends_with(".toml") {
        Kind::Profile
    } else {
        Kind::Unknown
    }
}

/// Whether it says what exists at a target, for `verify` and `explore`.
fn is_target_file(path: &str) -> bool {
    let name = Path::new(path).file_name().and_then(|name| name.to_str());
    let mut endings = ["target.yaml", "target.json"].into_iter();
    endings.any(|ending| {
        let before = name.and_then(|name| name.strip_suffix(ending));
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    })
}

/// Checks every file named.
pub(crate) fn run(matches: &ArgMatches) -> Exit {
    let named = matches.texts("path");
    let paths: Vec<String> = named.iter().flat_map(|path| with_folders(path)).collect();
    if paths.is_empty() {
        print::aside("there is no file to check in what was named");
        return Exit::NothingRan;
    }
    let files = Files::around(named.iter().chain(&paths), matches);
    let mut reader = Reader::new(&files);
    let mut bad_count = 0;
    for path in &paths {
        if let Err(report) = check(path, &mut reader) {
            bad_count += 1;
            print::result(report.trim_end());
        }
    }
    let files = if paths.len() == 1 { "file" } else { "files" };
    match bad_count {
        0 => {
            print::result(format_args!("{} {files} checked, nothing found", paths.len()));
            Exit::Met
        }
        _ => {
            print::result(format_args!(
                "{} {files} checked, {bad_count} with findings",
                paths.len()
            ));
            Exit::Settings
        }
    }
}

/// A folder stands for the scenario files in it, a pattern for what fits it.
fn with_folders(path: &str) -> Vec<String> {
    let path = &forward(path);
    if let Some(fitting) = fitting(path) {
        return fitting.iter().flat_map(|path| with_folders(path)).collect();
    }
    if !Path::new(path).is_dir() {
        return vec![path.clone()];
    }
    let files = find(std::iter::once(path)).unwrap_or_default();
    files.into_iter().map(|file| file.path).collect()
}

fn check(path: &str, reader: &mut Reader<'_>) -> Result<(), String> {
    let source = text_file(path).map_err(|error| read::problem(path, &error))?;
    match kind_of(path, &source) {
        Kind::Scenario => check_scenario(path, &source, reader),
        // Target files were called *.world.yaml once.
        Kind::World if TargetWorld::parse(&source).is_ok() => Ok(()),
        Kind::World => check_world(path, &source),
        Kind::Target => TargetWorld::parse(&source)
            .map(drop)
            .map_err(|findings| text::render(path, &source, &findings)),
        Kind::Faults => faults::check_file(path, &source),
        Kind::Profile => Profile::parse(path, &source)
            .map(drop)
            .map_err(|error| settings::profile_problem(path, &source, &error)),
        Kind::Settings => match settings::check_file(Path::new(path), &source) {
            findings if findings.is_empty() => Ok(()),
            findings => Err(findings.join("\n")),
        },
        Kind::Unknown => Err(format!(
            "`{path}`: not a file conax-sim knows\n   hint: scenarios are called *.scenario.yaml, \
             worlds *.world.yaml, what exists at a target *.target.yaml, faults *.faults.yaml, wire profiles *.toml, settings conax-sim.toml"
        )),
    }
}

/// Reads a scenario file with everything it includes.
fn check_scenario(path: &str, source: &str, reader: &mut Reader<'_>) -> Result<(), String> {
    let rendered = |files: Vec<FileFindings>| {
        let rendered: Vec<String> = files.iter().map(FileFindings::render).collect();
        rendered.join("\n")
    };
    let scenarios = read_file(path, &Given::seed(1), reader).map_err(rendered)?;
    let mut findings: Vec<_> = scenarios.iter().flat_map(codes_for_ca_ids).collect();
    findings.dedup();
    match findings.is_empty() {
        true => Ok(()),
        false => Err(text::render(path, source, &findings)),
    }
}

/// Reads a world and brings it to life, as `serve` does: what it would refuse is found here.
fn check_world(path: &str, source: &str) -> Result<(), String> {
    let world =
        WorldSpec::parse(source).map_err(|findings| text::render(path, source, &findings))?;
    let defaults = Settings::defaults();
    let (instance, _) = settings::instance(&defaults, Seed(0), local_time(), None)
        .expect("the defaults make a simulator");
    Instance::in_process(instance, world, None)
        .map(drop)
        .map_err(|problem| format!("{path}: {problem}"))
}
