//! `fmt`: brings scenario files into their tidy form.

use std::path::Path;

use clap::{Arg, ArgAction, ArgMatches, Command};
use conax_contract::text::{counted, render, visible_name};
use conax_scenario::document::tidy;

use crate::exit::Exit;
use crate::print;
use crate::run::find_named;
use crate::write::write_file;

/// The verb.
pub(crate) fn command() -> Command {
    Command::new("fmt")
        .about("Bring scenario files into their tidy form; comments stay")
        .arg(
            Arg::new("path")
                .value_name("PATH")
                .required(true)
                .num_args(1..)
                .help("Files called *.scenario.yaml, or folders of them"),
        )
        .arg(
            Arg::new("check")
                .long("check")
                .action(ArgAction::SetTrue)
                .help("Change nothing; end with 4 if a file is not tidy"),
        )
        .after_help("Examples:\n  conax-sim fmt scenarios\n  conax-sim fmt --check scenarios")
}

/// Tidies every file.
pub(crate) fn run(matches: &ArgMatches) -> Exit {
    let files = match find_named(matches) {
        Ok(files) => files,
        Err(exit) => return exit,
    };
    if files.is_empty() {
        print::aside("there is no file to bring into its tidy form in what was named");
        return Exit::NothingRan;
    }
    let only_check = matches.get_flag("check");
    let mut exit = Exit::Met;
    let mut changed = 0;
    for file in &files {
        match tidy_file(&file.path, only_check) {
            Ok(false) => {}
            Ok(true) => {
                changed += 1;
                print::result(format_args!(
                    "{}: {}",
                    visible_name(&file.path),
                    if only_check { "not tidy" } else { "tidied" }
                ));
            }
            Err((problem, code)) => {
                print::aside(problem.trim_end());
                exit = code;
            }
        }
    }
    print::result(format_args!(
        "{}, {changed} {}",
        counted(files.len(), "file"),
        if only_check { "not tidy" } else { "changed" }
    ));
    match (exit, only_check && changed > 0) {
        (Exit::Met, true) => Exit::NotMet,
        (exit, _) => exit,
    }
}

/// Whether the file was, or is to be, changed.
fn tidy_file(path: &str, only_check: bool) -> Result<bool, (String, Exit)> {
    let source = crate::read::text_file(path)
        .map_err(|error| (crate::read::problem(path, &error), Exit::Settings))?;
    let tidied =
        tidy(&source).map_err(|findings| (render(path, &source, &findings), Exit::Settings))?;
    if tidied == source {
        return Ok(false);
    }
    if !only_check {
        write_file(Path::new(path), tidied.as_bytes()).map_err(|error| {
            let problem = format!("error: failed to write `{path}`: {error}");
            (problem, Exit::Surroundings)
        })?;
    }
    Ok(true)
}
