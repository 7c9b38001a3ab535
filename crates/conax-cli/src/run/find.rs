//! Which files are meant, and which scenarios in them.

use std::collections::BTreeSet;
use std::path::{MAIN_SEPARATOR, Path};

use clap::ArgMatches;
use conax_contract::text::shown;

use crate::exit::Exit;
use crate::print;

/// What a scenario file's name ends with.
pub(crate) const ENDING: &str = ".scenario.yaml";

/// A file, and what is meant of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// The file, as it was named.
    pub(crate) path: String,
    /// What of it.
    pub(crate) part: Part,
}

/// Which scenarios of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// All of them.
    Whole,
    /// The one this line belongs to.
    Line(usize),
    /// A row of a table: by its number, or by what is in it.
    Row(String),
}

/// The files that paths name, those of folders in alphabetical order, none twice.
///
/// # Errors
/// A sentence on the first path that names nothing.
pub(crate) fn find<'p>(paths: impl Iterator<Item = &'p String>) -> Result<Vec<Chosen>, String> {
    let mut chosen: Vec<Chosen> = Vec::new();
    for named in paths {
        let (path, part) = split(named);
        let path = &forward(path);
        let path = path.trim_end_matches('/');
        if let Some(fitting) = fitting(path) {
            add(&mut chosen, find(fitting.iter())?.into_iter().map(|one| one.path), &part);
            continue;
        }
        let found = if Path::new(path).is_dir() {
            let InFolder { scenarios, others } = in_folder(Path::new(path))?;
            for other in others {
                print::aside(format_args!(
                    "{} is left out: rename it to {}",
                    shown(&other),
                    shown(&renamed(&other))
                ));
            }
            scenarios
        } else if Path::new(path).exists() {
            vec![path.to_owned()]
        } else {
            return Err(format!(
                "there is no file or folder {}\n   hint: scenario files are called \
                 *{ENDING}; `conax-sim run scenarios` plays a folder of them",
                shown(path)
            ));
        };
        add(&mut chosen, found.into_iter(), &part);
    }
    Ok(chosen)
}

fn add(chosen: &mut Vec<Chosen>, paths: impl Iterator<Item = String>, part: &Part) {
    for path in paths {
        let one = Chosen { path, part: part.clone() };
        if !chosen.contains(&one) {
            chosen.push(one);
        }
    }
}

/// The files and folders that fit a pattern, in alphabetical order; nothing if it is none, or the
/// name of a file. Some shells hand a pattern on as it is.
pub(crate) fn fitting(path: &str) -> Option<Vec<String>> {
    if !path.contains(['*', '?', '[']) || Path::new(path).exists() {
        return None;
    }
    let found = glob::glob(path).ok()?;
    Some(found.flatten().map(|path| path.to_string_lossy().into_owned()).collect())
}

/// The files that the paths of a verb name.
///
/// # Errors
/// The exit code, if one names nothing; that has been said.
pub(crate) fn find_named(matches: &ArgMatches) -> Result<Vec<Chosen>, Exit> {
    let paths = matches.get_many::<String>("path").into_iter().flatten();
    find(paths).map_err(|problem| {
        print::aside(format_args!("error: {problem}"));
        Exit::Usage
    })
}

/// `file:21` and `file:[row 17]` mean a part of a file.
fn split(named: &str) -> (&str, Part) {
    let bracketed =
        named.split_once(":[").and_then(|(path, rest)| Some((path, rest.strip_suffix(']')?)));
    if let Some((path, row)) = bracketed {
        return (path, Part::Row(row.to_owned()));
    }
    match named.rsplit_once(':') {
        Some((path, line)) if !path.is_empty() => match line.parse() {
            Ok(line) => (path, Part::Line(line)),
            Err(_) => (named, Part::Whole),
        },
        _ => (named, Part::Whole),
    }
}

/// A path as it is written on Windows, if there is nothing of that name here.
pub(crate) fn forward(path: &str) -> String {
    let plain = path.replace('\\', "/");
    match cfg!(windows) || (!Path::new(path).exists() && Path::new(&plain).exists()) {
        true => plain,
        false => path.to_owned(),
    }
}

/// What a folder holds, in alphabetical order.
struct InFolder {
    scenarios: Vec<String>,
    /// Files that are probably meant to be scenarios, and are called otherwise.
    others: Vec<String>,
}

/// Whether somebody probably means a scenario: `.yml`, capital letters, a `.txt` that an editor has
/// added.
fn is_nearly_scenario(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let path = path.strip_suffix(".txt").unwrap_or(&path);
    [ENDING, ".scenario.yml"].iter().any(|ending| path.ends_with(ending))
}

/// What such a file has to be called.
fn renamed(path: &str) -> String {
    let begin = path.to_ascii_lowercase().rfind(".scenario.").unwrap_or(path.len());
    format!("{}{ENDING}", &path[..begin])
}

fn in_folder(folder: &Path) -> Result<InFolder, String> {
    let (mut scenarios, mut others) = (Vec::new(), Vec::new());
    let mut folders = vec![folder.to_path_buf()];
    // A link may lead back to where it stands.
    let mut known = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        if !known.insert(folder.canonicalize().unwrap_or_else(|_| folder.clone())) {
            continue;
        }
        let entries = std::fs::read_dir(&folder).map_err(|error| {
            format!("failed to read the folder `{}`: {error}", folder.display())
        })?;
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let path = path.to_string_lossy();
            let path = path.strip_prefix("./").unwrap_or(&path);
            if path.ends_with(ENDING) {
                scenarios.push(path.replace(MAIN_SEPARATOR, "/"));
            } else if is_nearly_scenario(path) {
                others.push(path.replace(MAIN_SEPARATOR, "/"));
            }
        }
    }
    scenarios.sort();
    others.sort();
    Ok(InFolder { scenarios, others })
}
