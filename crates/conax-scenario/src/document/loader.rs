//! Other files: included steps and worlds.

use std::collections::BTreeMap;
use std::sync::Arc;

use conax_contract::text::{
    Finding, Findings, Marked, Placed, Span, fields, items, quoted_look_alikes, read, render,
    shown, text, untold_digits,
};
use conax_contract::world::WorldSpec;

use super::spec::{Sources, Step};
use super::steps;
use super::template::Names;
use super::values::{self, Values};

/// Where other files are read from.
pub trait Library {
    /// The text of a file.
    ///
    /// # Errors
    /// Why it cannot be read, in words.
    fn read(&self, path: &str) -> Result<String, String>;

    /// The text of a world that is built in.
    fn built_in_world(&self, name: &str) -> Option<String>;
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFindings {
    /// The file.
    pub path: String,
    /// Its text.
    pub source: String,
    /// What is wrong, in the order of the file.
    pub findings: Vec<Finding>,
}

impl FileFindings {
    /// All of it beside its lines, for people.
    #[must_use]
    pub fn render(&self) -> String {
        render(&self.path, &self.source, &self.findings)
    }
}

/// The most files within each other.
const DEPTH_LIMIT: usize = 16;
/// The most files that a scenario takes steps from, each as often as it does.
const USE_LIMIT: usize = 10_000;

/// What is known while a file is read.
pub(super) struct Loader<'l> {
    library: &'l dyn Library,
    /// The files that are being read, outermost first.
    trail: Vec<Arc<str>>,
    /// How often the scenario that is read has taken steps of a file.
    uses: usize,
    /// Whether that was too often, which has been told.
    has_too_many: bool,
    /// The texts of the files that were read.
    pub(super) sources: Sources,
    /// What is wrong with other files.
    pub(super) others: Vec<FileFindings>,
    /// The worlds that were read, shared by the files of a run.
    pub(super) worlds: &'l mut Worlds,
}

/// Worlds by their paths, as trees and as what they mean; nothing: one is wrong.
pub(super) type Worlds = BTreeMap<String, Option<(Marked, Arc<WorldSpec>)>>;

/// Steps of another file.
pub(super) struct IncludedSteps {
    pub(super) path: Arc<str>,
    pub(super) steps: Vec<Step>,
    /// The names that mean something at its end.
    pub(super) names: Names,
}

impl<'l> Loader<'l> {
    pub(super) fn new(
        library: &'l dyn Library,
        worlds: &'l mut Worlds,
        path: &str,
        source: &str,
    ) -> Self {
        Self {
            library,
            trail: vec![path.into()],
            uses: 0,
            has_too_many: false,
            sources: [(path.into(), source.into())].into(),
            others: Vec::new(),
            worlds,
        }
    }

    /// A scenario begins.
    pub(super) fn begin_scenario(&mut self) {
        self.uses = 0;
    }

    /// Counts a file whose steps are taken; false if there are too many, which is told once.
    fn counts(&mut self, span: Span, findings: &mut Findings) -> bool {
        if self.has_too_many {
            findings.note_elsewhere();
            return false;
        }
        self.uses += 1;
        self.has_too_many = self.uses > USE_LIMIT;
        if self.has_too_many {
            let message = format!("a scenario takes steps of files more than {USE_LIMIT} times");
            let hint = "files that use files multiply; `repeat` does something often";
            findings.add(Finding::new(span, message).with_hint(hint));
        }
        !self.has_too_many
    }

    pub(super) fn library(&self) -> &'l dyn Library {
        self.library
    }

    /// The file that is being read, if it is not the outermost one.
    pub(super) fn included_file(&self) -> Option<Arc<str>> {
        match self.trail.as_slice() {
            [_, .., last] => Some(Arc::clone(last)),
            _ => None,
        }
    }

    /// The path of a file named in the one that is being read.
    pub(super) fn resolve(&self, named: &str) -> String {
        let here = self.trail.last().map_or("", |path| path);
        resolve(here, named)
    }

    /// Reads the steps of another file.
    pub(super) fn include(
        &mut self,
        named: &Placed<String>,
        parameters: &BTreeMap<&str, ()>,
        fixed: &Values,
        findings: &mut Findings,
    ) -> Option<IncludedSteps> {
        let path: Arc<str> = self.resolve(&named.value).into();
        if self.trail.contains(&path) {
            let way: Vec<&str> = self.trail.iter().map(|one| &**one).collect();
            let message = format!("{} includes itself", shown(&named.value));
            let hint = format!("the way is {} → {path}", way.join(" → "));
            findings.add(Finding::new(named.span, message).with_hint(hint));
            return None;
        }
        if self.trail.len() > DEPTH_LIMIT {
            let message = format!("more than {DEPTH_LIMIT} files include each other");
            findings.add(Finding::new(named.span, message));
            return None;
        }
        if !self.counts(named.span, findings) {
            return None;
        }
        let source = match self.library.read(&path) {
            Ok(source) => source,
            Err(problem) => {
                let message = format!("failed to read {}: {problem}", shown(&path));
                let hint = "the path is relative to the file it stands in";
                findings.add(Finding::new(named.span, message).with_hint(hint));
                return None;
            }
        };
        self.sources.insert(Arc::clone(&path), source.as_str().into());
        self.trail.push(Arc::clone(&path));
        let mut inner = Findings::new();
        let read =
            read_steps_file(&source, named.span, (parameters, fixed), self, &mut inner, findings);
        self.trail.pop();
        match inner.into_result(Some(())) {
            Ok(()) => read.map(|(steps, names)| IncludedSteps { path, steps, names }),
            Err(found) => {
                self.add_others(&path, source, found);
                // The names it would keep are not known; that is no finding of this file.
                findings.note_elsewhere();
                None
            }
        }
    }

    pub(super) fn add_others(&mut self, path: &str, source: String, findings: Vec<Finding>) {
        let known = self.others.iter_mut().find(|one| one.path == path);
        match known {
            Some(known) => {
                for finding in findings {
                    if !known.findings.contains(&finding) {
                        known.findings.push(finding);
                    }
                }
            }
            None => self.others.push(FileFindings { path: path.to_owned(), source, findings }),
        }
    }
}

/// Reads `given`, `steps` of a file of steps. What it is not given is a finding where it is used.
fn read_steps_file(
    source: &str,
    at: Span,
    (parameters, fixed): (&BTreeMap<&str, ()>, &Values),
    loader: &mut Loader<'_>,
    inner: &mut Findings,
    outer: &mut Findings,
) -> Option<(Vec<Step>, Names)> {
    let written = read(source, inner)?;
    quoted_look_alikes(&written, source, inner);
    let root = values::substitute(&written, fixed);
    let read = fields(&root, inner, "a file of steps", |fields| {
        let _schema = fields.optional("$schema", text);
        let _description = fields.optional("description", text);
        let given = fields.optional("given", items(text)).unwrap_or_default();
        let mut names = Names::default();
        for name in &given {
            names.add(name);
            if !parameters.contains_key(name.as_str()) {
                let message = format!("the steps need {}", shown(name));
                let hint = format!("write it under `with`: `with: {{ {name}: … }}`");
                outer.add(Finding::new(at, message).with_hint(hint));
            }
        }
        for name in parameters.keys() {
            if !given.iter().any(|one| one == name) {
                let message = format!("the steps take nothing called {}", shown(name));
                let known = match given.as_slice() {
                    [] => "they take nothing; `given: [name]` in that file would".to_owned(),
                    given => format!("they take {}", given.join(", ")),
                };
                outer.add(Finding::new(at, message).with_hint(known));
            }
        }
        let steps = fields.required("steps", |value, findings| {
            steps::steps(value, &mut names, loader, findings)
        })?;
        Some((steps, names))
    });
    if !inner.is_empty() {
        untold_digits(&written, inner);
    }
    read
}

/// A path named in a file, seen from where the program runs. Who writes it on Windows may write `\`.
fn resolve(here: &str, named: &str) -> String {
    let (here, named) = (here.replace('\\', "/"), named.replace('\\', "/"));
    if named.starts_with('/') || named.get(1..3) == Some(":/") {
        return named;
    }
    let folder = here.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').collect();
    if folder.is_empty() {
        parts.clear();
    }
    for part in named.split('/') {
        match part {
            "." | "" => {}
            ".." if parts.last().is_some_and(|last| !last.is_empty() && *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
