//! HTTP Archives: what a recorder, a run and the journal write, and the scenarios that become of it.

use conax_contract::har::{HarEntry, read_har};
use conax_tests::{Ended, Program, exchange};
use serde_json::Value;

use crate::program::{PATH, serve};
use crate::record::{FILE, convert, play, record, story};

const HAR: &str = "a.har";
const SECRETS: [&str; 5] = [
    "8264913",
    "04FFBB37FED475A778F122709CBAC1D5",
    "wrong-canary",
    "NO0SUCH0CANARY0TOKEN",
    "\"1234\"",
];

fn entries(text: &str) -> Vec<HarEntry> {
    let mut entries = Vec::new();
    read_har(text, |entry| entries.push(entry)).expect(text);
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} stands in {text}");
    }
    entries
}

/// The scenario of a file, without its first line and its name, which tell the file.
fn scenario_of(har: &str) -> (String, Ended) {
    let arguments = ["record", "scenario", HAR];
    let ended = Program::run(PATH, &arguments, &[(HAR, har)], &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    (bare(&ended.stdout), ended)
}

fn bare(scenario: &str) -> String {
    let lines = scenario.lines();
    let lines =
        lines.filter(|line| !line.starts_with("# Made by") && !line.starts_with("scenario: "));
    lines.fold(String::new(), |text, line| text + line + "\n")
}

/// Plays a scenario; what was said, as a HAR file.
fn archive_of(scenario: &str) -> String {
    let arguments = ["run", "out.scenario.yaml", "--report", "har"];
    let ended = Program::run(PATH, &arguments, &[("out.scenario.yaml", scenario)], &[]);
    assert_eq!(ended.code, Some(0), "{}\n{scenario}", ended.stderr);
    let from = ended.stdout.find("{\n").expect("a report");
    let to = ended.stdout.rfind("\n}").expect("a report");
    ended.stdout[from..to + 2].to_owned()
}

#[test]
fn a_recording_as_har_becomes_the_scenario_of_the_recording() {
    let instance = serve(&["--seed", "7", "--clock", "stepped from 2014-11-30T08:59:00"]);
    let mut recorder = record(instance.crm(), &["--har", HAR]);
    story(&instance, recorder.crm());
    recorder.ask_to_stop();
    let ended = recorder.ended();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("a.har: the same as HAR"), "{}", ended.stderr);
    let (recording, har) = (recorder.file(FILE), recorder.file(HAR));
    assert_eq!(entries(&har).len(), 17);
    let expected = bare(&convert(&recording, &[], &[]).stdout);
    assert_eq!(scenario_of(&har).0, expected);

    // A run of it, as a HAR file, becomes a scenario that holds, and from then on the same.
    let first = convert(&archive_of(&convert(&recording, &[], &[]).stdout), &[], &[]);
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    let run = archive_of(&first.stdout);
    assert!(entries(&run).iter().any(|entry| entry.own["_api"] == "cas"), "{run}");
    assert_eq!(scenario_of(&run).0, bare(&first.stdout));
}

#[test]
fn the_journal_as_har_becomes_a_scenario_that_holds() {
    let instance = serve(&["--seed", "7", "--clock", "stepped from 2014-11-30T08:59:00"]);
    story(&instance, instance.crm());
    let answer = exchange(instance.door(), "GET", "/v1/journal?format=har", "");
    let journal = answer.json();
    let text = journal.to_string();
    let all = entries(&text);
    let crm = format!(":{}/", instance.crm().port());
    let count = |api: &str| all.iter().filter(|entry| entry.own["_api"] == api).count();
    assert!(count("crm") == 17 && count("cas") > 2 && count("cas") == count("dispatch"), "{text}");
    let crm_entries = || all.iter().filter(|entry| entry.own["_api"] == "crm");
    assert!(crm_entries().all(|entry| entry.url.contains(&crm)), "{text}");
    assert!(crm_entries().any(|entry| entry.comment.contains("UNKNOWNMETHOD")), "{text}");
    let (scenario, ended) = scenario_of(&text);
    assert!(ended.stderr.contains("of the control API"), "{}", ended.stderr);
    assert!(scenario.contains("expect exchanges"), "{scenario}");
    let played = play(&ended.stdout);
    assert_eq!(played.code, Some(0), "{}\n{}", played.stdout, ended.stdout);
    // It chooses as the list does.
    let some =
        exchange(instance.door(), "GET", "/v1/journal?format=har&api=cas&limit=1", "").json();
    assert_eq!(some["log"]["entries"].as_array().map(Vec::len), Some(1));
    let wrong = exchange(instance.door(), "GET", "/v1/journal?format=xml", "").json();
    assert_eq!(wrong["detail"], Value::from("`format`: found `xml`, allowed json, har"));
}

#[test]
fn a_har_file_without_calls_of_the_api_or_none_at_all_is_told() {
    let run = |text: &str| Program::run(PATH, &["record", "scenario", HAR], &[(HAR, text)], &[]);
    let other = r#"{"log": {"entries": [{"request": {"method": "GET", "url": "http://x/y"}}]}}"#;
    let ended = run(&format!("\u{feff}{other}"));
    assert_eq!(ended.code, Some(6), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("a.har: 1 exchange left out: 1 of other hosts (x 1)"),
        "{}",
        ended.stderr
    );
    let ended = run("{\"log\": {}}");
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    let says = "`a.har` cannot be read as a HAR file: missing field `entries` at line 1";
    assert!(ended.stderr.contains(says), "{}", ended.stderr);
}
