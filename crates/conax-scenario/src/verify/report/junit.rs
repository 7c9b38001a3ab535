//! A verification as JUnit XML: one suite per topic, one case per clause.

use conax_contract::clause::Strictness;

use super::clause_text::clause_text;
use crate::conformance::Standing;
use crate::report::xml::Xml;
use crate::verify::record::{ClauseRecord, VerifyRecord};

/// The verification as JUnit XML, valid by the schema of Jenkins' xUnit plug-in. A break that is
/// less strict than `least` is skipped with what was found, so that it is seen and fails nothing.
#[must_use]
pub fn junit(record: &VerifyRecord, least: Strictness) -> String {
    let mut xml = Xml::new();
    let all: Vec<&ClauseRecord> = record.clauses.iter().collect();
    let tally = Tally::of(&all, least);
    xml.begin("testsuites", &tally.attributes("conax-sim verify")[..4]);
    for (topic, clauses) in topics(record) {
        let tally = Tally::of(&clauses, least);
        xml.begin("testsuite", &tally.attributes(topic));
        if !record.warnings.is_empty() {
            xml.begin("properties", &[]);
            for warning in &record.warnings {
                xml.empty("property", &[("name", "warning"), ("value", warning)]);
            }
            xml.end();
        }
        for clause in clauses {
            testcase(&mut xml, record, clause, least);
        }
        xml.end();
    }
    xml.end();
    xml.finish()
}

fn topics(record: &VerifyRecord) -> Vec<(&str, Vec<&ClauseRecord>)> {
    let mut topics: Vec<(&str, Vec<&ClauseRecord>)> = Vec::new();
    for clause in &record.clauses {
        let topic = clause.id.split('.').next().unwrap_or_default();
        match topics.iter_mut().find(|(known, _)| *known == topic) {
            Some((_, clauses)) => clauses.push(clause),
            None => topics.push((topic, vec![clause])),
        }
    }
    topics
}

struct Tally {
    tests: String,
    failures: String,
    skipped: String,
}

impl Tally {
    fn of(clauses: &[&ClauseRecord], least: Strictness) -> Self {
        let failures = clauses.iter().filter(|clause| clause.fails(least)).count();
        let held = clauses.iter().filter(|clause| clause.standing == Standing::Held).count();
        Self {
            tests: clauses.len().to_string(),
            failures: failures.to_string(),
            skipped: (clauses.len() - failures - held).to_string(),
        }
    }

    fn attributes<'t>(&'t self, name: &'t str) -> [(&'t str, &'t str); 6] {
        [
            ("name", name),
            ("tests", &self.tests),
            ("failures", &self.failures),
            ("errors", "0"),
            ("skipped", &self.skipped),
            ("time", "0"),
        ]
    }
}

fn testcase(xml: &mut Xml, record: &VerifyRecord, clause: &ClauseRecord, least: Strictness) {
    let class = format!("{}.{}", clause.source, clause.strictness);
    let name = format!("{}: {}", clause.id, clause.statement);
    xml.begin("testcase", &[("classname", &class), ("name", &name), ("time", "0")]);
    match clause.standing {
        Standing::Held => {}
        Standing::NotTestable => {
            let why = clause.why.as_deref().unwrap_or_default();
            xml.empty("skipped", &[("message", why)]);
        }
        Standing::Broken if clause.fails(least) => {
            let message = clause.breaks.first().map_or("", |one| one.found.as_str());
            let attributes = [("type", "clause"), ("message", message)];
            xml.text("failure", &attributes, &clause_text(record, clause));
        }
        Standing::Broken => {
            let found = clause.breaks.first().map_or("", |one| one.found.as_str());
            let message = format!("broken, but only a {}: {found}", clause.strictness);
            xml.empty("skipped", &[("message", &message)]);
        }
    }
    xml.end();
}
