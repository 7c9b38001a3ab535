//! A verification as JUnit XML: one suite per topic, one case per clause.

use conax_contract::clause::Strictness;

use super::clause_text::clause_text;
use crate::conformance::Standing;
use crate::report::junit::{Tally, grouped};
use crate::report::xml::Xml;
use crate::verify::record::{ClauseRecord, VerifyRecord};

/// The verification as JUnit XML, valid by the schema of Jenkins' xUnit plug-in. A break that is
/// less strict than `least` is skipped with what was found, so that it is seen and fails nothing.
#[must_use]
pub fn junit(record: &VerifyRecord, least: Strictness) -> String {
    let mut xml = Xml::new();
    let all: Vec<&ClauseRecord> = record.clauses.iter().collect();
    xml.begin("testsuites", &tally(&all, least).attributes("conax-sim verify")[..4]);
    for (topic, clauses) in grouped(&record.clauses, topic) {
        xml.begin("testsuite", &tally(&clauses, least).attributes(topic));
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

fn topic(clause: &ClauseRecord) -> &str {
    clause.id.split('.').next().unwrap_or_default()
}

fn tally(clauses: &[&ClauseRecord], least: Strictness) -> Tally {
    let failures = clauses.iter().filter(|clause| clause.fails(least)).count();
    let held = clauses.iter().filter(|clause| clause.standing == Standing::Held).count();
    Tally::new([clauses.len(), failures, 0, clauses.len() - failures - held], "0")
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
