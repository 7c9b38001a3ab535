//! From files to a plan: every file read, everything that is wrong with them told at once, and the
//! scenarios that were not asked for left out.

use std::collections::BTreeMap;

use conax_contract::text::{Finding, near_miss};
use conax_scenario::document::{FileFindings, Given, Reader, Scenario};
use conax_scenario::run::Case;

use crate::read::text_file;
use crate::run::find::{Chosen, Part};
use crate::settings::{SETTINGS, SettingEntry};

/// Settings that mean something for a scenario; the others are about APIs, files and this machine.
pub(crate) const SCENARIO_SETTINGS: [&str; 19] = [
    "shape",
    "http-errors",
    "success-texts",
    "identifiers",
    "pairing-sets",
    "pin-digits",
    "unknown-fields",
    "token-life",
    "profile",
    "cas-auth",
    "workers",
    "connect-timeout",
    "read-timeout",
    "crm-host",
    "crm-java",
    "fault-header",
    "ledger-limit",
    "body-limit",
    "head-limit",
];

/// Reads a file and checks what needs more than the language: the settings.
pub(crate) fn read_file(
    path: &str,
    given: &Given,
    reader: &mut Reader<'_>,
) -> Result<Vec<Scenario>, Vec<FileFindings>> {
    let source = match text_file(path) {
        Ok(source) => source,
        Err(error) => {
            let (source, findings) = crate::read::findings_of(&error);
            return Err(vec![FileFindings { path: path.to_owned(), source, findings }]);
        }
    };
    let scenarios = reader.read(path, &source, given)?;
    let mut findings: Vec<Finding> = scenarios.iter().flat_map(setting_findings).collect();
    findings.sort();
    findings.dedup();
    if findings.is_empty() {
        return Ok(scenarios);
    }
    Err(vec![FileFindings { path: path.to_owned(), source, findings }])
}

fn setting_findings(scenario: &Scenario) -> Vec<Finding> {
    let known = || SETTINGS.iter().filter(|entry| SCENARIO_SETTINGS.contains(&entry.key));
    let check = |setting: &conax_scenario::document::Setting| {
        let name = setting.name.value.as_str();
        let found: Option<&SettingEntry> = known().find(|entry| entry.key == name);
        let Some(entry) = found else {
            let hint = match near_miss(name, known().map(|entry| entry.key)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("a scenario may set {}", SCENARIO_SETTINGS.join(", ")),
            };
            let message = match SETTINGS.iter().any(|entry| entry.key == name) {
                true => format!("the setting `{name}` is not a scenario's to choose"),
                false => format!("there is no setting `{name}`"),
            };
            return Some(Finding::new(setting.name.span, message).with_hint(hint));
        };
        let problem = (entry.check)(&setting.value.value).err()?;
        Some(Finding::new(setting.value.span, format!("`{name}`: {problem}")))
    };
    scenario.settings.iter().filter_map(check).collect()
}

/// What is chosen of what was read.
#[derive(Debug, Default)]
pub(crate) struct Choice {
    /// Every one of these must hold; each is a list of which one must.
    pub(crate) tags: Vec<String>,
    /// Every one of these must be found in the file's name or the sentence.
    pub(crate) filters: Vec<String>,
}

impl Choice {
    pub(crate) fn takes(&self, case: &Case) -> bool {
        let has = |tag: &str| {
            let tag = tag.trim();
            let (is_wanted, tag) = match tag.strip_prefix('~') {
                Some(tag) => (false, tag),
                None => (true, tag),
            };
            let tag = tag.trim_start_matches('@');
            case.scenario.tags.iter().any(|one| one == tag) == is_wanted
        };
        let text = format!("{} {}", case.file, case.scenario.title()).to_lowercase();
        let found = |filter: &String| match filter.strip_prefix('~') {
            Some(filter) => !text.contains(&filter.to_lowercase()),
            None => text.contains(&filter.to_lowercase()),
        };
        self.tags.iter().all(|any| any.split(',').any(has)) && self.filters.iter().all(found)
    }

    /// What somebody may have meant who chose nothing.
    pub(crate) fn near(&self, cases: &[Case]) -> Option<String> {
        let tags = || cases.iter().flat_map(|case| case.scenario.tags.iter());
        let near_tag = self.tags.iter().find_map(|tag| {
            let tag = tag.trim_start_matches(['~', '@']);
            let is_known = tags().any(|one| one == tag);
            (!is_known).then(|| near_miss(tag, tags().map(String::as_str)))?
        });
        if let Some(near) = near_tag {
            return Some(format!("did you mean --tag {near}?"));
        }
        let words = || {
            cases.iter().flat_map(|case| {
                let title = case.scenario.name.split_whitespace();
                let path = case.file.split(['/', '.']);
                title.chain(path)
            })
        };
        let near = self.filters.iter().find_map(|filter| near_miss(filter, words()))?;
        Some(format!("did you mean --filter {near}?"))
    }
}

/// Whether a scenario of a file is the part that was named.
pub(crate) fn is_part(part: &Part, scenario: &Scenario, all: &[Scenario]) -> bool {
    match part {
        Part::Whole => true,
        Part::Line(line) => {
            let begins = |one: &Scenario| one.span.start.line;
            // The scenario the line belongs to is the last one that begins before it; a line
            // before all of them means the first.
            let holder = all
                .iter()
                .map(begins)
                .filter(|begin| begin <= line)
                .max()
                .or_else(|| all.iter().map(begins).min());
            holder == Some(begins(scenario))
        }
        Part::Row(wanted) => scenario.row.as_ref().is_some_and(|row| {
            row.content == *wanted || wanted.strip_prefix("row ") == Some(&row.number.to_string())
        }),
    }
}

/// Whether the line that was named is behind the end of its file.
fn is_behind(chosen: &Chosen) -> bool {
    let Part::Line(line) = chosen.part else {
        return false;
    };
    text_file(&chosen.path).is_ok_and(|source| line > source.lines().count())
}

/// The scenarios of the chosen files, and everything that is wrong with them.
pub(crate) fn load_all(
    chosen: &[Chosen],
    given: &Given,
    reader: &mut Reader<'_>,
    again: &dyn Fn(&Scenario, &str) -> String,
) -> (Vec<Case>, Vec<FileFindings>) {
    let (mut cases, mut wrong) = (Vec::new(), Vec::new());
    let mut read: BTreeMap<&str, Vec<Scenario>> = BTreeMap::new();
    for one in chosen {
        if !read.contains_key(one.path.as_str()) {
            match read_file(&one.path, given, reader) {
                Ok(scenarios) => {
                    read.insert(&one.path, scenarios);
                }
                Err(findings) => {
                    // An included file that is wrong is told once, whoever includes it.
                    for file in findings {
                        if !wrong.contains(&file) {
                            wrong.push(file);
                        }
                    }
                    read.insert(&one.path, Vec::new());
                }
            }
        }
        let mut scenarios = read.get(one.path.as_str()).map_or(&[][..], Vec::as_slice);
        if is_behind(one) {
            scenarios = &[];
        }
        let meant = scenarios.iter().filter(|scenario| is_part(&one.part, scenario, scenarios));
        cases.extend(meant.map(|scenario| Case {
            scenario: scenario.clone(),
            file: one.path.clone(),
            again: again(scenario, &one.path),
        }));
    }
    (cases, wrong)
}
