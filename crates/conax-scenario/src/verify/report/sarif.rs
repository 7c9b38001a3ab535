//! A verification as SARIF 2.1.0, which code scanners show beside the code: each clause a rule,
//! each broken one a result.

use serde_json::{Value, json};

use super::clause_text::clause_text;
use crate::conformance::Standing;
use crate::verify::record::{ClauseRecord, VerifyRecord};

/// The verification as SARIF. `file` is what results point at, such as the world file: the target
/// itself has no source here.
#[must_use]
pub fn sarif(record: &VerifyRecord, file: &str) -> Value {
    let rules: Vec<Value> = record.clauses.iter().map(rule).collect();
    let clauses = record.clauses.iter().enumerate();
    let results: Vec<Value> = clauses
        .filter(|(_, clause)| clause.standing == Standing::Broken)
        .map(|(index, clause)| result(record, index, clause, file))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "conax-sim verify",
                "version": record.version,
                "rules": rules,
            } },
            "properties": {
                "target": record.target, "calls": record.calls, "created": record.created,
                "warnings": record.warnings,
            },
            "results": results,
        }],
    })
}

fn rule(clause: &ClauseRecord) -> Value {
    json!({
        "id": clause.id,
        "shortDescription": { "text": clause.statement },
        "help": { "text": format!("{} {} {}", clause.statement, clause.source, clause.place).trim_end() },
        "defaultConfiguration": { "level": level(clause) },
        "properties": { "source": clause.source, "place": clause.place, "strictness": clause.strictness },
    })
}

fn level(clause: &ClauseRecord) -> &'static str {
    match clause.strictness.as_str() {
        "must" => "error",
        "should" => "warning",
        _ => "note",
    }
}

fn result(record: &VerifyRecord, index: usize, clause: &ClauseRecord, file: &str) -> Value {
    json!({
        "ruleId": clause.id,
        "ruleIndex": index,
        "level": level(clause),
        "message": { "text": clause_text(record, clause) },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": file },
            "region": { "startLine": 1 },
        } }],
        "partialFingerprints": { "clause": clause.id },
    })
}
