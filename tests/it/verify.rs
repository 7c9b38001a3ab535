//! `verify`: our own simulator keeps every clause, wrong ones do not, and nobody is surprised by
//! what is sent.

use std::collections::BTreeSet;

use conax_cli::exit::Exit;
use conax_tests::{Ended, Program, exchange};
use serde_json::Value;

use crate::program::PATH;

fn verify(arguments: &[&str], files: &[(&str, &str)]) -> Ended {
    let all: Vec<&str> = ["verify"].iter().chain(arguments).copied().collect();
    Program::run(PATH, &all, files, &[])
}

fn record(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{}", ended.stderr))
}

/// The ids of the clauses that stand so.
fn standing(record: &Value, standing: &str) -> BTreeSet<String> {
    let clauses = record["clauses"].as_array().unwrap().iter();
    let those = clauses.filter(|clause| clause["standing"] == standing);
    those
        .map(|clause| clause["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn our_own_simulator_breaks_no_clause_and_shows_every_documented_and_shown_one() {
    for seed in ["1", "2", "3"] {
        let ended = verify(
            &[
                "--target", "self", "--seed", seed, "--strict", "may", "--report", "json",
            ],
            &[],
        );
        assert_eq!(
            ended.code,
            Some(i32::from(Exit::Met.code())),
            "{}",
            ended.stderr
        );
        let record = record(&ended);
        assert_eq!(standing(&record, "broken"), BTreeSet::new());
        let untested = record["clauses"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|clause| {
                clause["standing"] == "not-testable"
                    && matches!(clause["source"].as_str(), Some("documented" | "shown"))
            });
        assert_eq!(untested.count(), 0);
    }
}

#[test]
fn it_says_beforehand_what_it_will_create_and_creates_just_that() {
    let ended = verify(&["--target", "self", "--report", "json"], &[]);
    let created = record(&ended)["created"].as_u64().unwrap();
    assert!(
        ended.stderr.contains(&format!(
            "will create {created} requests on subscription S60600"
        )),
        "{}",
        ended.stderr
    );
    let dry = verify(&["--target", "self", "--dry-run"], &[]);
    assert!(
        dry.stderr
            .contains(&format!("will create {created} requests")),
        "{}",
        dry.stderr
    );
    assert_eq!(dry.stdout, "");
}

#[test]
fn refusals_alone_can_be_asked_for() {
    let ended = verify(
        &["--target", "self", "--only", "refusals", "--report", "json"],
        &[],
    );
    let record = record(&ended);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(standing(&record, "held").contains("refusal.changes-nothing"));
    assert!(standing(&record, "not-testable").contains("create.parallel"));
    assert_eq!(record["created"], 0);
}

const TOKEN: (&str, &str) = ("secrets", "token=04FFBB37FED475A778F122709CBAC1D5\n");

#[test]
fn read_only_sends_gets_and_nothing_else() {
    let served = Program::serve(PATH, &["--run-interval", "1h"]);
    let target = format!("http://{}", served.crm());
    let ended = verify(
        &[
            "--target",
            &target,
            "--read-only",
            "--secrets-file",
            "secrets",
            "--rate",
            "5000/s",
            "--report",
            "json",
        ],
        &[TOKEN],
    );
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("sends GETs only and creates nothing"),
        "{}",
        ended.stderr
    );
    let record = record(&ended);
    assert!(standing(&record, "held").contains("same.projection"));
    let journal = exchange(served.door(), "GET", "/v1/journal?door=crm&limit=10000", "").json();
    let exchanges = journal["exchanges"].as_array().unwrap();
    assert_eq!(exchanges.len() as u64, record["calls"].as_u64().unwrap());
    assert!(exchanges.iter().all(|exchange| exchange["verb"] == "GET"));
}

#[test]
fn a_template_made_by_asking_and_a_password_are_enough_for_a_first_run() {
    let served = Program::serve(PATH, &["--run-interval", "1s"]);
    let target = format!("http://{}", served.crm());
    let control = format!("http://{}", served.door());
    let asked = verify(
        &["--init", "--target", &target, "--secrets-file", "secrets"],
        &[TOKEN],
    );
    assert!(asked.stdout.contains("# login: {"), "{}", asked.stdout);
    assert!(
        asked.stdout.contains("requests were found there"),
        "{}",
        asked.stdout
    );
    let template = verify(&["--init", "--target", &target, "--control", &control], &[]);
    assert!(
        template.stdout.contains("subscription: {"),
        "{}",
        template.stdout
    );
    let files = [
        ("target.world.yaml", template.stdout.as_str()),
        ("secrets", "password=1234\n"),
    ];
    let ended = verify(
        &[
            "--target",
            &target,
            "--world",
            "target.world.yaml",
            "--secrets-file",
            "secrets",
            "--rate",
            "5000/s",
            "--report",
            "json",
        ],
        &files,
    );
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let held = standing(&record(&ended), "held");
    assert!(
        held.contains("add_subscriptions.completes"),
        "{}",
        ended.stderr
    );
    assert!(held.contains("token.login"));
}

#[test]
fn a_world_file_that_is_wrong_is_told_with_its_lines() {
    let ended = verify(
        &["--target", "http://127.0.0.1:1", "--world", "w.yaml"],
        &[("w.yaml", "subscripton: { id: \"1\" }\nservice: {}\n")],
    );
    assert_eq!(ended.code, Some(i32::from(Exit::Settings.code())));
    assert!(
        ended.stderr.contains("did you mean `subscription`?"),
        "{}",
        ended.stderr
    );
    assert!(ended.stderr.contains("named by no key"), "{}", ended.stderr);
}

#[test]
fn a_target_that_is_not_there_is_told() {
    let ended = verify(&["--target", "http://127.0.0.1:1"], &[]);
    assert_eq!(ended.code, Some(i32::from(Exit::Usage.code())));
    assert!(ended.stderr.contains("needs a token"), "{}", ended.stderr);
    let there = ["--target", "http://127.0.0.1:1", "--timeout", "2s"];
    let with = ["--secrets-file", "secrets"];
    let ended = verify(&[&there[..], &with].concat(), &[TOKEN]);
    assert_eq!(
        ended.code,
        Some(i32::from(Exit::Surroundings.code())),
        "{}{}",
        ended.stdout,
        ended.stderr
    );
    let ended = verify(&["--target", "self", "--only", "refusal"], &[]);
    assert_eq!(ended.code, Some(i32::from(Exit::Usage.code())));
    assert!(
        ended.stderr.contains("did you mean `refusals`?"),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_break_is_told_with_its_sentence_and_a_command_and_a_baseline_takes_it_as_known() {
    let served = Program::serve(PATH, &["--success-texts", "empty", "--run-interval", "1h"]);
    let target = format!("http://{}", served.crm());
    let common = [
        "--target",
        &target,
        "--read-only",
        "--secrets-file",
        "secrets",
        "--rate",
        "5000/s",
    ];
    let with = |more: &[&str], files: &[(&str, &str)]| {
        let all: Vec<&str> = common.iter().chain(more).copied().collect();
        verify(&all, files)
    };
    let ended = with(&[], &[TOKEN]);
    assert_eq!(
        ended.code,
        Some(i32::from(Exit::NotMet.code())),
        "{}",
        ended.stderr
    );
    for piece in [
        "status.success-texts  broken (must; shown: all examples)",
        "expected  null for both texts",
        "again     curl -s '",
    ] {
        assert!(ended.stdout.contains(piece), "{piece}: {}", ended.stdout);
    }
    assert!(
        !ended.stdout.contains("04FFBB37FED475A778F122709CBAC1D5"),
        "{}",
        ended.stdout
    );
    let known = (
        "known",
        "status.success-texts  # this build prints empty texts\n",
    );
    let ended = with(&["--baseline", "known"], &[TOKEN, known]);
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
    assert!(
        ended
            .stdout
            .contains("known deviations, still there: status.success-texts"),
        "{}",
        ended.stdout
    );
    let fixed = ("known", "status.success-texts\nstatus.block\n");
    let ended = with(&["--baseline", "known"], &[TOKEN, fixed]);
    assert_eq!(ended.code, Some(i32::from(Exit::NotMet.code())));
    assert!(ended.stdout.contains("that are fixed"), "{}", ended.stdout);
    let misspelt = ("known", "status.blok\n");
    let ended = with(&["--baseline", "known"], &[TOKEN, misspelt]);
    assert_eq!(ended.code, Some(i32::from(Exit::Settings.code())));
    assert!(
        ended
            .stderr
            .contains("line 1: `status.blok` is no clause; did you mean `status.block`?"),
        "{}",
        ended.stderr
    );
}

#[test]
fn reports_have_no_secret_and_say_what_is_broken() {
    let served = Program::serve(PATH, &["--success-texts", "empty", "--run-interval", "1h"]);
    let target = format!("http://{}", served.crm());
    for (format, piece) in [
        ("junit", "<failure type=\"clause\""),
        ("sarif", "\"ruleId\": \"status.success-texts\""),
        ("html", "<h2>Broken</h2>"),
        ("json", "\"standing\": \"broken\""),
    ] {
        let ended = verify(
            &[
                "--target",
                &target,
                "--read-only",
                "--secrets-file",
                "secrets",
                "--rate",
                "5000/s",
                "--report",
                format,
                "-q",
            ],
            &[TOKEN],
        );
        assert!(ended.stdout.contains(piece), "{format}: {}", ended.stdout);
        assert!(!ended.stdout.contains("04FFBB37"), "{format}");
    }
}

#[test]
fn known_wrong_implementations_are_caught_and_shown_in_few_steps() {
    let names = [
        "pin-echoed",
        "page-skips-one",
        "sent-twice",
        "executed-twice",
        "both-sets-taken",
    ];
    let chosen: Vec<&str> = names.iter().flat_map(|name| ["--defect", name]).collect();
    let all: Vec<&str> = ["--target", "self", "--prove-power"]
        .into_iter()
        .chain(chosen)
        .collect();
    let ended = verify(&all, &[]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    assert!(
        ended.stdout.contains("5 of 5 defects caught"),
        "{}",
        ended.stdout
    );
    assert!(!ended.stdout.contains("not found"), "{}", ended.stdout);
}
