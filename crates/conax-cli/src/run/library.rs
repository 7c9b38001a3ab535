//! Files that scenarios include: those of the project they belong to, and no others. A scenario
//! comes from anywhere, and what is wrong with an included file is shown with its line.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches};
use conax_contract::text::visible_name;
use conax_contract::world;
use conax_scenario::document::Library;

use crate::flags::{Flags, flag};
use crate::read::text_file;

/// The flag that allows one more folder.
pub(crate) const INCLUDE_FROM: &str = "include-from";

/// What marks the folder of a project.
const PROJECT_MARKS: [&str; 4] = [".git", ".hg", ".svn", "conax-sim.toml"];

/// The flag as an argument of a verb.
pub(crate) fn include_from() -> Arg {
    let help = "A folder that scenarios may include files from, beside the current one and those \
                of their own project";
    flag(INCLUDE_FROM, "FOLDER", help)
}

/// The world built in under this name.
pub(crate) fn built_in_world(name: &str) -> Option<String> {
    world::built_in(name).map(str::to_owned)
}

/// Files on this machine, in the folders that scenarios may include from.
pub(crate) struct Files {
    /// Nothing: any folder.
    folders: Option<BTreeSet<PathBuf>>,
}

impl Files {
    /// All of them, for scenarios that the program itself has written.
    pub(crate) const fn anywhere() -> Self {
        Self { folders: None }
    }

    /// Those of the current folder, of the projects of these paths, and of what the flag allows.
    pub(crate) fn around<'p>(
        paths: impl IntoIterator<Item = &'p String>,
        matches: &ArgMatches,
    ) -> Self {
        Self::beside(paths).and_of(matches.text(INCLUDE_FROM))
    }

    /// Those of this folder as well.
    pub(crate) fn and_of(mut self, folder: Option<&str>) -> Self {
        let folder = folder.map(Path::new).and_then(real);
        self.folders.iter_mut().for_each(|folders| folders.extend(folder.clone()));
        self
    }

    /// Those of the current folder, and of the projects of these paths.
    pub(crate) fn beside<'p>(paths: impl IntoIterator<Item = &'p String>) -> Self {
        let own: BTreeSet<&Path> = paths.into_iter().map(|path| folder_of(path)).collect();
        let mut folders: BTreeSet<PathBuf> =
            own.into_iter().filter_map(real).map(project_of).collect();
        folders.extend(real(Path::new(".")));
        Self { folders: Some(folders) }
    }

    fn refusal(&self, path: &str) -> Option<String> {
        // What does not exist is told as that.
        let found = real(Path::new(path))?;
        if self.folders.as_ref()?.iter().any(|folder| found.starts_with(folder)) {
            return None;
        }
        let folder = folder_of(path).to_string_lossy();
        Some(format!(
            "it is neither in the current folder nor in the project of the scenario; \
             `--{INCLUDE_FROM} {}` allows it",
            visible_name(&folder)
        ))
    }
}

impl Library for Files {
    fn read(&self, path: &str) -> Result<String, String> {
        match self.refusal(path) {
            Some(refusal) => Err(refusal),
            None => text_file(path).map_err(|error| error.to_string()),
        }
    }

    fn built_in_world(&self, name: &str) -> Option<String> {
        built_in_world(name)
    }
}

/// Where it really is, links followed.
fn real(path: &Path) -> Option<PathBuf> {
    std::fs::canonicalize(path).ok()
}

/// The folder a path is or stands in.
fn folder_of(path: &str) -> &Path {
    let path = Path::new(path);
    match (path.is_dir(), path.parent()) {
        (true, _) => path,
        (false, Some(parent)) if !parent.as_os_str().is_empty() => parent,
        (false, _) => Path::new("."),
    }
}

/// The nearest folder above that is marked as a project; itself, if none is.
fn project_of(folder: PathBuf) -> PathBuf {
    let is_project = |above: &&Path| PROJECT_MARKS.iter().any(|mark| above.join(mark).exists());
    let project = folder.ancestors().find(is_project).map(Path::to_path_buf);
    project.unwrap_or(folder)
}
