//! The report that CI systems read: JUnit XML, one suite per file.

use std::time::Duration;

use conax_contract::text::render_duration;

use super::failure_text::failure_text;
use super::fate::{Fate, fate};
use super::plain::{cut, headline};
use super::xml::Xml;
use crate::record::{CaseRecord, ExchangeRecord, RunRecord};

/// The most bytes of a story; readers keep little more.
const TEXT_LIMIT: usize = 64 * 1024;

/// The run as JUnit XML.
///
/// It is valid by the schema of Jenkins' xUnit plug-in, which most readers follow. One suite per
/// file, one case per scenario or row of its table. An expectation that was not met
/// is a `failure`; a target that did not do what was asked, or not in time, is an `error`; what
/// could not be looked at is `skipped`, even if the rest was as expected. `time` is real time;
/// simulated time is a property.
#[must_use]
pub fn junit(run: &RunRecord) -> String {
    let mut xml = Xml::new();
    let all: Vec<&CaseRecord> = run.cases.iter().collect();
    let tally = Tally::of(&all, run.wall);
    let [name, tests, failures, errors, _, time] = tally.attributes("conax-sim");
    xml.begin("testsuites", &[name, tests, failures, errors, time]);
    for (file, cases) in grouped(&run.cases, |case| &case.file) {
        let tally = Tally::of(&cases, cases.iter().map(|case| case.wall).sum());
        xml.begin("testsuite", &[&tally.attributes(file)[..], &[("file", file)]].concat());
        xml.begin("properties", &[]);
        for warning in &run.warnings {
            xml.empty("property", &[("name", "warning"), ("value", warning)]);
        }
        cases.iter().for_each(|case| properties(&mut xml, case));
        xml.end();
        for case in cases {
            testcase(&mut xml, case);
        }
        xml.end();
    }
    xml.end();
    xml.finish()
}

/// Cases by what they belong to, in the order in which that first comes.
pub(crate) fn grouped<'c, T>(
    cases: &'c [T],
    key: impl Fn(&'c T) -> &'c str,
) -> Vec<(&'c str, Vec<&'c T>)> {
    let mut groups: Vec<(&str, Vec<&T>)> = Vec::new();
    for case in cases {
        let key = key(case);
        match groups.iter_mut().rfind(|(known, _)| *known == key) {
            Some((_, cases)) => cases.push(case),
            None => groups.push((key, vec![case])),
        }
    }
    groups
}

/// How many cases ended how, ready to be written.
pub(crate) struct Tally {
    counts: [String; 4],
    time: String,
}

impl Tally {
    /// All cases, failures, errors, and those that were skipped.
    pub(crate) fn new(counts: [usize; 4], time: &str) -> Self {
        Self { counts: counts.map(|count| count.to_string()), time: time.to_owned() }
    }

    fn of(cases: &[&CaseRecord], time: Duration) -> Self {
        let count =
            |wanted: fn(&Fate) -> bool| cases.iter().map(|case| fate(case)).filter(wanted).count();
        let counts = [
            cases.len(),
            count(|fate| matches!(fate, Fate::Failed(_))),
            count(|fate| matches!(fate, Fate::Broken(_))),
            count(|fate| matches!(fate, Fate::Skipped(_))),
        ];
        Self::new(counts, &seconds(time))
    }

    pub(crate) fn attributes<'t>(&'t self, name: &'t str) -> [(&'t str, &'t str); 6] {
        let [tests, failures, errors, skipped] = &self.counts;
        [
            ("name", name),
            ("tests", tests),
            ("failures", failures),
            ("errors", errors),
            ("skipped", skipped),
            ("time", &self.time),
        ]
    }
}

fn testcase(xml: &mut Xml, case: &CaseRecord) {
    xml.begin(
        "testcase",
        &[
            ("classname", &class_name(&case.file)),
            ("name", &case.title()),
            ("time", &seconds(case.wall)),
        ],
    );
    let rendered = match fate(case) {
        Fate::Passed => None,
        Fate::Skipped(reason) => {
            xml.empty("skipped", &[("message", &reason)]);
            None
        }
        Fate::Failed(kind) => Some(("failure", kind)),
        Fate::Broken(kind) => Some(("error", kind)),
    };
    if let Some((element, kind)) = rendered {
        let message = cut(&headline(case).unwrap_or_default(), TEXT_LIMIT / 64);
        let attributes = [("type", kind), ("message", &message)];
        xml.text(element, &attributes, &cut(&failure_text(case), TEXT_LIMIT));
        xml.text("system-out", &[], &cut(&course(case), TEXT_LIMIT));
    }
    xml.end();
}

/// What is known of a case besides. The common schema gives properties to suites only, so each has
/// the sentence of its case before its name.
fn properties(xml: &mut Xml, case: &CaseRecord) {
    let title = case.title();
    let mut property = |name: &str, value: &str| {
        let name = format!("{title}: {name}");
        xml.empty("property", &[("name", &name), ("value", value)]);
    };
    property("line", &case.line.to_string());
    property("seed", &case.seed.to_string());
    case.protects.iter().for_each(|clause| property("clause", clause));
    case.faults.iter().for_each(|rule| property("fault", &rule.name));
    property("repeat", &case.again);
    let simulated = Duration::from_millis(case.simulated_ms);
    property("simulated", &render_duration(simulated));
}

/// What happened, step by step, and what was said.
fn course(case: &CaseRecord) -> String {
    let steps = case.steps.iter().map(|step| {
        let why = step.reason.as_deref().map(|why| format!(": {why}"));
        let why = why.unwrap_or_default();
        let verdict = step.verdict.word();
        format!("{:>5}  {verdict:<7}  {}{why}\n", step.line, step.title)
    });
    steps.chain(case.exchanges.iter().map(said)).collect()
}

fn said(exchange: &ExchangeRecord) -> String {
    let after = render_duration(Duration::from_millis(exchange.at_ms));
    let status = match exchange.http_status {
        Some(status) => status.to_string(),
        None => "no answer".to_owned(),
    };
    let outcome = exchange.outcome.as_deref().unwrap_or_default();
    let mut line = format!(
        "#{}  {after}  {}  {} {}  {status} {outcome}\n",
        exchange.number, exchange.api, exchange.verb, exchange.target
    );
    for fault in &exchange.faults {
        line.push_str(&format!("       fault {fault}\n"));
    }
    line
}

/// `scenarios/faults/f05.scenario.yaml` as a package and a class: `scenarios.faults.f05`.
fn class_name(file: &str) -> String {
    let endings = [".scenario.yaml", ".scenario.yml", ".yaml", ".yml"];
    let stem = endings.into_iter().find_map(|ending| file.strip_suffix(ending)).unwrap_or(file);
    let parts = stem.split(['/', '\\']);
    let rendered: Vec<&str> =
        parts.filter(|part| !part.is_empty() && *part != "." && *part != "..").collect();
    rendered.join(".")
}

fn seconds(time: Duration) -> String {
    format!("{}.{:03}", time.as_secs(), time.subsec_millis())
}
