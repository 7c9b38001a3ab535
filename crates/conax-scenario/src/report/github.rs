//! The report for GitHub: workflow commands that become annotations beside the lines of the files.

use conax_contract::text::visible;

use super::plain::{cut, details, summary};
use crate::record::{CaseRecord, FindingRecord, RunRecord, StepRecord};

/// The most bytes of a message; longer ones are not shown.
const MESSAGE_LIMIT: usize = 4 * 1024;

/// Where the run was started, and the workspace of the workflow: both absolute. Files are named
/// relative to the one, annotations to the other.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    /// The folder the run was started in.
    pub here: String,
    /// The folder of the workflow.
    pub root: String,
}

impl Workspace {
    /// A file as an annotation names it; one outside keeps its name.
    fn file(&self, named: &str) -> String {
        if self.root.is_empty() {
            return named.to_owned();
        }
        let named = named.replace('\\', "/");
        let here = self.here.replace('\\', "/");
        let root = self.root.replace('\\', "/");
        let is_absolute = named.starts_with('/') || named.get(1..3) == Some(":/");
        let path = match is_absolute {
            true => named.clone(),
            false => format!("{here}/{named}"),
        };
        let (path, root) = (parts(&path), parts(&root));
        match path.strip_prefix(root.as_slice()) {
            Some(inside) if !inside.is_empty() => inside.join("/"),
            _ => named,
        }
    }
}

/// The parts of a path, without steps to and fro.
fn parts(path: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts
}

/// The run as workflow commands: an error at each place where something was not as it should be, a
/// warning for each note, and one notice that sums up.
#[must_use]
pub fn github(run: &RunRecord, workspace: &Workspace) -> String {
    let mut text = String::new();
    for case in &run.cases {
        text.extend(errors(case, workspace));
        text.extend(warnings(case, workspace));
    }
    let title = [("title", "conax-sim".to_owned())];
    text.extend(run.warnings.iter().map(|warning| command("warning", &title, warning)));
    let sum = format!("{}, seed {}, target {}", summary(run), run.seed, run.target);
    text + &command("notice", &title, &sum)
}

fn errors(case: &CaseRecord, workspace: &Workspace) -> Vec<String> {
    if !case.verdict.is_bad() {
        return Vec::new();
    }
    let rendered: Vec<String> =
        case.findings().map(|(step, finding)| error((case, workspace), step, finding)).collect();
    if !rendered.is_empty() {
        return rendered;
    }
    let reason = case.reason.as_deref().unwrap_or(case.verdict.word());
    let message = format!("{reason}\nagain: {}", case.again);
    vec![command("error", &at_case(case, workspace), &message)]
}

fn error(
    (case, workspace): (&CaseRecord, &Workspace),
    step: &StepRecord,
    finding: &FindingRecord,
) -> String {
    let file = [finding.file.as_str(), step.file.as_deref().unwrap_or("")]
        .into_iter()
        .find(|file| !file.is_empty())
        .unwrap_or(&case.file);
    let mut place = vec![
        ("file", workspace.file(file)),
        ("line", finding.line.to_string()),
        ("col", finding.column.to_string()),
    ];
    if finding.end_column > finding.column {
        place.push(("endColumn", finding.end_column.to_string()));
    }
    place.push(("title", case.title()));
    let mut lines = vec![finding.message.clone(), format!("   step      {}", step.title)];
    lines.extend(details(finding));
    let rendered = cut(&lines.join("\n"), MESSAGE_LIMIT);
    command("error", &place, &format!("{rendered}\n   again     {}", case.again))
}

fn warnings(case: &CaseRecord, workspace: &Workspace) -> impl Iterator<Item = String> {
    let notes = case.notes.iter();
    notes.map(|note| command("warning", &at_case(case, workspace), note))
}

fn at_case(case: &CaseRecord, workspace: &Workspace) -> [(&'static str, String); 3] {
    [("file", workspace.file(&case.file)), ("line", case.line.to_string()), ("title", case.title())]
}

/// `::error file=a,line=1::message`
fn command(name: &str, properties: &[(&str, String)], message: &str) -> String {
    let rendered: Vec<String> = properties
        .iter()
        .map(|(name, value)| format!("{name}={}", escaped_property(value)))
        .collect();
    format!("::{name} {}::{}\n", rendered.join(","), escaped(message))
}

/// Documented: a line ends the command, and `%` begins an escape.
fn escaped(text: &str) -> String {
    visible(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Documented: in a property, `:` and `,` end the value as well.
fn escaped_property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}
