//! `ledger check` of the built program: what it prints and how it ends.

use std::fs::File;
use std::process::{Command, Stdio};

use conax_cli::exit::Exit;
use conax_tests::{Ended, Program, repository};
use serde_json::Value;

use crate::program::{PATH, serve};

const EXAMPLE: &str = "fixtures/ledger/example.ledger.jsonl";

fn example() -> String {
    std::fs::read_to_string(repository().join(EXAMPLE)).unwrap()
}

/// The example without the line of a journal that has this text.
fn without(text: &str) -> String {
    let example = example();
    let lines: Vec<&str> = example.lines().filter(|line| !line.contains(text)).collect();
    assert_eq!(lines.len() + 1, example.lines().count(), "one line has {text}");
    lines.join("\n")
}

fn check(arguments: &[&str], files: &[(&str, &str)]) -> (Ended, Option<Exit>) {
    let ended = Program::run(PATH, &[&["ledger", "check"], arguments].concat(), files, &[]);
    let mut known = Exit::ALL.into_iter();
    let exit = known.find(|exit| Some(i32::from(exit.code())) == ended.code);
    (ended, exit)
}

#[test]
fn a_proof_that_does_not_hold_is_told_with_file_line_and_request() {
    let torn = without(r#""event":"sent","request":4051"#);
    let (ended, exit) = check(&["torn.jsonl"], &[("torn.jsonl", &torn)]);
    assert_eq!((exit, ended.stderr.as_str()), (Some(Exit::NotMet), ""));
    insta::assert_snapshot!(ended.stdout, @"
    torn.jsonl:1  the header says `crm_lines` 39; the file has 38
    torn.jsonl:7  `crm` line 7 stands after line 5: line 6 is missing
    torn.jsonl:7  request 4051: exchange 1011 came back, but it was never sent: its `sent` line is missing
    torn.jsonl:71  request 4051: the row is not what follows from the journals: found `crm_lines` 4, expected 3
    proof does not hold: 4 problems
    ");
}

#[test]
fn a_file_is_checked_from_standard_input_too() {
    let stdin = File::open(repository().join(EXAMPLE)).unwrap();
    let mut command = Command::new(PATH);
    let command = command.args(["ledger", "check", "-"]).env_clear().stdin(Stdio::from(stdin));
    let output = command.output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && told.starts_with("-\n"), "{told}");
}

#[test]
fn what_cannot_be_read_and_what_is_no_ledger_is_a_wrong_file() {
    let newer = example().replace("ledger 1", "ledger 2");
    for (name, text, tells) in [
        ("newer.jsonl", newer.as_str(), "expected a first line with"),
        ("empty.jsonl", "", "expected a first line with"),
        ("mine.world.yaml", "world: mine\n", "expected a first line with"),
    ] {
        let (ended, exit) = check(&[name], &[(name, text)]);
        assert_eq!((exit, ended.stdout.as_str()), (Some(Exit::Settings), ""), "{name}");
        assert!(ended.stderr.contains(tells), "{}", ended.stderr);
    }
    let (ended, exit) = check(&["no.jsonl"], &[]);
    assert_eq!(exit, Some(Exit::Settings));
    assert!(ended.stderr.contains("no.jsonl: failed to read"), "{}", ended.stderr);
}

#[test]
fn of_several_files_the_one_that_does_not_hold_decides() {
    let torn = without(r#""event":"console""#);
    let files = [("good.jsonl", example()), ("torn.jsonl", torn)];
    let files: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let names = ["torn.jsonl", "no.jsonl", "good.jsonl"];
    let (ended, exit) = check(&names, &files);
    assert_eq!(exit, Some(Exit::NotMet));
    assert!(ended.stdout.contains("proof holds") && ended.stdout.contains("does not hold"));
    let (_, exit) = check(&names[1..], &files);
    assert_eq!(exit, Some(Exit::Settings));
}

#[test]
fn in_json_every_file_is_an_object_on_a_line() {
    let torn = without(r#""event":"pretended""#);
    let files = [("good.jsonl", example()), ("torn.jsonl", torn)];
    let files: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let names = ["--format", "json", "good.jsonl", "torn.jsonl", "no.jsonl"];
    let (ended, exit) = check(&names, &files);
    assert_eq!(exit, Some(Exit::NotMet));
    let told: Vec<Value> =
        ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [good, torn, no] = told.as_slice() else {
        panic!("{}", ended.stdout);
    };
    assert_eq!(good["holds"], true);
    assert_eq!(good["totals"]["acknowledged"], 11);
    assert_eq!(torn["holds"], false);
    let mut problems = torn["problems"].as_array().unwrap().iter();
    assert!(problems.any(|problem| problem["request"] == 4056), "{torn}");
    assert!(no["holds"].is_null() && no["error"].is_string(), "{no}");
}

/// What `save` and then `check` say of the ledger of a simulator that keeps so many lines.
fn saved_and_checked(limit: &str) -> (Ended, Ended) {
    let instance = serve(&["--ledger-limit", limit, "--run-interval", "off"]);
    let target = format!("http://{}", instance.door());
    let mut saving = Program::start(PATH, &["ledger", "save", "x", "--target", &target], &[]);
    let saved = saving.ended();
    let file = saving.file("x");
    let checked = Program::run(PATH, &["ledger", "check", "x"], &[("x", &file)], &[]);
    (saved, checked)
}

#[test]
fn what_was_let_go_is_told_by_who_saves_and_not_proven_by_who_checks() {
    let (saved, checked) = saved_and_checked("1");
    assert_eq!((saved.code, checked.code), (Some(0), Some(0)));
    let note = "note: 2 lines of the CRM's journal and 0 of Conax's are not in it, because \
                `ledger-limit` let them go: it has 2 rows that nothing in it proves";
    assert!(saved.stderr.contains(note), "{}", saved.stderr);
    let told = "\nproof holds: 1 request, 1 journal line\n2 requests not proven: 2 lines of the \
                CRM's journal and 0 of Conax's were let go (`ledger-limit`), so their rows and their \
                part of the totals are as they were told\n";
    assert!(checked.stdout.ends_with(told), "{}", checked.stdout);
}

#[test]
fn where_nothing_can_be_proven_nothing_is_called_proven() {
    let (_, checked) = saved_and_checked("0");
    assert_eq!(checked.code, Some(i32::from(Exit::NothingRan.code())));
    assert!(
        checked.stdout.contains("nothing is proven: 3 requests not proven"),
        "{}",
        checked.stdout
    );
    assert!(!checked.stdout.contains("proof holds"));
}
