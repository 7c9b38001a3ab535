//! The shipped scenarios: all of them pass, the same way every time, in process and over sockets.

use std::collections::BTreeMap;

use conax_tests::{Program, repository};
use serde_json::Value;

use crate::program::PATH;

/// The verdict of every scenario in a JSON report.
fn verdicts(report: &str) -> BTreeMap<String, String> {
    let report: Value =
        serde_json::from_str(report).unwrap_or_else(|error| panic!("{error}: {report}"));
    let cases = report["cases"].as_array().expect("a list of scenarios");
    let verdicts = cases.iter().map(|case| {
        let title = format!("{}: {} {}", case["file"], case["name"], case["row"]);
        (
            title,
            case["verdict"].as_str().expect("a verdict").to_owned(),
        )
    });
    verdicts.collect()
}

fn scenarios() -> String {
    repository().join("scenarios").display().to_string()
}

#[test]
fn all_pass_in_process_with_the_same_bytes_in_any_order() {
    let ended = Program::run(
        PATH,
        &[
            "run",
            &scenarios(),
            "--check-determinism",
            "--report",
            "json",
        ],
        &[],
        &[],
    );
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let bad: Vec<_> = verdicts(&ended.stdout)
        .into_iter()
        .filter(|(_, verdict)| verdict != "passed")
        .collect();
    assert_eq!(bad, []);
}

#[test]
fn those_a_served_program_can_play_pass_there_too() {
    let program = Program::serve(PATH, &["--clock", "stepped", "--log", "off"]);
    let target = format!("http://{}", program.crm());
    let control = format!("http://{}", program.door());
    let cas = format!("http://{}", program.cas());
    let ended = Program::run(
        PATH,
        &[
            "run",
            &scenarios(),
            "--target",
            &target,
            "--control",
            &control,
            "--cas",
            &cas,
            "--report",
            "json",
            "--tag",
            "~volume",
        ],
        &[],
        &[],
    );
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let verdicts = verdicts(&ended.stdout);
    let passed = verdicts
        .values()
        .filter(|verdict| *verdict == "passed")
        .count();
    assert!(
        passed * 2 > verdicts.len(),
        "few were played: {verdicts:#?}"
    );
    assert!(
        verdicts
            .values()
            .all(|verdict| verdict == "passed" || verdict == "skipped")
    );
}

#[test]
fn every_file_is_tidy_and_says_why_it_matters() {
    let tidy = Program::run(PATH, &["fmt", "--check", &scenarios()], &[], &[]);
    assert_eq!(tidy.code, Some(0), "{}", tidy.stdout);
    let lint = Program::run(PATH, &["lint", &scenarios()], &[], &[]);
    assert_eq!(lint.code, Some(0), "{}", lint.stdout);
    let list = Program::run(PATH, &["run", &scenarios(), "--report", "json"], &[], &[]);
    let report: Value = serde_json::from_str(&list.stdout).expect("JSON");
    for case in report["cases"].as_array().expect("a list") {
        let says = |name: &str| !case[name].is_null() && case[name] != Value::Array(Vec::new());
        for name in ["description", "tags", "protects"] {
            assert!(says(name), "{} has no {name}", case["file"]);
        }
    }
}
