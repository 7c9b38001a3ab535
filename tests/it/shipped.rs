//! The shipped scenarios: all of them pass, the same way every time, in process and over sockets.

use std::collections::BTreeMap;
use std::sync::OnceLock;

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
        (title, case["verdict"].as_str().expect("a verdict").to_owned())
    });
    verdicts.collect()
}

/// Volumes are played by the program that is built to be fast, see `.ci/run`.
const SMALL: &str = "~volume";

fn scenarios() -> String {
    repository().join("scenarios").display().to_string()
}

/// The JSON report of a play of all of them, twice in another order.
fn played() -> &'static str {
    static REPORT: OnceLock<String> = OnceLock::new();
    REPORT.get_or_init(|| {
        let (all, tag) = (scenarios(), ["--tag", SMALL]);
        let report = ["--check-determinism", "--report", "json"];
        let args = [&["run", all.as_str()], &tag[..], &report[..]].concat();
        let ended = Program::run(PATH, &args, &[], &[]);
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        ended.stdout
    })
}

#[test]
fn all_pass_in_process_with_the_same_bytes_in_any_order() {
    let bad: Vec<_> =
        verdicts(played()).into_iter().filter(|(_, verdict)| verdict != "passed").collect();
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
            SMALL,
        ],
        &[],
        &[],
    );
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let verdicts = verdicts(&ended.stdout);
    let passed = verdicts.values().filter(|verdict| *verdict == "passed").count();
    assert!(passed * 2 > verdicts.len(), "few were played: {verdicts:#?}");
    assert!(verdicts.values().all(|verdict| verdict == "passed" || verdict == "skipped"));
}

#[test]
fn every_file_is_tidy_and_says_why_it_matters() {
    let tidy = Program::run(PATH, &["fmt", "--check", &scenarios()], &[], &[]);
    assert_eq!(tidy.code, Some(0), "{}", tidy.stdout);
    let lint = Program::run(PATH, &["lint", &scenarios()], &[], &[]);
    assert_eq!(lint.code, Some(0), "{}", lint.stdout);
    let report: Value = serde_json::from_str(played()).expect("JSON");
    for case in report["cases"].as_array().expect("a list") {
        let says = |name: &str| !case[name].is_null() && case[name] != Value::Array(Vec::new());
        for name in ["description", "tags", "protects"] {
            assert!(says(name), "{} has no {name}", case["file"]);
        }
    }
}

/// The scenarios printed on a page.
fn printed(page: &str) -> Vec<String> {
    let text = std::fs::read_to_string(repository().join(page)).expect("the page");
    let blocks = text.split("```yaml\n").skip(1);
    let blocks = blocks.map(|block| block.split("```").next().unwrap_or_default().to_owned());
    blocks.filter(|block| block.starts_with("scenario: ")).collect()
}

#[test]
fn the_scenarios_printed_on_our_pages_pass() {
    let mut count = 0;
    for page in ["docs/scenarios.md", "docs/scenario-language.md"] {
        for scenario in printed(page) {
            let file = [("printed.scenario.yaml", scenario.as_str())];
            let ended = Program::run(PATH, &["run", "printed.scenario.yaml"], &file, &[]);
            assert_eq!(ended.code, Some(0), "{page}\n{}", ended.stdout);
            count += 1;
        }
    }
    assert_eq!(count, 2, "one on each page");
}

#[test]
fn every_fault_and_every_operation_has_a_scenario() {
    let ended = Program::run(PATH, &["run", &scenarios(), "--list"], &[], &[]);
    let missing = |words: Vec<String>| -> Vec<String> {
        words.into_iter().filter(|word| !ended.stdout.contains(word)).collect()
    };
    let faults = conax_contract::fault::PRESETS.iter();
    assert_eq!(missing(faults.map(|preset| format!("@{}", preset.id())).collect()), [""; 0]);
    let source = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let all: String = ended
        .stdout
        .lines()
        .filter_map(|line| line.split_once(".scenario.yaml:"))
        .map(|(path, _)| source(&format!("{path}.scenario.yaml")))
        .collect();
    for operation in conax_contract::crm::Operation::ALL {
        assert!(all.contains(&format!("call: {}", operation.name())), "{}", operation.name());
    }
}

#[test]
fn files_that_are_broken_on_purpose_are_told_how_to_be_mended() {
    let folder = repository().join("scenarios/broken");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert!(names.len() >= 10, "{names:?}");
    for name in names {
        let path = repository().join("scenarios/broken").join(&name);
        let text = std::fs::read_to_string(path).expect("the file");
        let ended = Program::run(PATH, &["run", &name], &[(&name, &text)], &[]);
        assert_eq!(ended.code, Some(3), "{name}\n{}", ended.stdout);
        let snapshot = format!("broken-{}", name.replace(".broken.yaml", ""));
        insta::assert_snapshot!(snapshot, ended.stdout);
    }
}
