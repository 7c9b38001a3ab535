//! `explore`: nothing on the right simulator, a short file on a wrong one, and the file fails again.

use conax_cli::exit::Exit;
use conax_tests::{Ended, Program};

use crate::program::PATH;

#[test]
fn nothing_is_found_on_a_simulator_that_is_right() {
    let ended = Program::run(PATH, &["explore", "--cases", "150", "--seed", "3"], &[], &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
    assert!(ended.stdout.contains("150 sequences in "), "{}", ended.stdout);
    assert!(ended.stdout.contains("seed 3: nothing found"), "{}", ended.stdout);
}

#[test]
fn what_is_wrong_with_a_target_becomes_a_file_that_fails_there_and_passes_here() {
    let served = Program::serve(PATH, &["--http-errors", "4xx"]);
    let target = format!("http://{}", served.crm());
    let control = format!("http://{}", served.door());
    let client = Program::start(
        PATH,
        &[
            "explore",
            "--target",
            &target,
            "--control",
            &control,
            "--cases",
            "30",
            "--strict",
            "should",
            "--corpus",
            "found",
        ],
        &[],
    );
    let ended = client.end();
    assert_eq!(
        ended.code,
        Some(i32::from(Exit::NotMet.code())),
        "{}{}",
        ended.stdout,
        ended.stderr
    );
    assert!(ended.stdout.contains("1 steps (of "), "{}", ended.stdout);
    assert!(ended.stdout.contains("status.http-200"), "{}", ended.stdout);
    let begin = ended.stdout.find("# Found by exploration").unwrap();
    let end = ended.stdout.find("\nagain: conax-sim run").unwrap();
    let file = [("found.scenario.yaml", &ended.stdout[begin..end])];
    let there = ["run", "found.scenario.yaml", "--target", &target, "--control", &control];
    let again = Program::run(PATH, &there, &file, &[]);
    assert_eq!(again.code, Some(i32::from(Exit::NotMet.code())), "{}", again.stdout);
    assert!(again.stdout.contains("an answer breaks `status.http-200`"), "{}", again.stdout);
    let here = Program::run(PATH, &["run", "found.scenario.yaml"], &file, &[]);
    assert_eq!(here.code, Some(0), "{}", here.stdout);
}

#[test]
fn finds_that_are_kept_are_played_first() {
    let failing = (
        "found/a.scenario.yaml",
        "scenario: a find\ncontract: may\nsteps:\n  - call: show\n    with: { request: \"4049\" }\n    expect: { number: \"1\" }\n",
    );
    let ended =
        Program::run(PATH, &["explore", "--cases", "5", "--corpus", "found"], &[failing], &[]);
    assert_eq!(ended.code, Some(i32::from(Exit::NotMet.code())), "{}", ended.stdout);
    assert!(
        ended.stdout.contains("found before, and still there: conax-sim run found/a.scenario.yaml"),
        "{}",
        ended.stdout
    );
}

/// Explores a target of which a file tells what there is.
fn explored_by_its_file(target: &str, more: &[&str]) -> Ended {
    let world = Program::run(PATH, &["verify", "--init", "--target", "self"], &[], &[]);
    let files = [
        ("crm.target.yaml", world.stdout.as_str()),
        ("secrets", "token=04FFBB37FED475A778F122709CBAC1D5\n"),
    ];
    let mut arguments = vec!["explore", "--target", target];
    arguments.extend(["--world", "crm.target.yaml", "--secrets-file", "secrets"]);
    arguments.extend(more);
    Program::run(PATH, &arguments, &files, &[])
}

#[test]
fn a_target_without_a_control_door_is_explored_through_its_api_alone() {
    let served = Program::serve(PATH, &["--run-interval", "1s"]);
    let target = format!("http://{}", served.crm());
    let ended = explored_by_its_file(&target, &["--cases", "15"]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    let without = Program::run(PATH, &["explore", "--target", &target], &[], &[]);
    assert_eq!(without.code, Some(i32::from(Exit::Usage.code())));
    assert!(without.stderr.contains("verify --init"), "{}", without.stderr);
}

#[test]
fn another_reading_of_the_documents_is_nothing_to_find_at_a_target() {
    for settings in [
        ["--success-texts", "empty", "--pairing-sets", "both"],
        ["--shape", "r4-early", "--http-errors", "4xx"],
    ] {
        let served = Program::serve(PATH, &settings);
        let target = format!("http://{}", served.crm());
        let ended = explored_by_its_file(&target, &["--cases", "40"]);
        assert_eq!(ended.code, Some(0), "{settings:?}: {}", ended.stdout);
    }
}

#[test]
fn what_is_not_this_api_is_told_after_one_look() {
    let target = crate::verify::answering(crate::verify::NO_PAGE);
    let ended = explored_by_its_file(&target, &[]);
    assert_eq!(ended.code, Some(i32::from(Exit::Surroundings.code())));
    assert!(ended.stderr.contains("this is not the provisioning API"), "{}", ended.stderr);
}
