//! `run` and its neighbours: exit codes, what is chosen, reports, bundles, secrets.

use std::net::TcpListener;

use conax_cli::exit::Exit;
use conax_tests::{Ended, Program, until};
use insta::assert_snapshot;

use crate::program::PATH;

const GOOD: (&str, &str) = (
    "good.scenario.yaml",
    "scenario: An order is carried out\ntags: [smoke]\nsteps:
  - call: add_subscriptions
    with: { subscription: S60058, service: P1test, smartcard: \"01900080207\" }
    keep: { request: number }
  - wait: { request: $request, until: COMPLETED, within: 1min }
",
);

const BAD: (&str, &str) = (
    "bad.scenario.yaml",
    "scenario: A lost answer is noticed
tags: [faults]
protects: [conax.unknown-outcome]
clock: 2014-11-30T08:59:00
faults:
  - preset: f05
    when: { card: \"01900080208\" }
steps:
  - call: add_subscriptions
    with: { subscription: S60058, service: P1test, smartcard: \"01900080207\" }
    keep: { request: number }
  - wait: { request: $request, until: REJECTED, never: COMPLETED, within: 15min }
  - expect drift: none
cleanup:
  - expect conax: { card: \"01900080207\", entitled: none }
",
);

const TABLE: (&str, &str) = (
    "table.scenario.yaml",
    "scenario: A card that is $thing is refused
cases:
  - [thing, serial]
  - [unknown, \"99999999999\"]
  - [short, \"0190\"]
steps:
  - call: add_subscriptions
    with: { subscription: S60058, service: P1test, smartcard: $serial }
    expect: { status: { starts with: COM.CRM. } }
",
);

fn run(arguments: &[&str]) -> Ended {
    Program::run(PATH, arguments, &[GOOD, BAD, TABLE], &[])
}

#[test]
fn every_way_to_end_has_its_exit_code_and_says_it() {
    let instance = Program::serve(PATH, &["--seed", "7"]);
    let (somebody, control) = (instance.crm(), instance.door());
    let (somebody, control) = (format!("http://{somebody}"), format!("http://{control}"));
    let cases: &[(&[&str], Exit, &str)] = &[
        (&["run", "good.scenario.yaml"], Exit::Met, "1 passed"),
        (&["run", "bad.scenario.yaml"], Exit::NotMet, "exit 4: 1 scenario not as expected"),
        (&["run", "bad.scenario.yaml", "--exit-zero"], Exit::Met, "1 failed"),
        (&["run", "nowhere"], Exit::Usage, "there is no file or folder `nowhere`"),
        (&["run", "good.scenario.yaml", "--seed", "x"], Exit::Usage, "--seed"),
        (
            &["run", "good.scenario.yaml", "--report", "pdf"],
            Exit::Usage,
            "json, junit, tap, html, github, har",
        ),
        (&["run", "good.scenario.yaml", "--filter", "anorder"], Exit::NothingRan, "exit 6"),
        (&["run", "good.scenario.yaml:99"], Exit::NothingRan, "no scenario was found or chosen"),
        (&["lint", "."], Exit::Met, "3 files checked"),
        (
            &["run", "good.scenario.yaml", "--tag", "smoek"],
            Exit::NothingRan,
            "did you mean --tag smoke?",
        ),
        (
            &["run", "good.scenario.yaml", "--report", "json=/dev/null/x"],
            Exit::ReportNotWritten,
            "failed to write the report",
        ),
        (
            &["run", "bad.scenario.yaml", "--target", &somebody],
            Exit::NothingRan,
            "its faults cannot be set",
        ),
        (
            &["run", "good.scenario.yaml", "--target", "http://127.0.0.1:9"],
            Exit::Surroundings,
            "nothing answers at http://127.0.0.1:9",
        ),
        (
            &["run", "good.scenario.yaml", "--target", &control],
            Exit::Surroundings,
            "this is not the provisioning API",
        ),
        (
            &["run", "good.scenario.yaml", "--var", "x=1"],
            Exit::Usage,
            "no scenario has a variable `x`",
        ),
        (&["replay", "nothing"], Exit::Settings, "nothing"),
    ];
    for (arguments, exit, told) in cases {
        let ended = run(arguments);
        let text = format!("{}{}", ended.stdout, ended.stderr);
        assert_eq!(ended.code, Some(i32::from(exit.code())), "{arguments:?}\n{text}");
        assert!(text.contains(told), "{arguments:?}\n{text}");
    }
}

#[test]
fn a_pattern_that_no_shell_expanded_is_expanded() {
    let in_folder = |name: &'static str| (name, GOOD.1);
    let files = [GOOD, in_folder("more/one.scenario.yaml"), in_folder("more/[x].scenario.yaml")];
    for (verb, pattern, exit, says) in [
        ("run", "*.scenario.yaml", Exit::Met, "1 scenario: 1 passed"),
        ("run", "more/*.scenario.yaml", Exit::Met, "2 scenarios: 2 passed"),
        ("run", "more/[x].scenario.yaml", Exit::Met, "1 scenario: 1 passed"),
        ("run", "mor?", Exit::Met, "2 scenarios: 2 passed"),
        ("run", "no*.yaml", Exit::NothingRan, "nothing was played"),
        ("lint", "*/*.scenario.yaml", Exit::Met, "2 files checked"),
        ("lint", "no*.yaml", Exit::NothingRan, "there is no file"),
        ("fmt", "more/*", Exit::Met, "2 files"),
    ] {
        let ended = Program::run(PATH, &[verb, pattern], &files, &[]);
        let text = format!("{}{}", ended.stdout, ended.stderr);
        assert_eq!(ended.code, Some(i32::from(exit.code())), "{verb} {pattern}\n{text}");
        assert!(text.contains(says), "{verb} {pattern}\n{text}");
    }
}

#[test]
fn a_wrong_file_plays_nothing_and_tells_everything() {
    let wrong = ("wrong.scenario.yaml", "scenario: x\nstep: []\n");
    let ended = Program::run(PATH, &["run", "."], &[GOOD, wrong], &[]);
    assert_eq!(ended.code, Some(i32::from(Exit::Settings.code())));
    assert_snapshot!(ended.stdout, @r"
    wrong.scenario.yaml:2:1  unknown key `step`
        2 | step: []
          | ^^^^
       hint: did you mean `steps`?

    exit 3: 1 thing is wrong with the files
    ");
}

#[test]
fn a_failure_tells_its_story() {
    let ended = run(&["run", "bad.scenario.yaml"]);
    let story: Vec<&str> = ended.stdout.lines().filter(|line| !line.contains(" real, ")).collect();
    assert_snapshot!(story.join("\n"));
}

#[test]
fn the_last_line_of_a_story_plays_it_again() {
    let first = run(&["run", "bad.scenario.yaml", "--report", "json", "-q"]);
    let report: serde_json::Value = serde_json::from_str(&first.stdout).expect("JSON");
    let again = report["cases"][0]["again"].as_str().expect("a command");
    let arguments: Vec<&str> = again.split(' ').skip(1).collect();
    let second = run(&[&arguments[..], &["--report", "json", "-q"]].concat());
    let other: serde_json::Value = serde_json::from_str(&second.stdout).expect("JSON");
    assert_eq!(other["cases"], report["cases"]);
}

#[test]
fn a_line_or_a_row_is_a_part_of_a_file() {
    let whole = run(&["run", "table.scenario.yaml"]);
    assert!(whole.stdout.contains("2 passed"), "{}", whole.stdout);
    for part in ["table.scenario.yaml:[row 2]", "table.scenario.yaml:[thing=short, serial=0190]"] {
        let ended = run(&["run", part, "-v"]);
        assert!(ended.stdout.contains("1 passed"), "{}", ended.stdout);
        assert!(ended.stdout.contains("serial=0190"), "{}", ended.stdout);
    }
    let line = run(&["run", "good.scenario.yaml:5"]);
    assert!(line.stdout.contains("1 passed"), "{}", line.stdout);
}

#[test]
fn what_would_be_played_is_listed() {
    let ended = run(&["run", ".", "--list"]);
    assert_snapshot!(ended.stdout, @r"
    bad.scenario.yaml:1  A lost answer is noticed @faults
    good.scenario.yaml:1  An order is carried out @smoke
    table.scenario.yaml:1  A card that is unknown is refused [thing=unknown, serial=99999999999]
    table.scenario.yaml:1  A card that is short is refused [thing=short, serial=0190]
    ");
}

#[test]
fn tags_and_filters_choose() {
    for (choice, expected) in [
        (&["--tag", "smoke"][..], "1 passed"),
        (&["--tag", "~faults,smoke", "--tag", "~faults"], "3 passed"),
        (&["--filter", "REFUSED"], "2 passed"),
        (&["--filter", "~bad.", "--filter", "order"], "1 passed"),
    ] {
        let ended = run(&[&["run", "."], choice].concat());
        assert!(ended.stdout.contains(expected), "{choice:?}\n{}", ended.stdout);
    }
}

#[test]
fn every_repetition_has_the_next_seed() {
    let ended = run(&["run", "good.scenario.yaml", "--repeat", "3", "--report", "json", "-q"]);
    let report: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON");
    let cases = report["cases"].as_array().expect("a list");
    let seeds: Vec<_> = cases.iter().map(|case| case["seed"].clone()).collect();
    assert_eq!(seeds, [1, 2, 3]);
}

#[test]
fn as_many_jobs_as_you_like_give_the_same_report() {
    let report = |jobs: &str| run(&["run", ".", "--jobs", jobs, "--report", "json", "-q"]).stdout;
    assert_eq!(report("1"), report("16"));
}

#[test]
fn a_bundle_repeats_a_failure_elsewhere_byte_for_byte() {
    let mut program =
        Program::start(PATH, &["run", "bad.scenario.yaml", "--bundle", "it.conaxrun"], &[BAD]);
    program.wait_for("bundled: conax-sim replay it.conaxrun");
    let _ = program.ended();
    let bundle = program.file("it.conaxrun");
    let ended = Program::run(PATH, &["replay", "it.conaxrun"], &[("it.conaxrun", &bundle)], &[]);
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    assert!(ended.stdout.contains("the same as recorded, byte for byte"), "{}", ended.stdout);
}

#[test]
fn a_secret_is_used_and_never_told() {
    let scenario = (
        "secret.scenario.yaml",
        "scenario: Who knows the password gets in
secrets: [CANARY]
steps:
  - call: issue_token
    with: { username: MPAdministrator, password: $CANARY, organisation: CRMDEMO }
    expect: { status: OK, token: canary-of-the-token }
  - call: reset_pin_to_given_value
    with: { subscription: S60058, smartcard: \"01900080207\", pin: \"7391\" }
cleanup:
  - call: reset_pin_to_given_value
    with: { subscription: S60058, smartcard: \"01900080207\", pin: \"7391\" }
    expect: { life_cycle_state: COMPLETED, data: { contains: \"7391\" } }
",
    );
    let arguments = ["run", "secret.scenario.yaml", "-v", "--report", "json"];
    let unknown = Program::run(PATH, &arguments, &[scenario], &[]);
    assert!(unknown.stderr.contains("the secret `CANARY` has no value"), "{}", unknown.stderr);
    let files = [scenario, ("s.txt", "# mine\nCANARY=wrong-password-canary\n")];
    let arguments =
        [&arguments[..], &["--secrets-file", "s.txt", "--report", "html=out.html"]].concat();
    let ended = Program::run(PATH, &arguments, &files, &[]);
    let all = format!("{}{}", ended.stdout, ended.stderr);
    assert_eq!(ended.code, Some(4), "{all}");
    for canary in ["wrong-password-canary", "7391", "04FFBB37FED475A778F122709CBAC1D5"] {
        assert!(!all.contains(canary), "{canary}\n{all}");
    }
}

#[test]
fn a_connection_that_breaks_is_no_reply_and_may_be_expected() {
    let scenario = (
        "reset.scenario.yaml",
        "scenario: A reset connection has no answer
faults: [f03]
steps:
  - raw: { door: cas, path: /, body: \"<a/>\" }
    expect: { http: none }
  - raw: { path: \"/conax_web_services/provisioning_requests/list?token=$token&type=ADD_SUBSCRIPTIONS\" }
    expect: { http: 200, status.code: OK }
  - raw: { door: cas, path: /, body: \"<a/>\" }
",
    );
    let ended = Program::run(PATH, &["run", "reset.scenario.yaml"], &[scenario], &[]);
    assert_eq!(ended.code, Some(4), "{}", ended.stdout);
    let told = "reset.scenario.yaml:8:5  the connection was reset";
    assert!(ended.stdout.contains(told), "{}", ended.stdout);
}

#[test]
fn an_interrupted_run_writes_its_reports() {
    // It takes connections and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let target = format!("http://{}", silent.local_addr().expect("an address"));
    let mut program = Program::start(
        PATH,
        &["run", "good.scenario.yaml", "--target", &target, "--report", "json=out.json"],
        &[GOOD],
    );
    let _connection = silent.accept().expect("the run calls");
    program.ask_to_stop();
    program.wait_for("stopping");
    let ended = program.ended();
    assert_eq!(ended.code, Some(7), "{}", ended.stderr);
    let report: serde_json::Value = serde_json::from_str(&program.file("out.json")).expect("JSON");
    assert_eq!(report["is_interrupted"], true);
}

#[test]
fn a_variable_gets_another_value_from_outside() {
    let row = ["run", "table.scenario.yaml:[row 1]", "--var", "serial=01900080207"];
    let ended = run(&row);
    assert_eq!(ended.code, Some(4), "an existing card is not refused: {}", ended.stdout);
}

#[test]
fn after_a_failure_no_other_one_is_begun_if_asked() {
    let ended = run(&["run", ".", "--fail-fast", "--jobs", "1"]);
    assert_eq!(ended.code, Some(4));
    assert!(ended.stdout.contains("3 scenarios not begun"), "{}", ended.stdout);
}

#[test]
fn watching_plays_again_when_a_file_changes_and_ends_by_a_signal() {
    let mut program = Program::start(PATH, &["run", ".", "--watch"], &[GOOD]);
    program.wait_for("watching");
    program.write("good.scenario.yaml", "scenario: x\nstepz: []\n");
    // What is wrong is told on standard output; a second round begins with an empty line.
    until("the second round", || match program.stderr().matches('\n').count() {
        0 | 1 => Err(program.stderr()),
        _ => Ok(()),
    });
    program.ask_to_stop();
    let ended = program.ended();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.contains("1 passed"), "{}", ended.stdout);
}

#[test]
fn what_a_raw_call_carries_is_never_told_either() {
    let scenario = (
        "raw.scenario.yaml",
        "scenario: A raw call with secrets of its own
vars: { pin: \"8264\" }
steps:
  - raw:
      path: \"/conax_web_services/provisioning_requests/list?token=CANARY0TOKEN0OF0A0QUERY&type=X\"
    expect: { http: 200 }
  - raw:
      path: /conax_web_services/provisioning_requests/reset_pin_to_given_value
      json: { token: CANARY0TOKEN0OF0A0BODY, pin: $pin }
    expect: { text: { contains: \"nothing with 8264 in it\" } }
",
    );
    let arguments = [
        "run",
        "raw.scenario.yaml",
        "-v",
        "--var",
        "pin=8264",
        "--report",
        "json",
        "--report",
        "junit=/dev/stderr",
        "--report",
        "html=/dev/stderr",
    ];
    let ended = Program::run(PATH, &arguments, &[scenario], &[]);
    let all = format!("{}{}", ended.stdout, ended.stderr);
    assert_eq!(ended.code, Some(4), "{all}");
    for canary in ["CANARY0TOKEN", "8264"] {
        let told: Vec<&str> = all.lines().filter(|line| line.contains(canary)).collect();
        assert!(told.is_empty(), "{canary}\n{}", told.join("\n"));
    }
}

/// A link may lead back to the folder it stands in.
#[cfg(unix)]
#[test]
fn a_folder_that_is_reached_twice_is_read_once() {
    let folder = std::env::temp_dir().join(format!("conax-sim-links-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(GOOD.0), GOOD.1).unwrap();
    std::os::unix::fs::symlink(&folder, folder.join("again")).unwrap();
    let named = folder.to_str().unwrap();
    let played = run(&["run", named]);
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(played.stdout.contains("1 scenario: 1 passed"), "{}", played.stdout);
}
